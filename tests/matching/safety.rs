//! Blocking and reporting.

use matchmaking_core::model::profile::Gender;
use matchmaking_core::store::REPORTS_PER_DAY_MAX;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::people::{Person, data, her_and, matched, numbers, refused, refused_fields};
use crate::support::{Database, Server, on_every_store};

on_every_store!(
    a_block_hides_both_and_unblocking_restores,
    people_are_blocked_once_and_listed,
    reports_are_taken_with_a_reason,
    nobody_reports_without_end,
    whether_one_is_in_lists_is_true_or_false,
);

async fn a_block_hides_both_and_unblocking_restores(database: Database) {
    let server = Server::start(&database).await;
    let (her, him, id) = matched(&server).await;
    let before = her.get("/matching/matches").await;
    her.post(&format!("/users/{}/block", him.id), &json!({})).await;
    for (person, other) in [(&her, &him), (&him, &her)] {
        for path in ["/matching/matches", "/matching/likes", "/matching/liked-me", "/matching/daily"] {
            assert_eq!(person.get(path).await["items"], json!([]), "{path}");
        }
        refused(&person.tries(other.id, "like").await, 40401);
        let path = format!("/matching/matches/{id}/unlock-contact");
        refused(&person.ask(Verb::POST, &path, Some(&json!({}))).await, 40401);
    }
    assert_eq!(him.get("/matching/matches").await["stats"]["total_matches"], 0);
    data(&her.ask(Verb::DELETE, &format!("/users/{}/block", him.id), None).await);
    assert_eq!(her.get("/matching/matches").await, before);
}

async fn people_are_blocked_once_and_listed(database: Database) {
    let server = Server::start(&database).await;
    let (her, them) = her_and(&server, 3).await;
    assert_eq!(her.get("/users/blocked").await["items"], json!([]));
    for him in &them {
        for _ in 0..2 {
            let path = format!("/users/{}/block", him.id);
            assert_eq!(her.post(&path, &json!({})).await, Value::Null);
        }
        server.clock.advance(1_000);
    }
    let blocked = her.get("/users/blocked").await;
    assert_eq!(blocked["items"][0], json!({"user_id": them[2].id}));
    assert_eq!(numbers(&blocked, "user_id"), [them[2].id, them[1].id, them[0].id]);
    let page = her.get("/users/blocked?order=asc&page=2&page_size=2&sort=created_at").await;
    assert_eq!(numbers(&page, "user_id"), [them[2].id]);
    assert_eq!(page["pagination"]["total"], 3);
    for _ in 0..2 {
        let taken_back = her.ask(Verb::DELETE, &format!("/users/{}/block", them[0].id), None).await;
        assert_eq!(data(&taken_back), Value::Null);
    }
    assert_eq!(her.get("/users/blocked").await["pagination"]["total"], 2);
    for nobody in ["0", "x", "123456789", "99999999999999999999"] {
        for verb in [Verb::POST, Verb::DELETE] {
            refused(&her.ask(verb, &format!("/users/{nobody}/block"), Some(&json!({}))).await, 40401);
        }
    }
    refused(&her.ask(Verb::POST, &format!("/users/{}/block", her.id), Some(&json!({}))).await, 40001);
}

async fn reports_are_taken_with_a_reason(database: Database) {
    let server = Server::start(&database).await;
    let (her, them) = her_and(&server, 1).await;
    let path = format!("/users/{}/report", them[0].id);
    her.post(&format!("/users/{}/block", them[0].id), &json!({})).await;
    let report = json!({"reason": "harassment", "detail": "他一直骚扰我 <script>\u{202e}"});
    let made = her.post(&path, &report).await;
    assert_eq!(made, json!({"report_id": made["report_id"], "status": "pending"}));
    assert_eq!(her.post(&path, &report).await, made, "the same is one report");
    assert_ne!(her.post(&path, &json!({"reason": "spam"})).await["report_id"], made["report_id"]);
    let long = "长".repeat(1_001);
    for (body, code, fields) in [
        (json!({}), 40002, vec!["reason"]),
        (json!({"reason": "  "}), 40001, vec!["reason"]),
        (json!({"reason": "x".repeat(51), "detail": long}), 40001, vec!["reason", "detail"]),
        (json!({"reason": "a\0", "detail": 7}), 40001, vec!["reason", "detail"]),
    ] {
        refused_fields(&her.ask(Verb::POST, &path, Some(&body)).await, code, &fields);
    }
    let itself = format!("/users/{}/report", her.id);
    refused(&her.ask(Verb::POST, &itself, Some(&report)).await, 40001);
    refused(&her.ask(Verb::POST, "/users/424242/report", Some(&report)).await, 40401);
}

async fn nobody_reports_without_end(database: Database) {
    let server = Server::start(&database).await;
    let (her, them) = her_and(&server, 1).await;
    let path = format!("/users/{}/report", them[0].id);
    let body = |n: usize| json!({"reason": format!("reason {n}")});
    for n in 0..REPORTS_PER_DAY_MAX {
        her.post(&path, &body(n)).await;
    }
    let answer = her.ask(Verb::POST, &path, Some(&body(99))).await;
    refused(&answer, 42901);
    assert_eq!(answer.header("retry-after"), "86400");
    her.post(&path, &body(0)).await;
    them[0].post(&format!("/users/{}/report", her.id), &body(0)).await;
}

async fn whether_one_is_in_lists_is_true_or_false(database: Database) {
    let server = Server::start(&database).await;
    let her = Person::join(&server, 0, Gender::Female).await;
    let set = async |body: Value| her.ask(Verb::PUT, "/account/visibility", Some(&body)).await;
    refused_fields(&set(json!({})).await, 40002, &["paused"]);
    refused_fields(&set(json!({"paused": "yes"})).await, 40001, &["paused"]);
    for paused in [true, true, false] {
        assert_eq!(data(&set(json!({"paused": paused})).await), json!({"paused": paused}));
    }
}
