//! WebSockets: the handshake, a session's two ends, and how a socket comes to its end.
//!
//! Each socket has one task that runs the surface's session, which reads, and one that writes. Between them
//! is a bounded queue: whoever has something for the client puts it there and never waits.

use std::borrow::Cow;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use http::StatusCode;
use http::header::{self, HeaderValue};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use matchmaking_core::api::fault::Fault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error as WsError};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_util::sync::CancellationToken;

use super::dispatch::Kit;
use super::handshake::Slot;
use super::reply::Reply;
use super::request::Ctx;
use crate::config::limits;

type Stream = WebSocketStream<TokioIo<Upgraded>>;

/// The numbers with which sockets are closed.
pub mod close_code {
    /// All is said.
    pub const NORMAL: u16 = 1000;
    /// Nothing came from the client for too long.
    pub const SILENT: u16 = 1001;
    /// The client broke the protocol.
    pub const PROTOCOL: u16 = 1002;
    /// A text was no UTF-8.
    pub const NOT_UTF8: u16 = 1007;
    /// The session was revoked, or its owner may not be here any more.
    pub const POLICY: u16 = 1008;
    /// A frame or message was too large.
    pub const TOO_LARGE: u16 = 1009;
    /// A defect of the server.
    pub const INTERNAL: u16 = 1011;
    /// The server goes down; come again.
    pub const RESTART: u16 = 1012;
    /// The client did not keep up; come again and read what was missed.
    pub const LAGGED: u16 = 1013;
}
use close_code as code;

impl Ctx {
    /// Accepts the handshake and runs `session` on the socket when it is open. The answer must be returned by
    /// the handler as it is. Refused if there are too many sockets.
    pub fn upgrade<S, Fut>(self, session: S) -> Result<Reply, Fault>
    where
        S: FnOnce(Socket) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let key = self.parts.headers.get(header::SEC_WEBSOCKET_KEY).ok_or(Fault::UpgradeRequired)?;
        let on_upgrade = self.parts.extensions.get::<OnUpgrade>().ok_or(Fault::UpgradeRequired)?;
        let slot = self.kit.sockets.take(self.client).ok_or(Fault::TooManySockets)?;
        let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes())).map_err(Fault::internal)?;
        self.kit.tracker.spawn(open(Arc::clone(&self.kit), on_upgrade.clone(), slot, session));
        Ok(Reply::empty(StatusCode::SWITCHING_PROTOCOLS)
            .header(header::CONNECTION, HeaderValue::from_static("Upgrade"))
            .header(header::UPGRADE, HeaderValue::from_static("websocket"))
            .header(header::SEC_WEBSOCKET_ACCEPT, accept))
    }
}

/// Why a frame was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendRefused {
    /// The client does not keep up.
    #[error("the socket's queue is full")]
    Full,
    /// The socket is closed or closing.
    #[error("the socket is closed")]
    Closed,
}

/// The writing end of a socket. Cheap to clone; a text made of [`Bytes`] once may be queued for many sockets.
#[derive(Debug, Clone)]
pub struct Sender {
    queue: mpsc::Sender<Utf8Bytes>,
    ending: Arc<Ending>,
}

/// How a socket comes to its end, wherever that is decided. The first word counts.
#[derive(Debug)]
struct Ending {
    token: CancellationToken,
    /// Told by the writer whenever it has taken what was queued, or written it.
    taken: Notify,
    /// The bytes that are queued or being written.
    waiting: AtomicUsize,
    frame: OnceLock<(u16, Cow<'static, str>)>,
}

impl Ending {
    fn decide(&self, code: u16, reason: Cow<'static, str>) {
        // Cancelled already: by an earlier word, or without one because the server goes down. What a session
        // says while it ends for that must not hide it.
        if !self.token.is_cancelled() {
            let _ = self.frame.set((code, reason));
            self.token.cancel();
        }
    }

