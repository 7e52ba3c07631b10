//! `/ws/base`.

use serde_json::{Value, json};

use crate::support::socket::INVALID_JSON;
use crate::support::{Client, Database, Server, on_every_store, until};

const BASE: &str = "/ws/base";
const MESSAGE: &str = "/ws/message";
const MATCH: &str = "/ws/match";

fn message(from: i64, content: &Value) -> Value {
    json!({"type": "message", "from": from.to_string(), "content": content})
}

async fn whatever_object_is_sent_goes_to_everyone_else(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3, 4]).await;
    // First, so that nobody is there to be told of the match.
    let mut on_match = Client::login(&server, MATCH, 4).await;
    assert_eq!(on_match.json().await["type"], "match_info");
    let mut sender = Client::login(&server, BASE, 1).await;
    let mut on_base = Client::login(&server, BASE, 2).await;
    let mut on_message = Client::login(&server, MESSAGE, 3).await;
    let joined = json!({"type": "user_joined", "user_id": "3"});
    sender.expect(&joined).await;
    on_base.expect(&joined).await;

    for content in [
        json!({"type": "message", "content": "大家好"}),
        json!({}),
        json!({"type": "private", "target_user_id": 2, "chatroom_id": 1, "content": "not private here"}),
        json!({"type": null, "n": [1, 2.50, -0.0, 1e100, null, {"深": {"er": "\u{1f600}\"\\\n"}}], "big": u64::MAX}),
        json!({"user_id": 2}),
    ] {
        sender.send(&content).await;
        on_base.expect(message(1, &content)).await;
        on_message.expect(message(1, &content)).await;
    }
    // To the byte, blanks and order and doubled names included.
    let exact = "{ \"b\":1 , \"a\" : 1.0, \"a\":\"\\u4f60\", \"n\":123456789012345678901234567890 }";
    sender.send_text(exact).await;
    let expected = format!("{{\"type\":\"message\",\"from\":\"1\",\"content\":{exact}}}");
    assert_eq!(on_base.text().await, expected);
    assert_eq!(on_message.text().await, expected);

    // No echo, no acknowledgement; and nothing for the other audience.
    sender.nothing_more().await;
    on_base.nothing_more().await;
    on_message.nothing_more().await;
    on_match.nothing_more().await;
}

async fn frames_that_are_no_object_are_refused_and_the_socket_goes_on(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let mut sender = Client::login(&server, BASE, 1).await;
    let mut other = Client::login(&server, BASE, 2).await;
    let deep = "[".repeat(60_000);
    let deep_object = format!("{}1{}", "{\"a\":".repeat(9_000), "}".repeat(9_000));
    for text in [
        "",
        " ",
        "x",
        "{",
        "[]",
        "[{}]",
        "null",
        "5",
        "\"text\"",
        "true",
        "{\"a\":}",
        "{} {}",
        &deep,
        &deep_object,
    ] {
        sender.send_text(text).await;
        assert_eq!(sender.text().await, INVALID_JSON, "{text:.40}");
    }
    sender.send_binary(b"{\"a\":1}").await;
    assert_eq!(sender.text().await, INVALID_JSON);
    sender.send(json!({"still": "here"})).await;
    other.expect(message(1, &json!({"still": "here"}))).await;
    other.nothing_more().await;
}

/// What one user sends is for other users, on whichever sockets; their own other sockets are themselves.
async fn a_users_sockets_hear_others_each_and_their_owner_never(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let mut first = Client::login(&server, BASE, 1).await;
    let mut second = Client::login(&server, BASE, 1).await;
    let mut other = [Client::login(&server, BASE, 2).await, Client::login(&server, BASE, 2).await];
    first.send(json!({"n": 1})).await;
    first.settle().await;
    second.send(json!({"n": 2})).await;
    for client in &mut other {
        client.expect(message(1, &json!({"n": 1}))).await;
        client.expect(message(1, &json!({"n": 2}))).await;
        client.send(json!({"n": 3})).await;
    }
    for client in [&mut first, &mut second] {
        client.expect(message(2, &json!({"n": 3}))).await;
        client.expect(message(2, &json!({"n": 3}))).await;
        client.nothing_more().await;
    }
}

/// Joined and left count `/ws/message` sockets only.
async fn nobody_is_told_of_who_comes_and_goes_here(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    // Whom nobody seeks is matched with nobody, of which the others would be told.
    server.seek(1, 1).await;
    server.seek(2, 1).await;
    let mut on_base = Client::login(&server, BASE, 1).await;
    let mut on_message = Client::login(&server, MESSAGE, 2).await;
    on_base.expect(json!({"type": "user_joined", "user_id": "2"})).await;
    Client::login(&server, BASE, 3).await.close().await;
    let mut passing = Client::login(&server, MATCH, 3).await;
    passing.expect(json!({"type": "match_error", "message": "No matches found"})).await;
    passing.close().await;
    until("both sockets to be gone", async || server.connections() == 2).await;
    on_base.nothing_more().await;
    on_message.nothing_more().await;
}

on_every_store!(
    whatever_object_is_sent_goes_to_everyone_else,
    frames_that_are_no_object_are_refused_and_the_socket_goes_on,
    a_users_sockets_hear_others_each_and_their_owner_never,
    nobody_is_told_of_who_comes_and_goes_here,
);
