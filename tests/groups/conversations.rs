//! The list of all conversations.

use matchmaking_core::model::AccountStatus;
use serde_json::{Value, json};

use super::{Person, START_TIME, done};
use crate::support::{Database, Server, on_every_store};

/// Names with their last contents and unread counts.
async fn listed(person: &Person) -> Vec<(String, String, i64)> {
    let data = person.get("/chat/conversations").await.data();
    let of = |conversation: &Value| {
        let last = conversation["last_message"]["content"].as_str().unwrap_or_default().to_owned();
        (
            conversation["name"].as_str().unwrap().to_owned(),
            last,
            conversation["unread_count"].as_i64().unwrap(),
        )
    };
    data["conversations"].as_array().unwrap().iter().map(of).collect()
}

fn line(name: &str, last: &str, unread: i64) -> (String, String, i64) {
    (name.to_owned(), last.to_owned(), unread)
}

async fn the_latest_activity_is_first(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    lin.get("/chat/conversations").await.is(200, &done(&json!({"conversations": []})));
    let group = lin.group_with("爬山", &[&wu]).await;
    server.clock.advance(1_000);
    wu.say(&lin, "你好").await;
    server.clock.advance(1_000);
    third.say(&lin, "hi").await;
    assert_eq!(listed(&lin).await, [line("third", "hi", 1), line("wu", "你好", 1), line("爬山", "", 0)]);
    server.clock.advance(1_000);
    lin.say_in(&group, "周六？").await;
    // What one writes oneself is not unread.
    assert_eq!(
        listed(&lin).await,
        [line("爬山", "周六？", 0), line("third", "hi", 1), line("wu", "你好", 1)]
    );
    assert_eq!(listed(&wu).await, [line("爬山", "周六？", 1), line("lin", "你好", 0)]);
    let newest = wu.get("/chat/conversations").await.data()["conversations"][0].clone();
    let last = &newest["last_message"];
    assert_eq!(
        newest,
        json!({
            "type": "group", "receiver_id": "", "group_id": group, "name": "爬山", "avatar": "",
            "last_message": {
                "message_id": last["message_id"], "type": "text", "content": "周六？", "sender_id": lin.id,
                "receiver_id": "", "group_id": group, "created_at": "2026-02-05T10:30:03.123Z",
            },
            "unread_count": 1, "updated_at": "2026-02-05T10:30:03.123Z",
        })
    );
    let direct = wu.get("/chat/conversations").await.data()["conversations"][1].clone();
    assert_eq!(
        (&direct["type"], &direct["receiver_id"], &direct["group_id"]),
        (&json!("direct"), &json!(lin.id), &json!(""))
    );
    assert_eq!(direct["last_message"]["receiver_id"], lin.id);
}

async fn reading_makes_unread_messages_read(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    for number in 1..=3 {
        wu.say(&lin, &number.to_string()).await;
    }
    assert_eq!(listed(&lin).await, [line("wu", "3", 3)]);
    lin.with(&wu, "&limit=1&offset=1").await;
    assert_eq!(listed(&lin).await, [line("wu", "3", 1)]);
    lin.say(&wu, "4").await;
    assert_eq!(listed(&lin).await, [line("wu", "4", 1)]);
    lin.with(&wu, "").await;
    assert_eq!(listed(&lin).await, [line("wu", "4", 0)]);
    let last = wu.say(&lin, "5").await;
    assert_eq!(listed(&lin).await, [line("wu", "5", 1)]);
    let mut client = lin.socket().await;
    client.send(json!({"type": "read", "data": {"message_id": last["message_id"]}})).await;
    client.settle().await;
    assert_eq!(listed(&lin).await, [line("wu", "5", 0)]);
    assert_eq!(listed(&wu).await, [line("lin", "5", 1)]);
}

async fn whoever_is_out_of_sight_is_out_of_the_list(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    let group = lin.group_with("g", &[&wu, &third]).await;
    wu.say(&lin, "direct").await;
    third.say_in(&group, "by third").await;
    wu.say_in(&group, "by wu").await;
    assert_eq!(listed(&lin).await.len(), 2);
    wu.becomes(&server, AccountStatus::Deactivated).await;
    assert_eq!(listed(&lin).await, [line("g", "by wu", 2)]);
    wu.becomes(&server, AccountStatus::Active).await;
    assert_eq!(listed(&lin).await.len(), 2);
    wu.block(&server, &lin).await;
    // What a blocked person wrote in a group is neither shown nor counted.
    assert_eq!(listed(&lin).await, [line("g", "by third", 1)]);
    assert_eq!(listed(&wu).await, [line("g", "by wu", 1)]);
    lin.delete(&format!("/group/{group}")).await.data();
    assert_eq!(listed(&lin).await, []);
    assert_eq!(listed(&third).await, []);
}

async fn typing_opens_no_conversation(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mut client = lin.socket().await;
    client.send(json!({"type": "typing", "data": {"receiver_id": wu.id}})).await;
    client.settle().await;
    for person in [&lin, &wu] {
        assert_eq!(listed(person).await, []);
    }
    let said = lin.say(&wu, "x").await;
    assert_eq!(said["created_at"], START_TIME);
    assert_eq!(listed(&wu).await, [line("lin", "x", 1)]);
}

on_every_store!(
    the_latest_activity_is_first,
    reading_makes_unread_messages_read,
    whoever_is_out_of_sight_is_out_of_the_list,
    typing_opens_no_conversation,
);
