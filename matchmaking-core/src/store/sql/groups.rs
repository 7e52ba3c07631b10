//! What is done with groups in a database: made, changed, ended, joined and left.
//!
//! Whoever changes a group holds its row, and before that the accounts that the decision looks at, so that what was
//! decided stays true until it is written.

use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore,
    conversations::{CONVERSATION, INSERT_MEMBER},
    read,
    rows::{self, ConversationRow, PartRow, conversation_columns},
    safety::{LOCK_ACCOUNTS, relation},
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, Conversation, Member, Pair, Role, may_see},
    store::{
        Departure, GroupChange, GroupOutcome, GroupRefusal, NewGroup, NewMember,
        decision::{
            AdmissionFacts, GroupFacts, admission_refusal, group_refusal, needed_to_give, too_many_groups,
        },
    },
};

sql! {
    COUNT_GROUPS = "SELECT COUNT(*) FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.account_id = $1 AND c.kind = 2";
    CREATE_GROUP = "INSERT INTO conversations
            (kind, name, description, avatar, creator_id, created_at, updated_at, last_seq)
        VALUES (2, $1, $2, $3, $4, $5, $5, 0) RETURNING id";
    GROUPS_OF = concat!(
        "SELECT ",
        conversation_columns!(),
        ", me.account_id, me.role, me.joined_at, me.read_seq, me.delivered_seq, me.is_pinned, me.is_muted
        FROM members me JOIN conversations c ON c.id = me.conversation_id
        WHERE me.account_id = $1 AND c.kind = 2 ORDER BY c.id"
    );
    GROUP_FACTS = "SELECT c.kind = 2 AND c.closed_at IS NULL, m.role, a.status FROM conversations c
        LEFT JOIN members m ON m.conversation_id = c.id AND m.account_id = $2
        LEFT JOIN accounts a ON a.id = $2 WHERE c.id = $1";
    ADMISSION_FACTS = "SELECT EXISTS (SELECT 1 FROM members m WHERE m.conversation_id = $1 AND m.account_id = $2),
            (SELECT COUNT(*) FROM members m WHERE m.conversation_id = $1),
            COALESCE((SELECT MAX(r.seq) FROM read_marks r
                WHERE r.conversation_id = $1 AND r.account_id = $2), 0)";
    UPDATE_GROUP = "UPDATE conversations SET name = COALESCE($2, name),
            description = COALESCE($3, description), avatar = COALESCE($4, avatar), updated_at = $5
        WHERE id = $1";
    REMOVE_MEMBER = "DELETE FROM members WHERE conversation_id = $1 AND account_id = $2";
    REMOVE_MEMBERS = "DELETE FROM members WHERE conversation_id = $1";
    SET_ROLE = "UPDATE members SET role = $3 WHERE conversation_id = $1 AND account_id = $2";
    END_GROUP = "UPDATE conversations SET closed_at = $2 WHERE id = $1";

    @locks {
        SHARE_ACCOUNT = "SELECT id FROM accounts WHERE id = $1 FOR SHARE";
        LOCK_CONVERSATION = "SELECT id FROM conversations WHERE id = $1 FOR NO KEY UPDATE";
    }
}

/// Whether it is an open group, the actor's role, the actor's status.
type FactsRow = (bool, Option<i64>, Option<i64>);

/// What decides whether somebody may do something with a group, for the rest of the transaction; `None` when it is
/// unknown.
macro_rules! group_facts {
    ($tx:ident, $locks:ident, $group:expr, $actor:expr) => {{
        if $locks {
            query(SHARE_ACCOUNT).bind($actor.get()).execute(&mut *$tx).await?;
            query(LOCK_CONVERSATION).bind($group.get()).execute(&mut *$tx).await?;
        }
        let row: Option<FactsRow> =
            query_as(GROUP_FACTS).bind($group.get()).bind($actor.get()).fetch_optional(&mut *$tx).await?;
        row.map(group_facts).transpose()?
    }};
}

/// The members of a conversation, in a transaction.
macro_rules! members {
    ($tx:ident, $conversation:expr) => {{
        let found: Vec<$crate::store::sql::rows::MemberRow> =
            ::sqlx::query_as($crate::store::sql::conversations::MEMBERS)
                .bind($conversation.get())
                .fetch_all(&mut *$tx)
                .await?;
        let found = found.into_iter().map($crate::store::sql::rows::member);
        found.collect::<$crate::error::StoreResult<Vec<$crate::model::Member>>>()?
    }};
}
pub(super) use members;

/// Takes a member out of a group whose row is locked; somebody else becomes its owner if need be. `None` if they are
/// no member.
macro_rules! depart {
    ($tx:ident, $group:expr, $account:expr, $at:expr) => {{
        use $crate::store::sql::groups;
        let (members, group) = (groups::members!($tx, $group), $group.get());
        let left: Vec<_> = members.iter().filter(|member| member.account != $account).cloned().collect();
        if left.len() == members.len() {
            None
        } else {
            let gone = ::sqlx::query(groups::REMOVE_MEMBER).bind(group).bind($account.get());
            gone.execute(&mut *$tx).await?;
            let heir = $crate::store::decision::heir(&left);
            if let Some(heir) = heir {
                let owner = $crate::model::Role::Owner.code();
                let set = ::sqlx::query(groups::SET_ROLE).bind(group).bind(heir.get()).bind(owner);
                set.execute(&mut *$tx).await?;
            }
            let ended = left.is_empty();
            if ended {
                ::sqlx::query(groups::END_GROUP).bind(group).bind($at.0).execute(&mut *$tx).await?;
            }
            Some($crate::store::Departure { heir, ended })
        }
    }};
}
pub(super) use depart;

