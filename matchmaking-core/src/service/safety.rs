//! What people do to be left in peace: block, report, and take themselves out of everyone's lists.

use std::sync::Arc;

use super::people::People;
use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::{AccountId, ReportId},
    model::AccountStatus,
    store::{BlockOutcome, NewReport, ReportOutcome, Slice, Sliced, Stores},
};

/// Blocks, reports, and hides.
#[derive(Debug, Clone)]
pub struct Safety {
    stores: Stores,
    people: People,
    clock: Arc<dyn Clock>,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum SafetyError {
    /// There is no such account.
    #[error("unknown account")]
    Unknown,
    /// It is oneself.
    #[error("about oneself")]
    Oneself,
    /// The person has blocked as many as anyone may.
    #[error("too many blocks")]
    TooManyBlocks,
    /// The person has reported as often as anyone may.
    #[error("no report is taken for {retry_after} s")]
    TooMany {
        /// Seconds until one is.
        retry_after: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Safety {
    /// The service over these stores.
    #[must_use]
    pub fn new(stores: Stores, people: People, clock: Arc<dyn Clock>) -> Self {
        Self { stores, people, clock }
    }

    /// Hides two people from each other everywhere, at the wish of one of them. Doing it again changes nothing.
    pub async fn block(&self, by: AccountId, target: AccountId) -> Result<(), SafetyError> {
        self.somebody_else(by, target).await?;
        match self.stores.safety.block(by, target, self.clock.now()).await? {
            BlockOutcome::Blocked | BlockOutcome::Unchanged => Ok(()),
            BlockOutcome::TooMany => Err(SafetyError::TooManyBlocks),
        }
    }

    /// Takes a block back; the two see each other again, with the match they had, unless the other one blocks, too.
    pub async fn unblock(&self, by: AccountId, target: AccountId) -> Result<(), SafetyError> {
        self.somebody_else(by, target).await?;
        self.stores.safety.unblock(by, target).await?;
        Ok(())
    }

    /// A part of those whom somebody has blocked, by the moment of the block.
    pub async fn blocked_by(&self, by: AccountId, slice: Slice) -> StoreResult<Sliced<AccountId>> {
        self.stores.safety.blocked_by(by, slice).await
    }

    /// Reports somebody to the back office. Blocked people may be reported, too.
    pub async fn report(
        &self,
        reporter: AccountId,
        target: AccountId,
        reason: String,
        detail: String,
    ) -> Result<ReportId, SafetyError> {
        let at = self.clock.now();
        let new = NewReport { reporter, target, reason, detail, at };
        match self.stores.reports.report(new).await? {
            ReportOutcome::Made(id) | ReportOutcome::Repeated(id) => Ok(id),
            ReportOutcome::TooMany { until } => {
                Err(SafetyError::TooMany { retry_after: super::seconds_until(until, at) })
            }
            ReportOutcome::Unknown if reporter == target => Err(SafetyError::Oneself),
            ReportOutcome::Unknown => Err(SafetyError::Unknown),
        }
    }

    /// Takes somebody out of everyone's lists, or back into them; tells whether there is such an account.
    pub async fn pause(&self, account: AccountId, paused: bool) -> StoreResult<bool> {
        let edited = self.people.edit(account, |profile| profile.paused = paused).await?;
        Ok(edited.is_some())
    }

    async fn somebody_else(&self, by: AccountId, target: AccountId) -> Result<(), SafetyError> {
        if by == target {
            return Err(SafetyError::Oneself);
        }
        let known = self.stores.accounts.account(target).await?;
        let there = known.is_some_and(|account| account.status != AccountStatus::Deleted);
        if there { Ok(()) } else { Err(SafetyError::Unknown) }
    }
}
