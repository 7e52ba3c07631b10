//! Health, backup and closing of a database.

use std::path::Path;

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{SqlPool, SqlStore, error::failed, read, sql};
use crate::{
    error::{StoreError, StoreResult},
    store::{BackupError, StoreState, Upkeep},
};

sql! {
    PING = "SELECT CAST(1 AS BIGINT)";
}

/// SQLite alone has it, and it cannot run in a transaction.
const VACUUM_INTO: &str = "VACUUM INTO $1";

/// SQLite alone has it: moves what is in the write-ahead log into the database, and leaves the log empty. Says first
/// whether somebody was in the way.
const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

impl SqlPool {
    /// Leaves nothing of what was erased in the write-ahead log of SQLite, where it stood as it was before. Readers that
    /// do not end within [`BUSY_TIMEOUT`](super::open::BUSY_TIMEOUT) keep it there until the log is next emptied.
    pub(super) async fn empty_log(&self) {
        let Self::Sqlite { write, .. } = self else { return };
        match query_scalar::<_, i64>(EMPTY_LOG).fetch_one(write).await {
            Ok(0) => {}
            Ok(_) => tracing::warn!("what was erased stays in SQLite's log for now: somebody is reading it"),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "SQLite's log is not emptied");
            }
        }
    }
}

#[async_trait]
impl Upkeep for SqlStore {
    async fn ping(&self) -> StoreResult<()> {
        let _: (i64,) = read!(self.pool, |p| query_as(PING).fetch_one(p))?;
        Ok(())
    }

    fn state(&self) -> Option<StoreState> {
        self.watch.as_ref()?.state()
    }

    fn state_but_talk(&self) -> Option<StoreState> {
        self.watch.as_ref()?.state_but_talk()
    }

    async fn backup(&self, file: &Path) -> Result<(), BackupError> {
        let SqlPool::Sqlite { write, .. } = &self.pool else {
            return Err(BackupError::UseTool("pg_dump --format=custom --file=FILE \"$DATABASE_URL\""));
        };
        let io = |error: std::io::Error| StoreError::Unavailable(Some(Box::new(error)));
        let Some(name) = file.to_str() else {
            return Err(io(std::io::Error::from(std::io::ErrorKind::InvalidFilename)).into());
        };
        // The file is claimed first, so that nothing that is there is overwritten; VACUUM INTO takes an empty one.
        // Only its owner can read it, as the database that it is a copy of.
        let mut claiming = std::fs::OpenOptions::new();
        claiming.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut claiming, 0o600);
        match claiming.open(file) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(BackupError::Exists);
            }
            Err(error) => return Err(io(error).into()),
        }
        let claim = Claim(Some(file));
        // A connection of its own: the readers may not write, and messages are not to wait for the copy.
        let mut connection =
            sqlx::ConnectOptions::connect(&*write.connect_options()).await.map_err(failed)?;
        query(VACUUM_INTO).bind(name).execute(&mut connection).await.map_err(failed)?;
        sqlx::Connection::close(connection).await.map_err(failed)?;
        // SQLite does not sync what it writes there.
        let copy = file.to_owned();
        let synced = tokio::task::spawn_blocking(move || std::fs::File::open(copy)?.sync_all()).await;
        synced.map_err(std::io::Error::other).and_then(|synced| synced).map_err(io)?;
        claim.keep();
        Ok(())
    }

    async fn close(&self) {
        self.writer.close().await;
        self.pool.close().await;
    }
}

/// A file that is removed again unless all went well.
struct Claim<'a>(Option<&'a Path>);

impl Claim<'_> {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.0 {
            // Nothing more can be done about a file that cannot be removed.
            let _ = std::fs::remove_file(file);
        }
    }
}
