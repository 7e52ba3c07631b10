//! Messages and receipts in a database. Messages are written by the [`writer`](super::writer).

use async_trait::async_trait;
use serde::Serialize;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore,
    json::list,
    limit, read,
    rows::{self, MessageRow, message_columns},
    sql, transaction,
    writer::LOCK_CONVERSATIONS,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId},
    model::Message,
    store::{
        AppendOutcome, DeliveryMark, MessageStore, NewMessage, OnStored, ReadMark, ReadOutcome,
        RecallOutcome,
        decision::{recall_refusal, recalled},
    },
};

sql! {
    BEFORE = concat!(
        "SELECT ",
        message_columns!(),
        " FROM messages m WHERE m.conversation_id = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT CAST($3 AS BIGINT)"
    );
    AFTER = concat!(
        "SELECT ",
        message_columns!(),
        " FROM messages m WHERE m.conversation_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT CAST($3 AS BIGINT)"
    );
    MARKS = "SELECT m.read_seq, m.delivered_seq, c.last_seq
        FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.conversation_id = $1 AND m.account_id = $2";
    SET_READ = "UPDATE members SET read_seq = $3,
            delivered_seq = CASE WHEN delivered_seq < $3 THEN $3 ELSE delivered_seq END,
            unread = CASE WHEN active_at IS NULL THEN 0 ELSE unread - (SELECT COUNT(*) FROM messages m
                WHERE m.conversation_id = $1 AND m.seq > members.read_seq AND m.seq <= $3 AND m.sender_id <> $2) END
        WHERE conversation_id = $1 AND account_id = $2";
    SET_DELIVERED = "UPDATE members SET delivered_seq = $3 WHERE conversation_id = $1 AND account_id = $2";
    INSERT_MARK = "INSERT INTO read_marks (conversation_id, account_id, seq, read_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (conversation_id, account_id, seq) DO NOTHING";
    // In two parts, because PostgreSQL would take a third of all marks for below a bound that it has yet to look up.
    READ_MARKS = "SELECT r.account_id, r.seq, r.read_at FROM members m
        JOIN read_marks r ON r.conversation_id = m.conversation_id AND r.account_id = m.account_id
            AND r.seq >= $2 AND r.seq < $3
        WHERE m.conversation_id = $1
        UNION ALL SELECT r.account_id, r.seq, r.read_at FROM members m
        JOIN read_marks r ON r.conversation_id = m.conversation_id AND r.account_id = m.account_id
            AND r.seq = (SELECT MIN(n.seq) FROM read_marks n WHERE n.conversation_id = m.conversation_id
                AND n.account_id = m.account_id AND n.seq >= $3)
        WHERE m.conversation_id = $1
        ORDER BY 1, 2";
    WITHOUT = concat!(
        "SELECT ",
        message_columns!(),
        " FROM messages m WHERE m.conversation_id = $1 AND m.seq < $3
            AND m.sender_id NOT IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($2))
        ORDER BY m.seq DESC LIMIT CAST($4 AS BIGINT) OFFSET $5"
    );
    // All messages of a conversation are as many as the last one's number. They are read only where one of `$2` may
    // have written.
    COUNT_WITHOUT = "SELECT c.last_seq - CASE
            WHEN EXISTS (SELECT 1 FROM jsonb_each($2) AS j
                WHERE c.low_id IS NULL OR CAST(j.value AS BIGINT) IN (c.low_id, c.high_id))
            THEN (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id
                AND m.sender_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($2)))
            ELSE 0 END
        FROM conversations c WHERE c.id = $1";
    MESSAGE = concat!("SELECT ", message_columns!(), " FROM messages m WHERE m.id = $1");
    RECALL = "UPDATE messages SET content = '', details = NULL, recalled_at = $2 WHERE id = $1";
    DISCARD_SENT = "UPDATE media_files SET discard_at = $2
        WHERE media_key IN (SELECT s.media_key FROM sent_files s WHERE s.message_id = $1)
            AND NOT EXISTS (SELECT 1 FROM sent_files o
                WHERE o.media_key = media_files.media_key AND o.message_id <> $1)";
    FORGET_SENT = "DELETE FROM sent_files WHERE message_id = $1";
    DELIVER = "UPDATE members SET delivered_seq = CAST(j.value ->> 'q' AS BIGINT)
        FROM jsonb_each($1) AS j
        WHERE members.conversation_id = CAST(j.value ->> 'c' AS BIGINT)
            AND members.account_id = CAST(j.value ->> 'a' AS BIGINT)
            AND members.delivered_seq < CAST(j.value ->> 'q' AS BIGINT)
            AND EXISTS (SELECT 1 FROM conversations c
                WHERE c.id = members.conversation_id AND c.last_seq >= CAST(j.value ->> 'q' AS BIGINT))
        RETURNING conversation_id, account_id, delivered_seq";
    // Halves the numbers in which the answer is until one is left. What is at `low` is before `$2`, what is at `high`
    // is not; in between there is a message of every number.
    SEQ_BEFORE = "WITH RECURSIVE halved (low, high) AS (
            SELECT CAST(0 AS BIGINT), c.last_seq + 1 FROM conversations c WHERE c.id = $1
            UNION ALL
            SELECT CASE WHEN m.id < $2 THEN m.seq ELSE halved.low END,
                CASE WHEN m.id < $2 THEN halved.high ELSE m.seq END
            FROM halved JOIN messages m
                ON m.conversation_id = $1 AND m.seq = halved.low + (halved.high - halved.low) / 2
            WHERE halved.high - halved.low > 1)
        SELECT low FROM halved WHERE high - low = 1";

    @locks {
        LOCK_MEMBER = "SELECT account_id FROM members WHERE conversation_id = $1 AND account_id = $2
            FOR NO KEY UPDATE";
        LOCK_MESSAGE = "SELECT id FROM messages WHERE id = $1 FOR NO KEY UPDATE";
        LOCK_SENT = "SELECT f.media_key FROM media_files f
            WHERE f.media_key IN (SELECT s.media_key FROM sent_files s WHERE s.message_id = $1)
            ORDER BY f.media_key FOR UPDATE";
    }
}

