//! Interactions and matches in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore,
    counts::count_pair,
    json::list,
    likes::{Side, take_super_like},
    limit, read,
    rows::{self, InteractionRow, MatchRow, ViewRow, match_columns},
    safety::{LOCK_ACCOUNTS, relation, sees},
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, InteractionId, MatchId},
    model::{Action, Interaction, Match, Pair, may_see},
    store::{
        ContactRequest, CreateMatchOutcome, InteractionOutcome, MatchCounts, MatchFilter, MatchStore,
        MatchTerms, MatchView, NewInteraction, NewMatch, Slice, Sliced, UNREAD_COUNTED_MAX,
        decision::takes_super_like,
    },
};

/// A match with what has come of it, and what decides whether its two people may see each other.
macro_rules! view {
    ($where:expr) => {
        concat!(
            "SELECT ",
            match_columns!(),
            ", d.id AS conversation_id, d.last_seq, d.exchange_days, f.status AS first_status, s.status AS second_status,
                EXISTS (SELECT 1 FROM blocks b WHERE (b.by_id = m.first_id AND b.target_id = m.second_id)
                    OR (b.by_id = m.second_id AND b.target_id = m.first_id)) AS blocked
            FROM matches m
            JOIN accounts f ON f.id = m.first_id
            JOIN accounts s ON s.id = m.second_id
            LEFT JOIN conversations d ON d.low_id = m.low_id AND d.high_id = m.high_id
            WHERE ",
            $where
        )
    };
}

/// Of `matches m` those of the account of `$1` with people whom they may see.
macro_rules! shown_to {
    () => {
        concat!(
            "(m.first_id = $1 OR m.second_id = $1) AND ",
            sees!("(CASE WHEN m.first_id = $1 THEN m.second_id ELSE m.first_id END)")
        )
    };
}

/// Of these those that the number of a [`MatchFilter`] in `$2` means; `conversations d` is that of the match.
macro_rules! filtered {
    () => {
        concat!(
            shown_to!(),
            " AND ($2 = 0 OR ($2 = 1 AND COALESCE(d.last_seq, 0) = 0) OR ($2 = 2 AND d.last_seq > 0))"
        )
    };
}

