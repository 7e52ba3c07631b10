//! Blocks in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::{MemoryStore, State};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::Relation,
    store::{BLOCKS_PER_PERSON_MAX, BlockOutcome, SafetyStore, Slice, Sliced},
};

#[async_trait]
impl SafetyStore for MemoryStore {
    async fn block(&self, by: AccountId, target: AccountId, at: Millis) -> StoreResult<BlockOutcome> {
        let mut state = self.lock()?;
        let known = state.accounts.contains_key(&by) && state.accounts.contains_key(&target);
        if by == target || !known || state.has_blocked(by, target) {
            return Ok(BlockOutcome::Unchanged);
        }
        let blocked = state.blocks.entry(by).or_default();
        if blocked.len() >= BLOCKS_PER_PERSON_MAX {
            return Ok(BlockOutcome::TooMany);
        }
        blocked.insert(target, at);
        Ok(BlockOutcome::Blocked)
    }

    async fn unblock(&self, by: AccountId, target: AccountId) -> StoreResult<bool> {
        let mut state = self.lock()?;
        Ok(state.blocks.get_mut(&by).is_some_and(|blocked| blocked.remove(&target).is_some()))
    }

    async fn blocked_by(&self, by: AccountId, slice: Slice) -> StoreResult<Sliced<AccountId>> {
        let state = self.lock()?;
        let blocked = state.blocks.get(&by).into_iter().flatten();
        let mut blocked: Vec<(Millis, AccountId)> = blocked.map(|(target, at)| (*at, *target)).collect();
        blocked.sort_unstable();
        Ok(slice.of(blocked).map(|(_, target)| target))
    }

    async fn hidden_from(&self, account: AccountId) -> StoreResult<Vec<AccountId>> {
        Ok(self.lock()?.hidden_from(account))
    }

    async fn relation(&self, viewer: AccountId, target: AccountId) -> StoreResult<Option<Relation>> {
        Ok(self.lock()?.relation(viewer, target))
    }
}

impl State {
    /// See [`SafetyStore::hidden_from`].
    pub(super) fn hidden_from(&self, account: AccountId) -> Vec<AccountId> {
        let blocked = self.blocks.get(&account).into_iter().flat_map(BTreeMap::keys).copied();
        let by = self.blocks.iter().filter(|(_, targets)| targets.contains_key(&account)).map(|(by, _)| *by);
        let ended = self.matches_of.get(&account).into_iter().flatten();
        let ended = ended.filter_map(|id| self.matches.get(id)).filter(|matched| matched.ended_at.is_some());
        let ended = ended.filter_map(|matched| matched.partner_of(account));
        let hidden: BTreeSet<AccountId> = blocked.chain(by).chain(ended).collect();
        hidden.into_iter().collect()
    }
}
