//! Accounts and identities in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::{AccountRow, MemoryStore, ProfileRow, State, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{Account, AccountStatus, ConversationKind, Identity, IdentityKind},
    store::{
        AccountRecord, AccountStore, CreateOutcome, NewAccount, NewIdentities, SetIdentitiesOutcome,
        SetIdentityOutcome, decision::one_identity_a_kind,
    },
};

#[async_trait]
impl AccountStore for MemoryStore {
    async fn create_account(&self, new: NewAccount) -> StoreResult<CreateOutcome> {
        one_identity_a_kind(&new.identities)?;
        let mut state = self.lock()?;
        for identity in &new.identities {
            if let Some(by) = state.identities.get(&(identity.kind, identity.folded.clone())) {
                return Ok(CreateOutcome::Taken { kind: identity.kind, by: *by });
            }
        }
        let id = next(&mut state.last_account, AccountId::new)?;
        for identity in &new.identities {
            state.identities.insert((identity.kind, identity.folded.clone()), id);
        }
        let row = AccountRow {
            status: AccountStatus::Active,
            password_hash: new.password_hash,
            created_at: new.at,
            identities: new.identities.into_iter().map(|identity| (identity.kind, identity)).collect(),
        };
        let account = row.account(id);
        state.accounts.insert(id, row);
        state.profiles.insert(
            id,
            ProfileRow {
                version: 1,
                profile: new.profile,
                updated_at: new.at,
                last_active_at: new.at,
                views: 0,
            },
        );
        Ok(CreateOutcome::Created(account))
    }

    async fn account(&self, id: AccountId) -> StoreResult<Option<Account>> {
        Ok(self.lock()?.accounts.get(&id).map(|row| row.account(id)))
    }

    async fn accounts(&self, ids: &[AccountId]) -> StoreResult<Vec<Account>> {
        let state = self.lock()?;
        let ids: BTreeSet<AccountId> = ids.iter().copied().collect();
        Ok(ids.into_iter().filter_map(|id| Some(state.accounts.get(&id)?.account(id))).collect())
    }

    async fn account_by_identity(&self, kind: IdentityKind, folded: &str) -> StoreResult<Option<Account>> {
        let state = self.lock()?;
        let owner = state.identities.get(&(kind, folded.to_owned()));
        Ok(owner.and_then(|id| state.accounts.get(id).map(|row| row.account(*id))))
    }

    async fn record(&self, id: AccountId) -> StoreResult<Option<AccountRecord>> {
        let state = self.lock()?;
        let (row, profile) = (state.accounts.get(&id), state.profiles.get(&id));
        Ok(row.zip(profile).map(|(row, profile)| AccountRecord {
            account: row.account(id),
            identities: row.identities.values().cloned().collect(),
            profile: profile.versioned(),
        }))
    }

    async fn identities(&self, id: AccountId) -> StoreResult<Vec<Identity>> {
        let state = self.lock()?;
        Ok(state.accounts.get(&id).map(|row| row.identities.values().cloned().collect()).unwrap_or_default())
    }

    async fn identities_of_kind(
        &self,
        kind: IdentityKind,
        ids: &[AccountId],
    ) -> StoreResult<Vec<(AccountId, Identity)>> {
        let state = self.lock()?;
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let identity = |id: AccountId| Some((id, state.accounts.get(&id)?.identities.get(&kind)?.clone()));
        Ok(ids.into_iter().filter_map(identity).collect())
    }

