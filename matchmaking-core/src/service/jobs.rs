//! Work that is to be done at a moment, whether anybody asks or not.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use tokio::sync::Mutex;

use super::{
    daily::{Daily, ahead::PEOPLE_AT_ONCE},
    events::{EventError, Events},
};
use crate::{
    clock::{Clock, Millis},
    error::{StoreError, StoreResult},
    store::{Job, JobKind, NewJob, Stores},
};

/// How often jobs are looked for.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a process has for the jobs that it takes, in milliseconds; after that they are taken for lost with it.
pub const LEASE_MILLIS: i64 = 60_000;

/// How many jobs a process takes at once.
pub const JOBS_AT_ONCE: usize = 16;

/// How many times in a row a process takes jobs before it looks up.
const BATCHES_MAX: usize = 1_000;

/// How long a job waits that failed, in milliseconds; twice as long after each further failure.
pub const RETRY_MILLIS: i64 = 1_000;

/// How long it waits at most, in milliseconds: an hour.
pub const RETRY_MILLIS_MAX: i64 = 60 * 60 * 1_000;

/// How long drawing lists ahead waits for the pool, in milliseconds.
const POOL_MILLIS: i64 = 1_000;

/// Does what is due.
#[derive(Debug, Clone)]
pub struct Jobs {
    stores: Stores,
    events: Arc<Events>,
    daily: Daily,
    /// Whether daily lists are drawn ahead.
    draws_ahead: bool,
    clock: Arc<dyn Clock>,
    running: Arc<Mutex<()>>,
}

impl Jobs {
    /// The service over these stores.
    #[must_use]
    pub(super) fn new(
        stores: Stores,
        events: Arc<Events>,
        daily: Daily,
        draws_ahead: bool,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { stores, events, daily, draws_ahead, clock, running: Arc::default() }
    }

    /// Asks for the jobs that nothing else asks for: from the beginning of every day on, and of this one now, daily lists
    /// are drawn ahead, if they are to be.
    pub async fn begin(&self) -> StoreResult<()> {
        if self.draws_ahead {
            let job = NewJob { kind: JobKind::Daily, subject: 0, run_at: self.clock.now() };
            self.stores.jobs.schedule(job).await?;
        }
        Ok(())
    }

    /// Does everything that is due now; returns how many jobs that were. Of several callers within a process one does
    /// it at a time, so that what was due before a call is done after it, unless another process does it.
    pub async fn run_due(&self) -> StoreResult<usize> {
        let _one_at_a_time = self.running.lock().await;
        let mut done = 0;
        for _ in 0..BATCHES_MAX {
            let now = self.clock.now();
            let jobs = self.stores.jobs.claim_jobs(now, now.plus(LEASE_MILLIS), JOBS_AT_ONCE).await?;
            if jobs.is_empty() {
                break;
            }
            for job in &jobs {
                self.run(job).await?;
            }
            done += jobs.len();
        }
        Ok(done)
    }

    async fn run(&self, job: &Job) -> StoreResult<()> {
        let ended = match job.kind {
            JobKind::Daily => self.draw_ahead().await.map_err(Failure::from),
            _ => self.events.run(job).await.map_err(Failure::from),
        };
        match ended {
            Ok(again) => self.stores.jobs.finish_job(job, again).await,
            Err(error) => {
                tracing::error!(
                    kind = ?job.kind,
                    subject = job.subject,
                    error = &error as &dyn std::error::Error,
                    "a job failed, and will be tried again"
                );
                self.stores.jobs.retry_job(job, self.clock.now().plus(backoff(job.tries))).await
            }
        }
    }

    /// Draws lists for some people, who are few enough for a lease; returns when to go on.
    async fn draw_ahead(&self) -> StoreResult<Option<Millis>> {
        if !self.draws_ahead {
            return Ok(None);
        }
        let now = self.clock.now();
        if self.daily.is_waiting() {
            return Ok(Some(now.plus(POOL_MILLIS)));
        }
        // One thread, because requests are answered meanwhile.
        let drawn = self.daily.draw_ahead(PEOPLE_AT_ONCE, NonZeroUsize::MIN).await?;
        if drawn.is_all {
            tracing::info!(day = drawn.day.began.0, "everybody's daily list is drawn");
        }
        Ok(Some(if drawn.is_all { drawn.day.ends } else { now }))
    }
}

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Event(#[from] EventError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How long a job waits after so many failures, in milliseconds.
fn backoff(tries: i64) -> i64 {
    let doubled = u32::try_from(tries - 1).ok().and_then(|times| RETRY_MILLIS.checked_shl(times.min(32)));
    doubled.unwrap_or(RETRY_MILLIS_MAX).min(RETRY_MILLIS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_tried_again_ever_more_seldom() {
        assert_eq!([1, 2, 3, 5].map(backoff), [1_000, 2_000, 4_000, 16_000]);
        assert_eq!([13, 100, i64::MAX].map(backoff), [RETRY_MILLIS_MAX; 3]);
    }
}
