//! The store of blocks, and of what decides who sees whom.

use async_trait::async_trait;

use crate::{clock::Millis, error::StoreResult, ids::AccountId, model::Relation};

/// Keeps blocks and answers what [`may_see`](crate::model::may_see) needs to know.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SafetyStore: Send + Sync {
    /// Blocks `target` for `by`; tells whether that is new. Unknown accounts and oneself are not blocked.
    async fn block(&self, by: AccountId, target: AccountId, at: Millis) -> StoreResult<bool>;

    /// Takes a block back; tells whether there was one.
    async fn unblock(&self, by: AccountId, target: AccountId) -> StoreResult<bool>;

    /// Whom this account has blocked, the latest first, then by account descending.
    async fn blocked_by(&self, by: AccountId) -> StoreResult<Vec<AccountId>>;

    /// Whom this account may never be shown and is never shown to: everyone whom it blocked or by whom it was blocked,
    /// and everyone with whom it had a match that was ended. Ascending.
    async fn hidden_from(&self, account: AccountId) -> StoreResult<Vec<AccountId>>;

    /// How two different people stand to each other; `None` when one is unknown or they are the same.
    async fn relation(&self, viewer: AccountId, target: AccountId) -> StoreResult<Option<Relation>>;
}
