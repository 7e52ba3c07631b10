//! Sessions, devices and new passwords in a database.

use async_trait::async_trait;
use serde::Serialize;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlPool, SqlStore,
    gather::Gathered,
    json::list,
    limit, read,
    rows::{self, AccountRow, known},
    safety::LOCK_ACCOUNTS,
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::{AccountId, SessionId},
    model::{AccountStatus, Device, SeenDevice, Session},
    store::{
        Access, DEVICES_PER_ACCOUNT_MAX, NewPassword, NewSession, OpenedSession, RefreshOutcome,
        SESSIONS_PER_ACCOUNT_MAX, SessionStore,
        decision::{Refresh, fits, refresh},
    },
};

sql! {
    END_BEYOND = "DELETE FROM sessions WHERE account_id = $1 AND id NOT IN (
        SELECT s.id FROM sessions s WHERE s.account_id = $1 ORDER BY s.refreshed_at DESC, s.id DESC
            LIMIT CAST($2 AS BIGINT))";
    INSERT_SESSION = "INSERT INTO sessions
            (account_id, family, generation, device, opened_at, refreshed_at, expires_at)
        VALUES ($1, $2, 0, $3, $4, $4, $5) RETURNING id";
    INSERT_DEVICE = "INSERT INTO devices (account_id, device_id, document, first_seen_at, last_seen_at)
        VALUES ($1, $2, $3, $4, $4) ON CONFLICT (account_id, device_id) DO NOTHING";
    SEE_DEVICE = "UPDATE devices SET document = $3, last_seen_at = $4 WHERE account_id = $1 AND device_id = $2";
    FORGET_DEVICES = "DELETE FROM devices WHERE account_id = $1 AND device_id <> $2 AND device_id NOT IN (
        SELECT d.device_id FROM devices d WHERE d.account_id = $1 AND d.device_id <> $2
        ORDER BY d.last_seen_at DESC, d.device_id LIMIT CAST($3 AS BIGINT))";
    FAMILY = "SELECT id, account_id, generation, refreshed_at, expires_at FROM sessions WHERE family = $1";
    NEXT_TOKEN = "UPDATE sessions SET generation = generation + 1, refreshed_at = $2, expires_at = $3
        WHERE id = $1";
    END_SESSION = "DELETE FROM sessions WHERE id = $2 AND account_id = $1";
    END_OTHERS = "DELETE FROM sessions WHERE account_id = $1 AND id <> $2";
    ACCESSES = "SELECT CAST(j.key AS BIGINT), a.id, a.status, a.password_hash IS NOT NULL, a.created_at,
            s.id IS NOT NULL
        FROM jsonb_each($1) AS j
        JOIN accounts a ON a.id = CAST(j.value ->> 'a' AS BIGINT)
        LEFT JOIN sessions s ON s.id = CAST(j.value ->> 's' AS BIGINT) AND s.account_id = a.id";
    SESSIONS = "SELECT id, account_id, device, opened_at, refreshed_at, expires_at FROM sessions
        WHERE account_id = $1 AND expires_at > $2 ORDER BY refreshed_at DESC, id DESC";
    PASSWORD = "SELECT status, password_hash FROM accounts WHERE id = $1";
    SET_PASSWORD = "UPDATE accounts SET password_hash = $2 WHERE id = $1";
    DEVICES = "SELECT document, first_seen_at, last_seen_at FROM devices WHERE account_id = $1
        ORDER BY last_seen_at DESC, device_id";
    FORGET_SESSIONS = "DELETE FROM sessions WHERE expires_at < $1";

    @locks {
        LOCK_FAMILY = "SELECT id FROM sessions WHERE family = $1 FOR UPDATE";
    }
}

/// No session has it.
const NO_SESSION: i64 = 0;

fn session_id(raw: i64) -> StoreResult<SessionId> {
    known(SessionId::new(raw), "sessions", "id")
}

fn device(document: &str, table: &'static str, column: &'static str) -> StoreResult<Device> {
    known(serde_json::from_str(document).ok(), table, column)
}

/// Identifier, account, device, the moments of opening, refreshing and expiry.
type SessionRow = (i64, i64, String, i64, i64, i64);

fn session((id, account, of, opened_at, refreshed_at, expires_at): SessionRow) -> StoreResult<Session> {
    Ok(Session {
        id: session_id(id)?,
        account: rows::account_id(account, "sessions", "account_id")?,
        device: device(&of, "sessions", "device")?,
        opened_at: Millis(opened_at),
        refreshed_at: Millis(refreshed_at),
        expires_at: Millis(expires_at),
    })
}

/// Whose an access token says it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Token {
    a: AccountId,
    s: SessionId,
}

/// What access tokens are worth, for everyone who comes with one at the same moment.
pub(super) struct Accesses;

#[async_trait]
impl Gathered for Accesses {
    type Key = Token;
    type Found = Access;

    async fn look_up(pool: &SqlPool, tokens: &[Token]) -> StoreResult<Vec<(i64, StoreResult<Access>)>> {
        let found: Vec<(i64, i64, i64, bool, i64, bool)> =
            read!(pool, |p| query_as(ACCESSES).bind(list(tokens)).fetch_all(p))?;
        let access = |(place, id, status, has_password, created_at, has_session)| {
            let row: AccountRow = (id, status, has_password, created_at);
            (place, rows::account(row).map(|account| Access { account, has_session }))
        };
        Ok(found.into_iter().map(access).collect())
    }
}