/// A mark as the argument of a statement.
#[derive(Debug, Serialize)]
struct Delivery {
    c: i64,
    a: i64,
    q: i64,
}

impl Delivery {
    const fn of(mark: &DeliveryMark) -> Self {
        Self { c: mark.conversation.get(), a: mark.account.get(), q: mark.seq }
    }
}

/// How far a member has come: read, delivered, and the conversation's last number.
type Marks = (i64, i64, i64);

/// Which mark is to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Read(Millis),
    Delivered,
}

impl Mark {
    /// What moving it to `seq` comes to.
    fn advance(self, marks: Option<Marks>, seq: i64) -> ReadOutcome {
        let Some((read, delivered, last)) = marks else { return ReadOutcome::NotMember };
        let from = if self == Self::Delivered { delivered } else { read };
        let to = seq.min(last);
        if to > from { ReadOutcome::Advanced { from, to } } else { ReadOutcome::Unchanged }
    }
}

impl SqlStore {
    async fn advance(
        &self,
        conversation: ConversationId,
        account: AccountId,
        seq: i64,
        mark: Mark,
    ) -> StoreResult<ReadOutcome> {
        let (conversation, account) = (conversation.get(), account.get());
        // Looked up first, because most marks change nothing and need not wait for their turn to write.
        let marks: Option<Marks> =
            read!(self.pool, |p| query_as(MARKS).bind(conversation).bind(account).fetch_optional(p))?;
        let outcome = mark.advance(marks, seq);
        if !matches!(outcome, ReadOutcome::Advanced { .. }) {
            return Ok(outcome);
        }
        let (outcome, before) = transaction!(self.pool, |tx, locks| {
            let before = self.watch.as_ref().and_then(|watch| watch.state());
            if locks {
                query(LOCK_MEMBER).bind(conversation).bind(account).execute(&mut *tx).await?;
            }
            let marks: Option<Marks> =
                query_as(MARKS).bind(conversation).bind(account).fetch_optional(&mut *tx).await?;
            let outcome = mark.advance(marks, seq);
            if let ReadOutcome::Advanced { to, .. } = outcome {
                let set = if mark == Mark::Delivered { SET_DELIVERED } else { SET_READ };
                query(set).bind(conversation).bind(account).bind(to).execute(&mut *tx).await?;
                if let Mark::Read(at) = mark {
                    query(INSERT_MARK)
                        .bind(conversation)
                        .bind(account)
                        .bind(to)
                        .bind(at.0)
                        .execute(&mut *tx)
                        .await?;
                }
            }
            (outcome, before)
        })?;
        if let (ReadOutcome::Advanced { .. }, Some(watch)) = (outcome, &self.watch) {
            watch.talked(before);
        }
        Ok(outcome)
    }
}

#[async_trait]
impl MessageStore for SqlStore {
    async fn append_message(&self, new: NewMessage, on_stored: OnStored) -> StoreResult<AppendOutcome> {
        self.writer.append(new, on_stored).await
    }

