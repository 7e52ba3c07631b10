//! Why somebody has few recommendations: roughly for themselves, exactly for the back office.

use matchmaking_core::model::Profile;
use matchmaking_core::model::profile::Gender;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::people::{ADMIN_TOKEN, DAY, Person, ask, office, refused, with_back_office};
use crate::support::{Database, Server, on_every_store};

on_every_store!(
    everybody_is_counted_where_they_fall,
    one_is_told_roughly_and_the_same_all_day,
    whoever_is_not_there_has_no_funnel,
);

/// Somebody with this number who was born in this year.
async fn born(server: &Server, number: i64, gender: Gender, year: i32) -> Person {
    let profile = Profile {
        gender: Some(gender),
        birth_date: format!("{year}-01-01").parse().ok(),
        ..Profile::default()
    };
    Person::join_as(server, number, profile).await
}

/// The counts by their codes.
fn counts(funnel: &Value) -> Vec<(String, Value)> {
    let filters = funnel["filters"].as_array().unwrap();
    filters.iter().map(|one| (one["code"].as_str().unwrap().to_owned(), one["fall"].clone())).collect()
}

async fn everybody_is_counted_where_they_fall(database: Database) {
    let server = Server::start_with(&database, with_back_office()).await;
    let her = born(&server, 0, Gender::Female, 1995).await;
    her.tells(&server, |profile| {
        (profile.requirements.age_min, profile.requirements.age_max) = (Some(28), Some(35));
    })
    .await;
    // She is 31; who tells nothing seeks the other gender.
    born(&server, 1, Gender::Female, 1995).await;
    let paused = born(&server, 2, Gender::Male, 1995).await;
    paused.tells(&server, |profile| profile.paused = true).await;
    born(&server, 3, Gender::Male, 2000).await;
    born(&server, 4, Gender::Male, 2001).await;
    born(&server, 5, Gender::Male, 1988).await;
    let picky = born(&server, 6, Gender::Male, 1995).await;
    picky.tells(&server, |profile| profile.requirements.age_max = Some(30)).await;
    let liked = born(&server, 7, Gender::Male, 1995).await;
    her.decides(&liked, "like").await;
    born(&server, 8, Gender::Male, 1995).await;

    let funnel = office(&server, Verb::GET, &format!("/users/{}/funnel", her.id), None).await;
    assert_eq!(
        (&funnel["user_id"], &funnel["people"], &funnel["left"]),
        (&json!(her.id), &json!(8), &json!(1))
    );
    let expected =
        [("paused", 1), ("gender", 1), ("their_gender", 0), ("age", 3), ("their_age", 1), ("left_out", 1)];
    assert_eq!(counts(&funnel), expected.map(|(code, count)| (code.to_owned(), json!(count))));
    let gains: Vec<_> =
        funnel["relaxations"].as_array().unwrap().iter().map(|one| one["gain"].clone()).collect();
    assert_eq!((gains, &funnel["best_relaxation"]), (vec![json!(0), json!(2), json!(1)], &json!("younger")));
    assert_eq!(funnel["relaxations"][1]["text"], "将最小年龄放宽5岁");
    // Looking is no change.
    assert_eq!(office(&server, Verb::GET, "/audit", None).await["items"], json!([]));

    // So few are nobody's business.
    let told = her.get("/matching/funnel").await;
    assert_eq!(told["people"], json!({"about": null, "text": "不到10人"}));
    assert_eq!(told["filters"][3]["text"], "年龄不符合你的要求");
}

async fn one_is_told_roughly_and_the_same_all_day(database: Database) {
    let server = Server::start(&database).await;
    let mut her = born(&server, 0, Gender::Female, 1995).await;
    her.tells(&server, |profile| profile.requirements.age_max = Some(35)).await;
    for number in 1..=25 {
        born(&server, number, Gender::Male, if number <= 12 { 1995 } else { 1988 }).await;
    }
    let told = her.get("/matching/funnel").await;
    for (count, shown) in [(25, &told["people"]), (12, &told["left"]), (13, &told["filters"][3]["fall"])] {
        let about = shown["about"].as_i64().unwrap_or(0);
        assert!(about % 10 == 0 && (about - count).abs() < 10, "{shown}");
    }
    if !told["relaxation"].is_null() {
        assert_eq!(
            (&told["relaxation"]["code"], told["relaxation"]["gain"]["about"].as_i64().unwrap() % 10),
            (&json!("older"), 0)
        );
    }
    // Whom she blocks changes no count, so that nobody learns from it whether that one would have her.
    let blocked = born(&server, 60, Gender::Male, 1995).await;
    her.post(&format!("/users/{}/block", blocked.id), &json!({})).await;
    // Whoever adds people of their own learns nothing from it.
    for number in 26..=36 {
        born(&server, number, Gender::Male, 1995).await;
        assert_eq!(her.get("/matching/funnel").await, told);
    }
    // A day answers five questions.
    for age in 36..40 {
        her.tells(&server, move |profile| profile.requirements.age_max = Some(age)).await;
        her.get("/matching/funnel").await;
    }
    her.tells(&server, |profile| profile.requirements.age_max = Some(50)).await;
    let many = her.ask(Verb::GET, "/matching/funnel", None).await;
    refused(&many, 42901);
    her.tells(&server, |profile| profile.requirements.age_max = Some(35)).await;
    assert_eq!(her.get("/matching/funnel").await, told);
    server.clock.advance(DAY);
    her.comes_again(&server).await;
    assert_ne!(her.get("/matching/funnel").await, told);
}

async fn whoever_is_not_there_has_no_funnel(database: Database) {
    let server = Server::start_with(&database, with_back_office()).await;
    for nobody in ["424242", "0", "x"] {
        let path = format!("/admin/v1/users/{nobody}/funnel");
        refused(&ask(&server, ADMIN_TOKEN, Verb::GET, &path, None).await, 40401);
    }
    refused(&server.get("/v1/matching/funnel").await, 40101);
    refused(&server.get("/admin/v1/users/1/funnel").await, 40101);
}
