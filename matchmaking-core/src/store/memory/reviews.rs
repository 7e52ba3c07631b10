//! What is reviewed, in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    error::StoreResult,
    ids::{AccountId, ReviewId},
    model::{Review, ReviewKind, ReviewStatus},
    store::{
        Decided, NewReview, ReviewDecision, ReviewFilter, ReviewStore, Slice, Sliced, SubmitOutcome,
        decision::check_submission,
    },
};

#[async_trait]
impl ReviewStore for MemoryStore {
    async fn submit_review(&self, new: NewReview) -> StoreResult<SubmitOutcome> {
        check_submission(&new.subject)?;
        let mut state = self.lock()?;
        if !state.is_there(new.account) {
            return Ok(SubmitOutcome::UnknownAccount);
        }
        let same = |review: &&Review| {
            review.account == new.account
                && review.status == ReviewStatus::Pending
                && review.subject.kind() == new.subject.kind()
                && review.subject.claim() == new.subject.claim()
        };
        if let Some(pending) = state.reviews.values().find(same) {
            return Ok(SubmitOutcome::Pending(pending.id));
        }
        let files = new.subject.files().to_vec();
        state.check_reserved(new.account, &files)?;
        let review = state.add_review(new.account, new.subject, ReviewStatus::Pending, new.at)?;
        state.attach(&files, review.id);
        Ok(SubmitOutcome::Submitted(review))
    }

    async fn review(&self, id: ReviewId) -> StoreResult<Option<Review>> {
        Ok(self.lock()?.reviews.get(&id).cloned())
    }

    async fn reviews(&self, filter: ReviewFilter, slice: Slice) -> StoreResult<Sliced<Review>> {
        let state = self.lock()?;
        let fits = |review: &&Review| {
            filter.kind.is_none_or(|kind| kind == review.subject.kind())
                && filter.status.is_none_or(|status| status == review.status)
        };
        let fitting: Vec<&Review> = state.reviews.values().filter(fits).collect();
        Ok(slice.of(fitting).map(Review::clone))
    }

    async fn submissions(&self, account: AccountId) -> StoreResult<Vec<Review>> {
        let state = self.lock()?;
        let own = |review: &&Review| {
            review.account == account
                && matches!(review.subject.kind(), ReviewKind::Identity | ReviewKind::Verification)
        };
        Ok(state.reviews.values().filter(own).cloned().collect())
    }

    async fn decide_review(&self, decision: ReviewDecision) -> StoreResult<Option<Decided>> {
        let mut state = self.lock()?;
        let Some(review) = state.reviews.get_mut(&decision.review) else { return Ok(None) };
        let status = if decision.approved { ReviewStatus::Passed } else { ReviewStatus::Rejected };
        let changed = review.status != status;
        if changed {
            (review.status, review.reason, review.decided_at) =
                (status, decision.reason.clone(), Some(decision.at));
        }
        let review = review.clone();
        if changed {
            state.record(decision.audit(&review))?;
        }
        Ok(Some(Decided { review, changed }))
    }
}
