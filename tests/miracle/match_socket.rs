//! `/ws/match`.

use matchmaking_core::ids::{MatchId, TelegramId};
use matchmaking_core::model::{AccountStatus, Identity, IdentityKind, Profile};
use matchmaking_core::store::NewAccount;
use serde_json::{Value, json};

use super::done;
use crate::support::server::START;
use crate::support::{Client, Database, Server, on_every_store};

const MATCH: &str = "/ws/match";

/// What a new socket of this user is told; nothing more follows.
async fn told(server: &Server, user: i64) -> Value {
    let mut client = Client::login(server, MATCH, user).await;
    let told = client.json().await;
    client.nothing_more().await;
    client.close().await;
    told
}

/// Expects news of this match; returns its score and reasons.
#[track_caller]
fn is_match(told: &Value, id: i64, of: (i64, i64), existing: bool) {
    let mut expected = json!({
        "type": "match_info", "match_id": id, "self_user_id": of.0, "matched_user_id": of.1,
        "match_score": told["match_score"],
        "reason_of_match_given_to_self_user": told["reason_of_match_given_to_self_user"],
        "reason_of_match_given_to_matched_user": told["reason_of_match_given_to_matched_user"],
    });
    if existing {
        expected["message"] = json!("Existing match found");
    }
    assert_eq!(told.to_string(), expected.to_string());
    assert!(told["match_score"].as_i64().is_some_and(|score| (0..=100).contains(&score)), "{told}");
    for side in ["reason_of_match_given_to_self_user", "reason_of_match_given_to_matched_user"] {
        assert!(told[side].as_str().is_some_and(|reason| !reason.is_empty()), "{told}");
    }
}

fn nobody() -> Value {
    json!({"type": "match_error", "message": "No matches found"})
}

async fn the_best_candidate_is_chosen_and_kept(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3, 4]).await;
    // Nothing is known of them but their ages, of which the nearest suits best.
    for (user, age) in [(1, 30), (2, 45), (3, 31), (4, 80)] {
        server.edit_age(user, age).await;
    }
    let first = told(&server, 1).await;
    let id = server.match_ids(1).await[0];
    is_match(&first, id, (1, 3), false);
    // The match is stored with what was told.
    let info = server.match_info(1, id).await.json();
    assert_eq!(info["match_score"], first["match_score"]);
    assert_eq!(info["description_for_target"], first["reason_of_match_given_to_self_user"]);
    let info = server.match_info(3, id).await.json();
    assert_eq!(info["description_for_target"], first["reason_of_match_given_to_matched_user"]);

    // Asking again burns nobody, from either side.
    for _ in 0..2 {
        let again = told(&server, 1).await;
        is_match(&again, id, (1, 3), true);
        assert_eq!(again["match_score"], first["match_score"]);
        let other = told(&server, 3).await;
        is_match(&other, id, (3, 1), true);
        assert_eq!(
            other["reason_of_match_given_to_self_user"],
            first["reason_of_match_given_to_matched_user"]
        );
        assert_eq!(
            other["reason_of_match_given_to_matched_user"],
            first["reason_of_match_given_to_self_user"]
        );
    }
    assert_eq!((server.match_ids(1).await, server.match_ids(3).await), (vec![id], vec![id]));
}

async fn once_they_talk_the_next_best_comes_and_at_last_the_best_existing(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    for (user, age) in [(1, 30), (2, 45), (3, 31)] {
        server.edit_age(user, age).await;
    }
    let best = told(&server, 1).await;
    assert_eq!(best["matched_user_id"], 3);
    let best_id = best["match_id"].as_i64().unwrap();
    // A room without a message changes nothing.
    let room = server.room(1, 3, best_id).await;
    is_match(&told(&server, 1).await, best_id, (1, 3), true);
    server.say(room, 3, "你好").await;

    let next = told(&server, 1).await;
    let next_id = next["match_id"].as_i64().unwrap();
    is_match(&next, next_id, (1, 2), false);
    assert_ne!(next_id, best_id);
    is_match(&told(&server, 1).await, next_id, (1, 2), true);
    server.say(server.room(2, 1, next_id).await, 1, "你好").await;

    // Nobody is left: the best there is, not the newest.
    let last = told(&server, 1).await;
    is_match(&last, best_id, (1, 3), true);
    assert!(best["match_score"].as_i64() >= next["match_score"].as_i64());
    assert_eq!(server.match_ids(1).await, [best_id, next_id]);
}

