use std::time::Duration;

use matchmaking_server::config::limits::Limits;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::support::{SHORT, Server};

fn post(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n{body}")
}

fn declared(path: &str, body: &str) -> String {
    post(path, &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()), body)
}

fn chunked(path: &str, body: &str) -> String {
    let body = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    post(path, "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", &body)
}

#[tokio::test]
async fn bodies_may_be_declared_or_chunked() {
    let server = Server::of_things(Limits::default()).await;
    let largest = format!("{:1000}", "{}");
    for request in [declared("/t/thing", "{}"), chunked("/t/thing", "{}"), chunked("/t/thing", &largest)] {
        assert_eq!(server.exchange(&request).await.json(), json!({"posted": true}));
    }
    assert_eq!(server.exchange(&chunked("/upload", &largest)).await.json(), json!(1000));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_read_to_its_end() {
    let server = Server::of_things(Limits::default()).await;
    for size in [1_001, 100_000] {
        let body = "x".repeat(size);
        for path in ["/t/thing", "/upload"] {
            for request in [declared(path, &body), chunked(path, &body)] {
                let answer = server.exchange(&request).await;
                let refusal = json!({"detail": "Request Entity Too Large"});
                assert_eq!((answer.status, answer.json()), (413, refusal));
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_is_declared_too_large_need_not_come() {
    let limits = Limits { drain_timeout: SHORT, ..Limits::default() };
    let server = Server::of_things(limits).await;
    let answer = server.exchange(&post("/t/thing", "Content-Length: 99999999999\r\n", "x")).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn a_handler_may_answer_without_reading() {
    let server = Server::of_things(Limits::default()).await;
    let body = "x".repeat(500_000);
    for request in [declared("/refuses", &body), chunked("/refuses", &body), declared("/nope", &body)] {
        let answer = server.exchange(&request).await;
        assert!(matches!(answer.status, 401 | 404));
        assert!(answer.json()["detail"].is_string());
    }
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let long = Duration::from_mins(10);
    for (chunk, whole, grace) in [(SHORT, long, long), (long, SHORT, long), (long, long, SHORT)] {
        let limits =
            Limits { body_chunk_timeout: chunk, body_timeout: whole, body_grace: grace, ..Limits::default() };
        let server = Server::of_things(limits).await;
        let answer = server.exchange(&post("/t/thing", "Content-Length: 10\r\n", "{")).await;
        assert_eq!((answer.status, answer.json()), (408, json!({"detail": "Request Timeout"})));
    }
}

#[tokio::test]
async fn half_a_head_is_not_waited_for() {
    let server = Server::of_things(Limits { header_timeout: SHORT, ..Limits::default() }).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /t/thing HTTP/1.1\r\nHost: lo").await.unwrap();
    // The end of the connection, whatever hyper says before it.
    let mut scrap = Vec::new();
    stream.read_to_end(&mut scrap).await.unwrap();
    assert!(!scrap.windows(3).any(|window| window == b"200"));
}

#[tokio::test]
async fn malformed_json_is_told_with_its_place() {
    let server = Server::of_things(Limits::default()).await;
    for body in ["{\"a\": }".to_owned(), "[".repeat(900)] {
        let answer = server.exchange(&declared("/t/thing", &body)).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.json()["detail"][0]["type"], "json_invalid");
    }
}
