//! The list of the day.

use matchmaking_core::model::Profile;
use matchmaking_core::model::profile::{
    EducationLevel, Gender, IncomeRange, OccupationType, Place, Position,
};
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::people::{DAY, Person, data, her_and, numbers, refused, refused_fields};
use crate::support::{Answer, Database, Server, on_durable_stores, on_every_store};

on_every_store!(
    the_documented_list_comes_back,
    a_list_stays_for_the_day_and_refreshes_are_counted,
    a_list_needs_a_gender_and_a_birthday,
    who_vanishes_is_gone_from_todays_list_at_once,
    odd_parts_of_a_list_are_refused,
    many_requests_at_once_see_one_list,
);

on_durable_stores!(what_another_server_changes_is_seen_at_once);

fn ids(people: &[Person]) -> Vec<i64> {
    people.iter().map(|person| person.id).collect()
}

async fn the_documented_list_comes_back(database: Database) {
    let server = Server::start(&database).await;
    let her = Person::join(&server, 0, Gender::Female).await;
    let here = |latitude| Some(Position { latitude, longitude: 121.47 });
    let place = Place {
        province: Some("上海".to_owned()),
        city: Some("上海".to_owned()),
        district: Some("静安区".to_owned()),
        address: Some("南京西路1266号".to_owned()),
    };
    let mut him = Profile {
        nickname: Some("张先生".to_owned()),
        gender: Some(Gender::Male),
        birth_date: "1995-06-01".parse().ok(),
        height_cm: Some(180),
        current: place.clone(),
        position: here(31.27),
        introduction: Some("热爱生活".to_owned()),
        interests: ["旅行", "摄影", "健身", "做饭", "阅读", "围棋"].map(str::to_owned).to_vec(),
        ..Profile::default()
    };
    him.education.level = Some(EducationLevel::Bachelor);
    him.occupation.kind = Some(OccupationType::Tech);
    him.occupation.job_title = Some("软件工程师".to_owned());
    him.economy.income = Some(IncomeRange::From30WTo50W);
    let him = Person::join_as(&server, 1, him).await;
    her.tells(&server, move |profile| {
        profile.current = place.clone();
        profile.position = here(31.23);
        profile.interests = vec!["旅行".to_owned()];
    })
    .await;

    let list = her.get("/matching/daily?page=1&page_size=8").await;
    assert_eq!(list["refresh_time"], "2026-02-05T00:00:00.000Z");
    assert_eq!(list["next_refresh_time"], "2026-02-06T00:00:00.000Z");
    assert_eq!(list["remaining_refreshes"], 3);
    let pages = json!({"page": 1, "page_size": 8, "total": 1, "total_pages": 1, "has_next": false, "has_prev": false});
    assert_eq!(list["pagination"], pages);
    let mut item = list["items"][0].clone();
    let score = item["match_score"].take().as_u64().unwrap();
    assert!(score > 50 && score <= 100, "{score}");
    let km = item["location"]["distance_km"].take().as_f64().unwrap();
    assert!((3.0..6.0).contains(&km), "{km}");
    let reasons = item["match_reasons"].take();
    let reasons: Vec<_> = reasons.as_array().unwrap().iter().map(|reason| reason.as_str().unwrap()).collect();
    assert!((1..=3).contains(&reasons.len()) && reasons.iter().any(|reason| reason.contains("旅行")));
    assert!(reasons.iter().any(|reason| reason.starts_with("你们同城，距离约")), "{reasons:?}");
    let expected = json!({
        "user_id": him.id, "nickname": "张先生", "age": 30, "gender": "male", "avatar": null,
        "location": {"city": "上海", "district": "静安区", "distance_km": null},
        "basic_info": {
            "height_cm": 180, "education": "本科", "occupation": "软件工程师", "income_range": "30-50万"
        },
        "match_score": null, "match_reasons": null, "photos": [],
        "tags": ["旅行", "摄影", "健身", "做饭", "阅读"], "interaction_status": null, "intro": "热爱生活",
    });
    assert_eq!(item, expected);
    // Where exactly somebody lives is told to nobody.
    let text = list.to_string();
    assert!(!text.contains("南京西路") && !text.contains("121.4") && !text.contains("31.2"), "{text}");

    let request = server.http.get(server.url("/v1/matching/daily")).bearer_auth(&her.token);
    let request = request.header("accept-language", "en-GB,zh;q=0.5");
    let list = data(&Answer::of(request).await);
    assert_eq!(list["items"][0]["basic_info"]["education"], "Bachelor's degree");
    let told = list["items"][0]["match_reasons"].to_string();
    assert!(told.contains("You both like 旅行"), "{told}");
}

