//! How frames and events look on this surface.

use bytes::Bytes;
use matchmaking_core::{
    api::groups::{
        MessageView, WireId,
        frames::{Change, Frame},
    },
    realtime::{Event, MemberChange},
};

use crate::surfaces::live::text_of;

/// An event as the socket shows it to everyone; `None` for what it does not show.
pub(super) fn event(event: &Event) -> Option<Bytes> {
    let shown = match event {
        Event::MessageStored { message, receiver, .. } => {
            Frame::Message(MessageView::new(message, *receiver))
        }
        Event::MessageRead { message, reader, at } => Frame::Read {
            message_id: WireId::of(*message),
            user_id: WireId::of(*reader),
            read_at: at.to_rfc3339(),
        },
        Event::Typing { from, conversation, receiver } => {
            let user_id = WireId::of(*from);
            match (receiver, conversation) {
                (Some(person), _) => {
                    Frame::Typing { user_id, receiver_id: WireId::of(*person), group_id: WireId::NONE }
                }
                (None, Some(group)) => {
                    Frame::Typing { user_id, receiver_id: WireId::NONE, group_id: WireId::of(*group) }
                }
                (None, None) => return None,
            }
        }
        Event::MemberChanged { group, account, change } => Frame::Member {
            group_id: WireId::of(*group),
            user_id: WireId::of(*account),
            change: match change {
                MemberChange::Added => Change::Added,
                MemberChange::Removed => Change::Removed,
                MemberChange::Role => Change::Role,
            },
        },
        Event::MatchUpdated { .. } | Event::Presence { .. } | Event::Broadcast { .. } => return None,
    };
    Some(text_of(&shown).into())
}
