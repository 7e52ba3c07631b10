//! The store of sessions, devices, and passwords that end sessions.

use async_trait::async_trait;

use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, SessionId},
    model::{Account, Device, SeenDevice, Session},
};

/// How many sessions an account has at most. Opening one more ends the one that was refreshed longest ago.
pub const SESSIONS_PER_ACCOUNT_MAX: usize = 100;

/// How many devices of an account are remembered. The one that was seen longest ago is forgotten first.
pub const DEVICES_PER_ACCOUNT_MAX: usize = 200;

/// For how long after a refresh the same token gets the same successor again, in milliseconds: the answer may have been
/// lost on its way.
pub const REFRESH_REPEAT_MILLIS: i64 = 10_000;

/// A session to be opened.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Whose.
    pub account: AccountId,
    /// The hash of the secret that all its refresh tokens share, unique.
    pub family: String,
    /// On what.
    pub device: Device,
    /// The hash of the password that opens it, if one does. It opens nothing once another one is set.
    pub password: Option<String>,
    /// The present moment.
    pub at: Millis,
    /// When it ends unless it is refreshed.
    pub expires_at: Millis,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("account", &self.account).finish_non_exhaustive()
    }
}

/// A session that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedSession {
    /// Its identifier.
    pub id: SessionId,
    /// Whether the account shows this device for the first time; never for one without a name.
    pub is_new_device: bool,
}

/// What became of a refresh token that was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// It is spent; the session goes on with the token of this generation. A repetition within
    /// [`REFRESH_REPEAT_MILLIS`] is told the same.
    Refreshed {
        /// Which session it is.
        session: SessionId,
        /// Whose.
        account: AccountId,
        /// The number of the token that is good now; the first has 0.
        generation: i64,
    },
    /// It was spent before, so that somebody has a token that is not theirs: the session is ended.
    Reused {
        /// Whose session it was.
        account: AccountId,
    },
    /// The session was not refreshed in time.
    Expired,
    /// There is no such session, any more or at all.
    Unknown,
}

/// What an access token is worth at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The account, whatever its status.
    pub account: Account,
    /// Whether the session goes on.
    pub has_session: bool,
}

/// What an account's password must be for it to be replaced.
#[derive(Clone, PartialEq, Eq)]
pub enum FormerPassword {
    /// Whatever it is.
    Any,
    /// There is none.
    None,
    /// The one with this hash.
    Hash(String),
}

impl std::fmt::Debug for FormerPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Any => "Any",
            Self::None => "None",
            Self::Hash(_) => "Hash(…)",
        })
    }
}

/// A password to be set.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// Whose.
    pub account: AccountId,
    /// In place of what.
    pub former: FormerPassword,
    /// The hash of the new one, in PHC form.
    pub hash: String,
    /// The session that goes on, if one does.
    pub keep: Option<SessionId>,
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPassword").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Keeps sessions and devices. A session ends when it is told to, when its account is locked, deactivated or deleted,
/// and when a new password does not keep it; nothing is left of one that ended.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Opens a session of an active account, and remembers its device if it has a name; `None` when the account is
    /// unknown or takes no part, even if it is locked at the same moment.
    async fn open_session(&self, new: NewSession) -> StoreResult<Option<OpenedSession>>;

    /// Spends the refresh token of this family and generation; the session then lasts until `expires_at`. Of many who
    /// present one token at the same moment all are told the same successor. A token that was spent, and is not
    /// repeated by the rule of [`RefreshOutcome::Refreshed`], ends the session.
    async fn refresh_session(
        &self,
        family: &str,
        generation: i64,
        at: Millis,
        expires_at: Millis,
    ) -> StoreResult<RefreshOutcome>;

    /// What the access token of a session of this account is worth; `None` for an account that nobody has.
    async fn access(&self, account: AccountId, session: SessionId) -> StoreResult<Option<Access>>;

    /// The sessions of an account that go on at this moment, the last refreshed first, then the last opened.
    async fn sessions(&self, account: AccountId, at: Millis) -> StoreResult<Vec<Session>>;

    /// Ends a session of this account; tells whether there was one.
    async fn end_session(&self, account: AccountId, session: SessionId) -> StoreResult<bool>;

    /// Sets a password, unless the former one is another than was expected or the account is deleted, and ends every
    /// session but the one that is kept, in the same step. Tells whether it was set. Of two at the same moment that
    /// expect the same former one, one is set.
    async fn set_password(&self, new: NewPassword) -> StoreResult<bool>;

    /// The devices of an account that have a name, the last seen first, then by name.
    async fn devices(&self, account: AccountId) -> StoreResult<Vec<SeenDevice>>;

    /// Forgets the sessions that ended before this moment because nobody refreshed them; returns how many.
    async fn forget_sessions(&self, before: Millis) -> StoreResult<u64>;
}