async fn a_list_stays_for_the_day_and_refreshes_are_counted(database: Database) {
    let server = Server::start(&database).await;
    let (mut her, them) = her_and(&server, 20).await;
    let first = her.get("/matching/daily").await;
    assert_eq!(first["items"].as_array().unwrap().len(), 8);
    let scores = numbers(&first, "match_score");
    assert!(scores.is_sorted_by(|one, next| one >= next), "{scores:?}");
    assert!(numbers(&first, "user_id").iter().all(|id| ids(&them).contains(id)));
    server.clock.advance(60 * 60 * 1_000);
    assert_eq!(her.get("/matching/daily").await, first);
    let second_page = her.get("/matching/daily?page=2&page_size=3").await;
    assert_eq!(numbers(&second_page, "user_id"), numbers(&first, "user_id")[3..6]);
    assert_eq!(second_page["pagination"]["total_pages"], 3);

    let mut shown = numbers(&first, "user_id");
    for (left, people) in [(2, 8), (1, 4), (0, 0)] {
        let list = her.get("/matching/daily?refresh=true").await;
        let new = numbers(&list, "user_id");
        assert_eq!((list["remaining_refreshes"].as_i64(), new.len()), (Some(left), people));
        assert!(new.iter().all(|id| !shown.contains(id)));
        shown.extend(new);
    }
    let fourth = her.ask(Verb::GET, "/matching/daily?refresh=true", None).await;
    refused(&fourth, 42901);
    // Until eight o'clock the next morning: twelve and a half hours.
    assert_eq!(fourth.header("retry-after"), "45000");
    assert_eq!(her.get("/matching/daily").await["remaining_refreshes"], 0);

    server.clock.advance(DAY);
    her.comes_again(&server).await;
    let tomorrow = her.get("/matching/daily").await;
    assert_eq!(tomorrow["refresh_time"], "2026-02-06T00:00:00.000Z");
    assert_eq!((tomorrow["remaining_refreshes"].as_i64(), numbers(&tomorrow, "user_id").len()), (Some(3), 8));
}

async fn a_list_needs_a_gender_and_a_birthday(database: Database) {
    let server = Server::start(&database).await;
    let bare = Person::join_as(&server, 1, Profile::default()).await;
    let answer = bare.ask(Verb::GET, "/matching/daily", None).await;
    refused_fields(&answer, 40001, &["gender", "birth_date"]);
    bare.tells(&server, |profile| profile.gender = Some(Gender::Male)).await;
    refused_fields(&bare.ask(Verb::GET, "/matching/daily", None).await, 40001, &["birth_date"]);
    bare.tells(&server, |profile| profile.birth_date = "1990-01-01".parse().ok()).await;
    assert_eq!(bare.get("/matching/daily").await["items"], json!([]));
    // Nobody to be shown is no list for a day.
    let her = Person::join(&server, 2, Gender::Female).await;
    assert_eq!(numbers(&bare.get("/matching/daily").await, "user_id"), [her.id]);
}

async fn who_vanishes_is_gone_from_todays_list_at_once(database: Database) {
    let server = Server::start(&database).await;
    let (her, them) = her_and(&server, 5).await;
    assert_eq!(numbers(&her.get("/matching/daily").await, "user_id"), ids(&them));
    let paused = them[0].ask(Verb::PUT, "/account/visibility", Some(&json!({"paused": true}))).await;
    assert_eq!(data(&paused), json!({"paused": true}));
    assert_eq!(them[1].post(&format!("/users/{}/block", her.id), &json!({})).await, Value::Null);
    her.post(&format!("/users/{}/block", them[2].id), &json!({})).await;
    let (locked, deleted) = (them[3].account(), them[4].account());
    server
        .inside(move |services| async move {
            use matchmaking_core::model::AccountStatus::Deleted;
            services.office.lock(locked, true, String::new()).await.unwrap();
            let at = services.clock.now();
            services.stores.accounts.set_status(deleted, Deleted, at).await.unwrap();
            services.people.refresh(deleted).await.unwrap();
        })
        .await;
    assert_eq!(her.get("/matching/daily").await["items"], json!([]));
    // What was taken back brings them back; what was deleted stays away.
    them[0].ask(Verb::PUT, "/account/visibility", Some(&json!({"paused": false}))).await;
    data(&them[1].ask(Verb::DELETE, &format!("/users/{}/block", her.id), None).await);
    data(&her.ask(Verb::DELETE, &format!("/users/{}/block", them[2].id), None).await);
    server
        .inside(move |services| async move {
            services.office.lock(locked, false, String::new()).await.unwrap();
        })
        .await;
    assert_eq!(numbers(&her.get("/matching/daily").await, "user_id"), ids(&them[..4]));
}