sql! {
    RECORD = "INSERT INTO interactions (actor_id, target_id, action, decided_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (actor_id, target_id) DO UPDATE SET
            seen = CASE WHEN interactions.action IN (1, 2) AND excluded.action IN (1, 2)
                THEN interactions.seen ELSE 0 END,
            decided_at = CASE WHEN interactions.action = excluded.action AND excluded.action IN (1, 2)
                THEN interactions.decided_at ELSE excluded.decided_at END,
            action = excluded.action
        RETURNING id, decided_at";
    INTERACTION = "SELECT id, actor_id, target_id, action, decided_at FROM interactions
        WHERE actor_id = $1 AND target_id = $2";
    DECISIONS = "SELECT id, actor_id, target_id, action, decided_at FROM interactions
        WHERE actor_id = $1 AND target_id > $2 ORDER BY target_id LIMIT CAST($3 AS BIGINT)";
    INTERACTIONS = "SELECT id, actor_id, target_id, action, decided_at FROM interactions
        WHERE id > $1 ORDER BY id LIMIT CAST($2 AS BIGINT)";
    REJECTED = "SELECT target_id FROM interactions WHERE actor_id = $1 AND action = 3
        UNION SELECT actor_id FROM interactions WHERE target_id = $1 AND action = 3
        ORDER BY 1";
    INSERT_MATCH = "INSERT INTO matches (first_id, second_id, low_id, high_id, reason_for_first,
            reason_for_second, score, liked, created_at, ended_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, NULL) RETURNING id";
    MATCH_OF_PAIR =
        concat!("SELECT ", match_columns!(), " FROM matches m WHERE m.low_id = $1 AND m.high_id = $2");
    PEOPLE_OF_MATCH = "SELECT first_id, second_id FROM matches WHERE id = $1";
    VIEW = view!("m.id = $1");
    VIEW_OF_PAIR = view!("m.low_id = $1 AND m.high_id = $2");
    VIEWS_OF = view!("m.first_id = $1 OR m.second_id = $1 ORDER BY m.id");
    // The sign of `$3` tells the order: −1 for the latest first.
    VIEWS_PAGE = view!(concat!(filtered!(), " ORDER BY m.id * $3 LIMIT CAST($4 AS BIGINT) OFFSET $5"));
    VIEWS_COUNT = concat!(
        "SELECT COUNT(*) FROM matches m
        LEFT JOIN conversations d ON d.low_id = m.low_id AND d.high_id = m.high_id
        WHERE ",
        filtered!()
    );
    COUNTS = concat!(
        "SELECT COUNT(*), COUNT(CASE WHEN m.created_at >= $2 THEN 1 END), CAST(COALESCE(SUM((
            SELECT COUNT(*) FROM (SELECT 1 FROM messages u
                WHERE u.conversation_id = d.id AND u.seq > me.read_seq AND u.sender_id <> $1
                LIMIT CAST($3 AS BIGINT)) AS counted)), 0) AS BIGINT)
        FROM matches m
        LEFT JOIN conversations d ON d.low_id = m.low_id AND d.high_id = m.high_id
        LEFT JOIN members me ON me.conversation_id = d.id AND me.account_id = $1
        WHERE ",
        shown_to!()
    );
    VIEWS_WITH = view!(
        "m.id IN (SELECT x.id FROM jsonb_each($2) AS j
            JOIN matches x ON (x.low_id = $1 AND x.high_id = CAST(j.value AS BIGINT))
                OR (x.low_id = CAST(j.value AS BIGINT) AND x.high_id = $1))
        ORDER BY m.id"
    );
    PARTNERS = "SELECT second_id FROM matches WHERE first_id = $1
        UNION SELECT first_id FROM matches WHERE second_id = $1
        ORDER BY 1";
    TOGGLE = "UPDATE matches SET liked = 1 - liked WHERE id = $1";
    END = "UPDATE matches SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    CLOSE = "UPDATE conversations SET closed_at = $3 WHERE low_id = $1 AND high_id = $2 AND closed_at IS NULL";
    ASK_CONTACT = "INSERT INTO contact_requests (match_id, by_id, asked_at)
        SELECT m.id, $2, $3 FROM matches m WHERE m.id = $1
        ON CONFLICT (match_id, by_id) DO NOTHING";
    CONTACT_REQUESTS = "SELECT match_id, by_id FROM contact_requests
        WHERE match_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))
        ORDER BY match_id, by_id";
}

/// Makes a match in a transaction that has found none.
macro_rules! make_match {
    ($tx:ident, $first:expr, $second:expr, $pair:expr, $terms:expr, $at:expr) => {{
        let terms: &MatchTerms = $terms;
        let id: i64 = query_scalar(INSERT_MATCH)
            .bind($first.get())
            .bind($second.get())
            .bind($pair.low().get())
            .bind($pair.high().get())
            .bind(&terms.reason_for_first)
            .bind(&terms.reason_for_second)
            .bind(i64::from(terms.score))
            .bind($at.0)
            .fetch_one(&mut *$tx)
            .await?;
        count_pair!($tx, $pair, 1);
        Match {
            id: rows::known(MatchId::new(id), "matches", "id")?,
            first: $first,
            second: $second,
            reason_for_first: terms.reason_for_first.clone(),
            reason_for_second: terms.reason_for_second.clone(),
            score: terms.score,
            liked: false,
            created_at: $at,
            ended_at: None,
        }
    }};
}

/// The match of a pair, in a transaction.
macro_rules! match_of {
    ($tx:ident, $pair:expr) => {
        query_as::<_, MatchRow>(MATCH_OF_PAIR)
            .bind($pair.low().get())
            .bind($pair.high().get())
            .fetch_optional(&mut *$tx)
            .await?
            .map(rows::matched)
            .transpose()?
    };
}

