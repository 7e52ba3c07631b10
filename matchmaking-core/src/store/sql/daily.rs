//! Daily lists in a database.

use async_trait::async_trait;
use serde::Serialize;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlPool, SqlStore,
    gather::Gathered,
    json::list,
    read, rows,
    safety::{hidden_from, sees},
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::Action,
    store::{DailyEntry, DailyList, DailyPlace, DailyStore, LISTS_AT_ONCE, NewDaily},
};

sql! {
    DAILIES = concat!(
        "SELECT CAST(j.key AS BIGINT), l.draw, l.drawn_at, e.target_id, e.score, i.action, i.decided_at
        FROM jsonb_each($1) AS j
        JOIN daily_lists l ON l.account_id = CAST(j.value ->> 'a' AS BIGINT)
            AND l.day = CAST(j.value ->> 'd' AS BIGINT)
            AND l.draw = (SELECT MAX(x.draw) FROM daily_lists x
                WHERE x.account_id = CAST(j.value ->> 'a' AS BIGINT) AND x.day = CAST(j.value ->> 'd' AS BIGINT))
        LEFT JOIN daily_entries e ON e.account_id = l.account_id AND e.day = l.day AND e.draw = l.draw AND ",
        sees!("l.account_id", "e.target_id"),
        " LEFT JOIN interactions i ON i.actor_id = l.account_id AND i.target_id = e.target_id
        ORDER BY 1, e.place"
    );
    LEFT_OUT = concat!(
        hidden_from!("$1"),
        " UNION SELECT second_id FROM matches WHERE first_id = $1
        UNION SELECT first_id FROM matches WHERE second_id = $1
        UNION SELECT target_id FROM interactions WHERE actor_id = $1 AND (action <> 4 OR decided_at >= $2)
        UNION SELECT target_id FROM daily_entries WHERE account_id = $1 AND day = $2
        ORDER BY 1"
    );
    EXPOSURES = "SELECT e.account_id, CAST(SUM(e.times) AS BIGINT) FROM exposures e
        WHERE e.account_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1)) AND e.day >= $2
        GROUP BY e.account_id ORDER BY e.account_id";
    FORGET_EXPOSURES = "DELETE FROM exposures
        WHERE account_id IN (SELECT CAST(j.value ->> 't' AS BIGINT) FROM jsonb_each($1) AS j) AND day < $2";
    // Whoever is put into the list is locked, so that no two transactions count the same row at once.
    EXPOSE = "INSERT INTO exposures (account_id, day, times)
        SELECT e.target_id, e.day, 1 FROM daily_entries e WHERE e.account_id = $1 AND e.day = $2 AND e.draw = $3
        ON CONFLICT (account_id, day) DO UPDATE SET times = exposures.times + 1";
    IS_ACTIVE = "SELECT COUNT(*) FROM accounts WHERE id = $1 AND status = 1";
    KEPT = "SELECT COUNT(*) FROM daily_lists WHERE account_id = $1 AND day = $2 AND draw >= $3";
    FORGET_ENTRIES = "DELETE FROM daily_entries WHERE account_id = $1 AND day < $2";
    FORGET_LISTS = "DELETE FROM daily_lists WHERE account_id = $1 AND day < $2";
    KEEP = "INSERT INTO daily_lists (account_id, day, draw, drawn_at) VALUES ($1, $2, $3, $4)";
    KEEP_ENTRIES = "INSERT INTO daily_entries (account_id, day, draw, place, target_id, score)
        SELECT $1, $2, $3, CAST(j.key AS BIGINT), a.id, CAST(j.value ->> 's' AS BIGINT)
        FROM jsonb_each($4) AS j
        JOIN accounts a ON a.id = CAST(j.value ->> 't' AS BIGINT) AND a.status <> 4";
    HAVE_DAILY = "SELECT DISTINCT l.account_id FROM jsonb_each($1) AS j
        JOIN daily_lists l ON l.account_id = CAST(j.value AS BIGINT) AND l.day = $2
        ORDER BY l.account_id";
    PLACE = "SELECT after_id, is_last FROM daily_places WHERE day = $1";
    FORGET_PLACES = "DELETE FROM daily_places WHERE day < $1";
    REACH_PLACE = "INSERT INTO daily_places (day, after_id, is_last) VALUES ($1, $2, $3)
        ON CONFLICT (day) DO UPDATE SET
            after_id = CASE WHEN excluded.after_id > daily_places.after_id
                THEN excluded.after_id ELSE daily_places.after_id END,
            is_last = CASE WHEN excluded.is_last > daily_places.is_last
                THEN excluded.is_last ELSE daily_places.is_last END";

    @locks {
        LOCK_LISTED = "SELECT id FROM accounts
            WHERE id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))
            ORDER BY id FOR NO KEY UPDATE";
    }
}

/// Place, number, moment, then somebody in it: who, score, decision and its moment.
type Row = (i64, i64, i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// Somebody to be put into a list.
#[derive(Debug, Serialize)]
struct Listed {
    t: AccountId,
    s: u8,
}

/// Whose list of which day.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Today {
    a: AccountId,
    d: i64,
}

/// Lists of a day, for everyone who looks at theirs at the same moment.
pub(super) struct Dailies;

#[async_trait]
impl Gathered for Dailies {
    type Key = Today;
    type Found = DailyList;

    async fn look_up(pool: &SqlPool, days: &[Today]) -> StoreResult<Vec<(i64, StoreResult<DailyList>)>> {
        let found: Vec<Row> = read!(pool, |p| query_as(DAILIES).bind(list(days)).fetch_all(p))?;
        let lists = found.chunk_by(|one, next| one.0 == next.0);
        Ok(lists.filter_map(|rows| Some((rows.first()?.0, daily(rows)))).collect())
    }
}

