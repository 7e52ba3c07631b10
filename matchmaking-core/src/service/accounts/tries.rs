//! Failed logins, counted in a memory that does not grow with the number of names that are tried.

use std::{
    hash::{BuildHasher as _, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::clock::Millis;

/// How many failures of one name from one address are borne within [`LOGIN_WINDOW_MINUTES`].
pub const LOGIN_FAILURES_MAX: u8 = 10;

/// How long failures count, from the first of them, in minutes.
pub const LOGIN_WINDOW_MINUTES: i64 = 15;

/// Of how many names and addresses failures are kept at once, 24 bytes each. Beyond them the oldest are forgotten: to
/// wipe out one count, an attacker has to pay for some tens of thousands of failures.
pub const LOGIN_FAILURES_KEPT: usize = SETS * WAYS;

const WINDOW_MILLIS: i64 = LOGIN_WINDOW_MINUTES * 60_000;

/// How many sets of counts there are. A name and an address belong to one of them.
const SETS: usize = 8_192;

/// How many counts a set holds.
const WAYS: usize = 8;

/// The failures of one name from one address.
#[derive(Debug, Clone, Copy)]
struct Count {
    key: u64,
    /// When the first of them was.
    began: Millis,
    /// How many; none in an empty place.
    failures: u8,
}

impl Count {
    const EMPTY: Self = Self { key: 0, began: Millis(0), failures: 0 };

    /// Whether it counts at `now`. What began later than now began before the clock was set back, and is over, too.
    fn goes_on(&self, now: Millis) -> bool {
        self.failures > 0 && (0..WINDOW_MILLIS).contains(&now.since(self.began))
    }

    /// The seconds until it is over, if it keeps people out.
    fn keeps_out(&self, now: Millis) -> Result<(), u64> {
        if self.goes_on(now) && self.failures >= LOGIN_FAILURES_MAX {
            let left = WINDOW_MILLIS - now.since(self.began);
            return Err((left.cast_unsigned()).div_ceil(1_000));
        }
        Ok(())
    }
}

/// A name and an address, as failures are counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct TryKey(u64);

/// Failed logins by name and address.
#[derive(Debug)]
pub(super) struct Tries {
    sets: Box<[Mutex<[Count; WAYS]>]>,
    /// Keyed at random, so that nobody can aim at another's count.
    hasher: RandomState,
}

impl Default for Tries {
    fn default() -> Self {
        let sets = (0..SETS).map(|_| Mutex::new([Count::EMPTY; WAYS])).collect();
        Self { sets, hasher: RandomState::new() }
    }
}

impl Tries {
    /// The key of a folded name and an address. The addresses of an IPv6 network of 64 bits count as one: whoever has
    /// one of them has them all.
    pub(super) fn key(&self, folded: &str, from: IpAddr) -> TryKey {
        let from = match from.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            address @ IpAddr::V4(_) => address,
        };
        TryKey(self.hasher.hash_one((folded, from)))
    }

    /// Whether there may be another try; else the seconds, at least 1, after which there may.
    pub(super) fn check(&self, key: TryKey, now: Millis) -> Result<(), u64> {
        let set = self.set(key);
        set.iter().find(|count| is_of(count, key)).map_or(Ok(()), |count| count.keeps_out(now))
    }

    /// Counts a try as failed, if there may be another; else the seconds, at least 1, after which there may.
    pub(super) fn count(&self, key: TryKey, now: Millis) -> Result<(), u64> {
        let mut set = self.set(key);
        let place = set.iter().position(|count| is_of(count, key)).unwrap_or_else(|| {
            let places = set.iter().enumerate();
            let oldest = places.min_by_key(|(_, count)| (count.goes_on(now), count.began));
            oldest.map_or(0, |(place, _)| place)
        });
        let count = &mut set[place];
        if !is_of(count, key) || !count.goes_on(now) {
            *count = Count { key: key.0, began: now, failures: 0 };
        }
        count.keeps_out(now)?;
        count.failures += 1;
        Ok(())
    }

    /// Takes back one that was counted and turned out to be no failure of whoever tried.
    pub(super) fn take_back(&self, key: TryKey) {
        if let Some(count) = self.set(key).iter_mut().find(|count| is_of(count, key)) {
            count.failures -= 1;
        }
    }

    /// Forgets the failures of whoever got in.
    pub(super) fn clear(&self, key: TryKey) {
        if let Some(count) = self.set(key).iter_mut().find(|count| is_of(count, key)) {
            *count = Count::EMPTY;
        }
    }

    // Nothing under the lock panics half way.
    fn set(&self, TryKey(key): TryKey) -> MutexGuard<'_, [Count; WAYS]> {
        self.sets[key as usize % SETS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_of(count: &Count, TryKey(key): TryKey) -> bool {
    count.failures > 0 && count.key == key
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_770_287_400_123);

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn home() -> IpAddr {
        address("192.0.2.1")
    }

    #[test]
    fn after_ten_failures_nobody_gets_in_until_the_time_is_over() {
        let tries = Tries::default();
        let key = tries.key("lin", home());
        for second in 0..10 {
            assert_eq!(tries.check(key, NOW.plus(second * 1_000)), Ok(()));
            assert_eq!(tries.count(key, NOW.plus(second * 1_000)), Ok(()));
        }
        for (later, wait) in [(9_000, 891), (9_001, 891), (899_000, 1), (899_999, 1)] {
            assert_eq!(tries.check(key, NOW.plus(later)), Err(wait), "{later}");
            assert_eq!(tries.count(key, NOW.plus(later)), Err(wait), "{later}");
        }
        // Others, and the same elsewhere, are not concerned.
        for (name, from) in [("lin", "192.0.2.2"), ("wu", "192.0.2.1")] {
            assert_eq!(tries.check(tries.key(name, address(from)), NOW), Ok(()));
        }
        for later in [900_000, -1] {
            assert_eq!(tries.check(key, NOW.plus(later)), Ok(()), "{later}");
        }
        assert_eq!(tries.count(key, NOW.plus(900_000)), Ok(()));
        assert_eq!(tries.check(key, NOW.plus(900_000)), Ok(()), "a new window has begun");
    }

    #[test]
    fn success_clears_and_what_was_nobodys_fault_is_taken_back() {
        let tries = Tries::default();
        let key = tries.key("lin", home());
        for _ in 0..3 {
            for _ in 0..9 {
                tries.count(key, NOW).unwrap();
            }
            tries.clear(key);
        }
        for _ in 0..20 {
            tries.count(key, NOW).unwrap();
            tries.take_back(key);
        }
        tries.take_back(key);
        for _ in 0..10 {
            tries.count(key, NOW).unwrap();
        }
        assert_eq!(tries.count(key, NOW), Err(900));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_and_a_mapped_address_as_itself() {
        let tries = Tries::default();
        let key = |from: &str| tries.key("lin", address(from)).0;
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn however_many_names_are_tried_the_memory_stays_and_the_latest_are_known() {
        let tries = Tries::default();
        for name in 0..200_000 {
            let key = tries.key(&name.to_string(), home());
            tries.count(key, NOW.plus(name / 1_000)).unwrap();
            assert!(tries.set(key).iter().any(|count| is_of(count, key)));
        }
        assert_eq!(tries.sets.len() * WAYS, LOGIN_FAILURES_KEPT);
    }
}
