//! The back office: accounts, memberships, reports, and the record of what was changed.

use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::people::{
    ADMIN_TOKEN, START_TIME, ask, data, her_and, numbers, office, refused, refused_fields, with_back_office,
};
use crate::support::{Database, Server, on_every_store};

on_every_store!(
    without_a_token_there_is_no_back_office,
    accounts_are_found_and_locked,
    memberships_are_given,
    reports_are_decided_once,
    everything_is_in_the_record,
);

async fn without_a_token_there_is_no_back_office(database: Database) {
    let server = Server::start(&database).await;
    for path in ["/admin/v1/users", "/admin/v1/audit", "/admin/v1/nothing"] {
        refused(&ask(&server, "", Verb::GET, path, None).await, 40401);
    }
    drop(server);
    let server = Server::start_with(&database, with_back_office()).await;
    let (her, _) = her_and(&server, 0).await;
    refused(&server.get("/admin/v1/users").await, 40101);
    for wrong in [her.token.as_str(), "x", &ADMIN_TOKEN[1..]] {
        refused(&ask(&server, wrong, Verb::GET, "/admin/v1/users", None).await, 40103);
    }
    refused(&ask(&server, ADMIN_TOKEN, Verb::GET, "/v1/matching/daily", None).await, 40103);
    let answer = ask(&server, ADMIN_TOKEN, Verb::GET, "/admin/v1/users", None).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, ""));
}

async fn accounts_are_found_and_locked(database: Database) {
    let server = Server::start_with(&database, with_back_office()).await;
    let (her, them) = her_and(&server, 2).await;
    let users = office(&server, Verb::GET, "/users?query=13800000001", None).await;
    let expected = json!({
        "user_id": them[0].id, "nickname": "p1", "phone": "138****0001", "gender": "male", "status": 1,
        "membership": {"level": 0, "level_name": "普通会员", "expire_at": null}, "created_at": START_TIME,
    });
    assert_eq!(users["items"], json!([expected]));
    let found = async |query: &str| {
        numbers(&office(&server, Verb::GET, &format!("/users?query={query}"), None).await, "user_id")
    };
    assert_eq!(found("").await, [them[1].id, them[0].id, her.id]);
    assert_eq!(found("P2").await, [them[1].id]);
    for nothing in ["%25", "_", "%27%20OR%201=1", "p%25"] {
        assert_eq!(found(nothing).await, Vec::<i64>::new(), "{nothing}");
    }
    let page = office(&server, Verb::GET, "/users?page=2&page_size=2&order=asc", None).await;
    assert_eq!((numbers(&page, "user_id"), &page["pagination"]["total"]), (vec![them[1].id], &json!(3)));
    let answer = ask(&server, ADMIN_TOKEN, Verb::GET, "/admin/v1/users?sort=phone&page=0", None).await;
    refused_fields(&answer, 40001, &["page", "sort"]);

    let path = format!("/users/{}/lock", them[0].id);
    let lock = json!({"locked": true, "reason": "骚扰"});
    for _ in 0..2 {
        let locked = office(&server, Verb::PUT, &path, Some(&lock)).await;
        assert_eq!(locked, json!({"user_id": them[0].id, "locked": true}));
    }
    refused(&them[0].ask(Verb::GET, "/matching/likes", None).await, 40302);
    refused(&her.tries(them[0].id, "like").await, 40401);
    assert_eq!(office(&server, Verb::GET, "/users?query=p1", None).await["items"][0]["status"], 2);
    office(&server, Verb::PUT, &path, Some(&json!({"locked": false}))).await;
    // Its sessions have ended all the same.
    refused(&them[0].ask(Verb::GET, "/matching/likes", None).await, 40103);
    her.decides(&them[0], "like").await;
    for (body, code, fields) in [
        (json!({}), 40002, vec!["locked"]),
        (json!({"locked": 1, "reason": "x".repeat(201)}), 40001, vec!["locked", "reason"]),
    ] {
        let answer = ask(&server, ADMIN_TOKEN, Verb::PUT, &format!("/admin/v1{path}"), Some(&body)).await;
        refused_fields(&answer, code, &fields);
    }
    for nobody in ["0", "x", "424242"] {
        let path = format!("/admin/v1/users/{nobody}/lock");
        refused(&ask(&server, ADMIN_TOKEN, Verb::PUT, &path, Some(&lock)).await, 40401);
    }
}

