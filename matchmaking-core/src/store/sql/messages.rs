//! Messages and receipts in a database. Messages are written by the [`writer`](super::writer).

use async_trait::async_trait;
use sqlx::{query, query_as};

use super::{
    SqlStore, limit, read,
    rows::{self, MessageRow, message_columns},
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId},
    model::Message,
    store::{AppendOutcome, MessageStore, NewMessage, OnStored, ReadMark, ReadOutcome},
};

sql! {
    BEFORE = concat!(
        "SELECT ",
        message_columns!(),
        " FROM messages m WHERE m.conversation_id = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3"
    );
    AFTER = concat!(
        "SELECT ",
        message_columns!(),
        " FROM messages m WHERE m.conversation_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3"
    );
    MARKS = "SELECT m.read_seq, m.delivered_seq, c.last_seq
        FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.conversation_id = $1 AND m.account_id = $2";
    SET_READ = "UPDATE members SET read_seq = $3,
            delivered_seq = CASE WHEN delivered_seq < $3 THEN $3 ELSE delivered_seq END
        WHERE conversation_id = $1 AND account_id = $2";
    SET_DELIVERED = "UPDATE members SET delivered_seq = $3 WHERE conversation_id = $1 AND account_id = $2";
    INSERT_MARK = "INSERT INTO read_marks (conversation_id, account_id, seq, read_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (conversation_id, account_id, seq) DO NOTHING";
    READ_MARKS = "SELECT account_id, seq, read_at FROM read_marks WHERE conversation_id = $1
        ORDER BY account_id, seq";

    @locks {
        LOCK_MEMBER = "SELECT account_id FROM members WHERE conversation_id = $1 AND account_id = $2
            FOR NO KEY UPDATE";
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
        transaction!(self.pool, |tx, locks| {
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
            outcome
        })
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

    async fn messages_without(
        &self,
        _conversation: ConversationId,
        _hidden: &[AccountId],
        _before: Option<i64>,
        _skip: usize,
        _limit: usize,
    ) -> StoreResult<Vec<Message>> {
        Err(crate::store::decision::defect("messages_without"))
    }

    async fn count_without(&self, _conversation: ConversationId, _hidden: &[AccountId]) -> StoreResult<i64> {
        Err(crate::store::decision::defect("count_without"))
    }

    async fn message(&self, _id: MessageId) -> StoreResult<Option<Message>> {
        Err(crate::store::decision::defect("message"))
    }

    async fn seq_before(&self, _conversation: ConversationId, _id: MessageId) -> StoreResult<i64> {
        Err(crate::store::decision::defect("seq_before"))
    }

    async fn read_marks(
        &self,
        _conversation: ConversationId,
        _from: i64,
        _to: i64,
    ) -> StoreResult<Vec<ReadMark>> {
        Err(crate::store::decision::defect("read_marks"))
    }
}
