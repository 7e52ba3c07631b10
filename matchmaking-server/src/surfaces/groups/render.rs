//! How frames and events look on this surface.

use bytes::Bytes;
use matchmaking_core::{
    api::groups::{
        MessageView, WireId,
        frames::{Change, Frame},
    },
    realtime::{Event, MemberChange},
};

/// A frame as text. Frames have no map with keys that are no texts, so writing cannot fail; if it did, the client would
/// see an empty object rather than nothing.
pub(super) fn frame(frame: &Frame) -> String {
    serde_json::to_string(frame).unwrap_or_else(|error| {
        tracing::error!(%error, "a frame could not be written");
        "{}".to_owned()
    })
}

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
    Some(frame(&shown).into())
}
