//! Conversations and members in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{MemoryStore, State, Thread, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, Conversation, ConversationKind, Member, Pair, Role},
    store::{AddMemberOutcome, ConversationStore, NewGroup, decision::defect},
};

#[async_trait]
impl ConversationStore for MemoryStore {
    async fn open_direct(&self, pair: Pair, at: Millis) -> StoreResult<Conversation> {
        let mut state = self.lock()?;
        if let Some(open) = state.direct(pair) {
            return Ok(open.clone());
        }
        let two = [pair.low(), pair.high()];
        if two.iter().any(|id| !state.accounts.contains_key(id)) {
            return Err(defect("a direct conversation needs two accounts"));
        }
        let members = two.map(|account| (account, Role::Member));
        let made = state.make(ConversationKind::Direct(pair), String::new(), String::new(), &members, at)?;
        state.direct_of_pair.insert(pair, made.id);
        Ok(made)
    }

    async fn create_group(&self, new: NewGroup) -> StoreResult<Conversation> {
        let mut state = self.lock()?;
        if !state.accounts.contains_key(&new.owner) {
            return Err(defect("a group needs an owner"));
        }
        state.make(ConversationKind::Group, new.name, new.description, &[(new.owner, Role::Owner)], new.at)
    }

    async fn conversation(&self, id: ConversationId) -> StoreResult<Option<Conversation>> {
        Ok(self.lock()?.conversations.get(&id).map(|thread| thread.conversation.clone()))
    }

    async fn direct_between(&self, pair: Pair) -> StoreResult<Option<Conversation>> {
        Ok(self.lock()?.direct(pair).cloned())
    }

    async fn members(&self, id: ConversationId) -> StoreResult<Vec<Member>> {
        let state = self.lock()?;
        let members = state.conversations.get(&id).map(|thread| thread.members.values().cloned());
        let mut members: Vec<Member> = members.into_iter().flatten().collect();
        members.sort_by_key(|member| (member.joined_at, member.account));
        Ok(members)
    }

    async fn member(&self, id: ConversationId, account: AccountId) -> StoreResult<Option<Member>> {
        let state = self.lock()?;
        Ok(state.conversations.get(&id).and_then(|thread| thread.members.get(&account).cloned()))
    }

    async fn add_member(
        &self,
        id: ConversationId,
        account: AccountId,
        role: Role,
        at: Millis,
    ) -> StoreResult<AddMemberOutcome> {
        let mut state = self.lock()?;
        let active = state.status(account) == Some(AccountStatus::Active);
        let Some(thread) = state.conversations.get_mut(&id) else { return Ok(AddMemberOutcome::Unknown) };
        let open_group =
            thread.conversation.kind == ConversationKind::Group && thread.conversation.closed_at.is_none();
        if !active || !open_group {
            return Ok(AddMemberOutcome::Unknown);
        }
        if thread.members.contains_key(&account) {
            return Ok(AddMemberOutcome::Already);
        }
        let marks = thread.marks.range((account, i64::MIN)..=(account, i64::MAX));
        let read_seq = marks.last().map_or(0, |((_, seq), _)| *seq);
        let member =
            Member { conversation: id, account, role, joined_at: at, read_seq, delivered_seq: read_seq };
        thread.members.insert(account, member);
        Ok(AddMemberOutcome::Added)
    }

    async fn remove_member(&self, id: ConversationId, account: AccountId) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let group = state
            .conversations
            .get_mut(&id)
            .filter(|thread| thread.conversation.kind == ConversationKind::Group);
        Ok(group.is_some_and(|thread| thread.members.remove(&account).is_some()))
    }
}

impl State {
    fn direct(&self, pair: Pair) -> Option<&Conversation> {
        let id = self.direct_of_pair.get(&pair)?;
        self.conversations.get(id).map(|thread| &thread.conversation)
    }

    fn make(
        &mut self,
        kind: ConversationKind,
        name: String,
        description: String,
        members: &[(AccountId, Role)],
        at: Millis,
    ) -> StoreResult<Conversation> {
        let id = next(&mut self.last_conversation, ConversationId::new)?;
        let made = Conversation { id, kind, name, description, created_at: at, last_seq: 0, closed_at: None };
        let member = |(account, role): &(AccountId, Role)| {
            let (account, role) = (*account, *role);
            let member =
                Member { conversation: id, account, role, joined_at: at, read_seq: 0, delivered_seq: 0 };
            (account, member)
        };
        let thread = Thread {
            conversation: made.clone(),
            members: members.iter().map(member).collect(),
            messages: Vec::new(),
            named: BTreeMap::new(),
            marks: BTreeMap::new(),
        };
        self.conversations.insert(id, thread);
        Ok(made)
    }
}
