//! Work that is to be done at a moment, whether anybody asks or not.

use std::{sync::Arc, time::Duration};

use tokio::sync::Mutex;

use super::events::Events;
use crate::{
    clock::Clock,
    error::StoreResult,
    store::{Job, Stores},
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

/// Does what is due.
#[derive(Debug, Clone)]
pub struct Jobs {
    stores: Stores,
    events: Arc<Events>,
    clock: Arc<dyn Clock>,
    running: Arc<Mutex<()>>,
}

impl Jobs {
    /// The service over these stores.
    #[must_use]
    pub fn new(stores: Stores, events: Arc<Events>, clock: Arc<dyn Clock>) -> Self {
        Self { stores, events, clock, running: Arc::default() }
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
        match self.events.run(job).await {
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
