//! Reviewing.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        admin::{DecideReviewRequest, ListReviewsRequest, ReviewItem, ReviewedIdentity},
        fault::Fault,
        page::{Page, Paged},
    },
    clock::Millis,
    service::{
        Services,
        profiles::{FileViewer, IdentityShown, ReviewShown},
    },
    store::ReviewFilter,
};

use super::slice;
use crate::http::Call;

pub(super) async fn list(
    services: Arc<Services>,
    call: Call<ListReviewsRequest>,
) -> Result<Paged<ReviewItem>, Fault> {
    let ListReviewsRequest { kind, status, page: asked, order } = call.request;
    let found = services.profiles.reviews(ReviewFilter { kind, status }, slice(asked, order)).await?;
    let at = call.asked.now();
    let items = found.items.into_iter().map(|shown| item(&services, shown, at)).collect();
    Ok(Page { asked, items, total: found.total }.into())
}

pub(super) async fn decide(
    services: Arc<Services>,
    call: Call<DecideReviewRequest>,
) -> Result<ReviewItem, Fault> {
    let DecideReviewRequest { review_id, approved, reason } = call.request;
    let id = review_id.possible().ok_or(Fault::UnknownReview)?;
    let decided = services.profiles.decide(id, approved, reason).await?;
    Ok(item(&services, decided, call.asked.now()))
}

fn item(services: &Services, shown: ReviewShown, at: Millis) -> ReviewItem {
    let ReviewShown { review, identity } = shown;
    let link = |key: &String| services.media.link_for(FileViewer::Reviewer, key, at);
    ReviewItem {
        review_id: review.id,
        kind: review.subject.kind().word(),
        user_id: review.account,
        status: review.status.word(),
        reason: review.reason,
        submitted_at: review.submitted_at.to_rfc3339(),
        decided_at: review.decided_at.map(Millis::to_rfc3339),
        claim: review.subject.claim().map(matchmaking_core::model::Claim::word),
        urls: review.subject.files().iter().map(link).collect(),
        identity: identity.map(shown_identity),
    }
}

fn shown_identity(identity: IdentityShown) -> ReviewedIdentity {
    let IdentityShown { real_name, number, card, said_gender } = identity;
    ReviewedIdentity {
        real_name,
        id_card_number: number,
        birth_date: card.map(|card| card.birth_date.to_string()),
        gender: card.map(|card| card.gender.code()),
        check_digit_valid: card.is_some_and(|card| card.check_digit_is_right),
        gender_matches: card.zip(said_gender).map(|(card, said)| card.gender == said),
    }
}
