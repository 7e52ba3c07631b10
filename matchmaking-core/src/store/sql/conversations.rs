//! Conversations and members in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore, read,
    rows::{self, ConversationRow, MemberRow, conversation_columns},
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{Conversation, Member, Pair, Role},
    store::{
        ConversationStore, ConversationSummary, Departure, GroupChange, GroupOutcome, NewGroup, NewMember,
    },
};

sql! {
    OPEN_DIRECT = "INSERT INTO conversations
            (kind, low_id, high_id, name, description, created_at, updated_at, last_seq)
        VALUES (1, $1, $2, '', '', $3, $3, 0) ON CONFLICT DO NOTHING RETURNING id";
    CREATE_GROUP = "INSERT INTO conversations (kind, name, description, created_at, last_seq)
        VALUES (2, $1, $2, $3, 0) RETURNING id";
    INSERT_MEMBER = "INSERT INTO members (conversation_id, account_id, role, joined_at, read_seq, delivered_seq)
        VALUES ($1, $2, $3, $4, $5, $5)";
    CONVERSATION = concat!("SELECT ", conversation_columns!(), " FROM conversations WHERE id = $1");
    DIRECT = concat!(
        "SELECT ",
        conversation_columns!(),
        " FROM conversations WHERE low_id = $1 AND high_id = $2"
    );
    MEMBERS = "SELECT conversation_id, account_id, role, joined_at, read_seq, delivered_seq FROM members
        WHERE conversation_id = $1 ORDER BY joined_at, account_id";
    MEMBER = "SELECT conversation_id, account_id, role, joined_at, read_seq, delivered_seq FROM members
        WHERE conversation_id = $1 AND account_id = $2";
    JOINING = "SELECT c.kind, c.closed_at IS NOT NULL, a.status,
            EXISTS (SELECT 1 FROM members m WHERE m.conversation_id = $1 AND m.account_id = $2),
            COALESCE((SELECT MAX(r.seq) FROM read_marks r
                WHERE r.conversation_id = $1 AND r.account_id = $2), 0)
        FROM conversations c CROSS JOIN accounts a WHERE c.id = $1 AND a.id = $2";
    REMOVE_MEMBER = "DELETE FROM members WHERE conversation_id = $1 AND account_id = $2
        AND EXISTS (SELECT 1 FROM conversations c WHERE c.id = $1 AND c.kind = 2)";

    @locks {
        SHARE_ACCOUNT = "SELECT id FROM accounts WHERE id = $1 FOR SHARE";
        LOCK_CONVERSATION = "SELECT id FROM conversations WHERE id = $1 FOR NO KEY UPDATE";
    }
}

#[async_trait]
impl ConversationStore for SqlStore {
    async fn open_direct(&self, pair: Pair, at: Millis) -> StoreResult<Conversation> {
        if let Some(open) = self.direct_between(pair).await? {
            return Ok(open);
        }
        let (low, high) = (pair.low().get(), pair.high().get());
        transaction!(self.pool, |tx, _locks| {
            let made: Option<i64> =
                query_scalar(OPEN_DIRECT).bind(low).bind(high).bind(at.0).fetch_optional(&mut *tx).await?;
            if let Some(made) = made {
                for account in [low, high] {
                    query(INSERT_MEMBER)
                        .bind(made)
                        .bind(account)
                        .bind(Role::Member.code())
                        .bind(at.0)
                        .bind(0_i64)
                        .execute(&mut *tx)
                        .await?;
                }
            }
            let row = query_as::<_, ConversationRow>(DIRECT).bind(low).bind(high).fetch_one(&mut *tx).await?;
            rows::conversation(row)?
        })
    }

    async fn create_group(&self, _new: NewGroup) -> StoreResult<GroupOutcome<Conversation>> {
        Err(crate::store::decision::defect("create_group"))
    }

    async fn conversation(&self, id: ConversationId) -> StoreResult<Option<Conversation>> {
        let row = read!(self.pool, |p| query_as::<_, ConversationRow>(CONVERSATION)
            .bind(id.get())
            .fetch_optional(p))?;
        row.map(rows::conversation).transpose()
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

    async fn groups_of(&self, _account: AccountId) -> StoreResult<Vec<(Conversation, Member)>> {
        Err(crate::store::decision::defect("groups_of"))
    }

    async fn conversations_of(
        &self,
        _account: AccountId,
        _hidden: &[AccountId],
        _limit: usize,
    ) -> StoreResult<Vec<ConversationSummary>> {
        Err(crate::store::decision::defect("conversations_of"))
    }

    async fn update_group(
        &self,
        _id: ConversationId,
        _by: AccountId,
        _role: Role,
        _change: GroupChange,
        _at: Millis,
    ) -> StoreResult<GroupOutcome<Conversation>> {
        Err(crate::store::decision::defect("update_group"))
    }

    async fn end_group(
        &self,
        _id: ConversationId,
        _by: AccountId,
        _at: Millis,
    ) -> StoreResult<GroupOutcome<Vec<AccountId>>> {
        Err(crate::store::decision::defect("end_group"))
    }

    async fn add_member(&self, _new: NewMember) -> StoreResult<GroupOutcome<()>> {
        Err(crate::store::decision::defect("add_member"))
    }

    async fn remove_member(
        &self,
        _id: ConversationId,
        _by: AccountId,
        _account: AccountId,
        _at: Millis,
    ) -> StoreResult<GroupOutcome<Departure>> {
        Err(crate::store::decision::defect("remove_member"))
    }
}