async fn memberships_are_given(database: Database) {
    let server = Server::start_with(&database, with_back_office()).await;
    let (her, them) = her_and(&server, 1).await;
    them[0].decides(&her, "like").await;
    let path = format!("/users/{}/membership", her.id);
    let body = json!({"level": 2, "expire_at": "2026-12-31T23:59:59Z"});
    let given = office(&server, Verb::PUT, &path, Some(&body)).await;
    let expected = json!({
        "user_id": her.id, "level": 2, "level_name": "金卡会员", "expire_at": "2026-12-31T23:59:59.000Z"
    });
    assert_eq!(given, expected);
    assert_eq!(her.get("/matching/liked-me").await["items"][0]["is_blurred"], false);
    // One that has ended is none.
    let body = json!({"level": 3, "expire_at": "2026-02-05T18:30:00+08:00"});
    office(&server, Verb::PUT, &path, Some(&body)).await;
    assert_eq!(her.get("/matching/liked-me").await["items"][0]["is_blurred"], true);
    for (body, code, fields) in [
        (json!({}), 40002, vec!["level"]),
        (json!({"level": 4, "expire_at": "tomorrow"}), 40001, vec!["level", "expire_at"]),
        (json!({"level": -1}), 40001, vec!["level"]),
    ] {
        let answer = ask(&server, ADMIN_TOKEN, Verb::PUT, &format!("/admin/v1{path}"), Some(&body)).await;
        refused_fields(&answer, code, &fields);
    }
    let nobody = "/admin/v1/users/424242/membership";
    refused(&ask(&server, ADMIN_TOKEN, Verb::PUT, nobody, Some(&json!({"level": 1}))).await, 40401);
}

async fn reports_are_decided_once(database: Database) {
    let server = Server::start_with(&database, with_back_office()).await;
    let (her, them) = her_and(&server, 1).await;
    let made = her
        .post(&format!("/users/{}/report", them[0].id), &json!({"reason": "spam", "detail": "广告"}))
        .await;
    let id = made["report_id"].as_i64().unwrap();
    let report = |status: &str, decision: Value, decided_at: Value| {
        json!({
            "report_id": id, "reporter_id": her.id, "target_user_id": them[0].id, "reason": "spam",
            "detail": "广告", "status": status, "decision": decision, "created_at": START_TIME,
            "decided_at": decided_at,
        })
    };
    let open = office(&server, Verb::GET, "/reports?status=pending", None).await;
    assert_eq!(open["items"], json!([report("pending", Value::Null, Value::Null)]));
    let path = format!("/admin/v1/reports/{id}");
    let decide = async |decision: &str| {
        ask(&server, ADMIN_TOKEN, Verb::POST, &path, Some(&json!({"decision": decision}))).await
    };
    let decided = report("resolved", json!("warned"), json!(START_TIME));
    assert_eq!(data(&decide("warned").await), decided);
    assert_eq!(data(&decide("warned").await), decided);
    refused(&decide("dismissed").await, 40901);
    refused_fields(&decide(" ").await, 40001, &["decision"]);
    assert_eq!(office(&server, Verb::GET, "/reports?status=pending", None).await["items"], json!([]));
    assert_eq!(office(&server, Verb::GET, "/reports?status=resolved", None).await["items"], json!([decided]));
    assert_eq!(office(&server, Verb::GET, "/reports", None).await["pagination"]["total"], 1);
    let body = json!({"decision": "x"});
    for nothing in ["0", "x", "424242"] {
        let path = format!("/admin/v1/reports/{nothing}");
        refused(&ask(&server, ADMIN_TOKEN, Verb::POST, &path, Some(&body)).await, 40401);
    }
    let answer = ask(&server, ADMIN_TOKEN, Verb::GET, "/admin/v1/reports?status=new", None).await;
    refused_fields(&answer, 40001, &["status"]);
}

async fn everything_is_in_the_record(database: Database) {
    let server = Server::start_with(&database, with_back_office()).await;
    let (her, them) = her_and(&server, 1).await;
    let him = them[0].id;
    let made = her.post(&format!("/users/{him}/report"), &json!({"reason": "spam"})).await;
    let report = made["report_id"].as_i64().unwrap();
    let put = async |path: String, body: Value| office(&server, Verb::PUT, &path, Some(&body)).await;
    put(format!("/users/{him}/lock"), json!({"locked": true, "reason": "广告"})).await;
    put(format!("/users/{him}/lock"), json!({"locked": false})).await;
    put(format!("/users/{}/membership", her.id), json!({"level": 1})).await;
    office(&server, Verb::POST, &format!("/reports/{report}"), Some(&json!({"decision": "locked"}))).await;
    let record = office(&server, Verb::GET, "/audit?order=asc", None).await;
    let entry = |item: &Value| {
        assert!(item["audit_id"].is_i64() && item["created_at"] == START_TIME, "{item}");
        (item["action"].clone(), item["user_id"].clone(), item["subject_id"].clone(), item["detail"].clone())
    };
    let entries: Vec<_> = record["items"].as_array().unwrap().iter().map(entry).collect();
    let expected = [
        (json!("user.locked"), json!(him), Value::Null, json!("广告")),
        (json!("user.unlocked"), json!(him), Value::Null, json!("")),
        (json!("user.membership"), json!(her.id), Value::Null, json!("level 1 until -")),
        (json!("report.decided"), json!(him), json!(report), json!("locked")),
    ];
    assert_eq!(entries, expected);
    let latest = office(&server, Verb::GET, "/audit?page_size=1", None).await;
    assert_eq!(latest["items"][0]["action"], "report.decided");
    assert_eq!(latest["pagination"]["total"], 4);
}
