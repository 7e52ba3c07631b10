//! The rows of the platform and of the back office.

use serde_json::json;

use super::rows::{ALL, Asked, Row, at, plain, row, socket, with};
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
    row(
        "POST",
        "/v1/auth/sms-code/send",
        |scene| with("/v1/auth/sms-code/send", &json!({"phone": free_phone(scene), "type": "register"})),
        ALL,
    ),
    row(
        "POST",
        "/v1/auth/register",
        |scene| {
            with(
                "/v1/auth/register",
                &json!({"phone": free_phone(scene), "code": "000000", "password": "Abc123!@#"}),
            )
        },
        BAD,
    ),
    row(
        "POST",
        "/v1/auth/login",
        |scene| with("/v1/auth/login", &json!({"phone": free_phone(scene), "password": "Abc123!@#"})),
        ["401"; 4],
    ),
    row("POST", "/v1/auth/refresh", |_| with("/v1/auth/refresh", &json!({"refresh_token": "x"})), ["401"; 4]),
    row(
        "POST",
        "/v1/auth/password/reset",
        |scene| {
            with(
                "/v1/auth/password/reset",
                &json!({"phone": free_phone(scene), "code": "000000", "new_password": "Abc123!@#"}),
            )
        },
        BAD,
    ),
    row("POST", "/v1/auth/logout", |_| with("/v1/auth/logout", &json!({})), ALL),
    // Nobody here has a password that they could confirm this with.
    row(
        "PUT",
        "/v1/account/password",
        |_| with("/v1/account/password", &json!({"old_password": "Abc123!@#", "new_password": "Abc123!@#4"})),
        BAD,
    ),
    plain("GET", "/v1/account/sessions", ALL),
    row("DELETE", "/v1/account/sessions/{session_id}", |_| at("/v1/account/sessions/424242"), UNKNOWN),
    row(
        "PUT",
        "/v1/account/identities",
        |scene| with("/v1/account/identities", &json!({"username": format!("u{}", scene.number)})),
        ALL,
    ),
    plain("GET", "/v1/account/export", ALL),
    row("DELETE", "/v1/account", |_| with("/v1/account", &json!({"password": "Abc123!@#"})), BAD),
    plain("GET", "/v1/profile", ALL),
    row("PUT", "/v1/profile/basic", |_| with("/v1/profile/basic", &json!({"nickname": "x"})), ALL),
    plain("GET", "/v1/profile/mate-requirements", ALL),
    row(
        "PUT",
        "/v1/profile/mate-requirements",
        |_| with("/v1/profile/mate-requirements", &json!({"age_min": 20})),
        ALL,
    ),
    row("POST", "/v1/profile/photos", |_| empty_form("/v1/profile/photos"), BAD),
    row("DELETE", "/v1/profile/photos/{photo_id}", |_| at("/v1/profile/photos/1"), UNKNOWN),
    row("POST", "/v1/profile/video", |_| empty_form("/v1/profile/video"), BAD),
    plain("DELETE", "/v1/profile/video", UNKNOWN),
    row(
        "POST",
        "/v1/profile/verifications",
        |_| with("/v1/profile/verifications", &json!({"kind": "x"})),
        BAD,
    ),
    row(
        "POST",
        "/v1/auth/identity-verify",
        |_| with("/v1/auth/identity-verify", &json!({"real_name": "x"})),
        BAD,
    ),
    row("GET", "/v1/users/{user_id}", |scene| at(format!("/v1/users/{}", scene.other())), SEEN),
    plain("GET", "/v1/matching/daily", ALL),
    plain("GET", "/v1/matching/funnel", ALL),
    row(
        "POST",
        "/v1/matching/interaction",
        |scene| with("/v1/matching/interaction", &json!({"target_user_id": scene.other(), "action": "like"})),
        SEEN,
    ),
    row("POST", "/v1/matching/undo", |_| with("/v1/matching/undo", &json!({})), UNKNOWN),
    plain("GET", "/v1/matching/likes", ALL),
    plain("GET", "/v1/matching/liked-me", ALL),
    plain("GET", "/v1/matching/matches", ALL),
    // Whoever was blocked may still end what they had.
    row(
        "DELETE",
        "/v1/matching/matches/{match_id}",
        |scene| at(format!("/v1/matching/matches/{}", scene.matched)),
        ["ok", "ok", "404", "ok"],
    ),
    // The two have yet to talk.
    row(
        "POST",
        "/v1/matching/matches/{match_id}/unlock-contact",
        |scene| with(format!("/v1/matching/matches/{}/unlock-contact", scene.matched), &json!({})),
        ["403", "403", "404", "404"],
    ),
    plain("GET", "/v1/conversations", ALL),
    row(
        "GET",
        "/v1/conversations/{conversation_id}/messages",
        |scene| at(format!("/v1/conversations/{}/messages", scene.talk)),
        TALKERS,
    ),
    row(
        "POST",
        "/v1/conversations/{conversation_id}/messages",
        |scene| {
            let path = format!("/v1/conversations/{}/messages", scene.talk);
            with(path, &json!({"type": "text", "content": "x"}))
        },
        TALKERS,
    ),
    row(
        "PUT",
        "/v1/conversations/{conversation_id}/read",
        |scene| {
            let path = format!("/v1/conversations/{}/read", scene.talk);
            with(path, &json!({"last_read_message_id": scene.message}))
        },
        TALKERS,
    ),
    row(
        "PUT",
        "/v1/conversations/{conversation_id}/settings",
        |scene| with(format!("/v1/conversations/{}/settings", scene.talk), &json!({"is_muted": true})),
        TALKERS,
    ),
    // The owner wrote it.
    row(
        "PUT",
        "/v1/messages/{message_id}/recall",
        |scene| with(format!("/v1/messages/{}/recall", scene.message), &json!({})),
        ["ok", "403", "404", "404"],
    ),
    row("POST", "/v1/messages/upload", |_| empty_form("/v1/messages/upload"), BAD),
    row("GET", "/v1", |_| socket("/v1"), ALL),
    row("PUT", "/v1/account/visibility", |_| with("/v1/account/visibility", &json!({"paused": true})), ALL),
    plain("GET", "/v1/users/blocked", ALL),
    row(
        "POST",
        "/v1/users/{user_id}/block",
        |scene| with(format!("/v1/users/{}/block", scene.other()), &json!({})),
        ALL,
    ),
    row("DELETE", "/v1/users/{user_id}/block", |scene| at(format!("/v1/users/{}/block", scene.other())), ALL),
    row(
        "POST",
        "/v1/users/{user_id}/report",
        |scene| with(format!("/v1/users/{}/report", scene.other()), &json!({"reason": "x"})),
        ALL,
    ),
    // The back office: what the operator is answered.
    plain("GET", "/admin/v1/reviews", ALL),
    row(
        "POST",
        "/admin/v1/reviews/{review_id}",
        |_| with("/admin/v1/reviews/424242", &json!({"decision": "approve"})),
        UNKNOWN,
    ),
    plain("GET", "/admin/v1/reports", ALL),
    row(
        "POST",
        "/admin/v1/reports/{report_id}",
        |scene| with(format!("/admin/v1/reports/{}", scene.report), &json!({"decision": "warned"})),
        ALL,
    ),
    plain("GET", "/admin/v1/users", ALL),
    row(
        "PUT",
        "/admin/v1/users/{user_id}/lock",
        |scene| with(format!("/admin/v1/users/{}/lock", scene.member), &json!({"locked": true})),
        ALL,
    ),
    row(
        "PUT",
        "/admin/v1/users/{user_id}/membership",
        |scene| with(format!("/admin/v1/users/{}/membership", scene.member), &json!({"level": 1})),
        ALL,
    ),
    row(
        "GET",
        "/admin/v1/users/{user_id}/funnel",
        |scene| at(format!("/admin/v1/users/{}/funnel", scene.member)),
        ALL,
    ),
    plain("GET", "/admin/v1/audit", ALL),
];
