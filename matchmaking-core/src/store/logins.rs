//! The store of what is known of telephones that somebody logs in with: codes that were sent, and failed logins.

use async_trait::async_trait;

use crate::{clock::Millis, error::StoreResult, model::CodePurpose};

/// How long a code is good, in milliseconds: five minutes.
pub const CODE_LIFE_MILLIS: i64 = 300_000;

/// How long after a code the next may be sent to the same telephone, in milliseconds, whatever they are for.
pub const CODE_INTERVAL_MILLIS: i64 = 60_000;

/// How many codes are sent to one telephone on one day at most, whatever they are for.
pub const CODES_A_DAY: u32 = 10;

/// How many wrong tries of one telephone and purpose on one day burn the code, and every further one of that day.
pub const WRONG_CODES_A_DAY: u32 = 5;

/// How many failed logins of a telephone within [`LOGIN_FAILURES_WINDOW_MILLIS`] lock its login.
pub const LOGIN_FAILURES_TO_LOCK: u32 = 5;

/// How long a failed login counts, from the first of them, in milliseconds: a quarter of an hour.
pub const LOGIN_FAILURES_WINDOW_MILLIS: i64 = 900_000;

/// How long a login is locked, in milliseconds: a quarter of an hour.
pub const LOGIN_LOCK_MILLIS: i64 = 900_000;

/// A code to be sent. Telephones are known here by a mark that says nothing of the number, since what is counted of them
/// outlives accounts.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCode {
    /// The mark of the telephone that it is sent to.
    pub phone: String,
    /// What for.
    pub purpose: CodePurpose,
    /// Its hash; the code itself is kept nowhere.
    pub hash: String,
    /// The present day where the people live, counted from any fixed one.
    pub day: i64,
    /// The present moment.
    pub at: Millis,
    /// Whether [`CODE_INTERVAL_MILLIS`] and [`CODES_A_DAY`] hold.
    pub limited: bool,
}

impl std::fmt::Debug for NewCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewCode").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

/// A code that somebody shows.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownCode {
    /// The mark of the telephone that it is said to have been sent to.
    pub phone: String,
    /// What it is to be good for.
    pub purpose: CodePurpose,
    /// Its hash.
    pub hash: String,
    /// The present day, counted as in [`NewCode`].
    pub day: i64,
    /// The present moment.
    pub at: Millis,
}

impl std::fmt::Debug for ShownCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownCode").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

/// Whether a code may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReserveOutcome {
    /// It may, and counts as sent.
    Reserved,
    /// The last one was sent a moment ago; nothing changed.
    TooSoon {
        /// From when on the next may be sent.
        until: Millis,
    },
    /// As many were sent today as may be; nothing changed.
    TooMany,
}

/// What became of a code that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpendOutcome {
    /// It was the one, and is spent.
    Spent,
    /// It is not the one, or there is none: never sent, expired, spent.
    Wrong,
    /// There were too many wrong tries today; not even the right one is good.
    Burnt,
}

/// What a try to log in has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginGate {
    /// It counts.
    Open,
    /// Nobody logs in with this telephone now, whatever was tried.
    Locked {
        /// From when on somebody may.
        until: Millis,
    },
}

/// Keeps codes and failed logins, by the mark of the telephone. Whether somebody has an account with it makes no difference.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait LoginStore: Send + Sync {
    /// Counts a code as sent, unless it may not be: it becomes the one good code of its telephone and purpose, for
    /// [`CODE_LIFE_MILLIS`]. A former one is good no longer, but its wrong tries of the day stay counted. Of two at the
    /// same moment one is sent.
    async fn reserve_code(&self, new: NewCode) -> StoreResult<ReserveOutcome>;

    /// Takes back a code that could not be sent, if it is still the one with this hash: it is good for nothing, does
    /// not count among those of the day, and the next may be sent at once.
    async fn take_back_code(&self, phone: &str, purpose: CodePurpose, hash: &str) -> StoreResult<()>;

    /// Spends a code if it is the one. A wrong try while one is good is counted; with the fifth of a day
    /// ([`WRONG_CODES_A_DAY`]) the code is burnt, and so is every other of that telephone, purpose and day. Of many who
    /// show the same code at the same moment one spends it.
    async fn spend_code(&self, shown: ShownCode) -> StoreResult<SpendOutcome>;

    /// Whether the login of a telephone is locked.
    async fn login_gate(&self, phone: &str, at: Millis) -> StoreResult<LoginGate>;

    /// Tells how a try to log in ended: whether the password was right. While the login is locked it counts for
    /// nothing. A right one forgets the failures before it. A wrong one is counted, and the last of
    /// [`LOGIN_FAILURES_TO_LOCK`] within [`LOGIN_FAILURES_WINDOW_MILLIS`] locks the login for [`LOGIN_LOCK_MILLIS`];
    /// that one itself still counts as an ordinary failure. However many try at the same moment, no more than those
    /// that are counted are told anything but that it is locked.
    async fn record_login(&self, phone: &str, right: bool, at: Millis) -> StoreResult<LoginGate>;

    /// Forgets failed logins and the lock: whose telephone it is has been shown in another way.
    async fn unlock_login(&self, phone: &str, at: Millis) -> StoreResult<()>;

    /// Forgets every telephone of which nothing was heard since this moment; returns how many.
    async fn forget_phones(&self, before: Millis) -> StoreResult<u64>;
}
