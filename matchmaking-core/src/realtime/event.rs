//! What can happen.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    ids::{AccountId, ConversationId, MatchId, MessageId},
    model::Message,
};

/// A kind of connection. A person may have several of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Miracle's `/ws/base`.
    MiracleBase,
    /// Miracle's `/ws/message`.
    MiracleMessage,
    /// Miracle's `/ws/match`.
    MiracleMatch,
    /// Rooms' `/api/message/ws` and `/ws/join`, which are told the same.
    Rooms,
    /// Groups' `/api/v1/ws`.
    Groups,
}

impl Channel {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::MiracleBase, Self::MiracleMessage, Self::MiracleMatch, Self::Rooms, Self::Groups];

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// Whether connections of this kind are told what concerns their person. Those of `/ws/match` are told of nothing
    /// but one match, by their own session: having only such a one is being offline.
    #[must_use]
    pub const fn hears_of_its_person(self) -> bool {
        match self {
            Self::MiracleBase | Self::MiracleMessage | Self::Rooms | Self::Groups => true,
            Self::MiracleMatch => false,
        }
    }

    /// Whether connections of this kind are told what their own person wrote: clients of rooms draw their own message
    /// when it comes back, those of groups show it on the person's other devices, and Miracle tells only the others.
    #[must_use]
    pub const fn hears_its_own_person(self) -> bool {
        match self {
            Self::Rooms | Self::Groups => true,
            Self::MiracleBase | Self::MiracleMessage | Self::MiracleMatch => false,
        }
    }
}

/// A set of kinds of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Channels(u8);

impl Channels {
    /// The audience that Miracle's `/ws/base` and `/ws/message` share.
    pub const MIRACLE_CHAT: Self =
        Self(1 << Channel::MiracleBase.index() | 1 << Channel::MiracleMessage.index());

    /// Whether a kind is in the set.
    #[must_use]
    pub const fn contains(self, channel: Channel) -> bool {
        self.0 & 1 << channel.index() != 0
    }
}

/// Who wrote, as the other side is shown them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The account.
    pub account: AccountId,
    /// The number by which Miracle's clients know it: the Telegram id, or the account's number where there is none.
    pub miracle_id: i64,
    /// The name that Miracle shows; may be empty.
    pub name: String,
    /// The name that rooms shows: the user name, or what stands in for it.
    #[serde(default)]
    pub username: String,
}

/// What became of somebody's part in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberChange {
    /// They joined.
    Added,
    /// They left, were removed, or the group ended.
    Removed,
    /// They have another role.
    Role,
}

/// Something that happened.
///
/// Its serialised form goes from node to node. Nodes of two versions may run side by side for a while, so a field that
/// is added needs `#[serde(default)]`; an event that a node does not know is not told there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A message was stored.
    MessageStored {
        /// The message.
        message: Message,
        /// Who wrote it.
        sender: Arc<Sender>,
        /// To whom, in a direct conversation; nobody in particular in a group.
        #[serde(default)]
        receiver: Option<AccountId>,
        /// The match whose two people talk, in a direct conversation of a match.
        match_id: Option<MatchId>,
        /// What the sender's client said about the time, passed on as it came: JSON text.
        client_timestamp: Option<String>,
    },
    /// Somebody read a message, and all before it.
    MessageRead {
        /// Which.
        message: MessageId,
        /// Who.
        reader: AccountId,
        /// When.
        at: Millis,
    },
    /// Somebody is writing. It is not kept.
    Typing {
        /// Who.
        from: AccountId,
        /// Where; nowhere yet, when two people have not talked before.
        #[serde(default)]
        conversation: Option<ConversationId>,
        /// To whom, in a direct conversation.
        receiver: Option<AccountId>,
    },
    /// Somebody's part in a group changed.
    MemberChanged {
        /// Which group.
        group: ConversationId,
        /// Whose.
        account: AccountId,
        /// How.
        change: MemberChange,
    },
    /// A match was made, or its like flipped.
    MatchUpdated {
        /// Which.
        match_id: MatchId,
        /// Whether it was made just now.
        #[serde(default)]
        made: bool,
    },
    /// The system, or its operator, tells somebody something.
    SystemNotification {
        /// What it is about.
        title: String,
        /// What there is to tell.
        content: String,
    },
    /// A person's first connection of a kind came, or the last one went.
    Presence {
        /// Who, by the number that the channel's clients know.
        wire_id: i64,
        /// Which kind.
        channel: Channel,
        /// Whether they came.
        online: bool,
    },
    /// A person says something to everyone connected; it is not kept.
    Broadcast {
        /// Who.
        from: Arc<Sender>,
        /// Through which kind of connection.
        channel: Channel,
        /// What, as JSON text.
        content: String,
        /// What the sender's client said about the time: JSON text.
        client_timestamp: Option<String>,
    },
}

impl Event {
    /// Whether a connection that cannot take the event has missed something that it must read again. Others are
    /// dropped when a queue is full.
    #[must_use]
    pub const fn is_durable(&self) -> bool {
        match self {
            Self::MessageStored { .. } | Self::MatchUpdated { .. } | Self::MemberChanged { .. } => true,
            Self::MessageRead { .. }
            | Self::Typing { .. }
            | Self::SystemNotification { .. }
            | Self::Presence { .. }
            | Self::Broadcast { .. } => false,
        }
    }

    /// Whose doing it is, where some connections are not told of their own person's doings.
    pub(super) fn author(&self) -> Option<AccountId> {
        match self {
            Self::MessageStored { sender, .. } => Some(sender.account),
            _ => None,
        }
    }
}

/// An event on its way, with the forms in which it was rendered so far.
#[derive(Debug)]
pub struct Published {
    event: Event,
    rendered: [OnceLock<Option<Bytes>>; Channel::COUNT],
}

impl Published {
    pub(crate) fn new(event: Event) -> Self {
        Self { event, rendered: [const { OnceLock::new() }; Channel::COUNT] }
    }

    /// What happened.
    #[must_use]
    pub const fn event(&self) -> &Event {
        &self.event
    }

    /// The event as connections of this kind send it: the first one renders it, the others share the bytes. `None`
    /// means that this kind does not show it. A form that depends on the viewer must not go through here.
    pub fn rendered(&self, channel: Channel, render: impl FnOnce(&Event) -> Option<Bytes>) -> Option<Bytes> {
        self.rendered[channel.index()].get_or_init(|| render(&self.event)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_rendered_once_per_channel() {
        let published =
            Published::new(Event::Presence { wire_id: 1, channel: Channel::MiracleBase, online: true });
        let first = published.rendered(Channel::MiracleBase, |_| Some(Bytes::from_static(b"a")));
        let second = published.rendered(Channel::MiracleBase, |_| Some(Bytes::from_static(b"b")));
        let other = published.rendered(Channel::MiracleMessage, |_| None);
        assert_eq!((first.as_deref(), second.as_deref(), other), (Some(&b"a"[..]), Some(&b"a"[..]), None));
    }

    #[test]
    fn miracles_chat_audience_is_base_and_message() {
        assert!(Channels::MIRACLE_CHAT.contains(Channel::MiracleBase));
        assert!(Channels::MIRACLE_CHAT.contains(Channel::MiracleMessage));
        assert!(!Channels::MIRACLE_CHAT.contains(Channel::MiracleMatch));
    }
}
