//! Opening a database: connections, and the version of the schema.

use std::{path::Path, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection, PgConnection, Pool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    query_scalar,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{SqlPool, SqlStore, error::failed, gather::Gatherer, unchanged::Watch, writer::Writer};
use crate::{
    error::{StoreError, StoreResult},
    store::{opening::Migrations, url::Location},
};

/// How long a connection to PostgreSQL may take to be made, and a request wait for one that is free.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many connections to PostgreSQL there are at most.
pub const POSTGRES_CONNECTIONS: u32 = 16;
/// How many connections read from a SQLite file at most; one more writes.
pub const SQLITE_READ_CONNECTIONS: u32 = 4;
/// How long a write waits for its turn at the one connection that writes to SQLite.
pub const WRITE_WAIT: Duration = Duration::from_secs(10);
/// How long SQLite waits for another process that holds the file.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait before SQLite is asked again that would not wait itself.
const BUSY_STEP: Duration = Duration::from_millis(20);
/// How long a connection to PostgreSQL may have been idle and still be used unasked.
const IDLE_TRUST: Duration = Duration::from_secs(5);

pub(super) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
pub(super) static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

const VERSION: &str = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success";

impl SqlStore {
    /// Opens the database at this place.
    pub(in crate::store) async fn open(location: &Location, migrations: Migrations) -> StoreResult<Self> {
        let (pool, _) = connect(location, migrations).await?;
        let watch = match location {
            Location::Sqlite(path) => Some(Arc::new(Watch::new(path))),
            Location::Postgres(_) | Location::Memory => None,
        };
        let beside = watch.as_ref();
        Ok(Self {
            writer: Writer::start(pool.clone(), watch.clone()),
            standings: Gatherer::start(&pool, beside),
            writers_standings: Gatherer::start(&pool, beside),
            records: Gatherer::start(&pool, beside),
            pages: Gatherer::start(&pool, beside),
            people: Gatherer::start(&pool, beside),
            albums: Gatherer::start(&pool, beside),
            accesses: Gatherer::start(&pool, beside),
            dailies: Gatherer::start(&pool, beside),
            totals: Gatherer::start(&pool, beside),
            watch,
            pool,
        })
    }

    /// Brings the schema of the database at this place up to date; returns the versions applied.
    pub(in crate::store) async fn migrate(location: &Location) -> StoreResult<Vec<i64>> {
        let (pool, applied) = connect(location, Migrations::Apply).await?;
        pool.close().await;
        Ok(applied)
    }
}

/// Refuses a PostgreSQL URL that the driver does not understand, without repeating it.
pub(in crate::store) fn check_postgres_url(url: &str) -> bool {
    PgConnectOptions::from_str(url).is_ok()
}

async fn connect(location: &Location, migrations: Migrations) -> StoreResult<(SqlPool, Vec<i64>)> {
    let pool = match location {
        Location::Sqlite(path) => sqlite(path)?,
        Location::Postgres(url) => postgres(url).await?,
        Location::Memory => return Err(crate::store::url::bad("memory: names no database")),
    };
    match prepare(&pool, migrations).await {
        Ok(applied) => Ok((pool, applied)),
        Err(error) => {
            pool.close().await;
            Err(error)
        }
    }
}

/// Makes the file and its folder where they are missing. Nothing is opened before it is needed.
fn sqlite(path: &Path) -> StoreResult<SqlPool> {
    make_file(path).map_err(|error| StoreError::Unavailable(Some(Box::new(error))))?;
    // SQLite takes a name that begins with "file:" for a URI.
    let path = if path.starts_with("/") { path.to_owned() } else { Path::new(".").join(path) };
    // The driver would time and describe each statement, whether or not anybody wants to read it.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    let pool = || {
        SqlitePoolOptions::new()
            .min_connections(0)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(WRITE_WAIT)
    };
    let writing = options.clone().journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    // What is deleted is overwritten, so that nothing of an erased account is left in the file.
    let writing = writing.pragma("secure_delete", "ON");
    Ok(SqlPool::Sqlite {
        write: pool().max_connections(1).connect_lazy_with(writing),
        read: pool()
            .max_connections(SQLITE_READ_CONNECTIONS)
            .connect_lazy_with(options.pragma("query_only", "ON")),
    })
}

