//! Sessions, devices and new passwords in memory.

use std::cmp::Reverse;

use async_trait::async_trait;

use super::{MemoryStore, State, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, SessionId},
    model::{AccountStatus, SeenDevice, Session},
    store::{
        Access, DEVICES_PER_ACCOUNT_MAX, NewPassword, NewSession, OpenedSession, RefreshOutcome,
        SESSIONS_PER_ACCOUNT_MAX, SessionStore,
        decision::{Refresh, fits, refresh},
    },
};

/// A session with what is known of its tokens.
#[derive(Debug)]
pub(super) struct SessionRow {
    session: Session,
    family: String,
    generation: i64,
}

impl State {
    /// Ends the sessions of an account but for the one that is kept.
    pub(super) fn end_sessions(&mut self, account: AccountId, keep: Option<SessionId>) {
        self.keep_sessions(|session| session.account != account || Some(session.id) == keep);
    }

    /// Ends all sessions but those for which this holds; returns how many.
    fn keep_sessions(&mut self, stays: impl Fn(&Session) -> bool) -> usize {
        let known = self.sessions.len();
        self.sessions.retain(|_, row| stays(&row.session));
        self.families.retain(|_, id| self.sessions.contains_key(id));
        known - self.sessions.len()
    }

    /// Ends a session; tells whether there was one.
    fn remove_session(&mut self, id: SessionId) -> bool {
        let Some(row) = self.sessions.remove(&id) else { return false };
        self.families.remove(&row.family);
        true
    }

    /// The sessions of an account, the last refreshed first, then the last opened.
    fn sessions_of(&self, account: AccountId) -> Vec<Session> {
        let mut found: Vec<Session> = self
            .sessions
            .values()
            .filter(|row| row.session.account == account)
            .map(|row| row.session.clone())
            .collect();
        found.sort_by_key(|session| Reverse((session.refreshed_at, session.id)));
        found
    }

    /// Whether the account shows this device for the first time; from now on it is known.
    fn see(&mut self, new: &NewSession) -> bool {
        let Some(name) = new.device.device_id.clone() else { return false };
        let devices = self.devices.entry(new.account).or_default();
        let first_seen_at = devices.get(&name).map(|seen| seen.first_seen_at);
        let seen = SeenDevice {
            device: new.device.clone(),
            first_seen_at: first_seen_at.unwrap_or(new.at),
            last_seen_at: new.at,
        };
        devices.insert(name.clone(), seen);
        while devices.len() > DEVICES_PER_ACCOUNT_MAX {
            let others = devices.iter().filter(|(other, _)| **other != name);
            let Some(oldest) = others.min_by_key(|(name, seen)| (seen.last_seen_at, Reverse(*name))) else {
                break;
            };
            let oldest = oldest.0.clone();
            devices.remove(&oldest);
        }
        first_seen_at.is_none()
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn open_session(&self, new: NewSession) -> StoreResult<Option<OpenedSession>> {
        let mut state = self.lock()?;
        let hash = state.accounts.get(&new.account).and_then(|row| row.password_hash.clone());
        let is_right = new.password.is_none() || new.password == hash;
        if !is_right || state.status(new.account) != Some(AccountStatus::Active) {
            return Ok(None);
        }
        for session in state.sessions_of(new.account).into_iter().skip(SESSIONS_PER_ACCOUNT_MAX - 1) {
            state.remove_session(session.id);
        }
        let is_new_device = state.see(&new);
        let id = next(&mut state.last_session, SessionId::new)?;
        let session = Session {
            id,
            account: new.account,
            device: new.device,
            opened_at: new.at,
            refreshed_at: new.at,
            expires_at: new.expires_at,
        };
        state.families.insert(new.family.clone(), id);
        state.sessions.insert(id, SessionRow { session, family: new.family, generation: 0 });
        Ok(Some(OpenedSession { id, is_new_device }))
    }

    async fn refresh_session(
        &self,
        family: &str,
        generation: i64,
        at: Millis,
        expires_at: Millis,
    ) -> StoreResult<RefreshOutcome> {
        let mut state = self.lock()?;
        let id = state.families.get(family).copied();
        let Some(row) = id.and_then(|id| state.sessions.get_mut(&id)) else {
            return Ok(RefreshOutcome::Unknown);
        };
        let session = &mut row.session;
        let (id, account) = (session.id, session.account);
        let decision = refresh(generation, row.generation, session.refreshed_at, session.expires_at, at);
        Ok(match decision {
            Refresh::Next => {
                row.generation += 1;
                session.refreshed_at = at;
                session.expires_at = expires_at;
                RefreshOutcome::Refreshed { session: id, account, generation: row.generation }
            }
            Refresh::Same => RefreshOutcome::Refreshed { session: id, account, generation: row.generation },
            Refresh::Expired => RefreshOutcome::Expired,
            Refresh::Reused => {
                state.remove_session(id);
                RefreshOutcome::Reused { account }
            }
            Refresh::Unknown => RefreshOutcome::Unknown,
        })
    }

    async fn access(&self, account: AccountId, session: SessionId) -> StoreResult<Option<Access>> {
        let state = self.lock()?;
        let has_session = state.sessions.get(&session).is_some_and(|row| row.session.account == account);
        Ok(state.accounts.get(&account).map(|row| Access { account: row.account(account), has_session }))
    }

    async fn sessions(&self, account: AccountId, at: Millis) -> StoreResult<Vec<Session>> {
        let mut found = self.lock()?.sessions_of(account);
        found.retain(|session| at < session.expires_at);
        Ok(found)
    }

    async fn end_session(&self, account: AccountId, session: SessionId) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let is_theirs = state.sessions.get(&session).is_some_and(|row| row.session.account == account);
        Ok(is_theirs && state.remove_session(session))
    }

    async fn set_password(&self, new: NewPassword) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let row = state.accounts.get_mut(&new.account).filter(|row| row.status != AccountStatus::Deleted);
        let Some(row) = row.filter(|row| fits(&new.former, row.password_hash.as_deref())) else {
            return Ok(false);
        };
        row.password_hash = Some(new.hash);
        state.end_sessions(new.account, new.keep);
        Ok(true)
    }

    async fn devices(&self, account: AccountId) -> StoreResult<Vec<SeenDevice>> {
        let state = self.lock()?;
        let mut found: Vec<SeenDevice> = state
            .devices
            .get(&account)
            .map(|devices| devices.values().cloned().collect())
            .unwrap_or_default();
        found.sort_by_key(|seen| Reverse(seen.last_seen_at));
        Ok(found)
    }

    async fn forget_sessions(&self, before: Millis) -> StoreResult<u64> {
        Ok(self.lock()?.keep_sessions(|session| session.expires_at >= before) as u64)
    }
}
