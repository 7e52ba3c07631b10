//! Taking a message back.

use super::{Chat, ThreadError};
use crate::{
    error::StoreError,
    ids::{AccountId, MessageId},
    model::Message,
    realtime::Event,
    store::RecallOutcome,
};

/// Why a message is not taken back.
#[derive(Debug, thiserror::Error)]
pub enum RecallError {
    /// There is no such message for this person.
    #[error("unknown message")]
    Unknown,
    /// Somebody else wrote it.
    #[error("somebody else's message")]
    NotSender,
    /// It is older than [`RECALL_MILLIS`](crate::store::RECALL_MILLIS).
    #[error("too late")]
    TooLate,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Chat {
    /// Takes a message back for its sender, and tells everyone in the conversation. Doing it again changes nothing.
    pub async fn recall(&self, by: AccountId, id: MessageId) -> Result<Message, RecallError> {
        let message = self.stores.messages.message(id).await?.ok_or(RecallError::Unknown)?;
        let thread = match self.thread(message.conversation, by).await {
            Ok(thread) if thread.shows(message.sender) => thread,
            Ok(_) | Err(ThreadError::Unknown | ThreadError::NotMember) => return Err(RecallError::Unknown),
            Err(ThreadError::Store(error)) => return Err(error.into()),
        };
        let at = self.clock.now();
        match self.stores.messages.recall_message(id, by, at).await? {
            RecallOutcome::Recalled(message) => {
                let told = self.told(&thread).await?;
                let event = Event::MessageRecalled {
                    message: id,
                    conversation: message.conversation,
                    seq: message.seq,
                    at,
                };
                self.hub.publish_to(&told, event);
                Ok(message)
            }
            RecallOutcome::Already(message) => Ok(message),
            RecallOutcome::NotSender => Err(RecallError::NotSender),
            RecallOutcome::TooLate => Err(RecallError::TooLate),
            RecallOutcome::Unknown => Err(RecallError::Unknown),
        }
    }
}
