//! Dialogues in a database. Their messages are few and far between, so they do not go through the writer.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore,
    accounts::STATUS,
    conversations::{CONVERSATION, INSERT_MEMBER},
    groups::{LOCK_CONVERSATION, SHARE_ACCOUNT},
    json::list,
    limit, read,
    rows::{self, ConversationRow, conversation_columns},
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId},
    model::{AccountStatus, Conversation, Message, MessageDetails, MessageKind, Role},
    store::{
        DialogueStore, NewQuestion, NewReply, QuestionOutcome,
        decision::{QuestionFacts, question_refusal},
    },
};

sql! {
    CREATE = "INSERT INTO conversations (kind, name, description, creator_id, created_at, updated_at, last_seq)
        VALUES (3, $2, '', $1, $3, $3, 0) RETURNING id";
    DIALOGUES = concat!(
        "SELECT ",
        conversation_columns!(),
        " FROM members me JOIN conversations c ON c.id = me.conversation_id
        WHERE me.account_id = $1 AND c.kind = 3 ORDER BY c.id DESC LIMIT CAST($2 AS BIGINT) OFFSET $3"
    );
    DIALOGUES_OF = "SELECT c.id FROM members me JOIN conversations c ON c.id = me.conversation_id
        WHERE me.account_id = $1 AND c.kind = 3";
    DIALOGUE = "SELECT id FROM conversations WHERE id = $1 AND kind = 3";
    RENAME = "UPDATE conversations SET name = $2, updated_at = $3 WHERE id = $1 AND kind = 3";
    QUESTION_FACTS = "SELECT c.creator_id, a.status, c.last_seq, l.expires_at FROM conversations c
        JOIN accounts a ON a.id = c.creator_id
        LEFT JOIN reply_leases l ON l.conversation_id = c.id WHERE c.id = $1 AND c.kind = 3";
    SAY = "INSERT INTO messages (conversation_id, seq, sender_id, kind, content, sent_at)
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    ADVANCE_ONE = "UPDATE conversations SET last_seq = $2 WHERE id = $1";
    LEASE = "INSERT INTO reply_leases (conversation_id, holder, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (conversation_id) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at";
    RENEW = "UPDATE reply_leases SET expires_at = $3 WHERE holder = $1
        AND conversation_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($2))";
    END_LEASE = "DELETE FROM reply_leases WHERE conversation_id = $1 AND holder = $2";
    ERASE_LEASES = "DELETE FROM reply_leases
        WHERE conversation_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    ERASE_MESSAGES = "DELETE FROM messages
        WHERE conversation_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    ERASE_MARKS = "DELETE FROM read_marks
        WHERE conversation_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    ERASE_MEMBERS = "DELETE FROM members
        WHERE conversation_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    ERASE_CONVERSATIONS = "DELETE FROM conversations
        WHERE id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";

    @locks {
        SHARE_PERSON = "SELECT a.id FROM conversations c JOIN accounts a ON a.id = c.creator_id
            WHERE c.id = $1 FOR SHARE OF a";
        LOCK_TO_DELETE = "SELECT id FROM conversations WHERE id = $1 FOR UPDATE";
    }
}

/// What a deleted dialogue leaves nothing in; itself last.
pub(super) const ERASE: [&str; 5] =
    [ERASE_LEASES, ERASE_MESSAGES, ERASE_MARKS, ERASE_MEMBERS, ERASE_CONVERSATIONS];

/// Deletes dialogues with everything that was said in them.
macro_rules! erase {
    ($tx:ident, $dialogues:expr) => {
        for statement in $crate::store::sql::dialogues::ERASE {
            let erase = ::sqlx::query(statement).bind($crate::store::sql::json::list::<i64>($dialogues));
            erase.execute(&mut *$tx).await?;
        }
    };
}
pub(super) use erase;

/// Person, their status, last number, until when somebody writes a reply.
type FactsRow = (i64, i64, i64, Option<i64>);

/// What decides about a dialogue, for the rest of the transaction; `None` when there is no such dialogue.
macro_rules! question_facts {
    ($tx:ident, $locks:ident, $dialogue:expr) => {{
        if $locks {
            query(SHARE_PERSON).bind($dialogue.get()).execute(&mut *$tx).await?;
            query(LOCK_CONVERSATION).bind($dialogue.get()).execute(&mut *$tx).await?;
        }
        query_as::<_, FactsRow>(QUESTION_FACTS).bind($dialogue.get()).fetch_optional(&mut *$tx).await?
    }};
}

