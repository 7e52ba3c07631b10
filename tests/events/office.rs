//! Events in the back office, rounds and picks, and notifications.

use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{
    HOUR, UNTIL_START, asks, documented, event, event_of, mine, pays, people, registers, runs_jobs, server,
    stands, tries,
};
use crate::matching::people::{ADMIN_TOKEN, Person, ask, data, numbers, refused, refused_fields};
use crate::support::{Answer, Database, Server, on_every_store};

on_every_store!(
    an_event_is_made_and_changed,
    bad_events_are_refused,
    a_cancelled_event_gives_everything_back,
    an_evening_has_rounds_and_picks_become_matches,
    notifications_are_recorded,
);

async fn tries_to(server: &Server, verb: Verb, path: &str, body: &Value) -> Answer {
    ask(server, ADMIN_TOKEN, verb, &format!("/admin/v1{path}"), Some(body)).await
}

async fn an_event_is_made_and_changed(database: Database) {
    let server = server(&database).await;
    let made = asks(&server, Verb::POST, "/events", Some(&documented(&json!({"status": "draft"})))).await;
    let id = made["event_id"].as_i64().unwrap();
    assert_eq!((&made["status"], &made["event_code"]), (&json!("draft"), &json!("SH20260214")));
    refused(&tries_to(&server, Verb::POST, "/events", &documented(&json!({}))).await, 40901);
    refused(&server.get(&format!("/v1/events/{id}")).await, 40401);
    // What was read can be written back.
    let mut read = asks(&server, Verb::GET, &format!("/events/{id}"), None).await;
    assert_eq!(read, made);
    read["status"] = json!("registering");
    read["participants"]["max"] = json!(2);
    let path = format!("/events/{id}");
    let edited = asks(&server, Verb::PUT, &path, Some(&read)).await;
    assert_eq!((&edited["status"], &edited["participants"]["max"]), (&json!("registering"), &json!(2)));
    refused(&tries_to(&server, Verb::PUT, &path, &documented(&json!({"status": "draft"}))).await, 40901);
    for one in people(&server, 2).await {
        registers(&one, id).await;
    }
    let few = documented(&json!({"participants": {"max": 1}}));
    refused(&tries_to(&server, Verb::PUT, &path, &few).await, 40901);
    let made_up = documented(&json!({"event_code": null, "participants": {"max": 1}, "deposit": null}));
    let other = asks(&server, Verb::POST, "/events", Some(&made_up)).await;
    assert!(other["event_code"].as_str().unwrap().starts_with("EV20260214"));
    assert_eq!(other["deposit"]["amount"], 0);

    let list = asks(&server, Verb::GET, "/events?order=desc&sort=created_at", None).await;
    assert_eq!(numbers(&list, "event_id"), [other["event_id"].as_i64().unwrap(), id]);
    assert_eq!(numbers(&asks(&server, Verb::GET, "/events?status=full", None).await, "event_id"), [id]);
    let seats = asks(
        &server,
        Verb::GET,
        &format!("/events/{id}/registrations?status=pending_payment&order=asc"),
        None,
    )
    .await;
    assert_eq!(seats["pagination"]["total"], 2);
    assert_eq!(
        (&seats["items"][0]["nickname"], &seats["items"][0]["gender"]),
        (&json!("p0"), &json!("female"))
    );
    let record = asks(&server, Verb::GET, "/audit?order=asc", None).await;
    let actions: Vec<_> =
        record["items"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["event.created", "event.updated", "event.created"]);
    for path in ["/events/0", "/events/x", "/events/424242", "/events/424242/registrations"] {
        let answer = ask(&server, ADMIN_TOKEN, Verb::GET, &format!("/admin/v1{path}"), None).await;
        refused(&answer, 40401);
    }
}

async fn bad_events_are_refused(database: Database) {
    let server = server(&database).await;
    let required = ["name", "event_date", "start_time", "end_time", "location", "participants"];
    refused_fields(&tries_to(&server, Verb::POST, "/events", &json!({})).await, 40002, &required);
    for (changes, fields) in [
        (
            json!({"event_date": "2026-02-30", "start_time": "25:00", "end_time": "5pm"}),
            vec!["event_date", "start_time", "end_time"],
        ),
        (json!({"location": {"city": " ", "venue": "x"}}), vec!["location.city"]),
        (json!({"location": {"city": "x", "venue": "x", "longitude": 200}}), vec!["location.longitude"]),
        (json!({"requirements": {"age_range": "40-25"}}), vec!["requirements.age_range"]),
        (
            json!({"participants": {"max": 0, "max_male": -1}}),
            vec!["participants.max", "participants.max_male"],
        ),
        (json!({"deposit": {"amount": -1}}), vec!["deposit.amount"]),
        (json!({"deposit": {"amount": 0.001}}), vec!["deposit.amount"]),
        (json!({"event_code": "a b", "status": "cancelled"}), vec!["status", "event_code"]),
        (json!({"registration_deadline": "2026-02-14T06:00:01Z"}), vec!["registration_deadline"]),
    ] {
        let answer = tries_to(&server, Verb::POST, "/events", &documented(&changes)).await;
        let mut told: Vec<_> = answer.json()["data"]["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{changes}: {}", answer.text))
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect();
        told.sort();
        let mut fields = fields;
        fields.sort_unstable();
        assert_eq!(told, fields, "{changes}");
        refused(&answer, 40001);
    }
}

