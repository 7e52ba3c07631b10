//! The same thing asked for many times at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{done, not_done, unknown_user};
use crate::support::{Client, Database, Server, on_every_store};

const ROUNDS: i64 = 5;

async fn a_user_created_many_times_at_once_is_one(database: Database) {
    let server = Server::start(&database).await;
    for id in 1..=ROUNDS {
        let created =
            join_all((0..10).map(|number| server.create(id, if number % 2 == 0 { "a" } else { "b" }, 1)));
        for answer in created.await {
            answer.is(200, &json!({"success": true, "user_id": id}));
        }
        let info = server.info(id).await.json();
        assert!(["a", "b"].contains(&info["telegram_user_name"].as_str().unwrap()), "{info}");
    }
    // One account each, in the store as in the pool.
    let people = server.inside(|services| async move { services.fill_pool().await.unwrap() }).await;
    assert_eq!(people, usize::try_from(ROUNDS).unwrap());
}

async fn a_match_made_both_ways_at_once_is_one(database: Database) {
    let server = Server::start(&database).await;
    for round in 1..=ROUNDS {
        let (one, other) = (2 * round, 2 * round + 1);
        server.users([one, other]).await;
        let mut hearing = Client::login(&server, "/ws/base", one).await;
        let make = async |number: i64| {
            let (first, second) = if number % 2 == 0 { (one, other) } else { (other, one) };
            let score = u8::try_from(number).unwrap();
            (first, score, server.pair(first, second, score).await)
        };
        let made = join_all((0..10).map(make)).await;
        let id = made[0].2;
        assert!(made.iter().all(|(_, _, made)| *made == id), "{made:?}");
        assert_eq!((server.match_ids(one).await, server.match_ids(other).await), (vec![id], vec![id]));
        // It is as one of them asked for it, whole.
        let info = server.match_info(one, id).await.json();
        assert_eq!(info["description_for_target"], format!("for {one}"));
        let score = info["match_score"].as_i64().unwrap();
        assert!((0..10).contains(&score));
        assert_eq!(server.match_info(other, id).await.json()["match_score"], score);
        // Told once.
        hearing.expect(json!({"type": "match_update"})).await;
        hearing.nothing_more().await;
    }
}

async fn a_room_opened_many_times_at_once_is_one(database: Database) {
    let server = Server::start(&database).await;
    for round in 1..=ROUNDS {
        let (one, other) = (2 * round, 2 * round + 1);
        server.users([one, other]).await;
        let matched = server.pair(one, other, 1).await;
        let open = |number: i64| {
            let (first, second) = if number % 2 == 0 { (one, other) } else { (other, one) };
            server.room(first, second, matched)
        };
        let rooms = join_all((0..10).map(open)).await;
        assert!(rooms.iter().all(|room| *room == rooms[0]), "{rooms:?}");
        server.say(rooms[0], one, "x").await.is(200, &json!({"success": true, "match_id": matched}));
        assert_eq!(server.said(rooms[0], other).await.len(), 1);
    }
}

async fn likes_toggled_at_once_end_in_the_right_parity(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let id = server.pair(1, 2, 1).await;
    let mut hearing = Client::login(&server, "/ws/base", 2).await;
    let mut liked = false;
    for count in [1, 10, 11, 20] {
        for answer in join_all((0..count).map(|_| server.toggle_like(id))).await {
            answer.is(200, &done());
        }
        liked ^= count % 2 == 1;
        assert_eq!(server.match_info(1, id).await.json()["is_liked"], liked);
        for _ in 0..count {
            hearing.expect(json!({"type": "match_update"})).await;
        }
    }
    hearing.nothing_more().await;
}

async fn edits_of_different_fields_at_once_all_stay(database: Database) {
    let server = Server::start(&database).await;
    server.users([1]).await;
    for round in 0..ROUNDS {
        let (age, target) = (20 + u8::try_from(round).unwrap(), 1 + u8::try_from(round % 3).unwrap());
        let summary = format!("round {round}");
        let body = json!({"user_id": 1, "summary": summary});
        let told = server.post("/UserManagement/edit_summary", &body);
        let (_, (), (), told) = tokio::join!(
            server.create(1, &summary, target),
            server.edit_age(1, age),
            server.seek(1, target),
            told
        );
        told.is(200, &done());
        server.info(1).await.is(
            200,
            &json!({
                "user_id": 1, "telegram_user_name": summary, "telegram_id": 1, "gender": target, "age": age,
                "target_gender": target, "user_personality_trait": summary, "match_ids": [],
            }),
        );
    }
}

