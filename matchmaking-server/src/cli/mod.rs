//! Subcommands besides `serve`.

pub mod import;