/// Makes an empty file that only its owner can read, unless there is one; SQLite gives the files beside it the
/// same rights.
fn make_file(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Tries one connection first, because a pool goes on trying a server that refuses until its time is up.
async fn postgres(url: &str) -> StoreResult<SqlPool> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| crate::store::url::bad("the PostgreSQL URL is not understood"))?
        .application_name("matchmaking")
        .disable_statement_logging();
    let unavailable = |error: sqlx::Error| match failed(error) {
        StoreError::Driver(source) => StoreError::Unavailable(Some(source)),
        other => other,
    };
    let probe = PgConnection::connect_with(&options);
    let probe = match tokio::time::timeout(CONNECT_TIMEOUT, probe).await {
        Ok(probe) => probe.map_err(unavailable)?,
        Err(elapsed) => return Err(StoreError::Unavailable(Some(Box::new(elapsed)))),
    };
    // The connection has served its purpose; failing to say good-bye changes nothing.
    let _ = probe.close().await;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(CONNECT_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, usage| {
            Box::pin(async move {
                if usage.idle_for > IDLE_TRUST {
                    connection.ping().await?;
                }
                Ok(true)
            })
        });
    Ok(SqlPool::Postgres(pool.connect_lazy_with(options)))
}

impl SqlPool {
    /// Lets go of every connection, those in use when they are returned.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    fn migrator(&self) -> &'static Migrator {
        match self {
            Self::Sqlite { .. } => &SQLITE,
            Self::Postgres(_) => &POSTGRES,
        }
    }

    /// The version of the schema; 0 when there is none yet.
    async fn version(&self) -> StoreResult<i64> {
        let found = match self {
            Self::Sqlite { write, .. } => version(write).await,
            Self::Postgres(pool) => query_scalar(VERSION).fetch_one(pool).await,
        };
        match found {
            // No such table: code 1 of SQLite, 42P01 of PostgreSQL.
            Err(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| code == "1" || code == "42P01") =>
            {
                Ok(0)
            }
            found => found.map_err(failed),
        }
    }
}

/// Asked again while another process makes the same file: SQLite refuses a second one that turns on the write-ahead
/// log at the same moment, and does not wait for [`BUSY_TIMEOUT`] there.
async fn version(pool: &Pool<sqlx::Sqlite>) -> Result<i64, sqlx::Error> {
    let until = tokio::time::Instant::now() + BUSY_TIMEOUT;
    loop {
        match query_scalar(VERSION).fetch_one(pool).await {
            Err(sqlx::Error::Database(error))
                if tokio::time::Instant::now() < until && error.code().is_some_and(|code| code == "5") =>
            {
                tokio::time::sleep(BUSY_STEP).await;
            }
            found => return found,
        }
    }
}

/// Compares the schema with what this program knows, in one query when they agree.
async fn prepare(pool: &SqlPool, migrations: Migrations) -> StoreResult<Vec<i64>> {
    let migrator = pool.migrator();
    let known = migrator.iter().map(|migration| migration.version).max().unwrap_or(0);
    let found = pool.version().await?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    if found == known {
        return Ok(Vec::new());
    }
    if migrations == Migrations::Refuse {
        return Err(StoreError::TooOld { found, needed: known });
    }
    let mut reached = found;
    while reached < known {
        let ran = match pool {
            SqlPool::Sqlite { write, .. } => migrator.run(write).await,
            SqlPool::Postgres(pool) => migrator.run(pool).await,
        };
        let Err(error) = ran else { break };
        // Another process may have been faster with the migration that failed here; then on with the next.
        let now = pool.version().await?;
        if now <= reached {
            return Err(StoreError::Driver(Box::new(error)));
        }
        reached = now;
    }
    Ok(migrator.iter().map(|migration| migration.version).filter(|version| *version > found).collect())
}
