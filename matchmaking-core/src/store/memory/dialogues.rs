//! Dialogues in memory.

use async_trait::async_trait;

use super::{MemoryStore, State, Thread, conversations::Draft, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId},
    model::{AccountStatus, Conversation, ConversationKind, Message, MessageDetails, MessageKind, Role},
    store::{
        DialogueStore, NewMessage, NewQuestion, NewReply, QuestionOutcome,
        decision::{QuestionFacts, question_refusal},
    },
};

#[async_trait]
impl DialogueStore for MemoryStore {
    async fn create_dialogue(
        &self,
        account: AccountId,
        name: &str,
        at: Millis,
    ) -> StoreResult<Option<Conversation>> {
        let mut state = self.lock()?;
        if state.status(account) != Some(AccountStatus::Active) {
            return Ok(None);
        }
        let draft =
            Draft { name: name.to_owned(), creator: Some(account), ..Draft::of(ConversationKind::Assistant) };
        state.make(draft, &[(account, Role::Member)], at).map(Some)
    }

    async fn dialogues(
        &self,
        account: AccountId,
        skip: usize,
        limit: usize,
    ) -> StoreResult<Vec<Conversation>> {
        let state = self.lock()?;
        let newest_first = state.conversations.values().rev().filter(|thread| thread.is_dialogue_of(account));
        Ok(newest_first.skip(skip).take(limit).map(|thread| thread.conversation.clone()).collect())
    }

    async fn rename_dialogue(
        &self,
        id: ConversationId,
        name: &str,
        at: Millis,
    ) -> StoreResult<Option<Conversation>> {
        let mut state = self.lock()?;
        let Some(thread) = state.dialogue(id) else { return Ok(None) };
        name.clone_into(&mut thread.conversation.name);
        thread.conversation.updated_at = at;
        Ok(Some(thread.conversation.clone()))
    }

    async fn delete_dialogue(&self, id: ConversationId) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let known = state.dialogue(id).is_some();
        if known {
            state.conversations.remove(&id);
            state.reply_leases.remove(&id);
        }
        Ok(known)
    }

    async fn ask(&self, new: NewQuestion) -> StoreResult<QuestionOutcome> {
        let NewQuestion { dialogue, content, holder, expires_at, waited_for, at } = new;
        let mut state = self.lock()?;
        let person = state.dialogue(dialogue).and_then(|thread| thread.conversation.creator);
        let facts = person.map(|person| QuestionFacts {
            active: state.status(person) == Some(AccountStatus::Active),
            lease: state.reply_leases.get(&dialogue).map(|(_, expires_at)| *expires_at),
        });
        if let Some(refusal) = question_refusal(facts, waited_for, at) {
            return Ok(refusal);
        }
        let Some(message) = state.say(dialogue, MessageKind::Text, content, at)? else {
            return Ok(QuestionOutcome::Unknown);
        };
        state.reply_leases.insert(dialogue, (holder, expires_at));
        Ok(QuestionOutcome::Stored(Box::new(message)))
    }

    async fn renew_replies(
        &self,
        holder: i64,
        dialogues: &[ConversationId],
        expires_at: Millis,
    ) -> StoreResult<()> {
        let mut state = self.lock()?;
        for dialogue in dialogues {
            if let Some((by, until)) = state.reply_leases.get_mut(dialogue)
                && *by == holder
            {
                *until = expires_at;
            }
        }
        Ok(())
    }

    async fn end_reply(&self, new: NewReply) -> StoreResult<Option<Message>> {
        let NewReply { dialogue, content, holder, at } = new;
        let mut state = self.lock()?;
        if state.reply_leases.get(&dialogue).is_some_and(|(by, _)| *by == holder) {
            state.reply_leases.remove(&dialogue);
        }
        match content {
            Some(content) => state.say(dialogue, MessageKind::Assistant, content, at),
            None => Ok(None),
        }
    }
}

impl State {
    fn dialogue(&mut self, id: ConversationId) -> Option<&mut Thread> {
        let thread = self.conversations.get_mut(&id);
        thread.filter(|thread| thread.conversation.kind == ConversationKind::Assistant)
    }

    /// Stores a message of a dialogue, as its person's; `None` when there is no such dialogue.
    fn say(
        &mut self,
        dialogue: ConversationId,
        kind: MessageKind,
        content: String,
        at: Millis,
    ) -> StoreResult<Option<Message>> {
        let id = next(&mut self.last_message, MessageId::new)?;
        let Some(thread) = self.dialogue(dialogue) else { return Ok(None) };
        let Some(sender) = thread.conversation.creator else { return Ok(None) };
        let details = MessageDetails::default();
        let new = NewMessage {
            conversation: dialogue,
            sender,
            kind,
            content,
            client_message_id: None,
            details,
            at,
            day: 0,
        };
        Ok(Some(thread.push(id, new)))
    }

    /// Leaves nothing of a person's dialogues.
    pub(super) fn erase_dialogues(&mut self, account: AccountId) {
        self.conversations.retain(|_, thread| !thread.is_dialogue_of(account));
        let Self { reply_leases, conversations, .. } = self;
        reply_leases.retain(|dialogue, _| conversations.contains_key(dialogue));
    }
}

impl Thread {
    fn is_dialogue_of(&self, account: AccountId) -> bool {
        self.conversation.kind == ConversationKind::Assistant && self.conversation.creator == Some(account)
    }
}
