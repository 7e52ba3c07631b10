//! Accounts that are known by a user name and have no password.

use std::fmt;

use super::{Dialogues, is_within_reach};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::{
        Account, Identity, IdentityKind, Profile,
        account::{USERNAME_MAX_CHARS, is_username},
    },
    store::{CreateOutcome, NewAccount},
};

/// A person as whoever talks with the assistant is known.
#[derive(Clone, PartialEq, Eq)]
pub struct AssistantUser {
    /// The account.
    pub account: AccountId,
    /// The user name as its owner writes it.
    pub username: String,
    /// The e-mail address that was given, which nobody verified.
    pub email: Option<String>,
    /// When the account was made.
    pub created_at: Millis,
}

impl fmt::Debug for AssistantUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssistantUser").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Why no user was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// Somebody has the user name.
    #[error("the user name is taken")]
    UsernameTaken,
    /// Somebody else without a password gave the e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Dialogues {
    /// Makes an account without a password. The name is a good one ([`is_username`]), and so is the address
    /// ([`is_email`](crate::model::account::is_email)), which must differ from those of others without a password only.
    pub async fn create_user(
        &self,
        username: String,
        email: Option<String>,
    ) -> Result<AssistantUser, CreateUserError> {
        let mut identities = vec![Identity::new(IdentityKind::Username, username.clone())];
        let address = email.clone().map(|address| Identity::new(IdentityKind::UnverifiedEmail, address));
        identities.extend(address);
        let at = self.clock.now();
        let new = NewAccount { identities, password_hash: None, profile: Profile::default(), at };
        match self.stores.accounts.create_account(new).await? {
            CreateOutcome::Created(account) => {
                self.people.refresh(account.id).await?;
                let created_at = account.created_at;
                Ok(AssistantUser { account: account.id, username, email, created_at })
            }
            CreateOutcome::Taken { kind: IdentityKind::UnverifiedEmail, .. } => {
                Err(CreateUserError::EmailTaken)
            }
            CreateOutcome::Taken { .. } => Err(CreateUserError::UsernameTaken),
        }
    }

    /// The user with this name.
    pub async fn user(&self, username: &str) -> StoreResult<Option<AssistantUser>> {
        // What nobody can be called is not looked for; not every store could even be asked.
        if username.len() > 4 * USERNAME_MAX_CHARS || !is_username(username) {
            return Ok(None);
        }
        let folded = Identity::new(IdentityKind::Username, username).folded;
        let found = self.stores.accounts.account_by_identity(IdentityKind::Username, &folded).await?;
        let Some(Account { id, created_at, .. }) = found.filter(is_within_reach) else { return Ok(None) };
        let identities = self.stores.accounts.identities(id).await?;
        let value = |kind| {
            let found = identities.iter().find(|identity| identity.kind == kind);
            found.map(|identity| identity.value.clone())
        };
        // Without one, the account was deleted in between.
        let Some(username) = value(IdentityKind::Username) else { return Ok(None) };
        Ok(Some(AssistantUser {
            account: id,
            username,
            email: value(IdentityKind::UnverifiedEmail),
            created_at,
        }))
    }
}
