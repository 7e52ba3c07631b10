//! The back office's reviews.

use serde_json::{Value, json};

use super::{Person, Verb, ask, data, office, refused, start};
use crate::support::{Database, Server, on_every_store};

on_every_store!(
    reviews_are_listed_in_pages,
    decisions_are_checked_and_recorded,
    nobody_else_reviews,
    without_a_token_there_is_no_back_office,
);

async fn reviews_are_listed_in_pages(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    for _ in 0..3 {
        ann.adds_photo().await;
    }
    let list = async |query: &str| {
        data(&office(&server, Verb::GET, &format!("/admin/v1/reviews{query}"), None).await)
    };
    let all = list("").await;
    let first = &all["items"][0];
    assert_eq!(
        first,
        &json!({
            "review_id": first["review_id"], "kind": "photo", "user_id": ann.id, "status": "pending",
            "reason": null, "submitted_at": "2026-02-05T10:30:00.123Z", "decided_at": null,
            "urls": first["urls"],
        })
    );
    assert_eq!(super::fetched(&server, first["urls"][0].as_str().unwrap()).await.0, 200);
    let page = list("?page=2&page_size=2&status=pending&kind=photo").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        page["pagination"],
        json!({
            "page": 2, "page_size": 2, "total": 3, "total_pages": 2, "has_next": false, "has_prev": true,
        })
    );
    let latest = list("?order=desc").await;
    assert_eq!(latest["items"][2], *first);
    assert_eq!(list("?kind=video").await["items"], json!([]));
    for wrong in ["kind=x", "status=PENDING", "page=0", "sort=id", "order=up"] {
        let answer = office(&server, Verb::GET, &format!("/admin/v1/reviews?{wrong}"), None).await;
        assert_eq!(refused(&answer, 40001).len(), 1, "{wrong}");
    }
}

async fn decisions_are_checked_and_recorded(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    ann.adds_photo().await;
    let listed = data(&office(&server, Verb::GET, "/admin/v1/reviews", None).await);
    let path = format!("/admin/v1/reviews/{}", listed["items"][0]["review_id"]);
    let decide = async |body: Value| office(&server, Verb::POST, &path, Some(&body)).await;
    assert_eq!(refused(&decide(json!({})).await, 40002), ["decision"]);
    assert_eq!(
        refused(&decide(json!({"decision": "maybe", "reason": 1})).await, 40001),
        ["decision", "reason"]
    );
    for unknown in ["0", "999999"] {
        let path = format!("/admin/v1/reviews/{unknown}");
        refused(&office(&server, Verb::POST, &path, Some(&json!({"decision": "approve"}))).await, 40401);
    }
    let decided = data(&decide(json!({"decision": "reject", "reason": "看不清"})).await);
    assert_eq!((&decided["status"], &decided["reason"]), (&json!("rejected"), &json!("看不清")));
    data(&decide(json!({"decision": "reject", "reason": "看不清"})).await);
    assert_eq!(ann.get("/v1/profile").await["photos"]["album"][0]["status"], "REJECTED");
    let record = data(&office(&server, Verb::GET, "/admin/v1/audit", None).await);
    assert_eq!(record["pagination"]["total"], 1);
    assert!(record["items"][0].to_string().contains("review.decided"), "{record}");
}

async fn nobody_else_reviews(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    refused(&ann.ask(Verb::GET, "/admin/v1/reviews", None).await, 40103);
    refused(&server.get("/admin/v1/reviews").await, 40101);
    refused(&ask(&server, super::ADMIN_TOKEN, Verb::GET, "/v1/profile", None).await, 40103);
}

async fn without_a_token_there_is_no_back_office(database: Database) {
    let server = Server::start(&database).await;
    let answer = ask(&server, "", Verb::GET, "/admin/v1/reviews", None).await;
    assert_eq!(answer.status, 404, "{}", answer.text);
}