/// The decision of one person about another, in a transaction.
macro_rules! decision_of {
    ($tx:ident, $actor:expr, $target:expr) => {
        query_as::<_, InteractionRow>(INTERACTION)
            .bind($actor.get())
            .bind($target.get())
            .fetch_optional(&mut *$tx)
            .await?
            .map(rows::interaction)
            .transpose()?
    };
}

#[async_trait]
impl MatchStore for SqlStore {
    async fn record_interaction(&self, new: NewInteraction) -> StoreResult<InteractionOutcome> {
        let (actor, target) = (new.actor, new.target);
        let Some(pair) = Pair::new(actor, target) else { return Ok(InteractionOutcome::NotVisible) };
        transaction!(self.pool, |tx, locks| {
            let visible = relation!(tx, locks, pair).is_some_and(may_see);
            let mut has_super_like = true;
            if let Some(super_likes) = new.super_likes.filter(|_| visible) {
                let standing = decision_of!(tx, actor, target);
                if takes_super_like(&new, standing.as_ref()) {
                    has_super_like = take_super_like!(tx, actor, target, super_likes);
                }
            }
            if !visible {
                InteractionOutcome::NotVisible
            } else if !has_super_like {
                InteractionOutcome::NoSuperLikes
            } else {
                let (id, at): (i64, i64) = query_as(RECORD)
                    .bind(actor.get())
                    .bind(target.get())
                    .bind(new.action.code())
                    .bind(new.at.0)
                    .fetch_one(&mut *tx)
                    .await?;
                let id = rows::known(InteractionId::new(id), "interactions", "id")?;
                let interaction = Interaction { id, actor, target, action: new.action, at: Millis(at) };
                let mut matched = match_of!(tx, pair);
                let mutual = new.action.is_like()
                    && decision_of!(tx, target, actor).is_some_and(|theirs| theirs.action.is_like());
                let newly_matched = matched.is_none() && mutual;
                if newly_matched {
                    matched = Some(make_match!(tx, actor, target, pair, &new.terms, new.at));
                }
                InteractionOutcome::Recorded { interaction, matched, newly_matched, mutual }
            }
        })
    }

    async fn take_back(&self, actor: AccountId, since: Millis) -> StoreResult<Option<Interaction>> {
        self.take_back_no(actor, since).await
    }

    async fn likes_of(&self, actor: AccountId, slice: Slice) -> StoreResult<Sliced<Interaction>> {
        self.likes(Side::Actor, actor, slice).await
    }

    async fn likers_of(&self, target: AccountId, slice: Slice) -> StoreResult<Sliced<Interaction>> {
        self.likes(Side::Target, target, slice).await
    }

    async fn see_likers(&self, target: AccountId) -> StoreResult<usize> {
        self.see_likes(target).await
    }

    async fn interaction(&self, actor: AccountId, target: AccountId) -> StoreResult<Option<Interaction>> {
        let row = read!(self.pool, |p| query_as::<_, InteractionRow>(INTERACTION)
            .bind(actor.get())
            .bind(target.get())
            .fetch_optional(p))?;
        row.map(rows::interaction).transpose()
    }

    async fn decisions_of(
        &self,
        actor: AccountId,
        after: Option<AccountId>,
        most: usize,
    ) -> StoreResult<Vec<Interaction>> {
        let found = read!(self.pool, |p| query_as::<_, InteractionRow>(DECISIONS)
            .bind(actor.get())
            .bind(after.map_or(0, AccountId::get))
            .bind(limit(most))
            .fetch_all(p))?;
        found.into_iter().map(rows::interaction).collect()
    }

    async fn interactions(&self, after: Option<InteractionId>, most: usize) -> StoreResult<Vec<Interaction>> {
        let after = after.map_or(0, InteractionId::get);
        let found = read!(self.pool, |p| query_as::<_, InteractionRow>(INTERACTIONS)
            .bind(after)
            .bind(limit(most))
            .fetch_all(p))?;
        found.into_iter().map(rows::interaction).collect()
    }

