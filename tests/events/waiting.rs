//! The waiting list and its offers.

use reqwest::Method as Verb;
use serde_json::json;

use super::{HOUR, event_of, mine, pays, people, registers, runs_jobs, server, stands, tries};
use crate::matching::people::{Person, data, refused};
use crate::support::{Answer, Database, on_every_store};

on_every_store!(a_freed_seat_is_offered_in_turn, one_waits_while_it_is_full);

async fn waits(who: &Person, event: i64) -> Answer {
    who.ask(Verb::POST, &format!("/events/{event}/waitlist"), Some(&json!({}))).await
}

async fn a_freed_seat_is_offered_in_turn(database: Database) {
    let server = server(&database).await;
    let (id, people) = (event_of(&server, 1).await, people(&server, 4).await);
    let seat = pays(&server, &people[0], id).await;
    for (place, one) in people[1..].iter().enumerate() {
        assert_eq!(data(&waits(one, id).await), json!({"event_id": id, "position": place + 1}));
    }
    data(&people[0].ask(Verb::PUT, &format!("/events/registrations/{seat}/cancel"), None).await);
    // It is offered to the first of them: held, and not yet theirs.
    let offer = mine(&people[1]).await;
    assert_eq!((&offer["status"], &offer["payment"]), (&json!("pending_payment"), &json!(null)));
    let standing = people[1].get(&format!("/events/{id}")).await["user_registration"].clone();
    assert_eq!((&standing["is_registered"], &standing["can_register"]), (&json!(false), &json!(true)));
    let listed = people[1].get("/events").await["items"][0].clone();
    assert_eq!((&listed["event_id"], &listed["is_registered"]), (&json!(id), &json!(false)));
    assert_eq!(people[0].get("/events").await["items"][0]["is_registered"], false);
    // Nor can it be paid before it is taken up, whoever guesses the order's number: it is the second of the day.
    let guessed = server.post("/sandbox/payments/PAY20260205002/confirm", &json!({})).await;
    assert_eq!(guessed.status, 404, "{}", guessed.text);
    refused(&tries(&people[2], id).await, 40901);
    let taken_up = registers(&people[1], id).await;
    assert_eq!(taken_up["registration_id"], offer["registration_id"]);
    assert_eq!(taken_up["payment"]["order_no"], "PAY20260205002");
    assert_eq!(people[1].get("/events").await["items"][0]["is_registered"], true);
    refused(&tries(&people[1], id).await, 40901);
    // Nobody pays: it goes on to the next, whom a job asks.
    server.clock.advance(HOUR / 2);
    runs_jobs(&server).await;
    assert_eq!(mine(&people[2]).await["status"], "pending_payment");
    server.clock.advance(HOUR / 2);
    runs_jobs(&server).await;
    assert_eq!(mine(&people[2]).await["status"], "expired");
    pays(&server, &people[3], id).await;
    assert_eq!(stands(&server, id).await, ("full".to_owned(), 1));
}

async fn one_waits_while_it_is_full(database: Database) {
    let server = server(&database).await;
    let (id, people) = (event_of(&server, 1).await, people(&server, 3).await);
    refused(&waits(&people[0], id).await, 40901);
    let seat = pays(&server, &people[0], id).await;
    refused(&waits(&people[0], id).await, 40901);
    for _ in 0..2 {
        assert_eq!(data(&waits(&people[1], id).await)["position"], 1);
    }
    let path = format!("/events/{id}/waitlist");
    for _ in 0..2 {
        assert_eq!(data(&people[1].ask(Verb::DELETE, &path, None).await), json!(null));
    }
    data(&people[0].ask(Verb::PUT, &format!("/events/registrations/{seat}/cancel"), None).await);
    assert_eq!(people[1].get("/events/my-registrations").await["items"], json!([]));
    registers(&people[2], id).await;
    for verb in [Verb::POST, Verb::DELETE] {
        refused(&people[2].ask(verb, "/events/424242/waitlist", Some(&json!({}))).await, 40401);
    }
}
