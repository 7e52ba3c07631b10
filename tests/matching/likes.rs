//! Whom one likes, and who likes one.

use matchmaking_core::model::Level;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::people::{START_TIME, her_and, numbers, refused_fields};
use crate::support::{Database, Server, on_every_store};

on_every_store!(who_likes_is_blurred_for_whom_is_no_member, likes_come_in_pages);

async fn who_likes_is_blurred_for_whom_is_no_member(database: Database) {
    let server = Server::start(&database).await;
    let (her, them) = her_and(&server, 2).await;
    them[0]
        .tells(&server, |profile| {
            profile.nickname = Some("王先生".to_owned());
            profile.current.city = Some("上海".to_owned());
            profile.current.district = Some("徐汇区".to_owned());
        })
        .await;
    them[0].decides(&her, "like").await;
    let list = her.get("/matching/liked-me").await;
    let score = list["items"][0]["user"]["match_score"].clone();
    assert!(score.as_u64().is_some_and(|score| score <= 100));
    let expected = json!({
        "total_count": 1, "new_count": 1,
        "items": [{
            "interaction_id": list["items"][0]["interaction_id"],
            "user": {
                "user_id": null, "nickname": "王*生", "avatar": null, "age": 31, "location": "上海·徐汇",
                "match_score": score,
            },
            "liked_at": START_TIME, "is_blurred": true, "can_see_detail": false,
        }],
        "pagination": {
            "page": 1, "page_size": 20, "total": 1, "total_pages": 1, "has_next": false, "has_prev": false
        },
    });
    assert_eq!(list, expected);
    assert!(!list.to_string().contains("王先生"));

    server.clock.advance(1_000);
    them[1].decides(&her, "super_like").await;
    her.becomes(&server, Level::Silver).await;
    let list = her.get("/matching/liked-me?sort=liked_at").await;
    assert_eq!((&list["total_count"], &list["new_count"]), (&json!(2), &json!(1)));
    let users: Vec<Value> =
        list["items"].as_array().unwrap().iter().map(|item| item["user"].clone()).collect();
    assert_eq!((&users[0]["user_id"], &users[0]["nickname"]), (&json!(them[1].id), &json!("p2")));
    assert_eq!((&users[1]["user_id"], &users[1]["nickname"]), (&json!(them[0].id), &json!("王先生")));
    let item = &list["items"][0];
    assert_eq!((&item["is_blurred"], &item["can_see_detail"]), (&json!(false), &json!(true)));
    assert_eq!(her.get("/matching/liked-me").await["new_count"], 0);
}

async fn likes_come_in_pages(database: Database) {
    let server = Server::start(&database).await;
    let (her, them) = her_and(&server, 5).await;
    for (him, action) in them.iter().zip(["like", "super_like", "dislike", "skip", "like"]) {
        her.decides(him, action).await;
        him.decides(&her, "dislike").await;
        server.clock.advance(1_000);
    }
    let made = them[4].decides(&her, "like").await;
    let list = her.get("/matching/likes").await;
    let users = |list: &Value| {
        let user = |item: &Value| item["user"]["user_id"].as_i64().unwrap();
        list["items"].as_array().unwrap().iter().map(user).collect::<Vec<_>>()
    };
    assert_eq!(users(&list), [them[4].id, them[1].id, them[0].id]);
    assert_eq!(
        (&list["items"][1]["action"], &list["items"][0]["match_id"]),
        (&json!("super_like"), &made["match_id"])
    );
    assert_eq!(list["items"][2]["match_id"], Value::Null);
    let page = her.get("/matching/likes?page=2&page_size=2&order=asc&sort=liked_at").await;
    assert_eq!(users(&page), [them[4].id]);
    let pages =
        json!({"page": 2, "page_size": 2, "total": 3, "total_pages": 2, "has_next": false, "has_prev": true});
    assert_eq!(page["pagination"], pages);
    assert!(numbers(&list, "interaction_id").iter().all(|id| *id > 0));
    for path in ["/matching/likes", "/matching/liked-me"] {
        let answer = her.ask(Verb::GET, &format!("{path}?sort=matched_at&page_size=0"), None).await;
        refused_fields(&answer, 40001, &["page_size", "sort"]);
    }
}
