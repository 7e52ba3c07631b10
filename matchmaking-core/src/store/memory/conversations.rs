//! Conversations and members in memory.

use std::{cmp::Reverse, collections::BTreeMap};

use async_trait::async_trait;

use super::{MemoryStore, State, Thread, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, Conversation, ConversationKind, Member, Pair, Role},
    store::{
        ConversationStore, ConversationSummary, Departure, GroupChange, GroupOutcome, GroupRefusal, NewGroup,
        NewMember, Standing, UNREAD_COUNTED_MAX,
        decision::{
            AdmissionFacts, GroupFacts, admission_refusal, defect, group_refusal, heir, needed_to_give,
            too_many_groups,
        },
    },
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
        let made = state.make(Draft::of(ConversationKind::Direct(pair)), &members, at)?;
        state.direct_of_pair.insert(pair, made.id);
        Ok(made)
    }

    async fn create_group(&self, new: NewGroup) -> StoreResult<GroupOutcome<Conversation>> {
        let mut state = self.lock()?;
        if !state.accounts.contains_key(&new.owner) {
            return Err(defect("a group needs an owner"));
        }
        if let Some(refusal) = too_many_groups(state.groups(new.owner).count()) {
            return Ok(GroupOutcome::Refused(refusal));
        }
        let draft = Draft {
            kind: ConversationKind::Group,
            name: new.name,
            description: new.description,
            avatar: new.avatar,
            creator: Some(new.owner),
        };
        state.make(draft, &[(new.owner, Role::Owner)], new.at).map(GroupOutcome::Done)
    }

    async fn conversation(&self, id: ConversationId) -> StoreResult<Option<Conversation>> {
        Ok(self.lock()?.conversations.get(&id).map(|thread| thread.conversation.clone()))
    }

    async fn standing(&self, id: ConversationId, account: AccountId) -> StoreResult<Option<Standing>> {
        let state = self.lock()?;
        let Some(thread) = state.conversations.get(&id) else { return Ok(None) };
        let mut standing = Standing {
            conversation: thread.conversation.clone(),
            me: thread.members.get(&account).cloned(),
            relation: None,
            match_id: None,
            hidden: Vec::new(),
        };
        match thread.conversation.kind {
            ConversationKind::Direct(pair) => {
                standing.relation = state.relation(pair.low(), pair.high());
                standing.match_id = state.match_of(pair).map(|matched| matched.id);
            }
            ConversationKind::Group => standing.hidden = state.hidden_from(account),
            ConversationKind::Assistant => {}
        }
        Ok(Some(standing))
    }

    async fn direct_between(&self, pair: Pair) -> StoreResult<Option<Conversation>> {
        Ok(self.lock()?.direct(pair).cloned())
    }

    async fn members(&self, id: ConversationId) -> StoreResult<Vec<Member>> {
        let state = self.lock()?;
        Ok(state.conversations.get(&id).map(Thread::in_order).unwrap_or_default())
    }

    async fn member(&self, id: ConversationId, account: AccountId) -> StoreResult<Option<Member>> {
        let state = self.lock()?;
        Ok(state.conversations.get(&id).and_then(|thread| thread.members.get(&account).cloned()))
    }

    async fn groups_of(&self, account: AccountId) -> StoreResult<Vec<(Conversation, Member)>> {
        let state = self.lock()?;
        let groups = state.groups(account);
        Ok(groups.map(|(thread, member)| (thread.conversation.clone(), member.clone())).collect())
    }

    async fn conversations_of(
        &self,
        account: AccountId,
        hidden: &[AccountId],
        limit: usize,
    ) -> StoreResult<Vec<ConversationSummary>> {
        let state = self.lock()?;
        let listed = state.conversations.values().filter(|thread| match thread.conversation.kind {
            ConversationKind::Direct(pair) => {
                pair.other(account).is_some_and(|other| state.sees(account, other))
            }
            ConversationKind::Group => true,
            ConversationKind::Assistant => false,
        });
        let summary = |thread: &Thread| {
            let me = thread.members.get(&account)?.clone();
            let shown = || thread.messages.iter().rev().filter(|message| !hidden.contains(&message.sender));
            let unread = shown()
                .take_while(|message| message.seq > me.read_seq)
                .filter(|message| message.sender != account)
                .take(UNREAD_COUNTED_MAX as usize)
                .count();
            Some(ConversationSummary {
                conversation: thread.conversation.clone(),
                me,
                last: shown().next().cloned(),
                unread: unread as i64,
            })
        };
        let mut summaries: Vec<ConversationSummary> = listed.filter_map(summary).collect();
        summaries.sort_by_key(|summary| Reverse((summary.active_at(), summary.conversation.id)));
        summaries.truncate(limit);
        Ok(summaries)
    }

    async fn update_group(
        &self,
        id: ConversationId,
        by: AccountId,
        role: Role,
        change: GroupChange,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Conversation>> {
        let mut state = self.lock()?;
        if let Some(refusal) = group_refusal(state.group_facts(id, by), role) {
            return Ok(GroupOutcome::Refused(refusal));
        }
        let Some(thread) = state.conversations.get_mut(&id) else {
            return Ok(GroupOutcome::Refused(GroupRefusal::UnknownGroup));
        };
        let group = &mut thread.conversation;
        let GroupChange { name, description, avatar } = change;
        for (field, new) in
            [(&mut group.name, name), (&mut group.description, description), (&mut group.avatar, avatar)]
        {
            if let Some(new) = new {
                *field = new;
            }
        }
        group.updated_at = at;
        Ok(GroupOutcome::Done(group.clone()))
    }

    async fn end_group(
        &self,
        id: ConversationId,
        by: AccountId,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Vec<AccountId>>> {
        let mut state = self.lock()?;
        if let Some(refusal) = group_refusal(state.group_facts(id, by), Role::Owner) {
            return Ok(GroupOutcome::Refused(refusal));
        }
        let Some(thread) = state.conversations.get_mut(&id) else {
            return Ok(GroupOutcome::Refused(GroupRefusal::UnknownGroup));
        };
        let members = thread.in_order().into_iter().map(|member| member.account).collect();
        thread.members.clear();
        thread.conversation.closed_at = Some(at);
        Ok(GroupOutcome::Done(members))
    }

    async fn add_member(&self, new: NewMember) -> StoreResult<GroupOutcome<()>> {
        let NewMember { group: id, by, account, role, at } = new;
        let mut state = self.lock()?;
        if let Some(refusal) = group_refusal(state.group_facts(id, by), needed_to_give(role)) {
            return Ok(GroupOutcome::Refused(refusal));
        }
        let known = by == account || state.sees(by, account);
        let groups = state.groups(account).count();
        let Some(thread) = state.conversations.get_mut(&id) else {
            return Ok(GroupOutcome::Refused(GroupRefusal::UnknownGroup));
        };
        let member = thread.members.contains_key(&account);
        let facts = AdmissionFacts { known, member, members: thread.members.len(), groups };
        if let Some(refusal) = admission_refusal(facts) {
            return Ok(GroupOutcome::Refused(refusal));
        }
        let marks = thread.marks.range((account, i64::MIN)..=(account, i64::MAX));
        let read_seq = marks.last().map_or(0, |((_, seq), _)| *seq);
        let member =
            Member { conversation: id, account, role, joined_at: at, read_seq, delivered_seq: read_seq };
        thread.members.insert(account, member);
        Ok(GroupOutcome::Done(()))
    }

    async fn remove_member(
        &self,
        id: ConversationId,
        by: AccountId,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Departure>> {
        let mut state = self.lock()?;
        let needed = if by == account { Role::Member } else { Role::Owner };
        if let Some(refusal) = group_refusal(state.group_facts(id, by), needed) {
            return Ok(GroupOutcome::Refused(refusal));
        }
        let departure = state.conversations.get_mut(&id).and_then(|thread| thread.depart(account, at));
        Ok(departure.map_or(GroupOutcome::Refused(GroupRefusal::UnknownAccount), GroupOutcome::Done))
    }
}

impl State {
    fn direct(&self, pair: Pair) -> Option<&Conversation> {
        let id = self.direct_of_pair.get(&pair)?;
        self.conversations.get(id).map(|thread| &thread.conversation)
    }

    /// The groups of a person with their part in each, oldest first.
    fn groups(&self, account: AccountId) -> impl Iterator<Item = (&Thread, &Member)> {
        let groups = self.conversations.values().filter(|it| it.conversation.kind == ConversationKind::Group);
        groups.filter_map(move |thread| Some((thread, thread.members.get(&account)?)))
    }

    fn group_facts(&self, id: ConversationId, actor: AccountId) -> Option<GroupFacts> {
        let thread = self.conversations.get(&id)?;
        Some(GroupFacts {
            open: thread.conversation.kind == ConversationKind::Group
                && thread.conversation.closed_at.is_none(),
            actor: thread.members.get(&actor).map(|member| member.role),
            active: self.status(actor) == Some(AccountStatus::Active),
        })
    }

    pub(super) fn make(
        &mut self,
        draft: Draft,
        members: &[(AccountId, Role)],
        at: Millis,
    ) -> StoreResult<Conversation> {
        let id = next(&mut self.last_conversation, ConversationId::new)?;
        let Draft { kind, name, description, avatar, creator } = draft;
        let made = Conversation {
            id,
            kind,
            name,
            description,
            avatar,
            creator,
            created_at: at,
            updated_at: at,
            last_seq: 0,
            closed_at: None,
        };
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

/// A conversation to be made.
pub(super) struct Draft {
    pub(super) kind: ConversationKind,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) avatar: String,
    pub(super) creator: Option<AccountId>,
}

impl Draft {
    /// One without a name.
    pub(super) const fn of(kind: ConversationKind) -> Self {
        Self { kind, name: String::new(), description: String::new(), avatar: String::new(), creator: None }
    }
}

impl Thread {
    /// The members in the order in which they joined, then by account.
    fn in_order(&self) -> Vec<Member> {
        let mut members: Vec<Member> = self.members.values().cloned().collect();
        members.sort_by_key(|member| (member.joined_at, member.account));
        members
    }

    /// Takes a member out of a group, whose owner somebody else becomes if need be; `None` if they are none.
    pub(super) fn depart(&mut self, account: AccountId, at: Millis) -> Option<Departure> {
        self.members.remove(&account)?;
        let heir = heir(&self.in_order());
        if let Some(member) = heir.and_then(|heir| self.members.get_mut(&heir)) {
            member.role = Role::Owner;
        }
        let ended = self.members.is_empty();
        if ended {
            self.conversation.closed_at.get_or_insert(at);
        }
        Some(Departure { heir, ended })
    }
}