async fn target_genders_hold_on_both_sides(database: Database) {
    let server = Server::start(&database).await;
    for (user, gender) in [(1, 1), (2, 2), (3, 1), (4, 3), (5, 2)] {
        server.create(user, "x", gender).await;
    }
    // 1, a woman, seeks men; 2, a man, seeks men; 3, a woman, seeks anyone; 4 seeks women; 5, a man, women.
    for (user, target) in [(1, 2), (2, 2), (3, 3), (4, 1), (5, 1)] {
        server.seek(user, target).await;
    }
    // 2 is a man who would not have her; 4 would, but is none.
    let first = told(&server, 1).await;
    assert_eq!(first["matched_user_id"], 5, "{first}");
    // 2 seeks a man who seeks men: 5 does not.
    assert_eq!(told(&server, 2).await, nobody());
    // 4 seeks women: 1 seeks men, 3 anyone.
    assert_eq!(told(&server, 4).await["matched_user_id"], 3);
    server.seek(5, 3).await;
    assert_eq!(told(&server, 2).await["matched_user_id"], 5);
}

async fn without_anyone_there_is_no_match(database: Database) {
    let server = Server::start(&database).await;
    server.users([1]).await;
    assert_eq!(told(&server, 1).await, nobody());
    assert_eq!(told(&server, 1).await, nobody());
    server.users([2]).await;
    server.deactivate(2).await.is(200, &done());
    assert_eq!(told(&server, 1).await, nobody());
    server.create(2, "u2", 3).await;
    assert_eq!(told(&server, 1).await["matched_user_id"], 2);
    // Whoever is out of sight takes their matches along.
    server.deactivate(2).await.is(200, &done());
    assert_eq!(told(&server, 1).await, nobody());
}

async fn a_match_made_by_hand_is_the_newest_one(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    let id = server.pair(2, 1, 7).await;
    let mut client = Client::login(&server, MATCH, 1).await;
    client
        .expect(json!({
            "type": "match_info", "match_id": id, "self_user_id": 1, "matched_user_id": 2, "match_score": 7,
            "reason_of_match_given_to_self_user": "for 1", "reason_of_match_given_to_matched_user": "for 2",
            "message": "Existing match found",
        }))
        .await;
    // Whatever is said here is of no consequence; a frame that is no object is refused, and the socket goes on.
    client.send(json!({"type": "match_info"})).await;
    client.send_text("null").await;
    client.expect(json!({"error": "Invalid JSON format"})).await;
    client.send_binary(b"{}").await;
    client.expect(json!({"error": "Invalid JSON format"})).await;
    // What happens to the match is told elsewhere.
    server.toggle_like(id).await.is(200, &done());
    client.nothing_more().await;
}

/// People of other surfaces, known by other names, are nobody's match here.
async fn the_pool_is_the_accounts_with_a_telegram_id(database: Database) {
    let server = Server::start(&database).await;
    server.users([1]).await;
    server
        .inside(|services| async move {
            for (kind, name) in [(IdentityKind::Phone, "13800000000"), (IdentityKind::Username, "lin")] {
                let new = NewAccount {
                    identities: vec![Identity::new(kind, name)],
                    password_hash: None,
                    profile: Profile::default(),
                    at: START,
                };
                services.stores.accounts.create_account(new).await.unwrap();
            }
            assert_eq!(services.fill_pool().await.unwrap(), 3);
        })
        .await;
    assert_eq!(told(&server, 1).await, nobody());
}

/// Windows of ages are set elsewhere, and hold here: an unset age passes none that someone set.
async fn windows_of_ages_that_were_set_elsewhere_hold(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    server.edit_age(1, 30).await;
    let window = |youngest: u8, oldest: u8| {
        server.inside(move |services| async move {
            let picky = services.telegram.account(TelegramId::new(1).unwrap()).await.unwrap();
            let edited = services.people.edit(picky, |profile| {
                profile.requirements.age_min = Some(youngest);
                profile.requirements.age_max = Some(oldest);
            });
            edited.await.unwrap();
        })
    };
    window(25, 35).await;
    assert_eq!(told(&server, 1).await, nobody());
    assert_eq!(told(&server, 2).await, nobody());
    server.edit_age(2, 36).await;
    assert_eq!(told(&server, 2).await, nobody());
    server.edit_age(2, 35).await;
    assert_eq!(told(&server, 2).await["matched_user_id"], 1);
}

