//! What an operator needs of a store.

use std::path::Path;

use async_trait::async_trait;

use crate::error::{StoreError, StoreResult};

/// Why no backup was made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// This store has a tool of its own for that.
    #[error("this store is backed up with {0}")]
    UseTool(&'static str),
    /// Something is there already, and a backup overwrites nothing.
    #[error("the file exists already")]
    Exists,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Health, backup, closing.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Whether the store answers.
    async fn ping(&self) -> StoreResult<()>;

    /// Writes a consistent copy of everything to `file`, while the store goes on being used.
    async fn backup(&self, file: &Path) -> Result<(), BackupError>;

    /// Finishes what is under way and lets go of every connection. What comes after fails as unavailable.
    async fn close(&self);
}
