//! Everything is durable when it is answered: a server that starts on the same database shows the same.

use serde_json::json;

use super::done;
use crate::support::{Client, Database, Server, on_durable_stores};

/// Everything that can be asked about two users, as it is answered.
async fn everything(server: &Server, one: i64, other: i64, matched: i64, room: i64) -> Vec<String> {
    let mut answers = Vec::new();
    for user in [one, other] {
        answers.push(server.info(user).await.text);
        answers.push(server.match_info(user, matched).await.text);
        answers.push(server.history(room, user).await.text);
    }
    answers
}

async fn what_was_answered_is_there_after_a_restart(database: Database) {
    let server = Server::start(&database).await;
    server.create(1, "阿强", 2).await;
    server.create(2, "小美", 1).await;
    server.users([3]).await;
    server.edit_age(1, 30).await;
    server.seek(1, 1).await;
    let summary = json!({"user_id": 2, "summary": "喜欢猫 🐈"});
    server.post("/UserManagement/edit_summary", &summary).await.is(200, &done());
    let matched = server.pair(1, 2, 77).await;
    let room = server.room(2, 1, matched).await;
    server.toggle_like(matched).await.is(200, &done());
    for (sender, text) in [(1, "你好"), (2, "你也好"), (1, "\u{1}\"\\\n🙂")] {
        server.say(room, sender, text).await;
        server.clock.advance(17);
    }
    server.deactivate(3).await.is(200, &done());
    let before = everything(&server, 1, 2, matched, room).await;
    server.stop();

    let server = Server::start(&database).await;
    assert_eq!(everything(&server, 1, 2, matched, room).await, before);
    assert_eq!(server.info(3).await.status, 400);
    // It goes on where it was: the same pair, the same room, the next number.
    assert_eq!(server.pair(2, 1, 1).await, matched);
    assert_eq!(server.room(1, 2, matched).await, room);
    server.say(room, 2, "接着").await.is(200, &json!({"success": true, "match_id": matched}));
    assert_eq!(server.said(room, 1).await.len(), 4);
    server.create(3, "u3", 3).await.is(200, &json!({"success": true, "user_id": 3}));
    server.stop();

    let server = Server::start(&database).await;
    assert_eq!(server.said(room, 2).await.len(), 4);
    assert_eq!(server.info(3).await.status, 200);
}

/// The pool is filled from the store, so that matching goes on, too.
async fn matching_goes_on_after_a_restart(database: Database) {
    let server = Server::start(&database).await;
    for (user, gender, target) in [(1, 1, 2), (2, 2, 1), (3, 2, 2), (4, 2, 1)] {
        server.create(user, "x", gender).await;
        server.seek(user, target).await;
    }
    server.deactivate(4).await.is(200, &done());
    server.stop();

    let server = Server::start(&database).await;
    let mut client = Client::login(&server, "/ws/match", 1).await;
    let told = client.json().await;
    assert_eq!((&told["matched_user_id"], &told["message"]), (&json!(2), &json!(null)));
    drop(client);
    server.stop();

    let server = Server::start(&database).await;
    let mut client = Client::login(&server, "/ws/match", 2).await;
    let again = client.json().await;
    assert_eq!((&again["match_id"], &again["message"]), (&told["match_id"], &json!("Existing match found")));
    let mut nobody = Client::login(&server, "/ws/match", 3).await;
    assert_eq!(nobody.json().await["type"], "match_error");
}

on_durable_stores!(what_was_answered_is_there_after_a_restart, matching_goes_on_after_a_restart);
