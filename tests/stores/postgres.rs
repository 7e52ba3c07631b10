//! The suite on PostgreSQL, and the server that it runs on.
//!
//! `TEST_POSTGRES_URL` names a server on which databases may be made. Without it a server of its own is started
//! from a local installation, once for all tests, and ends with the test binary. Where neither is to be had the
//! tests say so and pass.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use matchmaking_core::{
    error::StoreError,
    store::{AppendOutcome, DatabaseUrl, NewMessage, OnStored, Stores, open},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, postgres::PgConnectOptions};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::durable;

/// How many databases are in use at the same time; a pool each must fit into the server's connections.
static PERMITS: Semaphore = Semaphore::const_new(4);

/// A database of a test's own, dropped with it.
pub(super) struct Database {
    server: &'static str,
    name: String,
    _permit: SemaphorePermit<'static>,
}

impl Database {
    /// Makes one; `None` where there is no server.
    pub(super) async fn make() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);

        let server = server()?;
        let permit = PERMITS.acquire().await.unwrap();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("matchmaking_test_{}_{number}", std::process::id());
        run(server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(server, format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        Some(Self { server, name, _permit: permit })
    }

    pub(super) fn options(&self) -> PgConnectOptions {
        self.server.parse::<PgConnectOptions>().unwrap().database(&self.name)
    }

    pub(super) fn url(&self) -> DatabaseUrl {
        let (address, query) = self.server.split_once('?').unwrap_or((self.server, ""));
        let (scheme, rest) = address.split_once("://").unwrap();
        let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
        format!("{scheme}://{authority}/{}?{query}", self.name).parse().unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server, std::mem::take(&mut self.name));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        // A panic there is told by that thread; one more here would end the process.
        let _ = dropping.join();
    }
}

async fn run(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// The server's URL, asked for once.
fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Result<String, String>> = OnceLock::new();
    let found = SERVER.get_or_init(|| match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) if !url.is_empty() => Ok(url),
        _ => start(),
    });
    match found {
        Ok(url) => Some(url),
        Err(reason) => {
            use std::io::Write;
            // Not `eprintln!`, which the test harness would keep to itself.
            let _ = writeln!(std::io::stderr(), "PostgreSQL tests did not run: {reason}");
            None
        }
    }
}

/// Starts a server that listens on a socket in its own folder and ends with this process.
fn start() -> Result<String, String> {
    let initdb = installed("initdb").ok_or("TEST_POSTGRES_URL is not set, and no initdb was found")?;
    let pg_ctl = initdb.with_file_name("pg_ctl");
    let folder = tempfile::Builder::new().prefix("mm-pg").tempdir().map_err(|error| error.to_string())?;
    let data = folder.path().join("data");
    succeed(
        Command::new(initdb).arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]),
    )?;
    let options = format!("-k '{}' -c listen_addresses= -c max_connections=100", folder.path().display());
    let log = folder.path().join("log");
    succeed(
        Command::new(&pg_ctl).arg("-D").arg(&data).arg("-l").arg(log).args(["-w", "-o", &options, "start"]),
    )?;
    let folder = folder.keep();
    // When this process ends, however it ends, the pipe closes and the server is stopped.
    let guard = r#"cat >/dev/null; "$1" -D "$2/data" -m immediate stop >/dev/null 2>&1; rm -rf "$2""#;
    let watch = Command::new("sh")
        .args(["-c", guard, "sh"])
        .args([pg_ctl.as_os_str(), folder.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    std::mem::forget(watch);
    Ok(format!("postgres://postgres@localhost/postgres?host={}", folder.display()))
}

/// Where a program of PostgreSQL is: in the path, or where Debian puts the newest version.
fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    versions.sort();
    places.extend(versions.into_iter().rev().map(|version| version.join("bin")));
    places.into_iter().map(|place| place.join(program)).find(|file: &PathBuf| Path::is_file(file))
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}", command.get_program().display(), said.lines().next().unwrap_or("it failed")))
}

async fn fresh() -> Option<(Database, Stores)> {
    let database = Database::make().await?;
    let stores = open(&database.url()).await.unwrap();
    Some((database, stores))
}

