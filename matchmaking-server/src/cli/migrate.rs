//! `migrate`: bring the database to the newest schema.

use super::Failure;
use crate::config::Config;

pub(super) fn run(config: &Config) -> Result<(), Failure> {
    Err(Failure::no_store("migrate", "the schema", config))
}
