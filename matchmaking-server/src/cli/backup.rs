//! `backup`: database and media in one place.

use std::path::PathBuf;

use super::Failure;
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to
    pub(super) file: PathBuf,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    Err(Failure::no_store("backup", &arguments.file.display().to_string(), config))
}
