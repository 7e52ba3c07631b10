//! Accounts known by their Telegram id.
//!
//! Whoever knows the number may act for the account, as the surface that uses it has no authentication. So these
//! use cases reach only accounts without a password, and treat all others as unknown.

use std::{collections::HashMap, sync::Arc};

use super::{accounts::shown_name, people::People};
use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::{AccountId, TelegramId},
    model::{Account, AccountStatus, Identity, IdentityKind, Profile, profile::Gender},
    realtime::{Hub, Sender},
    store::{CreateOutcome, NewAccount, Stores},
};

/// Creates and changes accounts with a Telegram id.
#[derive(Debug, Clone)]
pub struct Telegram {
    stores: Stores,
    people: People,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum TelegramError {
    /// There is no such account, or it takes no part, or a password protects it.
    #[error("unknown account")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person as the Telegram mini-app knows them.
#[derive(Debug, Clone, PartialEq)]
pub struct TelegramUser {
    /// The account.
    pub account: AccountId,
    /// The number by which its clients know it.
    pub telegram_id: TelegramId,
    /// What the person told.
    pub profile: Profile,
}

impl TelegramUser {
    /// The person as whoever hears a broadcast is shown them, which is by their number.
    #[must_use]
    pub fn sender(&self) -> Sender {
        Sender {
            account: self.account,
            miracle_id: self.telegram_id.get(),
            name: self.profile.nickname.clone().unwrap_or_default(),
            username: shown_name(self.account, None, &self.profile),
        }
    }
}

impl Telegram {
    /// The service over these stores.
    #[must_use]
    pub fn new(stores: Stores, people: People, hub: Arc<Hub>, clock: Arc<dyn Clock>) -> Self {
        Self { stores, people, hub, clock }
    }

    /// Makes the account of a Telegram id, or gives an existing one this name and gender and keeps all else. An
    /// account that was deactivated takes part again, with everything it had.
    pub async fn create(
        &self,
        telegram_id: TelegramId,
        name: &str,
        gender: Gender,
    ) -> Result<AccountId, TelegramError> {
        let identity = Identity::telegram(telegram_id);
        loop {
            let known =
                self.stores.accounts.account_by_identity(IdentityKind::Telegram, &identity.folded).await?;
            if let Some(account) = known {
                return self.update(&account, name, gender).await;
            }
            let profile =
                Profile { nickname: Some(name.to_owned()), gender: Some(gender), ..Profile::default() };
            let new = NewAccount {
                identities: vec![identity.clone()],
                password_hash: None,
                profile,
                at: self.clock.now(),
            };
            match self.stores.accounts.create_account(new).await? {
                CreateOutcome::Created(account) => {
                    self.people.refresh(account.id).await?;
                    return Ok(account.id);
                }
                // Somebody made it between the look-up and here: now it is known.
                CreateOutcome::Taken { .. } => {}
            }
        }
    }

    async fn update(
        &self,
        account: &Account,
        name: &str,
        gender: Gender,
    ) -> Result<AccountId, TelegramError> {
        if account.has_password {
            return Err(TelegramError::Unknown);
        }
        match account.status {
            AccountStatus::Active => {}
            AccountStatus::Deactivated => {
                self.stores.accounts.set_status(account.id, AccountStatus::Active, self.clock.now()).await?;
                self.people.refresh(account.id).await?;
            }
            AccountStatus::Locked | AccountStatus::Deleted => return Err(TelegramError::Unknown),
        }
        let change = |profile: &mut Profile| {
            profile.nickname = Some(name.to_owned());
            profile.gender = Some(gender);
        };
        self.people.edit(account.id, change).await?.ok_or(TelegramError::Unknown)?;
        Ok(account.id)
    }

    /// The person with this Telegram id.
    pub async fn find(&self, telegram_id: TelegramId) -> Result<TelegramUser, TelegramError> {
        let account = self.account(telegram_id).await?;
        let read = self.stores.people.profile(account).await?.ok_or(TelegramError::Unknown)?;
        Ok(TelegramUser { account, telegram_id, profile: read.profile })
    }

    /// The account with this Telegram id.
    pub async fn account(&self, telegram_id: TelegramId) -> Result<AccountId, TelegramError> {
        let folded = telegram_id.to_string();
        match self.stores.accounts.account_by_identity(IdentityKind::Telegram, &folded).await? {
            Some(account) if account.status == AccountStatus::Active && !account.has_password => {
                Ok(account.id)
            }
            _ => Err(TelegramError::Unknown),
        }
    }

    /// A person as everyone in a conversation is shown them, by the names that they have now.
    pub async fn sender(&self, account: AccountId, telegram_id: TelegramId) -> Result<Sender, TelegramError> {
        let (read, username) =
            tokio::try_join!(self.stores.people.profile(account), self.people.username(account))?;
        let profile = read.ok_or(TelegramError::Unknown)?.profile;
        let shown = shown_name(account, username.as_deref(), &profile);
        let nickname = profile.nickname.filter(|nickname| !nickname.trim().is_empty());
        let name = nickname.or(username).unwrap_or_default();
        Ok(Sender { account, miracle_id: telegram_id.get(), name, username: shown })
    }

    /// Changes what the person with this Telegram id told. `change` may be called several times.
    pub async fn edit(
        &self,
        telegram_id: TelegramId,
        change: impl Fn(&mut Profile) + Send,
    ) -> Result<(), TelegramError> {
        let account = self.account(telegram_id).await?;
        self.people.edit(account, change).await?.ok_or(TelegramError::Unknown)?;
        Ok(())
    }

    /// Takes the person out of everyone's sight, with their matches and conversations, and ends their sockets.
    /// [`create`](Self::create) brings them back.
    pub async fn deactivate(&self, telegram_id: TelegramId) -> Result<(), TelegramError> {
        let account = self.account(telegram_id).await?;
        self.stores.accounts.set_status(account, AccountStatus::Deactivated, self.clock.now()).await?;
        self.people.refresh(account).await?;
        self.hub.end_account(account);
        Ok(())
    }

    /// The numbers by which Miracle's clients know these accounts: the Telegram id, or the account's own number
    /// where there is none.
    pub async fn miracle_ids(&self, accounts: &[AccountId]) -> StoreResult<HashMap<AccountId, i64>> {
        let mut ids: HashMap<_, _> = accounts.iter().map(|account| (*account, account.get())).collect();
        let known = self.stores.accounts.identities_of_kind(IdentityKind::Telegram, accounts).await?;
        for (account, identity) in known {
            let id = identity
                .value
                .parse()
                .map_err(|_| StoreError::Corrupt { table: "identities", column: "value" })?;
            ids.insert(account, id);
        }
        Ok(ids)
    }
}
