//! What every test of this binary stands on: a database of its own, the real server over it, and clients.

pub(crate) mod database;
pub(crate) mod http;
pub(crate) mod ledger;
pub(crate) mod model;
pub(crate) mod outbox;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod raw;
pub(crate) mod rng;
pub(crate) mod server;
pub(crate) mod socket;
pub(crate) mod walkthrough;

use std::time::Duration;

pub(crate) use database::{Backend, Database};
pub(crate) use http::Answer;
pub(crate) use server::{Options, Remote, Server};
pub(crate) use socket::Client;

/// How long anything may take before a test gives up. Nothing is ever asserted about how long something took: this
/// only turns a test that would hang into one that fails.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Waits for something that must happen, and says what did not.
pub(crate) async fn must<T>(what: &str, happening: impl Future<Output = T>) -> T {
    let Ok(happened) = tokio::time::timeout(PATIENCE, happening).await else {
        panic!("waited in vain for {what}");
    };
    happened
}

/// Asks again and again until the answer is yes, for what has no event to wait for.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    must(what, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Runs a test's body on a database of this kind, unless there is none here.
pub(crate) fn run<F: Future<Output = ()>>(backend: Backend, body: impl FnOnce(Database) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Some(database) = runtime.block_on(Database::create(backend)) {
        runtime.block_on(body(database));
    }
}

/// Makes three tests of each body: `name::memory`, `name::sqlite`, `name::postgres`.
macro_rules! on_every_store {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            use crate::support::{Backend, run};

            #[test]
            fn memory() {
                run(Backend::Memory, super::$body);
            }

            #[test]
            fn sqlite() {
                run(Backend::Sqlite, super::$body);
            }

            #[test]
            fn postgres() {
                run(Backend::Postgres, super::$body);
            }
        }
    )+};
}
pub(crate) use on_every_store;

/// Makes two tests of each body, on the stores that outlive the process: `name::sqlite`, `name::postgres`.
macro_rules! on_durable_stores {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            use crate::support::{Backend, run};

            #[test]
            fn sqlite() {
                run(Backend::Sqlite, super::$body);
            }

            #[test]
            fn postgres() {
                run(Backend::Postgres, super::$body);
            }
        }
    )+};
}
pub(crate) use on_durable_stores;
