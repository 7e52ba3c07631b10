//! The store in SQLite or PostgreSQL, with one SQL text for both.
//!
//! Only migrations are written per dialect. A statement is text that both understand: `$n` placeholders, `BIGINT`
//! for every number, moments as milliseconds, documents as JSON text. Numbers are bound as `i64` and nothing else:
//! PostgreSQL prepares a statement for the types of its first use. `LIMIT` takes a parameter within a `CAST`:
//! alone, it makes SQLite prepare the statement for each use. Lists travel as one JSON object and are
//! read back with `jsonb_each`, so that every statement is a constant that a test can prepare.
//!
//! SQLite has one connection that writes, handed out in order of asking, beside a pool of readers; a write
//! transaction begins `IMMEDIATE`, so that what it reads stays true until it commits. PostgreSQL has the same
//! from row locks, always taken in this order: accounts, conversations, everything else, each by identifier. A
//! deadlock or a lost race that remains is tried again.

mod accounts;
mod album;
mod conversations;
mod counts;
mod daily;
mod dialogues;
mod error;
mod events;
mod gather;
mod groups;
mod invitations;
mod jobs;
mod json;
mod likes;
mod logins;
mod matches;
mod memberships;
mod messages;
mod office;
mod open;
mod pages;
mod people;
mod registrations;
mod reports;
mod reviews;
mod rounds;
mod rows;
mod safety;
mod seats;
mod sessions;
mod summaries;
mod unchanged;
mod upkeep;
mod writer;

#[cfg(feature = "testing")]
mod statements;

pub(super) use open::check_postgres_url;
pub use open::{BUSY_TIMEOUT, CONNECT_TIMEOUT, POSTGRES_CONNECTIONS, SQLITE_READ_CONNECTIONS, WRITE_WAIT};
#[cfg(feature = "testing")]
pub use statements::{Statement, migrations, statements};
pub use writer::{BATCH_MESSAGES, QUEUED_MESSAGES};

use std::sync::Arc;

use sqlx::{PgPool, SqlitePool};

/// Keeps everything in a database.
#[derive(Debug)]
pub struct SqlStore {
    pool: SqlPool,
    watch: Option<Arc<unchanged::Watch>>,
    writer: writer::Writer,
    standings: gather::Gatherer<conversations::Standings>,
    writers_standings: gather::Gatherer<conversations::WritersStandings>,
    records: gather::Gatherer<accounts::Records>,
    pages: gather::Gatherer<pages::Pages>,
    people: gather::Gatherer<people::People>,
    albums: gather::Gatherer<album::Albums>,
    accesses: gather::Gatherer<sessions::Accesses>,
    dailies: gather::Gatherer<daily::Dailies>,
    totals: gather::Gatherer<summaries::Totals>,
}

/// The connections of either database.
#[derive(Debug, Clone)]
enum SqlPool {
    Sqlite {
        /// One connection, first come, first served.
        write: SqlitePool,
        /// Several, which cannot write.
        read: SqlitePool,
    },
    Postgres(PgPool),
}

/// How often a transaction is tried that PostgreSQL ends because of another one.
const ATTEMPTS: u32 = 8;

/// Declares the statements of a file, and the list of them: those that both databases run, then the locks that
/// only PostgreSQL needs.
macro_rules! sql {
    (
        $($name:ident = $text:expr;)*
        $(@locks { $($lock:ident = $locking:expr;)* })?
    ) => {
        $(pub(super) const $name: &str = $text;)*
        $($(pub(super) const $lock: &str = $locking;)*)?

        /// Name, text, and whether PostgreSQL alone runs it.
        #[cfg(feature = "testing")]
        pub(super) const STATEMENTS: &[(&str, &str, bool)] = &[
            $((stringify!($name), $name, false),)*
            $($((stringify!($lock), $lock, true),)*)?
        ];
    };
}
use sql;

/// Runs a query on whichever database it is, with `$p` as the pool to read from.
macro_rules! read {
    ($pool:expr, |$p:ident| $query:expr) => {
        match &$pool {
            $crate::store::sql::SqlPool::Sqlite { read: $p, .. } => $query.await,
            $crate::store::sql::SqlPool::Postgres($p) => $query.await,
        }
        .map_err($crate::store::sql::error::failed)
    };
}
use read;

/// Runs a block as one transaction on whichever database it is, with `$tx` as the connection; `$locks` tells
/// whether rows must be locked before what is read of them can be relied on. The block may run again from the
/// start, so it must not move anything out of its surroundings.
macro_rules! transaction {
    ($pool:expr, |$tx:ident, $locks:ident| $body:block) => {
        match &$pool {
            $crate::store::sql::SqlPool::Sqlite { write, .. } => {
                let $locks = false;
                async {
                    let mut open = write.begin_with("BEGIN IMMEDIATE").await?;
                    let $tx = &mut *open;
                    let outcome = $body;
                    open.commit().await?;
                    Ok::<_, $crate::store::sql::error::TxError>(outcome)
                }
                .await
                .map_err($crate::store::sql::error::TxError::into_store)
            }
            $crate::store::sql::SqlPool::Postgres(pool) => {
                let $locks = true;
                let mut attempts = 0;
                loop {
                    let ended = async {
                        let mut open = pool.begin().await?;
                        let $tx = &mut *open;
                        let outcome = $body;
                        open.commit().await?;
                        Ok::<_, $crate::store::sql::error::TxError>(outcome)
                    }
                    .await;
                    attempts += 1;
                    match ended {
                        Err(lost) if attempts < $crate::store::sql::ATTEMPTS && lost.is_lost_race() => {}
                        ended => break ended.map_err($crate::store::sql::error::TxError::into_store),
                    }
                }
            }
        }
    };
}
use transaction;

/// A count of rows as databases take it.
fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