    async fn set_status(&self, id: AccountId, status: AccountStatus, at: Millis) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let Some(row) = state.accounts.get_mut(&id) else { return Ok(false) };
        if row.status == AccountStatus::Deleted || row.status == status {
            return Ok(false);
        }
        row.status = status;
        if status != AccountStatus::Active {
            state.end_sessions(id, None);
        }
        if status == AccountStatus::Deleted {
            erase(&mut state, id, at);
        }
        Ok(true)
    }

    async fn set_identity(
        &self,
        id: AccountId,
        identity: Identity,
        at: Millis,
    ) -> StoreResult<SetIdentityOutcome> {
        let mut state = self.lock()?;
        let name = (identity.kind, identity.folded.clone());
        match state.identities.get(&name) {
            Some(by) if *by != id => return Ok(SetIdentityOutcome::Taken(*by)),
            _ => {}
        }
        let Some(row) = state.accounts.get_mut(&id).filter(|row| row.status != AccountStatus::Deleted) else {
            return Ok(SetIdentityOutcome::Unknown);
        };
        if let Some(former) = row.identities.insert(identity.kind, identity) {
            state.identities.remove(&(former.kind, former.folded));
        }
        state.identities.insert(name, id);
        if let Some(profile) = state.profiles.get_mut(&id) {
            profile.updated_at = at;
        }
        Ok(SetIdentityOutcome::Set)
    }

    async fn set_identities(&self, new: NewIdentities) -> StoreResult<SetIdentitiesOutcome> {
        one_identity_a_kind(&new.identities)?;
        let mut state = self.lock()?;
        let taken = |identity: &&Identity| {
            let owner = state.identities.get(&(identity.kind, identity.folded.clone()));
            owner.is_some_and(|owner| *owner != new.account)
        };
        if let Some(taken) = new.identities.iter().find(taken) {
            return Ok(SetIdentitiesOutcome::Taken(taken.kind));
        }
        let row = state.accounts.get_mut(&new.account).filter(|row| row.status != AccountStatus::Deleted);
        let Some(row) = row else { return Ok(SetIdentitiesOutcome::Unknown) };
        if new.password_hash.is_some() && row.password_hash.is_some() {
            return Ok(SetIdentitiesOutcome::HasPassword);
        }
        row.password_hash = new.password_hash.or(row.password_hash.take());
        let mut former = Vec::new();
        for identity in &new.identities {
            former.extend(row.identities.insert(identity.kind, identity.clone()));
        }
        for former in former {
            state.identities.remove(&(former.kind, former.folded));
        }
        for identity in new.identities {
            state.identities.insert((identity.kind, identity.folded), new.account);
        }
        if let Some(profile) = state.profiles.get_mut(&new.account) {
            profile.updated_at = new.at;
        }
        Ok(SetIdentitiesOutcome::Set)
    }

    async fn password_hash(&self, id: AccountId) -> StoreResult<Option<String>> {
        Ok(self.lock()?.accounts.get(&id).and_then(|row| row.password_hash.clone()))
    }

    async fn replace_password_hash(&self, id: AccountId, expected: &str, new: &str) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let hash = state.accounts.get_mut(&id).and_then(|row| row.password_hash.as_mut());
        let Some(hash) = hash.filter(|hash| *hash == expected) else { return Ok(false) };
        new.clone_into(hash);
        Ok(true)
    }
}

/// Takes away all of an account but its number and what others received from it.
fn erase(state: &mut State, id: AccountId, at: Millis) {
    state.keep_direct(id);
    if let Some(row) = state.accounts.get_mut(&id) {
        row.password_hash = None;
        row.identities.clear();
    }
    state.devices.remove(&id);
    state.erase_invitations(id);
    state.identities.retain(|_, owner| *owner != id);
    state.profiles.remove(&id);
    state.erase_album(id, at);

    for target in state.interactions.remove(&id).unwrap_or_default().into_keys() {
        if let Some(deciders) = state.deciders.get_mut(&target) {
            deciders.remove(&id);
        }
    }
    for actor in state.deciders.remove(&id).unwrap_or_default() {
        if let Some(decisions) = state.interactions.get_mut(&actor) {
            decisions.remove(&id);
        }
    }

    for decisions in state.unseen_likes.values_mut() {
        decisions.remove(&id);
    }
    state.unseen_likes.remove(&id);
    state.super_likes.remove(&id);
    for (_, targets) in state.super_likes.values_mut() {
        targets.remove(&id);
    }

    for matched in state.matches_of.remove(&id).unwrap_or_default() {
        state.contact_requests.retain(|(of, _)| *of != matched);
        let Some(gone) = state.matches.remove(&matched) else { continue };
        let theirs = gone.partner_of(id).and_then(|other| state.matches_of.get_mut(&other));
        if let Some(matches) = theirs {
            matches.remove(&matched);
        }
    }
    state.match_of_pair.retain(|pair, _| !pair.contains(id));

    state.forget_daily(id);
    state.memberships.remove(&id);
    state.reports.retain(|_, report| report.reporter != id && report.target != id);
    for entry in state.audit.values_mut().filter(|entry| entry.account == Some(id)) {
        entry.detail.clear();
    }

    state.leave_events(id, at);

    state.blocks.remove(&id);
    for blocked in state.blocks.values_mut() {
        blocked.remove(&id);
    }

    for thread in state.conversations.values_mut() {
        thread.marks.retain(|(account, _), _| *account != id);
        match thread.conversation.kind {
            ConversationKind::Direct(pair) => {
                if pair.contains(id) && thread.conversation.closed_at.is_none() {
                    thread.conversation.closed_at = Some(at);
                }
            }
            ConversationKind::Group => {
                thread.depart(id, at);
            }
            ConversationKind::Assistant => {}
        }
    }
    state.erase_dialogues(id);
}