    async fn rejected(&self, account: AccountId) -> StoreResult<Vec<AccountId>> {
        let found = read!(self.pool, |p| query_as(REJECTED).bind(account.get()).fetch_all(p))?;
        rows::account_ids(found, "interactions", "target_id")
    }

    async fn create_match(&self, new: NewMatch) -> StoreResult<CreateMatchOutcome> {
        let Some(pair) = Pair::new(new.first, new.second) else { return Ok(CreateMatchOutcome::NotVisible) };
        transaction!(self.pool, |tx, locks| {
            if relation!(tx, locks, pair).is_some_and(may_see) {
                if let Some(existing) = match_of!(tx, pair) {
                    CreateMatchOutcome::Existing(existing)
                } else {
                    let made = make_match!(tx, new.first, new.second, pair, &new.terms, new.at);
                    CreateMatchOutcome::Made(made)
                }
            } else {
                CreateMatchOutcome::NotVisible
            }
        })
    }

    async fn match_view(&self, id: MatchId) -> StoreResult<Option<MatchView>> {
        let row = read!(self.pool, |p| query_as::<_, ViewRow>(VIEW).bind(id.get()).fetch_optional(p))?;
        visible(row)
    }

    async fn match_between(&self, pair: Pair) -> StoreResult<Option<MatchView>> {
        let row = read!(self.pool, |p| query_as::<_, ViewRow>(VIEW_OF_PAIR)
            .bind(pair.low().get())
            .bind(pair.high().get())
            .fetch_optional(p))?;
        visible(row)
    }

    async fn matches_of(&self, account: AccountId) -> StoreResult<Vec<MatchView>> {
        let found = read!(self.pool, |p| query_as::<_, ViewRow>(VIEWS_OF).bind(account.get()).fetch_all(p))?;
        all_visible(found)
    }

    async fn matches_page(
        &self,
        account: AccountId,
        filter: MatchFilter,
        slice: Slice,
    ) -> StoreResult<Sliced<MatchView>> {
        let total: i64 = read!(self.pool, |p| query_scalar(VIEWS_COUNT)
            .bind(account.get())
            .bind(number(filter))
            .fetch_one(p))?;
        let found = read!(self.pool, |p| query_as::<_, ViewRow>(VIEWS_PAGE)
            .bind(account.get())
            .bind(number(filter))
            .bind(if slice.newest_first { -1_i64 } else { 1 })
            .bind(limit(slice.limit))
            .bind(limit(slice.skip))
            .fetch_all(p))?;
        Ok(Sliced { total: rows::count(total), items: all_visible(found)? })
    }

    async fn match_counts(&self, account: AccountId, since: Millis) -> StoreResult<MatchCounts> {
        let (total, new, unread): (i64, i64, i64) = read!(self.pool, |p| query_as(COUNTS)
            .bind(account.get())
            .bind(since.0)
            .bind(UNREAD_COUNTED_MAX)
            .fetch_one(p))?;
        Ok(MatchCounts { total: rows::count(total), new: rows::count(new), unread })
    }

    async fn matches_with(&self, account: AccountId, others: &[AccountId]) -> StoreResult<Vec<MatchView>> {
        let found = read!(self.pool, |p| query_as::<_, ViewRow>(VIEWS_WITH)
            .bind(account.get())
            .bind(list(others))
            .fetch_all(p))?;
        all_visible(found)
    }

    async fn partners(&self, account: AccountId) -> StoreResult<Vec<AccountId>> {
        let found = read!(self.pool, |p| query_as(PARTNERS).bind(account.get()).fetch_all(p))?;
        rows::account_ids(found, "matches", "second_id")
    }

