use std::sync::Arc;

use matchmaking_core::api::route::{Route, Surface};
use matchmaking_server::config::limits::Limits;
use matchmaking_server::http::{Call, Policy, mount};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::support::{Answer, SHORT, Server, endpoint};

endpoint!(Waits = Route::get(Surface::Media, "/waits", "Waits until it is told"));

endpoint!(Changes = Route::post(Surface::Media, "/changes", "Changes something"));

const KEEP: &[u8] = b"GET /t/thing HTTP/1.1\r\nHost: localhost\r\n\r\n";
const WAIT: &[u8] = b"GET /waits HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn connections_over_the_cap_are_closed_at_once() {
    let server = Server::of_things(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = server.connect().await;
    first.write_all(KEEP).await.unwrap();
    assert_eq!(Answer::read_one(&mut first).await.status, 200);
    let mut second = server.connect().await;
    let mut scrap = Vec::new();
    // Closed, or reset, without a word.
    let _ = second.read_to_end(&mut scrap).await;
    assert!(scrap.is_empty());
    first.write_all(KEEP).await.unwrap();
    assert_eq!(Answer::read_one(&mut first).await.status, 200, "the first is not disturbed");
}

/// A server with a route that says when it was reached, and answers when it is told to.
async fn waiting(limits: Limits) -> (Server, Arc<Notify>, Arc<Notify>) {
    let (reached, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&reached), Arc::clone(&go));
    let handler = mount::<Waits>(move |_: Call<()>| {
        let (tell, wait) = (Arc::clone(&tell), Arc::clone(&wait));
        async move {
            tell.notify_one();
            wait.notified().await;
            Ok(json!("done"))
        }
    });
    let policy = Policy { limits, ..Policy::default() };
    (Server::start(vec![handler], policy).await, reached, go)
}

#[tokio::test]
async fn the_shutdown_lets_requests_finish_and_lets_nobody_in() {
    let (server, reached, go) = waiting(Limits::default()).await;
    let mut idle = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(WAIT).await.unwrap();
    reached.notified().await;
    server.shutdown.cancel();
    // An idle connection is closed; by then the listener is, too, or soon will be.
    let _ = idle.read_to_end(&mut Vec::new()).await;
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    go.notify_one();
    let answer = Answer::read_to_end(&mut busy).await;
    assert_eq!((answer.status, answer.json()), (200, json!("done")));
    server.task.await.unwrap();
}

#[tokio::test]
async fn the_shutdown_does_not_wait_longer_than_the_grace() {
    let (server, reached, _never) = waiting(Limits { shutdown_grace: SHORT, ..Limits::default() }).await;
    let mut busy = server.connect().await;
    busy.write_all(WAIT).await.unwrap();
    reached.notified().await;
    server.shutdown.cancel();
    server.task.await.unwrap();
    let mut scrap = Vec::new();
    let _ = busy.read_to_end(&mut scrap).await;
    assert!(scrap.is_empty(), "cut off");
}

#[tokio::test]
async fn what_changes_something_runs_on_when_the_client_leaves() {
    let (reached, go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait, finished) = (Arc::clone(&reached), Arc::clone(&go), Arc::clone(&done));
    let handler = mount::<Changes>(move |_: Call<()>| {
        let (tell, wait, finished) = (Arc::clone(&tell), Arc::clone(&wait), Arc::clone(&finished));
        async move {
            tell.notify_one();
            wait.notified().await;
            finished.notify_one();
            Ok(json!("done"))
        }
    });
    let server = Server::start(vec![handler], Policy::default()).await;
    let mut leaving = server.connect().await;
    leaving.write_all(b"POST /changes HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    reached.notified().await;
    drop(leaving);
    // Once the connection is gone from the count, hyper has dropped everything that hung on it.
    while !server.telemetry.render().contains("http_connections 0") {
        tokio::task::yield_now().await;
    }
    go.notify_one();
    done.notified().await;
}

#[tokio::test]
async fn two_servers_live_in_one_process() {
    let first = Server::of_things(Limits::default()).await;
    let second = Server::of_things(Limits::default()).await;
    first.shutdown.cancel();
    first.task.await.unwrap();
    assert_eq!(second.ask("GET", "/t/thing", &[]).await.status, 200);
    assert!(!first.telemetry.render().contains("status="), "each counts for itself");
}