    fn frame(&self) -> CloseFrame {
        // Cancelled with no word: the server goes down.
        let (code, reason) = self.frame.get().map_or((code::RESTART, ""), |(code, reason)| (*code, reason));
        // A close frame holds 123 bytes of text.
        let mut end = reason.len().min(123);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        CloseFrame { code: CloseCode::from(code), reason: reason[..end].to_owned().into() }
    }
}

impl Sender {
    /// Queues a text frame, and never waits. For what may be lost (typing, presence): when the queue is full,
    /// the frame is refused and the socket goes on.
    pub fn try_send(&self, text: impl Into<Utf8Bytes>) -> Result<(), SendRefused> {
        if self.ending.token.is_cancelled() {
            return Err(SendRefused::Closed);
        }
        let text = text.into();
        let (bytes, waiting) = (text.len(), &self.ending.waiting);
        let queued = if waiting.fetch_add(bytes, Ordering::Relaxed) >= limits::SOCKET_QUEUE_BYTES {
            Err(SendRefused::Full)
        } else {
            self.queue.try_send(text).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => SendRefused::Full,
                mpsc::error::TrySendError::Closed(_) => SendRefused::Closed,
            })
        };
        if queued.is_err() {
            waiting.fetch_sub(bytes, Ordering::Relaxed);
        }
        queued
    }

    /// Queues a text frame that must not be lost: when the queue is full, the socket is closed
    /// ([`close_code::LAGGED`]), so that the client comes again and reads what it missed.
    pub fn send_or_close(&self, text: impl Into<Utf8Bytes>) -> Result<(), SendRefused> {
        let sent = self.try_send(text);
        if sent == Err(SendRefused::Full) {
            self.close(code::LAGGED, "too slow");
        }
        sent
    }

    /// Ends the socket: what is queued is written first, then a close frame. The first call counts. Of the
    /// reason, 123 bytes are told.
    pub fn close(&self, code: u16, reason: impl Into<Cow<'static, str>>) {
        self.ending.decide(code, reason.into());
    }

    /// Whether the socket is closed or closing.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.ending.token.is_cancelled()
    }
}

/// A frame from the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A text.
    Text(Utf8Bytes),
    /// Bytes.
    Binary(Bytes),
}

/// What has texts for a socket's client besides its session: the writer takes them from here itself, so that passing
/// them on wakes one task and not two, and many that came together are written together.
pub trait Feed: Send {
    /// The next text, or pending while there is none.
    fn poll_text(&mut self, context: &mut Context<'_>) -> Poll<Utf8Bytes>;
}

impl std::fmt::Debug for dyn Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Feed")
    }
}

/// An open socket, as a session has it. Dropping it ends the socket.
#[derive(Debug)]
pub struct Socket {
    feed: Option<oneshot::Sender<Box<dyn Feed>>>,
    stream: Option<SplitStream<Stream>>,
    give_back: Option<oneshot::Sender<SplitStream<Stream>>>,
    sender: Sender,
    silence_max: std::time::Duration,
    last_heard: Instant,
}

impl Socket {
    /// The next frame; `None` when the socket is at its end, whoever ended it. Pings are answered and pongs
    /// swallowed here, so a session must keep asking. May be dropped and called again without loss.
    pub async fn recv(&mut self) -> Option<Incoming> {
        let stream = self.stream.as_mut()?;
        let ending = &self.sender.ending;
        loop {
            let heard = tokio::select! {
                biased;
                () = ending.token.cancelled() => return None,
                heard = timeout_at(self.last_heard + self.silence_max, stream.next()) => heard,
            };
            let Ok(heard) = heard else {
                ending.decide(code::SILENT, "nothing heard".into());
                return None;
            };
            self.last_heard = Instant::now();
            match heard {
                Some(Ok(Message::Text(text))) => return Some(Incoming::Text(text)),
                Some(Ok(Message::Binary(bytes))) => return Some(Incoming::Binary(bytes)),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_))) | None => {
                    ending.decide(code::NORMAL, "".into());
                    return None;
                }
                Some(Err(error)) => {
                    let (code, reason) = verdict(&error);
                    ending.decide(code, reason.into());
                    return None;
                }
            }
        }
    }

    /// Waits until at least half of the queue is free, in frames and in bytes, and `feed_has_room`, or the socket is at its end. A session that
    /// asks for this before it takes the next frame does not fill queue or feed faster than they are written, and so
    /// does not close the socket of a client that reads all it is sent. Whoever does not read is closed by the writer's
    /// patience.
    pub async fn room(&self, feed_has_room: impl Fn() -> bool) {
        let Sender { queue, ending } = &self.sender;
        let is_half_free = || {
            queue.capacity() >= queue.max_capacity().div_ceil(2)
                && ending.waiting.load(Ordering::Relaxed) <= limits::SOCKET_QUEUE_BYTES / 2
        };
        while !is_half_free() || !feed_has_room() {
            tokio::select! {
                () = ending.token.cancelled() => return,
                () = ending.taken.notified() => {}
            }
        }
    }

    /// From now on, what this has is written to the client. For the first that is given.
    pub fn attach(&mut self, feed: impl Feed + 'static) {
        if let Some(give) = self.feed.take() {
            // A writer that is gone has nobody to write to.
            let _ = give.send(Box::new(feed));
        }
    }

    /// The writing end.
    #[must_use]
    pub fn sender(&self) -> &Sender {
        &self.sender
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let (Some(stream), Some(give_back)) = (self.stream.take(), self.give_back.take()) {
            let _ = give_back.send(stream);
        }
    }
}