impl SqlStore {
    pub(super) async fn make_group(&self, new: &NewGroup) -> StoreResult<GroupOutcome<Conversation>> {
        let owner = new.owner.get();
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(owner).bind(owner).execute(&mut *tx).await?;
            }
            let groups: i64 = query_scalar(COUNT_GROUPS).bind(owner).fetch_one(&mut *tx).await?;
            if let Some(refusal) = too_many_groups(count(groups)) {
                GroupOutcome::Refused(refusal)
            } else {
                let id: i64 = query_scalar(CREATE_GROUP)
                    .bind(&new.name)
                    .bind(&new.description)
                    .bind(&new.avatar)
                    .bind(owner)
                    .bind(new.at.0)
                    .fetch_one(&mut *tx)
                    .await?;
                query(INSERT_MEMBER)
                    .bind(id)
                    .bind(owner)
                    .bind(Role::Owner.code())
                    .bind(new.at.0)
                    .bind(0_i64)
                    .execute(&mut *tx)
                    .await?;
                let row = query_as::<_, ConversationRow>(CONVERSATION).bind(id).fetch_one(&mut *tx).await?;
                GroupOutcome::Done(rows::conversation(row)?)
            }
        })
    }

    pub(super) async fn groups(&self, account: AccountId) -> StoreResult<Vec<(Conversation, Member)>> {
        let found = read!(self.pool, |p| query_as::<_, PartRow>(GROUPS_OF).bind(account.get()).fetch_all(p))?;
        found.into_iter().map(rows::part).collect()
    }

    pub(super) async fn change_group(
        &self,
        id: ConversationId,
        by: AccountId,
        role: Role,
        change: &GroupChange,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Conversation>> {
        transaction!(self.pool, |tx, locks| {
            if let Some(refusal) = group_refusal(group_facts!(tx, locks, id, by), role) {
                GroupOutcome::Refused(refusal)
            } else {
                query(UPDATE_GROUP)
                    .bind(id.get())
                    .bind(&change.name)
                    .bind(&change.description)
                    .bind(&change.avatar)
                    .bind(at.0)
                    .execute(&mut *tx)
                    .await?;
                let row = query_as::<_, ConversationRow>(CONVERSATION).bind(id.get());
                GroupOutcome::Done(rows::conversation(row.fetch_one(&mut *tx).await?)?)
            }
        })
    }

    pub(super) async fn close_group(
        &self,
        id: ConversationId,
        by: AccountId,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Vec<AccountId>>> {
        transaction!(self.pool, |tx, locks| {
            if let Some(refusal) = group_refusal(group_facts!(tx, locks, id, by), Role::Owner) {
                GroupOutcome::Refused(refusal)
            } else {
                let members = members!(tx, id);
                query(REMOVE_MEMBERS).bind(id.get()).execute(&mut *tx).await?;
                query(END_GROUP).bind(id.get()).bind(at.0).execute(&mut *tx).await?;
                GroupOutcome::Done(members.into_iter().map(|member| member.account).collect())
            }
        })
    }

    pub(super) async fn admit(&self, new: NewMember) -> StoreResult<GroupOutcome<()>> {
        let NewMember { group, by, account, role, at } = new;
        let pair = Pair::new(by, account);
        transaction!(self.pool, |tx, locks| {
            let known = match pair {
                Some(pair) => relation!(tx, locks, pair).is_some_and(may_see),
                None => true,
            };
            let mut refusal = group_refusal(group_facts!(tx, locks, group, by), needed_to_give(role));
            let mut read_seq = 0;
            if refusal.is_none() {
                let admission = query_as(ADMISSION_FACTS).bind(group.get()).bind(account.get());
                let (member, members, read): (bool, i64, i64) = admission.fetch_one(&mut *tx).await?;
                let groups: i64 = query_scalar(COUNT_GROUPS).bind(account.get()).fetch_one(&mut *tx).await?;
                let (members, groups) = (count(members), count(groups));
                refusal = admission_refusal(AdmissionFacts { known, member, members, groups });
                read_seq = read;
            }
            if let Some(refusal) = refusal {
                GroupOutcome::Refused(refusal)
            } else {
                query(INSERT_MEMBER)
                    .bind(group.get())
                    .bind(account.get())
                    .bind(role.code())
                    .bind(at.0)
                    .bind(read_seq)
                    .execute(&mut *tx)
                    .await?;
                GroupOutcome::Done(())
            }
        })
    }

    pub(super) async fn dismiss(
        &self,
        id: ConversationId,
        by: AccountId,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Departure>> {
        let needed = if by == account { Role::Member } else { Role::Owner };
        transaction!(self.pool, |tx, locks| {
            if let Some(refusal) = group_refusal(group_facts!(tx, locks, id, by), needed) {
                GroupOutcome::Refused(refusal)
            } else {
                let departure = depart!(tx, id, account, at);
                departure.map_or(GroupOutcome::Refused(GroupRefusal::UnknownAccount), GroupOutcome::Done)
            }
        })
    }
}

fn group_facts((open, actor, status): FactsRow) -> StoreResult<GroupFacts> {
    Ok(GroupFacts {
        open,
        actor: actor.map(rows::role).transpose()?,
        active: status.map(rows::status).transpose()? == Some(AccountStatus::Active),
    })
}

/// A count of rows, of which there are never less than none.
fn count(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}
