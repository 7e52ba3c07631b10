//! Health and closing of the store in memory.

use std::{path::Path, sync::PoisonError};

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    error::StoreResult,
    store::{BackupError, StoreState, Upkeep},
};

#[async_trait]
impl Upkeep for MemoryStore {
    async fn ping(&self) -> StoreResult<()> {
        self.lock().map(drop)
    }

    fn state(&self) -> Option<StoreState> {
        None
    }

    fn state_but_talk(&self) -> Option<StoreState> {
        None
    }

    async fn backup(&self, _file: &Path) -> Result<(), BackupError> {
        Err(BackupError::UseTool("no tool: what it keeps ends with its process"))
    }

    async fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
    }
}
