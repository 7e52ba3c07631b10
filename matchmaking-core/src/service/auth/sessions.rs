//! Sessions as their owner sees them.

use super::{Auth, Caller};
use crate::{
    error::StoreResult,
    ids::{AccountId, SessionId},
    model::{SeenDevice, Session},
};

impl Auth {
    /// The sessions of an account, the last refreshed first.
    pub async fn sessions(&self, account: AccountId) -> StoreResult<Vec<Session>> {
        self.stores.sessions.sessions(account, self.clock.now()).await
    }

    /// The devices on which an account was logged in to, the last seen first.
    pub async fn devices(&self, account: AccountId) -> StoreResult<Vec<SeenDevice>> {
        self.stores.sessions.devices(account).await
    }

    /// Ends a session of this account; tells whether there was one. Its tokens are worth nothing from then on, and its
    /// sockets end.
    pub async fn end_session(&self, account: AccountId, session: SessionId) -> StoreResult<bool> {
        let ended = self.stores.sessions.end_session(account, session).await?;
        self.hub.end_session(account, session);
        Ok(ended)
    }

    /// Ends the session of whoever calls.
    pub async fn log_out(&self, caller: Caller) -> StoreResult<()> {
        self.end_session(caller.account, caller.session).await.map(drop)
    }
}
