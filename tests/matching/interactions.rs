//! What is decided about others, and taking it back.

use matchmaking_core::model::Level;
use matchmaking_core::model::profile::Gender;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::people::{DAY, Person, START_TIME, data, her_and, matched, numbers, refused, refused_fields};
use crate::support::{Database, Server, on_every_store};

on_every_store!(
    the_documented_interaction_makes_a_match,
    decisions_are_shown_and_replaced,
    super_likes_are_counted,
    a_no_is_taken_back,
    nobody_decides_about_nobody,
    what_is_no_decision_is_refused,
    likes_at_once_are_one_match,
    a_like_and_a_block_at_once_show_nothing,
    super_likes_at_once_are_no_more_than_there_are,
);

async fn the_documented_interaction_makes_a_match(database: Database) {
    let server = Server::start(&database).await;
    let (her, them) = her_and(&server, 2).await;
    numbers(&her.get("/matching/daily").await, "user_id");
    let first = them[0].decides(&her, "like").await;
    let expected = json!({
        "is_mutual": false, "is_new_match": false, "match_id": null,
        "message": "已喜欢，等待对方回应", "next_recommendation": null,
    });
    assert_eq!(first, expected);
    let made = her.decides(&them[0], "like").await;
    let expected = json!({
        "is_mutual": true, "is_new_match": true, "match_id": made["match_id"],
        "message": "恭喜！你们互相喜欢了，可以开始聊天了",
        "next_recommendation": {"user_id": them[1].id, "nickname": "p2", "avatar": null},
    });
    assert!(made["match_id"].as_i64().is_some_and(|id| id > 0));
    assert_eq!(made, expected);
    // The same again finds the match, which is not new any more.
    for person in [&them[0], &her] {
        let other = if person.id == her.id { &them[0] } else { &her };
        let again = person.decides(other, "like").await;
        assert_eq!((&again["is_mutual"], &again["is_new_match"]), (&json!(true), &json!(false)));
        assert_eq!(again["match_id"], made["match_id"]);
    }
    let matches = them[0].get("/matching/matches").await;
    assert_eq!(matches["items"][0]["matched_at"], START_TIME);
}

async fn decisions_are_shown_and_replaced(database: Database) {
    let server = Server::start(&database).await;
    let (mut her, them) = her_and(&server, 4).await;
    let statuses = async |her: &Person| {
        let list = her.get("/matching/daily").await;
        let status = |item: &Value| item["interaction_status"].clone();
        list["items"].as_array().unwrap().iter().map(status).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&her).await, [json!(null), json!(null), json!(null), json!(null)]);
    for (him, action) in them.iter().zip(["skip", "super_like", "dislike", "like"]) {
        let answer = her.decides(him, action).await;
        assert_eq!((&answer["is_mutual"], &answer["match_id"]), (&json!(false), &json!(null)));
    }
    assert_eq!(statuses(&her).await, [json!(null), json!("like"), json!("dislike"), json!("like")]);
    assert_eq!(her.decides(&them[3], "dislike").await["next_recommendation"], Value::Null);
    assert_eq!(statuses(&her).await, [json!(null), json!("like"), json!("dislike"), json!("dislike")]);
    // The next day, who was skipped comes again, and nobody else.
    server.clock.advance(DAY);
    her.comes_again(&server).await;
    let list = her.get("/matching/daily").await;
    assert_eq!(numbers(&list, "user_id"), [them[0].id]);
    assert_eq!(list["items"][0]["interaction_status"], Value::Null);
}

async fn super_likes_are_counted(database: Database) {
    let server = Server::start(&database).await;
    let (mut her, them) = her_and(&server, 7).await;
    her.decides(&them[0], "super_like").await;
    her.decides(&them[0], "super_like").await;
    let answer = her.tries(them[1].id, "super_like").await;
    refused(&answer, 42901);
    assert_eq!(answer.header("retry-after"), "48600");
    for him in &them {
        her.decides(him, "like").await;
    }
    her.becomes(&server, Level::Silver).await;
    for him in &them[1..5] {
        her.decides(him, "super_like").await;
    }
    refused(&her.tries(them[5].id, "super_like").await, 42901);
    her.becomes(&server, Level::Diamond).await;
    her.decides(&them[5], "super_like").await;
    server.clock.advance(DAY);
    her.becomes(&server, Level::Regular).await;
    her.comes_again(&server).await;
    her.decides(&them[6], "super_like").await;
    assert_eq!(her.get("/matching/likes").await["pagination"]["total"], 7);
}

