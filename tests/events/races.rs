//! Many who want the same at the same moment.

use reqwest::Method as Verb;
use serde_json::json;
use tokio::task::JoinSet;

use super::{event_of, people, person, registers, server, stands, tries};
use crate::matching::people::Person;
use crate::support::{Database, on_every_store};

on_every_store!(eight_buyers_for_three_seats, two_hundred_buyers_for_fifty_seats, one_buyer_ten_times);

/// The codes that everyone is answered who tries at once.
async fn at_once(buyers: impl IntoIterator<Item = Person>, event: i64) -> Vec<i64> {
    let mut tasks = JoinSet::new();
    for buyer in buyers {
        tasks.spawn(async move { tries(&buyer, event).await.json()["code"].as_i64().unwrap() });
    }
    tasks.join_all().await
}

fn count(codes: &[i64], code: i64) -> usize {
    codes.iter().filter(|told| **told == code).count()
}

async fn eight_buyers_for_three_seats(database: Database) {
    let server = server(&database).await;
    let (event, buyers) = (event_of(&server, 3).await, people(&server, 8).await);
    let codes = at_once(buyers, event).await;
    assert_eq!((count(&codes, 200), count(&codes, 40901)), (3, 5), "{codes:?}");
    assert_eq!(stands(&server, event).await, ("full".to_owned(), 3));
}

async fn two_hundred_buyers_for_fifty_seats(database: Database) {
    let server = server(&database).await;
    let (event, buyers) = (event_of(&server, 50).await, people(&server, 200).await);
    let codes = at_once(buyers, event).await;
    assert_eq!((count(&codes, 200), count(&codes, 40901)), (50, 150));
    assert_eq!(stands(&server, event).await, ("full".to_owned(), 50));
}

async fn one_buyer_ten_times(database: Database) {
    let server = server(&database).await;
    let (event, her) = (event_of(&server, 5).await, person(&server, 0).await);
    let codes = at_once(vec![her.clone(); 10], event).await;
    assert_eq!((count(&codes, 200), count(&codes, 40901)), (1, 9), "{codes:?}");
    // And gives it back many times: once it is given.
    let seat = her.get("/events/my-registrations").await["items"][0]["registration_id"].clone();
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let (her, path) = (her.clone(), format!("/events/registrations/{seat}/cancel"));
        tasks.spawn(async move {
            her.ask(Verb::PUT, &path, Some(&json!({}))).await.json()["code"].as_i64().unwrap()
        });
    }
    let codes = tasks.join_all().await;
    assert_eq!((count(&codes, 200), count(&codes, 40901)), (1, 4), "{codes:?}");
    registers(&her, event).await;
}
