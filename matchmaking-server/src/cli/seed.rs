//! `seed`: people that do not exist, the same for the same seed.

use super::Failure;
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) people: u32,
    /// What they are made from
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    Err(Failure::no_store(
        "seed",
        &format!("{} people from seed {}", arguments.people, arguments.seed),
        config,
    ))
}
