//! Other surfaces neither show conversations with the assistant nor write in them.

use matchmaking_core::ids::TelegramId;
use serde_json::json;

use super::said;
use crate::support::{Client, Database, Server, on_every_store};

async fn other_dialects_know_no_conversation_with_the_assistant(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let account = server
        .inside(|services| async move {
            services.telegram.account(TelegramId::new(1).unwrap()).await.unwrap().get()
        })
        .await;
    // A Telegram account has no password: it talks with the assistant by its account's number.
    let id = server.dialogue(account).await;
    server.answer_to(id, "hello").await;
    let before = server.told(id).await;
    assert_eq!(before.len(), 2);
    for user in [1, 2] {
        assert_eq!(server.said(id, user).await, said([]));
        assert_eq!(server.say(id, user, "x").await.json()["success"], false);
    }
    let mut socket = Client::login(&server, "/ws/message", 1).await;
    let frame = json!({"type": "private", "target_user_id": 2, "chatroom_id": id, "content": "x"});
    let status = socket.ask(&frame).await.unwrap();
    assert_eq!((&status["type"], &status["saved_to_database"]), (&json!("message_status"), &json!(false)));
    assert_eq!(server.told(id).await, before);
    // And what others are in is no conversation with the assistant.
    let matched = server.pair(1, 2, 50).await;
    let room = server.room(1, 2, matched).await;
    for path in
        [format!("/api/v1/conversations/{room}"), format!("/chat-api-svc/api/v1/conversations/{room}/")]
    {
        assert_eq!(server.get(&path).await.status, 404);
    }
    assert_eq!(server.refused(room, "x").await.status, 404);
    let listed = server.get(&format!("/api/v1/users/{account}/conversations")).await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

on_every_store!(other_dialects_know_no_conversation_with_the_assistant);
