//! The rows of the platform and of the back office.

use serde_json::json;

use super::rows::{ALL, Asked, Row, at, socket, with};
use super::scene::Scene;

/// Everyone may about another but whom the owner has blocked, to whom they are unknown.
const SEEN: [&str; 4] = ["ok", "ok", "ok", "404"];
/// The two of a match may, and to nobody else is there anything; nor to one of whom the other is out of sight.
const TALKERS: [&str; 4] = ["ok", "ok", "404", "404"];
/// What is wrong for everyone.
const BAD: [&str; 4] = ["400"; 4];
/// What nobody has.
const UNKNOWN: [&str; 4] = ["404"; 4];

/// A form without what it must have.
fn empty_form(path: &str) -> Asked {
    Asked { body: Some(("multipart/form-data; boundary=cut", "--cut--\r\n".to_owned())), ..at(path) }
}

/// A telephone that nobody has, another one in each scene.
fn free_phone(scene: &Scene) -> String {
    (13_900_000_000 + scene.number).to_string()
}

pub(super) const ROWS: &[Row] = &[
    Row {
        method: "POST",
        path: "/v1/auth/sms-code/send",
        ask: |scene| with("/v1/auth/sms-code/send", &json!({"phone": free_phone(scene), "type": "register"})),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/v1/auth/register",
        ask: |scene| {
            with(
                "/v1/auth/register",
                &json!({"phone": free_phone(scene), "code": "000000", "password": "Abc123!@#"}),
            )
        },
        cells: BAD,
    },
    Row {
        method: "POST",
        path: "/v1/auth/login",
        ask: |scene| with("/v1/auth/login", &json!({"phone": free_phone(scene), "password": "Abc123!@#"})),
        cells: ["401"; 4],
    },
    Row {
        method: "POST",
        path: "/v1/auth/refresh",
        ask: |_| with("/v1/auth/refresh", &json!({"refresh_token": "x"})),
        cells: ["401"; 4],
    },
    Row {
        method: "POST",
        path: "/v1/auth/password/reset",
        ask: |scene| {
            with(
                "/v1/auth/password/reset",
                &json!({"phone": free_phone(scene), "code": "000000", "new_password": "Abc123!@#"}),
            )
        },
        cells: BAD,
    },
    Row { method: "POST", path: "/v1/auth/logout", ask: |_| with("/v1/auth/logout", &json!({})), cells: ALL },
    // Nobody here has a password that they could confirm this with.
    Row {
        method: "PUT",
        path: "/v1/account/password",
        ask: |_| {
            with("/v1/account/password", &json!({"old_password": "Abc123!@#", "new_password": "Abc123!@#4"}))
        },
        cells: BAD,
    },
    Row { method: "GET", path: "/v1/account/sessions", ask: |_| at("/v1/account/sessions"), cells: ALL },
    Row {
        method: "DELETE",
        path: "/v1/account/sessions/{session_id}",
        ask: |_| at("/v1/account/sessions/424242"),
        cells: UNKNOWN,
    },
    Row {
        method: "PUT",
        path: "/v1/account/identities",
        ask: |scene| with("/v1/account/identities", &json!({"username": format!("u{}", scene.number)})),
        cells: ALL,
    },
    Row {
        method: "DELETE",
        path: "/v1/account",
        ask: |_| with("/v1/account", &json!({"password": "Abc123!@#"})),
        cells: BAD,
    },
    Row { method: "GET", path: "/v1/profile", ask: |_| at("/v1/profile"), cells: ALL },
    Row {
        method: "PUT",
        path: "/v1/profile/basic",
        ask: |_| with("/v1/profile/basic", &json!({"nickname": "x"})),
        cells: ALL,
    },
    Row {
        method: "GET",
        path: "/v1/profile/mate-requirements",
        ask: |_| at("/v1/profile/mate-requirements"),
        cells: ALL,
    },
    Row {
        method: "PUT",
        path: "/v1/profile/mate-requirements",
        ask: |_| with("/v1/profile/mate-requirements", &json!({"age_min": 20})),
        cells: ALL,
    },
    Row { method: "POST", path: "/v1/profile/photos", ask: |_| empty_form("/v1/profile/photos"), cells: BAD },
    Row {
        method: "DELETE",
        path: "/v1/profile/photos/{photo_id}",
        ask: |_| at("/v1/profile/photos/1"),
        cells: UNKNOWN,
    },
    Row { method: "POST", path: "/v1/profile/video", ask: |_| empty_form("/v1/profile/video"), cells: BAD },
    Row { method: "DELETE", path: "/v1/profile/video", ask: |_| at("/v1/profile/video"), cells: UNKNOWN },
    Row {
        method: "POST",
        path: "/v1/profile/verifications",
        ask: |_| with("/v1/profile/verifications", &json!({"kind": "x"})),
        cells: BAD,
    },
    Row {
        method: "POST",
        path: "/v1/auth/identity-verify",
        ask: |_| with("/v1/auth/identity-verify", &json!({"real_name": "x"})),
        cells: BAD,
    },
    Row {
        method: "GET",
        path: "/v1/users/{user_id}",
        ask: |scene| at(format!("/v1/users/{}", scene.other())),
        cells: SEEN,
    },
    Row { method: "GET", path: "/v1/matching/daily", ask: |_| at("/v1/matching/daily"), cells: ALL },
    Row {
        method: "POST",
        path: "/v1/matching/interaction",
        ask: |scene| {
            with("/v1/matching/interaction", &json!({"target_user_id": scene.other(), "action": "like"}))
        },
        cells: SEEN,
    },
    Row {
        method: "POST",
        path: "/v1/matching/undo",
        ask: |_| with("/v1/matching/undo", &json!({})),
        cells: UNKNOWN,
    },
    Row { method: "GET", path: "/v1/matching/likes", ask: |_| at("/v1/matching/likes"), cells: ALL },
    Row { method: "GET", path: "/v1/matching/liked-me", ask: |_| at("/v1/matching/liked-me"), cells: ALL },
    Row { method: "GET", path: "/v1/matching/matches", ask: |_| at("/v1/matching/matches"), cells: ALL },
    Row {
        method: "DELETE",
        path: "/v1/matching/matches/{match_id}",
        ask: |scene| at(format!("/v1/matching/matches/{}", scene.matched)),
        // Whoever was blocked may still end what they had.
        cells: ["ok", "ok", "404", "ok"],
    },
    Row {
        method: "POST",
        path: "/v1/matching/matches/{match_id}/unlock-contact",
        ask: |scene| with(format!("/v1/matching/matches/{}/unlock-contact", scene.matched), &json!({})),
        // The two have yet to talk.
        cells: ["403", "403", "404", "404"],
    },
    Row { method: "GET", path: "/v1/conversations", ask: |_| at("/v1/conversations"), cells: ALL },
    Row {
        method: "GET",
        path: "/v1/conversations/{conversation_id}/messages",
        ask: |scene| at(format!("/v1/conversations/{}/messages", scene.talk)),
        cells: TALKERS,
    },
    Row {
        method: "POST",
        path: "/v1/conversations/{conversation_id}/messages",
        ask: |scene| {
            with(
                format!("/v1/conversations/{}/messages", scene.talk),
                &json!({"type": "text", "content": "x"}),
            )
        },
        cells: TALKERS,
    },
    Row {
        method: "PUT",
        path: "/v1/conversations/{conversation_id}/read",
        ask: |scene| {
            with(
                format!("/v1/conversations/{}/read", scene.talk),
                &json!({"last_read_message_id": scene.message}),
            )
        },
        cells: TALKERS,
    },
    Row {
        method: "PUT",
        path: "/v1/conversations/{conversation_id}/settings",
        ask: |scene| with(format!("/v1/conversations/{}/settings", scene.talk), &json!({"is_muted": true})),
        cells: TALKERS,
    },
    Row {
        method: "PUT",
        path: "/v1/messages/{message_id}/recall",
        ask: |scene| with(format!("/v1/messages/{}/recall", scene.message), &json!({})),
        // The owner wrote it.
        cells: ["ok", "403", "404", "404"],
    },
    Row {
        method: "POST",
        path: "/v1/messages/upload",
        ask: |_| empty_form("/v1/messages/upload"),
        cells: BAD,
    },
    Row { method: "GET", path: "/v1", ask: |_| socket("/v1"), cells: ALL },
    Row {
        method: "PUT",
        path: "/v1/account/visibility",
        ask: |_| with("/v1/account/visibility", &json!({"paused": true})),
        cells: ALL,
    },
    Row { method: "GET", path: "/v1/users/blocked", ask: |_| at("/v1/users/blocked"), cells: ALL },
    Row {
        method: "POST",
        path: "/v1/users/{user_id}/block",
        ask: |scene| with(format!("/v1/users/{}/block", scene.other()), &json!({})),
        cells: ALL,
    },
    Row {
        method: "DELETE",
        path: "/v1/users/{user_id}/block",
        ask: |scene| at(format!("/v1/users/{}/block", scene.other())),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/v1/users/{user_id}/report",
        ask: |scene| with(format!("/v1/users/{}/report", scene.other()), &json!({"reason": "x"})),
        cells: ALL,
    },
    // The back office: what the operator is answered.
    Row { method: "GET", path: "/admin/v1/reviews", ask: |_| at("/admin/v1/reviews"), cells: ALL },
    Row {
        method: "POST",
        path: "/admin/v1/reviews/{review_id}",
        ask: |_| with("/admin/v1/reviews/424242", &json!({"decision": "approve"})),
        cells: UNKNOWN,
    },
    Row { method: "GET", path: "/admin/v1/reports", ask: |_| at("/admin/v1/reports"), cells: ALL },
    Row {
        method: "POST",
        path: "/admin/v1/reports/{report_id}",
        ask: |scene| with(format!("/admin/v1/reports/{}", scene.report), &json!({"decision": "warned"})),
        cells: ALL,
    },
    Row { method: "GET", path: "/admin/v1/users", ask: |_| at("/admin/v1/users"), cells: ALL },
    Row {
        method: "PUT",
        path: "/admin/v1/users/{user_id}/lock",
        ask: |scene| with(format!("/admin/v1/users/{}/lock", scene.member), &json!({"locked": true})),
        cells: ALL,
    },
    Row {
        method: "PUT",
        path: "/admin/v1/users/{user_id}/membership",
        ask: |scene| with(format!("/admin/v1/users/{}/membership", scene.member), &json!({"level": 1})),
        cells: ALL,
    },
    Row { method: "GET", path: "/admin/v1/audit", ask: |_| at("/admin/v1/audit"), cells: ALL },
];
