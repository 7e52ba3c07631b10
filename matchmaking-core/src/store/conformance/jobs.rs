//! Cases about work that is to be done at a moment.

use super::fixture::{at, at_once};
use crate::{
    clock::Millis,
    error::StoreResult,
    store::{Job, JobKind, NewJob, Stores},
};

fn job(subject: i64, n: i64) -> NewJob {
    NewJob { kind: JobKind::Release, subject, run_at: at(n) }
}

async fn claim(stores: &Stores, n: i64, most: usize) -> StoreResult<Vec<Job>> {
    stores.jobs.claim_jobs(at(n), Millis(at(n).0 + 100), most).await
}

fn subjects(jobs: &[Job]) -> Vec<i64> {
    jobs.iter().map(|job| job.subject).collect()
}

/// Jobs are to be had from their moment on, the earliest first, by one at a time, and are gone when they are done.
pub async fn a_job_is_done_once(stores: &Stores) -> StoreResult<()> {
    for (subject, n) in [(1, 30), (2, 10), (3, 20), (2, 15), (1, 25)] {
        stores.jobs.schedule(job(subject, n)).await?;
    }
    assert_eq!(claim(stores, 9, 10).await?, []);
    let first = claim(stores, 25, 2).await?;
    assert_eq!(subjects(&first), [2, 3]);
    let rest = claim(stores, 25, 2).await?;
    assert_eq!(subjects(&rest), [1]);
    assert_eq!(claim(stores, 26, 10).await?, []);
    stores.jobs.finish_job(&first[0], None).await?;
    stores.jobs.finish_job(&first[1], Some(at(500))).await?;
    stores.jobs.retry_job(&rest[0], at(40)).await?;
    assert_eq!(claim(stores, 39, 10).await?, []);
    let again = claim(stores, 40, 10).await?;
    assert_eq!((subjects(&again), again[0].tries), (vec![1], 2));
    stores.jobs.finish_job(&again[0], None).await?;
    assert_eq!(subjects(&claim(stores, 500, 10).await?), [3]);
    Ok(())
}

/// What a process took that is gone is to be had again, and what it says afterwards is not heard.
pub async fn a_lost_job_is_done_by_another(stores: &Stores) -> StoreResult<()> {
    stores.jobs.schedule(job(1, 0)).await?;
    let lost = claim(stores, 0, 1).await?;
    assert_eq!(claim(stores, 99, 1).await?, []);
    let taken = claim(stores, 100, 1).await?;
    assert_eq!((subjects(&taken), taken[0].tries), (vec![1], 2));
    stores.jobs.finish_job(&lost[0], None).await?;
    stores.jobs.retry_job(&lost[0], at(0)).await?;
    assert_eq!(claim(stores, 101, 1).await?, []);
    stores.jobs.finish_job(&taken[0], None).await?;
    assert_eq!(claim(stores, 1_000, 1).await?, []);
    Ok(())
}

/// A job that is asked for while it is done is done once more.
pub async fn a_job_asked_for_meanwhile_is_done_again(stores: &Stores) -> StoreResult<()> {
    for again in [None, Some(at(900))] {
        stores.jobs.schedule(job(1, 0)).await?;
        let begun = claim(stores, 0, 1).await?;
        stores.jobs.schedule(job(1, 50)).await?;
        stores.jobs.finish_job(&begun[0], again).await?;
        let once_more = claim(stores, 1, 1).await?;
        assert_eq!(subjects(&once_more), [1]);
        stores.jobs.finish_job(&once_more[0], None).await?;
        assert_eq!(claim(stores, 2_000, 1).await?, []);
    }
    Ok(())
}

/// Of many who take jobs at the same moment each job goes to one.
pub async fn jobs_at_once_are_each_one_s(stores: &Stores) -> StoreResult<()> {
    for subject in 1..=30 {
        stores.jobs.schedule(job(subject, 0)).await?;
    }
    let taken = at_once((0..8).map(|_| {
        let jobs = stores.jobs.clone();
        async move { jobs.claim_jobs(at(1), at(100), 10).await }
    }))
    .await?;
    let mut taken = subjects(&taken.concat());
    taken.extend(subjects(&claim(stores, 2, 100).await?));
    taken.sort_unstable();
    assert_eq!(taken, (1..=30).collect::<Vec<_>>());
    Ok(())
}
