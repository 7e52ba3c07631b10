//! Who has read what, and when.

use serde_json::{Value, json};

use super::{Person, SECOND_LATER, START_TIME, UNKNOWN, error_frame, read_frame};
use crate::support::{Database, Server, on_every_store};

/// Contents with who read them and when, newest first.
fn readers(listed: &Value) -> Vec<(String, Vec<(String, String)>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let messages = listed["messages"].as_array().unwrap().iter();
    messages
        .map(|message| {
            let marks = message["read_by"].as_array().unwrap().iter();
            let marks = marks.map(|mark| (text(&mark["user_id"]), text(&mark["read_at"]))).collect();
            (text(&message["content"]), marks)
        })
        .collect()
}

fn mark(person: &Person, at: &str) -> (String, String) {
    (person.id.clone(), at.to_owned())
}

async fn listing_marks_what_is_listed_and_all_before(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    for content in ["1", "2", "3", "4"] {
        lin.say(&wu, content).await;
    }
    let as_lin = async || readers(&lin.with(&wu, "").await);
    let unread = |content: &str| (content.to_owned(), Vec::new());
    // One's own list shows no reader, and reading what one wrote is nothing.
    assert_eq!(as_lin().await, ["4", "3", "2", "1"].map(unread));
    // An older page, of which the newest is the second.
    server.clock.advance(1_000);
    let page = wu.with(&lin, "&limit=1&offset=2").await;
    assert_eq!(readers(&page), [("2".to_owned(), vec![mark(&wu, SECOND_LATER)])]);
    let read = |content: &str, at: &str| (content.to_owned(), vec![mark(&wu, at)]);
    assert_eq!(as_lin().await, [unread("4"), unread("3"), read("2", SECOND_LATER), read("1", SECOND_LATER)]);
    // What is read stays read, at the moment at which it first was.
    server.clock.advance(1_000);
    let later = "2026-02-05T10:30:02.123Z";
    wu.with(&lin, "&offset=3").await;
    assert_eq!(as_lin().await[1..], [unread("3"), read("2", SECOND_LATER), read("1", SECOND_LATER)]);
    wu.with(&lin, "").await;
    let all = [read("4", later), read("3", later), read("2", SECOND_LATER), read("1", SECOND_LATER)];
    assert_eq!(as_lin().await, all);
    server.clock.advance(1_000);
    wu.with(&lin, "").await;
    assert_eq!(as_lin().await, all);
    assert_eq!(readers(&wu.with(&lin, "").await), all);
}

async fn everyone_in_a_group_reads_for_themselves(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    let group = lin.group_with("g", &[&wu, &third]).await;
    lin.say_in(&group, "by lin").await;
    wu.say_in(&group, "by wu").await;
    third.within(&group, "").await;
    server.clock.advance(1_000);
    let by_wu = ("by wu".to_owned(), vec![mark(&lin, SECOND_LATER), mark(&third, START_TIME)]);
    // Never its sender, though wu has read everything, too.
    wu.within(&group, "").await;
    let by_lin = ("by lin".to_owned(), vec![mark(&wu, SECOND_LATER), mark(&third, START_TIME)]);
    assert_eq!(readers(&lin.within(&group, "").await), [by_wu, by_lin]);
    // Whoever has left is told no more.
    third.remove(&group, &third).await.data();
    let listed = readers(&lin.within(&group, "").await);
    assert_eq!(listed[0].1, [mark(&lin, SECOND_LATER)]);
    assert_eq!(listed[1].1, [mark(&wu, SECOND_LATER)]);
}

async fn senders_are_told_by_socket(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    let group = lin.group_with("g", &[&wu, &third]).await;
    let first = lin.say_in(&group, "1").await;
    let second = lin.say_in(&group, "2").await;
    let by_third = third.say_in(&group, "3").await;
    let last = lin.say_in(&group, "4").await;
    let mut of_lin = lin.socket().await;
    let mut also_lin = lin.socket().await;
    let mut of_third = third.socket().await;
    let mut of_wu = wu.socket().await;
    let read = |message: &Value| json!({"type": "read", "data": {"message_id": message["message_id"]}});

    of_wu.send(read(&first)).await;
    for client in [&mut of_lin, &mut also_lin] {
        client.expect(read_frame(&first, &wu, START_TIME)).await;
    }
    // Again, and before: nothing new.
    of_wu.send(read(&first)).await;
    server.clock.advance(1_000);
    // Listing tells each sender of the newest of theirs that was unread.
    wu.within(&group, "&offset=1").await;
    of_lin.expect(read_frame(&second, &wu, SECOND_LATER)).await;
    of_third.expect(read_frame(&by_third, &wu, SECOND_LATER)).await;
    of_wu.send(read(&second)).await;
    of_wu.send(read(&by_third)).await;
    of_wu.settle().await;
    wu.within(&group, "").await;
    of_lin.expect(read_frame(&last, &wu, SECOND_LATER)).await;
    wu.within(&group, "").await;
    for client in [&mut of_lin, &mut of_third, &mut of_wu] {
        client.nothing_more().await;
    }
    also_lin.expect(read_frame(&second, &wu, SECOND_LATER)).await;
    also_lin.expect(read_frame(&last, &wu, SECOND_LATER)).await;
    also_lin.nothing_more().await;
    // It shows in lists, too.
    let listed = lin.within(&group, "&limit=4").await;
    let marks = readers(&listed);
    assert_eq!(marks[3].1, [mark(&wu, START_TIME), mark(&third, START_TIME)][..1]);
    assert_eq!(marks[0].1, [mark(&wu, SECOND_LATER)]);
}

async fn messages_of_others_cannot_be_read(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let stranger = Person::join(&server, "stranger").await;
    let direct = lin.say(&wu, "x").await;
    let group = lin.group_with("g", &[&wu]).await;
    let in_group = lin.say_in(&group, "x").await;
    let mut of_lin = lin.socket().await;
    let mut client = stranger.socket().await;
    for id in [
        direct["message_id"].clone(),
        in_group["message_id"].clone(),
        json!("999"),
        json!(999),
        json!("0"),
        json!("x"),
        json!(""),
        json!(-1),
        json!("99999999999999999999"),
    ] {
        client.send(json!({"type": "read", "data": {"message_id": id}})).await;
        client.expect(error_frame(404, UNKNOWN, "消息不存在")).await;
    }
    // One's own message is nothing to be told of.
    of_lin.send(json!({"type": "read", "data": {"message_id": direct["message_id"]}})).await;
    of_lin.nothing_more().await;
    assert_eq!(readers(&lin.with(&wu, "").await)[0].1, []);
    // A group that was left is a stranger's again.
    wu.remove(&group, &wu).await.data();
    let mut of_wu = wu.socket().await;
    of_wu.send(json!({"type": "read", "data": {"message_id": in_group["message_id"]}})).await;
    of_wu.expect(error_frame(404, UNKNOWN, "消息不存在")).await;
}

on_every_store!(
    listing_marks_what_is_listed_and_all_before,
    everyone_in_a_group_reads_for_themselves,
    senders_are_told_by_socket,
    messages_of_others_cannot_be_read,
);
