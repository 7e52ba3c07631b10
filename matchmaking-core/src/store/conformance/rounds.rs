//! Cases about rounds and picks.

use super::{
    fixture::{at, person},
    seats::{STARTS, audit, crowd, event, paid, seat, then},
};
use crate::{
    error::StoreResult,
    ids::EventId,
    model::{AccountStatus, AuditAction, Pair, TableDate},
    store::{CloseEventOutcome, JobKind, PickOutcome, Stores},
};

/// The rounds of an event replace those it had, and each sees their own.
pub async fn rounds_are_kept(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 3).await?;
    let event = event(stores, 4).await?;
    let date = |round, table, one: usize, other: usize| TableDate {
        round,
        table,
        first: people[one],
        second: people[other],
        starts_at: at(STARTS + round * 10),
        ends_at: at(STARTS + round * 10 + 5),
    };
    let drawn = || audit(AuditAction::EventRounds, Some(event.id));
    assert!(stores.rounds.set_dates(event.id, vec![date(1, 1, 0, 2)], drawn()).await?);
    let dates = vec![date(2, 1, 1, 2), date(1, 1, 0, 1)];
    assert!(stores.rounds.set_dates(event.id, dates.clone(), drawn()).await?);
    assert_eq!(stores.rounds.dates(event.id).await?, [dates[1], dates[0]]);
    assert_eq!(stores.rounds.dates_of(event.id, people[1]).await?, [dates[1], dates[0]]);
    assert_eq!(stores.rounds.dates_of(event.id, people[0]).await?, [dates[1]]);
    let nowhere = EventId::new(99).expect("an id");
    assert!(!stores.rounds.set_dates(nowhere, Vec::new(), drawn()).await?);
    assert_eq!(stores.rounds.dates(nowhere).await?, []);
    stores.accounts.set_status(people[0], AccountStatus::Deleted, at(9)).await?;
    assert_eq!(stores.rounds.dates_of(event.id, people[1]).await?, [dates[0]]);
    assert_eq!(stores.rounds.dates(event.id).await?, [dates[0]]);
    Ok(())
}

/// People with a seat pick each other while the event goes on; those who both do are a pair.
pub async fn picks_are_mutual(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 4).await?;
    let stranger = person(stores, "stranger").await?;
    let event = event(stores, 5).await?;
    for account in &people[..3] {
        paid(stores, event.id, *account, 1).await?;
    }
    seat(stores, event.id, people[3], STARTS - 1).await?;
    let pick = async |by, picks: &[_], n| stores.rounds.set_picks(event.id, by, picks, at(n)).await;
    assert_eq!(pick(people[0], &[people[1]], STARTS - 1).await?, PickOutcome::NotNow);
    assert_eq!(pick(stranger, &[people[1]], STARTS).await?, PickOutcome::NoSeat);
    assert_eq!(pick(people[3], &[people[1]], STARTS).await?, PickOutcome::NoSeat);
    assert_eq!(pick(people[0], &[people[2]], STARTS).await?, PickOutcome::Kept(1));
    // In place of the former; oneself, strangers and those who have not paid are left out.
    let picks = [people[1], people[0], people[3], stranger];
    assert_eq!(pick(people[0], &picks, STARTS).await?, PickOutcome::Kept(1));
    assert_eq!(pick(people[1], &[people[0], people[2]], STARTS).await?, PickOutcome::Kept(2));
    assert_eq!(stores.rounds.picks_of(event.id, people[1]).await?, [people[0], people[2]]);
    let pair = Pair::new(people[0], people[1]).expect("two people");
    assert_eq!(stores.rounds.mutual_picks(event.id).await?, [pair]);
    // Nor does picking tell that somebody is there who has blocked the one who picks, or is blocked.
    stores.safety.block(people[1], people[2], at(0)).await?;
    assert_eq!(pick(people[2], &people[..2], STARTS).await?, PickOutcome::Kept(1));
    assert_eq!(pick(people[1], &[people[0], people[2]], STARTS).await?, PickOutcome::Kept(1));

    let closed = async |n| {
        let audit = audit(AuditAction::EventClosed, Some(event.id));
        let change = stores.seats.close_event(event.id, audit, then(n)).await?;
        Ok::<_, crate::error::StoreError>(change.expect("an event").outcome)
    };
    assert_eq!(closed(STARTS - 1).await?, CloseEventOutcome::NotBegun);
    assert_eq!(closed(STARTS + 1).await?, CloseEventOutcome::Closed);
    assert_eq!(closed(STARTS + 2).await?, CloseEventOutcome::Closed);
    let event_now = stores.events.event(event.id).await?.expect("an event");
    assert_eq!(event_now.closed_at, Some(at(STARTS + 1)));
    assert_eq!(pick(people[0], &[], STARTS + 3).await?, PickOutcome::NotNow);
    let due = stores.jobs.claim_jobs(at(STARTS + 3), at(STARTS + 9), 100).await?;
    assert!(due.iter().any(|job| (job.kind, job.subject) == (JobKind::Match, event.id.get())));
    Ok(())
}
