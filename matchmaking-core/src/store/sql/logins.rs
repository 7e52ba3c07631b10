//! Codes and failed logins in a database: one document a telephone, which is read, decided upon and written back under
//! the lock of its row.

use async_trait::async_trait;
use sqlx::{query, query_scalar};

use super::{SqlStore, error::TxError, read, rows::known, sql, transaction};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    model::CodePurpose,
    store::{LoginGate, LoginStore, NewCode, ReserveOutcome, ShownCode, SpendOutcome, phone::PhoneState},
};

sql! {
    PHONE = "SELECT document FROM phones WHERE phone = $1";
    INSERT_PHONE = "INSERT INTO phones (phone, document, changed_at) VALUES ($1, $2, $3)
        ON CONFLICT (phone) DO NOTHING";
    UPDATE_PHONE = "UPDATE phones SET document = $2, changed_at = $3 WHERE phone = $1";
    KEEP_PHONE = "UPDATE phones SET document = $2 WHERE phone = $1";
    FORGET_PHONES = "DELETE FROM phones WHERE changed_at < $1";

    @locks {
        LOCK_PHONE = "SELECT phone FROM phones WHERE phone = $1 FOR UPDATE";
    }
}

fn state(document: &str) -> StoreResult<PhoneState> {
    known(serde_json::from_str(document).ok(), "phones", "document")
}

fn document(state: &PhoneState) -> StoreResult<String> {
    serde_json::to_string(state).map_err(|error| StoreError::Driver(Box::new(error)))
}

impl SqlStore {
    /// Changes what is known of a telephone; `at` becomes the moment of the change, if it is one.
    async fn with_phone<T: Send>(
        &self,
        phone: &str,
        at: Option<Millis>,
        change: impl Fn(&mut PhoneState) -> T + Send + Sync,
    ) -> StoreResult<T> {
        transaction!(self.pool, |tx, locks| {
            let locked = if locks {
                query(LOCK_PHONE).bind(phone).execute(&mut *tx).await?.rows_affected() > 0
            } else {
                true
            };
            let found: Option<String> = query_scalar(PHONE).bind(phone).fetch_optional(&mut *tx).await?;
            if found.is_some() && !locked {
                // Made after the lock was asked for: it is not locked.
                return Err(TxError::LostRace);
            }
            let before = found.as_deref().map(state).transpose()?;
            let mut after = before.clone().unwrap_or_default();
            let outcome = change(&mut after);
            if before.as_ref() != Some(&after) && (before.is_some() || after != PhoneState::default()) {
                let document = document(&after)?;
                let written = match (&before, at) {
                    (None, at) => {
                        query(INSERT_PHONE).bind(phone).bind(&document).bind(at.unwrap_or_default().0)
                    }
                    (Some(_), Some(at)) => query(UPDATE_PHONE).bind(phone).bind(&document).bind(at.0),
                    (Some(_), None) => query(KEEP_PHONE).bind(phone).bind(&document),
                };
                if written.execute(&mut *tx).await?.rows_affected() == 0 {
                    // Somebody else made the row in between, or it was forgotten.
                    return Err(TxError::LostRace);
                }
            }
            outcome
        })
    }
}

#[async_trait]
impl LoginStore for SqlStore {
    async fn reserve_code(&self, new: NewCode) -> StoreResult<ReserveOutcome> {
        self.with_phone(&new.phone, Some(new.at), |phone| phone.reserve(&new)).await
    }

    async fn take_back_code(&self, phone: &str, purpose: CodePurpose, hash: &str) -> StoreResult<()> {
        self.with_phone(phone, None, |phone| phone.take_back(purpose, hash)).await
    }

    async fn spend_code(&self, shown: ShownCode) -> StoreResult<SpendOutcome> {
        self.with_phone(&shown.phone, Some(shown.at), |phone| phone.spend(&shown)).await
    }

    async fn login_gate(&self, phone: &str, at: Millis) -> StoreResult<LoginGate> {
        let found: Option<String> = read!(self.pool, |p| query_scalar(PHONE).bind(phone).fetch_optional(p))?;
        Ok(found.as_deref().map(state).transpose()?.map_or(LoginGate::Open, |phone| phone.gate(at)))
    }

    async fn record_login(&self, phone: &str, right: bool, at: Millis) -> StoreResult<LoginGate> {
        self.with_phone(phone, Some(at), |phone| phone.record(right, at)).await
    }

    async fn unlock_login(&self, phone: &str, at: Millis) -> StoreResult<()> {
        self.with_phone(phone, Some(at), PhoneState::unlock).await
    }

    async fn forget_phones(&self, before: Millis) -> StoreResult<u64> {
        transaction!(self.pool, |tx, _locks| {
            query(FORGET_PHONES).bind(before.0).execute(&mut *tx).await?.rows_affected()
        })
    }
}
