//! Matches, and what comes of them.

use matchmaking_core::model::profile::Gender;
use matchmaking_core::store::MatchTerms;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::people::{DAY, Person, START_TIME, data, her_and, matched, numbers, refused, refused_fields};
use crate::support::{Database, Server, on_every_store};

on_every_store!(
    the_documented_matches_come_back,
    matches_are_new_until_somebody_writes,
    contacts_are_unlocked_by_both,
    a_match_ends_for_good,
    a_match_of_the_mini_app_is_a_match_here,
);

async fn the_documented_matches_come_back(database: Database) {
    let server = Server::start(&database).await;
    let (her, him, id) = matched(&server).await;
    let list = her.get("/matching/matches?status=all&page=1&page_size=20").await;
    let item = |last: Value, unread: i64, count: i64| {
        json!({
            "match_id": id, "conversation_id": list["items"][0]["conversation_id"],
            "user": {"user_id": him.id, "nickname": "p1", "avatar": null, "age": 31, "location": null},
            "matched_at": START_TIME, "match_score": list["items"][0]["match_score"], "last_message": last,
            "unread_count": unread, "can_unlock_contact": false, "contact": {"status": "none", "phone": null},
            "interaction_days": i64::from(count > 1), "message_count": count,
        })
    };
    let pages = json!({"page": 1, "page_size": 20, "total": 1, "total_pages": 1, "has_next": false, "has_prev": false});
    let stats = |unread: i64| json!({"total_matches": 1, "new_matches_today": 1, "unread_messages": unread});
    assert!(list["items"][0]["conversation_id"].as_i64().is_some());
    assert_eq!(list, json!({"items": [item(Value::Null, 0, 0)], "stats": stats(0), "pagination": pages}));

    her.says(&server, &him, "在吗？").await;
    server.clock.advance(1_000);
    him.says(&server, &her, "你好！").await;
    let last = json!({"content": "你好！", "time": "2026-02-05T10:30:01.123Z", "is_me": false});
    let list = her.get("/matching/matches").await;
    assert_eq!((&list["items"][0], &list["stats"]), (&item(last, 1, 2), &stats(1)));
    let list = him.get("/matching/matches").await;
    assert_eq!(list["items"][0]["last_message"]["is_me"], true);
    assert_eq!(list["items"][0]["user"]["user_id"], her.id);
}

async fn matches_are_new_until_somebody_writes(database: Database) {
    let server = Server::start(&database).await;
    let (mut her, them) = her_and(&server, 3).await;
    let mut ids = Vec::new();
    for him in &them {
        her.decides(him, "like").await;
        ids.push(him.decides(&her, "like").await["match_id"].as_i64().unwrap());
    }
    her.says(&server, &them[1], "你好！").await;
    server.clock.advance(DAY);
    her.comes_again(&server).await;
    let of = async |query: &str| numbers(&her.get(&format!("/matching/matches{query}")).await, "match_id");
    assert_eq!(of("").await, [ids[2], ids[1], ids[0]]);
    assert_eq!(of("?status=new").await, [ids[2], ids[0]]);
    assert_eq!(of("?status=active").await, [ids[1]]);
    assert_eq!(of("?sort=matched_at&order=asc&page_size=2").await, ids[..2]);
    let stats = json!({"total_matches": 3, "new_matches_today": 0, "unread_messages": 0});
    assert_eq!(her.get("/matching/matches?status=active").await["stats"], stats);
    for (query, field) in [("status=old", "status"), ("sort=liked_at", "sort"), ("page=x", "page")] {
        let answer = her.ask(Verb::GET, &format!("/matching/matches?{query}"), None).await;
        refused_fields(&answer, 40001, &[field]);
    }
}

async fn contacts_are_unlocked_by_both(database: Database) {
    let server = Server::start(&database).await;
    let (mut her, mut him, id) = matched(&server).await;
    let path = format!("/matching/matches/{id}/unlock-contact");
    let ask = async |person: &Person| person.ask(Verb::POST, &path, Some(&json!({}))).await;
    for day in 0..3 {
        refused(&ask(&her).await, 40301);
        for _ in 0..[4, 4, 2][day] {
            her.says(&server, &him, "早").await;
            him.says(&server, &her, "早").await;
        }
        if day < 2 {
            server.clock.advance(DAY);
            her.comes_again(&server).await;
            him.comes_again(&server).await;
        }
    }
    let item = her.get("/matching/matches").await["items"][0].clone();
    assert_eq!((&item["interaction_days"], &item["message_count"]), (&json!(3), &json!(20)));
    assert_eq!((&item["can_unlock_contact"], &item["contact"]["status"]), (&json!(true), &json!("none")));

    let asked = data(&ask(&her).await);
    assert_eq!(asked, json!({"match_id": id, "status": "requested", "phone": null}));
    assert_eq!(data(&ask(&her).await), asked);
    assert_eq!(him.get("/matching/matches").await["items"][0]["contact"]["status"], "received");
    let unlocked = data(&ask(&him).await);
    assert_eq!(unlocked, json!({"match_id": id, "status": "unlocked", "phone": "13800000000"}));
    let contact = her.get("/matching/matches").await["items"][0]["contact"].clone();
    assert_eq!(contact, json!({"status": "unlocked", "phone": "13800000001"}));

    let stranger = Person::join(&server, 7, Gender::Male).await;
    refused(&ask(&stranger).await, 40401);
    her.post(&format!("/users/{}/block", him.id), &json!({})).await;
    for person in [&her, &him] {
        refused(&ask(person).await, 40401);
    }
}

async fn a_match_ends_for_good(database: Database) {
    let server = Server::start(&database).await;
    let (her, him, id) = matched(&server).await;
    let stranger = Person::join(&server, 7, Gender::Male).await;
    let end = async |person: &Person, id: &str| {
        person.ask(Verb::DELETE, &format!("/matching/matches/{id}"), None).await
    };
    for nothing in ["0", "-1", "x", "99999", "99999999999999999999", "%00"] {
        refused(&end(&her, nothing).await, 40401);
    }
    refused(&end(&stranger, &id.to_string()).await, 40401);
    assert_eq!(data(&end(&him, &id.to_string()).await), Value::Null);
    refused(&end(&her, &id.to_string()).await, 40401);
    for person in [&her, &him] {
        for path in ["/matching/matches", "/matching/likes", "/matching/liked-me"] {
            assert_eq!(person.get(path).await["items"], json!([]), "{path}");
        }
    }
    assert_eq!(numbers(&her.get("/matching/daily").await, "user_id"), [stranger.id]);
}

async fn a_match_of_the_mini_app_is_a_match_here(database: Database) {
    let server = Server::start(&database).await;
    let her = Person::join(&server, 1, Gender::Female).await;
    let body = json!({"telegram_user_name": "林", "telegram_user_id": 88, "gender": 2});
    assert_eq!(server.post("/UserManagement/create_new_user", &body).await.status, 200);
    let me = her.account();
    let other = server
        .inside(move |services| async move {
            use matchmaking_core::ids::TelegramId;
            let other = services.telegram.account(TelegramId::new(88).unwrap()).await.unwrap();
            services.matchmaking.create(me, other, MatchTerms::default()).await.unwrap();
            other.get()
        })
        .await;
    let list = her.get("/matching/matches").await;
    assert_eq!(list["items"][0]["user"]["user_id"], other);
    assert!(list["items"][0]["conversation_id"].as_i64().is_some());
    // One with whom one is matched is known, whoever they are.
    let liked = her.tries(other, "like").await;
    assert_eq!(data(&liked)["match_id"], list["items"][0]["match_id"]);
}
