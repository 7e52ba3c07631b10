//! The rows of the assistant: whoever knows a number acts for it, and no token is looked at. Only a password keeps
//! everyone out.

use serde_json::json;

use super::rows::{ALL, Row, at, row, with};

/// Everyone may, but nobody for an account with a password: here that of whoever is blocked.
const UNPROTECTED: [&str; 4] = ["ok", "ok", "ok", "404"];

pub(super) const ROWS: &[Row] = &[
    row(
        "POST",
        "/api/v1/users",
        |scene| with("/api/v1/users", &json!({"username": format!("new{}", scene.number)})),
        ALL,
    ),
    row("GET", "/api/v1/users/{username}", |scene| at(format!("/api/v1/users/{}", scene.name)), UNPROTECTED),
    row(
        "POST",
        "/api/v1/conversations",
        |scene| with("/api/v1/conversations", &json!({"user_id": scene.me})),
        UNPROTECTED,
    ),
    row(
        "GET",
        "/api/v1/users/{user_id}/conversations",
        |scene| at(format!("/api/v1/users/{}/conversations", scene.me)),
        ALL,
    ),
    row(
        "GET",
        "/api/v1/conversations/{conversation_id}",
        |scene| at(format!("/api/v1/conversations/{}", scene.chatroom)),
        UNPROTECTED,
    ),
    row(
        "PATCH",
        "/api/v1/conversations/{conversation_id}",
        |scene| with(format!("/api/v1/conversations/{}", scene.chatroom), &json!({"name": "x"})),
        UNPROTECTED,
    ),
    row(
        "DELETE",
        "/api/v1/conversations/{conversation_id}",
        |scene| at(format!("/api/v1/conversations/{}", scene.chatroom)),
        UNPROTECTED,
    ),
    row(
        "POST",
        "/api/v1/chat",
        |scene| with("/api/v1/chat", &json!({"conversation_id": scene.chatroom, "message": "x"})),
        UNPROTECTED,
    ),
    row("POST", "/api/v1/purechat", |_| with("/api/v1/purechat", &json!({"message": "x"})), ALL),
];
