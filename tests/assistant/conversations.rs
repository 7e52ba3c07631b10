//! Conversations: made, listed, shown, renamed, deleted.

use matchmaking_core::{ids::AccountId, model::AccountStatus};
use serde_json::json;

use super::{MOUNTS, NOW, detail, model::scripted};
use crate::support::{Database, Options, Server, on_every_store, server::START};

async fn a_conversation_is_made_and_shown(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let user = server.assistant_user("lin").await;
    for mount in MOUNTS {
        for (sent, name) in [
            (json!({"user_id": user}), json!(null)),
            (json!({"user_id": user, "name": null}), json!(null)),
            (json!({"user_id": user, "name": ""}), json!(null)),
            (json!({"user_id": user.to_string(), "name": "缘分"}), json!("缘分")),
        ] {
            let made = server.post(&format!("{mount}/conversations/"), &sent).await;
            let id = made.number("id");
            let expected = json!({"user_id": user, "name": name, "id": id, "created_at": NOW});
            made.is(200, &expected);
            let mut shown = expected.clone();
            shown["messages"] = json!([]);
            server.get(&format!("{mount}/conversations/{id}")).await.is(200, &shown);
        }
    }
    let id = server.dialogue(user).await;
    let stream = server.ask(id, "天空为什么是蓝的?").await;
    asked.next().await.say(&["The", " sky", " is", " blue..."]).await;
    stream.rest().await;
    let shown = server.get(&format!("/api/v1/conversations/{id}")).await;
    let messages = shown.json()["messages"].clone();
    let ids = [&messages[0]["id"], &messages[1]["id"]];
    assert!(ids[0].as_i64().unwrap() < ids[1].as_i64().unwrap());
    let message = |role, content, id: &serde_json::Value| json!({"role": role, "content": content, "id": id, "conversation_id": shown.json()["id"], "created_at": NOW});
    let expected = json!({
        "user_id": user, "name": null, "id": id, "created_at": NOW,
        "messages": [message("user", "天空为什么是蓝的?", ids[0]), message("assistant", "The sky is blue...", ids[1])],
    });
    shown.is(200, &expected);
}

async fn unknown_things_are_unknown(database: Database) {
    let server = Server::start(&database).await;
    for id in ["0", "-1", "77", "9007199254740992", "99999999999999999999999"] {
        let body = format!("{{\"user_id\": {id}}}");
        server.post_text("/api/v1/conversations/", &body).await.is(404, &detail("User not found"));
        server.get(&format!("/api/v1/users/{id}/conversations")).await.is(200, &json!([]));
        let unknown = detail("Conversation not found");
        let path = server.url(&format!("/api/v1/conversations/{id}"));
        server.get(&format!("/api/v1/conversations/{id}")).await.is(404, &unknown);
        let rename = server.http.patch(&path).json(&json!({"name": "x"}));
        crate::support::Answer::of(rename).await.is(404, &unknown);
        crate::support::Answer::of(server.http.delete(&path)).await.is(404, &unknown);
        let ask = format!("{{\"conversation_id\": {id}, \"message\": \"x\"}}");
        server.post_text("/api/v1/chat", &ask).await.is(404, &unknown);
    }
}

async fn lists_are_newest_first_and_in_parts(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu) = (server.assistant_user("lin").await, server.assistant_user("wu").await);
    let mut made = Vec::new();
    for _ in 0..12 {
        made.insert(0, server.dialogue(lin).await);
        server.dialogue(wu).await;
    }
    let list = async |query: &str| -> Vec<i64> {
        let listed = server.get(&format!("/api/v1/users/{lin}/conversations{query}")).await;
        assert_eq!(listed.status, 200, "{}", listed.text);
        let listed = listed.json();
        listed.as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(list("").await, made[..10]);
    assert_eq!(list("/?skip=10").await, made[10..]);
    assert_eq!(list("?skip=1&limit=2").await, made[1..3]);
    assert_eq!(list("?limit=100").await, made);
    assert_eq!(list("?skip=9223372036854775807").await, Vec::<i64>::new());
    let first = server.get(&format!("/api/v1/users/{lin}/conversations?limit=1")).await;
    first.is(200, &json!([{"user_id": lin, "name": null, "id": made[0], "created_at": NOW}]));
}

async fn a_conversation_is_renamed_and_deleted(database: Database) {
    let server = Server::start(&database).await;
    let user = server.assistant_user("lin").await;
    for mount in MOUNTS {
        let id = server.dialogue(user).await;
        let path = server.url(&format!("{mount}/conversations/{id}/"));
        for (sent, name) in [("walks", json!("walks")), ("", json!(null))] {
            let renamed = server.http.patch(&path).json(&json!({"name": sent}));
            let renamed = crate::support::Answer::of(renamed).await;
            renamed.is(200, &json!({"user_id": user, "name": name, "id": id, "created_at": NOW}));
        }
        server.answer_to(id, "hello").await;
        let deleted = crate::support::Answer::of(server.http.delete(&path)).await;
        deleted.is(200, &json!({"success": true}));
        let unknown = detail("Conversation not found");
        crate::support::Answer::of(server.http.delete(&path)).await.is(404, &unknown);
        server.get(&format!("{mount}/conversations/{id}")).await.is(404, &unknown);
        server.refused(id, "hello").await.is(404, &unknown);
        server.get(&format!("{mount}/users/{user}/conversations")).await.is(200, &json!([]));
    }
}

/// Locked, deactivated or deleted: nobody acts for such an account, and a deletion erases what was said.
async fn who_takes_no_part_is_unknown(database: Database) {
    let server = Server::start(&database).await;
    for status in [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted] {
        let name = format!("{status:?}");
        let user = server.assistant_user(&name).await;
        let id = server.dialogue(user).await;
        server.answer_to(id, "hello").await;
        let left = server
            .inside(move |services| async move {
                let account = AccountId::new(user).unwrap();
                services.stores.accounts.set_status(account, status, START).await.unwrap();
                let id = matchmaking_core::ids::ConversationId::new(id).unwrap();
                services.stores.messages.messages_after(id, 0, 10).await.unwrap().len()
            })
            .await;
        assert_eq!(left, if status == AccountStatus::Deleted { 0 } else { 2 });
        server.get(&format!("/api/v1/users/{name}")).await.is(404, &detail("User not found"));
        let made = server.post("/api/v1/conversations", &json!({"user_id": user})).await;
        made.is(404, &detail("User not found"));
        server.get(&format!("/api/v1/users/{user}/conversations")).await.is(200, &json!([]));
        let unknown = detail("Conversation not found");
        server.get(&format!("/api/v1/conversations/{id}")).await.is(404, &unknown);
        server.refused(id, "hello").await.is(404, &unknown);
    }
}

on_every_store!(
    a_conversation_is_made_and_shown,
    unknown_things_are_unknown,
    lists_are_newest_first_and_in_parts,
    a_conversation_is_renamed_and_deleted,
    who_takes_no_part_is_unknown,
);
