//! `daily`: draw the daily lists of everyone who has none yet.

use std::{
    io::{self, Write as _},
    num::NonZeroUsize,
};

use matchmaking_core::service::{Services, daily::ahead::PEOPLE_AT_ONCE};

use super::{Failure, offline::with_services, progress};
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How many threads compute [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    let available = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = arguments.threads.unwrap_or_else(available);
    let lists = with_services(config, async |offline| {
        offline.services.fill_pool().await?;
        draw(&offline.services, offline.matcher.len() as u64, threads).await
    })?;
    // Nobody need listen: a closed standard output undoes nothing.
    let _ = writeln!(io::stdout().lock(), "{lists} lists drawn");
    Ok(())
}

/// Draws until everybody has been gone through; what an earlier run has kept is not drawn again.
async fn draw(services: &Services, people: u64, threads: NonZeroUsize) -> Result<usize, Failure> {
    let bar = progress::bar(people, "{bar:40} {pos}/{len} people, {eta} left");
    let mut lists = 0;
    loop {
        let drawn = services.daily.draw_ahead(PEOPLE_AT_ONCE, threads).await?;
        bar.inc(drawn.people as u64);
        lists += drawn.lists;
        if drawn.is_all {
            bar.finish_and_clear();
            return Ok(lists);
        }
    }
}
