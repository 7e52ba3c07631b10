//! A database for one test, gone when the test is over.

use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use matchmaking_core::store::DatabaseUrl;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// Which of the three stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Memory,
    Sqlite,
    Postgres,
}

/// A database that nobody else uses. Dropping it drops it.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) backend: Backend,
    url: String,
    _guard: Guard,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held for what happens when they are dropped")]
enum Guard {
    Nothing,
    Folder(TempDir),
    Postgres(PostgresDatabase),
}

impl Database {
    /// A new one; `None` for PostgreSQL on a machine where the tests know of no server.
    pub(crate) async fn create(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Memory => Some(Self { backend, url: "memory:".to_owned(), _guard: Guard::Nothing }),
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}", folder.path().join("test.db").display());
                Some(Self { backend, url, _guard: Guard::Folder(folder) })
            }
            Backend::Postgres => {
                let database = PostgresDatabase::create(&postgres_server()?).await;
                Some(Self { backend, url: database.url.clone(), _guard: Guard::Postgres(database) })
            }
        }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> DatabaseUrl {
        self.url.parse().unwrap()
    }

    /// Where it is, as it is written for another process.
    pub(crate) fn url_text(&self) -> &str {
        &self.url
    }
}

/// The PostgreSQL server of the tests. Without one it says so, past the test harness, which would keep it to itself.
pub(crate) fn postgres_server() -> Option<String> {
    static TOLD: Once = Once::new();
    let given = std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    if given.is_none() {
        assert!(
            std::env::var_os("TEST_POSTGRES_REQUIRED").is_none(),
            "TEST_POSTGRES_REQUIRED is set, but TEST_POSTGRES_URL names no server"
        );
        TOLD.call_once(|| {
            let _ = writeln!(
                std::io::stderr(),
                "\nnote: the PostgreSQL tests DID NOT RUN: TEST_POSTGRES_URL names no server \
                 (such as postgres://me@127.0.0.1:5432/postgres; each test makes a database of its own there)\n"
            );
        });
    }
    given
}

/// A database on a PostgreSQL server.
#[derive(Debug)]
struct PostgresDatabase {
    server: String,
    name: String,
    url: String,
}

impl PostgresDatabase {
    async fn create(server: &str) -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("matchmaking_test_{}_{number}", std::process::id());
        execute(server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        execute(server, format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        let (base, options) = server.split_once('?').map_or((server, None), |(b, o)| (b, Some(o)));
        // What follows the server's address is the name of a database.
        let scheme_end = base.find("://").map_or(0, |at| at + 3);
        let end = base[scheme_end..].find('/').map_or(base.len(), |at| scheme_end + at);
        let options = options.map(|options| format!("?{options}")).unwrap_or_default();
        let url = format!("{}/{name}{options}", &base[..end]);
        Self { server: server.to_owned(), name, url }
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own, because the one that drops may be inside a runtime.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        let _ = dropping.join();
    }
}

async fn execute(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    // The statement holds nothing but the name made above.
    connection.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    connection.close().await.unwrap();
}
