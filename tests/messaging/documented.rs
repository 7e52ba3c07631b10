//! The document's examples.

use serde_json::{Value, json};

use super::{PNG, START, START_TIME, data, frame, names, pair};
use crate::support::{Database, Server, on_every_store};

async fn a_text_is_sent_listed_and_told_as_documented(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut socket = lin.connect().await;
    let body =
        json!({"type": "text", "content": "你好！", "client_message_id": "client_msg_001", "extra": {}});
    let sent = data(&wu.send(talk, &body).await);
    let id = sent["message_id"].as_i64().unwrap();
    let expected = json!({
        "message_id": id, "type": "text", "content": "你好！", "sender_id": wu.id, "is_me": true,
        "status": "sent", "sent_at": START_TIME, "seq": 1,
    });
    assert_eq!(sent.to_string(), expected.to_string());
    let told = frame(&mut socket, "new_message").await;
    let expected = json!({
        "message_id": id, "conversation_id": talk, "sender_id": wu.id, "type": "text", "content": "你好！",
        "sent_at": START_TIME, "seq": 1,
    });
    assert_eq!(told.to_string(), expected.to_string());

    // Nobody has read it; the list is read now.
    let listed = lin.messages(talk, "?before_id=50000&page_size=20").await;
    let expected = json!({"items": [{
        "message_id": id, "type": "text", "content": "你好！", "sender_id": wu.id, "is_me": false,
        "status": "delivered", "sent_at": START_TIME, "seq": 1,
    }], "has_more": false});
    assert_eq!(listed.to_string(), expected.to_string());
    server.clock.advance(5_000);
    assert_eq!(data(&lin.read(talk, &sent).await), Value::Null);
    let listed = wu.messages(talk, "").await;
    assert_eq!(listed["items"][0]["status"], "read");
    assert_eq!(listed["items"][0]["read_at"], "2026-02-05T10:30:05.123Z");
}

async fn the_list_of_conversations_is_as_documented(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let item = |unread: i64, last: Value, online: bool| {
        json!({
            "conversation_id": talk,
            "user": {"user_id": wu.id, "nickname": "wu", "avatar": null, "is_online": online},
            "last_message": last,
            "unread_count": unread, "is_pinned": false, "is_muted": false, "matched_at": START_TIME,
        })
    };
    let list = |item: Value, unread: i64| {
        let pagination = json!({
            "page": 1, "page_size": 20, "total": 1, "total_pages": 1, "has_next": false, "has_prev": false,
        });
        json!({"items": [item], "total_unread": unread, "pagination": pagination})
    };
    let listed = lin.get("/conversations").await;
    assert_eq!(listed.to_string(), list(item(0, Value::Null, false), 0).to_string());

    let socket = wu.connect().await;
    let id = wu.say(talk, "周末有空一起吃饭吗？").await["message_id"].clone();
    let last = json!({
        "message_id": id, "type": "text", "content": "周末有空一起吃饭吗？", "time": START_TIME, "is_me": false,
    });
    let listed = lin.get("/conversations").await;
    assert_eq!(listed.to_string(), list(item(1, last, true), 1).to_string());
    drop(socket);
}

async fn a_picture_is_uploaded_and_sent_as_documented(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let uploaded = data(&lin.upload("image", PNG).await);
    assert_eq!(names(&uploaded), ["url", "thumbnail", "width", "height", "duration", "size"]);
    assert_eq!(
        (&uploaded["width"], &uploaded["height"], &uploaded["duration"]),
        (&json!(3), &json!(2), &json!(0))
    );
    let body = json!({
        "type": "image", "media_url": uploaded["url"], "width": 1024, "height": 768,
        "client_message_id": "client_msg_002",
    });
    let sent = data(&lin.send(talk, &body).await);
    assert_eq!(
        names(&sent),
        [
            "message_id",
            "type",
            "content",
            "media_url",
            "thumbnail",
            "width",
            "height",
            "sender_id",
            "is_me",
            "status",
            "sent_at",
            "seq",
        ]
    );
    assert_eq!((&sent["content"], &sent["width"], &sent["height"]), (&json!(""), &json!(1024), &json!(768)));
    let listed = wu.messages(talk, "").await;
    let shown = &listed["items"][0];
    let (served, size) = (wu.open(&shown["media_url"]).await, &uploaded["size"]);
    assert_eq!((served.status, served.header("content-type")), (200, "image/jpeg"));
    assert_eq!(served.header("content-length"), size.to_string());
    assert_eq!(wu.open(&shown["thumbnail"]).await.status, 200);
}

async fn frames_are_as_documented(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut mine = lin.connect().await;
    let mut theirs = wu.connect().await;
    mine.send(json!({"type": "ping", "timestamp": 1_707_139_200_000_i64})).await;
    mine.expect(json!({"type": "pong", "timestamp": START.0})).await;
    mine.send(json!({
        "type": "message",
        "data": {"conversation_id": talk, "content": "你好！", "client_message_id": "client_msg_001"},
        "timestamp": 1_707_139_200_000_i64,
    }))
    .await;
    let status = frame(&mut mine, "message_status").await;
    let id = status["message_id"].clone();
    let expected = json!({
        "client_message_id": "client_msg_001", "message_id": id, "conversation_id": talk, "seq": 1, "status": "sent",
    });
    assert_eq!(status.to_string(), expected.to_string());
    let told = json!({
        "type": "new_message",
        "data": {
            "message_id": id, "conversation_id": talk, "sender_id": lin.id, "type": "text", "content": "你好！",
            "sent_at": START_TIME, "seq": 1,
        },
        "timestamp": START.0,
    });
    theirs.expect(told).await;
    // The other one's socket took it.
    let delivered = json!({"message_id": id, "conversation_id": talk, "seq": 1, "status": "delivered"});
    assert_eq!(frame(&mut mine, "message_status").await.to_string(), delivered.to_string());
    data(&wu.read(talk, &status).await);
    let read = json!({
        "message_id": id, "conversation_id": talk, "seq": 1, "status": "read", "read_at": START_TIME,
    });
    assert_eq!(frame(&mut mine, "message_status").await.to_string(), read.to_string());
    theirs.send(json!({"type": "typing", "data": {"conversation_id": talk}})).await;
    let typing = json!({"conversation_id": talk, "user_id": wu.id});
    assert_eq!(frame(&mut mine, "user_typing").await, typing);
    data(&lin.recall(&status).await);
    let recalled = json!({"message_id": id, "conversation_id": talk, "seq": 1, "status": "recalled"});
    for socket in [&mut mine, &mut theirs] {
        assert_eq!(frame(socket, "message_status").await.to_string(), recalled.to_string());
    }
}

on_every_store!(
    a_text_is_sent_listed_and_told_as_documented,
    the_list_of_conversations_is_as_documented,
    a_picture_is_uploaded_and_sent_as_documented,
    frames_are_as_documented,
);
