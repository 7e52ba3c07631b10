//! Accounts with a password: made, logged in to, and known by their tokens.

mod contacts;
mod tries;

use std::{fmt, net::IpAddr, sync::Arc};

use super::{
    passwords::{PasswordError, Passwords, Turn, Verdict},
    people::People,
    tokens::{TokenError, TokenKind, Tokens},
};
use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::{Account, AccountStatus, Identity, IdentityKind, Profile},
    store::{CreateOutcome, NewAccount, SetIdentityOutcome, Stores},
};

pub use contacts::{Contact, FORMER_ACCOUNT};
pub use tries::{LOGIN_FAILURES_KEPT, LOGIN_FAILURES_MAX, LOGIN_WINDOW_MINUTES};

pub(super) use contacts::shown_name;
use tries::Tries;

/// The most bytes of a name that is looked for. No longer one was ever given to anyone.
const NAME_BYTES_MAX: usize = 1_024;

/// Who wants an account. The names are good ones: see [`is_username`](crate::model::account::is_username) and
/// [`is_email`](crate::model::account::is_email).
#[derive(Clone, PartialEq, Eq)]
pub struct Registration {
    /// The user name.
    pub username: String,
    /// The e-mail address, if one is given.
    pub email: Option<String>,
    /// The password, at most [`PASSWORD_MAX_CHARS`](super::passwords::PASSWORD_MAX_CHARS) characters.
    pub password: String,
    /// A telephone number that nobody verified; an empty one counts as none.
    pub contact_phone: Option<String>,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").finish_non_exhaustive()
    }
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Somebody has the user name.
    #[error("the user name is taken")]
    UsernameTaken,
    /// Somebody has the e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Too many passwords are being hashed; in a second or two there may be room.
    #[error("too busy")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What somebody who logs in calls themselves.
#[derive(Clone, PartialEq, Eq)]
pub enum LoginName {
    /// A user name.
    Username(String),
    /// An e-mail address; if nobody has it, a user name.
    EmailOrUsername(String),
}

impl LoginName {
    fn text(&self) -> &str {
        match self {
            Self::Username(name) | Self::EmailOrUsername(name) => name,
        }
    }
}

impl fmt::Debug for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username(_) => "Username(…)",
            Self::EmailOrUsername(_) => "EmailOrUsername(…)",
        })
    }
}

/// Why somebody is not logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// There is no such account, it has no password, it takes no part, or the password is another. Nothing tells which.
    #[error("wrong name or password")]
    Wrong,
    /// There were too many failures under this name from this address.
    #[error("too many failed logins, try again in {retry_after} s")]
    TooManyTries {
        /// Seconds until it may be tried again; at least 1.
        retry_after: u64,
    },
    /// Too many passwords are being hashed; in a second or two there may be room.
    #[error("too busy")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a token is nobody's.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// It is not one of ours, or of another kind, or its account takes no part any more.
    #[error("bad token")]
    Bad,
    /// It was good until its time was over.
    #[error("expired token")]
    Expired,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why somebody keeps their former name.
#[derive(Debug, thiserror::Error)]
pub enum RenameError {
    /// Somebody else has the user name.
    #[error("the user name is taken")]
    Taken,
    /// There is no such account.
    #[error("unknown account")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PasswordError> for RegisterError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            error => Self::Store(error.into()),
        }
    }
}

impl From<PasswordError> for LoginError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            error => Self::Store(error.into()),
        }
    }
}

impl From<TokenError> for AuthError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Bad => Self::Bad,
            TokenError::Expired => Self::Expired,
        }
    }
}

/// Makes accounts, lets their owners in, and shows people to each other by their names. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Accounts {
    stores: Stores,
    people: People,
    passwords: Passwords,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    tries: Arc<Tries>,
}

impl Accounts {
    /// The service over these stores.
    #[must_use]
    pub fn new(
        stores: Stores,
        people: People,
        passwords: Passwords,
        tokens: Tokens,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { stores, people, passwords, tokens, clock, tries: Arc::default() }
    }

    /// Makes an account. Of two who want one name at the same moment one gets it.
    pub async fn register(&self, new: Registration) -> Result<Contact, RegisterError> {
        let mut identities = vec![Identity::new(IdentityKind::Username, new.username)];
        identities.extend(new.email.map(|email| Identity::new(IdentityKind::Email, email)));
        // Asked before the password is hashed, which is by far the dearest; the store decides again.
        for identity in &identities {
            if self.named(identity.kind, &identity.folded).await?.is_some() {
                return Err(taken(identity.kind));
            }
        }
        let password_hash = Some(self.passwords.hash(&new.password).await?);
        let profile = Profile {
            contact_phone: new.contact_phone.filter(|phone| !phone.is_empty()),
            ..Profile::default()
        };
        let account = NewAccount { identities, password_hash, profile, at: self.clock.now() };
        let account = match self.stores.accounts.create_account(account).await? {
            CreateOutcome::Created(account) => account,
            CreateOutcome::Taken { kind, .. } => return Err(taken(kind)),
        };
        self.people.refresh(account.id).await?;
        // Nobody but its owner can have taken it away since, who has not even been told that it is there.
        let missing = || StoreError::Corrupt { table: "profiles", column: "account_id" };
        Ok(self.contact(account.id).await?.ok_or_else(missing)?)
    }

