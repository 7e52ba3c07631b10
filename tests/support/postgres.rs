//! A PostgreSQL server for the tests, and databases on it.
//!
//! `TEST_POSTGRES_URL` names a server on which databases may be made. Without it a server of its own is started
//! from a local installation, once for all tests, and ends with the test binary. Where neither is to be had the
//! tests say so and pass, unless `TEST_POSTGRES_REQUIRED` is set: then they fail.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use matchmaking_core::store::DatabaseUrl;
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many databases are in use at the same time; a pool each must fit into the server's connections.
static PERMITS: Semaphore = Semaphore::const_new(4);

/// A database of a test's own, dropped with it.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) server: &'static str,
    pub(crate) name: String,
    _permit: SemaphorePermit<'static>,
}

impl Database {
    /// Makes one; `None` where there is no server.
    pub(crate) async fn make() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);

        let server = server()?;
        let permit = PERMITS.acquire().await.unwrap();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Several machines may share a server, so that a process number is not enough.
        let nanos = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_nanos());
        let name = format!("matchmaking_test_{}_{nanos}_{number}", std::process::id());
        run(server, format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        Some(Self { server, name, _permit: permit })
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        self.server.parse::<PgConnectOptions>().unwrap().database(&self.name)
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        self.url_text().parse().unwrap()
    }

    /// The URL as it is written for another process.
    pub(crate) fn url_text(&self) -> String {
        let (address, query) = self.server.split_once('?').unwrap_or((self.server, ""));
        let (scheme, rest) = address.split_once("://").unwrap();
        let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
        format!("{scheme}://{authority}/{}?{query}", self.name)
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
pub(crate) fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Result<String, String>> = OnceLock::new();
    let found = SERVER.get_or_init(|| {
        let found = match std::env::var("TEST_POSTGRES_URL") {
            Ok(url) if !url.is_empty() => Ok(url),
            _ => start(),
        };
        if let Err(reason) = &found {
            // Not `eprintln!`, which the test harness would keep to itself.
            let _ = writeln!(std::io::stderr(), "\nThe PostgreSQL tests DID NOT RUN: {reason}\n");
        }
        found
    });
    match found {
        Ok(url) => Some(url),
        Err(reason) => {
            let required = std::env::var_os("TEST_POSTGRES_REQUIRED").is_some();
            assert!(!required, "TEST_POSTGRES_REQUIRED is set, but there is no PostgreSQL: {reason}");
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
