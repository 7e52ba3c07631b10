//! Memberships in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{SqlStore, json::list, office::record, read, rows, safety::LOCK_ACCOUNTS, sql, transaction};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{Level, Membership},
    store::{MembershipStore, NewAudit},
};

sql! {
    MEMBERSHIPS = "SELECT account_id, level, expires_at FROM memberships
        WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    IS_THERE = "SELECT COUNT(*) FROM accounts WHERE id = $1 AND status <> 4";
    SET_MEMBERSHIP = "INSERT INTO memberships (account_id, level, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (account_id) DO UPDATE SET level = excluded.level, expires_at = excluded.expires_at";
}

#[async_trait]
impl MembershipStore for SqlStore {
    async fn membership(&self, id: AccountId) -> StoreResult<Membership> {
        let given = self.memberships(&[id]).await?;
        Ok(given.first().map(|(_, membership)| *membership).unwrap_or_default())
    }

    async fn memberships(&self, ids: &[AccountId]) -> StoreResult<Vec<(AccountId, Membership)>> {
        let found: Vec<(i64, i64, Option<i64>)> =
            read!(self.pool, |p| query_as(MEMBERSHIPS).bind(list(ids)).fetch_all(p))?;
        let membership = |(id, level, expires_at): (i64, i64, Option<i64>)| {
            let level = rows::known(Level::from_code(level), "memberships", "level")?;
            let id = rows::account_id(id, "memberships", "account_id")?;
            Ok((id, Membership { level, expires_at: expires_at.map(Millis) }))
        };
        found.into_iter().map(membership).collect()
    }

    async fn set_membership(
        &self,
        id: AccountId,
        membership: Membership,
        audit: NewAudit,
    ) -> StoreResult<bool> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(id.get()).bind(id.get()).execute(&mut *tx).await?;
            }
            let there: i64 = query_scalar(IS_THERE).bind(id.get()).fetch_one(&mut *tx).await?;
            if there > 0 {
                query(SET_MEMBERSHIP)
                    .bind(id.get())
                    .bind(membership.level.code())
                    .bind(membership.expires_at.map(|at| at.0))
                    .execute(&mut *tx)
                    .await?;
                record!(tx, &audit);
            }
            there > 0
        })
    }
}