/// Stores a message behind the last one.
macro_rules! say {
    ($tx:ident, $dialogue:expr, $facts:expr, $kind:expr, $content:expr, $at:expr) => {{
        let (person, _, last_seq, _) = $facts;
        let seq = last_seq + 1;
        let id: i64 = query_scalar(SAY)
            .bind($dialogue.get())
            .bind(seq)
            .bind(person)
            .bind($kind.code())
            .bind($content)
            .bind($at.0)
            .fetch_one(&mut *$tx)
            .await?;
        query(ADVANCE_ONE).bind($dialogue.get()).bind(seq).execute(&mut *$tx).await?;
        Message {
            id: rows::known(MessageId::new(id), "messages", "id")?,
            conversation: $dialogue,
            seq,
            sender: rows::account_id(person, "conversations", "creator_id")?,
            kind: $kind,
            content: $content.clone(),
            client_message_id: None,
            sent_at: $at,
            details: MessageDetails::default(),
            recalled_at: None,
        }
    }};
}

#[async_trait]
impl DialogueStore for SqlStore {
    async fn create_dialogue(
        &self,
        account: AccountId,
        name: &str,
        at: Millis,
    ) -> StoreResult<Option<Conversation>> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(SHARE_ACCOUNT).bind(account.get()).execute(&mut *tx).await?;
            }
            let status: Option<i64> =
                query_scalar(STATUS).bind(account.get()).fetch_optional(&mut *tx).await?;
            if status.map(rows::status).transpose()? == Some(AccountStatus::Active) {
                let create = query_scalar(CREATE).bind(account.get()).bind(name).bind(at.0);
                let id: i64 = create.fetch_one(&mut *tx).await?;
                query(INSERT_MEMBER)
                    .bind(id)
                    .bind(account.get())
                    .bind(Role::Member.code())
                    .bind(at.0)
                    .bind(0_i64)
                    .execute(&mut *tx)
                    .await?;
                let row = query_as::<_, ConversationRow>(CONVERSATION).bind(id).fetch_one(&mut *tx).await?;
                Some(rows::conversation(row)?)
            } else {
                None
            }
        })
    }

    async fn dialogues(
        &self,
        account: AccountId,
        skip: usize,
        most: usize,
    ) -> StoreResult<Vec<Conversation>> {
        let found = read!(self.pool, |p| query_as::<_, ConversationRow>(DIALOGUES)
            .bind(account.get())
            .bind(limit(most))
            .bind(limit(skip))
            .fetch_all(p))?;
        found.into_iter().map(rows::conversation).collect()
    }

    async fn rename_dialogue(
        &self,
        id: ConversationId,
        name: &str,
        at: Millis,
    ) -> StoreResult<Option<Conversation>> {
        transaction!(self.pool, |tx, _locks| {
            let renamed = query(RENAME).bind(id.get()).bind(name).bind(at.0).execute(&mut *tx).await?;
            if renamed.rows_affected() > 0 {
                let row = query_as::<_, ConversationRow>(CONVERSATION).bind(id.get());
                Some(rows::conversation(row.fetch_one(&mut *tx).await?)?)
            } else {
                None
            }
        })
    }

    async fn delete_dialogue(&self, id: ConversationId) -> StoreResult<bool> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_TO_DELETE).bind(id.get()).execute(&mut *tx).await?;
            }
            let known: Option<i64> = query_scalar(DIALOGUE).bind(id.get()).fetch_optional(&mut *tx).await?;
            if let Some(known) = known {
                let known = [known];
                erase!(tx, &known);
            }
            known.is_some()
        })
    }

    async fn ask(&self, new: NewQuestion) -> StoreResult<QuestionOutcome> {
        let NewQuestion { dialogue, content, holder, expires_at, waited_for, at } = new;
        transaction!(self.pool, |tx, locks| {
            let row = question_facts!(tx, locks, dialogue);
            if let Some(refusal) = question_refusal(row.map(facts).transpose()?, waited_for, at) {
                refusal
            } else if let Some(row) = row {
                let message = say!(tx, dialogue, row, MessageKind::Text, &content, at);
                let lease = query(LEASE).bind(dialogue.get()).bind(holder).bind(expires_at.0);
                lease.execute(&mut *tx).await?;
                QuestionOutcome::Stored(Box::new(message))
            } else {
                QuestionOutcome::Unknown
            }
        })
    }

    async fn renew_replies(
        &self,
        holder: i64,
        dialogues: &[ConversationId],
        expires_at: Millis,
    ) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            let renew = query(RENEW).bind(holder).bind(list(dialogues)).bind(expires_at.0);
            renew.execute(&mut *tx).await?;
        })
    }

    async fn end_reply(&self, new: NewReply) -> StoreResult<Option<Message>> {
        let NewReply { dialogue, content, holder, at } = new;
        transaction!(self.pool, |tx, locks| {
            let row = question_facts!(tx, locks, dialogue);
            query(END_LEASE).bind(dialogue.get()).bind(holder).execute(&mut *tx).await?;
            match (row, &content) {
                (Some(row), Some(content)) => {
                    Some(say!(tx, dialogue, row, MessageKind::Assistant, content, at))
                }
                _ => None,
            }
        })
    }
}

fn facts((_, status, _, expires_at): FactsRow) -> StoreResult<QuestionFacts> {
    let active = rows::status(status)? == AccountStatus::Active;
    Ok(QuestionFacts { active, lease: expires_at.map(Millis) })
}
