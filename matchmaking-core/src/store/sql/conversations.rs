//! Conversations and members in a database. What is done with groups is in [`groups`](super::groups), the list of a
//! person's conversations in [`summaries`](super::summaries).

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde::Serialize;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlPool, SqlStore,
    counts::count_pair,
    gather::Gathered,
    json::list,
    limit, read,
    rows::{self, ConversationRow, MemberRow, StandingRow, conversation_columns, member_columns},
    safety::{LOCK_ACCOUNTS, hidden_from},
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{Conversation, Member, Pair, Role},
    store::{
        ConversationStore, ConversationSummary, Departure, GroupChange, GroupOutcome, MatchedConversation,
        NewGroup, NewMember, Slice, Sliced, Standing,
    },
};

/// Whether the two of the match of this alias, if there is one, are people of the platform who have not both asked for
/// each other's contact.
macro_rules! contact_locked {
    ($matched:literal) => {
        concat!(
            "(",
            $matched,
            ".id IS NOT NULL AND (SELECT COUNT(*) FROM identities t WHERE t.kind = 1 AND t.account_id IN (",
            $matched,
            ".low_id, ",
            $matched,
            ".high_id)) = 2 AND (SELECT COUNT(*) FROM contact_requests r WHERE r.match_id = ",
            $matched,
            ".id) < 2)"
        )
    };
}
pub(super) use contact_locked;

