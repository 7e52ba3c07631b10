//! Accounts and identities in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore,
    error::TxError,
    json::list,
    read,
    rows::{self, AccountRow},
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{Account, AccountStatus, Identity, IdentityKind},
    store::{AccountStore, CreateOutcome, NewAccount, SetIdentityOutcome, decision::one_identity_a_kind},
};

sql! {
    OWNER = "SELECT account_id FROM identities WHERE kind = $1 AND folded = $2";
    INSERT_ACCOUNT = "INSERT INTO accounts (status, status_at, password_hash, created_at)
        VALUES ($1, $2, $3, $2) RETURNING id";
    INSERT_IDENTITY = "INSERT INTO identities (kind, folded, account_id, value) VALUES ($1, $2, $3, $4)
        ON CONFLICT (kind, folded) DO NOTHING";
    INSERT_PROFILE = "INSERT INTO profiles (account_id, version, document, updated_at, last_active_at)
        VALUES ($1, 1, $2, $3, $3)";
    ACCOUNT = "SELECT id, status, password_hash IS NOT NULL, created_at FROM accounts WHERE id = $1";
    ACCOUNT_BY_IDENTITY = "SELECT a.id, a.status, a.password_hash IS NOT NULL, a.created_at
        FROM identities i JOIN accounts a ON a.id = i.account_id WHERE i.kind = $1 AND i.folded = $2";
    IDENTITIES = "SELECT kind, value, folded FROM identities WHERE account_id = $1 ORDER BY kind";
    IDENTITIES_OF_KIND = "SELECT i.account_id, i.kind, i.value, i.folded FROM identities i
        WHERE i.kind = $2 AND i.account_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    SET_STATUS = "UPDATE accounts SET status = $2, status_at = $3 WHERE id = $1 AND status NOT IN (4, $2)";
    PASSWORD_HASH = "SELECT password_hash FROM accounts WHERE id = $1";
    ERASE_PASSWORD = "UPDATE accounts SET password_hash = NULL WHERE id = $1";
    ERASE_IDENTITIES = "DELETE FROM identities WHERE account_id = $1";
    ERASE_PROFILE = "DELETE FROM profiles WHERE account_id = $1";
    ERASE_INTERACTIONS = "DELETE FROM interactions WHERE actor_id = $1 OR target_id = $1";
    ERASE_MATCHES = "DELETE FROM matches WHERE first_id = $1 OR second_id = $1";
    ERASE_BLOCKS = "DELETE FROM blocks WHERE by_id = $1 OR target_id = $1";
    ERASE_MARKS = "DELETE FROM read_marks WHERE account_id = $1";
    ERASE_MEMBERS = "DELETE FROM members WHERE account_id = $1
        AND EXISTS (SELECT 1 FROM conversations c WHERE c.id = members.conversation_id AND c.kind <> 1)";
    CLOSE_DIRECT = "UPDATE conversations SET closed_at = $2
        WHERE (low_id = $1 OR high_id = $1) AND closed_at IS NULL";
}

/// What an erased account leaves nothing in.
const ERASE: [&str; 8] = [
    ERASE_PASSWORD,
    ERASE_IDENTITIES,
    ERASE_PROFILE,
    ERASE_INTERACTIONS,
    ERASE_MATCHES,
    ERASE_BLOCKS,
    ERASE_MARKS,
    ERASE_MEMBERS,
];

