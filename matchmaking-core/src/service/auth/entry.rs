//! Registering and logging in.

use std::fmt;

use super::{
    Auth, CodeRefusal, EnterError, TokenPair, open,
    refresh::{RefreshToken, end_of},
};
use crate::{
    clock::Millis,
    ids::{AccountId, SessionId},
    model::{Account, AccountStatus, CodePurpose, Device, Identity, IdentityKind, Profile},
    service::{accounts::rehash, passwords::Verdict},
    store::{CreateOutcome, NewAccount, NewSession},
};

/// Who wants an account. The telephone and the password are good ones: see
/// [`is_phone`](crate::model::account::is_phone) and [`is_password`](crate::model::account::is_password).
#[derive(Clone, PartialEq, Eq)]
pub struct Registration {
    /// The telephone.
    pub phone: String,
    /// The code that was sent there.
    pub code: String,
    /// The password.
    pub password: String,
    /// The invite code of whoever told them, if they have one; one that nobody has counts as none.
    pub invite_code: Option<String>,
    /// On what they are.
    pub device: Device,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").finish_non_exhaustive()
    }
}

/// By what somebody shows that an account is theirs.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// Its password.
    Password(String),
    /// A code that was sent to its telephone.
    Code(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password(…)",
            Self::Code(_) => "Code(…)",
        })
    }
}

/// Somebody who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The account.
    pub account: AccountId,
    /// The session that was opened.
    pub session: SessionId,
    /// Its tokens.
    pub tokens: TokenPair,
    /// Whether the account shows this device for the first time.
    pub is_new_device: bool,
    /// When the account was made.
    pub created_at: Millis,
}

impl Auth {
    /// Makes an account and opens its first session. That the telephone is registered is told before the code is looked
    /// at; of two who register it at the same moment one does.
    pub async fn register(&self, new: Registration) -> Result<Entered, EnterError> {
        if self.by_phone(&new.phone).await?.is_some() {
            return Err(EnterError::Registered);
        }
        // Whoever finds no room must not lose their code.
        let turn = self.passwords.turn().await?;
        self.spend_code(&new.phone, CodePurpose::Register, &new.code).await??;
        let password_hash = Some(turn.hash(&new.password).await?);
        drop(turn);
        let mark = self.codes.phone_mark(&new.phone);
        let identities = vec![Identity::new(IdentityKind::Phone, new.phone)];
        let account =
            NewAccount { identities, password_hash, profile: Profile::default(), at: self.clock.now() };
        let account = match self.stores.accounts.create_account(account).await? {
            CreateOutcome::Created(account) => account,
            CreateOutcome::Taken { .. } => return Err(EnterError::Registered),
        };
        // Whose telephone it is has been shown: failures of whoever had it before, or tried to, are nothing to them.
        self.stores.logins.unlock_login(&mark, self.clock.now()).await?;
        self.people.refresh(account.id).await?;
        if let Some(code) = new.invite_code {
            self.invited(account.id, &code).await;
        }
        self.open_session(&account, None, new.device).await
    }

    /// Opens a session of the account with this telephone. With every fifth wrong password in a row nobody gets in for
    /// a while, by a code neither: see [`LoginStore::record_login`](crate::store::LoginStore::record_login).
    pub async fn log_in(
        &self,
        phone: &str,
        credential: Credential,
        device: Device,
    ) -> Result<Entered, EnterError> {
        self.sweep().await;
        // Whoever is refused anyway must not take a turn from others.
        open(self.stores.logins.login_gate(&self.codes.phone_mark(phone), self.clock.now()).await?)?;
        let (account, password) = match credential {
            Credential::Password(password) => {
                let (account, hash) = self.by_password(phone, &password).await?;
                (account, Some(hash))
            }
            Credential::Code(code) => {
                self.spend_code(phone, CodePurpose::Login, &code).await??;
                (self.by_phone(phone).await?.ok_or(CodeRefusal::Wrong)?, None)
            }
        };
        if account.status != AccountStatus::Active {
            return Err(EnterError::Locked);
        }
        self.open_session(&account, password, device).await
    }

    /// The account with this telephone, if this is its password; with the password's hash.
    async fn by_password(&self, phone: &str, password: &str) -> Result<(Account, String), EnterError> {
        let account = self.by_phone(phone).await?;
        let hash = match &account {
            Some(account) => self.stores.accounts.password_hash(account.id).await?,
            None => None,
        };
        let turn = self.passwords.turn().await?;
        let verdict = turn.verify(hash.as_deref(), password).await?;
        let is_right = verdict != Verdict::Wrong && account.is_some();
        // What it has come to is told only if it counts: of many who try at once, no more than are counted learn
        // anything.
        let mark = self.codes.phone_mark(phone);
        open(self.stores.logins.record_login(&mark, is_right, self.clock.now()).await?)?;
        let (Some(account), Some(hash)) = (account.filter(|_| is_right), hash) else {
            return Err(EnterError::Wrong);
        };
        let hash = match verdict {
            Verdict::Outdated => {
                rehash(&self.stores, account.id, &hash, password, &turn).await.unwrap_or(hash)
            }
            Verdict::Right | Verdict::Wrong => hash,
        };
        Ok((account, hash))
    }

    /// Opens a session for whoever has shown a password with this hash, or a code.
    async fn open_session(
        &self,
        account: &Account,
        password: Option<String>,
        device: Device,
    ) -> Result<Entered, EnterError> {
        let at = self.clock.now();
        let first = RefreshToken::first(account.id);
        let family = first.family();
        let new = NewSession { account: account.id, family, device, password, at, expires_at: end_of(at) };
        let Some(opened) = self.stores.sessions.open_session(new).await? else {
            // In between it was locked, or deleted, or another password was set.
            let account = self.stores.accounts.account(account.id).await?;
            let is_locked = account.is_some_and(|account| account.status == AccountStatus::Locked);
            return Err(if is_locked { EnterError::Locked } else { EnterError::Wrong });
        };
        let tokens = TokenPair {
            access: self.tokens.issue_for_session(account.id, opened.id),
            refresh: self.refresh.text(&first),
        };
        Ok(Entered {
            account: account.id,
            session: opened.id,
            tokens,
            is_new_device: opened.is_new_device,
            created_at: account.created_at,
        })
    }
}
