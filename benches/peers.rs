//! The pool against databases that answer the same question in one query:
//! `cargo bench -p matchmaking-benches --bench peers`.
//!
//! The best twenty of a million people (`PEOPLE` says otherwise) are asked for, with the same filters and the same formula.
//! The databases have everything that the formula needs as numbers in one table, what was learned included, with an index on
//! what filters, and find it in memory. SQLite is linked in; PostgreSQL is asked where `TEST_POSTGRES_URL` is set, with
//! one process for a query, as the pool uses one core. Answers are compared before anything is told.

use std::{error::Error, time::Instant};

use matchmaking_benches::{
    crowd::{decision, moment, person},
    report::{Goal, Rounds, quick},
};
use matchmaking_core::{
    model::Person,
    scoring::{Audience, ColumnarPool, Entry, Features, Matcher, Query, Ranked},
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection, raw_sql};

use crate::sql::{COLUMNS, INDEX, TABLE, question, row};

#[path = "peers/sql.rs"]
mod sql;

/// How many people are asked for.
const BEST: usize = 20;
/// How many people ask.
const SEEKERS: u64 = 5;
/// How often each asks the pool, whose answers are too quick to be measured once.
const ASKED_OFTEN: u32 = 20;
/// How many decisions there are for each person, and how many are told at once.
const HISTORY: u64 = 4;
const TOLD_AT_ONCE: usize = 100_000;
/// How many rows one statement puts in.
const ROWS: usize = 200;
/// By how many millionths scores may differ: databases add in another order.
const ROUNDED: u32 = 1;

/// A database with one connection.
enum Peer {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Peer {
    async fn execute(&mut self, sql: String) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(peer) => peer.execute(raw_sql(AssertSqlSafe(sql))).await.map(drop),
            Self::Postgres(peer) => peer.execute(raw_sql(AssertSqlSafe(sql))).await.map(drop),
        }
    }

    /// Whom a question finds, with their scores.
    async fn ask(&mut self, sql: &str) -> Result<Vec<(i64, f64)>, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(peer) => {
                let rows = sqlx::query(sql).fetch_all(peer).await?;
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
            Self::Postgres(peer) => {
                let rows = sqlx::query(sql).fetch_all(peer).await?;
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
        })
    }

    async fn fill(&mut self, pool: &ColumnarPool, people: u64) -> Result<(), Box<dyn Error>> {
        self.execute(TABLE.to_owned()).await?;
        self.execute("BEGIN".to_owned()).await?;
        let numbers: Vec<u64> = (1..=people).collect();
        for some in numbers.chunks(ROWS) {
            let mut rows = Vec::with_capacity(ROWS);
            for number in some {
                rows.push(row(&read(pool, *number)?, moment()));
            }
            self.execute(format!("INSERT INTO person ({COLUMNS}) VALUES {}", rows.join(", "))).await?;
        }
        self.execute("COMMIT".to_owned()).await?;
        self.execute(INDEX.to_owned()).await?;
        self.execute("ANALYZE person".to_owned()).await?;
        Ok(())
    }
}

/// A person with what was learned of them.
fn read(pool: &ColumnarPool, number: u64) -> Result<Features, Box<dyn Error>> {
    let person = person(number);
    Ok(Features { learned: pool.learned(person.id), ..Features::read(&person)? })
}

fn ask(pool: &ColumnarPool, seeker: &Person) -> Result<Vec<Ranked>, Box<dyn Error>> {
    Ok(pool.top(&Query::new(seeker, Audience::PLATFORM, BEST, moment()))?)
}

/// Whether both found the same people, in the same order, with the same scores.
fn check(ours: &[Ranked], theirs: &[(i64, f64)]) {
    assert_eq!(ours.len(), theirs.len(), "as many are found");
    for (one, (id, score)) in ours.iter().zip(theirs) {
        let millionths = (score * 1e6).round() as u32;
        assert_eq!(one.id.get(), *id, "the same person: {one:?}, {score}");
        assert!(one.score.millionths().abs_diff(millionths) <= ROUNDED, "the same score: {one:?}, {score}");
    }
}

async fn compare(name: &str, mut peer: Peer, pool: &ColumnarPool, people: u64) -> Result<(), Box<dyn Error>> {
    peer.fill(pool, people).await?;
    let mut rounds = Rounds::default();
    for at in 0..SEEKERS {
        let number = 1 + at * (people / SEEKERS);
        let seeker = person(number);
        let sql = question(&read(pool, number)?, &pool.weights(), moment(), BEST);
        let ours = ask(pool, &seeker)?;
        // Once unmeasured, so that everything is where it is found fast.
        check(&ours, &peer.ask(&sql).await?);
        let began = Instant::now();
        let theirs = peer.ask(&sql).await?;
        let spent = began.elapsed().as_secs_f64();
        check(&ours, &theirs);
        let began = Instant::now();
        for _ in 0..ASKED_OFTEN {
            ask(pool, &seeker)?;
        }
        rounds.push(spent * 1e3, began.elapsed().as_secs_f64() * 1e3 / f64::from(ASKED_OFTEN));
    }
    let goal = Goal::AtLeast { must: 300.0, goal: 1000.0, beyond: None };
    let what =
        format!("the best {BEST} of {people} people, equal answers: {name} in one query, against the pool");
    rounds.print(what, (name, "the pool", "ms"), goal);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let all = if quick() { 20_000 } else { 1_000_000 };
    let people = std::env::var("PEOPLE").ok().and_then(|people| people.parse().ok()).unwrap_or(all);
    let pool = ColumnarPool::default();
    for number in 1..=people {
        let person = person(number);
        pool.upsert(&Entry { person: &person, audience: Audience::PLATFORM })?;
    }
    let decisions: Vec<_> = (0..people * HISTORY).map(|place| decision(place, people)).collect();
    for some in decisions.chunks(TOLD_AT_ONCE) {
        pool.observe_all(some, moment());
    }
    pool.settle(moment());

    let mut sqlite = Peer::Sqlite(SqliteConnection::connect("sqlite::memory:").await?);
    if sqlite.ask("SELECT 1, exp(1.0)").await.is_ok() {
        compare("SQLite", sqlite, &pool, people).await?;
    } else {
        println!("SQLite: SKIPPED, this one was built without exp(); .cargo/config.toml asks for it\n");
    }
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => {
            let mut postgres = Peer::Postgres(PgConnection::connect(&url).await?);
            postgres.execute("SET max_parallel_workers_per_gather = 0".to_owned()).await?;
            compare("PostgreSQL", postgres, &pool, people).await?;
        }
        Err(_) => println!("PostgreSQL: SKIPPED, TEST_POSTGRES_URL is not set\n"),
    }
    Ok(())
}
