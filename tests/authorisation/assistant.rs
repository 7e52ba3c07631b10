//! The rows of the assistant: whoever knows a number acts for it, and no token is looked at. Only a password keeps
//! everyone out.

use serde_json::json;

use super::rows::{ALL, Row, at, with};

/// Everyone may, but nobody for an account with a password: here that of whoever is blocked.
const UNPROTECTED: [&str; 4] = ["ok", "ok", "ok", "404"];

pub(super) const ROWS: &[Row] = &[
    Row {
        method: "POST",
        path: "/api/v1/users",
        ask: |scene| with("/api/v1/users", &json!({"username": format!("new{}", scene.number)})),
        cells: ALL,
    },
    Row {
        method: "GET",
        path: "/api/v1/users/{username}",
        ask: |scene| at(format!("/api/v1/users/{}", scene.name)),
        cells: UNPROTECTED,
    },
    Row {
        method: "POST",
        path: "/api/v1/conversations",
        ask: |scene| with("/api/v1/conversations", &json!({"user_id": scene.me})),
        cells: UNPROTECTED,
    },
    Row {
        method: "GET",
        path: "/api/v1/users/{user_id}/conversations",
        ask: |scene| at(format!("/api/v1/users/{}/conversations", scene.me)),
        cells: ALL,
    },
    Row {
        method: "GET",
        path: "/api/v1/conversations/{conversation_id}",
        ask: |scene| at(format!("/api/v1/conversations/{}", scene.chatroom)),
        cells: UNPROTECTED,
    },
    Row {
        method: "PATCH",
        path: "/api/v1/conversations/{conversation_id}",
        ask: |scene| with(format!("/api/v1/conversations/{}", scene.chatroom), &json!({"name": "x"})),
        cells: UNPROTECTED,
    },
    Row {
        method: "DELETE",
        path: "/api/v1/conversations/{conversation_id}",
        ask: |scene| at(format!("/api/v1/conversations/{}", scene.chatroom)),
        cells: UNPROTECTED,
    },
    Row {
        method: "POST",
        path: "/api/v1/chat",
        ask: |scene| with("/api/v1/chat", &json!({"conversation_id": scene.chatroom, "message": "x"})),
        cells: UNPROTECTED,
    },
    Row {
        method: "POST",
        path: "/api/v1/purechat",
        ask: |_| with("/api/v1/purechat", &json!({"message": "x"})),
        cells: ALL,
    },
];
