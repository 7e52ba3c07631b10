//! Messages.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    ids::{AccountId, ConversationId, MessageId},
};

/// A message. Once stored it keeps its place for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its identifier, unique over all conversations and growing with time within one.
    pub id: MessageId,
    /// Which conversation it is in.
    pub conversation: ConversationId,
    /// Its number in that conversation, counted from 1 without gaps.
    pub seq: i64,
    /// Who wrote it.
    pub sender: AccountId,
    /// What kind it is.
    pub kind: MessageKind,
    /// Its text; empty for kinds that have none.
    pub content: String,
    /// The name that the sender's client gave it, so that a repeated send is recognised.
    pub client_message_id: Option<String>,
    /// When the server took it.
    pub sent_at: Millis,
}

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Text.
    Text,
    /// A picture.
    Image,
    /// A spoken message.
    Voice,
    /// A film.
    Video,
    /// Any other file.
    File,
    /// A place.
    Location,
    /// Written by the system.
    System,
    /// Written by the assistant; the sender is the account it answers.
    Assistant,
}

impl MessageKind {
    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Text => 1,
            Self::Image => 2,
            Self::Voice => 3,
            Self::Video => 4,
            Self::File => 5,
            Self::Location => 6,
            Self::System => 7,
            Self::Assistant => 8,
        }
    }

    /// The kind that a store keeps as `code`.
    #[must_use]
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Text),
            2 => Some(Self::Image),
            3 => Some(Self::Voice),
            4 => Some(Self::Video),
            5 => Some(Self::File),
            6 => Some(Self::Location),
            7 => Some(Self::System),
            8 => Some(Self::Assistant),
            _ => None,
        }
    }
}
