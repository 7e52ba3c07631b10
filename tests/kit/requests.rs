use matchmaking_server::config::limits::Limits;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use super::support::{Answer, Server};

#[tokio::test]
async fn a_route_answers_at_all_its_mounts_and_with_a_trailing_slash() {
    let server = Server::of_things(Limits::default()).await;
    for path in ["/t/thing", "/again/thing", "/t/thing/", "/t/thing?x=1", "/t/thing/?x=1"] {
        let answer = server.ask("GET", path, &[]).await;
        assert_eq!((answer.status, answer.json()), (200, json!({"got": true})), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_json() {
    let server = Server::of_things(Limits::default()).await;
    for path in ["/nope", "/t", "//t/thing", "/t/thing//", "/%zz", "/"] {
        let answer = server.ask("GET", path, &[]).await;
        assert_eq!((answer.status, answer.json()), (404, json!({"detail": "Not Found"})), "{path}");
    }
    for method in ["PUT", "DELETE", "OPTIONS", "BREW"] {
        let answer = server.ask(method, "/t/thing", &[]).await;
        assert_eq!((answer.status, answer.json()), (405, json!({"detail": "Method Not Allowed"})));
        assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
    }
}

#[tokio::test]
async fn head_follows_get() {
    let server = Server::of_things(Limits::default()).await;
    let answer = server.ask("HEAD", "/t/thing", &[]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("content-length"), Some("12"));
    assert_eq!(server.ask("HEAD", "/nope", &[]).await.status, 404);
}

#[tokio::test]
async fn path_parameters_are_decoded() {
    let server = Server::of_things(Limits::default()).await;
    assert_eq!(server.ask("GET", "/t/%E7%BC%98/tail", &[]).await.json(), json!("缘"));
    assert_eq!(server.ask("GET", "/t/a%2Fb/tail", &[]).await.json(), json!("a/b"));
    assert_eq!(server.ask("GET", "/t/100%25/tail", &[]).await.json(), json!("100%"));
    assert_eq!(server.ask("GET", "/t/%ff/tail", &[]).await.status, 404);
}

#[tokio::test]
async fn request_ids_are_echoed_or_made() {
    let server = Server::of_things(Limits::default()).await;
    let answer = server.ask("GET", "/nope", &["X-Request-ID: abc-1"]).await;
    assert_eq!(answer.header("x-request-id"), Some("abc-1"));
    let too_long = format!("X-Request-ID: {}", "x".repeat(129));
    for bad in ["X-Request-ID: a b", too_long.as_str()] {
        let answer = server.ask("GET", "/t/thing", &[bad]).await;
        assert_eq!(answer.header("x-request-id").map(str::len), Some(16));
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_connection_goes_on() {
    let server = Server::of_things(Limits::default()).await;
    let mut stream = server.connect().await;
    for (path, status) in [("/panics", 500), ("/t/thing", 200)] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = Answer::read_one(&mut stream).await;
        assert_eq!(answer.status, status);
        if status == 500 {
            assert_eq!(answer.json(), json!({"detail": "Internal Server Error"}));
        }
    }
}

#[tokio::test]
async fn requests_are_counted_by_route_and_status() {
    let server = Server::of_things(Limits::default()).await;
    server.ask("GET", "/t/secret-name/tail", &[]).await;
    server.ask("GET", "/nope/secret-name", &[]).await;
    let metrics = server.telemetry.render();
    assert!(metrics.contains(r#"route="/t/{name}/tail",status="200"} 1"#), "{metrics}");
    assert!(metrics.contains(r#"route="(unmatched)",status="404"} 1"#), "{metrics}");
    assert!(!metrics.contains("secret-name"));
}
