//! The store of what the back office alone asks.

use async_trait::async_trait;

use super::{Slice, Sliced};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, AuditId},
    model::{AuditAction, AuditEntry},
};

/// A change to be recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAudit {
    /// What was done.
    pub action: AuditAction,
    /// Whose account it is about, if it is about one.
    pub account: Option<AccountId>,
    /// The number of the thing it is about.
    pub thing: Option<i64>,
    /// What was decided and why, in short.
    pub detail: String,
    /// The present moment.
    pub at: Millis,
}

/// Without the words, which may be about a person.
impl std::fmt::Debug for NewAudit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAudit")
            .field("action", &self.action)
            .field("account", &self.account)
            .field("thing", &self.thing)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Looks accounts up, and keeps the record of changes.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OfficeStore: Send + Sync {
    /// The accounts that are not deleted and have this number, an identity whose folded form holds the folded `text`,
    /// or a nickname that begins with `text` in upper or lower case; all of them for an empty text. By identifier.
    async fn find_accounts(&self, text: &str, slice: Slice) -> StoreResult<Sliced<AccountId>>;

    /// Adds an entry to the record.
    async fn record_audit(&self, new: NewAudit) -> StoreResult<AuditId>;

    /// The record, by identifier.
    async fn audit(&self, slice: Slice) -> StoreResult<Sliced<AuditEntry>>;
}
