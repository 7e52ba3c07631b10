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

/// A mark of everything that a store keeps at some moment: with every change it becomes another one, and never one that it
/// has been before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreState([u8; StoreState::BYTES]);

impl StoreState {
    /// How long a mark is.
    pub const BYTES: usize = 48;

    /// A mark that looks like this.
    #[must_use]
    pub const fn new(mark: [u8; Self::BYTES]) -> Self {
        Self(mark)
    }

    /// What the mark looks like.
    #[must_use]
    pub const fn mark(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

/// Health, backup, closing.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Whether the store answers.
    async fn ping(&self) -> StoreResult<()>;

    /// The state that the store is in, where that costs next to nothing to tell; else `None`. What was read after a state
    /// was told is still true when the same one is told again, whichever process writes.
    fn state(&self) -> Option<StoreState>;

    /// The state that everything is in but what people write to each other: messages, the numbers and counts that go with
    /// them, and how far they have been read.
    fn state_but_talk(&self) -> Option<StoreState>;

    /// Writes a consistent copy of everything to `file`, while the store goes on being used.
    async fn backup(&self, file: &Path) -> Result<(), BackupError>;

    /// Finishes what is under way and lets go of every connection. What comes after fails as unavailable.
    async fn close(&self);
}