async fn a_cancelled_event_gives_everything_back(database: Database) {
    let server = server(&database).await;
    let (id, people) = (event_of(&server, 2).await, people(&server, 3).await);
    pays(&server, &people[0], id).await;
    let order = registers(&people[1], id).await["payment"]["order_no"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let done = asks(&server, Verb::POST, &format!("/events/{id}/cancel"), None).await;
        assert_eq!(done, json!({"event_id": id, "status": "cancelled"}));
    }
    runs_jobs(&server).await;
    assert_eq!(mine(&people[0]).await["status"], "refunded");
    assert_eq!(mine(&people[1]).await["status"], "cancelled");
    refused(&tries(&people[2], id).await, 40301);
    assert_eq!(stands(&server, id).await, ("cancelled".to_owned(), 0));
    // A payment that was on its way goes back, too.
    assert_eq!(super::confirms(&server, &order).await["status"], "cancelled");
    runs_jobs(&server).await;
    assert_eq!(mine(&people[1]).await["status"], "refunded");
    refused(&tries_to(&server, Verb::PUT, &format!("/events/{id}"), &documented(&json!({}))).await, 40301);
}

async fn an_evening_has_rounds_and_picks_become_matches(database: Database) {
    let server = server(&database).await;
    let id = event(&server, json!({"deposit": null})).await;
    // Two women and two men; a third man hides from one of the women.
    let mut people = people(&server, 4).await;
    people.push(super::person(&server, 5).await);
    for one in &people {
        one.post(&format!("/events/{id}/register"), &json!({})).await;
    }
    data(&people[4].ask(Verb::POST, &format!("/users/{}/block", people[0].id), Some(&json!({}))).await);
    let drawn =
        asks(&server, Verb::POST, &format!("/events/{id}/rounds"), Some(&json!({"minutes": 3}))).await;
    assert_eq!((&drawn["dates"], &drawn["participants"]), (&json!(5), &json!(5)));
    let mine = people[0].get(&format!("/events/{id}/rounds")).await;
    let met: Vec<_> = mine["rounds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|round| round["user"]["user_id"].as_i64().unwrap())
        .collect();
    let mut men = vec![people[1].id, people[3].id];
    men.sort_unstable();
    let mut sorted = met.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, men);
    assert_eq!(people[2].get(&format!("/events/{id}/rounds")).await["rounds"].as_array().unwrap().len(), 3);

    let path = format!("/events/{id}/picks");
    let pick = |ids: &[i64]| json!({"user_ids": ids});
    refused(&people[0].ask(Verb::POST, &path, Some(&pick(&[people[1].id]))).await, 40301);
    refused(&tries_to(&server, Verb::POST, &format!("/events/{id}/close"), &json!({})).await, 40901);
    server.clock.advance(UNTIL_START + HOUR);
    for one in &mut people {
        one.comes_again(&server).await;
    }
    let picks = [(0, vec![1, 3]), (1, vec![0, 2]), (2, vec![3]), (3, vec![0])];
    for (who, whom) in picks {
        let ids: Vec<i64> = whom.iter().map(|place: &usize| people[*place].id).collect();
        assert_eq!(people[who].post(&path, &pick(&ids)).await["picked"], json!(ids.len()));
    }
    refused_fields(
        &people[0].ask(Verb::POST, &path, Some(&json!({"user_ids": ["x"]}))).await,
        40001,
        &["user_ids[0]"],
    );
    let stranger = Person::join(&server, 9, matchmaking_core::model::profile::Gender::Male).await;
    refused(&stranger.ask(Verb::POST, &path, Some(&pick(&[people[0].id]))).await, 40301);
    refused(&stranger.ask(Verb::GET, &format!("/events/{id}/rounds"), None).await, 40301);

    for _ in 0..2 {
        let closed = asks(&server, Verb::POST, &format!("/events/{id}/close"), None).await;
        assert_eq!(closed, json!({"event_id": id, "matches": 2}));
    }
    runs_jobs(&server).await;
    let matched = people[0].get("/matching/matches").await;
    assert_eq!(matched["stats"]["total_matches"], 2);
    assert_eq!(people[2].get("/matching/matches").await["stats"]["total_matches"], 0);
    refused(&people[0].ask(Verb::POST, &path, Some(&pick(&[]))).await, 40301);
}

async fn notifications_are_recorded(database: Database) {
    let server = server(&database).await;
    let people = people(&server, 3).await;
    let told = async |body: Value| {
        asks(&server, Verb::POST, "/notifications", Some(&body)).await["recipients"].clone()
    };
    let text = |more: Value| {
        let mut body = json!({"title": "维护", "content": "今晚维护"});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    assert_eq!(told(text(json!({"user_ids": [people[0].id, people[1].id, 424_242]}))).await, 2);
    assert_eq!(told(text(json!({"all": true}))).await, 3);
    let record = asks(&server, Verb::GET, "/audit", None).await;
    assert_eq!(record["pagination"]["total"], 2);
    assert_eq!(record["items"][0]["action"], "notification.sent");
    let answer = tries_to(&server, Verb::POST, "/notifications", &json!({})).await;
    refused(&answer, 40002);
    let both = text(json!({"all": true, "user_ids": [1]}));
    refused_fields(&tries_to(&server, Verb::POST, "/notifications", &both).await, 40001, &["all"]);
    let long = json!({"all": true, "title": "", "content": "x".repeat(2_001)});
    refused_fields(
        &tries_to(&server, Verb::POST, "/notifications", &long).await,
        40001,
        &["title", "content"],
    );
}
