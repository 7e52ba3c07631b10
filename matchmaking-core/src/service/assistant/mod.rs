//! Talking with the assistant: people without a password, their conversations, and the replies in them.
//!
//! Whoever knows a number may act for it, as the surface that uses these has no authentication. So they reach only
//! active accounts without a password, and treat all others as unknown.

pub mod builtin;
mod generation;
mod users;

use std::sync::Arc;

use super::{chat::ANSWER_HISTORY, people::People};
use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::{AccountId, ConversationId},
    model::{Account, AccountStatus, Conversation, ConversationKind, Message},
    ports::assistant::Assistant,
    store::Stores,
};

use generation::Generations;

pub use generation::{
    AskError, GENERATION_MAX, GENERATIONS_AT_ONCE, RENEW_EVERY, REPLY_BYTES_MAX, REPLY_LEASE,
};
pub use users::{AssistantUser, CreateUserError};

/// How many messages of a conversation are read at once.
const HISTORY_PAGE: usize = 500;

/// Users, conversations and replies. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Dialogues {
    stores: Stores,
    people: People,
    clock: Arc<dyn Clock>,
    generations: Arc<Generations>,
}

/// Why something could not be done with a user or a conversation.
#[derive(Debug, thiserror::Error)]
pub enum DialogueError {
    /// There is no such account, or it takes no part, or a password protects it.
    #[error("unknown user")]
    UnknownUser,
    /// There is no such conversation with the assistant, or its person is out of reach.
    #[error("unknown conversation")]
    UnknownConversation,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A conversation with the assistant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialogue {
    /// Whose it is.
    pub account: AccountId,
    /// The conversation. A name that is empty is none.
    pub conversation: Conversation,
}

impl Dialogue {
    fn of(conversation: Conversation) -> Option<Self> {
        let is_one = conversation.kind == ConversationKind::Assistant;
        conversation.creator.filter(|_| is_one).map(|account| Self { account, conversation })
    }
}

impl Dialogues {
    /// The service over these stores, answering by this assistant.
    #[must_use]
    pub fn new(stores: Stores, people: People, assistant: Arc<dyn Assistant>, clock: Arc<dyn Clock>) -> Self {
        let generations = Arc::new(Generations::new(stores.clone(), assistant, Arc::clone(&clock)));
        Self { stores, people, clock, generations }
    }

    /// Makes a conversation of this person with the assistant.
    pub async fn create(&self, account: AccountId, name: &str) -> Result<Dialogue, DialogueError> {
        if !self.is_reachable(account).await? {
            return Err(DialogueError::UnknownUser);
        }
        let made = self.stores.dialogues.create_dialogue(account, name, self.clock.now()).await?;
        made.and_then(Dialogue::of).ok_or(DialogueError::UnknownUser)
    }

    /// The conversations of a person, newest first; none of an unknown one.
    pub async fn list(&self, account: AccountId, skip: usize, limit: usize) -> StoreResult<Vec<Dialogue>> {
        if !self.is_reachable(account).await? {
            return Ok(Vec::new());
        }
        let found = self.stores.dialogues.dialogues(account, skip, limit).await?;
        Ok(found.into_iter().filter_map(Dialogue::of).collect())
    }

    /// The conversation with this number.
    pub async fn find(&self, id: ConversationId) -> Result<Dialogue, DialogueError> {
        let found = self.stores.conversations.conversation(id).await?.and_then(Dialogue::of);
        let found = found.ok_or(DialogueError::UnknownConversation)?;
        if self.is_reachable(found.account).await? {
            Ok(found)
        } else {
            Err(DialogueError::UnknownConversation)
        }
    }

    /// What was said in a conversation, oldest first: its newest messages within [`ANSWER_HISTORY`].
    pub async fn messages(&self, id: ConversationId) -> StoreResult<Vec<Message>> {
        let mut newest_first: Vec<Message> = Vec::new();
        let mut bytes = 0;
        while newest_first.len() < ANSWER_HISTORY.messages {
            let before = newest_first.last().map(|message| message.seq);
            let page = self.stores.messages.messages_before(id, before, HISTORY_PAGE).await?;
            let complete = page.len() < HISTORY_PAGE;
            for message in page {
                bytes += message.content.len();
                if bytes > ANSWER_HISTORY.bytes && !newest_first.is_empty() {
                    newest_first.reverse();
                    return Ok(newest_first);
                }
                newest_first.push(message);
            }
            if complete {
                break;
            }
        }
        newest_first.reverse();
        Ok(newest_first)
    }

    /// Gives a conversation another name; an empty one takes it away.
    pub async fn rename(&self, id: ConversationId, name: &str) -> Result<Dialogue, DialogueError> {
        self.find(id).await?;
        let renamed = self.stores.dialogues.rename_dialogue(id, name, self.clock.now()).await?;
        renamed.and_then(Dialogue::of).ok_or(DialogueError::UnknownConversation)
    }

    /// Deletes a conversation with everything that was said in it. A reply that is being written ends.
    pub async fn delete(&self, id: ConversationId) -> Result<(), DialogueError> {
        self.find(id).await?;
        let deleted = self.stores.dialogues.delete_dialogue(id).await?;
        self.generations.cancel(id);
        if deleted { Ok(()) } else { Err(DialogueError::UnknownConversation) }
    }

    /// Ends all replies that are being written, stores what came of them, and returns when that is done. Nothing is
    /// answered afterwards.
    pub(super) async fn stop(&self) {
        self.generations.stop().await;
    }

    async fn is_reachable(&self, account: AccountId) -> StoreResult<bool> {
        Ok(self.stores.accounts.account(account).await?.is_some_and(|account| is_within_reach(&account)))
    }
}

/// Whether somebody who shows nothing but a number may act for this account.
fn is_within_reach(account: &Account) -> bool {
    account.status == AccountStatus::Active && !account.has_password
}

#[cfg(test)]
mod tests;
