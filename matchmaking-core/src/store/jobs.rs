//! The store of work that is to be done at a moment.

use async_trait::async_trait;

use crate::{clock::Millis, error::StoreResult};

/// What is to be done, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// Free the seats of an event whose time is over, and offer them to who waits.
    Release,
    /// Give back what is owed for a registration.
    Refund,
    /// Give back the deposits of those who came to an event.
    Settle,
    /// Free the seats of a deleted account.
    Leave,
    /// Make matches of the mutual picks of an event.
    Match,
    /// Draw daily lists ahead. There is one, with the subject 0.
    Daily,
}

impl JobKind {
    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Release => 1,
            Self::Refund => 2,
            Self::Settle => 3,
            Self::Leave => 4,
            Self::Match => 5,
            Self::Daily => 6,
        }
    }

    /// The kind that a store keeps as `code`.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        let all = [Self::Release, Self::Refund, Self::Settle, Self::Leave, Self::Match, Self::Daily];
        all.into_iter().find(|kind| kind.code() == code)
    }
}

/// Work to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewJob {
    /// What.
    pub kind: JobKind,
    /// With the thing of this number.
    pub subject: i64,
    /// Not before this moment.
    pub run_at: Millis,
}

/// Work that somebody does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// What.
    pub kind: JobKind,
    /// With the thing of this number.
    pub subject: i64,
    /// How often it was begun, this time included, since it last came to an end.
    pub tries: i64,
    /// How often it had been asked for when it was begun.
    pub stamp: i64,
}

/// Keeps work that is to be done at a moment, so that several processes share it and none of it is lost with one.
///
/// There is one job of a kind and subject. Stores put some of them themselves, in the transaction of what makes them
/// necessary; asked for again, a job keeps the earlier of the two moments.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Asks for a job.
    async fn schedule(&self, new: NewJob) -> StoreResult<()>;

    /// Takes at most `limit` jobs whose moment has come, the earliest first. Until `leased_until` nobody else gets
    /// them; after that they are to be had again, for whoever took them must be gone.
    async fn claim_jobs(&self, now: Millis, leased_until: Millis, limit: usize) -> StoreResult<Vec<Job>>;

    /// Tells that a job has come to an end: for good, or until `again`. If it was asked for meanwhile, it is to be done
    /// once more at once. A job that somebody else has taken since is left alone.
    async fn finish_job(&self, job: &Job, again: Option<Millis>) -> StoreResult<()>;

    /// Tells that a job failed, and is to be tried again then.
    async fn retry_job(&self, job: &Job, at: Millis) -> StoreResult<()>;
}
