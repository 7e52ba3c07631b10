//! Work to be done at a moment, in a database.

use async_trait::async_trait;
use sqlx::{query, query_as};

use super::{SqlStore, limit, rows, sql, transaction};
use crate::{
    clock::Millis,
    error::StoreResult,
    store::{Job, JobKind, JobStore, NewJob},
};

sql! {
    SCHEDULE = "INSERT INTO jobs (kind, subject, run_at, leased_until, tries, stamp) VALUES ($1, $2, $3, 0, 0, 1)
        ON CONFLICT (kind, subject) DO UPDATE SET
            run_at = CASE WHEN excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END,
            stamp = jobs.stamp + 1";
    DUE = "SELECT kind, subject, tries, stamp FROM jobs WHERE run_at <= $1 AND leased_until <= $1
        ORDER BY run_at, kind, subject LIMIT CAST($2 AS BIGINT)";
    LEASE = "UPDATE jobs SET leased_until = $3, tries = tries + 1 WHERE kind = $1 AND subject = $2";
    ASKED_AGAIN = "UPDATE jobs SET leased_until = 0, tries = 0
        WHERE kind = $1 AND subject = $2 AND tries = $3 AND stamp <> $4";
    AGAIN = "UPDATE jobs SET leased_until = 0, tries = 0, run_at = $5
        WHERE kind = $1 AND subject = $2 AND tries = $3 AND stamp = $4";
    DONE = "DELETE FROM jobs WHERE kind = $1 AND subject = $2 AND tries = $3 AND stamp = $4";
    RETRY = "UPDATE jobs SET leased_until = 0, run_at = $4 WHERE kind = $1 AND subject = $2 AND tries = $3";

    @locks {
        // As DUE, and what another process takes at this moment is left to it.
        LOCK_DUE = "SELECT kind, subject, tries, stamp FROM jobs WHERE run_at <= $1 AND leased_until <= $1
            ORDER BY run_at, kind, subject LIMIT CAST($2 AS BIGINT) FOR UPDATE SKIP LOCKED";
    }
}

#[async_trait]
impl JobStore for SqlStore {
    async fn schedule(&self, new: NewJob) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            let schedule = query(SCHEDULE).bind(new.kind.code()).bind(new.subject).bind(new.run_at.0);
            schedule.execute(&mut *tx).await?;
        })
    }

    async fn claim_jobs(&self, now: Millis, leased_until: Millis, most: usize) -> StoreResult<Vec<Job>> {
        transaction!(self.pool, |tx, locks| {
            let due = if locks { LOCK_DUE } else { DUE };
            let due: Vec<(i64, i64, i64, i64)> =
                query_as(due).bind(now.0).bind(limit(most)).fetch_all(&mut *tx).await?;
            let mut jobs = Vec::with_capacity(due.len());
            for (kind, subject, tries, stamp) in due {
                query(LEASE).bind(kind).bind(subject).bind(leased_until.0).execute(&mut *tx).await?;
                let kind = rows::known(JobKind::from_code(kind), "jobs", "kind")?;
                jobs.push(Job { kind, subject, tries: tries + 1, stamp });
            }
            jobs
        })
    }

    async fn finish_job(&self, job: &Job, again: Option<Millis>) -> StoreResult<()> {
        let keys = (job.kind.code(), job.subject, job.tries, job.stamp);
        transaction!(self.pool, |tx, _locks| {
            let (kind, subject, tries, stamp) = keys;
            // First what ends it, which leaves alone what was asked for again.
            if let Some(again) = again {
                let end = query(AGAIN).bind(kind).bind(subject).bind(tries).bind(stamp).bind(again.0);
                end.execute(&mut *tx).await?;
            } else {
                let end = query(DONE).bind(kind).bind(subject).bind(tries).bind(stamp);
                end.execute(&mut *tx).await?;
            }
            let asked_again = query(ASKED_AGAIN).bind(kind).bind(subject).bind(tries).bind(stamp);
            asked_again.execute(&mut *tx).await?;
        })
    }

    async fn retry_job(&self, job: &Job, at: Millis) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            let retry = query(RETRY).bind(job.kind.code()).bind(job.subject).bind(job.tries).bind(at.0);
            retry.execute(&mut *tx).await?;
        })
    }
}
