//! Blocks in a database, and how two people stand to each other.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{SqlStore, counts::count_pair, limit, read, rows, sql, transaction};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{Pair, Relation},
    store::{BLOCKS_PER_PERSON_MAX, BlockOutcome, SafetyStore, Slice, Sliced},
};

/// The identifiers, as `id`, of everyone whom the account of this parameter may never be shown.
macro_rules! hidden_from {
    ($account:literal) => {
        concat!(
            "SELECT target_id AS id FROM blocks WHERE by_id = ",
            $account,
            " UNION SELECT by_id FROM blocks WHERE target_id = ",
            $account,
            " UNION SELECT second_id FROM matches WHERE ended_at IS NOT NULL AND first_id = ",
            $account,
            " UNION SELECT first_id FROM matches WHERE ended_at IS NOT NULL AND second_id = ",
            $account
        )
    };
}
pub(super) use hidden_from;

/// Whether the account of `$1` may see the one of this column: [`may_see`](crate::model::may_see), for lists that are
/// cut into parts by the database.
macro_rules! sees {
    ($other:literal) => {
        $crate::store::sql::safety::sees!("$1", $other)
    };
    ($viewer:literal, $other:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM accounts v WHERE v.id = ",
            $viewer,
            " AND v.status = 1)
            AND EXISTS (SELECT 1 FROM accounts o WHERE o.id = ",
            $other,
            " AND o.status = 1) AND ",
            $other,
            " NOT IN (",
            $crate::store::sql::safety::hidden_from!($viewer),
            ")"
        )
    };
}
pub(super) use sees;

sql! {
    RELATION = "SELECT v.status, t.status,
            EXISTS (SELECT 1 FROM blocks b
                WHERE (b.by_id = $1 AND b.target_id = $2) OR (b.by_id = $2 AND b.target_id = $1)),
            EXISTS (SELECT 1 FROM matches m
                WHERE m.ended_at IS NOT NULL
                    AND ((m.low_id = $1 AND m.high_id = $2) OR (m.low_id = $2 AND m.high_id = $1)))
        FROM accounts v CROSS JOIN accounts t WHERE v.id = $1 AND t.id = $2";
    BLOCK = "INSERT INTO blocks (by_id, target_id, blocked_at)
        SELECT b.id, t.id, $3 FROM accounts b CROSS JOIN accounts t WHERE b.id = $1 AND t.id = $2
        ON CONFLICT (by_id, target_id) DO NOTHING";
    UNBLOCK = "DELETE FROM blocks WHERE by_id = $1 AND target_id = $2";
    BLOCKS_COUNT = "SELECT COUNT(*) FROM blocks WHERE by_id = $1";
    IS_BLOCKED = "SELECT EXISTS (SELECT 1 FROM blocks WHERE by_id = $1 AND target_id = $2)";
    // The sign of `$2` tells the order: −1 for the latest first.
    BLOCKED_BY = "SELECT target_id FROM blocks WHERE by_id = $1
        ORDER BY blocked_at * $2, target_id * $2 LIMIT CAST($3 AS BIGINT) OFFSET $4";
    HIDDEN_FROM = concat!(hidden_from!("$1"), " ORDER BY 1");

    @locks {
        LOCK_ACCOUNTS = "SELECT id FROM accounts WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE";
    }
}

/// How two people stand to each other, for the rest of the transaction; `None` when one is unknown.
macro_rules! relation {
    ($tx:ident, $locks:ident, $pair:expr) => {{
        let (low, high) = ($pair.low().get(), $pair.high().get());
        if $locks {
            ::sqlx::query($crate::store::sql::safety::LOCK_ACCOUNTS)
                .bind(low)
                .bind(high)
                .execute(&mut *$tx)
                .await?;
        }
        ::sqlx::query_as($crate::store::sql::safety::RELATION)
            .bind(low)
            .bind(high)
            .fetch_optional(&mut *$tx)
            .await?
            .map($crate::store::sql::rows::relation)
            .transpose()?
    }};
}
pub(super) use relation;

#[async_trait]
impl SafetyStore for SqlStore {
    async fn block(&self, by: AccountId, target: AccountId, at: Millis) -> StoreResult<BlockOutcome> {
        let Some(pair) = Pair::new(by, target) else { return Ok(BlockOutcome::Unchanged) };
        transaction!(self.pool, |tx, locks| {
            if locks {
                let lock = query(LOCK_ACCOUNTS).bind(pair.low().get()).bind(pair.high().get());
                lock.execute(&mut *tx).await?;
            }
            let (blocker, blocked) = (by.get(), target.get());
            let stands: bool =
                query_scalar(IS_BLOCKED).bind(blocker).bind(blocked).fetch_one(&mut *tx).await?;
            let count: i64 = query_scalar(BLOCKS_COUNT).bind(blocker).fetch_one(&mut *tx).await?;
            if stands {
                BlockOutcome::Unchanged
            } else if rows::count(count) >= BLOCKS_PER_PERSON_MAX {
                BlockOutcome::TooMany
            } else {
                count_pair!(tx, pair, -1);
                let made = query(BLOCK).bind(blocker).bind(blocked).bind(at.0).execute(&mut *tx).await?;
                if made.rows_affected() > 0 { BlockOutcome::Blocked } else { BlockOutcome::Unchanged }
            }
        })
    }

    async fn unblock(&self, by: AccountId, target: AccountId) -> StoreResult<bool> {
        let Some(pair) = Pair::new(by, target) else { return Ok(false) };
        transaction!(self.pool, |tx, locks| {
            if locks {
                let lock = query(LOCK_ACCOUNTS).bind(pair.low().get()).bind(pair.high().get());
                lock.execute(&mut *tx).await?;
            }
            let gone = query(UNBLOCK).bind(by.get()).bind(target.get()).execute(&mut *tx).await?;
            let gone = gone.rows_affected() > 0;
            if gone {
                count_pair!(tx, pair, 1);
            }
            gone
        })
    }

    async fn blocked_by(&self, by: AccountId, slice: Slice) -> StoreResult<Sliced<AccountId>> {
        let total: i64 = read!(self.pool, |p| query_scalar(BLOCKS_COUNT).bind(by.get()).fetch_one(p))?;
        let found = read!(self.pool, |p| query_as(BLOCKED_BY)
            .bind(by.get())
            .bind(if slice.newest_first { -1_i64 } else { 1 })
            .bind(limit(slice.limit))
            .bind(limit(slice.skip))
            .fetch_all(p))?;
        Ok(Sliced { total: rows::count(total), items: rows::account_ids(found, "blocks", "target_id")? })
    }

    async fn hidden_from(&self, account: AccountId) -> StoreResult<Vec<AccountId>> {
        let found = read!(self.pool, |p| query_as(HIDDEN_FROM).bind(account.get()).fetch_all(p))?;
        rows::account_ids(found, "blocks", "target_id")
    }

    async fn relation(&self, viewer: AccountId, target: AccountId) -> StoreResult<Option<Relation>> {
        if viewer == target {
            return Ok(None);
        }
        let row =
            read!(self.pool, |p| query_as(RELATION).bind(viewer.get()).bind(target.get()).fetch_optional(p))?;
        row.map(rows::relation).transpose()
    }
}
