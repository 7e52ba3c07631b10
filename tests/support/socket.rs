//! A WebSocket client that knows what must come next.

use std::borrow::Borrow;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::{Remote, must};

/// An open socket.
#[derive(Debug)]
pub(crate) struct Client {
    stream: WebSocketStream<TcpStream>,
    fence: Fence,
}

/// What is sent to see that the server has dealt with everything before, and what it says to it. Miracle's unless a
/// surface has another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fence {
    pub(crate) ask: &'static str,
    pub(crate) answer: &'static str,
}

impl Fence {
    /// The ping of rooms.
    pub(crate) const ROOMS: Self =
        Self { ask: r#"{"type":"ping"}"#, answer: r#"{"code":2,"msg":"ok","data":null}"# };
    /// The ping of groups.
    pub(crate) const GROUPS: Self = Self { ask: r#"{"type":"ping"}"#, answer: r#"{"type":"pong"}"# };
}

impl Default for Fence {
    fn default() -> Self {
        Self { ask: "[]", answer: INVALID_JSON }
    }
}

/// What the server says of a frame that is no JSON object, on every socket of this surface.
pub(crate) const INVALID_JSON: &str = r#"{"error":"Invalid JSON format"}"#;

/// How often [`Client::nothing_more`] asks. A session that has both an event and a frame to look at takes either, so
/// that an event which is there already stays behind all of these once in four billion times.
const FENCES: usize = 32;

impl Client {
    /// Opens the socket at this path.
    pub(crate) async fn open(server: &Remote, path: &str) -> Self {
        Self::open_over(TcpStream::connect(server.address).await.unwrap(), server, path).await
    }

    /// The same, with next to no room for what was not read yet.
    pub(crate) async fn open_with_little_room(server: &Remote, path: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 << 10).unwrap();
        Self::open_over(socket.connect(server.address).await.unwrap(), server, path).await
    }

    /// The same with this header.
    pub(crate) async fn open_with_header(
        server: &Remote,
        path: &str,
        name: &'static str,
        value: &str,
    ) -> Self {
        let mut request = format!("ws://{}{path}", server.address).into_client_request().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
        Self::ask_over(TcpStream::connect(server.address).await.unwrap(), request).await
    }

    async fn open_over(stream: TcpStream, server: &Remote, path: &str) -> Self {
        Self::ask_over(stream, format!("ws://{}{path}", server.address)).await
    }

    async fn ask_over(stream: TcpStream, request: impl IntoClientRequest + Unpin) -> Self {
        stream.set_nodelay(true).unwrap();
        let config = WebSocketConfig::default().read_buffer_size(4 << 10);
        let opening = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
        let (stream, _) = must("a handshake", opening).await.unwrap();
        Self { stream, fence: Fence::default() }
    }

    /// With another fence.
    pub(crate) fn fenced_by(self, fence: Fence) -> Self {
        Self { fence, ..self }
    }

    /// Opens the socket at this path and says whom it is from.
    pub(crate) async fn login(server: &Remote, path: &str, user: i64) -> Self {
        let mut client = Self::open(server, path).await;
        client.authenticate(user).await;
        client
    }

    /// Says whom it is from, and waits for the answer.
    pub(crate) async fn authenticate(&mut self, user: i64) {
        self.send(json!({"user_id": user})).await;
        self.expect(json!({"status": "authenticated", "user_id": user.to_string()})).await;
    }

    /// Sends JSON as a text frame.
    pub(crate) async fn send(&mut self, frame: impl Borrow<Value>) {
        self.send_text(frame.borrow().to_string()).await;
    }

    /// Sends a text frame.
    pub(crate) async fn send_text(&mut self, text: impl Into<String>) {
        self.send_message(Message::text(text.into())).await;
    }

    /// Sends a binary frame.
    pub(crate) async fn send_binary(&mut self, bytes: &'static [u8]) {
        self.send_message(Message::Binary(Bytes::from_static(bytes))).await;
    }

    async fn send_message(&mut self, message: Message) {
        must("room to send a frame", self.stream.send(message)).await.unwrap();
    }

    /// Sends JSON and reads the next text, unless the server is gone.
    pub(crate) async fn ask(&mut self, frame: &Value) -> Option<Value> {
        let sent = must("room to send a frame", self.stream.send(Message::text(frame.to_string()))).await;
        match (sent, self.next().await) {
            (Ok(()), Some(Message::Text(text))) => serde_json::from_str(&text).ok(),
            _ => None,
        }
    }

    /// The next text as JSON, unless the server is gone.
    pub(crate) async fn hear(&mut self) -> Option<Value> {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).ok(),
            _ => None,
        }
    }

    /// The next text as JSON, or the number with which the server closes; none if it is just gone.
    pub(crate) async fn hear_or_close(&mut self) -> Result<Value, Option<u16>> {
        match self.next().await {
            Some(Message::Text(text)) => Ok(serde_json::from_str(&text).unwrap()),
            Some(Message::Close(frame)) => Err(frame.map(|frame| frame.code.into())),
            Some(other) => panic!("{other:?}"),
            None => Err(None),
        }
    }

    /// Sends a text in frames of this many bytes.
    pub(crate) async fn send_in_pieces(&mut self, text: &str, size: usize) {
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
        for (place, piece) in pieces.iter().enumerate() {
            let kind = if place == 0 { Data::Text } else { Data::Continue };
            let last = place + 1 == pieces.len();
            let frame = Frame::message(Bytes::copy_from_slice(piece), OpCode::Data(kind), last);
            // A server that has enough closes before the last piece.
            if must("room to send a frame", self.stream.send(Message::Frame(frame))).await.is_err() {
                return;
            }
        }
    }

    /// Sends a ping.
    pub(crate) async fn send_ping(&mut self) {
        self.send_message(Message::Ping(Bytes::new())).await;
    }

    /// Reads this many pings, which are answered by being read, and passes over everything else.
    pub(crate) async fn pings(&mut self, count: usize) {
        let mut seen = 0;
        while seen < count {
            match must("a ping", self.stream.next()).await {
                Some(Ok(Message::Ping(_))) => seen += 1,
                Some(Ok(Message::Close(frame))) => panic!("closed after {seen} pings: {frame:?}"),
                Some(Ok(_)) => {}
                other => panic!("{other:?} after {seen} pings"),
            }
        }
    }

    /// The next text frame.
    #[track_caller]
    pub(crate) fn text(&mut self) -> impl Future<Output = String> {
        let caller = std::panic::Location::caller();
        async move {
            match self.next().await {
                Some(Message::Text(text)) => text.as_str().to_owned(),
                other => panic!("{other:?} instead of a text, expected at {caller}"),
            }
        }
    }

    /// The next text frame as JSON.
    pub(crate) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    async fn next(&mut self) -> Option<Message> {
        loop {
            match must("a frame", self.stream.next()).await {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                // The far end may be gone before its farewell was read.
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Expects this text frame next, to the byte.
    #[track_caller]
    pub(crate) fn expect(&mut self, frame: impl Borrow<Value>) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let expected = frame.borrow().to_string();
            match self.next().await {
                Some(Message::Text(text)) => {
                    assert_eq!(text.as_str(), expected, "expected at {caller}");
                }
                other => panic!("{other:?} instead of {expected}, expected at {caller}"),
            }
        }
    }

    /// Expects the socket to be closed next, with this number.
    #[track_caller]
    pub(crate) fn expect_close(&mut self, code: u16) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            match self.next().await {
                Some(Message::Close(Some(frame))) => {
                    assert_eq!(u16::from(frame.code), code, "expected at {caller}");
                }
                other => panic!("{other:?} instead of a close with {code}, expected at {caller}"),
            }
        }
    }

    /// Waits until the server has dealt with everything that was sent here before.
    #[track_caller]
    pub(crate) fn settle(&mut self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            self.send_text(self.fence.ask).await;
            let answer = self.text().await;
            assert_eq!(answer, self.fence.answer, "expected at {caller}");
        }
    }

    /// Expects that nothing is there to be read. What could be there must have happened before: fence it with
    /// [`settle`](Self::settle) on the socket that causes it, or with the answer to the request that does.
    #[track_caller]
    pub(crate) fn nothing_more(&mut self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            for _ in 0..FENCES {
                self.send_text(self.fence.ask).await;
                let answer = self.text().await;
                assert_eq!(answer, self.fence.answer, "nothing was to come, expected at {caller}");
            }
        }
    }

    /// Everything that is there to be read, fenced as [`nothing_more`](Self::nothing_more) is.
    pub(crate) async fn take_until_quiet(&mut self) -> Vec<Value> {
        let mut taken = Vec::new();
        for _ in 0..FENCES {
            self.send_text(self.fence.ask).await;
            loop {
                let text = self.text().await;
                if text == self.fence.answer {
                    break;
                }
                taken.push(serde_json::from_str(&text).unwrap());
            }
        }
        taken
    }

    /// Says goodbye, and waits until the server has, too.
    pub(crate) async fn close(mut self) {
        let _ = self.stream.close(None).await;
        while let Some(message) = must("the end of a socket", self.stream.next()).await {
            if message.is_err() {
                break;
            }
        }
    }
}
