//! What takes the password, or sets one.

use std::fmt;

use super::{Auth, Caller, CodeRefusal, ConfirmError, EnterError, seconds_until};
use crate::{
    ids::AccountId,
    model::{AccountStatus, CodePurpose, Identity, IdentityKind},
    service::passwords::{Turn, Verdict},
    store::{FormerPassword, LoginGate, NewIdentities, NewPassword, SetIdentitiesOutcome},
};

/// Names to be added to an account. They are good ones: see [`is_username`](crate::model::account::is_username),
/// [`is_email`](crate::model::account::is_email) and [`is_password`](crate::model::account::is_password).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewNames {
    /// The user name, if one is to be added or replaced.
    pub username: Option<String>,
    /// The e-mail address, likewise.
    pub email: Option<String>,
    /// The first password of an account that has none; of any other, the one it has.
    pub password: Option<String>,
}

impl fmt::Debug for NewNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewNames").finish_non_exhaustive()
    }
}

/// By what an account is known, for its owner's eyes.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentitiesView {
    /// The telephone.
    pub phone: Option<String>,
    /// The user name.
    pub username: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

impl fmt::Debug for IdentitiesView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentitiesView").finish_non_exhaustive()
    }
}

impl Auth {
    /// Sets a new password by a code that was sent to the telephone. Every session and socket of the account ends, and
    /// failed logins are forgotten.
    pub async fn reset_password(&self, phone: &str, code: &str, new: &str) -> Result<(), EnterError> {
        // Whoever finds no room must not lose their code.
        let turn = self.passwords.turn().await?;
        self.spend_code(phone, CodePurpose::Reset, code).await??;
        let account = self.by_phone(phone).await?.ok_or(CodeRefusal::Wrong)?;
        if account.status != AccountStatus::Active {
            return Err(EnterError::Locked);
        }
        let hash = turn.hash(new).await?;
        let new = NewPassword { account: account.id, former: FormerPassword::Any, hash, keep: None };
        if !self.stores.sessions.set_password(new).await? {
            return Err(CodeRefusal::Wrong.into());
        }
        self.stores.logins.unlock_login(&self.codes.phone_mark(phone), self.clock.now()).await?;
        self.hub.end_account(account.id);
        Ok(())
    }

    /// Sets a new password in place of the old one. Every other session of the account ends, and every socket.
    pub async fn change_password(&self, caller: Caller, old: &str, new: &str) -> Result<(), ConfirmError> {
        let (former, turn) = self.confirm(caller.account, old).await?;
        let hash = turn.hash(new).await?;
        let former = FormerPassword::Hash(former);
        let new = NewPassword { account: caller.account, former, hash, keep: Some(caller.session) };
        // Another one was set meanwhile.
        if !self.stores.sessions.set_password(new).await? {
            return Err(ConfirmError::WrongPassword);
        }
        self.hub.end_account(caller.account);
        Ok(())
    }

    /// Adds names to an account, all or none, by which it is known in the other dialects, too.
    pub async fn add_names(&self, caller: Caller, new: NewNames) -> Result<IdentitiesView, ConfirmError> {
        let account = caller.account;
        let has_password = self.stores.accounts.password_hash(account).await?.is_some();
        let password_hash = match &new.password {
            None => None,
            Some(password) if has_password => {
                self.confirm(account, password).await?;
                None
            }
            Some(password) => Some(self.passwords.hash(password).await?),
        };
        let username = new.username.map(|name| Identity::new(IdentityKind::Username, name));
        let email = new.email.map(|address| Identity::new(IdentityKind::Email, address));
        let identities = username.into_iter().chain(email).collect();
        let new = NewIdentities { account, identities, password_hash, at: self.clock.now() };
        match self.stores.accounts.set_identities(new).await? {
            SetIdentitiesOutcome::Set => {}
            SetIdentitiesOutcome::Taken(IdentityKind::Email) => return Err(ConfirmError::EmailTaken),
            SetIdentitiesOutcome::Taken(_) => return Err(ConfirmError::UsernameTaken),
            SetIdentitiesOutcome::HasPassword => return Err(ConfirmError::WrongPassword),
            SetIdentitiesOutcome::Unknown => return Err(ConfirmError::Unknown),
        }
        let known = self.stores.accounts.identities(account).await?;
        let value = |kind| {
            known.iter().find(|identity: &&Identity| identity.kind == kind).map(|found| found.value.clone())
        };
        Ok(IdentitiesView {
            phone: value(IdentityKind::Phone),
            username: value(IdentityKind::Username),
            email: value(IdentityKind::Email),
        })
    }

    /// Erases an account, for good: its sessions, sockets and matches end at once, and its telephone may register
    /// again. What others received stays theirs.
    pub async fn delete(&self, caller: Caller, password: &str) -> Result<(), ConfirmError> {
        let account = caller.account;
        drop(self.confirm(account, password).await?);
        self.stores.accounts.set_status(account, AccountStatus::Deleted, self.clock.now()).await?;
        self.people.refresh(account).await?;
        self.hub.end_account(account);
        Ok(())
    }

    /// Whether this is the password of an account: its hash, and the turn to hash another. Wrong ones count as failed
    /// logins do.
    async fn confirm(&self, account: AccountId, password: &str) -> Result<(String, Turn), ConfirmError> {
        let too_many = |gate| match gate {
            LoginGate::Open => Ok(()),
            LoginGate::Locked { until } => {
                Err(ConfirmError::TooManyTries { retry_after: seconds_until(until, self.clock.now()) })
            }
        };
        let phones = self.stores.accounts.identities_of_kind(IdentityKind::Phone, &[account]).await?;
        let (_, phone) = phones.into_iter().next().ok_or(ConfirmError::Unknown)?;
        let phone = self.codes.phone_mark(&phone.folded);
        too_many(self.stores.logins.login_gate(&phone, self.clock.now()).await?)?;
        let hash = self.stores.accounts.password_hash(account).await?;
        let turn = self.passwords.turn().await?;
        let verdict = turn.verify(hash.as_deref(), password).await?;
        let is_right = verdict != Verdict::Wrong;
        too_many(self.stores.logins.record_login(&phone, is_right, self.clock.now()).await?)?;
        hash.filter(|_| is_right).map(|hash| (hash, turn)).ok_or(ConfirmError::WrongPassword)
    }
}
