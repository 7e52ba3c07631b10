//! The rows of events and payments, and of their back office.

use serde_json::{Value, json};

use super::rows::{ALL, Row, at, row, with};

/// What is one's own: nobody else's is known.
const OWN: [&str; 4] = ["ok", "404", "404", "404"];
/// What nobody has.
const UNKNOWN: [&str; 4] = ["404"; 4];
/// What nobody may.
const FORBIDDEN: [&str; 4] = ["403"; 4];

/// An event that costs nothing, ten days after the tests begin.
pub(super) fn event(code: Option<&str>) -> Value {
    json!({
        "event_code": code, "name": "x", "event_date": "2026-02-15", "start_time": "14:00", "end_time": "17:00",
        "location": {"city": "上海", "venue": "x"}, "participants": {"max": 5},
    })
}

pub(super) const ROWS: &[Row] = &[
    row("GET", "/v1/events", |_| at("/v1/events"), ALL),
    row("GET", "/v1/events/{event_id}", |scene| at(format!("/v1/events/{}", scene.event)), ALL),
    row(
        "POST",
        "/v1/events/{event_id}/register",
        |scene| with(format!("/v1/events/{}/register", scene.event), &json!({})),
        ["409", "ok", "ok", "ok"],
    ),
    row(
        "POST",
        "/v1/events/{event_id}/waitlist",
        |scene| with(format!("/v1/events/{}/waitlist", scene.event), &json!({})),
        ["409"; 4],
    ),
    row(
        "DELETE",
        "/v1/events/{event_id}/waitlist",
        |scene| at(format!("/v1/events/{}/waitlist", scene.event)),
        ALL,
    ),
    row("GET", "/v1/events/my-registrations", |_| at("/v1/events/my-registrations"), ALL),
    row(
        "GET",
        "/v1/events/{event_id}/rounds",
        |scene| at(format!("/v1/events/{}/rounds", scene.event)),
        ["ok", "403", "403", "403"],
    ),
    row(
        "POST",
        "/v1/events/{event_id}/picks",
        |scene| with(format!("/v1/events/{}/picks", scene.event), &json!({"user_ids": [scene.member]})),
        FORBIDDEN,
    ),
    row(
        "PUT",
        "/v1/events/registrations/{registration_id}/cancel",
        |scene| with(format!("/v1/events/registrations/{}/cancel", scene.registration), &json!({})),
        OWN,
    ),
    row(
        "POST",
        "/v1/events/registrations/{registration_id}/check-in",
        |scene| {
            with(
                format!("/v1/events/registrations/{}/check-in", scene.registration),
                &json!({"check_in_code": "x"}),
            )
        },
        ["400", "404", "404", "404"],
    ),
    row(
        "POST",
        "/v1/events/registrations/{registration_id}/rate",
        |scene| with(format!("/v1/events/registrations/{}/rate", scene.registration), &json!({"rating": 5})),
        ["403", "404", "404", "404"],
    ),
    row(
        "GET",
        "/v1/events/registrations/{registration_id}/qr-code",
        |scene| at(format!("/v1/events/registrations/{}/qr-code", scene.registration)),
        FORBIDDEN,
    ),
    row(
        "POST",
        "/v1/payments/notify/{channel}",
        |_| with("/v1/payments/notify/wechat", &json!({"order_no": "x", "amount_fen": 1, "outcome": "paid"})),
        FORBIDDEN,
    ),
    row("GET", "/sandbox/payments/{order_no}", |_| at("/sandbox/payments/PAY1"), UNKNOWN),
    row(
        "POST",
        "/sandbox/payments/{order_no}/confirm",
        |_| with("/sandbox/payments/PAY1/confirm", &json!({})),
        UNKNOWN,
    ),
    row("POST", "/admin/v1/events", |_| with("/admin/v1/events", &event(None)), ALL),
    row("GET", "/admin/v1/events", |_| at("/admin/v1/events"), ALL),
    row("GET", "/admin/v1/events/{event_id}", |scene| at(format!("/admin/v1/events/{}", scene.event)), ALL),
    row(
        "PUT",
        "/admin/v1/events/{event_id}",
        |scene| with(format!("/admin/v1/events/{}", scene.event), &event(None)),
        ALL,
    ),
    row(
        "POST",
        "/admin/v1/events/{event_id}/cancel",
        |scene| with(format!("/admin/v1/events/{}/cancel", scene.event), &json!({})),
        ALL,
    ),
    row(
        "POST",
        "/admin/v1/events/{event_id}/rounds",
        |scene| with(format!("/admin/v1/events/{}/rounds", scene.event), &json!({})),
        ALL,
    ),
    row(
        "POST",
        "/admin/v1/events/{event_id}/close",
        |scene| with(format!("/admin/v1/events/{}/close", scene.event), &json!({})),
        ["409"; 4],
    ),
    row(
        "GET",
        "/admin/v1/events/{event_id}/registrations",
        |scene| at(format!("/admin/v1/events/{}/registrations", scene.event)),
        ALL,
    ),
    row(
        "POST",
        "/admin/v1/notifications",
        |scene| {
            with(
                "/admin/v1/notifications",
                &json!({"user_ids": [scene.member], "title": "x", "content": "x"}),
            )
        },
        ALL,
    ),
];
