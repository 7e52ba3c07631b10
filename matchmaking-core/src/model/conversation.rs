//! Conversations of every kind, and who takes part.

use serde::{Deserialize, Serialize};

use super::Pair;
use crate::{
    clock::Millis,
    ids::{AccountId, ConversationId},
};

/// A conversation. Its messages are counted from 1 without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its identifier, one number space for all kinds.
    pub id: ConversationId,
    /// What kind it is.
    pub kind: ConversationKind,
    /// Its name; empty for direct conversations, and for those with the assistant that have none.
    pub name: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Where its picture is; may be empty.
    pub avatar: String,
    /// Who made a group, and stays its creator when they leave it; who talks with the assistant.
    pub creator: Option<AccountId>,
    /// When it was made.
    pub created_at: Millis,
    /// When its name, description or picture changed last.
    pub updated_at: Millis,
    /// The number of its last message; 0 when it has none.
    pub last_seq: i64,
    /// When it was closed for writing, if it was. A group that was ended is closed and has no members.
    pub closed_at: Option<Millis>,
}

/// What kind of conversation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConversationKind {
    /// Between two people. A pair has one, whatever opened it.
    Direct(Pair),
    /// Among any number: a room or a group, which are the same.
    Group,
    /// Between a person and the assistant.
    Assistant,
}

impl ConversationKind {
    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Direct(_) => 1,
            Self::Group => 2,
            Self::Assistant => 3,
        }
    }
}

/// What a member may do in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Also changes name and description.
    Admin,
    /// Also removes members, gives roles, and ends it.
    Owner,
}

impl Role {
    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Member => 1,
            Self::Admin => 2,
            Self::Owner => 3,
        }
    }

    /// The role that a store keeps as `code`.
    #[must_use]
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Member),
            2 => Some(Self::Admin),
            3 => Some(Self::Owner),
            _ => None,
        }
    }
}

/// A person's part in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Who.
    pub account: AccountId,
    /// What they may do.
    pub role: Role,
    /// When they joined.
    pub joined_at: Millis,
    /// The number of the last message they have read; 0 for none. It never goes back.
    pub read_seq: i64,
    /// The number of the last message that reached a device of theirs; 0 for none. It never goes back.
    pub delivered_seq: i64,
    /// Whether it stands first in their list.
    pub is_pinned: bool,
    /// Whether they do not want to be alerted of it.
    pub is_muted: bool,
}
