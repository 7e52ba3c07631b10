//! Cases about what is reviewed.

use super::fixture::{ALL, at, at_once, nobody, papers, person, photo, reserved, two};
use crate::{
    error::StoreResult,
    ids::ReviewId,
    model::{Claim, FileRole, Review, ReviewKind, ReviewStatus, Subject},
    store::{Decided, NewReview, ReviewDecision, ReviewFilter, Slice, Stores, SubmitOutcome},
};

async fn submitted(stores: &Stores, new: NewReview) -> StoreResult<Review> {
    match stores.reviews.submit_review(new).await? {
        SubmitOutcome::Submitted(review) => Ok(review),
        other => panic!("not taken: {other:?}"),
    }
}

fn decision(review: ReviewId, approved: bool) -> ReviewDecision {
    ReviewDecision { review, approved, reason: Some("看不清 '\"".to_owned()), at: at(8) }
}

/// What is handed in comes back as it was, with its files.
pub async fn what_is_handed_in_comes_back(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let paper = ("papers/1".to_owned(), FileRole::Paper);
    stores.album.reserve_files(ann, std::slice::from_ref(&paper), reserved()).await?;
    let subject = Subject::Identity { sealed: "v1.缘分".to_owned(), images: vec![paper.0.clone()] };
    let review = submitted(stores, NewReview { account: ann, subject: subject.clone(), at: at(3) }).await?;
    assert_eq!((review.account, &review.subject, review.submitted_at), (ann, &subject, at(3)));
    assert_eq!(
        (review.status, review.reason.clone(), review.decided_at),
        (ReviewStatus::Pending, None, None)
    );
    assert_eq!(stores.reviews.review(review.id).await?, Some(review.clone()));
    assert_eq!(stores.reviews.submissions(ann).await?, [review]);
    assert_eq!(stores.reviews.submissions(nobody()).await?, []);
    assert!(stores.album.file(&paper.0, reserved()).await?.is_some());
    Ok(())
}

/// Of one kind and claim one waits at a time.
pub async fn one_of_a_kind_waits(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let house = submitted(stores, papers(ann, Claim::House)).await?;
    let again = stores.reviews.submit_review(papers(ann, Claim::House)).await?;
    assert_eq!(again, SubmitOutcome::Pending(house.id));
    submitted(stores, papers(ann, Claim::Car)).await?;
    submitted(stores, papers(ben, Claim::House)).await?;
    stores.reviews.decide_review(decision(house.id, false)).await?;
    assert!(submitted(stores, papers(ann, Claim::House)).await?.id > house.id);
    let unknown = stores.reviews.submit_review(papers(nobody(), Claim::House)).await?;
    assert_eq!(unknown, SubmitOutcome::UnknownAccount);
    let photo = Subject::Photo { file: "a".to_owned() };
    let photo = NewReview { account: ann, subject: photo, at: at(1) };
    assert!(stores.reviews.submit_review(photo).await.is_err());
    Ok(())
}

/// A decision counts once; another one replaces it.
pub async fn a_later_decision_replaces(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let review = submitted(stores, papers(ann, Claim::Income)).await?;
    let Some(Decided { review: passed, changed: true }) =
        stores.reviews.decide_review(decision(review.id, true)).await?
    else {
        panic!("not decided")
    };
    assert_eq!((passed.status, passed.decided_at), (ReviewStatus::Passed, Some(at(8))));
    assert_eq!(passed.reason, decision(review.id, true).reason);
    let again = ReviewDecision { at: at(9), reason: None, ..decision(review.id, true) };
    assert_eq!(stores.reviews.decide_review(again).await?, Some(Decided { review: passed, changed: false }));
    let back = ReviewDecision { at: at(9), reason: None, ..decision(review.id, false) };
    let back = stores.reviews.decide_review(back).await?.expect("a review");
    assert_eq!((back.changed, back.review.status, back.review.reason), (true, ReviewStatus::Rejected, None));
    let record = stores.office.audit(ALL).await?.items;
    let told: Vec<_> =
        record.iter().map(|entry| (entry.account, entry.thing, entry.detail.as_str())).collect();
    let thing = Some(review.id.get());
    let expected =
        [(Some(ann), thing, "verification approve: 看不清 '\""), (Some(ann), thing, "verification reject")];
    assert_eq!(told, expected);
    let unknown = ReviewId::new(9_000_000_000).expect("a valid identifier");
    assert_eq!(stores.reviews.decide_review(decision(unknown, true)).await?, None);
    assert_eq!(stores.reviews.review(unknown).await?, None);
    Ok(())
}

/// Lists hold what the filter lets through, in pages, from either end.
pub async fn reviews_come_in_pages(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut ids = Vec::new();
    for claim in Claim::ALL {
        ids.push(submitted(stores, papers(ann, *claim)).await?.id);
    }
    stores.album.add_photo(photo(stores, ann, "a").await?).await?;
    stores.reviews.decide_review(decision(ids[0], true)).await?;
    let list = async |kind, status, newest_first, skip, limit| {
        let filter = ReviewFilter { kind, status };
        let page = stores.reviews.reviews(filter, Slice { newest_first, skip, limit }).await?;
        StoreResult::Ok((page.items.iter().map(|review| review.id).collect::<Vec<_>>(), page.total))
    };
    let papers = Some(ReviewKind::Verification);
    let waiting = Some(ReviewStatus::Pending);
    assert_eq!(list(papers, None, false, 0, 10).await?, (ids.clone(), 4));
    assert_eq!(list(papers, waiting, false, 1, 1).await?, (vec![ids[2]], 3));
    assert_eq!(list(papers, waiting, true, 0, 2).await?, (vec![ids[3], ids[2]], 3));
    assert_eq!(list(papers, Some(ReviewStatus::Passed), true, 0, 2).await?, (vec![ids[0]], 1));
    assert_eq!(list(None, None, false, 0, 0).await?, (vec![], 5));
    assert_eq!(list(None, waiting, false, usize::MAX, 10).await?, (vec![], 4));
    assert_eq!(list(Some(ReviewKind::Identity), None, false, 0, 10).await?, (vec![], 0));
    Ok(())
}

/// Of many of one kind at the same moment one waits.
pub async fn one_of_many_is_taken(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let submitting = (0..8).map(|_| {
        let stores = stores.clone();
        async move { stores.reviews.submit_review(papers(ann, Claim::Education)).await }
    });
    let outcomes = at_once(submitting).await?;
    let taken = outcomes.iter().filter(|outcome| matches!(outcome, SubmitOutcome::Submitted(_))).count();
    assert_eq!(taken, 1, "{outcomes:?}");
    assert_eq!(stores.reviews.submissions(ann).await?.len(), 1);
    Ok(())
}

/// Two reviewers who decide at once end in one decision, of which each was told what it changed.
pub async fn deciding_at_once_ends_in_one_decision(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let review = submitted(stores, papers(ann, Claim::Education)).await?;
    let deciding = (0..6).map(|_| {
        let stores = stores.clone();
        async move { stores.reviews.decide_review(decision(review.id, true)).await }
    });
    let outcomes = at_once(deciding).await?;
    let changed = outcomes.iter().flatten().filter(|decided| decided.changed).count();
    assert_eq!(changed, 1, "{outcomes:?}");
    Ok(())
}
