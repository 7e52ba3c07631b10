//! `backup`: a consistent copy of the database, while the server goes on.

use std::path::PathBuf;

use matchmaking_core::store::BackupError;

use super::{Failure, offline::with_stores};
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to; nothing may be there yet
    pub(super) file: PathBuf,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    let file = &arguments.file;
    with_stores(config, async |stores| {
        stores.upkeep.backup(file).await.map_err(|error| match error {
            BackupError::Store(error) => Failure::Store(error),
            BackupError::UseTool(_) | BackupError::Exists => {
                Failure::Other(format!("backup {}: {error}", file.display()))
            }
        })
    })?;
    println!("saved to {}", file.display());
    Ok(())
}