sql! {
    OPEN_DIRECT = "INSERT INTO conversations
            (kind, low_id, high_id, name, description, created_at, updated_at, last_seq)
        VALUES (1, $1, $2, '', '', $3, $3, 0) ON CONFLICT DO NOTHING RETURNING id";
    INSERT_MEMBER = "INSERT INTO members (conversation_id, account_id, role, joined_at, read_seq, delivered_seq)
        VALUES ($1, $2, $3, $4, $5, $5)";
    INSERT_TALKER = "INSERT INTO members
            (conversation_id, account_id, role, joined_at, read_seq, delivered_seq, active_at)
        VALUES ($1, $2, $3, $4, 0, 0, $4)";
    PREFER = "UPDATE members SET is_pinned = COALESCE($3, is_pinned), is_muted = COALESCE($4, is_muted)
        WHERE conversation_id = $1 AND account_id = $2";
    CONVERSATION = concat!("SELECT ", conversation_columns!(), " FROM conversations c WHERE c.id = $1");
    STANDINGS = concat!(
        "SELECT CAST(j.key AS BIGINT) AS place, CAST(j.value ->> 'a' AS BIGINT) AS asker, ",
        conversation_columns!(),
        ", m.role, m.joined_at, m.read_seq, m.delivered_seq, m.is_pinned, m.is_muted,
            l.status AS low_status, h.status AS high_status,
            x.id AS match_id, x.ended_at,
            EXISTS (SELECT 1 FROM blocks b WHERE (b.by_id = c.low_id AND b.target_id = c.high_id)
                OR (b.by_id = c.high_id AND b.target_id = c.low_id)) AS blocked, ",
        contact_locked!("x"),
        " AS contact_locked, c.kept_since IS NOT NULL AS is_kept,
            CASE WHEN c.kind = 2 THEN (SELECT string_agg(CAST(unseen.id AS TEXT), ',') FROM (",
        hidden_from!("CAST(j.value ->> 'a' AS BIGINT)"),
        ") unseen) END AS hidden
        FROM jsonb_each($1) AS j
        CROSS JOIN conversations c
        LEFT JOIN members m ON m.conversation_id = c.id AND m.account_id = CAST(j.value ->> 'a' AS BIGINT)
        LEFT JOIN accounts l ON l.id = c.low_id
        LEFT JOIN accounts h ON h.id = c.high_id
        LEFT JOIN matches x ON x.low_id = c.low_id AND x.high_id = c.high_id
        WHERE c.id = CAST(j.value ->> 'c' AS BIGINT)"
    );
    DIRECT = concat!(
        "SELECT ",
        conversation_columns!(),
        " FROM conversations c WHERE c.low_id = $1 AND c.high_id = $2"
    );
    MEMBERS = concat!(
        "SELECT ",
        member_columns!(),
        " FROM members m WHERE m.conversation_id = $1 ORDER BY m.joined_at, m.account_id"
    );
    MEMBER = concat!(
        "SELECT ",
        member_columns!(),
        " FROM members m WHERE m.conversation_id = $1 AND m.account_id = $2"
    );
    CONVERSATIONS_AFTER = "SELECT conversation_id FROM members
        WHERE account_id = $1 AND conversation_id > $2 ORDER BY conversation_id LIMIT CAST($3 AS BIGINT)";
}

/// Somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Place {
    c: i64,
    a: i64,
}

/// How people stand in conversations.
pub(super) struct Standings;

#[async_trait]
impl Gathered for Standings {
    type Key = Place;
    type Found = Standing;
    const READS_TALK: bool = true;

    async fn look_up(pool: &SqlPool, places: &[Place]) -> StoreResult<Vec<(i64, StoreResult<Standing>)>> {
        let found: Vec<StandingRow> = read!(pool, |p| query_as(STANDINGS).bind(list(places)).fetch_all(p))?;
        Ok(found.into_iter().map(rows::standing).collect())
    }
}

/// The same for those who write, to whom the numbers in it mean nothing.
pub(super) struct WritersStandings;

#[async_trait]
impl Gathered for WritersStandings {
    type Key = Place;
    type Found = Standing;

    async fn look_up(pool: &SqlPool, places: &[Place]) -> StoreResult<Vec<(i64, StoreResult<Standing>)>> {
        Standings::look_up(pool, places).await
    }
}

#[async_trait]
impl ConversationStore for SqlStore {
    async fn open_direct(&self, pair: Pair, at: Millis) -> StoreResult<Conversation> {
        if let Some(open) = self.direct_between(pair).await? {
            return Ok(open);
        }
        let (low, high) = (pair.low().get(), pair.high().get());
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(low).bind(high).execute(&mut *tx).await?;
            }
            let made: Option<i64> =
                query_scalar(OPEN_DIRECT).bind(low).bind(high).bind(at.0).fetch_optional(&mut *tx).await?;
            if let Some(made) = made {
                for account in [low, high] {
                    query(INSERT_TALKER)
                        .bind(made)
                        .bind(account)
                        .bind(Role::Member.code())
                        .bind(at.0)
                        .execute(&mut *tx)
                        .await?;
                }
                count_pair!(tx, pair, 1);
            }
            let row = query_as::<_, ConversationRow>(DIRECT).bind(low).bind(high).fetch_one(&mut *tx).await?;
            rows::conversation(row)?
        })
    }

    async fn create_group(&self, new: NewGroup) -> StoreResult<GroupOutcome<Conversation>> {
        self.make_group(&new).await
    }

    async fn conversation(&self, id: ConversationId) -> StoreResult<Option<Conversation>> {
        let row = read!(self.pool, |p| query_as::<_, ConversationRow>(CONVERSATION)
            .bind(id.get())
            .fetch_optional(p))?;
        row.map(rows::conversation).transpose()
    }

    async fn standing(&self, id: ConversationId, account: AccountId) -> StoreResult<Option<Standing>> {
        self.standings.ask(Place { c: id.get(), a: account.get() }).await
    }

    async fn writers_standing(
        &self,
        id: ConversationId,
        account: AccountId,
    ) -> StoreResult<Option<Standing>> {
        self.writers_standings.ask(Place { c: id.get(), a: account.get() }).await
    }

    async fn direct_between(&self, pair: Pair) -> StoreResult<Option<Conversation>> {
        let row = read!(self.pool, |p| query_as::<_, ConversationRow>(DIRECT)
            .bind(pair.low().get())
            .bind(pair.high().get())
            .fetch_optional(p))?;
        row.map(rows::conversation).transpose()
    }

    async fn members(&self, id: ConversationId) -> StoreResult<Vec<Member>> {
        let found = read!(self.pool, |p| query_as::<_, MemberRow>(MEMBERS).bind(id.get()).fetch_all(p))?;
        found.into_iter().map(rows::member).collect()
    }

    async fn member(&self, id: ConversationId, account: AccountId) -> StoreResult<Option<Member>> {
        let row = read!(self.pool, |p| query_as::<_, MemberRow>(MEMBER)
            .bind(id.get())
            .bind(account.get())
            .fetch_optional(p))?;
        row.map(rows::member).transpose()
    }

    async fn groups_of(&self, account: AccountId) -> StoreResult<Vec<(Conversation, Member)>> {
        self.groups(account).await
    }

    async fn conversations_of(
        &self,
        account: AccountId,
        hidden: &[AccountId],
        limit: usize,
    ) -> StoreResult<Vec<ConversationSummary>> {
        self.summaries(account, hidden, limit).await
    }

    async fn summaries_of(
        &self,
        account: AccountId,
        hidden: &[AccountId],
        ids: &[ConversationId],
    ) -> StoreResult<Vec<ConversationSummary>> {
        let once: BTreeSet<_> = ids.iter().map(|id| id.get()).collect();
        let once: Vec<i64> = once.into_iter().collect();
        let mut summaries = self.summaries_among(account, hidden, &once).await?;
        summaries.sort_by_key(|summary| summary.conversation.id);
        Ok(summaries)
    }

    async fn conversations_after(
        &self,
        account: AccountId,
        after: Option<ConversationId>,
        most: usize,
    ) -> StoreResult<Vec<ConversationId>> {
        let found: Vec<i64> = read!(self.pool, |p| query_scalar(CONVERSATIONS_AFTER)
            .bind(account.get())
            .bind(after.map_or(0, ConversationId::get))
            .bind(limit(most))
            .fetch_all(p))?;
        let known = |id| rows::known(ConversationId::new(id), "members", "conversation_id");
        found.into_iter().map(known).collect()
    }

    async fn matched_conversations(
        &self,
        account: AccountId,
        slice: Slice,
    ) -> StoreResult<Sliced<MatchedConversation>> {
        self.matched(account, slice).await
    }

    async fn unread_in_matched(&self, account: AccountId) -> StoreResult<i64> {
        self.unread(account).await
    }

    async fn set_preferences(
        &self,
        id: ConversationId,
        account: AccountId,
        is_pinned: Option<bool>,
        is_muted: Option<bool>,
    ) -> StoreResult<Option<Member>> {
        let (pinned, muted) = (is_pinned.map(i64::from), is_muted.map(i64::from));
        transaction!(self.pool, |tx, _locks| {
            query(PREFER)
                .bind(id.get())
                .bind(account.get())
                .bind(pinned)
                .bind(muted)
                .execute(&mut *tx)
                .await?;
            let row = query_as::<_, MemberRow>(MEMBER).bind(id.get()).bind(account.get());
            row.fetch_optional(&mut *tx).await?.map(rows::member).transpose()?
        })
    }

    async fn update_group(
        &self,
        id: ConversationId,
        by: AccountId,
        role: Role,
        change: GroupChange,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Conversation>> {
        self.change_group(id, by, role, &change, at).await
    }

    async fn end_group(
        &self,
        id: ConversationId,
        by: AccountId,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Vec<AccountId>>> {
        self.close_group(id, by, at).await
    }

    async fn add_member(&self, new: NewMember) -> StoreResult<GroupOutcome<()>> {
        self.admit(new).await
    }

    async fn remove_member(
        &self,
        id: ConversationId,
        by: AccountId,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Departure>> {
        self.dismiss(id, by, account, at).await
    }
}
