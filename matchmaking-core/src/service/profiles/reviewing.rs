//! What reviewers see and decide.

use std::fmt;

use super::{ProfileError, Profiles};
use crate::{
    error::StoreResult,
    ids::{AccountId, ReviewId},
    model::{
        IdentityKind, Review, ReviewKind, ReviewStatus,
        id_card::{self, IdCard},
        profile::Gender,
    },
    ports::sms::{Sms, SmsKind},
    realtime::Event,
    store::{ReviewDecision, ReviewFilter, Slice, Sliced},
};

/// An identity as a reviewer is shown it.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityShown {
    /// The real name.
    pub real_name: String,
    /// The number of the identity card.
    pub number: String,
    /// What the number says.
    pub card: Option<IdCard>,
    /// The gender that the person said.
    pub said_gender: Option<Gender>,
}

impl fmt::Debug for IdentityShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityShown").finish_non_exhaustive()
    }
}

/// A review with what its reviewer must see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewShown {
    /// The review.
    pub review: Review,
    /// Who the person says to be, where that is what is reviewed and the key is the one it was sealed with.
    pub identity: Option<IdentityShown>,
}

/// What the person is told who handed something in.
fn notice(review: &Review) -> Event {
    let what = match review.subject.kind() {
        ReviewKind::Identity => "实名认证",
        ReviewKind::Photo => "照片",
        ReviewKind::Video => "介绍视频",
        ReviewKind::Verification => "资料认证",
    };
    let outcome = match review.status {
        ReviewStatus::Pending => "审核中",
        ReviewStatus::Passed => "审核通过",
        ReviewStatus::Rejected => "审核未通过",
    };
    let title = format!("{what}{outcome}");
    let content = match &review.reason {
        Some(reason) => format!("您提交的{what}{outcome}：{reason}"),
        None => format!("您提交的{what}{outcome}"),
    };
    Event::Notice { title, content }
}

impl Profiles {
    /// The reviews that the filter lets through, by the moment in which they were handed in.
    pub async fn reviews(&self, filter: ReviewFilter, slice: Slice) -> StoreResult<Sliced<ReviewShown>> {
        let Sliced { total, items } = self.stores.reviews.reviews(filter, slice).await?;
        let mut shown = Vec::with_capacity(items.len());
        for review in items {
            shown.push(self.shown(review).await?);
        }
        Ok(Sliced { total, items: shown })
    }

    /// Decides about what was handed in. Whoever handed it in is told, once for each change.
    pub async fn decide(
        &self,
        review: ReviewId,
        approved: bool,
        reason: Option<String>,
    ) -> Result<ReviewShown, ProfileError> {
        let at = self.clock.now();
        let decision = ReviewDecision { review, approved, reason, at };
        let decided = self.stores.reviews.decide_review(decision).await?.ok_or(ProfileError::NoSuchReview)?;
        if decided.changed {
            self.hub.publish_to(&[decided.review.account], notice(&decided.review));
            if decided.review.subject.kind() == ReviewKind::Identity {
                self.tell_by_sms(decided.review.account).await?;
            }
        }
        Ok(self.shown(decided.review).await?)
    }

    /// Sends a text message about a decision. The decision stands whether or not it can be sent.
    async fn tell_by_sms(&self, account: AccountId) -> StoreResult<()> {
        let phones = self.stores.accounts.identities_of_kind(IdentityKind::Phone, &[account]).await?;
        for (_, phone) in phones {
            let sms = Sms { phone: phone.value, kind: SmsKind::Review, code: None };
            if let Err(error) = self.sms.send(&sms, self.clock.now()).await {
                let error = &error as &dyn std::error::Error;
                tracing::error!(account = account.get(), error, "a decision cannot be told by text message");
            }
        }
        Ok(())
    }

    async fn shown(&self, review: Review) -> StoreResult<ReviewShown> {
        let Some(sealed) = self.unsealed(&review) else { return Ok(ReviewShown { review, identity: None }) };
        let profile = self.stores.people.profile(review.account).await?;
        let identity = IdentityShown {
            card: id_card::parse(&sealed.number),
            real_name: sealed.name,
            number: sealed.number,
            said_gender: profile.and_then(|read| read.profile.gender),
        };
        Ok(ReviewShown { review, identity: Some(identity) })
    }
}
