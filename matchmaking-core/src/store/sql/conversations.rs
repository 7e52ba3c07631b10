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
    model::{AccountStatus, Conversation, ConversationKind, Member, Pair, Role},
    store::{AddMemberOutcome, ConversationStore, NewGroup},
};

sql! {
    OPEN_DIRECT = "INSERT INTO conversations (kind, low_id, high_id, name, description, created_at, last_seq)
        VALUES (1, $1, $2, '', '', $3, 0) ON CONFLICT DO NOTHING RETURNING id";
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

    async fn create_group(&self, new: NewGroup) -> StoreResult<Conversation> {
        transaction!(self.pool, |tx, _locks| {
            let id: i64 = query_scalar(CREATE_GROUP)
                .bind(&new.name)
                .bind(&new.description)
                .bind(new.at.0)
                .fetch_one(&mut *tx)
                .await?;
            query(INSERT_MEMBER)
                .bind(id)
                .bind(new.owner.get())
                .bind(Role::Owner.code())
                .bind(new.at.0)
                .bind(0_i64)
                .execute(&mut *tx)
                .await?;
            Conversation {
                id: rows::known(ConversationId::new(id), "conversations", "id")?,
                kind: ConversationKind::Group,
                name: new.name.clone(),
                description: new.description.clone(),
                created_at: new.at,
                last_seq: 0,
                closed_at: None,
            }
        })
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

    async fn add_member(
        &self,
        id: ConversationId,
        account: AccountId,
        role: Role,
        at: Millis,
    ) -> StoreResult<AddMemberOutcome> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(SHARE_ACCOUNT).bind(account.get()).execute(&mut *tx).await?;
                query(LOCK_CONVERSATION).bind(id.get()).execute(&mut *tx).await?;
            }
            let joining: Option<(i64, bool, i64, bool, i64)> =
                query_as(JOINING).bind(id.get()).bind(account.get()).fetch_optional(&mut *tx).await?;
            match joining {
                Some((kind, false, status, already, read_seq))
                    if kind == ConversationKind::Group.code() && status == AccountStatus::Active.code() =>
                {
                    if already {
                        AddMemberOutcome::Already
                    } else {
                        query(INSERT_MEMBER)
                            .bind(id.get())
                            .bind(account.get())
                            .bind(role.code())
                            .bind(at.0)
                            .bind(read_seq)
                            .execute(&mut *tx)
                            .await?;
                        AddMemberOutcome::Added
                    }
                }
                _ => AddMemberOutcome::Unknown,
            }
        })
    }

    async fn remove_member(&self, id: ConversationId, account: AccountId) -> StoreResult<bool> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_CONVERSATION).bind(id.get()).execute(&mut *tx).await?;
            }
            let gone = query(REMOVE_MEMBER).bind(id.get()).bind(account.get()).execute(&mut *tx).await?;
            gone.rows_affected() > 0
        })
    }
}
