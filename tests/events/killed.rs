//! A server that is killed while it does what is due: seats that are freed and offered, deposits that go back. After the
//! next start nothing of it is lost, and nothing is done twice.
//!
//! The servers are processes of their own, whose clocks stand where the test puts them, so that work which a killed one
//! had taken is free again for the next. Three rounds, twenty with `TEST_LONG=1`. When they are killed is chosen by a
//! generator whose seed is printed and may be given as `KILL_SEED`.

use std::collections::BTreeSet;
use std::path::Path;

use matchmaking_core::clock::Millis;
use matchmaking_core::ids::{AccountId, EventId, RegistrationId};
use matchmaking_core::model::{RefundState, Registration, RegistrationState};
use matchmaking_core::service::jobs::LEASE_MILLIS;
use matchmaking_core::store::{self, LocalMoment, Slice, Stores};
use reqwest::Method as Verb;
use serde_json::json;

use super::{HOUR, UNTIL_START, event, pays, person, registers, runs_jobs};
use crate::matching::people::{DAY, Person, with_back_office};
use crate::support::ledger::given_back;
use crate::support::process::Process;
use crate::support::rng::Rng;
use crate::support::server::START;
use crate::support::{Database, Server, on_durable_stores, until};

on_durable_stores!(what_is_due_is_done_once_whenever_the_server_is_killed);

/// How many events of each kind there are in a round.
const EVENTS: i64 = 6;
/// How many hold a seat that they do not pay, and how many wait for one.
const HOLD: usize = 3;
const WAIT: usize = 2;
/// How often a server is killed in a round.
const KILLS: usize = 3;
/// When what a round leaves is due: a day after the deposits are to go back.
const DUE: Millis = START.plus(UNTIL_START + 3 * HOUR + 8 * DAY);

/// What is due.
struct Due {
    /// Full events, whose holds have run out and for which people wait.
    held: Vec<EventId>,
    waiting: BTreeSet<AccountId>,
    /// Who came to an event that is long over, with the payment.
    came: Vec<(RegistrationId, String)>,
    /// Everything that will change.
    watched: Vec<RegistrationId>,
}

async fn what_is_due_is_done_once_whenever_the_server_is_killed(database: Database) {
    let seed = std::env::var("KILL_SEED").ok().map_or_else(Rng::any_seed, |seed| seed.parse().unwrap());
    println!("KILL_SEED={seed}");
    let mut rng = Rng::new(seed);
    let rounds = if std::env::var("TEST_LONG").is_ok_and(|long| long == "1") { 20 } else { 3 };
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let mut now = DUE;
    for round in 0..rounds {
        let due = arrange(&database, round).await;
        let stores = store::open(&database.url()).await.unwrap();
        for _ in 0..KILLS {
            let watched = due.watched[rng.below(due.watched.len() as u64) as usize];
            let server = Process::start_at_moment(&database, folder.path(), now).await;
            until("something to be done", async || is_done(&registration(&stores, watched).await)).await;
            server.kill();
            // What the killed one had taken is to be had again.
            now = now.plus(LEASE_MILLIS + 1);
        }
        let server = Process::start_at_moment(&database, folder.path(), now).await;
        until("all to be done", async || {
            for watched in &due.watched {
                if !is_done(&registration(&stores, *watched).await) {
                    return false;
                }
            }
            true
        })
        .await;
        server.stop();
        check(&stores, &due, &ledger, now).await;

        // Whoever does it all again changes nothing.
        now = now.plus(LEASE_MILLIS + 1);
        let options = with_back_office().begun_at(now).ledger(&ledger);
        let server = Server::start_with(&database, options).await;
        runs_jobs(&server).await;
        server.stop();
        check(&stores, &due, &ledger, now).await;
        stores.upkeep.close().await;
        now = now.plus(DAY);
    }
}

/// Leaves seats that are held, people who wait for them, and deposits of people who came.
async fn arrange(database: &Database, round: i64) -> Due {
    let server = Server::start_with(database, with_back_office()).await;
    let mut people: Vec<Person> = Vec::new();
    for number in 0..HOLD + WAIT {
        people.push(person(&server, round * 100 + number as i64).await);
    }
    let mut due = Due { held: Vec::new(), waiting: BTreeSet::new(), came: Vec::new(), watched: Vec::new() };
    let code = |kind: &str, number: i64| format!("{kind}{round}N{number}");
    for number in 0..EVENTS {
        let over = event(&server, json!({"event_code": code("OVER", number)})).await;
        for guest in &people[..2] {
            let id = RegistrationId::new(pays(&server, guest, over).await).unwrap();
            due.watched.push(id);
        }
    }
    server.clock.advance(UNTIL_START);
    let date = "2026-02-14".parse().unwrap();
    let guests = due.watched.clone();
    due.came = server
        .inside(move |services| async move {
            let now = LocalMoment { at: services.clock.now(), date };
            let mut came = Vec::new();
            for id in guests {
                let here = services.stores.seats.check_in(id, now).await.unwrap().unwrap();
                came.push((id, here.registration.unwrap().order_no));
            }
            came
        })
        .await;
    for one in &mut people {
        one.comes_again(&server).await;
    }
    for number in 0..EVENTS {
        let changes = json!({
            "event_code": code("FULL", number), "event_date": "2027-06-01", "participants": {"max": HOLD},
        });
        let full = event(&server, changes).await;
        for holder in &people[..HOLD] {
            let seat = registers(holder, full).await["registration_id"].as_i64().unwrap();
            due.watched.push(RegistrationId::new(seat).unwrap());
        }
        for one in &people[HOLD..] {
            let answer = one.ask(Verb::POST, &format!("/events/{full}/waitlist"), Some(&json!({}))).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            due.waiting.insert(one.account());
        }
        due.held.push(EventId::new(full).unwrap());
    }
    server.stop();
    due
}

async fn registration(stores: &Stores, id: RegistrationId) -> Registration {
    stores.events.registration(id).await.unwrap().unwrap()
}

/// Whether nothing is to be done for this one any more.
fn is_done(registration: &Registration) -> bool {
    match registration.state {
        RegistrationState::CheckedIn => registration.refund == RefundState::Refunded,
        state => state == RegistrationState::Expired,
    }
}

/// Everything is as it must be once all is done.
async fn check(stores: &Stores, due: &Due, ledger: &Path, now: Millis) {
    for event in &due.held {
        let all = Slice { newest_first: false, skip: 0, limit: 100 };
        let registered = stores.events.registrations_for(*event, None, now, all).await.unwrap().items;
        let of = |state| registered.iter().filter(move |one| one.state == state);
        assert_eq!(of(RegistrationState::Expired).count(), HOLD, "{registered:?}");
        // Each who waited has one offer, that is held for a while, and there is no other seat.
        let offered: Vec<_> = of(RegistrationState::Held).collect();
        assert_eq!(offered.iter().map(|one| one.account).collect::<BTreeSet<_>>(), due.waiting);
        assert_eq!((offered.len(), registered.len()), (WAIT, HOLD + WAIT), "{registered:?}");
        assert!(offered.iter().all(|one| one.is_held(now)), "{registered:?}");
    }
    let given = given_back(ledger);
    for (id, order) in &due.came {
        assert_eq!(registration(stores, *id).await.refund, RefundState::Refunded);
        assert!(stores.seats.open_refunds(*id).await.unwrap().is_empty());
        let mine: Vec<_> = given.iter().filter(|line| line.starts_with(&format!("{order} "))).collect();
        assert!(mine.len() == 1 && mine[0].ends_with(" 20000"), "{mine:?}");
    }
}
