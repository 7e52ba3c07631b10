//! Messages and receipts in memory.

use async_trait::async_trait;

use super::{MemoryStore, State, Thread, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId},
    model::{ConversationKind, Member, Message},
    store::{
        AppendOutcome, DeliveryMark, MessageStore, NewMessage, OnStored, ReadMark, ReadOutcome,
        RecallOutcome,
        decision::{AppendFacts, append_refusal, recall_refusal, recalled},
    },
};

#[async_trait]
impl MessageStore for MemoryStore {
    async fn append_message(&self, new: NewMessage, on_stored: OnStored) -> StoreResult<AppendOutcome> {
        let mut state = self.lock()?;
        let thread = state.conversations.get(&new.conversation);
        if let Some(earlier) = thread.and_then(|thread| thread.earlier(&new)) {
            return Ok(AppendOutcome::Duplicate(earlier.clone()));
        }
        if let Some(refusal) = append_refusal(thread.map(|thread| state.facts(thread, &new))) {
            return Ok(AppendOutcome::Refused(refusal));
        }
        let id = next(&mut state.last_message, MessageId::new)?;
        let Some(thread) = state.conversations.get_mut(&new.conversation) else {
            return Ok(AppendOutcome::Refused(crate::store::AppendRefusal::UnknownConversation));
        };
        let message = thread.push(id, new);
        state.send_files(&message);
        // Under the lock, so that the next message of this conversation comes after.
        on_stored.act(&message);
        Ok(AppendOutcome::Stored(message))
    }

    async fn messages_before(
        &self,
        conversation: ConversationId,
        before: Option<i64>,
        limit: usize,
    ) -> StoreResult<Vec<Message>> {
        let state = self.lock()?;
        let Some(thread) = state.conversations.get(&conversation) else { return Ok(Vec::new()) };
        let end = before.map_or(thread.messages.len(), |before| thread.place_after(before.saturating_sub(1)));
        Ok(thread.messages[..end].iter().rev().take(limit).cloned().collect())
    }

    async fn messages_after(
        &self,
        conversation: ConversationId,
        after: i64,
        limit: usize,
    ) -> StoreResult<Vec<Message>> {
        let state = self.lock()?;
        let Some(thread) = state.conversations.get(&conversation) else { return Ok(Vec::new()) };
        Ok(thread.messages[thread.place_after(after)..].iter().take(limit).cloned().collect())
    }

    async fn messages_without(
        &self,
        conversation: ConversationId,
        hidden: &[AccountId],
        before: Option<i64>,
        skip: usize,
        limit: usize,
    ) -> StoreResult<Vec<Message>> {
        let state = self.lock()?;
        let Some(thread) = state.conversations.get(&conversation) else { return Ok(Vec::new()) };
        let end = before.map_or(thread.messages.len(), |before| thread.place_after(before.saturating_sub(1)));
        let shown = thread.messages[..end].iter().rev().filter(|message| !hidden.contains(&message.sender));
        Ok(shown.skip(skip).take(limit).cloned().collect())
    }

    async fn count_without(&self, conversation: ConversationId, hidden: &[AccountId]) -> StoreResult<i64> {
        let state = self.lock()?;
        let messages = state.conversations.get(&conversation).map(|thread| thread.messages.iter());
        let shown = messages.into_iter().flatten().filter(|message| !hidden.contains(&message.sender));
        Ok(shown.count() as i64)
    }

    async fn message(&self, id: MessageId) -> StoreResult<Option<Message>> {
        let state = self.lock()?;
        Ok(state.conversations.values().find_map(|thread| thread.with_id(id)).cloned())
    }

    async fn seq_before(&self, conversation: ConversationId, id: MessageId) -> StoreResult<i64> {
        let state = self.lock()?;
        let messages = state.conversations.get(&conversation).map(|thread| thread.messages.as_slice());
        Ok(messages.unwrap_or_default().partition_point(|message| message.id < id) as i64)
    }

    async fn mark_read(
        &self,
        conversation: ConversationId,
        account: AccountId,
        seq: i64,
        at: Millis,
    ) -> StoreResult<ReadOutcome> {
        let mut state = self.lock()?;
        let Some((thread, to)) = state.thread_up_to(conversation, seq) else {
            return Ok(ReadOutcome::NotMember);
        };
        let outcome = thread.advance(account, to, |member| &mut member.read_seq);
        if let (ReadOutcome::Advanced { .. }, Some(member)) = (outcome, thread.members.get_mut(&account)) {
            member.delivered_seq = member.delivered_seq.max(to);
            thread.marks.entry((account, to)).or_insert(at);
        }
        Ok(outcome)
    }

    async fn mark_delivered(
        &self,
        conversation: ConversationId,
        account: AccountId,
        seq: i64,
    ) -> StoreResult<ReadOutcome> {
        let mut state = self.lock()?;
        let Some((thread, to)) = state.thread_up_to(conversation, seq) else {
            return Ok(ReadOutcome::NotMember);
        };
        Ok(thread.advance(account, to, |member| &mut member.delivered_seq))
    }

