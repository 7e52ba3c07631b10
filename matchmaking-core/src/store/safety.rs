//! The store of blocks, and of what decides who sees whom.

use async_trait::async_trait;

use super::{Slice, Sliced};
use crate::{clock::Millis, error::StoreResult, ids::AccountId, model::Relation};

/// The most people that somebody blocks. What hides people from somebody is looked at with each of their lists.
pub const BLOCKS_PER_PERSON_MAX: usize = 1_000;

/// What became of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockOutcome {
    /// It stands from now on.
    Blocked,
    /// It stood already, or one of the two is unknown, or it is oneself: nothing changed.
    Unchanged,
    /// [`BLOCKS_PER_PERSON_MAX`] people are blocked already: nothing changed.
    TooMany,
}

/// Keeps blocks and answers what [`may_see`](crate::model::may_see) needs to know.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SafetyStore: Send + Sync {
    /// Blocks `target` for `by`, unless there are too many. Unknown accounts and oneself are not blocked.
    async fn block(&self, by: AccountId, target: AccountId, at: Millis) -> StoreResult<BlockOutcome>;

    /// Takes a block back; tells whether there was one.
    async fn unblock(&self, by: AccountId, target: AccountId) -> StoreResult<bool>;

    /// Whom this account has blocked, by the moment of the block, then by account.
    async fn blocked_by(&self, by: AccountId, slice: Slice) -> StoreResult<Sliced<AccountId>>;

    /// Whom this account may never be shown and is never shown to: everyone whom it blocked or by whom it was blocked,
    /// and everyone with whom it had a match that was ended. Ascending.
    async fn hidden_from(&self, account: AccountId) -> StoreResult<Vec<AccountId>>;

    /// How two different people stand to each other; `None` when one is unknown or they are the same.
    async fn relation(&self, viewer: AccountId, target: AccountId) -> StoreResult<Option<Relation>>;
}
