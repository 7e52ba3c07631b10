//! Conversations and members in memory.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Unbounded},
};

use async_trait::async_trait;

use super::{MemoryStore, State, Thread, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, Conversation, ConversationKind, IdentityKind, Member, Message, Pair, Role},
    store::{
        ConversationStore, ConversationSummary, Departure, GroupChange, GroupOutcome, GroupRefusal,
        MatchedConversation, NewGroup, NewMember, Slice, Sliced, Standing, UNREAD_CONVERSATIONS_MAX,
        UNREAD_COUNTED_MAX,
        decision::{
            AdmissionFacts, GroupFacts, admission_refusal, defect, group_refusal, heir, needed_to_give,
            too_many_groups,
        },
        exchange::Exchange,
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

    async fn writers_standing(
        &self,
        id: ConversationId,
        account: AccountId,
    ) -> StoreResult<Option<Standing>> {
        self.standing(id, account).await
    }

    async fn standing(&self, id: ConversationId, account: AccountId) -> StoreResult<Option<Standing>> {
        let state = self.lock()?;
        let Some(thread) = state.conversations.get(&id) else { return Ok(None) };
        let mut standing = Standing {
            conversation: thread.conversation.clone(),
            me: thread.members.get(&account).cloned(),
            relation: None,
            match_id: None,
            contact_locked: false,
            is_kept: state.kept.contains_key(&id),
            hidden: Vec::new(),
        };
        match thread.conversation.kind {
            ConversationKind::Direct(pair) => {
                standing.relation = state.relation(pair.low(), pair.high());
                standing.match_id = state.match_of(pair).map(|matched| matched.id);
                standing.contact_locked = state.contact_locked(pair);
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
        let summary = |thread: &Thread| state.summary(thread, account, hidden);
        let mut summaries: Vec<ConversationSummary> = listed.filter_map(summary).collect();
        summaries.sort_by_key(|summary| Reverse((summary.active_at(), summary.conversation.id)));
        summaries.truncate(limit);
        Ok(summaries)
    }

    async fn summaries_of(
        &self,
        account: AccountId,
        hidden: &[AccountId],
        ids: &[ConversationId],
    ) -> StoreResult<Vec<ConversationSummary>> {
        let state = self.lock()?;
        let ids: BTreeSet<_> = ids.iter().collect();
        let threads = ids.into_iter().filter_map(|id| state.conversations.get(id));
        Ok(threads.filter_map(|thread| state.summary(thread, account, hidden)).collect())
    }

    async fn conversations_after(
        &self,
        account: AccountId,
        after: Option<ConversationId>,
        limit: usize,
    ) -> StoreResult<Vec<ConversationId>> {
        let state = self.lock()?;
        let rest = state.conversations.range((after.map_or(Unbounded, Excluded), Unbounded));
        let theirs = rest.filter(|(_, thread)| thread.members.contains_key(&account));
        Ok(theirs.take(limit).map(|(id, _)| *id).collect())
    }

    async fn matched_conversations(
        &self,
        account: AccountId,
        slice: Slice,
    ) -> StoreResult<Sliced<MatchedConversation>> {
        let state = self.lock()?;
        let mut listed = state.matched(account);
        listed.sort_by_key(|MatchedConversation { summary, .. }| {
            (summary.me.is_pinned, summary.active_at(), summary.conversation.id)
        });
        Ok(slice.of(listed))
    }

    async fn unread_in_matched(&self, account: AccountId) -> StoreResult<i64> {
        let mut unread: Vec<ConversationSummary> =
            self.lock()?.matched(account).into_iter().map(|matched| matched.summary).collect();
        unread.retain(|summary| summary.unread > 0);
        unread.sort_by_key(|summary| Reverse(summary.active_at()));
        Ok(unread.into_iter().take(UNREAD_CONVERSATIONS_MAX).map(|summary| summary.unread).sum())
    }

    async fn set_preferences(
        &self,
        id: ConversationId,
        account: AccountId,
        is_pinned: Option<bool>,
        is_muted: Option<bool>,
    ) -> StoreResult<Option<Member>> {
        let mut state = self.lock()?;
        let thread = state.conversations.get_mut(&id);
        let Some(member) = thread.and_then(|thread| thread.members.get_mut(&account)) else {
            return Ok(None);
        };
        member.is_pinned = is_pinned.unwrap_or(member.is_pinned);
        member.is_muted = is_muted.unwrap_or(member.is_muted);
        Ok(Some(member.clone()))
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
        let member = Member { read_seq, delivered_seq: read_seq, ..new_member(id, account, role, at) };
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

    /// A conversation as one of its members has it in their list.
    fn summary(
        &self,
        thread: &Thread,
        account: AccountId,
        hidden: &[AccountId],
    ) -> Option<ConversationSummary> {
        Some(ConversationSummary {
            conversation: thread.conversation.clone(),
            me: thread.members.get(&account)?.clone(),
            last: thread.shown(hidden).next().cloned(),
            unread: thread.unread(account, hidden),
            contact_locked: match thread.conversation.kind {
                ConversationKind::Direct(pair) => self.contact_locked(pair),
                ConversationKind::Group | ConversationKind::Assistant => false,
            },
        })
    }

    /// The conversations of a person with those whom they are matched with and may see.
    fn matched(&self, account: AccountId) -> Vec<MatchedConversation> {
        let matched = |thread: &Thread| {
            let ConversationKind::Direct(pair) = thread.conversation.kind else { return None };
            let partner = pair.other(account)?;
            let kept = self.kept.get(&thread.conversation.id).copied();
            let blocked =
                self.has_blocked(pair.low(), pair.high()) || self.has_blocked(pair.high(), pair.low());
            let kept = kept.filter(|_| !blocked && self.status(account) == Some(AccountStatus::Active));
            let matched = || self.match_of(pair).filter(|_| self.sees(account, partner));
            let matched_at = kept.or_else(|| Some(matched()?.created_at))?;
            let mut summary = self.summary(thread, account, &[])?;
            summary.contact_locked |= kept.is_some();
            Some(MatchedConversation { summary, partner, matched_at })
        };
        self.conversations.values().filter_map(matched).collect()
    }

    /// Keeps what this account, which is about to go, and those whom it is matched with wrote, unless they have hidden
    /// from each other.
    pub(super) fn keep_direct(&mut self, gone: AccountId) {
        let threads = self.conversations.values().filter_map(|thread| match thread.conversation.kind {
            ConversationKind::Direct(pair) if pair.contains(gone) => Some((thread.conversation.id, pair)),
            _ => None,
        });
        let kept = threads.map(|(id, pair)| {
            let blocked =
                self.has_blocked(pair.low(), pair.high()) || self.has_blocked(pair.high(), pair.low());
            let matched = self.match_of(pair).filter(|matched| matched.ended_at.is_none() && !blocked);
            (id, matched.map(|matched| matched.created_at))
        });
        for (id, since) in kept.collect::<Vec<_>>() {
            match since {
                Some(since) => self.kept.insert(id, since),
                None => self.kept.remove(&id),
            };
        }
    }

    /// Whether two are matched people of the platform who have not both asked for each other's contact.
    fn contact_locked(&self, pair: Pair) -> bool {
        let has_phone = |account: AccountId| {
            self.accounts.get(&account).is_some_and(|row| row.identities.contains_key(&IdentityKind::Phone))
        };
        let two = [pair.low(), pair.high()];
        self.match_of(pair).is_some_and(|matched| {
            two.into_iter().all(has_phone)
                && !two.iter().all(|account| self.contact_requests.contains(&(matched.id, *account)))
        })
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
            (account, new_member(id, account, role, at))
        };
        let thread = Thread {
            conversation: made.clone(),
            members: members.iter().map(member).collect(),
            messages: Vec::new(),
            named: BTreeMap::new(),
            marks: BTreeMap::new(),
            exchange: Exchange::default(),
        };
        self.conversations.insert(id, thread);
        Ok(made)
    }
}

/// Somebody's part in a conversation as it begins.
const fn new_member(id: ConversationId, account: AccountId, role: Role, at: Millis) -> Member {
    Member {
        conversation: id,
        account,
        role,
        joined_at: at,
        read_seq: 0,
        delivered_seq: 0,
        is_pinned: false,
        is_muted: false,
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
    /// How many messages of others a member has not read, at most [`UNREAD_COUNTED_MAX`].
    pub(super) fn unread(&self, account: AccountId, hidden: &[AccountId]) -> i64 {
        let Some(me) = self.members.get(&account) else { return 0 };
        let unread = self.shown(hidden).take_while(|message| message.seq > me.read_seq);
        let others = unread.filter(|message| message.sender != account);
        others.take(UNREAD_COUNTED_MAX as usize).count() as i64
    }

    /// The messages that are not from one of `hidden`, the newest first.
    fn shown<'a>(&'a self, hidden: &'a [AccountId]) -> impl Iterator<Item = &'a Message> {
        self.messages.iter().rev().filter(|message| !hidden.contains(&message.sender))
    }

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