matchmaking_core::store_conformance!(super::fresh);

#[tokio::test]
async fn what_was_kept_is_there_after_reopening() {
    let Some(database) = Database::make().await else { return };
    durable::reopening_shows_everything(&database.url()).await;
}

#[tokio::test]
async fn the_version_of_the_schema_is_minded() {
    let Some(database) = Database::make().await else { return };
    durable::versions_are_minded(&database.url(), async |statement| {
        let mut connection = PgConnection::connect_with(&database.options()).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_may_open_a_new_database_at_once() {
    let Some(database) = Database::make().await else { return };
    let opening = [(); 3].map(|()| {
        let url = database.url();
        tokio::spawn(async move { open(&url).await })
    });
    for opened in opening {
        let stores = opened.await.unwrap().unwrap();
        stores.upkeep.ping().await.unwrap();
        stores.upkeep.close().await;
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let url = "postgres://me:secret@127.0.0.1:1/none".parse().unwrap();
    let refused = open(&url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(Some(_))));
    assert!(!format!("{refused:?}").contains("secret"), "{refused:?}");
}

#[tokio::test]
async fn an_unknown_database_is_unavailable() {
    let Some(server) = server() else { return };
    let (address, _) = server.split_once('?').unwrap_or((server, ""));
    let Some((address, _)) = address.rsplit_once('/') else { return };
    let url = format!("{address}/matchmaking_no_such_database").parse().unwrap();
    let refused = open(&url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(Some(_))), "{refused:?}");
}

/// PostgreSQL cannot keep a NUL. Such texts are refused long before; should one come, it fails alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_database_refuses_fails_alone() {
    let Some((_database, stores)) = fresh().await else { return };
    let kept = durable::fill(&stores).await;
    let writing: Vec<_> = (0..40)
        .map(|n| {
            let messages = stores.messages.clone();
            let new = NewMessage {
                conversation: kept.group,
                sender: kept.ann,
                kind: matchmaking_core::model::MessageKind::Text,
                content: if n % 10 == 7 { "secret\0".to_owned() } else { n.to_string() },
                client_message_id: None,
                at: matchmaking_core::clock::Millis(7),
            };
            tokio::spawn(async move { messages.append_message(new, OnStored::nothing()).await })
        })
        .collect();
    for (n, written) in writing.into_iter().enumerate() {
        match written.await.unwrap() {
            Ok(AppendOutcome::Stored(message)) => assert_eq!(message.content, n.to_string()),
            Err(StoreError::Driver(cause)) => {
                assert_eq!(n % 10, 7);
                assert!(!format!("{cause:?}").contains("secret"), "{cause:?}");
            }
            other => panic!("{n}: {other:?}"),
        }
    }
    let all = stores.messages.messages_after(kept.group, 0, 100).await.unwrap();
    assert!(all.iter().map(|message| message.seq).eq(1..=39));
    stores.upkeep.close().await;
}

#[tokio::test]
async fn a_backup_names_its_tool() {
    let Some((_database, stores)) = fresh().await else { return };
    let refused = stores.upkeep.backup(Path::new("/nonexistent/x")).await.unwrap_err();
    assert!(refused.to_string().contains("pg_dump"), "{refused}");
}

/// Stops connections as an operator would: what is under way may fail, what comes after does not.
#[tokio::test]
async fn the_store_recovers_from_lost_connections() {
    let Some((database, stores)) = fresh().await else { return };
    let kept = durable::fill(&stores).await;
    let mut admin = PgConnection::connect(database.server).await.unwrap();
    let ended = sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
        .bind(&database.name)
        .fetch_all(&mut admin)
        .await
        .unwrap();
    assert!(ended.iter().any(|row| row.get::<bool, _>(0)));
    let mut failures = 0;
    while let Err(failure) = stores.upkeep.ping().await {
        assert!(matches!(failure, StoreError::Unavailable(_)), "{failure:?}");
        failures += 1;
        assert!(failures <= 16, "every connection was lost, and none is made anew");
    }
    durable::check(&stores, &kept).await;
    stores.upkeep.close().await;
}
