//! How frames and events look on this surface.

use bytes::Bytes;
use matchmaking_core::{
    api::groups::{
        MessageView, WireId,
        frames::{Change, Frame},
    },
    ids::AccountId,
    model::Message,
    realtime::{Event, MemberChange},
    service::Services,
};

use crate::surfaces::live::text_of;

/// A message as everyone in its conversation is shown it: to a person if there is a `receiver`, else to a group.
pub(super) fn message(services: &Services, message: &Message, receiver: Option<AccountId>) -> MessageView {
    MessageView::new(message, services.media.content(message).into_owned(), receiver)
}

/// The same as its sender is shown it, with the name that their client gave it.
pub(super) fn own_message(services: &Services, own: &Message, receiver: Option<AccountId>) -> MessageView {
    MessageView { client_message_id: own.client_message_id.clone(), ..message(services, own, receiver) }
}

/// An event as the socket shows it to everyone; `None` for what it does not show.
pub(super) fn event(services: &Services, event: &Event) -> Option<Bytes> {
    let shown = match event {
        Event::MessageStored { message: stored, receiver, .. } => {
            Frame::Message(message(services, stored, *receiver))
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
        Event::MatchUpdated { .. }
        | Event::SystemNotification { .. }
        | Event::Presence { .. }
        | Event::Broadcast { .. } => return None,
    };
    Some(text_of(&shown).into())
}
