//! Profiles in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlPool, SqlStore,
    gather::{Gathered, all_of, for_each},
    json::list,
    limit, read, rows, sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{IdentityKind, Person, Profile},
    store::{PeopleStore, PersonRow, ProfilePage, ProfileStats, VersionedProfile},
};

/// An active person with the identities they have, as the sum of two to the power of each kind.
macro_rules! person {
    ($where:literal) => {
        concat!(
            "SELECT a.id, p.document, p.last_active_at,
                COALESCE((SELECT CAST(SUM(CAST(1 AS BIGINT) << CAST(i.kind AS INTEGER)) AS BIGINT)
                    FROM identities i WHERE i.account_id = a.id), 0)
            FROM accounts a JOIN profiles p ON p.account_id = a.id WHERE a.status = 1 AND ",
            $where
        )
    };
}

sql! {
    PROFILE = "SELECT version, document, updated_at FROM profiles WHERE account_id = $1";
    PROFILES = "SELECT account_id, version, document, updated_at FROM profiles
        WHERE account_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    REPLACE = "UPDATE profiles SET version = version + 1, document = $3, updated_at = $4
        WHERE account_id = $1 AND version = $2";
    LAST_ACTIVE = "SELECT last_active_at FROM profiles WHERE account_id = $1";
    TOUCH = "UPDATE profiles SET last_active_at = $2 WHERE account_id = $1 AND last_active_at < $2";
    COUNT_VIEW = "UPDATE profiles SET views = views + 1 WHERE account_id = $1";
    STATS = "SELECT
        COALESCE((SELECT p.views FROM profiles p WHERE p.account_id = $1), 0),
        (SELECT COUNT(*) FROM interactions i WHERE i.target_id = $1 AND i.action IN (1, 2)),
        (SELECT COUNT(*) FROM matches m WHERE m.first_id = $1 AND m.ended_at IS NULL)
            + (SELECT COUNT(*) FROM matches m WHERE m.second_id = $1 AND m.ended_at IS NULL)";
    PERSON = person!("a.id = $1");
    PEOPLE_AMONG = person!("a.id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))");
    PEOPLE = person!("a.id > $1 ORDER BY a.id LIMIT CAST($2 AS BIGINT)");
}

type Row = (i64, String, i64, i64);

#[async_trait]
impl PeopleStore for SqlStore {
    async fn profile(&self, id: AccountId) -> StoreResult<Option<VersionedProfile>> {
        let row: Option<(i64, String, i64)> =
            read!(self.pool, |p| query_as(PROFILE).bind(id.get()).fetch_optional(p))?;
        row.map(rows::versioned).transpose()
    }

    async fn profiles(&self, ids: &[AccountId]) -> StoreResult<Vec<(AccountId, VersionedProfile)>> {
        let found: Vec<(i64, i64, String, i64)> =
            read!(self.pool, |p| query_as(PROFILES).bind(list(ids)).fetch_all(p))?;
        let profile = |(id, version, document, updated_at)| {
            Ok((
                rows::account_id(id, "profiles", "account_id")?,
                rows::versioned((version, document, updated_at))?,
            ))
        };
        found.into_iter().map(profile).collect()
    }

    async fn page(&self, id: AccountId) -> StoreResult<Option<ProfilePage>> {
        self.pages.ask(id).await
    }

    async fn replace_profile(
        &self,
        id: AccountId,
        expected: i64,
        profile: &Profile,
        at: Millis,
    ) -> StoreResult<bool> {
        let document = rows::document(profile)?;
        transaction!(self.pool, |tx, _locks| {
            let replaced = query(REPLACE)
                .bind(id.get())
                .bind(expected)
                .bind(&document)
                .bind(at.0)
                .execute(&mut *tx)
                .await?;
            replaced.rows_affected() > 0
        })
    }

    async fn touch(&self, id: AccountId, at: Millis) -> StoreResult<()> {
        // Looked up first, because most touches change nothing and need not wait for their turn to write.
        let noted: Option<i64> =
            read!(self.pool, |p| query_scalar(LAST_ACTIVE).bind(id.get()).fetch_optional(p))?;
        if noted.is_none_or(|noted| noted >= at.0) {
            return Ok(());
        }
        transaction!(self.pool, |tx, _locks| {
            query(TOUCH).bind(id.get()).bind(at.0).execute(&mut *tx).await?;
        })
    }

    async fn person(&self, id: AccountId) -> StoreResult<Option<PersonRow>> {
        let row: Option<Row> = read!(self.pool, |p| query_as(PERSON).bind(id.get()).fetch_optional(p))?;
        row.map(person_row).transpose()
    }

    async fn people_among(&self, ids: &[AccountId]) -> StoreResult<Vec<PersonRow>> {
        Ok(self.people.ask(ids.to_vec()).await?.unwrap_or_default())
    }

    async fn people(&self, after: Option<AccountId>, rows: usize) -> StoreResult<Vec<PersonRow>> {
        let after = after.map_or(0, AccountId::get);
        let found: Vec<Row> =
            read!(self.pool, |p| query_as(PEOPLE).bind(after).bind(limit(rows)).fetch_all(p))?;
        found.into_iter().map(person_row).collect()
    }

    async fn count_view(&self, id: AccountId) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            query(COUNT_VIEW).bind(id.get()).execute(&mut *tx).await?;
        })
    }

    async fn stats(&self, id: AccountId) -> StoreResult<ProfileStats> {
        let (views, likes, matches) = read!(self.pool, |p| query_as(STATS).bind(id.get()).fetch_one(p))?;
        Ok(ProfileStats { views, likes, matches })
    }
}

/// Active people, for several who ask for some each.
pub(super) struct People;

#[async_trait]
impl Gathered for People {
    type Key = Vec<AccountId>;
    type Found = Vec<PersonRow>;

    async fn look_up(
        pool: &SqlPool,
        lists: &[Vec<AccountId>],
    ) -> StoreResult<Vec<(i64, StoreResult<Vec<PersonRow>>)>> {
        let found: Vec<Row> =
            read!(pool, |p| query_as(PEOPLE_AMONG).bind(list(&all_of(lists))).fetch_all(p))?;
        let people = found.into_iter().map(person_row).collect::<StoreResult<Vec<_>>>()?;
        Ok(for_each(lists, people, |row| row.person.id))
    }
}

fn person_row((id, document, last_active_at, kinds): Row) -> StoreResult<PersonRow> {
    let kinds = (1..=4).filter(|kind| kinds & (1 << kind) != 0);
    Ok(PersonRow {
        person: Person {
            id: rows::account_id(id, "accounts", "id")?,
            profile: rows::profile(&document)?,
            last_active_at: Millis(last_active_at),
        },
        kinds: kinds.filter_map(IdentityKind::from_code).collect(),
    })
}