async fn edits_of_one_field_at_once_all_succeed(database: Database) {
    let server = Server::start(&database).await;
    server.users([1]).await;
    let ages: Vec<u8> = (30..50).collect();
    join_all(ages.iter().map(|age| server.edit_age(1, *age))).await;
    let age = server.info(1).await.json()["age"].as_u64().unwrap();
    assert!(ages.iter().any(|given| u64::from(*given) == age));
    // The pool has what the store has: whoever seeks this age finds them so.
    let pooled = server
        .inside(|services| async move {
            let row = services.stores.people.people(None, 10).await.unwrap();
            row[0].person.profile.age_on(services.people.today())
        })
        .await;
    assert_eq!(pooled.map(u64::from), Some(age));
}

/// Whatever comes first, nobody is seen who was deactivated last, and nothing fails.
async fn coming_and_going_at_once_ends_as_the_last_word_says(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let id = server.pair(1, 2, 1).await;
    let room = server.room(1, 2, id).await;
    for _ in 0..ROUNDS {
        let going = join_all((0..3).map(|_| server.deactivate(1)));
        let coming = join_all((0..3).map(|_| server.create(1, "u1", 3)));
        let talking = join_all((0..3).map(|_| server.say(room, 2, "?")));
        let (gone, come, said) = tokio::join!(going, coming, talking);
        for answer in gone {
            assert!(answer.status == 200 && [done(), not_done()].contains(&answer.json()), "{}", answer.text);
        }
        for answer in come {
            // Deactivated again between being made active and being edited.
            assert!(answer.status == 200 || answer.json() == unknown_user(), "{}", answer.text);
        }
        for answer in said {
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        server.deactivate(1).await;
        server.info(1).await.is(400, &unknown_user());
        assert!(server.match_ids(2).await.is_empty());
        let mut alone = Client::login(&server, "/ws/match", 2).await;
        alone.expect(json!({"type": "match_error", "message": "No matches found"})).await;
        server.create(1, "u1", 3).await.is(200, &json!({"success": true, "user_id": 1}));
        assert_eq!(server.match_ids(2).await, [id]);
    }
}

/// Messages and likes and edits of many pairs at once: none is lost, none is mixed up.
async fn many_pairs_at_once_keep_to_themselves(database: Database) {
    const PAIRS: i64 = 8;
    const EACH: i64 = 10;
    let server = Server::start(&database).await;
    server.users(1..=2 * PAIRS).await;
    let mut rooms = Vec::new();
    for pair in 0..PAIRS {
        let (one, other) = (2 * pair + 1, 2 * pair + 2);
        let matched = server.pair(one, other, 1).await;
        rooms.push((one, other, matched, server.room(one, other, matched).await));
    }
    let server = &server;
    let talks = rooms.iter().flat_map(|&(one, other, matched, room)| {
        [one, other].map(|sender| async move {
            for number in 0..EACH {
                let answer = server.say(room, sender, &format!("{sender}/{number}")).await;
                answer.is(200, &json!({"success": true, "match_id": matched}));
            }
        })
    });
    join_all(talks).await;
    for (one, other, _, room) in rooms {
        let said = server.said(room, one).await;
        assert_eq!(said.len(), usize::try_from(2 * EACH).unwrap());
        for sender in [one, other] {
            let own: Vec<Value> = said
                .iter()
                .filter_map(|(_, text)| text.strip_prefix(&format!("{sender}/")))
                .map(|number| json!(number.parse::<i64>().unwrap()))
                .collect();
            assert_eq!(own, (0..EACH).map(Value::from).collect::<Vec<_>>());
        }
    }
}

on_every_store!(
    a_user_created_many_times_at_once_is_one,
    a_match_made_both_ways_at_once_is_one,
    a_room_opened_many_times_at_once_is_one,
    likes_toggled_at_once_end_in_the_right_parity,
    edits_of_different_fields_at_once_all_stay,
    edits_of_one_field_at_once_all_succeed,
    coming_and_going_at_once_ends_as_the_last_word_says,
    many_pairs_at_once_keep_to_themselves,
);
