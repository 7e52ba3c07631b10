//! `recommend`: somebody's ranking with the reasons.

use super::Failure;
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Who: id:ID, phone:PHONE, username:NAME or telegram:ID
    #[arg(long, value_name = "ID")]
    pub(super) user: String,
    /// How many places
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(super) limit: u32,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    Err(Failure::no_store("recommend", &format!("{} places for {}", arguments.limit, arguments.user), config))
}
