//! Everything that is kept of a person's own, part by part, so that however much it is, only a part is in memory.

use super::chat::{Chat, Thread, ThreadError};
use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{Interaction, Message},
    store::Stores,
};

/// How many things of a kind are read at once.
pub const EXPORT_PART: usize = 200;

/// Reads what is a person's own.
#[derive(Debug, Clone)]
pub struct Exports {
    stores: Stores,
    chat: Chat,
}

/// A part of a long list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T, K> {
    /// What is in it.
    pub items: Vec<T>,
    /// After what the next part begins; `None` after the last one.
    pub next: Option<K>,
}

impl<T, K> Part<T, K> {
    /// What was read with [`EXPORT_PART`] as its limit.
    fn of(items: Vec<T>, key: impl Fn(&T) -> K) -> Self {
        let next = items.last().filter(|_| items.len() == EXPORT_PART).map(key);
        Self { items, next }
    }
}

impl Exports {
    /// The service over these stores.
    #[must_use]
    pub fn new(stores: Stores, chat: Chat) -> Self {
        Self { stores, chat }
    }

    /// What a person has decided about others, whoever they are, by their number.
    pub async fn decisions(
        &self,
        of: AccountId,
        after: Option<AccountId>,
    ) -> StoreResult<Part<Interaction, AccountId>> {
        let decisions = self.stores.matches.decisions_of(of, after, EXPORT_PART).await?;
        Ok(Part::of(decisions, |decision| decision.target))
    }

    /// The conversations of a person, by their number; without those of which they see nothing any more.
    pub async fn threads(
        &self,
        of: AccountId,
        after: Option<ConversationId>,
    ) -> StoreResult<Part<Thread, ConversationId>> {
        let found = self.stores.conversations.conversations_after(of, after, EXPORT_PART).await?;
        let Part { items, next } = Part::of(found, |id| *id);
        let mut threads = Vec::with_capacity(items.len());
        for id in items {
            match self.chat.readable(id, of).await {
                Ok(thread) => threads.push(thread),
                // Ended, or hidden from the person.
                Err(ThreadError::Unknown | ThreadError::NotMember) => {}
                Err(ThreadError::Store(error)) => return Err(error),
            }
        }
        Ok(Part { items: threads, next })
    }

    /// The messages of a conversation with numbers above `after`, oldest first, as far as its viewer is shown them.
    pub async fn messages(&self, thread: &Thread, after: i64) -> StoreResult<Part<Message, i64>> {
        let read = self.stores.messages.messages_after(thread.id(), after, EXPORT_PART).await?;
        let mut part = Part::of(read, |message| message.seq);
        part.items.retain(|message| thread.shows(message.sender));
        part.items = self.chat.shown(thread, part.items);
        Ok(part)
    }
}
