//! Accounts of the platform: known by a verified telephone, entered by a password or by a code that was sent there,
//! and held open by sessions that can be ended.
//!
//! An access token is worth what its account and its session are worth at that moment. A refresh token is good once;
//! one that comes again ends the session, because somebody else must have it.

mod codes;
mod entry;
mod invitations;
mod passwords;
mod refresh;
mod sessions;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono_tz::Tz;

use super::{
    passwords::{PasswordError, Passwords},
    people::People,
    tokens::{TokenError, TokenKey, Tokens},
};
use crate::{
    clock::{Clock, Millis},
    error::{StoreError, StoreResult},
    ids::{AccountId, SessionId},
    model::{Account, AccountStatus, IdentityKind},
    ports::sms::{SmsError, SmsSender},
    realtime::Hub,
    store::{LoginGate, SpendOutcome, Stores},
};

pub use codes::{CODE_LIFE_SECONDS, SEND_INTERVAL_SECONDS};
pub use entry::{Credential, Entered, Registration};
pub use invitations::INVITE_CODE_CHARS;
pub use passwords::{IdentitiesView, NewNames};
pub use refresh::{REFRESH_DAYS, REFRESH_TOKEN_BYTES_MAX};
pub use sessions::SOCKETS_CHECKED_EVERY;

/// How often what is over is forgotten, in milliseconds: once an hour, by whoever comes then.
const SWEEP_EVERY_MILLIS: i64 = 3_600_000;

/// After how long nothing that is known of a telephone matters any more, in milliseconds: two days.
const PHONE_MATTERS_MILLIS: i64 = 2 * 86_400_000;

/// For how long a session that was not refreshed in time is still told as expired, in milliseconds: a week.
const EXPIRED_KEPT_MILLIS: i64 = 7 * 86_400_000;

/// Who holds an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// The session that the token belongs to.
    pub session: SessionId,
}

/// Both tokens of a session.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenPair {
    /// For every request.
    pub access: String,
    /// For the next pair, once.
    pub refresh: String,
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenPair(…)")
    }
}

/// Why a code is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    /// It is not the one that was sent last, or its time is over, or it was used.
    #[error("wrong code")]
    Wrong,
    /// There were too many wrong ones today.
    #[error("too many wrong codes today")]
    Burnt,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum SendCodeError {
    /// Whoever wants to register has an account.
    #[error("the telephone is registered")]
    Registered,
    /// Too many codes, or too soon after the last one.
    #[error("too many codes, try again in {retry_after} s")]
    TooMany {
        /// Seconds until the next may be sent; at least 1.
        retry_after: u64,
    },
    /// Whoever delivers text messages did not take it.
    #[error(transparent)]
    Sms(#[from] SmsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nobody was let in. Nothing in it tells whether there is such an account, but to whoever showed that it is theirs.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// Whoever wants to register has an account.
    #[error("the telephone is registered")]
    Registered,
    /// The code is not good.
    #[error(transparent)]
    Code(#[from] CodeRefusal),
    /// There is no such account, or it has no password, or another one.
    #[error("wrong telephone or password")]
    Wrong,
    /// Too many logins failed, or an administrator has locked the account, or it takes no part.
    #[error("the account is locked")]
    Locked,
    /// Too many passwords are being hashed; in a second or two there may be room.
    #[error("too busy")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a token is nobody's.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// It is not one of ours, or of another kind, or spent, or its session was ended.
    #[error("bad token")]
    Bad,
    /// It was good until its time was over.
    #[error("expired token")]
    Expired,
    /// An administrator has locked the account.
    #[error("the account is locked")]
    Locked,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why somebody who is let in may not do what takes the password, too.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The password is another.
    #[error("wrong password")]
    WrongPassword,
    /// It was wrong too often.
    #[error("too many wrong passwords, try again in {retry_after} s")]
    TooManyTries {
        /// Seconds until it may be tried again; at least 1.
        retry_after: u64,
    },
    /// Somebody else has the user name.
    #[error("the user name is taken")]
    UsernameTaken,
    /// Somebody else has the e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The account was deleted meanwhile.
    #[error("unknown account")]
    Unknown,
    /// Too many passwords are being hashed; in a second or two there may be room.
    #[error("too busy")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TokenError> for SessionError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Bad => Self::Bad,
            TokenError::Expired => Self::Expired,
        }
    }
}

