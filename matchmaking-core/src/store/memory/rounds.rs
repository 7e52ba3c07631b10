//! Rounds and picks in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, EventId},
    model::{EventState, Pair, RegistrationState, TableDate},
    store::{NewAudit, PickOutcome, RoundStore},
};

#[async_trait]
impl RoundStore for MemoryStore {
    async fn set_dates(
        &self,
        event: EventId,
        mut dates: Vec<TableDate>,
        audit: NewAudit,
    ) -> StoreResult<bool> {
        let mut state = self.lock()?;
        if !state.events.contains_key(&event) {
            return Ok(false);
        }
        dates.sort_by_key(|date| (date.round, date.table));
        state.dates.insert(event, dates);
        state.record(audit)?;
        Ok(true)
    }

    async fn dates(&self, event: EventId) -> StoreResult<Vec<TableDate>> {
        Ok(self.lock()?.dates.get(&event).cloned().unwrap_or_default())
    }

    async fn dates_of(&self, event: EventId, account: AccountId) -> StoreResult<Vec<TableDate>> {
        let state = self.lock()?;
        let dates = state.dates.get(&event).into_iter().flatten();
        Ok(dates.filter(|date| date.partner_of(account).is_some()).copied().collect())
    }

    async fn set_picks(
        &self,
        event: EventId,
        by: AccountId,
        picks: &[AccountId],
        at: Millis,
    ) -> StoreResult<PickOutcome> {
        let mut state = self.lock()?;
        let here = |account: AccountId| {
            state.registrations.values().any(|one| {
                let theirs = matches!(one.state, RegistrationState::Paid | RegistrationState::CheckedIn);
                one.event == event && one.account == account && theirs
            })
        };
        let Some(found) = state.events.get(&event).filter(|_| here(by)) else {
            return Ok(PickOutcome::NoSeat);
        };
        if found.state != EventState::Public || at < found.starts_at || found.closed_at.is_some() {
            return Ok(PickOutcome::NotNow);
        }
        let sees = |other| !state.has_blocked(by, other) && !state.has_blocked(other, by);
        let kept = picks.iter().copied().filter(|pick| *pick != by && here(*pick) && sees(*pick)).collect();
        let kept = state.picks.entry((event, by)).insert_entry(kept);
        Ok(PickOutcome::Kept(kept.get().len()))
    }

    async fn picks_of(&self, event: EventId, by: AccountId) -> StoreResult<Vec<AccountId>> {
        Ok(self.lock()?.picks.get(&(event, by)).into_iter().flatten().copied().collect())
    }

    async fn mutual_picks(&self, event: EventId) -> StoreResult<Vec<Pair>> {
        let state = self.lock()?;
        let picked = |by, target| state.picks.get(&(event, by)).is_some_and(|picks| picks.contains(&target));
        let of_event = state.picks.iter().filter(|((of, _), _)| *of == event);
        let picks = of_event.flat_map(|((_, by), picks)| picks.iter().map(|target| (*by, *target)));
        let mutual = picks.filter(|(by, target)| by < target && picked(*target, *by));
        Ok(mutual.filter_map(|(by, target)| Pair::new(by, target)).collect())
    }
}