#[async_trait]
impl DailyStore for SqlStore {
    async fn daily(&self, account: AccountId, day: Millis) -> StoreResult<Option<DailyList>> {
        self.dailies.ask(Today { a: account, d: day.0 }).await
    }

    async fn left_out(&self, account: AccountId, day: Millis) -> StoreResult<Vec<AccountId>> {
        let found = read!(self.pool, |p| query_as(LEFT_OUT).bind(account.get()).bind(day.0).fetch_all(p))?;
        rows::account_ids(found, "daily_entries", "target_id")
    }

    async fn exposures(&self, people: &[AccountId], since: Millis) -> StoreResult<Vec<(AccountId, u64)>> {
        let found: Vec<(i64, i64)> =
            read!(self.pool, |p| query_as(EXPOSURES).bind(list(people)).bind(since.0).fetch_all(p))?;
        let exposed = |(account, times)| {
            let times = rows::known(u64::try_from(times).ok(), "exposures", "times")?;
            Ok((rows::account_id(account, "exposures", "account_id")?, times))
        };
        found.into_iter().map(exposed).collect()
    }

    async fn keep_daily(&self, new: NewDaily) -> StoreResult<bool> {
        let kept = self.keep_dailies(std::slice::from_ref(&new)).await?;
        Ok(kept.contains(&true))
    }

    async fn keep_dailies(&self, new: &[NewDaily]) -> StoreResult<Vec<bool>> {
        let mut kept = Vec::with_capacity(new.len());
        for new in new.chunks(LISTS_AT_ONCE) {
            let mut everyone: Vec<AccountId> = new.iter().map(|new| new.account).collect();
            everyone.extend(new.iter().flat_map(|new| new.entries.iter().map(|(target, _)| *target)));
            kept.extend(transaction!(self.pool, |tx, locks| {
                if locks {
                    // So that nobody of them is deleted meanwhile, and each owner draws once.
                    query(LOCK_LISTED).bind(list(&everyone)).execute(&mut *tx).await?;
                }
                let mut kept = Vec::with_capacity(new.len());
                for new in new {
                    let (account, day, draw) = (new.account.get(), new.day.0, new.draw);
                    let active: i64 = query_scalar(IS_ACTIVE).bind(account).fetch_one(&mut *tx).await?;
                    let there = query_scalar(KEPT).bind(account).bind(day).bind(draw);
                    let there: i64 = there.fetch_one(&mut *tx).await?;
                    let keeps = active > 0 && there == 0;
                    if keeps {
                        let listed: Vec<Listed> = new.entries.iter().map(|&(t, s)| Listed { t, s }).collect();
                        query(FORGET_ENTRIES).bind(account).bind(day).execute(&mut *tx).await?;
                        query(FORGET_LISTS).bind(account).bind(day).execute(&mut *tx).await?;
                        let keep = query(KEEP).bind(account).bind(day).bind(draw).bind(new.at.0);
                        keep.execute(&mut *tx).await?;
                        let entries =
                            query(KEEP_ENTRIES).bind(account).bind(day).bind(draw).bind(list(&listed));
                        entries.execute(&mut *tx).await?;
                        let forget = query(FORGET_EXPOSURES).bind(list(&listed)).bind(new.counted_since.0);
                        forget.execute(&mut *tx).await?;
                        query(EXPOSE).bind(account).bind(day).bind(draw).execute(&mut *tx).await?;
                    }
                    kept.push(keeps);
                }
                kept
            })?);
        }
        Ok(kept)
    }

    async fn have_daily(&self, accounts: &[AccountId], day: Millis) -> StoreResult<Vec<AccountId>> {
        let found = read!(self.pool, |p| query_as(HAVE_DAILY).bind(list(accounts)).bind(day.0).fetch_all(p))?;
        rows::account_ids(found, "daily_lists", "account_id")
    }

    async fn daily_place(&self, day: Millis) -> StoreResult<Option<DailyPlace>> {
        let found: Option<(i64, i64)> = read!(self.pool, |p| query_as(PLACE).bind(day.0).fetch_optional(p))?;
        let place = |(after, is_last)| {
            let after = rows::account_id(after, "daily_places", "after_id")?;
            Ok(DailyPlace { after, is_last: is_last > 0 })
        };
        found.map(place).transpose()
    }

    async fn reach_daily_place(&self, day: Millis, place: DailyPlace) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            query(FORGET_PLACES).bind(day.0).execute(&mut *tx).await?;
            let reach = query(REACH_PLACE).bind(day.0).bind(place.after.get()).bind(i64::from(place.is_last));
            reach.execute(&mut *tx).await?;
        })
    }
}

/// A list from its rows.
fn daily(rows: &[Row]) -> StoreResult<DailyList> {
    let (_, draw, drawn_at, ..) =
        rows.first().copied().ok_or(StoreError::Corrupt { table: "daily_lists", column: "draw" })?;
    let entries = rows.iter().filter_map(|row| entry(*row).transpose());
    Ok(DailyList { draw, drawn_at: Millis(drawn_at), entries: entries.collect::<StoreResult<_>>()? })
}

fn entry((_, _, _, target, score, action, at): Row) -> StoreResult<Option<DailyEntry>> {
    let Some((target, score)) = target.zip(score) else { return Ok(None) };
    let decision = match action.zip(at) {
        Some((action, at)) => {
            Some((rows::known(Action::from_code(action), "interactions", "action")?, Millis(at)))
        }
        None => None,
    };
    Ok(Some(DailyEntry {
        target: rows::account_id(target, "daily_entries", "target_id")?,
        score: rows::known(u8::try_from(score).ok(), "daily_entries", "score")?,
        decision,
    }))
}