fn verdict(error: &WsError) -> (u16, &'static str) {
    match error {
        WsError::Capacity(CapacityError::MessageTooLong { .. }) => (code::TOO_LARGE, "frame too large"),
        WsError::Utf8(_) => (code::NOT_UTF8, "not UTF-8"),
        WsError::Protocol(_) | WsError::AttackAttempt => (code::PROTOCOL, "protocol error"),
        _ => (code::NORMAL, ""),
    }
}

async fn open<S, Fut>(kit: Arc<Kit>, on_upgrade: OnUpgrade, slot: Slot, session: S)
where
    S: FnOnce(Socket) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    // Resolves once the answer is written; a client that leaves before ends the connection and so this.
    let Some(Ok(upgraded)) = kit.kill.run_until_cancelled(on_upgrade).await else { return };
    kit.telemetry.sockets.increment(1.0);
    // Boxed, and not handed on to another async function: each of those would keep room for it twice, which
    // is most of what an idle socket costs.
    let mut serving = Box::pin(serve(Arc::clone(&kit), upgraded, session));
    tokio::select! {
        () = kit.kill.cancelled() => {}
        () = serving.as_mut() => {}
    }
    drop(serving);
    kit.telemetry.sockets.decrement(1.0);
    drop(slot);
}

async fn serve<S, Fut>(kit: Arc<Kit>, upgraded: Upgraded, session: S)
where
    S: FnOnce(Socket) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let limits = &kit.policy.limits;
    let io = TokioIo::new(upgraded);
    let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(ws_config())).await;
    let (sink, stream) = stream.split();
    let (queue, queued) = mpsc::channel(limits.socket_queue);
    let ending = Arc::new(Ending {
        token: kit.shutdown.child_token(),
        taken: Notify::new(),
        waiting: AtomicUsize::new(0),
        frame: OnceLock::new(),
    });
    let (feed, fed) = oneshot::channel();
    let texts = Texts {
        queued,
        fed: Some(fed),
        feed: None,
        taken: Vec::new(),
        of_session: 0,
        most: limits.socket_queue,
    };
    let writer = kit.tracker.spawn(write(sink, texts, Arc::clone(&ending), Arc::clone(&kit)));
    let (give_back, given_back) = oneshot::channel();
    let socket = Socket {
        feed: Some(feed),
        stream: Some(stream),
        give_back: Some(give_back),
        sender: Sender { queue, ending: Arc::clone(&ending) },
        silence_max: limits.socket_silence_max,
        last_heard: Instant::now(),
    };
    // The call itself may panic, too.
    if AssertUnwindSafe(async { session(socket).await }).catch_unwind().await.is_err() {
        tracing::error!("a socket's session panicked");
        ending.decide(code::INTERNAL, "".into());
    }
    ending.decide(code::NORMAL, "".into());
    if let (Ok(Some(sink)), Ok(stream)) = (writer.await, given_back.await)
        && let Ok(stream) = stream.reunite(sink)
    {
        Box::pin(linger(stream, limits.socket_linger)).await;
    }
}

fn ws_config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(limits::SOCKET_READ_BUFFER)
        .write_buffer_size(limits::SOCKET_WRITE_BUFFER)
        .max_write_buffer_size(limits::SOCKET_WRITE_BUFFER_MAX)
        .max_message_size(Some(limits::FRAME_MAX))
        .max_frame_size(Some(limits::FRAME_MAX))
}