    async fn mark_all_delivered(&self, marks: &[DeliveryMark]) -> StoreResult<Vec<DeliveryMark>> {
        let mut state = self.lock()?;
        let mut moved = Vec::new();
        for mark in marks {
            let Some(thread) = state.conversations.get_mut(&mark.conversation) else { continue };
            if mark.seq > thread.conversation.last_seq {
                continue;
            }
            let outcome = thread.advance(mark.account, mark.seq, |member| &mut member.delivered_seq);
            if matches!(outcome, ReadOutcome::Advanced { .. }) {
                moved.push(*mark);
            }
        }
        moved.sort_unstable();
        Ok(moved)
    }

    async fn recall_message(&self, id: MessageId, by: AccountId, at: Millis) -> StoreResult<RecallOutcome> {
        let mut state = self.lock()?;
        let Some(found) = state.conversations.values().find_map(|thread| thread.with_id(id)) else {
            return Ok(RecallOutcome::Unknown);
        };
        if let Some(refusal) = recall_refusal(found, by, at) {
            return Ok(refusal);
        }
        let found = found.clone();
        state.take_files_back(&found, at);
        let message = recalled(found, at);
        let thread = state.conversations.get_mut(&message.conversation);
        if let Some(kept) = thread.and_then(|thread| {
            let place = thread.place_after(message.seq - 1);
            thread.messages.get_mut(place)
        }) {
            *kept = message.clone();
        }
        Ok(RecallOutcome::Recalled(message))
    }

    async fn read_marks(
        &self,
        conversation: ConversationId,
        from: i64,
        to: i64,
    ) -> StoreResult<Vec<ReadMark>> {
        let state = self.lock()?;
        let Some(thread) = state.conversations.get(&conversation) else { return Ok(Vec::new()) };
        let mut told = Vec::new();
        for account in thread.members.keys().copied() {
            for (&(_, seq), &at) in thread.marks.range((account, from)..=(account, i64::MAX)) {
                told.push(ReadMark { account, seq, at });
                if seq >= to {
                    break;
                }
            }
        }
        Ok(told)
    }
}

impl State {
    fn facts(&self, thread: &Thread, new: &NewMessage) -> AppendFacts {
        let sender = new.sender;
        let relation = match thread.conversation.kind {
            ConversationKind::Direct(pair) => {
                pair.other(sender).and_then(|other| self.relation(sender, other))
            }
            _ => None,
        };
        AppendFacts {
            member: thread.members.contains_key(&sender),
            sender: self.status(sender),
            closed: thread.conversation.closed_at.is_some(),
            relation,
            has_files: new.details.files().all(|key| self.may_send(sender, key, new.at)),
        }
    }

    /// A conversation, and `seq` or its last number if that is less.
    fn thread_up_to(&mut self, conversation: ConversationId, seq: i64) -> Option<(&mut Thread, i64)> {
        let thread = self.conversations.get_mut(&conversation)?;
        let to = seq.min(thread.conversation.last_seq);
        Some((thread, to))
    }
}

impl Thread {
    /// The message by which this one was stored before.
    fn earlier(&self, new: &NewMessage) -> Option<&Message> {
        let place = self.named.get(&new.sender)?.get(new.client_message_id.as_ref()?)?;
        self.messages.get(*place)
    }

    pub(super) fn with_id(&self, id: MessageId) -> Option<&Message> {
        let place = self.messages.binary_search_by_key(&id, |message| message.id).ok()?;
        self.messages.get(place)
    }

    pub(super) fn push(&mut self, id: MessageId, new: NewMessage) -> Message {
        if let Some(name) = new.client_message_id.clone() {
            self.named.entry(new.sender).or_default().insert(name, self.messages.len());
        }
        self.conversation.last_seq += 1;
        if let ConversationKind::Direct(pair) = self.conversation.kind {
            self.exchange.write(new.sender == pair.low(), new.day);
        }
        let message = Message {
            id,
            conversation: new.conversation,
            seq: self.conversation.last_seq,
            sender: new.sender,
            kind: new.kind,
            content: new.content,
            client_message_id: new.client_message_id,
            sent_at: new.at,
            details: new.details,
            recalled_at: None,
        };
        self.messages.push(message.clone());
        message
    }

    /// Where the first message with a number above `seq` is, or would be.
    fn place_after(&self, seq: i64) -> usize {
        usize::try_from(seq).unwrap_or(0).min(self.messages.len())
    }

    fn advance(
        &mut self,
        account: AccountId,
        to: i64,
        mark: impl FnOnce(&mut Member) -> &mut i64,
    ) -> ReadOutcome {
        let Some(mark) = self.members.get_mut(&account).map(mark) else { return ReadOutcome::NotMember };
        if to <= *mark {
            return ReadOutcome::Unchanged;
        }
        let from = std::mem::replace(mark, to);
        ReadOutcome::Advanced { from, to }
    }
}