    async fn messages_before(
        &self,
        conversation: ConversationId,
        before: Option<i64>,
        rows: usize,
    ) -> StoreResult<Vec<Message>> {
        let found = read!(self.pool, |p| query_as::<_, MessageRow>(BEFORE)
            .bind(conversation.get())
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit(rows))
            .fetch_all(p))?;
        found.into_iter().map(rows::message).collect()
    }

    async fn messages_after(
        &self,
        conversation: ConversationId,
        after: i64,
        rows: usize,
    ) -> StoreResult<Vec<Message>> {
        let found = read!(self.pool, |p| query_as::<_, MessageRow>(AFTER)
            .bind(conversation.get())
            .bind(after)
            .bind(limit(rows))
            .fetch_all(p))?;
        found.into_iter().map(rows::message).collect()
    }

    async fn mark_read(
        &self,
        conversation: ConversationId,
        account: AccountId,
        seq: i64,
        at: Millis,
    ) -> StoreResult<ReadOutcome> {
        self.advance(conversation, account, seq, Mark::Read(at)).await
    }

    async fn mark_delivered(
        &self,
        conversation: ConversationId,
        account: AccountId,
        seq: i64,
    ) -> StoreResult<ReadOutcome> {
        self.advance(conversation, account, seq, Mark::Delivered).await
    }

    async fn mark_all_delivered(&self, marks: &[DeliveryMark]) -> StoreResult<Vec<DeliveryMark>> {
        let places: Vec<Delivery> = marks.iter().map(Delivery::of).collect();
        // Conversations are locked before their members, as the writer does.
        let (moved, before): (Vec<(i64, i64, i64)>, _) = transaction!(self.pool, |tx, locks| {
            let before = self.watch.as_ref().and_then(|watch| watch.state());
            if locks {
                query(LOCK_CONVERSATIONS).bind(list(&places)).execute(&mut *tx).await?;
            }
            (query_as(DELIVER).bind(list(&places)).fetch_all(&mut *tx).await?, before)
        })?;
        if let (false, Some(watch)) = (moved.is_empty(), &self.watch) {
            watch.talked(before);
        }
        let mark = |(conversation, account, seq)| {
            Ok(DeliveryMark {
                conversation: rows::known(ConversationId::new(conversation), "members", "conversation_id")?,
                account: rows::account_id(account, "members", "account_id")?,
                seq,
            })
        };
        let mut moved: Vec<DeliveryMark> = moved.into_iter().map(mark).collect::<StoreResult<_>>()?;
        moved.sort_unstable();
        Ok(moved)
    }

    async fn recall_message(&self, id: MessageId, by: AccountId, at: Millis) -> StoreResult<RecallOutcome> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_MESSAGE).bind(id.get()).execute(&mut *tx).await?;
                query(LOCK_SENT).bind(id.get()).execute(&mut *tx).await?;
            }
            let row = query_as::<_, MessageRow>(MESSAGE).bind(id.get()).fetch_optional(&mut *tx).await?;
            match row.map(rows::message).transpose()? {
                None => RecallOutcome::Unknown,
                Some(message) => {
                    if let Some(refusal) = recall_refusal(&message, by, at) {
                        refusal
                    } else {
                        query(RECALL).bind(id.get()).bind(at.0).execute(&mut *tx).await?;
                        query(DISCARD_SENT).bind(id.get()).bind(at.0).execute(&mut *tx).await?;
                        query(FORGET_SENT).bind(id.get()).execute(&mut *tx).await?;
                        RecallOutcome::Recalled(recalled(message, at))
                    }
                }
            }
        })
    }

    async fn messages_without(
        &self,
        conversation: ConversationId,
        hidden: &[AccountId],
        before: Option<i64>,
        skip: usize,
        rows: usize,
    ) -> StoreResult<Vec<Message>> {
        let found = read!(self.pool, |p| query_as::<_, MessageRow>(WITHOUT)
            .bind(conversation.get())
            .bind(list(hidden))
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit(rows))
            .bind(limit(skip))
            .fetch_all(p))?;
        found.into_iter().map(rows::message).collect()
    }

    async fn count_without(&self, conversation: ConversationId, hidden: &[AccountId]) -> StoreResult<i64> {
        let found: Option<i64> = read!(self.pool, |p| query_scalar(COUNT_WITHOUT)
            .bind(conversation.get())
            .bind(list(hidden))
            .fetch_optional(p))?;
        Ok(found.unwrap_or(0))
    }

    async fn message(&self, id: MessageId) -> StoreResult<Option<Message>> {
        let row = read!(self.pool, |p| query_as::<_, MessageRow>(MESSAGE).bind(id.get()).fetch_optional(p))?;
        row.map(rows::message).transpose()
    }

    async fn seq_before(&self, conversation: ConversationId, id: MessageId) -> StoreResult<i64> {
        let found: Option<i64> = read!(self.pool, |p| query_scalar(SEQ_BEFORE)
            .bind(conversation.get())
            .bind(id.get())
            .fetch_optional(p))?;
        Ok(found.unwrap_or(0))
    }

    async fn read_marks(
        &self,
        conversation: ConversationId,
        from: i64,
        to: i64,
    ) -> StoreResult<Vec<ReadMark>> {
        let found: Vec<(i64, i64, i64)> = read!(self.pool, |p| query_as(READ_MARKS)
            .bind(conversation.get())
            .bind(from)
            .bind(from.max(to))
            .fetch_all(p))?;
        let mark = |(account, seq, at)| {
            let account = rows::account_id(account, "read_marks", "account_id")?;
            Ok(ReadMark { account, seq, at: Millis(at) })
        };
        found.into_iter().map(mark).collect()
    }
}