/// What is to be written: what the session queues, and what the feed has.
struct Texts {
    queued: mpsc::Receiver<Utf8Bytes>,
    fed: Option<oneshot::Receiver<Box<dyn Feed>>>,
    feed: Option<Box<dyn Feed>>,
    taken: Vec<Utf8Bytes>,
    /// How many of those at the beginning are the session's.
    of_session: usize,
    most: usize,
}

impl Texts {
    /// Takes whatever there is. Ready when there is something, with whether there may be more some time.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        if let Some(fed) = &mut self.fed
            && let Poll::Ready(given) = Pin::new(fed).poll(context)
        {
            (self.fed, self.feed) = (None, given.ok());
        }
        let most = self.most;
        if self.taken.len() < most
            && self.queued.poll_recv_many(context, &mut self.taken, most) == Poll::Ready(0)
        {
            return Poll::Ready(false);
        }
        self.of_session = self.taken.len();
        if let Some(feed) = &mut self.feed {
            while self.taken.len() < most
                && let Poll::Ready(text) = feed.poll_text(context)
            {
                self.taken.push(text);
            }
        }
        if self.taken.is_empty() { Poll::Pending } else { Poll::Ready(true) }
    }

    /// What was taken, and how many bytes of it were queued by the session.
    fn messages(&mut self) -> (impl Iterator<Item = Message> + use<>, usize) {
        let bytes = self.taken[..self.of_session].iter().map(|text| text.len()).sum();
        self.of_session = 0;
        (std::mem::take(&mut self.taken).into_iter().map(Message::Text), bytes)
    }
}

/// Writes whatever there is in one go, pings now and then, and ends with a close frame. Returns the sink,
/// unless the client does not read: then there is nothing more to say to it.
async fn write(
    mut sink: SplitSink<Stream, Message>,
    mut texts: Texts,
    ending: Arc<Ending>,
    kit: Arc<Kit>,
) -> Option<SplitSink<Stream, Message>> {
    let limits = &kit.policy.limits;
    let patience = limits.socket_write_timeout;
    let mut over = pin!(ending.token.cancelled());
    let mut ping = pin!(tokio::time::sleep(limits.socket_ping_every));
    loop {
        let written = tokio::select! {
            biased;
            () = &mut over => break,
            more = poll_fn(|context| texts.poll(context)) => {
                if !more {
                    break;
                }
                ending.taken.notify_one();
                let (messages, bytes) = texts.messages();
                let written = timeout(patience, write_all(&mut sink, messages)).await;
                ending.waiting.fetch_sub(bytes, Ordering::Relaxed);
                ending.taken.notify_one();
                written
            }
            () = &mut ping => {
                ping.as_mut().reset(Instant::now() + limits.socket_ping_every);
                timeout(patience, write_all(&mut sink, [Message::Ping(Bytes::new())])).await
            }
        };
        if !matches!(written, Ok(Ok(()))) {
            ending.decide(code::LAGGED, "too slow".into());
            return None;
        }
    }
    texts.queued.close();
    let mut rest: Vec<Message> = texts.messages().0.collect();
    while let Ok(text) = texts.queued.try_recv() {
        rest.push(Message::Text(text));
    }
    rest.push(Message::Close(Some(ending.frame())));
    timeout(patience, write_all(&mut sink, rest)).await.is_ok().then_some(sink)
}

async fn write_all(
    sink: &mut SplitSink<Stream, Message>,
    messages: impl IntoIterator<Item = Message>,
) -> Result<(), WsError> {
    for message in messages {
        sink.feed(message).await?;
    }
    sink.flush().await
}

/// Waits a moment for the client's side of the closing: a connection that is dropped with something unread is
/// reset, and the client might never see why it was closed.
async fn linger(mut stream: Stream, patience: std::time::Duration) {
    let closing = async {
        while let Some(Ok(_)) = stream.next().await {}
        let io = stream.get_mut();
        io.shutdown().await?;
        let mut scrap = vec![0_u8; 4 << 10];
        while io.read(&mut scrap).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _ = timeout(patience, closing).await;
}