/// What a number means is the clients' affair, so no reason may speak of a man or a woman.
async fn reasons_use_no_gendered_word(database: Database) {
    let server = Server::start(&database).await;
    for (one, other) in [(1, 2), (2, 1), (1, 1), (2, 2), (3, 1), (3, 3)] {
        server.create(1, "甲", one).await;
        server.create(2, "乙", other).await;
        server.edit_age(1, 30).await;
        server.edit_age(2, 31).await;
        let told = told(&server, 1).await;
        for side in ["reason_of_match_given_to_self_user", "reason_of_match_given_to_matched_user"] {
            let reason = told[side].as_str().unwrap();
            for word in ["他", "她", "男", "女", "先生", "小姐", "帅", "妹", "哥"] {
                assert!(!reason.contains(word), "{reason}");
            }
        }
        // The next two are new ones.
        server
            .inside(|services| async move {
                for id in [1, 2] {
                    let account = services.telegram.account(TelegramId::new(id).unwrap()).await.unwrap();
                    let accounts = &services.stores.accounts;
                    accounts.set_status(account, AccountStatus::Deleted, START).await.unwrap();
                    services.people.refresh(account).await.unwrap();
                }
            })
            .await;
    }
}

async fn who_was_blocked_or_unmatched_is_not_chosen_again(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    // 1 blocks 2, with whom there is no match, and ends the match with 3.
    let id = server.pair(1, 3, 50).await;
    server
        .inside(move |services| async move {
            let account = async |id| services.telegram.account(TelegramId::new(id).unwrap()).await.unwrap();
            let (one, two) = (account(1).await, account(2).await);
            services.stores.safety.block(one, two, START).await.unwrap();
            let id = MatchId::new(id).unwrap();
            assert!(services.stores.matches.end_match(id, one, START).await.unwrap());
        })
        .await;
    assert_eq!(told(&server, 1).await, nobody());
    assert_eq!(told(&server, 2).await["matched_user_id"], 3);
    assert_eq!(told(&server, 3).await["matched_user_id"], 2);
}

async fn two_who_choose_each_other_at_once_get_the_one_same_match(database: Database) {
    let server = Server::start(&database).await;
    for round in 0..10 {
        let (one, other) = (100 + 2 * round, 101 + 2 * round);
        server.users([one, other]).await;
        let (mut first, mut second) =
            tokio::join!(Client::open(&server, MATCH), Client::open(&server, MATCH));
        let ask = async |client: &mut Client, user: i64| {
            client.authenticate(user).await;
            let told = client.json().await;
            client.nothing_more().await;
            told
        };
        let (first, second) = tokio::join!(ask(&mut first, one), ask(&mut second, other));
        let id = first["match_id"].as_i64().unwrap();
        is_match(&first, id, (one, other), first["message"].is_string());
        is_match(&second, id, (other, one), second["message"].is_string());
        assert_eq!(first["match_score"], second["match_score"]);
        for (mine, theirs) in [
            ("reason_of_match_given_to_self_user", "reason_of_match_given_to_matched_user"),
            ("reason_of_match_given_to_matched_user", "reason_of_match_given_to_self_user"),
        ] {
            assert_eq!(first[mine], second[theirs]);
        }
        assert_eq!((server.match_ids(one).await, server.match_ids(other).await), (vec![id], vec![id]));
        // Out of the way of the next two.
        server.deactivate(one).await;
        server.deactivate(other).await;
    }
}

/// The same person asking on several sockets at once is matched once.
async fn one_who_asks_many_times_at_once_burns_one(database: Database) {
    let server = Server::start(&database).await;
    server.users(1..=9).await;
    let ask = async || {
        let mut client = Client::login(&server, MATCH, 1).await;
        client.json().await["match_id"].as_i64().unwrap()
    };
    let ids = futures_util::future::join_all((0..8).map(|_| ask())).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(server.match_ids(1).await, [ids[0]]);
}

on_every_store!(
    the_best_candidate_is_chosen_and_kept,
    once_they_talk_the_next_best_comes_and_at_last_the_best_existing,
    target_genders_hold_on_both_sides,
    without_anyone_there_is_no_match,
    a_match_made_by_hand_is_the_newest_one,
    the_pool_is_the_accounts_with_a_telegram_id,
    windows_of_ages_that_were_set_elsewhere_hold,
    reasons_use_no_gendered_word,
    who_was_blocked_or_unmatched_is_not_chosen_again,
    two_who_choose_each_other_at_once_get_the_one_same_match,
    one_who_asks_many_times_at_once_burns_one,
);
