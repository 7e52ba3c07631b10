//! What the back office asks, in memory.

use async_trait::async_trait;

use super::{MemoryStore, State, next};
use crate::{
    error::StoreResult,
    ids::{AccountId, AuditId},
    model::{AccountStatus, AuditEntry},
    store::{NewAudit, OfficeStore, Slice, Sliced},
    text::fold,
};

#[async_trait]
impl OfficeStore for MemoryStore {
    async fn find_accounts(&self, text: &str, slice: Slice) -> StoreResult<Sliced<AccountId>> {
        let state = self.lock()?;
        let (folded, small, number) = (fold(text), text.to_lowercase(), text.parse().ok());
        let is_found = |id: AccountId| {
            let row = state.accounts.get(&id)?;
            let named = row.identities.values().any(|identity| identity.folded.contains(&folded));
            let nickname = state.profiles.get(&id).and_then(|row| row.profile.nickname.as_ref());
            let nicknamed = nickname.is_some_and(|nickname| nickname.to_lowercase().starts_with(&small));
            let found = text.is_empty() || named || nicknamed || number == Some(id.get());
            (found && row.status != AccountStatus::Deleted).then_some(id)
        };
        Ok(slice.of(state.accounts.keys().copied().filter_map(is_found).collect()))
    }

    async fn record_audit(&self, new: NewAudit) -> StoreResult<AuditId> {
        self.lock()?.record(new)
    }

    async fn audit(&self, slice: Slice) -> StoreResult<Sliced<AuditEntry>> {
        Ok(slice.of(self.lock()?.audit.values().cloned().collect()))
    }
}

impl State {
    /// Adds an entry to the record of changes.
    pub(super) fn record(&mut self, new: NewAudit) -> StoreResult<AuditId> {
        let NewAudit { action, account, thing, detail, at } = new;
        let id = next(&mut self.last_audit, AuditId::new)?;
        self.audit.insert(id, AuditEntry { id, action, account, thing, detail, at });
        Ok(id)
    }
}
