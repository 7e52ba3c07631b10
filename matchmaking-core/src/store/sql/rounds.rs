//! Rounds and picks in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{SqlStore, json::list, office::record, read, rows, sql, transaction};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, EventId},
    model::{Pair, TableDate},
    store::{NewAudit, PickOutcome, RoundStore},
};

sql! {
    IS_THERE = "SELECT COUNT(*) FROM events WHERE id = $1";
    // Whether it goes on, and is not closed: 1 if so.
    TAKES_PICKS = "SELECT CAST(CASE WHEN state = 2 AND starts_at <= $2 AND closed_at IS NULL THEN 1 ELSE 0 END AS BIGINT)
        FROM events WHERE id = $1";
    HAS_SEAT = "SELECT COUNT(*) FROM registrations
        WHERE event_id = $1 AND account_id = $2 AND state <= 3 AND state <> 1";
    FORGET_DATES = "DELETE FROM event_dates WHERE event_id = $1";
    KEEP_DATE = "INSERT INTO event_dates (event_id, round, place, first_id, second_id, starts_at, ends_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    DATES = "SELECT round, place, first_id, second_id, starts_at, ends_at FROM event_dates
        WHERE event_id = $1 ORDER BY round, place";
    DATES_OF = "SELECT round, place, first_id, second_id, starts_at, ends_at FROM event_dates
        WHERE event_id = $1 AND (first_id = $2 OR second_id = $2) ORDER BY round, place";
    FORGET_PICKS = "DELETE FROM picks WHERE event_id = $1 AND by_id = $2";
    KEEP_PICKS = "INSERT INTO picks (event_id, by_id, target_id)
        SELECT r.event_id, $2, r.account_id FROM registrations r
        WHERE r.event_id = $1 AND r.state <= 3 AND r.state <> 1 AND r.account_id <> $2
            AND r.account_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($3))
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = $2 AND b.target_id = r.account_id)
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = r.account_id AND b.target_id = $2)";
    PICKS_OF = "SELECT target_id FROM picks WHERE event_id = $1 AND by_id = $2 ORDER BY target_id";
    MUTUAL = "SELECT p.by_id, p.target_id FROM picks p
        JOIN picks q ON q.event_id = p.event_id AND q.by_id = p.target_id AND q.target_id = p.by_id
        WHERE p.event_id = $1 AND p.by_id < p.target_id ORDER BY p.by_id, p.target_id";

    @locks {
        LOCK_EVENT = "SELECT id FROM events WHERE id = $1 FOR NO KEY UPDATE";
    }
}

/// Round, table, both people, beginning, end.
type DateRow = (i64, i64, i64, i64, i64, i64);

#[async_trait]
impl RoundStore for SqlStore {
    async fn set_dates(&self, event: EventId, dates: Vec<TableDate>, audit: NewAudit) -> StoreResult<bool> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_EVENT).bind(event.get()).execute(&mut *tx).await?;
            }
            let there: i64 = query_scalar(IS_THERE).bind(event.get()).fetch_one(&mut *tx).await?;
            if there > 0 {
                query(FORGET_DATES).bind(event.get()).execute(&mut *tx).await?;
                for date in &dates {
                    query(KEEP_DATE)
                        .bind(event.get())
                        .bind(date.round)
                        .bind(date.table)
                        .bind(date.first.get())
                        .bind(date.second.get())
                        .bind(date.starts_at.0)
                        .bind(date.ends_at.0)
                        .execute(&mut *tx)
                        .await?;
                }
                record!(tx, &audit);
            }
            there > 0
        })
    }

    async fn dates(&self, event: EventId) -> StoreResult<Vec<TableDate>> {
        let found: Vec<DateRow> = read!(self.pool, |p| query_as(DATES).bind(event.get()).fetch_all(p))?;
        found.into_iter().map(date).collect()
    }

    async fn dates_of(&self, event: EventId, account: AccountId) -> StoreResult<Vec<TableDate>> {
        let found: Vec<DateRow> =
            read!(self.pool, |p| query_as(DATES_OF).bind(event.get()).bind(account.get()).fetch_all(p))?;
        found.into_iter().map(date).collect()
    }

    async fn set_picks(
        &self,
        event: EventId,
        by: AccountId,
        picks: &[AccountId],
        at: Millis,
    ) -> StoreResult<PickOutcome> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_EVENT).bind(event.get()).execute(&mut *tx).await?;
            }
            let takes_picks: Option<i64> =
                query_scalar(TAKES_PICKS).bind(event.get()).bind(at.0).fetch_optional(&mut *tx).await?;
            let has_seat: i64 =
                query_scalar(HAS_SEAT).bind(event.get()).bind(by.get()).fetch_one(&mut *tx).await?;
            match takes_picks {
                Some(takes_picks) if has_seat > 0 && takes_picks > 0 => {
                    query(FORGET_PICKS).bind(event.get()).bind(by.get()).execute(&mut *tx).await?;
                    let keep = query(KEEP_PICKS).bind(event.get()).bind(by.get()).bind(list(picks));
                    let kept = keep.execute(&mut *tx).await?.rows_affected();
                    PickOutcome::Kept(usize::try_from(kept).unwrap_or(usize::MAX))
                }
                Some(_) if has_seat > 0 => PickOutcome::NotNow,
                _ => PickOutcome::NoSeat,
            }
        })
    }

    async fn picks_of(&self, event: EventId, by: AccountId) -> StoreResult<Vec<AccountId>> {
        let found = read!(self.pool, |p| query_as(PICKS_OF).bind(event.get()).bind(by.get()).fetch_all(p))?;
        rows::account_ids(found, "picks", "target_id")
    }

    async fn mutual_picks(&self, event: EventId) -> StoreResult<Vec<Pair>> {
        let found: Vec<(i64, i64)> = read!(self.pool, |p| query_as(MUTUAL).bind(event.get()).fetch_all(p))?;
        let pair = |(by, target)| {
            let by = rows::account_id(by, "picks", "by_id")?;
            rows::known(Pair::new(by, rows::account_id(target, "picks", "target_id")?), "picks", "target_id")
        };
        found.into_iter().map(pair).collect()
    }
}

fn date((round, table, first, second, starts_at, ends_at): DateRow) -> StoreResult<TableDate> {
    Ok(TableDate {
        round,
        table,
        first: rows::account_id(first, "event_dates", "first_id")?,
        second: rows::account_id(second, "event_dates", "second_id")?,
        starts_at: Millis(starts_at),
        ends_at: Millis(ends_at),
    })
}
