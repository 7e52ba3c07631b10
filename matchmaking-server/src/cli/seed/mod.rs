//! `seed`: people that do not exist, the same for the same seed.

mod people;
mod places;
mod words;

use std::{
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use matchmaking_core::{
    clock::{Clock, Millis},
    ids::TelegramId,
    model::Identity,
    service::{
        Services,
        enrolment::{Enrolled, Enrolment},
    },
};

use super::{Failure, offline::with_services, progress};
use crate::config::Config;

/// The Telegram number before the first of seed 0; real ones are far below.
const TELEGRAM_BASE: i64 = 900_000_000_000;
/// How many numbers a seed has, and how many seeds have numbers of their own.
const CROWD: i64 = 1_000_000;
const CROWDS: u64 = 1_000;

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
    let summary = with_services(config, async |offline| put(arguments, &offline.services).await)?;
    // Nobody need listen: a closed standard output undoes nothing.
    let _ = writeln!(io::stdout().lock(), "{summary}");
    Ok(())
}

/// A clock that is set to when each person was last active.
#[derive(Debug)]
struct LastActive(AtomicI64);

impl Clock for LastActive {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::Relaxed))
    }
}

/// Puts the crowd into the store, and says what came of it.
async fn put(arguments: &Arguments, services: &Services) -> Result<String, Failure> {
    let now = services.people.moment().now;
    let clock = Arc::new(LastActive(AtomicI64::new(now.0)));
    let enrolment = Enrolment::new(services.stores.clone(), services.people.clone(), Arc::clone(&clock) as _);
    let first = telegram(arguments.seed, 1)?;
    let bar = progress::bar(u64::from(arguments.people), "{bar:40} {pos}/{len} {eta}");
    let (mut new, mut known) = (0_u32, 0_u32);
    for number in 1..=arguments.people {
        let made = people::person(arguments.seed, u64::from(number));
        clock.0.store(now.plus(-made.idle_ms).0, Ordering::Relaxed);
        let identity = Identity::telegram(telegram(arguments.seed, number)?);
        let enrolled = enrolment.enrol(&[identity], |profile| *profile = made.profile.clone()).await;
        match enrolled.map_err(|error| Failure::Other(format!("seed: {error}")))? {
            Enrolled::Created(_) => new += 1,
            Enrolled::Updated(_) | Enrolled::Unchanged(_) => known += 1,
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let last = telegram(arguments.seed, arguments.people)?;
    Ok(format!("{new} people made, {known} were there: telegram:{first} to telegram:{last}"))
}

/// The Telegram number of a made-up person.
fn telegram(seed: u64, number: u32) -> Result<TelegramId, Failure> {
    let raw = TELEGRAM_BASE + (seed % CROWDS) as i64 * CROWD + i64::from(number);
    TelegramId::new(raw).ok_or_else(|| Failure::Other(format!("seed: {raw} is no Telegram number")))
}

#[cfg(test)]
mod tests;