    async fn toggle_like(&self, id: MatchId) -> StoreResult<Option<Match>> {
        transaction!(self.pool, |tx, locks| {
            let people: Option<(i64, i64)> =
                query_as(PEOPLE_OF_MATCH).bind(id.get()).fetch_optional(&mut *tx).await?;
            let pair = people.map(pair_of).transpose()?;
            match pair {
                Some(pair) if relation!(tx, locks, pair).is_some_and(may_see) => {
                    query(TOGGLE).bind(id.get()).execute(&mut *tx).await?;
                    match_of!(tx, pair)
                }
                _ => None,
            }
        })
    }

    async fn end_match(&self, id: MatchId, by: AccountId, at: Millis) -> StoreResult<bool> {
        transaction!(self.pool, |tx, locks| {
            let people: Option<(i64, i64)> =
                query_as(PEOPLE_OF_MATCH).bind(id.get()).fetch_optional(&mut *tx).await?;
            let pair = people.map(pair_of).transpose()?.filter(|pair| pair.contains(by));
            match pair {
                Some(pair) => {
                    let (low, high) = (pair.low().get(), pair.high().get());
                    if locks {
                        query(LOCK_ACCOUNTS).bind(low).bind(high).execute(&mut *tx).await?;
                    }
                    count_pair!(tx, pair, -1);
                    let ended = query(END).bind(id.get()).bind(at.0).execute(&mut *tx).await?;
                    let ended = ended.rows_affected() > 0;
                    if ended {
                        query(CLOSE).bind(low).bind(high).bind(at.0).execute(&mut *tx).await?;
                    }
                    ended
                }
                None => false,
            }
        })
    }

    async fn ask_contact(&self, id: MatchId, by: AccountId, at: Millis) -> StoreResult<bool> {
        transaction!(self.pool, |tx, locks| {
            let people: Option<(i64, i64)> =
                query_as(PEOPLE_OF_MATCH).bind(id.get()).fetch_optional(&mut *tx).await?;
            let pair = people.map(pair_of).transpose()?.filter(|pair| pair.contains(by));
            match pair {
                Some(pair) if relation!(tx, locks, pair).is_some_and(may_see) => {
                    query(ASK_CONTACT).bind(id.get()).bind(by.get()).bind(at.0).execute(&mut *tx).await?;
                    true
                }
                _ => false,
            }
        })
    }

    async fn contact_requests(&self, ids: &[MatchId]) -> StoreResult<Vec<ContactRequest>> {
        let found: Vec<(i64, i64)> =
            read!(self.pool, |p| query_as(CONTACT_REQUESTS).bind(list(ids)).fetch_all(p))?;
        let request = |(id, by)| {
            Ok(ContactRequest {
                match_id: rows::known(MatchId::new(id), "contact_requests", "match_id")?,
                by: rows::account_id(by, "contact_requests", "by_id")?,
            })
        };
        found.into_iter().map(request).collect()
    }
}

fn pair_of((first, second): (i64, i64)) -> StoreResult<Pair> {
    let first = rows::account_id(first, "matches", "first_id")?;
    let second = rows::account_id(second, "matches", "second_id")?;
    rows::known(Pair::new(first, second), "matches", "second_id")
}

/// A match that was read, if its two people may see each other.
fn visible(row: Option<ViewRow>) -> StoreResult<Option<MatchView>> {
    let Some((view, relation)) = row.map(rows::view).transpose()? else { return Ok(None) };
    Ok(may_see(relation).then_some(view))
}

/// Of matches that were read those whose two people may see each other.
fn all_visible(rows: Vec<ViewRow>) -> StoreResult<Vec<MatchView>> {
    rows.into_iter().filter_map(|row| visible(Some(row)).transpose()).collect()
}

/// How a filter is bound.
const fn number(filter: MatchFilter) -> i64 {
    match filter {
        MatchFilter::All => 0,
        MatchFilter::New => 1,
        MatchFilter::Active => 2,
    }
}

/// What `REJECTED` looks for.
const _: () = assert!(Action::Dislike.code() == 3);
