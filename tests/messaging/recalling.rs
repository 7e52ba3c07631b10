//! Taking messages back.

use serde_json::{Value, json};

use super::{MINUTE, PNG, data, each, frame, pair, refused};
use crate::support::{Answer, Database, Server, on_durable_stores, on_every_store};

async fn a_message_is_taken_back_by_its_sender_within_two_minutes(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let late = lin.say(talk, "late").await;
    let said = lin.say(talk, "secret").await;
    refused(&wu.recall(&said).await, 40301);
    server.clock.advance(2 * MINUTE);
    let mut socket = wu.connect().await;
    assert_eq!(data(&lin.recall(&said).await), Value::Null);
    assert_eq!(frame(&mut socket, "message_status").await["status"], "recalled");
    for person in [&lin, &wu] {
        let listed = person.messages(talk, "").await;
        assert_eq!(each(&listed, "content"), ["late", ""]);
        assert_eq!(listed["items"][1]["status"], "recalled");
        assert_eq!(listed["items"][1]["seq"], 2);
        let preview = &person.get("/conversations").await["items"][0]["last_message"];
        assert_eq!((&preview["content"], &preview["status"]), (&json!(""), &json!("recalled")));
        let preview = &person.get("/matching/matches").await["items"][0]["last_message"];
        assert_eq!(preview["content"], "");
    }
    // Other dialects see nothing of it either.
    let others = wu.in_groups(&lin).await;
    assert_eq!(others[0]["content"], "");
    let path = format!("/api/message/list?room_id={talk}");
    let request = server.http.get(server.url(&path)).bearer_auth(&wu.rooms);
    assert!(!Answer::of(request).await.text.contains("secret"));
    // Again changes nothing, however late; what is a moment older stays.
    server.clock.advance(1);
    data(&lin.recall(&said).await);
    refused(&lin.recall(&late).await, 40301);
    assert_eq!(each(&wu.messages(talk, "").await, "content"), ["late", ""]);
}

async fn a_picture_goes_with_its_message(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let url = data(&lin.upload("image", PNG).await)["url"].clone();
    let body = json!({"type": "image", "media_url": url, "client_message_id": "c"});
    let first = data(&lin.send(talk, &body).await);
    let second = data(&lin.send(talk, &json!({"type": "image", "media_url": url})).await);
    let link = wu.messages(talk, "").await["items"][0]["media_url"].clone();
    data(&lin.recall(&first).await);
    // Another message carries it still.
    assert_eq!(wu.open(&link).await.status, 200);
    data(&lin.recall(&second).await);
    assert_eq!(wu.open(&link).await.status, 404);
    assert_eq!(lin.open(&url).await.status, 404);
    let again = data(&lin.send(talk, &body).await);
    assert_eq!((&again["message_id"], &again["status"]), (&first["message_id"], &json!("recalled")));
    refused(&lin.send(talk, &json!({"type": "image", "media_url": url})).await, 40001);
}

async fn reading_and_recalling_at_once_leave_both_done(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    for round in 0..10 {
        let said = lin.say(talk, "x").await;
        let (recalled, read) = tokio::join!(lin.recall(&said), wu.read(talk, &said));
        data(&recalled);
        data(&read);
        let listed = wu.messages(talk, "?page_size=1").await;
        let last = &listed["items"][0];
        assert_eq!(
            (&last["status"], &last["content"], &last["seq"]),
            (&json!("recalled"), &json!(""), &json!(round + 1))
        );
        assert_eq!(wu.get("/conversations").await["total_unread"], 0);
    }
}

on_every_store!(a_message_is_taken_back_by_its_sender_within_two_minutes, a_picture_goes_with_its_message);
on_durable_stores!(reading_and_recalling_at_once_leave_both_done);
