//! Time as a parameter: UTC milliseconds, and the clock that tells them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since the Unix epoch, UTC.
///
/// Both databases keep moments as this integer, so that no store rounds or reorders what another kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// This moment as a `chrono` time. Moments that `chrono` cannot hold (over 262,000 years away) are cut to
    /// its nearest.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }

    /// RFC 3339 in UTC with `Z`, with milliseconds: `2026-02-05T10:30:00.123Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// The moment `millis` later, or the last one there is.
    #[must_use]
    pub const fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this moment; negative when it is the other way round.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<DateTime<Utc>> for Millis {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_millis())
    }
}

/// Where the time comes from. Nothing in this crate asks the system for the time in any other way.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// The present moment.
    fn now(&self) -> Millis;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    fn now(&self) -> Millis {
        Utc::now().into()
    }
}

/// A clock that stands still until it is told otherwise, for tests.
#[cfg(any(test, feature = "testing"))]
#[derive(Debug)]
pub struct ManualClock(std::sync::atomic::AtomicI64);

#[cfg(any(test, feature = "testing"))]
impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub const fn new(start: Millis) -> Self {
        Self(std::sync::atomic::AtomicI64::new(start.0))
    }

    /// Moves on by `millis`, which may be negative, as a machine's clock may be set back.
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(any(test, feature = "testing"))]
impl Clock for ManualClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_print_as_rfc_3339_with_z() {
        assert_eq!(Millis(1_770_287_400_123).to_rfc3339(), "2026-02-05T10:30:00.123Z");
        assert_eq!(Millis(0).to_rfc3339(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn extreme_moments_neither_panic_nor_wrap() {
        assert!(Millis(i64::MAX).to_rfc3339().starts_with('+'));
        assert_eq!(Millis(i64::MAX).plus(1), Millis(i64::MAX));
        assert_eq!(Millis(i64::MIN).since(Millis(1)), i64::MIN);
    }

    #[test]
    fn the_manual_clock_moves_only_by_hand() {
        let clock = ManualClock::new(Millis(5));
        assert_eq!(clock.now(), Millis(5));
        clock.advance(10);
        assert_eq!(clock.now(), Millis(15));
    }
}
