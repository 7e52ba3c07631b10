//! Invite codes in memory.

use async_trait::async_trait;

use super::{MemoryStore, State};
use crate::{
    error::StoreResult,
    ids::AccountId,
    store::{InvitationStore, InviteCodeOutcome},
};

/// What is known of an account's invitations.
#[derive(Debug, Default)]
pub(super) struct InvitationRow {
    pub(super) code: Option<String>,
    inviter: Option<AccountId>,
}

impl State {
    fn invited_with(&self, code: &str) -> Option<AccountId> {
        let mut rows = self.invitations.iter();
        rows.find(|(_, row)| row.code.as_deref() == Some(code)).map(|(account, _)| *account)
    }

    /// Takes away an account's code and inviter, and itself as the inviter of others.
    pub(super) fn erase_invitations(&mut self, account: AccountId) {
        self.invitations.remove(&account);
        for row in self.invitations.values_mut() {
            row.inviter = row.inviter.filter(|inviter| *inviter != account);
        }
    }
}

#[async_trait]
impl InvitationStore for MemoryStore {
    async fn invite_code(&self, account: AccountId, offered: &str) -> StoreResult<InviteCodeOutcome> {
        let mut state = self.lock()?;
        if !state.is_there(account) {
            return Ok(InviteCodeOutcome::Unknown);
        }
        if let Some(code) = state.invitations.get(&account).and_then(|row| row.code.clone()) {
            return Ok(InviteCodeOutcome::Code(code));
        }
        if state.invited_with(offered).is_some() {
            return Ok(InviteCodeOutcome::Taken);
        }
        state.invitations.entry(account).or_default().code = Some(offered.to_owned());
        Ok(InviteCodeOutcome::Code(offered.to_owned()))
    }

    async fn link_inviter(&self, account: AccountId, code: &str) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let inviter = state.invited_with(code).filter(|inviter| *inviter != account);
        let Some(inviter) = inviter.filter(|_| state.is_there(account)) else { return Ok(false) };
        let row = state.invitations.entry(account).or_default();
        let is_new = row.inviter.is_none();
        row.inviter.get_or_insert(inviter);
        Ok(is_new)
    }

    async fn inviter(&self, account: AccountId) -> StoreResult<Option<AccountId>> {
        Ok(self.lock()?.invitations.get(&account).and_then(|row| row.inviter))
    }
}
