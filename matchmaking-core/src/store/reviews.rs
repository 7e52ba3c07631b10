//! The store of what is reviewed.

use async_trait::async_trait;

use super::{NewAudit, Slice, Sliced};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ReviewId},
    model::{AuditAction, Review, ReviewKind, ReviewStatus, Subject},
};

/// Something that is handed in: who somebody is, or papers. Photos and films come to their reviews by the
/// [`AlbumStore`](super::AlbumStore).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReview {
    /// Who hands it in.
    pub account: AccountId,
    /// What. Its files must have been reserved.
    pub subject: Subject,
    /// The present moment.
    pub at: Millis,
}

/// What became of something that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitOutcome {
    /// It waits for a reviewer.
    Submitted(Review),
    /// The same kind of thing, with the same claim, waits already; nothing changed.
    Pending(ReviewId),
    /// There is no such account, or it is deleted.
    UnknownAccount,
}

/// Which reviews are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReviewFilter {
    /// Of this kind only.
    pub kind: Option<ReviewKind>,
    /// As far as this only.
    pub status: Option<ReviewStatus>,
}

/// What a reviewer decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDecision {
    /// About what.
    pub review: ReviewId,
    /// Whether it is good.
    pub approved: bool,
    /// Why, in the reviewer's words.
    pub reason: Option<String>,
    /// The present moment.
    pub at: Millis,
}

impl ReviewDecision {
    /// The entry of the record of changes, about this review.
    pub(super) fn audit(&self, review: &Review) -> NewAudit {
        let decision = if self.approved { "approve" } else { "reject" };
        let reason = self.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        NewAudit {
            action: AuditAction::ReviewDecided,
            account: Some(review.account),
            thing: Some(review.id.get()),
            detail: format!("{} {decision}{reason}", review.subject.kind().word()),
            at: self.at,
        }
    }
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The review as it is now.
    pub review: Review,
    /// Whether that is new: saying the same again changes nothing.
    pub changed: bool,
}

/// Keeps what is reviewed.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ReviewStore: Send + Sync {
    /// Hands something in. Of two of one kind (and claim) at the same moment one waits for a reviewer. A photo or a film
    /// is a defect of the caller.
    async fn submit_review(&self, new: NewReview) -> StoreResult<SubmitOutcome>;

    /// The review with this number.
    async fn review(&self, id: ReviewId) -> StoreResult<Option<Review>>;

    /// The reviews that the filter lets through, by identifier.
    async fn reviews(&self, filter: ReviewFilter, slice: Slice) -> StoreResult<Sliced<Review>>;

    /// What this account handed in itself, photos and films excepted, the eldest first.
    async fn submissions(&self, account: AccountId) -> StoreResult<Vec<Review>>;

    /// Decides, and with it about what is reviewed, and records the change. A later decision replaces an earlier one, so that what passed by
    /// mistake can be taken back; the same again changes nothing, not even the reason. `None` for an unknown review.
    async fn decide_review(&self, decision: ReviewDecision) -> StoreResult<Option<Decided>>;
}
