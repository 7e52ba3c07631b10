//! Sessions as their owner sees them.

use std::time::Duration;

use tokio::task::JoinSet;

use super::{Auth, Caller, SessionError};
use crate::{
    error::StoreResult,
    ids::{AccountId, SessionId},
    model::{SeenDevice, Session},
};

/// How often the sessions of open sockets are looked at. A socket outlives a session that another process ended by no
/// more than this.
pub const SOCKETS_CHECKED_EVERY: Duration = Duration::from_secs(5);

/// How many sessions are looked up at the same moment.
const CHECKED_AT_ONCE: usize = 64;

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

    /// Ends the connections of this process whose sessions are over: another process on the same store ended them. It
    /// is the store that says so, because the bus between processes may lose what is told.
    pub(in crate::service) async fn end_lost_sockets(&self) -> StoreResult<()> {
        for some in self.hub.sessions().chunks(CHECKED_AT_ONCE) {
            let mut checks = JoinSet::new();
            for &(account, session) in some {
                let auth = self.clone();
                checks.spawn(async move { auth.end_if_lost(Caller { account, session }).await });
            }
            while let Some(checked) = checks.join_next().await {
                // None panics, and nobody aborts them.
                checked.unwrap_or(Ok(()))?;
            }
        }
        Ok(())
    }

    async fn end_if_lost(&self, caller: Caller) -> StoreResult<()> {
        match self.check(caller).await {
            Ok(()) => {}
            Err(SessionError::Store(error)) => return Err(error),
            Err(SessionError::Bad | SessionError::Locked | SessionError::Expired) => {
                self.hub.end_session(caller.account, caller.session);
            }
        }
        Ok(())
    }

    /// Ends the session of whoever calls.
    pub async fn log_out(&self, caller: Caller) -> StoreResult<()> {
        self.end_session(caller.account, caller.session).await.map(drop)
    }
}
