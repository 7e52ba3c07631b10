//! `migrate`: bring the database to the newest schema.

use matchmaking_core::store::{self, DatabaseUrl};

use super::{Failure, offline::block_on};
use crate::config::Config;

pub(super) fn run(config: &Config) -> Result<(), Failure> {
    let url: DatabaseUrl = config.database_url.parse()?;
    let applied = block_on(async { Ok(store::migrate(&url).await?) })?;
    if applied.is_empty() {
        println!("{url}: up to date");
    } else {
        let versions: Vec<_> = applied.iter().map(ToString::to_string).collect();
        println!("{url}: applied {}", versions.join(", "));
    }
    Ok(())
}
