//! How far messages have come.

use matchmaking_core::model::profile::Gender;
use serde_json::{Value, json};

use super::{Person, data, each, frame, pair, refused, refused_fields};
use crate::support::{Database, Server, on_every_store, until};

async fn statuses(person: &Person, talk: i64) -> Vec<Value> {
    each(&person.messages(talk, "").await, "status")
}

async fn reading_goes_forward_only(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut said = Vec::new();
    for text in ["1", "2", "3"] {
        said.push(lin.say(talk, text).await);
    }
    assert_eq!(statuses(&lin, talk).await, ["sent", "sent", "sent"]);
    data(&wu.read(talk, &said[1]).await);
    assert_eq!(statuses(&lin, talk).await, ["read", "read", "sent"]);
    assert_eq!(wu.get("/conversations").await["total_unread"], 1);
    server.clock.advance(1_000);
    data(&wu.read(talk, &said[0]).await);
    let listed = lin.messages(talk, "").await;
    assert_eq!(each(&listed, "status"), ["read", "read", "sent"]);
    assert_eq!(listed["items"][0]["read_at"], super::START_TIME);
    data(&wu.read(talk, &said[2]).await);
    assert_eq!(statuses(&lin, talk).await, ["read", "read", "read"]);
    assert_eq!(wu.get("/conversations").await["items"][0]["unread_count"], 0);
    // Up to one's own message everything before is read.
    lin.say(talk, "4").await;
    let own = wu.say(talk, "5").await;
    let mut socket = lin.connect().await;
    data(&wu.read(talk, &own).await);
    let told = frame(&mut socket, "message_status").await;
    assert_eq!((&told["seq"], &told["status"]), (&json!(4), &json!("read")));
    assert_eq!(wu.get("/conversations").await["total_unread"], 0);
}

async fn a_message_of_elsewhere_is_unknown(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let he = Person::join(&server, "he", 3, Gender::Male).await;
    let elsewhere = he.meets(&server, &lin).await;
    let foreign = he.say(elsewhere, "x").await;
    let path = format!("/conversations/{talk}/read");
    refused(&lin.read(talk, &foreign).await, 40401);
    for id in [json!(424_242), json!(0), json!(-1), json!(9_007_199_254_740_992_i64)] {
        refused(&wu.put(&path, &json!({"last_read_message_id": id})).await, 40401);
    }
    refused_fields(&wu.put(&path, &json!({})).await, 40002, &["last_read_message_id"]);
    refused_fields(
        &wu.put(&path, &json!({"last_read_message_id": "1"})).await,
        40001,
        &["last_read_message_id"],
    );
}

async fn what_a_socket_took_was_delivered(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    lin.say(talk, "nobody is there").await;
    assert_eq!(statuses(&lin, talk).await, ["sent"]);
    let mut socket = wu.connect().await;
    lin.say(talk, "somebody is").await;
    frame(&mut socket, "new_message").await;
    until("the delivery to be noted", async || statuses(&lin, talk).await == ["delivered", "delivered"])
        .await;
    // A socket of any dialect does.
    drop(socket);
    super::nobody_is_connected(&server).await;
    let mut groups = crate::support::Client::open(&server, &format!("/api/v1/ws?token={}", wu.groups)).await;
    assert_eq!(groups.json().await["type"], "connected");
    wu.say(talk, "mine").await;
    lin.say(talk, "more").await;
    until("the delivery to be noted", async || {
        statuses(&lin, talk).await == ["delivered", "delivered", "delivered", "delivered"]
    })
    .await;
}

async fn reading_the_list_delivers(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut socket = lin.connect().await;
    for text in ["1", "2"] {
        lin.say(talk, text).await;
        frame(&mut socket, "new_message").await;
    }
    assert_eq!(statuses(&wu, talk).await, ["delivered", "delivered"]);
    let told = frame(&mut socket, "message_status").await;
    assert_eq!((&told["seq"], &told["status"]), (&json!(2), &json!("delivered")));
    assert_eq!(statuses(&lin, talk).await, ["delivered", "delivered"]);
    wu.messages(talk, "").await;
    socket.nothing_more().await;
}

on_every_store!(
    reading_goes_forward_only,
    a_message_of_elsewhere_is_unknown,
    what_a_socket_took_was_delivered,
    reading_the_list_delivers,
);
