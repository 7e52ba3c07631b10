//! Who likes whom, in a database.

use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore, limit, read,
    rows::{self, InteractionRow},
    safety::{LOCK_ACCOUNTS, sees},
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{Action, Interaction},
    store::{Slice, Sliced},
};

/// The likes of which the account of `$1` is this side, where it may see the other one.
macro_rules! likes {
    ($select:literal, $mine:literal, $theirs:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $select,
            " FROM interactions i WHERE i.",
            $mine,
            " = $1 AND i.action IN (1, 2) AND ",
            sees!($theirs),
            $order
        )
    };
}

/// The columns of an [`InteractionRow`], in the order that the sign of `$2` tells: −1 for the latest first.
macro_rules! page_of_likes {
    ($mine:literal, $theirs:literal) => {
        likes!(
            "i.id, i.actor_id, i.target_id, i.action, i.decided_at",
            $mine,
            $theirs,
            " ORDER BY i.decided_at * $2, i.id * $2 LIMIT CAST($3 AS BIGINT) OFFSET $4"
        )
    };
}

sql! {
    SUPER_LIKE_TAKEN = "SELECT COUNT(*) FROM super_likes WHERE actor_id = $1 AND target_id = $2 AND day >= $3";
    SUPER_LIKES_TAKEN = "SELECT COUNT(*) FROM super_likes WHERE actor_id = $1 AND day >= $2";
    FORGET_SUPER_LIKES = "DELETE FROM super_likes WHERE actor_id = $1 AND day < $2";
    TAKE_SUPER_LIKE = "INSERT INTO super_likes (actor_id, target_id, day) VALUES ($1, $2, $3)";
    LAST_NO = "SELECT id, actor_id, target_id, action, decided_at FROM interactions
        WHERE actor_id = $1 AND action IN (3, 4) AND decided_at >= $2
        ORDER BY decided_at DESC, id DESC LIMIT 1";
    TAKE_BACK = "DELETE FROM interactions WHERE id = $1";
    LIKES = page_of_likes!("actor_id", "i.target_id");
    LIKES_COUNT = likes!("COUNT(*)", "actor_id", "i.target_id", "");
    LIKERS = page_of_likes!("target_id", "i.actor_id");
    LIKERS_COUNT = likes!("COUNT(*)", "target_id", "i.actor_id", "");
    UNSEEN = "SELECT COUNT(*) FROM interactions WHERE target_id = $1 AND action IN (1, 2) AND seen = 0";
    UNSEEN_SHOWN = likes!("COUNT(*)", "target_id", "i.actor_id", " AND i.seen = 0");
    SEE = "UPDATE interactions SET seen = 1 WHERE target_id = $1 AND action IN (1, 2) AND seen = 0";
}

/// Takes one of the day's super-likes for a person, unless one is taken; whether there was one.
macro_rules! take_super_like {
    ($tx:ident, $actor:expr, $target:expr, $super_likes:expr) => {{
        let (actor, target, day) = ($actor.get(), $target.get(), $super_likes.day.0);
        let taken: i64 = ::sqlx::query_scalar($crate::store::sql::likes::SUPER_LIKE_TAKEN)
            .bind(actor)
            .bind(target)
            .bind(day)
            .fetch_one(&mut *$tx)
            .await?;
        let all: i64 = ::sqlx::query_scalar($crate::store::sql::likes::SUPER_LIKES_TAKEN)
            .bind(actor)
            .bind(day)
            .fetch_one(&mut *$tx)
            .await?;
        let left = taken == 0 && all < $super_likes.most;
        if left {
            ::sqlx::query($crate::store::sql::likes::FORGET_SUPER_LIKES)
                .bind(actor)
                .bind(day)
                .execute(&mut *$tx)
                .await?;
            ::sqlx::query($crate::store::sql::likes::TAKE_SUPER_LIKE)
                .bind(actor)
                .bind(target)
                .bind(day)
                .execute(&mut *$tx)
                .await?;
        }
        left || taken > 0
    }};
}
pub(super) use take_super_like;

/// Which side of a like somebody is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    /// They like.
    Actor,
    /// They are liked.
    Target,
}

impl SqlStore {
    pub(super) async fn take_back_no(
        &self,
        actor: AccountId,
        since: Millis,
    ) -> StoreResult<Option<Interaction>> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(actor.get()).bind(actor.get()).execute(&mut *tx).await?;
            }
            let last: Option<InteractionRow> =
                query_as(LAST_NO).bind(actor.get()).bind(since.0).fetch_optional(&mut *tx).await?;
            let last = last.map(rows::interaction).transpose()?;
            if let Some(last) = &last {
                query(TAKE_BACK).bind(last.id.get()).execute(&mut *tx).await?;
            }
            last
        })
    }

    pub(super) async fn likes(
        &self,
        side: Side,
        account: AccountId,
        slice: Slice,
    ) -> StoreResult<Sliced<Interaction>> {
        let (page, count) = match side {
            Side::Actor => (LIKES, LIKES_COUNT),
            Side::Target => (LIKERS, LIKERS_COUNT),
        };
        let total: i64 = read!(self.pool, |p| query_scalar(count).bind(account.get()).fetch_one(p))?;
        let found: Vec<InteractionRow> = read!(self.pool, |p| query_as(page)
            .bind(account.get())
            .bind(if slice.newest_first { -1_i64 } else { 1 })
            .bind(limit(slice.limit))
            .bind(limit(slice.skip))
            .fetch_all(p))?;
        let items = found.into_iter().map(rows::interaction).collect::<StoreResult<_>>()?;
        Ok(Sliced { total: rows::count(total), items })
    }

    pub(super) async fn see_likes(&self, target: AccountId) -> StoreResult<usize> {
        // Looked up first, because most readers find nothing new and need not wait for their turn to write.
        let unseen: i64 = read!(self.pool, |p| query_scalar(UNSEEN).bind(target.get()).fetch_one(p))?;
        if unseen == 0 {
            return Ok(0);
        }
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(target.get()).bind(target.get()).execute(&mut *tx).await?;
            }
            let shown: i64 = query_scalar(UNSEEN_SHOWN).bind(target.get()).fetch_one(&mut *tx).await?;
            query(SEE).bind(target.get()).execute(&mut *tx).await?;
            rows::count(shown)
        })
    }
}

/// What the statements look for.
const _: () = assert!(
    Action::Like.code() == 1
        && Action::SuperLike.code() == 2
        && Action::Dislike.code() == 3
        && Action::Skip.code() == 4
);
