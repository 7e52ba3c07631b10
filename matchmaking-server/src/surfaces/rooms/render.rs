//! How rooms, messages and events look on this surface.

use std::borrow::Cow;

use bytes::Bytes;
use chrono_tz::Tz;
use matchmaking_core::{
    api::rooms::{Room, RoomMessage, frames, name_of, room_time, send_time},
    model::{Conversation, Message},
    realtime::Event,
    service::Services,
};

use crate::surfaces::live::text_of;

pub(super) fn room(group: Conversation, zone: Tz) -> Room {
    Room {
        id: group.id,
        created_at: room_time(group.created_at, zone),
        updated_at: room_time(group.updated_at, zone),
        deleted_at: (),
        name: group.name,
        description: group.description,
    }
}

/// A message by somebody of this name.
pub(super) fn message<'a>(
    services: &Services,
    message: &'a Message,
    sender_name: impl Into<Cow<'a, str>>,
) -> RoomMessage<'a> {
    RoomMessage {
        id: message.id,
        send_time: send_time(message.sent_at, services.time_zone),
        room_id: message.conversation,
        sender_id: message.sender,
        sender_name: sender_name.into(),
        kind: name_of(message.kind),
        content: services.media.content(message),
    }
}

/// An event as the sockets show it; `None` for what they do not show.
pub(super) fn event(services: &Services, event: &Event) -> Option<Bytes> {
    match event {
        Event::MessageStored { message: stored, sender, .. } => {
            let shown = message(services, stored, sender.username.as_str());
            Some(text_of(&frames::new_message(shown)).into())
        }
        // The dialect has no words for these.
        Event::MessageRead { .. }
        | Event::Typing { .. }
        | Event::MemberChanged { .. }
        | Event::MatchUpdated { .. }
        | Event::SystemNotification { .. }
        | Event::Presence { .. }
        | Event::Broadcast { .. } => None,
    }
}
