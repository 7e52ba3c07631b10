//! The store of memberships.

use async_trait::async_trait;

use super::NewAudit;
use crate::{error::StoreResult, ids::AccountId, model::Membership};

/// Keeps memberships.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MembershipStore: Send + Sync {
    /// The membership that an account was given; the default for everyone who was given none.
    async fn membership(&self, id: AccountId) -> StoreResult<Membership>;

    /// The memberships of these accounts; those who were given none are left out. In no particular order.
    async fn memberships(&self, ids: &[AccountId]) -> StoreResult<Vec<(AccountId, Membership)>>;

    /// Gives an account this membership in place of what it had, and records the change. Returns false, and changes
    /// nothing, when the account is unknown or deleted.
    async fn set_membership(
        &self,
        id: AccountId,
        membership: Membership,
        audit: NewAudit,
    ) -> StoreResult<bool>;
}
