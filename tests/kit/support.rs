//! A server on a port of its own, and a client that says exactly what it is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use matchmaking_core::api::fault::Fault;
use matchmaking_core::api::route::{Route, Surface};
use matchmaking_core::clock::SystemClock;
use matchmaking_server::config::limits::Limits;
use matchmaking_server::http::{Call, Ctx, Mounted, Policy, Reply, Site, Telemetry, mount, raw, run};
use matchmaking_server::surfaces::dialect_of;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Declares an endpoint of the tests.
macro_rules! endpoint {
    ($name:ident = $route:expr) => {
        pub(super) struct $name;

        impl matchmaking_core::api::route::Endpoint for $name {
            const ROUTE: matchmaking_core::api::route::Route = $route;
            type Request = ();
            type Response = serde_json::Value;
        }
    };
}
pub(super) use endpoint;

endpoint!(Get = Route::get(Surface::Media, "/thing", "A thing").mounted_at(&["/t", "/again"]));
endpoint!(Post = Route::post(Surface::Media, "/thing", "A thing").mounted_at(&["/t"]).json_body(1_000));
endpoint!(Named = Route::get(Surface::Media, "/t/{name}/tail", "A named thing"));
endpoint!(Panics = Route::get(Surface::Media, "/panics", "Panics"));
endpoint!(Refuses = Route::post(Surface::Media, "/refuses", "Reads nothing").stream_body(1_000_000));
endpoint!(Upload = Route::post(Surface::Media, "/upload", "Counts bytes").stream_body(1_000));

/// What is short in tests, so that none waits for long. What a test is not about stays long.
pub(super) const SHORT: Duration = Duration::from_millis(50);

pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) shutdown: CancellationToken,
    pub(super) telemetry: Arc<Telemetry>,
    pub(super) task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(routes: Vec<Mounted>, policy: Policy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let telemetry = Arc::new(Telemetry::new());
        let site = Site {
            routes,
            dialects: dialect_of,
            policy,
            telemetry: Arc::clone(&telemetry),
            clock: Arc::new(SystemClock),
        };
        let token = shutdown.clone();
        let task = tokio::spawn(async move { run(listener, site, token).await.unwrap() });
        Self { address, shutdown, telemetry, task }
    }

    /// A server with the things above.
    pub(super) async fn of_things(limits: Limits) -> Self {
        Self::start(things(), Policy { limits, ..Policy::default() }).await
    }

    pub(super) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends this on a new connection and returns everything that comes back.
    pub(super) async fn exchange(&self, request: &str) -> Answer {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        Answer::read_to_end(&mut stream).await
    }

    /// A request without a body on a connection of its own; `headers` are lines without their ends.
    pub(super) async fn ask(&self, method: &str, path: &str, headers: &[&str]) -> Answer {
        let lines = headers.iter().map(|line| format!("{line}\r\n")).collect::<Vec<_>>().concat();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}\r\n");
        self.exchange(&head).await
    }
}

pub(super) fn things() -> Vec<Mounted> {
    vec![
        mount::<Get>(|_: Call<()>| async { Ok(json!({"got": true})) }),
        mount::<Post>(|_: Call<()>| async { Ok(json!({"posted": true})) }),
        mount::<Named>(|call: Call<()>| async move { Ok(json!(call.asked.param("name"))) }),
        mount::<Panics>(panics),
        raw::<Refuses>(|_: Ctx| async { Err(Fault::NoToken) }),
        raw::<Upload>(|mut ctx: Ctx| async move {
            let mut count = 0;
            while let Some(chunk) = ctx.body.chunk().await? {
                count += chunk.len();
            }
            Ok(Reply::json(http::StatusCode::OK, &count))
        }),
    ]
}

async fn panics(_: Call<()>) -> Result<Value, Fault> {
    panic!("as the test wants it")
}

/// An answer, taken apart.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) async fn read_to_end(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        Self::parse(&String::from_utf8(bytes).unwrap())
    }

    /// One answer of a connection that stays open.
    pub(super) async fn read_one(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        loop {
            let mut byte = [0];
            stream.read_exact(&mut byte).await.unwrap();
            bytes.push(byte[0]);
            if bytes.ends_with(b"\r\n\r\n") {
                break;
            }
        }
        let mut answer = Self::parse(&String::from_utf8(bytes).unwrap());
        let length: usize = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        answer.body = String::from_utf8(body).unwrap();
        answer
    }

    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }
}