impl From<PasswordError> for EnterError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            error => Self::Store(error.into()),
        }
    }
}

impl From<PasswordError> for ConfirmError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            error => Self::Store(error.into()),
        }
    }
}

/// Lets people in by their telephones. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    stores: Stores,
    people: People,
    passwords: Passwords,
    tokens: Tokens,
    refresh: refresh::RefreshTokens,
    codes: codes::CodeKey,
    sms: Arc<dyn SmsSender>,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
    time_zone: Tz,
    limits_codes: bool,
    swept_at: Arc<AtomicI64>,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").finish_non_exhaustive()
    }
}

/// What the service stands on.
pub(super) struct Parts<'a> {
    pub(super) stores: Stores,
    pub(super) people: People,
    pub(super) passwords: Passwords,
    pub(super) tokens: Tokens,
    pub(super) sms: Arc<dyn SmsSender>,
    pub(super) hub: Arc<Hub>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) time_zone: Tz,
    pub(super) token_key: &'a TokenKey,
    pub(super) limits_codes: bool,
}

impl Auth {
    pub(super) fn new(parts: Parts<'_>) -> Self {
        let Parts { stores, people, passwords, tokens, sms, hub, clock, time_zone, token_key, limits_codes } =
            parts;
        Self {
            stores,
            people,
            passwords,
            tokens,
            refresh: refresh::RefreshTokens::new(token_key),
            codes: codes::CodeKey::new(token_key),
            sms,
            hub,
            clock,
            time_zone,
            limits_codes,
            swept_at: Arc::default(),
        }
    }

    /// Whose access token it is.
    pub async fn authenticate(&self, token: &str) -> Result<Caller, SessionError> {
        let caller = self.tokens.check_session(token)?;
        self.check(caller).await?;
        Ok(caller)
    }

    /// Whether the session of somebody who was let in goes on.
    pub async fn check(&self, caller: Caller) -> Result<(), SessionError> {
        let access = self.stores.sessions.access(caller.account, caller.session).await?;
        match access.map(|access| (access.account.status, access.has_session)) {
            Some((AccountStatus::Locked, _)) => Err(SessionError::Locked),
            Some((AccountStatus::Active, true)) => Ok(()),
            _ => Err(SessionError::Bad),
        }
    }

    /// The account with this telephone, whatever its status.
    async fn by_phone(&self, phone: &str) -> StoreResult<Option<Account>> {
        self.stores.accounts.account_by_identity(IdentityKind::Phone, phone).await
    }

    /// Forgets what is over, once in a while. That it fails is nothing for whoever happened to come by.
    async fn sweep(&self) {
        let now = self.clock.now();
        let last = self.swept_at.load(Ordering::Relaxed);
        let is_due = !(0..SWEEP_EVERY_MILLIS).contains(&now.since(Millis(last)));
        let swaps =
            || self.swept_at.compare_exchange(last, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if is_due && swaps() {
            let swept = tokio::try_join!(
                self.stores.logins.forget_phones(now.plus(-PHONE_MATTERS_MILLIS)),
                self.stores.sessions.forget_sessions(now.plus(-EXPIRED_KEPT_MILLIS)),
            );
            if let Err(error) = swept {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "what is over of logins was not forgotten");
            }
        }
    }
}

/// The seconds until a moment, at least 1.
fn seconds_until(until: Millis, now: Millis) -> u64 {
    until.since(now).max(1).cast_unsigned().div_ceil(1_000)
}

impl From<SpendOutcome> for Result<(), CodeRefusal> {
    fn from(outcome: SpendOutcome) -> Self {
        match outcome {
            SpendOutcome::Spent => Ok(()),
            SpendOutcome::Wrong => Err(CodeRefusal::Wrong),
            SpendOutcome::Burnt => Err(CodeRefusal::Burnt),
        }
    }
}

/// Whether somebody may log in at all.
fn open(gate: LoginGate) -> Result<(), EnterError> {
    match gate {
        LoginGate::Open => Ok(()),
        LoginGate::Locked { .. } => Err(EnterError::Locked),
    }
}

#[cfg(test)]
mod tests;
