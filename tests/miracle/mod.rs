//! The Miracle surface over the wire.

mod access;
mod base_socket;
mod chatrooms;
mod durability;
mod match_socket;
mod matches;
mod message_socket;
mod protocol;
mod races;
mod sockets;
mod users;
mod validation;

use serde_json::{Value, json};

use crate::support::{Answer, Remote};

/// Where the routes are mounted.
const MOUNTS: [&str; 2] = ["", "/api/v1"];

/// `{"success": true}`
fn done() -> Value {
    json!({"success": true})
}

/// `{"success": false}`
fn not_done() -> Value {
    json!({"success": false})
}

/// `{"detail": text}`
fn detail(text: &str) -> Value {
    json!({"detail": text})
}

/// The refusal for whoever is not known.
fn unknown_user() -> Value {
    detail("404: 用户不存在")
}

impl Remote {
    /// Creates a user, or renames them.
    pub(crate) async fn create(&self, id: i64, name: &str, gender: u8) -> Answer {
        let body = json!({"telegram_user_name": name, "telegram_user_id": id, "gender": gender});
        self.post("/UserManagement/create_new_user", &body).await
    }

    /// Creates users who are called `u` and their number, whose gender is 3, and who tell nothing else.
    pub(crate) async fn users(&self, ids: impl IntoIterator<Item = i64>) {
        for id in ids {
            let created = self.create(id, &format!("u{id}"), 3).await;
            created.is(200, &json!({"success": true, "user_id": id}));
        }
    }

    pub(crate) async fn edit_age(&self, id: i64, age: u8) {
        self.post("/UserManagement/edit_user_age", &json!({"user_id": id, "age": age}))
            .await
            .is(200, &done());
    }

    pub(crate) async fn seek(&self, id: i64, target: u8) {
        let body = json!({"user_id": id, "target_gender": target});
        self.post("/UserManagement/edit_target_gender", &body).await.is(200, &done());
    }

    pub(crate) async fn info(&self, id: i64) -> Answer {
        self.post("/UserManagement/get_user_info_with_user_id", &json!({"user_id": id})).await
    }

    pub(crate) async fn match_ids(&self, id: i64) -> Vec<i64> {
        let info = self.info(id).await.json();
        info["match_ids"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect()
    }

    pub(crate) async fn deactivate(&self, id: i64) -> Answer {
        self.post("/UserManagement/deactivate_user", &json!({"user_id": id})).await
    }

    /// Matches two users by hand; returns the match's number.
    pub(crate) async fn pair(&self, one: i64, other: i64, score: u8) -> i64 {
        let body = json!({
            "user_id_1": one, "user_id_2": other, "reason_1": format!("for {one}"),
            "reason_2": format!("for {other}"), "match_score": score,
        });
        self.post("/MatchManager/create_match", &body).await.number("match_id")
    }

    pub(crate) async fn match_info(&self, user: i64, id: i64) -> Answer {
        self.post("/MatchManager/get_match_info", &json!({"user_id": user, "match_id": id})).await
    }

    pub(crate) async fn toggle_like(&self, id: i64) -> Answer {
        self.post("/MatchManager/toggle_like", &json!({"match_id": id})).await
    }

    /// Opens the room of a match; returns its number.
    pub(crate) async fn room(&self, one: i64, other: i64, matched: i64) -> i64 {
        self.open_room(one, other, matched).await.number("chatroom_id")
    }

    pub(crate) async fn open_room(&self, one: i64, other: i64, matched: i64) -> Answer {
        let body = json!({"user_id_1": one, "user_id_2": other, "match_id": matched});
        self.post("/ChatroomManager/get_or_create_chatroom", &body).await
    }

    pub(crate) async fn say(&self, room: i64, sender: i64, text: &str) -> Answer {
        let body = json!({"chatroom_id": room, "sender_user_id": sender, "message_content": text});
        self.post("/ChatroomManager/send_message", &body).await
    }

    pub(crate) async fn history(&self, room: i64, user: i64) -> Answer {
        let body = json!({"chatroom_id": room, "user_id": user});
        self.post("/ChatroomManager/get_chat_history", &body).await
    }

    /// What was said in a room, as this user sees it: names and texts.
    pub(crate) async fn said(&self, room: i64, user: i64) -> Vec<(String, String)> {
        let history = self.history(room, user).await;
        assert_eq!(history.status, 200, "{}", history.text);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let history = history.json();
        let messages = history["messages"].as_array().unwrap().iter();
        messages.map(|message| (text(&message["sender_name"]), text(&message["message"]))).collect()
    }
}
