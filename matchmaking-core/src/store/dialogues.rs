//! The store of dialogues: conversations of one person with the assistant.
//!
//! They are conversations of the kind [`Assistant`](crate::model::ConversationKind::Assistant), with their person as
//! the creator and only member. Reading them is the business of the stores of conversations and messages.

use async_trait::async_trait;

use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{Conversation, Message},
};

/// A message to the assistant, to be stored together with the right to write the reply to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQuestion {
    /// In which dialogue.
    pub dialogue: ConversationId,
    /// What is asked.
    pub content: String,
    /// Who is going to write the reply: a number that no other process has.
    pub holder: i64,
    /// Until when the right holds, unless it is renewed.
    pub expires_at: Millis,
    /// The right that was waited for, if one was: only when just that one has run out, unrenewed and not ended, is
    /// anything stored.
    pub waited_for: Option<Millis>,
    /// The present moment.
    pub at: Millis,
}

/// What became of a message to the assistant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionOutcome {
    /// It is stored, durably, as this; the holder writes the reply.
    Stored(Box<Message>),
    /// Nothing changed: a reply is being written, until this moment unless that is renewed.
    Answering {
        /// When the right of whoever writes ends; now, if it ended while it was waited for.
        expires_at: Millis,
    },
    /// Nothing changed: there is no such dialogue, or its person takes no part.
    Unknown,
}

/// What was said of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReply {
    /// In which dialogue.
    pub dialogue: ConversationId,
    /// What was said; `None` when it came to nothing.
    pub content: Option<String>,
    /// Who wrote it.
    pub holder: i64,
    /// The present moment.
    pub at: Millis,
}

/// Keeps conversations with the assistant, and who writes a reply in them.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait DialogueStore: Send + Sync {
    /// Makes a dialogue with this name, which may be empty; `None`, and nothing is made, when there is no such active
    /// account.
    async fn create_dialogue(
        &self,
        account: AccountId,
        name: &str,
        at: Millis,
    ) -> StoreResult<Option<Conversation>>;

    /// The dialogues of a person, newest first (by identifier); at most `limit`, after leaving out the first `skip`.
    async fn dialogues(
        &self,
        account: AccountId,
        skip: usize,
        limit: usize,
    ) -> StoreResult<Vec<Conversation>>;

    /// Gives a dialogue another name, which may be empty, and returns it as it is now; `None` when there is no such
    /// dialogue.
    async fn rename_dialogue(
        &self,
        id: ConversationId,
        name: &str,
        at: Millis,
    ) -> StoreResult<Option<Conversation>>;

    /// Deletes a dialogue with everything that was said in it; tells whether there was one. Whoever writes a reply in
    /// it writes for nobody.
    async fn delete_dialogue(&self, id: ConversationId) -> StoreResult<bool>;

    /// Stores a message to the assistant at the end of its dialogue, durably, and gives its holder the right to write
    /// the reply, in one step; unless somebody has that right already. Of two at the same moment one gets it.
    async fn ask(&self, new: NewQuestion) -> StoreResult<QuestionOutcome>;

    /// Has the rights of `holder` in these dialogues hold until `expires_at`. A right that somebody else took over, or
    /// that was given back, stays so.
    async fn renew_replies(
        &self,
        holder: i64,
        dialogues: &[ConversationId],
        expires_at: Millis,
    ) -> StoreResult<()>;

    /// Stores what was said of a reply at the end of its dialogue, durably, and gives the right to write it back, in one
    /// step. It is stored even if the right ran out; the right of somebody else stays. `None` when nothing was said, or
    /// the dialogue is gone.
    async fn end_reply(&self, new: NewReply) -> StoreResult<Option<Message>>;
}
