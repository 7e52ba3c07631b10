//! Failed logins.

use super::{OTHER, PASSWORD, PHONE, Person, code, data, log_in, refused};
use crate::support::{Backend, Database, Server, on_every_store};
use serde_json::json;

/// For how long a login is locked, in milliseconds.
const LOCK: i64 = 900_000;

on_every_store!(five_failures_lock_a_login, a_reset_opens_a_locked_login);

async fn five_failures_lock_a_login(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    for phone in [PHONE, OTHER] {
        for _ in 0..5 {
            refused(&log_in(&server, phone, "wrong").await, 40104);
        }
        refused(&log_in(&server, phone, PASSWORD).await, 40302);
    }
    data(&person.knocks().await);
    server.clock.advance(LOCK);
    Person::log_in(&server, PHONE).await;
    refused(&log_in(&server, OTHER, PASSWORD).await, 40104);
}

async fn a_reset_opens_a_locked_login(database: Database) {
    let server = Server::start(&database).await;
    Person::join(&server, PHONE).await;
    for _ in 0..5 {
        refused(&log_in(&server, PHONE, "wrong").await, 40104);
    }
    let code = code(&server, PHONE, "reset").await;
    let reset = json!({"phone": PHONE, "code": code, "new_password": "another1"});
    data(&server.post("/v1/auth/password/reset", &reset).await);
    data(&log_in(&server, PHONE, "another1").await);
}

/// What is known of failures and codes is the database's: it outlives the process, and processes share it.
async fn restarts(database: Database) {
    let first = Server::start(&database).await;
    Person::join(&first, PHONE).await;
    let second = Server::start(&database).await;
    // Its clock is not that of the first.
    second.clock.advance(super::INTERVAL);
    for n in 0..5 {
        let server = if n % 2 == 0 { &first } else { &second };
        refused(&log_in(server, PHONE, "wrong").await, 40104);
    }
    refused(&log_in(&first, PHONE, PASSWORD).await, 40302);
    refused(&log_in(&second, PHONE, PASSWORD).await, 40302);
    first.stop();
    second.stop();
    let third = Server::start(&database).await;
    third.clock.advance(super::INTERVAL);
    refused(&log_in(&third, PHONE, PASSWORD).await, 40302);
}

#[test]
fn failures_outlive_the_process_on_sqlite() {
    crate::support::run(Backend::Sqlite, restarts);
}

#[test]
fn failures_outlive_the_process_on_postgres() {
    crate::support::run(Backend::Postgres, restarts);
}
