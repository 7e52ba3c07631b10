//! What is reviewed, in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlPool, SqlStore,
    accounts::STATUS,
    album::is_there,
    json::list,
    limit,
    office::record,
    read,
    rows::{self, known},
    safety::LOCK_ACCOUNTS,
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ReviewId},
    model::{AccountStatus, Review, ReviewKind, ReviewStatus},
    store::{
        Decided, NewReview, ReviewDecision, ReviewFilter, ReviewStore, Slice, Sliced, SubmitOutcome,
        decision::check_submission,
    },
};

/// Reviews with this condition.
macro_rules! reviews {
    ($where:literal) => {
        concat!(
            "SELECT id, account_id, status, document, reason, submitted_at, decided_at FROM reviews WHERE ",
            $where
        )
    };
}

/// Of the kinds in the first parameter and as far as in the second: lists, because a column that may have any value is
/// looked for in the whole table.
macro_rules! of_these {
    () => {
        "kind IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))
            AND status IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($2))"
    };
}

/// A page of those.
macro_rules! filtered {
    ($order:literal) => {
        concat!(
            "SELECT id, account_id, status, document, reason, submitted_at, decided_at FROM reviews WHERE ",
            of_these!(),
            $order
        )
    };
}

sql! {
    INSERT_REVIEW = "INSERT INTO reviews (account_id, kind, claim, status, document, submitted_at, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    ATTACH = "UPDATE media_files SET review_id = $2, discard_at = NULL
        WHERE account_id = $3 AND review_id IS NULL AND media_key IN (SELECT key FROM jsonb_each($1))";
    DETACH = "UPDATE media_files SET review_id = NULL, discard_at = $2 WHERE review_id = $1";
    REMOVE_REVIEW = "DELETE FROM reviews WHERE id = $1";
    WAITING = "SELECT id FROM reviews WHERE account_id = $1 AND kind = $2 AND claim = $3 AND status = 1";
    REVIEW = reviews!("id = $1");
    ELDEST = filtered!(" ORDER BY id LIMIT CAST($3 AS BIGINT) OFFSET $4");
    LATEST = filtered!(" ORDER BY id DESC LIMIT CAST($3 AS BIGINT) OFFSET $4");
    COUNT_REVIEWS = concat!("SELECT COUNT(*) FROM reviews WHERE ", of_these!());
    SUBMISSIONS = reviews!("account_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))
            AND kind IN (1, 4) ORDER BY account_id, id");
    DECIDE = "UPDATE reviews SET status = $2, reason = $3, decided_at = $4 WHERE id = $1 AND status <> $2";
}

/// Adds a review; its number.
macro_rules! insert_review {
    ($tx:ident, $account:expr, $subject:expr, $document:expr, $status:expr, $at:expr) => {{
        let decided_at = ($status != $crate::model::ReviewStatus::Pending).then_some($at.0);
        let id: i64 = ::sqlx::query_scalar($crate::store::sql::reviews::INSERT_REVIEW)
            .bind($account.get())
            .bind($subject.kind().code())
            .bind($subject.claim().map_or(0, $crate::model::Claim::code))
            .bind($status.code())
            .bind(&$document)
            .bind($at.0)
            .bind(decided_at)
            .fetch_one(&mut *$tx)
            .await?;
        id
    }};
}
pub(super) use insert_review;

/// Gives reserved files to what a review is about.
macro_rules! attach {
    ($tx:ident, $files:expr, $review:expr, $account:expr) => {{
        let attached = ::sqlx::query($crate::store::sql::reviews::ATTACH)
            .bind($crate::store::sql::json::names(&$files))
            .bind($review)
            .bind($account.get())
            .execute(&mut *$tx)
            .await?;
        if attached.rows_affected() != $files.len() as u64 {
            return Err(
                $crate::store::decision::defect("files are reserved before they belong to anything").into()
            );
        }
    }};
}
pub(super) use attach;

/// Removes a review that nothing is about any more, and discards the files.
macro_rules! remove_review {
    ($tx:ident, $review:expr, $at:expr) => {{
        ::sqlx::query($crate::store::sql::reviews::DETACH)
            .bind($review)
            .bind($at.0)
            .execute(&mut *$tx)
            .await?;
        ::sqlx::query($crate::store::sql::reviews::REMOVE_REVIEW).bind($review).execute(&mut *$tx).await?;
    }};
}
pub(super) use remove_review;

type Row = (i64, i64, i64, String, Option<String>, i64, Option<i64>);

#[async_trait]
impl ReviewStore for SqlStore {
    async fn submit_review(&self, new: NewReview) -> StoreResult<SubmitOutcome> {
        let NewReview { account, subject, at } = &new;
        check_submission(subject)?;
        let document = rows::subject_document(subject)?;
        let claim = subject.claim().map_or(0, crate::model::Claim::code);
        let status = ReviewStatus::Pending;
        let files = subject.files();
        transaction!(self.pool, |tx, locks| {
            if is_there!(tx, locks, account) {
                let waiting: Option<i64> = query_scalar(WAITING)
                    .bind(account.get())
                    .bind(subject.kind().code())
                    .bind(claim)
                    .fetch_optional(&mut *tx)
                    .await?;
                if let Some(waiting) = waiting {
                    SubmitOutcome::Pending(known(ReviewId::new(waiting), "reviews", "id")?)
                } else {
                    let id = insert_review!(tx, account, subject, document, status, at);
                    attach!(tx, files, id, account);
                    SubmitOutcome::Submitted(Review {
                        id: known(ReviewId::new(id), "reviews", "id")?,
                        account: *account,
                        subject: subject.clone(),
                        status,
                        reason: None,
                        submitted_at: *at,
                        decided_at: None,
                    })
                }
            } else {
                SubmitOutcome::UnknownAccount
            }
        })
    }

    async fn review(&self, id: ReviewId) -> StoreResult<Option<Review>> {
        let row: Option<Row> = read!(self.pool, |p| query_as(REVIEW).bind(id.get()).fetch_optional(p))?;
        row.map(review).transpose()
    }

    async fn reviews(&self, filter: ReviewFilter, slice: Slice) -> StoreResult<Sliced<Review>> {
        let kinds = codes(filter.kind, ReviewKind::ALL, ReviewKind::code);
        let statuses = codes(filter.status, ReviewStatus::ALL, ReviewStatus::code);
        let listed = if slice.newest_first { LATEST } else { ELDEST };
        let found: Vec<Row> = read!(self.pool, |p| query_as(listed)
            .bind(list(&kinds))
            .bind(list(&statuses))
            .bind(limit(slice.limit))
            .bind(limit(slice.skip))
            .fetch_all(p))?;
        let total: i64 = read!(self.pool, |p| query_scalar(COUNT_REVIEWS)
            .bind(list(&kinds))
            .bind(list(&statuses))
            .fetch_one(p))?;
        let items = found.into_iter().map(review).collect::<StoreResult<_>>()?;
        Ok(Sliced { items, total: rows::count(total) })
    }

    async fn submissions(&self, account: AccountId) -> StoreResult<Vec<Review>> {
        submissions(&self.pool, &[account]).await
    }

    async fn decide_review(&self, decision: ReviewDecision) -> StoreResult<Option<Decided>> {
        let status = if decision.approved { ReviewStatus::Passed } else { ReviewStatus::Rejected };
        let id = decision.review.get();
        transaction!(self.pool, |tx, _locks| {
            let decided = query(DECIDE)
                .bind(id)
                .bind(status.code())
                .bind(&decision.reason)
                .bind(decision.at.0)
                .execute(&mut *tx)
                .await?;
            let row: Option<Row> = query_as(REVIEW).bind(id).fetch_optional(&mut *tx).await?;
            let changed = decided.rows_affected() > 0;
            match row.map(review).transpose()? {
                Some(review) => {
                    if changed {
                        record!(tx, &decision.audit(&review));
                    }
                    Some(Decided { review, changed })
                }
                None => None,
            }
        })
    }
}

/// What a filter lets through.
fn codes<T: Copy>(one: Option<T>, all: &[T], code: fn(T) -> i64) -> Vec<i64> {
    one.map_or_else(|| all.iter().copied().map(code).collect(), |one| vec![code(one)])
}

/// What these accounts handed in, by account and then the eldest first.
pub(super) async fn submissions(pool: &SqlPool, accounts: &[AccountId]) -> StoreResult<Vec<Review>> {
    let found: Vec<Row> = read!(pool, |p| query_as(SUBMISSIONS).bind(list(accounts)).fetch_all(p))?;
    found.into_iter().map(review).collect()
}

fn review(row: Row) -> StoreResult<Review> {
    let (id, account, status, document, reason, submitted_at, decided_at) = row;
    Ok(Review {
        id: known(ReviewId::new(id), "reviews", "id")?,
        account: rows::account_id(account, "reviews", "account_id")?,
        subject: rows::subject(&document)?,
        status: rows::review_status(status)?,
        reason,
        submitted_at: Millis(submitted_at),
        decided_at: decided_at.map(Millis),
    })
}
