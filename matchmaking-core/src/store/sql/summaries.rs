//! The list of a person's conversations in a database.

use std::cmp::Reverse;

use async_trait::async_trait;
use sqlx::query_as;

use super::{
    SqlPool, SqlStore,
    conversations::contact_locked,
    gather::Gathered,
    json::list,
    limit, read,
    rows::{self, PartRow, conversation_columns},
    sql,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{ConversationKind, may_see},
    store::{
        ConversationSummary, MatchedConversation, Slice, Sliced, UNREAD_CONVERSATIONS_MAX, UNREAD_COUNTED_MAX,
    },
};

/// The columns of a member `me`.
macro_rules! part_columns {
    () => {
        "me.account_id, me.role, me.joined_at, me.read_seq, me.delivered_seq, me.is_pinned, me.is_muted"
    };
}

/// The columns of the last message `l`.
macro_rules! last_columns {
    () => {
        "l.id AS message_id, l.seq, l.sender_id, l.kind AS message_kind, l.content, l.client_message_id, l.sent_at,
            l.details, l.recalled_at"
    };
}

/// Whether the account with the number `$viewer` may see the other one of the direct conversation `c`, whose match is `x`, or had one that
/// is kept: [`may_see`](crate::model::may_see), looked up for one conversation after the other.
macro_rules! sees_other {
    ($viewer:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM accounts v WHERE v.id = ",
            $viewer,
            " AND v.status = 1)
            AND (c.kept_since IS NOT NULL OR x.id IS NOT NULL AND x.ended_at IS NULL
                AND EXISTS (SELECT 1 FROM accounts o
                    WHERE o.id = CASE WHEN c.low_id = ",
            $viewer,
            " THEN c.high_id ELSE c.low_id END AND o.status = 1))
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = c.low_id AND b.target_id = c.high_id)
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = c.high_id AND b.target_id = c.low_id)"
        )
    };
}

/// A column of the last message of `conversations c` that is not from one of the accounts in `$2`: read backwards
/// from the end, and no further than to the first that is shown.
macro_rules! last_shown {
    ($column:literal) => {
        concat!(
            "(SELECT x.",
            $column,
            " FROM messages x WHERE x.conversation_id = c.id
                AND x.sender_id NOT IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($2))
                ORDER BY x.seq DESC LIMIT 1)"
        )
    };
}

/// A page of the conversations of matches, in the order of the index or against it: it stops where the page is full.
macro_rules! matched {
    ($order:literal) => {
        concat!(
            "SELECT ",
            conversation_columns!(),
            ", ",
            part_columns!(),
            ", ",
            last_columns!(),
            ", ",
            contact_locked!("x"),
            " OR c.kept_since IS NOT NULL AS contact_locked,
                CASE WHEN me.unread > $4 THEN $4 ELSE me.unread END AS unread,
                COALESCE(x.created_at, c.kept_since) AS matched_at
            FROM members me
            JOIN conversations c ON c.id = me.conversation_id
            LEFT JOIN matches x ON x.low_id = c.low_id AND x.high_id = c.high_id
            LEFT JOIN messages l ON l.conversation_id = c.id AND l.seq = c.last_seq
            WHERE me.account_id = $1 AND me.active_at IS NOT NULL AND ",
            sees_other!("$1"),
            $order,
            " LIMIT CAST($2 AS BIGINT) OFFSET $3"
        )
    };
}

