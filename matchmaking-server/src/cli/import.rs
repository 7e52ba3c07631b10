//! `import`: profiles from CSV or JSONL.

use std::path::PathBuf;

use super::Failure;
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file: CSV with a header line, or one JSON object a line
    pub(super) file: PathBuf,
    /// Check every line and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    Err(Failure::no_store(
        "import",
        &format!("{} (dry run: {})", arguments.file.display(), arguments.dry_run),
        config,
    ))
}
