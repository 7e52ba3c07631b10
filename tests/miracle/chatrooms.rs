//! `ChatroomManager`.

use serde_json::{Value, json};

use super::{MOUNTS, detail, done, not_done};
use crate::support::{Database, Server, on_every_store};

fn refused() -> Value {
    json!({"success": false, "match_id": null})
}

async fn every_route_of_chatrooms_at_both_mounts(database: Database) {
    let server = Server::start(&database).await;
    for (first, mount) in [10, 20].into_iter().zip(MOUNTS) {
        let second = first + 1;
        server.users([first, second]).await;
        server.create(second, "小美", 1).await;
        let matched = server.pair(first, second, 50).await;
        let post = |route: &str, body: Value| {
            let (server, path) = (&server, format!("{mount}/ChatroomManager/{route}"));
            async move { server.post(&path, &body).await }
        };
        let open = json!({"user_id_1": first, "user_id_2": second, "match_id": matched});
        let opened = post("get_or_create_chatroom", open.clone()).await;
        let room = opened.number("chatroom_id");
        opened.is(200, &json!({"success": true, "chatroom_id": room}));
        post("get_or_create_chatroom", open).await.is(200, &json!({"success": true, "chatroom_id": room}));

        let asked = json!({"chatroom_id": room, "user_id": first});
        post("get_chat_history", asked.clone()).await.is(200, &json!({"success": true, "messages": []}));
        for (sender, text) in [(first, "你好"), (second, "hi \"there\"\n"), (first, "吃了吗")] {
            let body = json!({"chatroom_id": room, "sender_user_id": sender, "message_content": text});
            post("send_message", body).await.is(200, &json!({"success": true, "match_id": matched}));
            server.clock.advance(1);
        }
        let start = chrono::DateTime::parse_from_rfc3339("2026-02-05T10:30:00.123Z").unwrap();
        let offset = if mount.is_empty() { 0 } else { 3 };
        let at = |place: i64| {
            let moment = start + chrono::TimeDelta::milliseconds(offset + place);
            moment.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
        };
        post("get_chat_history", asked).await.is(
            200,
            &json!({"success": true, "messages": [
                {"sender_name": "I", "message": "你好", "datetime": at(0)},
                {"sender_name": "小美", "message": "hi \"there\"\n", "datetime": at(1)},
                {"sender_name": "I", "message": "吃了吗", "datetime": at(2)},
            ]}),
        );
        let other = post("get_chat_history", json!({"chatroom_id": room, "user_id": second})).await.json();
        let names: Vec<_> = other["messages"].as_array().unwrap().iter().map(|m| &m["sender_name"]).collect();
        assert_eq!(names, [&json!(format!("u{first}")), &json!("I"), &json!(format!("u{first}"))]);

        post("save_chatroom_history", json!({"chatroom_id": room})).await.is(200, &done());
        post("save_chatroom_history", json!({})).await.is(200, &done());
        post("save_chatroom_history", json!({"chatroom_id": null})).await.is(200, &done());
    }
}

async fn a_match_has_one_room_for_its_two_people_only(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    let (ours, theirs) = (server.pair(1, 2, 50).await, server.pair(2, 3, 50).await);
    let room = server.room(1, 2, ours).await;
    assert_eq!(server.room(2, 1, ours).await, room);
    assert_ne!(server.room(2, 3, theirs).await, room);
    let refusal = detail("404: 无法创建或获取聊天室");
    for (one, other, matched) in [
        (1, 3, ours),
        (3, 1, ours),
        (1, 2, theirs),
        (1, 1, ours),
        (1, 9, ours),
        (9, 1, ours),
        (1, 2, theirs + 1),
    ] {
        server.open_room(one, other, matched).await.is(400, &refusal);
    }
}

async fn a_history_is_for_its_two_people_only(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    let matched = server.pair(1, 2, 50).await;
    let room = server.room(1, 2, matched).await;
    server.say(room, 1, "秘密").await.is(200, &json!({"success": true, "match_id": matched}));
    for stranger in [3, 4] {
        let answer = server.history(room, stranger).await;
        answer.is(400, &detail("404: 用户不在该聊天室中"));
        server.say(room, stranger, "我也要").await.is(200, &refused());
    }
    for user in [1, 4] {
        server.history(room + 1, user).await.is(200, &json!({"success": true, "messages": []}));
        server.say(room + 1, user, "?").await.is(200, &refused());
    }
    let save = server.post("/ChatroomManager/save_chatroom_history", &json!({"chatroom_id": room + 1})).await;
    save.is(200, &not_done());
    assert_eq!(server.said(room, 2).await, [("u1".to_owned(), "秘密".to_owned())]);
}

async fn a_room_without_messages_is_in_no_ones_way(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let matched = server.pair(1, 2, 50).await;
    let room = server.room(1, 2, matched).await;
    assert_eq!(server.match_info(1, matched).await.json()["chatroom_id"], room);
    for blank in ["", " ", "\t\n", "\u{3000}"] {
        server.say(room, 1, blank).await.is(200, &refused());
    }
    assert!(server.said(room, 1).await.is_empty());
}

async fn long_histories_keep_their_order_across_pages(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let matched = server.pair(1, 2, 50).await;
    let room = server.room(1, 2, matched).await;
    let longest = "长".repeat(5000);
    server.say(room, 2, &longest).await.is(200, &json!({"success": true, "match_id": matched}));
    // More than a store is asked for at once.
    for number in 0..510 {
        let sender = 1 + number % 2;
        let sent = server.say(room, sender, &number.to_string()).await;
        assert_eq!(sent.status, 200);
    }
    let said = server.said(room, 1).await;
    assert_eq!(said.len(), 511);
    assert_eq!(said[0], ("u2".to_owned(), longest));
    for (number, (name, text)) in said[1..].iter().enumerate() {
        assert_eq!((name.as_str(), text), (if number % 2 == 0 { "I" } else { "u2" }, &number.to_string()));
    }
}

/// A history shows the names of today.
async fn renaming_shows_in_histories(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let matched = server.pair(1, 2, 50).await;
    let room = server.room(1, 2, matched).await;
    server.say(room, 2, "x").await;
    server.create(2, "新名字", 3).await;
    assert_eq!(server.said(room, 1).await, [("新名字".to_owned(), "x".to_owned())]);
}

on_every_store!(
    every_route_of_chatrooms_at_both_mounts,
    a_match_has_one_room_for_its_two_people_only,
    a_history_is_for_its_two_people_only,
    a_room_without_messages_is_in_no_ones_way,
    long_histories_keep_their_order_across_pages,
    renaming_shows_in_histories,
);