async fn a_no_is_taken_back(database: Database) {
    let server = Server::start(&database).await;
    let (mut her, them) = her_and(&server, 3).await;
    let undo = async |her: &Person| her.ask(Verb::POST, "/matching/undo", Some(&json!({}))).await;
    refused(&undo(&her).await, 40401);
    her.decides(&them[0], "dislike").await;
    server.clock.advance(1_000);
    her.decides(&them[1], "skip").await;
    her.decides(&them[2], "like").await;
    let undone = data(&undo(&her).await);
    assert_eq!(
        undone,
        json!({"target_user_id": them[1].id, "action": "skip", "decided_at": "2026-02-05T10:30:01.123Z"})
    );
    assert_eq!(data(&undo(&her).await)["target_user_id"], them[0].id);
    refused(&undo(&her).await, 40401);
    // Without a body as well; and what was decided yesterday stays.
    her.decides(&them[0], "dislike").await;
    server.clock.advance(DAY);
    her.comes_again(&server).await;
    refused(&her.ask(Verb::POST, "/matching/undo", None).await, 40401);
}

async fn nobody_decides_about_nobody(database: Database) {
    let server = Server::start(&database).await;
    let (her, him, id) = matched(&server).await;
    for nobody in [9_000_000, 0, -1, i64::MAX] {
        refused(&her.tries(nobody, "like").await, 40401);
    }
    refused(&her.tries(her.id, "like").await, 40001);
    // People of other surfaces are unknown here.
    let body = json!({"telegram_user_name": "x", "telegram_user_id": 77, "gender": 2});
    assert_eq!(server.post("/UserManagement/create_new_user", &body).await.status, 200);
    let telegram = server
        .inside(|services| async move {
            use matchmaking_core::ids::TelegramId;
            services.telegram.account(TelegramId::new(77).unwrap()).await.unwrap().get()
        })
        .await;
    refused(&her.tries(telegram, "like").await, 40401);
    // An ended match is for ever.
    data(&her.ask(Verb::DELETE, &format!("/matching/matches/{id}"), None).await);
    for (person, other) in [(&her, &him), (&him, &her)] {
        refused(&person.tries(other.id, "like").await, 40401);
    }
}

async fn what_is_no_decision_is_refused(database: Database) {
    let server = Server::start(&database).await;
    let her = Person::join(&server, 0, Gender::Female).await;
    let path = "/matching/interaction";
    for (body, code, fields) in [
        (json!({}), 40002, vec!["target_user_id", "action"]),
        (json!({"target_user_id": 1}), 40002, vec!["action"]),
        (json!({"target_user_id": "1", "action": "like"}), 40001, vec!["target_user_id"]),
        (json!({"target_user_id": 1.5, "action": "LIKE"}), 40001, vec!["target_user_id", "action"]),
        (json!({"target_user_id": null, "action": 7}), 40001, vec!["target_user_id", "action"]),
        (json!([]), 40001, vec!["body"]),
    ] {
        refused_fields(&her.ask(Verb::POST, path, Some(&body)).await, code, &fields);
    }
    refused(&her.ask(Verb::GET, path, None).await, 40501);
}

async fn likes_at_once_are_one_match(database: Database) {
    let server = Server::start(&database).await;
    for round in 0..4 {
        let her = Person::join(&server, 2 * round, Gender::Female).await;
        let him = Person::join(&server, 2 * round + 1, Gender::Male).await;
        let mut asked = Vec::new();
        for (person, other) in [(&her, &him), (&him, &her), (&her, &him), (&him, &her)] {
            let (person, other) = (person.clone(), other.clone());
            asked.push(tokio::spawn(async move { person.decides(&other, "like").await }));
        }
        let mut new = 0;
        for one in asked {
            new += usize::from(one.await.unwrap()["is_new_match"] == true);
        }
        assert_eq!(new, 1);
        for person in [&her, &him] {
            assert_eq!(person.get("/matching/matches").await["stats"]["total_matches"], 1);
        }
    }
}

async fn a_like_and_a_block_at_once_show_nothing(database: Database) {
    let server = Server::start(&database).await;
    for round in 0..4 {
        let her = Person::join(&server, 2 * round, Gender::Female).await;
        let him = Person::join(&server, 2 * round + 1, Gender::Male).await;
        her.decides(&him, "like").await;
        let (liker, liked) = (him.clone(), her.id);
        let like = tokio::spawn(async move { liker.tries(liked, "like").await.status });
        her.post(&format!("/users/{}/block", him.id), &json!({})).await;
        assert!([200, 404].contains(&like.await.unwrap()));
        for (person, other) in [(&her, &him), (&him, &her)] {
            for path in ["/matching/matches", "/matching/likes", "/matching/liked-me"] {
                assert_eq!(person.get(path).await["items"], json!([]), "{path}");
            }
            let daily = person.get("/matching/daily").await;
            assert!(!numbers(&daily, "user_id").contains(&other.id), "{daily}");
        }
    }
}

async fn super_likes_at_once_are_no_more_than_there_are(database: Database) {
    let server = Server::start(&database).await;
    let (her, them) = her_and(&server, 5).await;
    let asked: Vec<_> = them
        .iter()
        .map(|him| {
            let (her, id) = (her.clone(), him.id);
            tokio::spawn(async move { her.tries(id, "super_like").await.status })
        })
        .collect();
    let mut taken = 0;
    for one in asked {
        taken += usize::from(one.await.unwrap() == 200);
    }
    assert_eq!(taken, 1);
}
