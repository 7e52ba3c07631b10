//! Memberships in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    error::StoreResult,
    ids::AccountId,
    model::{AccountStatus, Membership},
    store::{MembershipStore, NewAudit},
};

#[async_trait]
impl MembershipStore for MemoryStore {
    async fn membership(&self, id: AccountId) -> StoreResult<Membership> {
        Ok(self.lock()?.memberships.get(&id).copied().unwrap_or_default())
    }

    async fn memberships(&self, ids: &[AccountId]) -> StoreResult<Vec<(AccountId, Membership)>> {
        let state = self.lock()?;
        let given = state.memberships.iter().filter(|(id, _)| ids.contains(id));
        Ok(given.map(|(id, membership)| (*id, *membership)).collect())
    }

    async fn set_membership(
        &self,
        id: AccountId,
        membership: Membership,
        audit: NewAudit,
    ) -> StoreResult<bool> {
        let mut state = self.lock()?;
        if state.status(id).is_none_or(|status| status == AccountStatus::Deleted) {
            return Ok(false);
        }
        state.memberships.insert(id, membership);
        state.record(audit)?;
        Ok(true)
    }
}
