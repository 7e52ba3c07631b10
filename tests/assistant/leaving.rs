//! Clients that leave, servers that go down, conversations that are deleted: whatever was said by then is kept.

use serde_json::json;

use super::{
    Stream,
    model::{Exchange, scripted},
    said,
};
use crate::support::{Answer, Database, Options, Server, must, on_durable_stores, on_every_store, until};

/// The model learns that nobody wants more of it.
async fn ended(exchange: &Exchange) {
    must("the end of the model's work", exchange.writer.abandoned()).await;
}

/// A client leaves after this many of its events.
async fn leave_after(mut stream: Stream, events: usize) {
    for _ in 0..events {
        stream.event().await.unwrap();
    }
}

async fn a_client_may_leave_at_any_point(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let id = server.new_dialogue("lin").await;
    let mut kept = Vec::new();
    for pieces in 0..4_usize {
        let question = format!("question {pieces}");
        let stream = server.ask(id, &question).await;
        let exchange = asked.next().await;
        for piece in 0..pieces {
            exchange.writer.write(format!("{piece} ")).await.unwrap();
        }
        leave_after(stream, pieces).await;
        ended(&exchange).await;
        kept.push(("user".to_owned(), question));
        if pieces > 0 {
            let said: Vec<String> = (0..pieces).map(|piece| format!("{piece} ")).collect();
            kept.push(("assistant".to_owned(), said.concat()));
        }
        until("what was said is stored", async || server.told(id).await == kept).await;
    }
    // Nothing is blocked: the next one is answered.
    let stream = server.ask(id, "still there?").await;
    asked.next().await.say(&["yes"]).await;
    assert_eq!(stream.rest().await, "data: yes\n\n");
}

/// Plain chats end with their clients, too.
async fn who_leaves_a_plain_chat_ends_it(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let stream = server.stream("/api/v1/purechat", &json!({"message": "why?"})).await;
    let exchange = asked.next().await;
    exchange.writer.write("because").await.unwrap();
    leave_after(stream, 1).await;
    ended(&exchange).await;
}

/// A client that does not read does not hold up the others, and loses nothing: what it leaves unread is stored.
async fn a_reply_that_nobody_reads_is_stored_when_its_client_leaves(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let (slow, other) = (server.new_dialogue("lin").await, server.new_dialogue("wu").await);
    let unread = server.ask(slow, "much?").await;
    let exchange = asked.next().await;
    for _ in 0..20 {
        exchange.writer.write("much ").await.unwrap();
    }
    let stream = server.ask(other, "one?").await;
    asked.next().await.say(&["one"]).await;
    assert_eq!(stream.rest().await, "data: one\n\n");
    drop(unread);
    ended(&exchange).await;
    until("it is stored", async || server.told(slow).await.len() == 2).await;
}

async fn a_deleted_conversation_ends_its_reply(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let id = server.new_dialogue("lin").await;
    let mut stream = server.ask(id, "hello?").await;
    let exchange = asked.next().await;
    exchange.writer.write("well").await.unwrap();
    assert_eq!(stream.event().await.as_deref(), Some("data: well"));
    let path = server.url(&format!("/api/v1/conversations/{id}"));
    assert_eq!(Answer::of(server.http.delete(path)).await.status, 200);
    ended(&exchange).await;
    let end = "data: An error occurred during streaming: the assistant's reply broke off\n\n";
    assert_eq!(stream.rest().await, end);
    assert_eq!(server.get(&format!("/api/v1/conversations/{id}")).await.status, 404);
}

/// A server that goes down in order stores what was said when its grace is over.
async fn a_server_that_goes_down_keeps_what_was_said(database: Database) {
    let (model, mut asked) = scripted();
    let options = Options::default().assistant(model);
    let options = options.limits(|limits| limits.shutdown_grace = std::time::Duration::from_millis(50));
    let server = Server::start_with(&database, options.clone()).await;
    let id = server.new_dialogue("lin").await;
    let mut stream = server.ask(id, "hello?").await;
    let exchange = asked.next().await;
    exchange.writer.write("well").await.unwrap();
    assert_eq!(stream.event().await.as_deref(), Some("data: well"));
    tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
    ended(&exchange).await;
    let server = Server::start_with(&database, options).await;
    assert_eq!(server.told(id).await, said([("user", "hello?"), ("assistant", "well")]));
    let stream = server.ask(id, "again").await;
    asked.next().await.say(&["yes"]).await;
    assert_eq!(stream.rest().await, "data: yes\n\n");
}

on_every_store!(
    a_client_may_leave_at_any_point,
    who_leaves_a_plain_chat_ends_it,
    a_reply_that_nobody_reads_is_stored_when_its_client_leaves,
    a_deleted_conversation_ends_its_reply,
);
on_durable_stores!(a_server_that_goes_down_keeps_what_was_said);
