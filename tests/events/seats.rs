//! Taking a seat and giving it back.

use reqwest::Method as Verb;
use serde_json::json;

use super::{
    HOUR, UNTIL_START, event, event_of, mine, pays, people, person, registers, runs_jobs, server, stands,
    tries,
};
use crate::matching::people::{data, numbers, refused};
use crate::support::{Database, on_every_store};

on_every_store!(
    a_seat_is_held_for_half_an_hour,
    what_costs_nothing_is_paid_at_once,
    a_seat_is_given_back_in_time,
    a_deleted_account_leaves_its_seat,
    registrations_are_their_owner_s,
);

async fn a_seat_is_held_for_half_an_hour(database: Database) {
    let server = server(&database).await;
    let (id, people) = (event_of(&server, 1).await, people(&server, 2).await);
    let held = registers(&people[0], id).await;
    refused(&tries(&people[0], id).await, 40901);
    refused(&tries(&people[1], id).await, 40901);
    server.clock.advance(HOUR / 2 - 1);
    refused(&tries(&people[1], id).await, 40901);
    server.clock.advance(1);
    assert_eq!(mine(&people[0]).await["status"], "expired");
    registers(&people[1], id).await;
    refused(&tries(&people[0], id).await, 40901);
    // The seat is free again, and may be taken again by whoever lost it.
    server.clock.advance(HOUR / 2);
    let again = registers(&people[0], id).await;
    assert_ne!(again["registration_id"], held["registration_id"]);
    assert_eq!(again["registration_no"], "REG20260205003");
    assert_eq!(
        numbers(&people[0].get("/events/my-registrations?status=expired").await, "registration_id").len(),
        1
    );
    assert_eq!(stands(&server, id).await, ("full".to_owned(), 1));
}

async fn what_costs_nothing_is_paid_at_once(database: Database) {
    let server = server(&database).await;
    let id = event(&server, json!({"deposit": {"amount": 0}})).await;
    let her = person(&server, 0).await;
    let seat = her.post(&format!("/events/{id}/register"), &json!({})).await;
    assert_eq!(
        (&seat["status"], &seat["payment"], &seat["deposit_amount"]),
        (&json!("paid"), &json!(null), &json!(0))
    );
    let mine = mine(&her).await;
    assert!(mine["check_in"]["check_in_code"].as_str().unwrap().starts_with("CHECKIN20260214-"));
}

async fn a_seat_is_given_back_in_time(database: Database) {
    let server = server(&database).await;
    let (id, mut people) = (event_of(&server, 5).await, people(&server, 3).await);
    let mut seats = Vec::new();
    for one in &people[..2] {
        seats.push(pays(&server, one, id).await);
    }
    let cancel = |seat: i64| format!("/events/registrations/{seat}/cancel");
    let reason = json!({"reason": "临时有事无法参加"});
    server.clock.advance(UNTIL_START - 24 * HOUR);
    for one in &mut people {
        one.comes_again(&server).await;
    }
    let done = data(&people[0].ask(Verb::PUT, &cancel(seats[0]), Some(&reason)).await);
    assert_eq!(
        (&done["status"], &done["deposit"]["refund_status"]),
        (&json!("cancelled"), &json!("pending"))
    );
    refused(&people[0].ask(Verb::PUT, &cancel(seats[0]), Some(&reason)).await, 40901);
    runs_jobs(&server).await;
    let back = mine(&people[0]).await;
    assert_eq!((&back["status"], &back["can_cancel"]), (&json!("refunded"), &json!(false)));
    assert_eq!(
        (&back["deposit"]["refund_status"], &back["deposit"]["refund_amount"]),
        (&json!("refunded"), &json!(200))
    );
    server.clock.advance(1);
    assert_eq!(mine(&people[1]).await["can_cancel"], false);
    refused(&people[1].ask(Verb::PUT, &cancel(seats[1]), Some(&reason)).await, 40301);
    // What is not paid can be dropped at any time.
    let held = registers(&people[2], id).await["registration_id"].as_i64().unwrap();
    data(&people[2].ask(Verb::PUT, &cancel(held), None).await);
    assert_eq!(stands(&server, id).await.1, 1);
}

async fn a_deleted_account_leaves_its_seat(database: Database) {
    use matchmaking_core::model::AccountStatus;

    let server = server(&database).await;
    let (id, people) = (event_of(&server, 1).await, people(&server, 2).await);
    pays(&server, &people[0], id).await;
    let gone = people[0].account();
    server
        .inside(move |services| async move {
            let at = services.clock.now();
            services.stores.accounts.set_status(gone, AccountStatus::Deleted, at).await.unwrap();
        })
        .await;
    runs_jobs(&server).await;
    assert_eq!(stands(&server, id).await.1, 0);
    registers(&people[1], id).await;
}

async fn registrations_are_their_owner_s(database: Database) {
    let server = server(&database).await;
    let (id, people) = (event_of(&server, 5).await, people(&server, 2).await);
    let seat = pays(&server, &people[0], id).await;
    for registration in [seat.to_string(), "0".to_owned(), "x".to_owned(), "424242".to_owned()] {
        let path = |what: &str| format!("/events/registrations/{registration}/{what}");
        refused(&people[1].ask(Verb::PUT, &path("cancel"), None).await, 40401);
        let code = json!({"check_in_code": "x"});
        refused(&people[1].ask(Verb::POST, &path("check-in"), Some(&code)).await, 40401);
        refused(&people[1].ask(Verb::POST, &path("rate"), Some(&json!({"rating": 5}))).await, 40401);
    }
    assert_eq!(people[1].get("/events/my-registrations").await["items"], json!([]));
}