sql! {
    // Of each conversation what decides whether and where it is listed, and no more: only a page of them is read.
    LISTED = concat!(
        "SELECT c.id, c.kind, COALESCE(",
        last_shown!("sent_at"),
        ", c.created_at), v.status, o.status,
            EXISTS (SELECT 1 FROM blocks b WHERE (b.by_id = c.low_id AND b.target_id = c.high_id)
                OR (b.by_id = c.high_id AND b.target_id = c.low_id)),
            EXISTS (SELECT 1 FROM matches e
                WHERE e.low_id = c.low_id AND e.high_id = c.high_id AND e.ended_at IS NOT NULL)
        FROM members me
        JOIN conversations c ON c.id = me.conversation_id
        JOIN accounts v ON v.id = me.account_id
        LEFT JOIN accounts o ON o.id = CASE WHEN c.low_id = $1 THEN c.high_id ELSE c.low_id END
        WHERE me.account_id = $1"
    );
    SUMMARIES = concat!(
        "SELECT ",
        conversation_columns!(),
        ", ",
        part_columns!(),
        ", ",
        last_columns!(),
        ", ",
        contact_locked!("x"),
        " AS contact_locked,
            (SELECT COUNT(*) FROM (SELECT 1 FROM messages u
                WHERE u.conversation_id = c.id AND u.seq > me.read_seq AND u.sender_id <> $1
                    AND u.sender_id NOT IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($2))
                LIMIT CAST($4 AS BIGINT)) AS counted) AS unread
        FROM jsonb_each($3) AS j
        JOIN members me ON me.conversation_id = CAST(j.value AS BIGINT) AND me.account_id = $1
        JOIN conversations c ON c.id = me.conversation_id
        LEFT JOIN matches x ON x.low_id = c.low_id AND x.high_id = c.high_id
        LEFT JOIN messages l ON l.conversation_id = c.id AND l.seq = ",
        last_shown!("seq")
    );
    MATCHED = matched!(" ORDER BY me.is_pinned DESC, me.active_at DESC, me.conversation_id DESC");
    MATCHED_BACKWARDS = matched!(" ORDER BY me.is_pinned, me.active_at, me.conversation_id");
    // How many conversations are listed, and how many messages are unread in them.
    TOTALS = concat!(
        "SELECT CAST(j.key AS BIGINT), CASE WHEN p.status = 1 THEN COALESCE(n.listed, 0) ELSE 0 END,
            CAST(COALESCE((SELECT SUM(shown.unread) FROM (
                SELECT CASE WHEN me.unread > $3 THEN $3 ELSE me.unread END AS unread
                FROM members me
                JOIN conversations c ON c.id = me.conversation_id
                LEFT JOIN matches x ON x.low_id = c.low_id AND x.high_id = c.high_id
                WHERE me.account_id = p.id AND me.unread > 0 AND ",
        sees_other!("p.id"),
        " ORDER BY me.active_at DESC LIMIT CAST($2 AS BIGINT)) AS shown), 0) AS BIGINT)
        FROM jsonb_each($1) AS j
        JOIN accounts p ON p.id = CAST(j.value AS BIGINT)
        LEFT JOIN conversation_counts n ON n.account_id = p.id"
    );
}

/// Conversation, kind, latest activity, own status, the other's status, whether one blocked the other, whether a
/// match was ended.
type ListedRow = (i64, i64, i64, i64, Option<i64>, bool, bool);

/// A conversation of a page, with the last message that is shown.
#[derive(Debug, sqlx::FromRow)]
struct SummaryRow {
    #[sqlx(flatten)]
    part: PartRow,
    message_id: Option<i64>,
    seq: Option<i64>,
    sender_id: Option<i64>,
    message_kind: Option<i64>,
    content: Option<String>,
    client_message_id: Option<String>,
    sent_at: Option<i64>,
    details: Option<String>,
    recalled_at: Option<i64>,
    contact_locked: bool,
    unread: i64,
}

/// A conversation of a page of those of matches.
#[derive(Debug, sqlx::FromRow)]
struct MatchedRow {
    #[sqlx(flatten)]
    summary: SummaryRow,
    matched_at: i64,
}

/// What is told of somebody's whole list with each part of it.
pub(super) struct Totals;

/// How many conversations are listed, and how many messages are unread in them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Total {
    listed: i64,
    unread: i64,
}

#[async_trait]
impl Gathered for Totals {
    type Key = AccountId;
    type Found = Total;
    const READS_TALK: bool = true;

    async fn look_up(pool: &SqlPool, ids: &[AccountId]) -> StoreResult<Vec<(i64, StoreResult<Total>)>> {
        let found: Vec<(i64, i64, i64)> = read!(pool, |p| query_as(TOTALS)
            .bind(list(ids))
            .bind(limit(UNREAD_CONVERSATIONS_MAX))
            .bind(UNREAD_COUNTED_MAX)
            .fetch_all(p))?;
        Ok(found.into_iter().map(|(place, listed, unread)| (place, Ok(Total { listed, unread }))).collect())
    }
}

impl SqlStore {
    pub(super) async fn summaries(
        &self,
        account: AccountId,
        hidden: &[AccountId],
        limit: usize,
    ) -> StoreResult<Vec<ConversationSummary>> {
        let found: Vec<ListedRow> =
            read!(self.pool, |p| query_as(LISTED).bind(account.get()).bind(list(hidden)).fetch_all(p))?;
        let mut listed = Vec::new();
        for row in found {
            let (id, _, active, ..) = row;
            if is_listed(row)? {
                listed.push((active, id));
            }
        }
        listed.sort_unstable_by_key(|place| Reverse(*place));
        listed.truncate(limit);
        let page: Vec<i64> = listed.into_iter().map(|(_, id)| id).collect();
        let mut summaries = self.summaries_among(account, hidden, &page).await?;
        // In the order of what was read last, which may be more than decided about the page.
        summaries.sort_by_key(|summary| Reverse((summary.active_at(), summary.conversation.id)));
        Ok(summaries)
    }

    /// Those of a list of conversations of which the person is a member, in no order.
    pub(super) async fn summaries_among(
        &self,
        account: AccountId,
        hidden: &[AccountId],
        ids: &[i64],
    ) -> StoreResult<Vec<ConversationSummary>> {
        let found = read!(self.pool, |p| query_as::<_, SummaryRow>(SUMMARIES)
            .bind(account.get())
            .bind(list(hidden))
            .bind(list(ids))
            .bind(UNREAD_COUNTED_MAX)
            .fetch_all(p))?;
        found.into_iter().map(summary).collect()
    }

    pub(super) async fn matched(
        &self,
        account: AccountId,
        slice: Slice,
    ) -> StoreResult<Sliced<MatchedConversation>> {
        let page = if slice.newest_first { MATCHED } else { MATCHED_BACKWARDS };
        let listed = async {
            read!(self.pool, |p| query_as::<_, MatchedRow>(page)
                .bind(account.get())
                .bind(limit(slice.limit))
                .bind(limit(slice.skip))
                .bind(UNREAD_COUNTED_MAX)
                .fetch_all(p))
        };
        let (total, found) = tokio::try_join!(self.totals.ask(account), listed)?;
        let matched = |row: MatchedRow| {
            let summary = summary(row.summary)?;
            let partner = match summary.conversation.kind {
                ConversationKind::Direct(pair) => pair.other(account),
                ConversationKind::Group | ConversationKind::Assistant => None,
            };
            let partner = rows::known(partner, "conversations", "low_id")?;
            Ok(MatchedConversation { summary, partner, matched_at: Millis(row.matched_at) })
        };
        let items = found.into_iter().map(matched).collect::<StoreResult<_>>()?;
        Ok(Sliced { total: rows::count(total.map_or(0, |total| total.listed)), items })
    }

    pub(super) async fn unread(&self, account: AccountId) -> StoreResult<i64> {
        Ok(self.totals.ask(account).await?.map_or(0, |total| total.unread))
    }
}

fn is_listed((_, kind, _, viewer, other, blocked, unmatched): ListedRow) -> StoreResult<bool> {
    match (kind, other) {
        (1, Some(other)) => rows::relation((viewer, other, blocked, unmatched)).map(may_see),
        (kind, _) => Ok(kind == 2),
    }
}

fn summary(row: SummaryRow) -> StoreResult<ConversationSummary> {
    let (conversation, me) = rows::part(row.part)?;
    let last = (row.message_id, row.seq, row.sender_id, row.message_kind, row.content, row.sent_at);
    let last = match last {
        (Some(id), Some(seq), Some(sender), Some(kind), Some(content), Some(sent_at)) => {
            let place = conversation.id.get();
            let details = (row.details, row.recalled_at);
            let row =
                (id, place, seq, sender, kind, content, row.client_message_id, sent_at, details.0, details.1);
            Some(rows::message(row)?)
        }
        _ => None,
    };
    let (unread, contact_locked) = (row.unread, row.contact_locked);
    Ok(ConversationSummary { conversation, me, last, unread, contact_locked })
}
