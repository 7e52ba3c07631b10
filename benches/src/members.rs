//! People with a telephone and a session, put straight into a store.

use std::{error::Error, sync::Arc};

use matchmaking_core::{
    clock::{Clock, SystemClock},
    ids::AccountId,
    model::{Device, Identity, IdentityKind, Profile},
    service::tokens::{TokenKey, Tokens},
    store::{CreateOutcome, NewAccount, NewSession, Stores},
};

/// How long their sessions last, in milliseconds.
const SESSION_MILLIS: i64 = 86_400_000;

/// Makes them.
#[derive(Debug)]
pub struct Members {
    stores: Stores,
    tokens: Tokens,
    made: u64,
}

impl Members {
    /// In these stores, with tokens that are signed with this key.
    #[must_use]
    pub fn new(stores: Stores, key: &[u8]) -> Self {
        Self { stores, tokens: Tokens::new(&TokenKey::new(key), Arc::new(SystemClock)), made: 0 }
    }

    /// Somebody more.
    pub async fn join(&mut self) -> Result<AccountId, Box<dyn Error>> {
        self.made += 1;
        let new = NewAccount {
            identities: vec![Identity::new(IdentityKind::Phone, (13_000_000_000 + self.made).to_string())],
            password_hash: None,
            profile: Profile { nickname: Some("somebody".to_owned()), ..Profile::default() },
            at: SystemClock.now(),
        };
        match self.stores.accounts.create_account(new).await? {
            CreateOutcome::Created(account) => Ok(account.id),
            taken @ CreateOutcome::Taken { .. } => Err(format!("{taken:?}").into()),
        }
    }

    /// A token of somebody's new session.
    pub async fn token(&self, account: AccountId) -> Result<String, Box<dyn Error>> {
        let at = SystemClock.now();
        let (family, expires_at) = (format!("family of {account}"), at.plus(SESSION_MILLIS));
        let new = NewSession { account, family, device: Device::default(), password: None, at, expires_at };
        let session = self.stores.sessions.open_session(new).await?.ok_or("a session")?;
        Ok(self.tokens.issue_for_session(account, session.id))
    }
}
