//! Work to be done at a moment, in memory.

use async_trait::async_trait;

use super::{MemoryStore, State};
use crate::{
    clock::Millis,
    error::StoreResult,
    store::{Job, JobStore, NewJob},
};

/// A job that is asked for.
#[derive(Debug)]
pub(super) struct JobRow {
    run_at: Millis,
    leased_until: Millis,
    tries: i64,
    stamp: i64,
}

#[async_trait]
impl JobStore for MemoryStore {
    async fn schedule(&self, new: NewJob) -> StoreResult<()> {
        self.lock()?.schedule(new);
        Ok(())
    }

    async fn claim_jobs(&self, now: Millis, leased_until: Millis, limit: usize) -> StoreResult<Vec<Job>> {
        let mut state = self.lock()?;
        let rows = state.jobs.iter_mut();
        let mut due: Vec<_> = rows.filter(|(_, row)| row.run_at <= now && row.leased_until <= now).collect();
        due.sort_by_key(|(key, row)| (row.run_at, **key));
        let take = |(&(kind, subject), row): (_, &mut JobRow)| {
            row.leased_until = leased_until;
            row.tries += 1;
            Job { kind, subject, tries: row.tries, stamp: row.stamp }
        };
        Ok(due.into_iter().take(limit).map(take).collect())
    }

    async fn finish_job(&self, job: &Job, again: Option<Millis>) -> StoreResult<()> {
        let mut state = self.lock()?;
        let Some(row) = state.taken(job) else { return Ok(()) };
        row.leased_until = Millis(0);
        row.tries = 0;
        if row.stamp == job.stamp {
            match again {
                Some(again) => row.run_at = again,
                None => {
                    state.jobs.remove(&(job.kind, job.subject));
                }
            }
        }
        Ok(())
    }

    async fn retry_job(&self, job: &Job, at: Millis) -> StoreResult<()> {
        if let Some(row) = self.lock()?.taken(job) {
            row.leased_until = Millis(0);
            row.run_at = at;
        }
        Ok(())
    }
}

impl State {
    /// Asks for a job.
    pub(super) fn schedule(&mut self, new: NewJob) {
        let fresh = JobRow { run_at: new.run_at, leased_until: Millis(0), tries: 0, stamp: 0 };
        let row = self.jobs.entry((new.kind, new.subject)).or_insert(fresh);
        row.run_at = row.run_at.min(new.run_at);
        row.stamp += 1;
    }

    /// The job, unless somebody else has taken it since.
    fn taken(&mut self, job: &Job) -> Option<&mut JobRow> {
        self.jobs.get_mut(&(job.kind, job.subject)).filter(|row| row.tries == job.tries)
    }
}
