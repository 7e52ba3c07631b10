//! Messages.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
    /// What it carries besides its text.
    #[serde(default)]
    pub details: MessageDetails,
    /// When its sender took it back. From then on it keeps its place, and has neither text nor details.
    #[serde(default)]
    pub recalled_at: Option<Millis>,
}

/// What a message carries besides its text; nothing of it for most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageDetails {
    /// The key of the picture, the sound or the film that was uploaded to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// The key of the small picture that stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
    /// How wide it is, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// How high it is, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How long it lasts, in whole seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_secs: Option<u32>,
    /// What the sender's client says besides, passed on as it came: such as where a place is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Map<String, Value>>,
}

impl MessageDetails {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// About how many bytes it is when it is told.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.extra.as_ref().map_or(0, |extra| serde_json::to_string(extra).map_or(0, |text| text.len()))
    }

    /// The keys of the files that belong to the message.
    pub fn files(&self) -> impl Iterator<Item = &String> {
        self.media.iter().chain(&self.thumbnail)
    }
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
