//! A database for one test, gone when the test is over.

use matchmaking_core::store::DatabaseUrl;
use tempfile::TempDir;

use super::postgres;

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
    url: String,
    _guard: Guard,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held for what happens when they are dropped")]
enum Guard {
    Nothing,
    Folder(TempDir),
    Postgres(postgres::Database),
}

impl Database {
    /// A new one; `None` for PostgreSQL on a machine where the tests know of no server.
    pub(crate) async fn create(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Memory => Some(Self { url: "memory:".to_owned(), _guard: Guard::Nothing }),
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}", folder.path().join("test.db").display());
                Some(Self { url, _guard: Guard::Folder(folder) })
            }
            Backend::Postgres => {
                let database = postgres::Database::make().await?;
                Some(Self { url: database.url_text(), _guard: Guard::Postgres(database) })
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