/// Answers are given again while nothing changes: the same list in another language or another part is another answer,
/// and what changes behind the server's back is seen.
async fn what_another_server_changes_is_seen_at_once(database: Database) {
    let (server, other) = (Server::start(&database).await, Server::start(&database).await);
    let (her, them) = her_and(&server, 3).await;
    let there = them[0].at(&other);
    let list = async |query: &str| her.get(&format!("/matching/daily{query}")).await;
    for _ in 0..2 {
        assert_eq!(numbers(&list("").await, "user_id"), ids(&them));
        assert_eq!(numbers(&list("?page_size=1&page=2").await, "user_id"), [them[1].id]);
    }
    assert_eq!(list("").await["items"][0]["nickname"], "p1");
    let renamed = there.ask(Verb::PUT, "/profile/basic", Some(&json!({"nickname": "新名"}))).await;
    assert_eq!(renamed.status, 200);
    assert_eq!(list("").await["items"][0]["nickname"], "新名");
    data(&there.ask(Verb::PUT, "/account/visibility", Some(&json!({"paused": true}))).await);
    assert_eq!(numbers(&list("").await, "user_id"), ids(&them[1..]));
    let decided = json!({"target_user_id": them[1].id, "action": "like"});
    her.at(&other).post("/matching/interaction", &decided).await;
    assert_eq!(list("").await["items"][0]["interaction_status"], "like");
    // A day later it is another list, though nothing was changed.
    server.clock.advance(DAY);
    let mut again = her.clone();
    again.comes_again(&server).await;
    assert_eq!(again.get("/matching/daily").await["refresh_time"], "2026-02-06T00:00:00.000Z");
}

async fn odd_parts_of_a_list_are_refused(database: Database) {
    let server = Server::start(&database).await;
    let her = Person::join(&server, 0, Gender::Female).await;
    for (query, field) in [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=99999999999999999999", "page"),
        ("page_size=101", "page_size"),
        ("page_size=x", "page_size"),
        ("refresh=perhaps", "refresh"),
        ("sort=match_score", "sort"),
        ("order=up", "order"),
    ] {
        let answer = her.ask(Verb::GET, &format!("/matching/daily?{query}"), None).await;
        refused_fields(&answer, 40001, &[field]);
    }
    let answer = her.ask(Verb::GET, "/matching/daily?page=0&order=;DROP", None).await;
    refused_fields(&answer, 40001, &["page", "order"]);
    let far = her.get("/matching/daily?page=4294967295&page_size=100&sort=created_at&order=asc").await;
    assert_eq!(far["items"], json!([]));
}

async fn many_requests_at_once_see_one_list(database: Database) {
    let server = Server::start(&database).await;
    let (her, _) = her_and(&server, 12).await;
    let asked: Vec<_> = (0..8)
        .map(|_| {
            let her = her.clone();
            tokio::spawn(async move { her.get("/matching/daily").await })
        })
        .collect();
    let mut lists = Vec::new();
    for one in asked {
        lists.push(one.await.unwrap());
    }
    assert!(lists.iter().all(|list| *list == lists[0]), "{lists:?}");
    let refreshed: Vec<_> = (0..6)
        .map(|_| {
            let her = her.clone();
            tokio::spawn(async move { her.ask(Verb::GET, "/matching/daily?refresh=true", None).await.status })
        })
        .collect();
    let mut granted = 0;
    for one in refreshed {
        granted += usize::from(one.await.unwrap() == 200);
    }
    assert_eq!(granted, 3);
}
