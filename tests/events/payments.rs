//! What gateways tell: once, twice, late, with another amount, forged; and a gateway that fails.

use matchmaking_core::ports::payment::SANDBOX_SIGNATURE;
use serde_json::{Value, json};

use super::{HOUR, confirms, event_of, mine, person, registers, runs_jobs, server, stands};
use crate::matching::people::{data, refused};
use crate::support::{Answer, Database, Server, on_every_store};

on_every_store!(
    a_signed_notice_counts_once,
    what_comes_late_or_wrong_goes_back,
    forged_notices_are_refused,
    the_sandbox_has_a_page,
);

/// A notice with the gateway's signature.
async fn notice(server: &Server, body: &Value) -> Answer {
    let (text, body) = (body.to_string(), body.to_string());
    let signature = server
        .inside(move |services| async move { services.ports.sandbox.as_ref().unwrap().sign(body.as_bytes()) })
        .await;
    send(server, "wechat", &text, Some(&signature)).await
}

async fn send(server: &Server, channel: &str, body: &str, signature: Option<&str>) -> Answer {
    let mut request = server.http.post(server.url(&format!("/v1/payments/notify/{channel}")));
    if let Some(signature) = signature {
        request = request.header(SANDBOX_SIGNATURE, signature);
    }
    Answer::of(request.body(body.to_owned())).await
}

async fn a_signed_notice_counts_once(database: Database) {
    let server = server(&database).await;
    let (id, her) = (event_of(&server, 1).await, person(&server, 0).await);
    let order = registers(&her, id).await["payment"]["order_no"].clone();
    let paid = json!({"order_no": order, "amount_fen": 20_000, "outcome": "paid"});
    for _ in 0..3 {
        assert_eq!(data(&notice(&server, &paid).await), json!(null));
    }
    let mine = mine(&her).await;
    assert_eq!(
        (&mine["status"], &mine["deposit"]["paid_at"]),
        (&json!("paid"), &json!("2026-02-05T10:30:00.123Z"))
    );
    runs_jobs(&server).await;
    assert_eq!(super::mine(&her).await["deposit"]["refund_status"], json!(null));
    let unknown = json!({"order_no": "PAY1", "amount_fen": 20_000, "outcome": "paid"});
    refused(&notice(&server, &unknown).await, 40401);
}

async fn what_comes_late_or_wrong_goes_back(database: Database) {
    let server = server(&database).await;
    let (id, her) = (event_of(&server, 1).await, person(&server, 0).await);
    let order = registers(&her, id).await["payment"]["order_no"].as_str().unwrap().to_owned();
    let wrong = json!({"order_no": order, "amount_fen": 1, "outcome": "paid"});
    data(&notice(&server, &wrong).await);
    runs_jobs(&server).await;
    assert_eq!(mine(&her).await["status"], "pending_payment");
    server.clock.advance(HOUR / 2);
    assert_eq!(confirms(&server, &order).await["status"], "expired");
    runs_jobs(&server).await;
    let back = mine(&her).await;
    assert_eq!((&back["status"], &back["deposit"]["refund_amount"]), (&json!("refunded"), &json!(200)));
    assert_eq!(stands(&server, id).await.1, 0);

    // A payment that fails frees its seat at once.
    let order = registers(&her, id).await["payment"]["order_no"].clone();
    let failed = json!({"order_no": order, "amount_fen": 20_000, "outcome": "failed"});
    data(&notice(&server, &failed).await);
    assert_eq!(stands(&server, id).await.1, 0);
}

async fn forged_notices_are_refused(database: Database) {
    let server = server(&database).await;
    let (id, her) = (event_of(&server, 1).await, person(&server, 0).await);
    let order = registers(&her, id).await["payment"]["order_no"].clone();
    let body = json!({"order_no": order, "amount_fen": 20_000, "outcome": "paid"}).to_string();
    for signature in [None, Some(""), Some("AAAA")] {
        refused(&send(&server, "alipay", &body, signature).await, 40301);
    }
    refused(&send(&server, "cash", &body, None).await, 40401);
    refused(&send(&server, "wechat", &"x".repeat(65 << 10), None).await, 41301);
    assert_eq!(mine(&her).await["status"], "pending_payment");
}

async fn the_sandbox_has_a_page(database: Database) {
    let server = server(&database).await;
    let (id, her) = (event_of(&server, 1).await, person(&server, 0).await);
    let payment = registers(&her, id).await["payment"].clone();
    let url = payment["payment_url"].as_str().unwrap().to_owned();
    let page = server.get(url.strip_prefix("http://127.0.0.1:8000").unwrap()).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(
        page.text.contains("200.00") && page.header("content-security-policy").contains("form-action 'self'")
    );
    refused(&server.get("/sandbox/payments/PAY1").await, 40401);
    refused(&server.post("/sandbox/payments/PAY1/confirm", &json!({})).await, 40401);
    // As a browser sends the form.
    let order = payment["order_no"].as_str().unwrap();
    let path = format!("/sandbox/payments/{order}/confirm");
    let answer = server.post_as(&path, "application/x-www-form-urlencoded", "").await;
    assert_eq!(data(&answer), json!({"order_no": order, "status": "paid"}));
}