#[async_trait]
impl AccountStore for SqlStore {
    async fn create_account(&self, new: NewAccount) -> StoreResult<CreateOutcome> {
        one_identity_a_kind(&new)?;
        let document = rows::document(&new.profile)?;
        // In one order everywhere, so that two who ask for the same identities wait for each other in a line.
        let mut identities: Vec<&Identity> = new.identities.iter().collect();
        identities.sort_unstable_by_key(|identity| (identity.kind, identity.folded.as_str()));
        transaction!(self.pool, |tx, _locks| {
            let mut taken = None;
            for identity in &new.identities {
                let owner: Option<i64> = query_scalar(OWNER)
                    .bind(identity.kind.code())
                    .bind(&identity.folded)
                    .fetch_optional(&mut *tx)
                    .await?;
                if let Some(owner) = owner {
                    taken = Some((identity.kind, rows::account_id(owner, "identities", "account_id")?));
                    break;
                }
            }
            if let Some((kind, by)) = taken {
                CreateOutcome::Taken { kind, by }
            } else {
                let id: i64 = query_scalar(INSERT_ACCOUNT)
                    .bind(AccountStatus::Active.code())
                    .bind(new.at.0)
                    .bind(&new.password_hash)
                    .fetch_one(&mut *tx)
                    .await?;
                for identity in &identities {
                    let inserted = query(INSERT_IDENTITY)
                        .bind(identity.kind.code())
                        .bind(&identity.folded)
                        .bind(id)
                        .bind(&identity.value)
                        .execute(&mut *tx)
                        .await?;
                    if inserted.rows_affected() == 0 {
                        return Err(TxError::LostRace);
                    }
                }
                query(INSERT_PROFILE).bind(id).bind(&document).bind(new.at.0).execute(&mut *tx).await?;
                CreateOutcome::Created(Account {
                    id: rows::account_id(id, "accounts", "id")?,
                    status: AccountStatus::Active,
                    has_password: new.password_hash.is_some(),
                    created_at: new.at,
                })
            }
        })
    }

    async fn account(&self, id: AccountId) -> StoreResult<Option<Account>> {
        let row = read!(self.pool, |p| query_as::<_, AccountRow>(ACCOUNT).bind(id.get()).fetch_optional(p))?;
        row.map(rows::account).transpose()
    }

    async fn accounts(&self, _ids: &[AccountId]) -> StoreResult<Vec<Account>> {
        Err(crate::store::decision::defect("accounts"))
    }

    async fn account_by_identity(&self, kind: IdentityKind, folded: &str) -> StoreResult<Option<Account>> {
        let row = read!(self.pool, |p| query_as::<_, AccountRow>(ACCOUNT_BY_IDENTITY)
            .bind(kind.code())
            .bind(folded)
            .fetch_optional(p))?;
        row.map(rows::account).transpose()
    }

    async fn identities(&self, id: AccountId) -> StoreResult<Vec<Identity>> {
        let found = read!(self.pool, |p| query_as(IDENTITIES).bind(id.get()).fetch_all(p))?;
        found.into_iter().map(rows::identity).collect()
    }

    async fn identities_of_kind(
        &self,
        kind: IdentityKind,
        ids: &[AccountId],
    ) -> StoreResult<Vec<(AccountId, Identity)>> {
        let found: Vec<(i64, i64, String, String)> = read!(self.pool, |p| query_as(IDENTITIES_OF_KIND)
            .bind(list(ids))
            .bind(kind.code())
            .fetch_all(p))?;
        let pair = |(id, kind, value, folded)| {
            Ok((rows::account_id(id, "identities", "account_id")?, rows::identity((kind, value, folded))?))
        };
        found.into_iter().map(pair).collect()
    }

    async fn set_status(&self, id: AccountId, status: AccountStatus, at: Millis) -> StoreResult<bool> {
        transaction!(self.pool, |tx, _locks| {
            let set =
                query(SET_STATUS).bind(id.get()).bind(status.code()).bind(at.0).execute(&mut *tx).await?;
            let changed = set.rows_affected() > 0;
            if changed && status == AccountStatus::Deleted {
                query(CLOSE_DIRECT).bind(id.get()).bind(at.0).execute(&mut *tx).await?;
                for statement in ERASE {
                    query(statement).bind(id.get()).execute(&mut *tx).await?;
                }
            }
            changed
        })
    }

    async fn set_identity(
        &self,
        _id: AccountId,
        _identity: Identity,
        _at: Millis,
    ) -> StoreResult<SetIdentityOutcome> {
        Err(crate::store::decision::defect("set_identity"))
    }

    async fn replace_password_hash(&self, _id: AccountId, _expected: &str, _new: &str) -> StoreResult<bool> {
        Err(crate::store::decision::defect("replace_password_hash"))
    }

    async fn password_hash(&self, id: AccountId) -> StoreResult<Option<String>> {
        let found: Option<Option<String>> =
            read!(self.pool, |p| query_scalar(PASSWORD_HASH).bind(id.get()).fetch_optional(p))?;
        Ok(found.flatten())
    }
}