#[async_trait]
impl SessionStore for SqlStore {
    async fn open_session(&self, new: NewSession) -> StoreResult<Option<OpenedSession>> {
        let account = new.account.get();
        let document =
            serde_json::to_string(&new.device).map_err(|error| StoreError::Driver(Box::new(error)))?;
        let beyond = limit(SESSIONS_PER_ACCOUNT_MAX - 1);
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(account).bind(account).execute(&mut *tx).await?;
            }
            let owner: Option<(i64, Option<String>)> =
                query_as(PASSWORD).bind(account).fetch_optional(&mut *tx).await?;
            let (status, hash) = owner.unzip();
            let is_right = new.password.is_none() || new.password == hash.flatten();
            if is_right && status.map(rows::status).transpose()? == Some(AccountStatus::Active) {
                query(END_BEYOND).bind(account).bind(beyond).execute(&mut *tx).await?;
                let id: i64 = query_scalar(INSERT_SESSION)
                    .bind(account)
                    .bind(&new.family)
                    .bind(&document)
                    .bind(new.at.0)
                    .bind(new.expires_at.0)
                    .fetch_one(&mut *tx)
                    .await?;
                let mut is_new_device = false;
                if let Some(name) = &new.device.device_id {
                    let seen = query(INSERT_DEVICE).bind(account).bind(name).bind(&document).bind(new.at.0);
                    is_new_device = seen.execute(&mut *tx).await?.rows_affected() > 0;
                    if is_new_device {
                        let others = limit(DEVICES_PER_ACCOUNT_MAX - 1);
                        query(FORGET_DEVICES).bind(account).bind(name).bind(others).execute(&mut *tx).await?;
                    } else {
                        let seen = query(SEE_DEVICE).bind(account).bind(name).bind(&document).bind(new.at.0);
                        seen.execute(&mut *tx).await?;
                    }
                }
                Some(OpenedSession { id: session_id(id)?, is_new_device })
            } else {
                None
            }
        })
    }

    async fn refresh_session(
        &self,
        family: &str,
        generation: i64,
        at: Millis,
        expires_at: Millis,
    ) -> StoreResult<RefreshOutcome> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_FAMILY).bind(family).execute(&mut *tx).await?;
            }
            let found: Option<(i64, i64, i64, i64, i64)> =
                query_as(FAMILY).bind(family).fetch_optional(&mut *tx).await?;
            match found {
                None => RefreshOutcome::Unknown,
                Some((id, account, last, refreshed_at, ends_at)) => {
                    let session = session_id(id)?;
                    let account = rows::account_id(account, "sessions", "account_id")?;
                    match refresh(generation, last, Millis(refreshed_at), Millis(ends_at), at) {
                        Refresh::Next => {
                            let next = query(NEXT_TOKEN).bind(id).bind(at.0).bind(expires_at.0);
                            next.execute(&mut *tx).await?;
                            RefreshOutcome::Refreshed { session, account, generation: last + 1 }
                        }
                        Refresh::Same => RefreshOutcome::Refreshed { session, account, generation: last },
                        Refresh::Expired => RefreshOutcome::Expired,
                        Refresh::Reused => {
                            query(END_SESSION).bind(account.get()).bind(id).execute(&mut *tx).await?;
                            RefreshOutcome::Reused { account }
                        }
                        Refresh::Unknown => RefreshOutcome::Unknown,
                    }
                }
            }
        })
    }

    async fn access(&self, account: AccountId, session: SessionId) -> StoreResult<Option<Access>> {
        self.accesses.ask(Token { a: account, s: session }).await
    }

    async fn sessions(&self, account: AccountId, at: Millis) -> StoreResult<Vec<Session>> {
        let found = read!(self.pool, |p| query_as(SESSIONS).bind(account.get()).bind(at.0).fetch_all(p))?;
        found.into_iter().map(session).collect()
    }

    async fn end_session(&self, account: AccountId, session: SessionId) -> StoreResult<bool> {
        transaction!(self.pool, |tx, _locks| {
            let end = query(END_SESSION).bind(account.get()).bind(session.get());
            end.execute(&mut *tx).await?.rows_affected() > 0
        })
    }

    async fn set_password(&self, new: NewPassword) -> StoreResult<bool> {
        let account = new.account.get();
        let keep = new.keep.map_or(NO_SESSION, SessionId::get);
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(account).bind(account).execute(&mut *tx).await?;
            }
            let found: Option<(i64, Option<String>)> =
                query_as(PASSWORD).bind(account).fetch_optional(&mut *tx).await?;
            let may_be_set = match found {
                Some((status, hash)) => {
                    rows::status(status)? != AccountStatus::Deleted && fits(&new.former, hash.as_deref())
                }
                None => false,
            };
            if may_be_set {
                query(SET_PASSWORD).bind(account).bind(&new.hash).execute(&mut *tx).await?;
                query(END_OTHERS).bind(account).bind(keep).execute(&mut *tx).await?;
            }
            may_be_set
        })
    }

    async fn devices(&self, account: AccountId) -> StoreResult<Vec<SeenDevice>> {
        let found: Vec<(String, i64, i64)> =
            read!(self.pool, |p| query_as(DEVICES).bind(account.get()).fetch_all(p))?;
        let seen = |(document, first, last): (String, i64, i64)| {
            Ok(SeenDevice {
                device: device(&document, "devices", "document")?,
                first_seen_at: Millis(first),
                last_seen_at: Millis(last),
            })
        };
        found.into_iter().map(seen).collect()
    }

    async fn forget_sessions(&self, before: Millis) -> StoreResult<u64> {
        transaction!(self.pool, |tx, _locks| {
            query(FORGET_SESSIONS).bind(before.0).execute(&mut *tx).await?.rows_affected()
        })
    }
}
