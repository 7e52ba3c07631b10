use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use matchmaking_core::api::route::{Route, Surface};
use matchmaking_server::config::limits::{FRAME_MAX, Limits};
use matchmaking_server::http::{Ctx, Incoming, Policy, SendRefused, Socket, close_code, socket};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::support::{SHORT, Server, endpoint};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

endpoint!(Echo = Route::socket(Surface::Media, "/echo", "Says what it hears"));
endpoint!(Flood = Route::socket(Surface::Media, "/flood", "Talks without end"));
endpoint!(Heavy = Route::socket(Surface::Media, "/heavy", "Says much at once"));
endpoint!(Panics = Route::socket(Surface::Media, "/panics", "Panics"));

async fn echo(mut socket: Socket) {
    while let Some(frame) = socket.recv().await {
        let text = match frame {
            Incoming::Text(text) => text,
            Incoming::Binary(bytes) => format!("{} bytes", bytes.len()).into(),
        };
        if text.as_str() == "bye" {
            socket.sender().close(4_000, "as you wish");
        }
        let _ = socket.sender().try_send(text);
    }
}

/// A server with the sockets above; the flood tells when it is over.
async fn start(limits: Limits) -> (Server, Arc<Notify>) {
    let over = Arc::new(Notify::new());
    let tell = Arc::clone(&over);
    let routes = vec![
        socket::<Echo>(|ctx: Ctx| async move { ctx.upgrade(echo) }),
        socket::<Flood>(move |ctx: Ctx| {
            let tell = Arc::clone(&tell);
            async move {
                ctx.upgrade(move |socket| async move {
                    let line = "x".repeat(8 << 10);
                    while socket.sender().try_send(line.as_str()) != Err(SendRefused::Closed) {
                        tokio::task::yield_now().await;
                    }
                    tell.notify_one();
                })
            }
        }),
        socket::<Panics>(|ctx: Ctx| async move { ctx.upgrade(|_| async { panic!("as the test wants it") }) }),
    ];
    (Server::start(routes, Policy { limits, ..Policy::default() }).await, over)
}

async fn client(server: &Server, path: &str) -> Client {
    connect_async(format!("ws://{}{path}", server.address)).await.unwrap().0
}

/// The number with which the server closes, after whatever else it says.
async fn closed_with(client: &mut Client) -> u16 {
    loop {
        match client.next().await.unwrap().unwrap() {
            Message::Close(Some(frame)) => return frame.code.into(),
            Message::Close(None) => panic!("closed without a reason"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn texts_and_bytes_come_and_go() {
    let (server, _) = start(Limits::default()).await;
    let mut client = client(&server, "/echo/").await;
    client.send("缘".into()).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text("缘"));
    client.send(Message::binary(vec![0_u8; 3])).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text("3 bytes"));
    client.send(Message::Ping("p".into())).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::Pong("p".into()));
    client.send("bye".into()).await.unwrap();
    assert_eq!(closed_with(&mut client).await, 4_000);
}

#[tokio::test]
async fn a_frame_over_64_kib_closes_the_socket() {
    let (server, _) = start(Limits::default()).await;
    let mut client = client(&server, "/echo").await;
    client.send("x".repeat(FRAME_MAX).into()).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap().len(), FRAME_MAX);
    client.send("x".repeat(FRAME_MAX + 1).into()).await.unwrap();
    assert_eq!(closed_with(&mut client).await, close_code::TOO_LARGE);
}

#[tokio::test]
async fn a_client_that_never_reads_is_closed_and_never_waited_for() {
    let (server, over) = start(Limits { socket_write_timeout: SHORT, ..Limits::default() }).await;
    let _client = client(&server, "/flood").await;
    over.notified().await;
}

#[tokio::test]
async fn what_waits_for_a_client_is_bounded_in_bytes() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Arc::new(std::sync::Mutex::new(Some(tell)));
    let heavy = socket::<Heavy>(move |ctx: Ctx| {
        let tell = Arc::clone(&tell);
        async move {
            ctx.upgrade(move |mut socket| async move {
                let text = "x".repeat(1 << 18);
                let taken = (0..128).take_while(|_| socket.sender().try_send(text.as_str()).is_ok()).count();
                tell.lock().unwrap().take().unwrap().send(taken).unwrap();
                // What waits is written before there is room again.
                socket.room(|| true).await;
                socket.sender().try_send("room").unwrap();
                socket.recv().await;
            })
        }
    });
    let server = Server::start(vec![heavy], Policy::default()).await;
    let mut client = client(&server, "/heavy").await;
    let taken = told.await.unwrap();
    assert!((1..128).contains(&taken), "{taken} texts wait");
    for _ in 0..taken {
        assert_eq!(client.next().await.unwrap().unwrap().len(), 1 << 18);
    }
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text("room"));
}

#[tokio::test]
async fn a_silent_socket_is_ended() {
    let (server, _) = start(Limits { socket_silence_max: SHORT, ..Limits::default() }).await;
    let mut client = client(&server, "/echo").await;
    assert_eq!(closed_with(&mut client).await, close_code::SILENT);
}

#[tokio::test]
async fn clients_are_pinged() {
    let (server, _) = start(Limits { socket_ping_every: SHORT, ..Limits::default() }).await;
    let mut client = client(&server, "/echo").await;
    assert!(matches!(client.next().await.unwrap().unwrap(), Message::Ping(_)));
}

#[tokio::test]
async fn the_shutdown_tells_clients_to_come_again() {
    let (server, _) = start(Limits::default()).await;
    let mut client = client(&server, "/echo").await;
    client.send("x".into()).await.unwrap();
    client.next().await.unwrap().unwrap();
    server.shutdown.cancel();
    assert_eq!(closed_with(&mut client).await, close_code::RESTART);
    drop(client);
    server.task.await.unwrap();
}

#[tokio::test]
async fn a_panic_closes_one_socket_only() {
    let (server, _) = start(Limits::default()).await;
    assert_eq!(closed_with(&mut client(&server, "/panics").await).await, close_code::INTERNAL);
    let mut other = client(&server, "/echo").await;
    other.send("x".into()).await.unwrap();
    assert_eq!(other.next().await.unwrap().unwrap(), Message::text("x"));
}

#[tokio::test]
async fn sockets_over_the_cap_are_refused() {
    for limits in
        [Limits { sockets: 1, ..Limits::default() }, Limits { sockets_per_address: 1, ..Limits::default() }]
    {
        let (server, _) = start(limits).await;
        let _first = client(&server, "/echo").await;
        let refused = connect_async(format!("ws://{}/echo", server.address)).await.unwrap_err();
        let Error::Http(answer) = refused else { panic!("{refused}") };
        assert_eq!(answer.status(), 503);
    }
}

#[tokio::test]
async fn a_plain_get_is_told_that_a_handshake_is_required() {
    let (server, _) = start(Limits::default()).await;
    for headers in [&[][..], &["Upgrade: websocket"], &["Upgrade: websocket", "Sec-WebSocket-Version: 13"]] {
        let answer = server.ask("GET", "/echo", headers).await;
        assert_eq!((answer.status, answer.json()), (426, json!({"detail": "Upgrade Required"})));
        assert_eq!(answer.header("upgrade"), Some("websocket"));
    }
}
