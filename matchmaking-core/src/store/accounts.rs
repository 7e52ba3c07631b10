//! The store of accounts and identities.

use async_trait::async_trait;

use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{Account, AccountStatus, Identity, IdentityKind, Profile},
    store::VersionedProfile,
};

/// An account to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAccount {
    /// Its identities, at most one of a kind.
    pub identities: Vec<Identity>,
    /// The hash of its password in PHC form, if it has one.
    pub password_hash: Option<String>,
    /// What it tells about its owner from the start.
    pub profile: Profile,
    /// The present moment.
    pub at: Millis,
}

/// An account with everything that is told of its owner, as it was at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountRecord {
    /// The account.
    pub account: Account,
    /// Its identities, ordered by kind.
    pub identities: Vec<Identity>,
    /// What its owner tells.
    pub profile: VersionedProfile,
}

/// What became of an account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateOutcome {
    /// It was made, active.
    Created(Account),
    /// Nothing was made: an identity belongs to this account already.
    Taken {
        /// The first of the identities asked for that is taken.
        kind: IdentityKind,
        /// Who has it.
        by: AccountId,
    },
}

/// What became of a name to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetIdentityOutcome {
    /// The account has it.
    Set,
    /// Another account has it; nothing changed.
    Taken(AccountId),
    /// There is no such account, or it is deleted.
    Unknown,
}

/// Names to be given together, and a first password.
#[derive(Clone, PartialEq, Eq)]
pub struct NewIdentities {
    /// To whom.
    pub account: AccountId,
    /// The names, at most one of a kind.
    pub identities: Vec<Identity>,
    /// The hash of the password, for an account that has none.
    pub password_hash: Option<String>,
    /// The present moment.
    pub at: Millis,
}

impl std::fmt::Debug for NewIdentities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewIdentities").field("account", &self.account).finish_non_exhaustive()
    }
}

/// What became of names to be given together. Unless they are set, nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetIdentitiesOutcome {
    /// The account has all of them.
    Set,
    /// Another account has the first one of this kind.
    Taken(IdentityKind),
    /// There was to be a first password, and the account has one.
    HasPassword,
    /// There is no such account, or it is deleted.
    Unknown,
}

/// Keeps accounts and their identities.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Makes an account with its identities, profile (version 1) and password, or nothing at all when one of
    /// the identities is taken. Of two that ask for one identity at the same moment one gets it. Two identities
    /// of one kind are a defect of the caller.
    async fn create_account(&self, new: NewAccount) -> StoreResult<CreateOutcome>;

    /// The account with this identifier, whatever its status.
    async fn account(&self, id: AccountId) -> StoreResult<Option<Account>>;

    /// The account with this identifier, its identities and its profile, whatever its status; `None` for one that is
    /// deleted, which has neither.
    async fn record(&self, id: AccountId) -> StoreResult<Option<AccountRecord>>;

    /// These accounts, whatever their status; unknown ones are left out. In no particular order.
    async fn accounts(&self, ids: &[AccountId]) -> StoreResult<Vec<Account>>;

    /// The account with this identity, compared by its folded form, whatever its status.
    async fn account_by_identity(&self, kind: IdentityKind, folded: &str) -> StoreResult<Option<Account>>;

    /// The identities of an account, ordered by kind.
    async fn identities(&self, id: AccountId) -> StoreResult<Vec<Identity>>;

    /// The identity of this kind of each of these accounts; those that have none are left out. In no
    /// particular order.
    async fn identities_of_kind(
        &self,
        kind: IdentityKind,
        ids: &[AccountId],
    ) -> StoreResult<Vec<(AccountId, Identity)>>;

    /// Sets the status of an account, unless it is deleted, which is for ever. Tells whether anything changed.
    ///
    /// Any status but [`Active`](AccountStatus::Active) ends its sessions in the same step.
    /// [`Deleted`](AccountStatus::Deleted) erases the account in the same step: its identities, password and
    /// profile, its photos, film and what it handed in for review, whose files are discarded, what it decided and
    /// what was decided about it, its matches and blocks, its part in groups and what it has read, its devices, its
    /// invite code and inviter, itself as the inviter of others, all that is known of its telephone, and its
    /// conversations with the assistant with all that was said there. Its direct conversations are closed. Its number and the
    /// messages it sent to others remain.
    async fn set_status(&self, id: AccountId, status: AccountStatus, at: Millis) -> StoreResult<bool>;

    /// Gives an account this identity, in place of one of the same kind, and counts as a change of its profile's
    /// moment, not of its version. Of two accounts that want one name at the same moment one gets it.
    async fn set_identity(
        &self,
        id: AccountId,
        identity: Identity,
        at: Millis,
    ) -> StoreResult<SetIdentityOutcome>;

    /// Gives an account all of these identities, each in place of one of the same kind, and a password if it has none and
    /// one is given; or changes nothing at all. Counts as [`set_identity`](Self::set_identity) does. Two identities of
    /// one kind are a defect of the caller.
    async fn set_identities(&self, new: NewIdentities) -> StoreResult<SetIdentitiesOutcome>;

    /// The hash of an account's password, if it has one.
    async fn password_hash(&self, id: AccountId) -> StoreResult<Option<String>>;

    /// Replaces the hash of an account's password while it is still `expected`; tells whether it was.
    async fn replace_password_hash(&self, id: AccountId, expected: &str, new: &str) -> StoreResult<bool>;
}
