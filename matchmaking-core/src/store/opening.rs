//! Opening a store by its URL.

use std::sync::Arc;

use super::{
    Stores,
    memory::MemoryStore,
    url::{DatabaseUrl, Location},
};
#[cfg(doc)]
use crate::error::StoreError;
use crate::error::StoreResult;

/// What opening does with a database whose schema is older than this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Migrations {
    /// Brings it up to date. A database that is new gets its schema.
    #[default]
    Apply,
    /// Refuses it with [`StoreError::TooOld`].
    Refuse,
}

/// Opens the stores of all aggregates at this place, bringing the schema up to date. A SQLite file is made with
/// its folder if it is not there. A database of a newer program is [`StoreError::TooNew`]; a server that cannot
/// be reached is [`StoreError::Unavailable`].
///
/// What is opened belongs to the runtime on which it was opened.
pub async fn open(url: &DatabaseUrl) -> StoreResult<Stores> {
    open_with(url, Migrations::Apply).await
}

/// As [`open`], with a say in whether the schema may be changed.
pub async fn open_with(url: &DatabaseUrl, migrations: Migrations) -> StoreResult<Stores> {
    match &url.0 {
        Location::Memory => Ok(Stores::from_one(Arc::new(MemoryStore::new()))),
        #[cfg(feature = "sql")]
        location => Ok(Stores::from_one(Arc::new(super::sql::SqlStore::open(location, migrations).await?))),
        #[cfg(not(feature = "sql"))]
        Location::Sqlite(_) | Location::Postgres(_) => {
            let _ = migrations;
            Err(super::url::bad("this program was built without databases"))
        }
    }
}

/// Brings the schema of the database at this place up to date, and returns the versions that were applied, in
/// ascending order; nothing when it was up to date, or is kept in memory.
pub async fn migrate(url: &DatabaseUrl) -> StoreResult<Vec<i64>> {
    match &url.0 {
        Location::Memory => Ok(Vec::new()),
        #[cfg(feature = "sql")]
        location => super::sql::SqlStore::migrate(location).await,
        #[cfg(not(feature = "sql"))]
        Location::Sqlite(_) | Location::Postgres(_) => {
            Err(super::url::bad("this program was built without databases"))
        }
    }
}
