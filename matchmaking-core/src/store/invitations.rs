//! The store of who invited whom.

use async_trait::async_trait;

use crate::{error::StoreResult, ids::AccountId};

/// The invite code of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InviteCodeOutcome {
    /// This is its code.
    Code(String),
    /// It has none, and another account has the one that was offered.
    Taken,
    /// There is no such account, or it is deleted.
    Unknown,
}

/// Keeps invite codes and inviters. Codes are compared as they are.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait InvitationStore: Send + Sync {
    /// The invite code of an account, which becomes `offered` if it has none yet. An account keeps its code until it is
    /// deleted; two that are offered at the same moment become one.
    async fn invite_code(&self, account: AccountId, offered: &str) -> StoreResult<InviteCodeOutcome>;

    /// Links an account to the one with this invite code, as its inviter. Nothing happens to one that has an inviter
    /// already, to one that is unknown or deleted, and with a code that nobody has or that is its own. Tells whether
    /// it was linked.
    async fn link_inviter(&self, account: AccountId, code: &str) -> StoreResult<bool>;

    /// Who invited an account. Nobody, once the inviter is deleted.
    async fn inviter(&self, account: AccountId) -> StoreResult<Option<AccountId>>;
}
