//! An evening whose rounds are drawn up again while it goes on.

use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{UNTIL_START, asks, event, mine, people, server};
use crate::matching::people::{ADMIN_TOKEN, Person, ask, refused_fields};
use crate::support::{Database, Server, on_every_store};

on_every_store!(who_comes_late_is_taken_in, the_size_of_an_evening_is_checked);

const MINUTE: i64 = 60_000;

/// Somebody's rounds: which, at which table, from when, with whom.
async fn rounds_of(who: &Person, event: i64) -> Vec<(i64, i64, String, i64)> {
    let mine = who.get(&format!("/events/{event}/rounds")).await;
    let row = |round: &Value| {
        (
            round["round"].as_i64().unwrap(),
            round["table"].as_i64().unwrap(),
            round["start_time"].as_str().unwrap().to_owned(),
            round["user"]["user_id"].as_i64().unwrap(),
        )
    };
    mine["rounds"].as_array().unwrap().iter().map(row).collect()
}

async fn checks_in(who: &Person) {
    let seat = mine(who).await;
    let body = json!({
        "check_in_code": seat["check_in"]["check_in_code"],
        "location": {"longitude": 121.447, "latitude": 31.231},
    });
    let path = format!("/events/registrations/{}/check-in", seat["registration_id"]);
    assert_eq!(who.ask(Verb::POST, &path, Some(&body)).await.json()["message"], "签到成功");
}

async fn draws(server: &Server, event: i64, body: Value) -> Value {
    asks(server, Verb::POST, &format!("/events/{event}/rounds"), Some(&body)).await
}

async fn who_comes_late_is_taken_in(database: Database) {
    let server = server(&database).await;
    let id = event(&server, json!({"deposit": null})).await;
    // Three women and three men, one of whom comes late.
    let mut people = people(&server, 6).await;
    for one in &people {
        one.post(&format!("/events/{id}/register"), &json!({})).await;
    }
    server.clock.advance(UNTIL_START);
    for one in &mut people {
        one.comes_again(&server).await;
    }
    for one in &people[..5] {
        checks_in(one).await;
    }
    let drawn = draws(&server, id, json!({"minutes": 5, "break_minutes": 1})).await;
    assert_eq!(drawn, json!({"event_id": id, "rounds": 3, "dates": 6, "participants": 5}));
    let mut first = Vec::new();
    for one in &people[..5] {
        first.push(rounds_of(one, id).await.into_iter().find(|round| round.0 == 1));
    }
    assert_eq!(first.iter().flatten().count(), 4);

    server.clock.advance(2 * MINUTE);
    checks_in(&people[5]).await;
    let drawn = draws(&server, id, json!({"minutes": 5, "break_minutes": 1})).await;
    assert_eq!((&drawn["dates"], &drawn["participants"]), (&json!(9), &json!(6)));
    for (place, one) in people.iter().enumerate() {
        let rounds = rounds_of(one, id).await;
        // What has begun stays, and in the end everyone met everyone.
        if place < 5 {
            assert_eq!(rounds.iter().find(|round| round.0 == 1), first[place].as_ref());
        }
        let mut met: Vec<i64> = rounds.iter().map(|round| round.3).collect();
        met.sort_unstable();
        let mut others: Vec<i64> = people.iter().skip((place + 1) % 2).step_by(2).map(|one| one.id).collect();
        others.sort_unstable();
        assert_eq!(met, others);
        // The next one begins when the one that is going on has ended, and tables are changed.
        let later = rounds.iter().filter(|round| round.0 > 1).map(|round| round.2.as_str()).min();
        assert!(later >= Some("2026-02-14T06:06:00.000Z"), "{rounds:?}");
    }
    assert!(rounds_of(&people[5], id).await.iter().all(|round| round.0 > 1));

    // No more rounds than there are to be, those that have begun among them; and all from the start where that is meant.
    let drawn = draws(&server, id, json!({"rounds": 2, "tables": 1})).await;
    assert_eq!((&drawn["rounds"], &drawn["dates"]), (&json!(2), &json!(3)));
    let body = json!({"from_the_start": true, "starts_at": "2026-02-14T06:10:00Z", "tables": 2});
    let drawn = draws(&server, id, body).await;
    assert_eq!(drawn["dates"], json!(9));
    let mine = rounds_of(&people[0], id).await;
    assert!(
        mine.iter().all(|round| round.1 <= 2 && round.2.as_str() >= "2026-02-14T06:10:00.000Z"),
        "{mine:?}"
    );
}

async fn the_size_of_an_evening_is_checked(database: Database) {
    let server = server(&database).await;
    let id = event(&server, json!({"deposit": null})).await;
    let body = json!({"rounds": 51, "tables": 0, "from_the_start": 1, "minutes": 0, "break_minutes": -1});
    let path = format!("/admin/v1/events/{id}/rounds");
    let answer = ask(&server, ADMIN_TOKEN, Verb::POST, &path, Some(&body)).await;
    refused_fields(&answer, 40001, &["rounds", "minutes", "break_minutes", "tables", "from_the_start"]);
    for moment in ["0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"] {
        let answer = ask(&server, ADMIN_TOKEN, Verb::POST, &path, Some(&json!({"starts_at": moment}))).await;
        refused_fields(&answer, 40001, &["starts_at"]);
    }
    let drawn = draws(&server, id, json!({"tables": 500})).await;
    assert_eq!(drawn, json!({"event_id": id, "rounds": 0, "dates": 0, "participants": 0}));
}
