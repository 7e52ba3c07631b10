//! The rows of events and payments, and of their back office.

use serde_json::{Value, json};

use super::rows::{ALL, Row, at, with};

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
    Row { method: "GET", path: "/v1/events", ask: |_| at("/v1/events"), cells: ALL },
    Row {
        method: "GET",
        path: "/v1/events/{event_id}",
        ask: |scene| at(format!("/v1/events/{}", scene.event)),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/v1/events/{event_id}/register",
        ask: |scene| with(format!("/v1/events/{}/register", scene.event), &json!({})),
        cells: ["409", "ok", "ok", "ok"],
    },
    Row {
        method: "POST",
        path: "/v1/events/{event_id}/waitlist",
        ask: |scene| with(format!("/v1/events/{}/waitlist", scene.event), &json!({})),
        cells: ["409"; 4],
    },
    Row {
        method: "DELETE",
        path: "/v1/events/{event_id}/waitlist",
        ask: |scene| at(format!("/v1/events/{}/waitlist", scene.event)),
        cells: ALL,
    },
    Row {
        method: "GET",
        path: "/v1/events/my-registrations",
        ask: |_| at("/v1/events/my-registrations"),
        cells: ALL,
    },
    Row {
        method: "GET",
        path: "/v1/events/{event_id}/rounds",
        ask: |scene| at(format!("/v1/events/{}/rounds", scene.event)),
        cells: ["ok", "403", "403", "403"],
    },
    Row {
        method: "POST",
        path: "/v1/events/{event_id}/picks",
        ask: |scene| with(format!("/v1/events/{}/picks", scene.event), &json!({"user_ids": [scene.member]})),
        cells: FORBIDDEN,
    },
    Row {
        method: "PUT",
        path: "/v1/events/registrations/{registration_id}/cancel",
        ask: |scene| with(format!("/v1/events/registrations/{}/cancel", scene.registration), &json!({})),
        cells: OWN,
    },
    Row {
        method: "POST",
        path: "/v1/events/registrations/{registration_id}/check-in",
        ask: |scene| {
            with(
                format!("/v1/events/registrations/{}/check-in", scene.registration),
                &json!({"check_in_code": "x"}),
            )
        },
        cells: ["400", "404", "404", "404"],
    },
    Row {
        method: "POST",
        path: "/v1/events/registrations/{registration_id}/rate",
        ask: |scene| {
            with(format!("/v1/events/registrations/{}/rate", scene.registration), &json!({"rating": 5}))
        },
        cells: ["403", "404", "404", "404"],
    },
    Row {
        method: "GET",
        path: "/v1/events/registrations/{registration_id}/qr-code",
        ask: |scene| at(format!("/v1/events/registrations/{}/qr-code", scene.registration)),
        cells: FORBIDDEN,
    },
    Row {
        method: "POST",
        path: "/v1/payments/notify/{channel}",
        ask: |_| {
            with("/v1/payments/notify/wechat", &json!({"order_no": "x", "amount_fen": 1, "outcome": "paid"}))
        },
        cells: FORBIDDEN,
    },
    Row {
        method: "GET",
        path: "/sandbox/payments/{order_no}",
        ask: |_| at("/sandbox/payments/PAY1"),
        cells: UNKNOWN,
    },
    Row {
        method: "POST",
        path: "/sandbox/payments/{order_no}/confirm",
        ask: |_| with("/sandbox/payments/PAY1/confirm", &json!({})),
        cells: UNKNOWN,
    },
    Row {
        method: "POST",
        path: "/admin/v1/events",
        ask: |_| with("/admin/v1/events", &event(None)),
        cells: ALL,
    },
    Row { method: "GET", path: "/admin/v1/events", ask: |_| at("/admin/v1/events"), cells: ALL },
    Row {
        method: "GET",
        path: "/admin/v1/events/{event_id}",
        ask: |scene| at(format!("/admin/v1/events/{}", scene.event)),
        cells: ALL,
    },
    Row {
        method: "PUT",
        path: "/admin/v1/events/{event_id}",
        ask: |scene| with(format!("/admin/v1/events/{}", scene.event), &event(None)),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/admin/v1/events/{event_id}/cancel",
        ask: |scene| with(format!("/admin/v1/events/{}/cancel", scene.event), &json!({})),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/admin/v1/events/{event_id}/rounds",
        ask: |scene| with(format!("/admin/v1/events/{}/rounds", scene.event), &json!({})),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/admin/v1/events/{event_id}/close",
        ask: |scene| with(format!("/admin/v1/events/{}/close", scene.event), &json!({})),
        cells: ["409"; 4],
    },
    Row {
        method: "GET",
        path: "/admin/v1/events/{event_id}/registrations",
        ask: |scene| at(format!("/admin/v1/events/{}/registrations", scene.event)),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/admin/v1/notifications",
        ask: |scene| {
            with(
                "/admin/v1/notifications",
                &json!({"user_ids": [scene.member], "title": "x", "content": "x"}),
            )
        },
        cells: ALL,
    },
];
