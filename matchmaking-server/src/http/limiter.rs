//! Rates of requests, in a memory that does not grow with the number of those who send them.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};

/// A fixed number of cells, to one of which each key is hashed.
///
/// A map of keys would grow with every address that anyone can make up. Two keys that fall into one cell share
/// its rate, which is rare and harmless; nobody can aim at another's cell, as the hash is keyed at random.
#[derive(Debug)]
struct Cells {
    cells: Box<[InMemoryState]>,
}

impl StateStore for Cells {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let place = (*key % self.cells.len() as u64) as usize;
        self.cells[place].measure_and_replace(&NotKeyed::NonKey, f)
    }
}

/// The rate of requests by whatever key; one that lets everything pass when rates are lifted.
#[derive(Debug)]
pub(super) struct Limiter {
    cells: Option<RateLimiter<u64, Cells, DefaultClock>>,
    hasher: RandomState,
}

impl Limiter {
    /// So many requests a second, and so many at once, kept in `cells` cells. `None` lifts the limit.
    pub(super) fn new(rate: Option<(NonZeroU32, NonZeroU32)>, cells: usize) -> Self {
        let cells = rate.map(|(per_second, burst)| {
            let quota = Quota::per_second(per_second).allow_burst(burst);
            let cells = (0..cells.max(1)).map(|_| InMemoryState::default()).collect();
            let state = Cells { cells };
            RateLimiter::new(quota, state, DefaultClock::default())
        });
        Self { cells, hasher: RandomState::new() }
    }

    /// Counts one request; refused ones are told after how many seconds to come again, which is at least 1.
    pub(super) fn check(&self, key: impl Hash) -> Result<(), u64> {
        let Some(limiter) = &self.cells else { return Ok(()) };
        let key = self.hasher.hash_one(key);
        limiter.check_key(&key).map_err(|refused| {
            let wait = refused.wait_time_from(limiter.clock().now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0).max(u64::from(wait.is_zero()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: u32, burst: u32) -> (NonZeroU32, NonZeroU32) {
        (NonZeroU32::new(per_second).unwrap(), NonZeroU32::new(burst).unwrap())
    }

    #[test]
    fn a_burst_passes_and_the_next_is_told_to_wait() {
        let limiter = Limiter::new(Some(rate(1, 3)), 1);
        for _ in 0..3 {
            assert_eq!(limiter.check("me"), Ok(()));
        }
        assert_eq!(limiter.check("me"), Err(1));
    }

    #[test]
    fn however_many_keys_come_the_cells_stay_as_many() {
        let limiter = Limiter::new(Some(rate(1, 1)), 16);
        let passed = (0..100_000).filter(|key| limiter.check(key).is_ok()).count();
        // All cells are spent after a few keys; while the test runs, one or two may fill again.
        assert!(passed < 1_000, "{passed}");
        assert_eq!(limiter.cells.unwrap().into_state_store().cells.len(), 16);
    }

    #[test]
    fn lifted_limits_let_everything_pass() {
        let limiter = Limiter::new(None, 1);
        assert!((0..100_000).all(|_| limiter.check("me").is_ok()));
    }
}
