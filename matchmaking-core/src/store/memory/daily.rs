//! Daily lists in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::{MemoryStore, State};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{AccountStatus, Action},
    store::{DailyEntry, DailyList, DailyPlace, DailyStore, NewDaily},
};

/// A list as it was drawn.
#[derive(Debug)]
pub(super) struct Draw {
    at: Millis,
    entries: Vec<(AccountId, u8)>,
}

#[async_trait]
impl DailyStore for MemoryStore {
    async fn daily(&self, account: AccountId, day: Millis) -> StoreResult<Option<DailyList>> {
        let state = self.lock()?;
        let lists = state.daily.get(&account);
        let latest = lists.and_then(|lists| lists.range((day, i64::MIN)..=(day, i64::MAX)).next_back());
        Ok(latest.map(|(&(_, draw), drawn)| {
            let shown = drawn.entries.iter().filter(|(target, _)| state.sees(account, *target));
            let entry = |&(target, score): &(AccountId, u8)| {
                let decision = state.decision(account, target).map(|mine| (mine.action, mine.at));
                DailyEntry { target, score, decision }
            };
            DailyList { draw, drawn_at: drawn.at, entries: shown.map(entry).collect() }
        }))
    }

    async fn left_out(&self, account: AccountId, day: Millis) -> StoreResult<Vec<AccountId>> {
        let state = self.lock()?;
        let mut left_out: BTreeSet<AccountId> = state.hidden_from(account).into_iter().collect();
        let matches = state.matches_of.get(&account).into_iter().flatten();
        let matches = matches.filter_map(|id| state.matches.get(id));
        left_out.extend(matches.filter_map(|matched| matched.partner_of(account)));
        let decided = state.interactions.get(&account).into_iter().flatten();
        let decided = decided.filter(|(_, mine)| mine.action != Action::Skip || mine.at >= day);
        left_out.extend(decided.map(|(target, _)| *target));
        let lists = state.daily.get(&account).into_iter();
        let lists = lists.flat_map(|lists| lists.range((day, i64::MIN)..=(day, i64::MAX)));
        left_out.extend(lists.flat_map(|(_, drawn)| drawn.entries.iter().map(|(target, _)| *target)));
        Ok(left_out.into_iter().collect())
    }

    async fn exposures(&self, people: &[AccountId], since: Millis) -> StoreResult<Vec<(AccountId, u64)>> {
        let state = self.lock()?;
        let people: BTreeSet<AccountId> = people.iter().copied().collect();
        let times = |id: AccountId| {
            let days = state.exposures.get(&id)?;
            Some((id, days.range(since..).map(|(_, times)| times).sum())).filter(|(_, times)| *times > 0)
        };
        Ok(people.into_iter().filter_map(times).collect())
    }

    async fn keep_daily(&self, new: NewDaily) -> StoreResult<bool> {
        Ok(self.lock()?.keep_daily(new))
    }

    async fn keep_dailies(&self, new: &[NewDaily]) -> StoreResult<Vec<bool>> {
        let mut state = self.lock()?;
        Ok(new.iter().map(|new| state.keep_daily(new.clone())).collect())
    }

    async fn have_daily(&self, accounts: &[AccountId], day: Millis) -> StoreResult<Vec<AccountId>> {
        let state = self.lock()?;
        let has_list = |id: &AccountId| {
            let lists = state.daily.get(id);
            lists.is_some_and(|lists| lists.range((day, i64::MIN)..=(day, i64::MAX)).next().is_some())
        };
        let accounts: BTreeSet<AccountId> = accounts.iter().copied().collect();
        Ok(accounts.into_iter().filter(has_list).collect())
    }

    async fn daily_place(&self, day: Millis) -> StoreResult<Option<DailyPlace>> {
        Ok(self.lock()?.daily_places.get(&day).copied())
    }

    async fn reach_daily_place(&self, day: Millis, place: DailyPlace) -> StoreResult<()> {
        let mut state = self.lock()?;
        state.daily_places.retain(|other, _| *other >= day);
        let kept = state.daily_places.entry(day).or_insert(place);
        kept.after = kept.after.max(place.after);
        kept.is_last |= place.is_last;
        Ok(())
    }
}

impl State {
    fn keep_daily(&mut self, new: NewDaily) -> bool {
        if self.status(new.account) != Some(AccountStatus::Active) {
            return false;
        }
        let is_there = |target| self.status(target).is_some_and(|status| status != AccountStatus::Deleted);
        let entries: Vec<_> = new.entries.into_iter().filter(|(target, _)| is_there(*target)).collect();
        let lists = self.daily.entry(new.account).or_default();
        if lists.range((new.day, new.draw)..=(new.day, i64::MAX)).next().is_some() {
            return false;
        }
        lists.retain(|(day, _), _| *day >= new.day);
        let shown: Vec<AccountId> = entries.iter().map(|(target, _)| *target).collect();
        lists.insert((new.day, new.draw), Draw { at: new.at, entries });
        for target in shown {
            let days = self.exposures.entry(target).or_default();
            days.retain(|day, _| *day >= new.counted_since);
            *days.entry(new.day).or_default() += 1;
        }
        true
    }

    /// Takes a person out of every list, and their lists away.
    pub(super) fn forget_daily(&mut self, id: AccountId) {
        self.daily.remove(&id);
        self.exposures.remove(&id);
        for drawn in self.daily.values_mut().flat_map(BTreeMap::values_mut) {
            drawn.entries.retain(|(target, _)| *target != id);
        }
    }
}
