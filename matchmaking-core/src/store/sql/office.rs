//! What the back office asks of a database, and the record of what it changes.

use async_trait::async_trait;
use sqlx::{query_as, query_scalar};

use super::{SqlStore, limit, read, rows, sql, transaction};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::{AccountId, AuditId},
    model::{AuditAction, AuditEntry},
    store::{NewAudit, OfficeStore, Slice, Sliced},
    text::fold,
};

/// Accounts that a text names: everyone for an empty one. A nickname is looked for in the document as it is written
/// there, with the quotes that no text inside it can have.
macro_rules! found {
    ($select:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $select,
            " FROM accounts a WHERE a.status <> 4 AND (CAST($1 AS TEXT) = '' OR a.id = $2
                OR EXISTS (SELECT 1 FROM identities i WHERE i.account_id = a.id AND i.folded LIKE $3 ESCAPE '!')
                OR EXISTS (SELECT 1 FROM profiles p WHERE p.account_id = a.id
                    AND lower(p.document) LIKE lower(CAST($4 AS TEXT)) ESCAPE '!'))",
            $order
        )
    };
}

sql! {
    FIND = found!("a.id", " ORDER BY a.id * $5 LIMIT CAST($6 AS BIGINT) OFFSET $7");
    FIND_COUNT = found!("COUNT(*)", "");
    RECORD = "INSERT INTO audit (action, account_id, thing, detail, changed_at) VALUES ($1, $2, $3, $4, $5)
        RETURNING id";
    AUDIT = "SELECT id, action, account_id, thing, detail, changed_at FROM audit
        ORDER BY id * $1 LIMIT CAST($2 AS BIGINT) OFFSET $3";
    AUDIT_COUNT = "SELECT COUNT(*) FROM audit";
}

/// Adds an entry to the record of changes, in a transaction; its number.
macro_rules! record {
    ($tx:ident, $new:expr) => {{
        let new: &$crate::store::NewAudit = $new;
        let id: i64 = ::sqlx::query_scalar($crate::store::sql::office::RECORD)
            .bind(new.action.code())
            .bind(new.account.map($crate::ids::AccountId::get))
            .bind(new.thing)
            .bind(&new.detail)
            .bind(new.at.0)
            .fetch_one(&mut *$tx)
            .await?;
        id
    }};
}
pub(super) use record;

/// Number, action, account, thing, words, moment.
type AuditRow = (i64, i64, Option<i64>, Option<i64>, String, i64);

#[async_trait]
impl OfficeStore for SqlStore {
    async fn find_accounts(&self, text: &str, slice: Slice) -> StoreResult<Sliced<AccountId>> {
        let number: Option<i64> = text.parse().ok();
        let folded = format!("%{}%", literally(&fold(text)));
        let nickname = serde_json::to_string(text).map_err(|error| StoreError::Driver(Box::new(error)))?;
        // What `to_string` has put around it, less the quote at its end: the nickname may go on.
        let nickname = nickname.strip_suffix('"').unwrap_or(&nickname);
        let nickname = format!("%\"nickname\":{}%", literally(nickname));
        let total: i64 = read!(self.pool, |p| query_scalar(FIND_COUNT)
            .bind(text)
            .bind(number)
            .bind(&folded)
            .bind(&nickname)
            .fetch_one(p))?;
        let found = read!(self.pool, |p| query_as(FIND)
            .bind(text)
            .bind(number)
            .bind(&folded)
            .bind(&nickname)
            .bind(direction(slice))
            .bind(limit(slice.limit))
            .bind(limit(slice.skip))
            .fetch_all(p))?;
        Ok(Sliced { total: rows::count(total), items: rows::account_ids(found, "accounts", "id")? })
    }

    async fn record_audit(&self, new: NewAudit) -> StoreResult<AuditId> {
        let id = transaction!(self.pool, |tx, _locks| { record!(tx, &new) })?;
        rows::known(AuditId::new(id), "audit", "id")
    }

    async fn audit(&self, slice: Slice) -> StoreResult<Sliced<AuditEntry>> {
        let total: i64 = read!(self.pool, |p| query_scalar(AUDIT_COUNT).fetch_one(p))?;
        let found: Vec<AuditRow> = read!(self.pool, |p| query_as(AUDIT)
            .bind(direction(slice))
            .bind(limit(slice.limit))
            .bind(limit(slice.skip))
            .fetch_all(p))?;
        let items = found.into_iter().map(entry).collect::<StoreResult<_>>()?;
        Ok(Sliced { total: rows::count(total), items })
    }
}

/// The sign by which an order is turned round.
pub(super) fn direction(slice: Slice) -> i64 {
    if slice.newest_first { -1 } else { 1 }
}

/// A text as `LIKE` finds it and nothing else, with `!` as the sign of escape.
fn literally(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn entry((id, action, account, thing, detail, at): AuditRow) -> StoreResult<AuditEntry> {
    Ok(AuditEntry {
        id: rows::known(AuditId::new(id), "audit", "id")?,
        action: rows::known(AuditAction::from_code(action), "audit", "action")?,
        account: account.map(|id| rows::account_id(id, "audit", "account_id")).transpose()?,
        thing,
        detail,
        at: Millis(at),
    })
}
