//! The rows of the platform's logins and accounts.

use serde_json::json;

use super::rows::{ALL, Row, at, with};
use super::scene::Scene;

/// What is wrong for everyone: the codes and passwords in these rows are nobody's.
const BAD: [&str; 4] = ["400"; 4];
/// What opens nothing for anyone.
const CLOSED: [&str; 4] = ["401"; 4];
/// What nobody has.
const UNKNOWN: [&str; 4] = ["404"; 4];

/// A telephone that nobody has, another in each scene.
fn phone(scene: &Scene) -> String {
    (14_000_000_000 + scene.number).to_string()
}

pub(super) const ROWS: &[Row] = &[
    Row {
        method: "POST",
        path: "/v1/auth/sms-code/send",
        ask: |scene| with("/v1/auth/sms-code/send", &json!({"phone": phone(scene), "type": "login"})),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/v1/auth/register",
        ask: |scene| {
            let body = json!({"phone": phone(scene), "code": "000000", "password": "Abc123!@#"});
            with("/v1/auth/register", &body)
        },
        cells: BAD,
    },
    Row {
        method: "POST",
        path: "/v1/auth/login",
        ask: |scene| with("/v1/auth/login", &json!({"phone": phone(scene), "password": "Abc123!@#"})),
        cells: CLOSED,
    },
    Row {
        method: "POST",
        path: "/v1/auth/refresh",
        ask: |_| with("/v1/auth/refresh", &json!({"refresh_token": "x"})),
        cells: CLOSED,
    },
    Row {
        method: "POST",
        path: "/v1/auth/password/reset",
        ask: |scene| {
            let body = json!({"phone": phone(scene), "code": "000000", "new_password": "Abc123!@#"});
            with("/v1/auth/password/reset", &body)
        },
        cells: BAD,
    },
    Row { method: "POST", path: "/v1/auth/logout", ask: |_| with("/v1/auth/logout", &json!({})), cells: ALL },
    Row {
        method: "PUT",
        path: "/v1/account/password",
        ask: |_| {
            let body = json!({"old_password": "Abc123!@#", "new_password": "another1"});
            with("/v1/account/password", &body)
        },
        cells: BAD,
    },
    Row { method: "GET", path: "/v1/account/sessions", ask: |_| at("/v1/account/sessions"), cells: ALL },
    Row {
        method: "DELETE",
        path: "/v1/account/sessions/{session_id}",
        ask: |_| at("/v1/account/sessions/9007199254740991"),
        cells: UNKNOWN,
    },
    Row {
        method: "PUT",
        path: "/v1/account/identities",
        ask: |_| with("/v1/account/identities", &json!({})),
        cells: ALL,
    },
    Row {
        method: "DELETE",
        path: "/v1/account",
        ask: |_| with("/v1/account", &json!({"password": "Abc123!@#"})),
        cells: BAD,
    },
];
