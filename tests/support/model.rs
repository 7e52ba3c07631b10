//! A local server that speaks OpenAI's chat completions as badly as a test wants it to.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::must;

/// The server.
pub(crate) struct ModelServer {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// A request to it, and the connection to answer on.
pub(crate) struct Asking {
    connection: TcpStream,
    pub(crate) head: String,
    pub(crate) body: Value,
}

/// The head of an event stream that ends with its connection.
pub(crate) const EVENTS: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// An event with this text.
pub(crate) fn event(text: &str) -> String {
    let chunk = serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]});
    format!("data: {chunk}\n\n")
}

impl ModelServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    /// Its base URL.
    pub(crate) fn base(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The next request.
    pub(crate) async fn next(&self) -> Asking {
        must("a request to the model's server", async {
            let (mut connection, _) = self.listener.accept().await.unwrap();
            let mut read = Vec::new();
            loop {
                let mut part = [0; 4096];
                let count = connection.read(&mut part).await.unwrap();
                assert!(count > 0, "half a request: {:?}", String::from_utf8_lossy(&read));
                read.extend_from_slice(&part[..count]);
                let text = String::from_utf8_lossy(&read).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
                });
                if body.len() == length.unwrap() {
                    let body = serde_json::from_str(body).unwrap();
                    return Asking { connection, head: head.to_owned(), body };
                }
            }
        })
        .await
    }
}

impl Asking {
    /// Writes bytes as they are.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.connection.write_all(bytes.as_ref()).await.unwrap();
        self.connection.flush().await.unwrap();
    }

    /// Writes bytes as they are, if there is still somebody to read them.
    pub(crate) async fn try_write(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.connection.write_all(bytes.as_ref()).await;
    }

    /// Answers with this and closes.
    pub(crate) async fn answer(mut self, bytes: impl AsRef<[u8]>) {
        self.write(bytes).await;
        self.connection.shutdown().await.unwrap();
    }

    /// Returns when whoever asked has closed the connection.
    pub(crate) async fn closed(&mut self) {
        let mut part = [0; 64];
        let ended = async { while !matches!(self.connection.read(&mut part).await, Ok(0) | Err(_)) {} };
        must("the end of the connection to the model's server", ended).await;
    }
}