    /// The account of this name, if it is active and this is its password. Failures are counted by name and address:
    /// after [`LOGIN_FAILURES_MAX`] within [`LOGIN_WINDOW_MINUTES`] nobody gets in there until that time is over, with
    /// the right password neither.
    pub async fn log_in(&self, name: LoginName, password: &str, from: IpAddr) -> Result<Contact, LoginError> {
        let too_many = |retry_after| LoginError::TooManyTries { retry_after };
        let folded = Identity::new(IdentityKind::Username, bounded(name.text())).folded;
        let key = self.tries.key(&folded, from);
        // Whoever is refused anyway must not take a turn from others.
        self.tries.check(key, self.clock.now()).map_err(too_many)?;
        let account = self.login_account(&name, &folded).await?;
        let hash = match &account {
            Some(account) => self.stores.accounts.password_hash(account.id).await?,
            None => None,
        };
        let turn = self.passwords.turn().await?;
        // Counted before it is known to fail: of many who try at once no more than the rest of the tries get through.
        self.tries.count(key, self.clock.now()).map_err(too_many)?;
        let verdict = match turn.verify(hash.as_deref(), password).await {
            Ok(verdict) => verdict,
            Err(error) => {
                self.tries.take_back(key);
                return Err(error.into());
            }
        };
        let (Some(account), Some(hash)) = (account, hash) else { return Err(LoginError::Wrong) };
        match verdict {
            Verdict::Wrong => return Err(LoginError::Wrong),
            Verdict::Outdated => {
                rehash(&self.stores, account.id, &hash, password, &turn).await;
            }
            Verdict::Right => {}
        }
        drop(turn);
        self.tries.clear(key);
        self.contact(account.id).await?.ok_or(LoginError::Wrong)
    }

    /// Whose token of this kind it is: an active account's that has a password.
    pub async fn authenticate(&self, kind: TokenKind, token: &str) -> Result<AccountId, AuthError> {
        let id = self.tokens.check(kind, token)?;
        match self.stores.accounts.account(id).await? {
            Some(account) if account.has_password && account.status == AccountStatus::Active => Ok(id),
            _ => Err(AuthError::Bad),
        }
    }

    /// Gives an account this user name in place of its former one. It is a good one:
    /// [`is_username`](crate::model::account::is_username).
    pub async fn rename(&self, id: AccountId, username: &str) -> Result<(), RenameError> {
        let identity = Identity::new(IdentityKind::Username, username);
        match self.stores.accounts.set_identity(id, identity, self.clock.now()).await? {
            SetIdentityOutcome::Set => Ok(()),
            SetIdentityOutcome::Taken(_) => Err(RenameError::Taken),
            SetIdentityOutcome::Unknown => Err(RenameError::Unknown),
        }
    }

    /// Changes what a person shows: `None` leaves it, an empty text takes it away. The person as they are now; `None`
    /// when there is no such active account.
    pub async fn edit(
        &self,
        id: AccountId,
        avatar: Option<String>,
        phone: Option<String>,
    ) -> StoreResult<Option<Contact>> {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let change = |profile: &mut Profile| {
            if let Some(avatar) = &avatar {
                profile.avatar_url = given(avatar);
            }
            if let Some(phone) = &phone {
                profile.contact_phone = given(phone);
            }
        };
        match self.people.edit(id, change).await? {
            Some(_) => self.contact(id).await,
            None => Ok(None),
        }
    }

    /// The account that somebody who logs in means, if it may be logged in to at all.
    async fn login_account(&self, name: &LoginName, folded: &str) -> StoreResult<Option<Account>> {
        let account = match name {
            LoginName::Username(_) => self.named(IdentityKind::Username, folded).await?,
            LoginName::EmailOrUsername(_) => match self.named(IdentityKind::Email, folded).await? {
                None => self.named(IdentityKind::Username, folded).await?,
                account => account,
            },
        };
        Ok(account.filter(|account| account.status == AccountStatus::Active && account.has_password))
    }

    /// The account with this name, whatever its status.
    async fn named(&self, kind: IdentityKind, folded: &str) -> StoreResult<Option<Account>> {
        // What no name can be is not looked for; not every store could even be asked.
        if folded.is_empty() || folded.contains('\0') {
            return Ok(None);
        }
        self.stores.accounts.account_by_identity(kind, folded).await
    }
}

/// Hashes a password anew, which has just been found right; returns the new hash if it took the former one's place. That
/// this fails is no reason to keep its owner out.
pub(super) async fn rehash(
    stores: &Stores,
    id: AccountId,
    former: &str,
    password: &str,
    turn: &Turn,
) -> Option<String> {
    let replaced = match turn.hash(password).await {
        Ok(hash) => stores
            .accounts
            .replace_password_hash(id, former, &hash)
            .await
            .map(|is_replaced| is_replaced.then_some(hash)),
        Err(error) => Err(error.into()),
    };
    replaced.unwrap_or_else(|error| {
        tracing::warn!(
            account = id.get(),
            error = &error as &dyn std::error::Error,
            "a password's hash was not renewed"
        );
        None
    })
}

fn taken(kind: IdentityKind) -> RegisterError {
    if kind == IdentityKind::Email { RegisterError::EmailTaken } else { RegisterError::UsernameTaken }
}

/// A name as far as it is worth looking at: one that is too long is nobody's, and is not folded.
fn bounded(name: &str) -> &str {
    if name.len() > NAME_BYTES_MAX { "" } else { name }
}

#[cfg(test)]
mod tests;
