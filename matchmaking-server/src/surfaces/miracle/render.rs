//! How events and messages look on this surface.

use bytes::Bytes;
use matchmaking_core::{
    api::miracle::frames::Frame,
    ids::AccountId,
    model::Message,
    realtime::{Channel, Event},
    service::Services,
};
use serde_json::value::RawValue;

use crate::surfaces::live::text_of;

/// What one is called oneself.
pub(super) const ONESELF: &str = "I";

/// The name by which a message's sender is shown to somebody: `I` for oneself.
pub(super) fn name_for(viewer: AccountId, message: &Message, peer: &str) -> String {
    if message.sender == viewer { ONESELF.to_owned() } else { peer.to_owned() }
}

/// An event as `/ws/base` and `/ws/message` show it; `None` for what they do not show.
pub(super) fn chat_event(services: &Services, event: &Event) -> Option<Bytes> {
    let text = match event {
        Event::MessageStored { message, sender, match_id, client_timestamp, .. } => {
            let timestamp = raw(client_timestamp.as_deref());
            text_of(&Frame::PrivateMessage {
                from: sender.miracle_id,
                sender_id: sender.miracle_id,
                sender_name: &sender.name,
                content: &services.media.content(message),
                chatroom_id: message.conversation,
                match_id: *match_id,
                timestamp: timestamp.as_deref(),
            })
        }
        Event::MatchUpdated { .. } => text_of(&Frame::MatchUpdate),
        Event::Presence { wire_id, channel: Channel::MiracleMessage, online } => {
            let user_id = wire_id.to_string();
            text_of(&if *online { Frame::UserJoined { user_id } } else { Frame::UserLeft { user_id } })
        }
        Event::Presence { .. }
        | Event::MessageRead { .. }
        | Event::SystemNotification { .. }
        | Event::Typing { .. }
        | Event::MemberChanged { .. } => return None,
        Event::Broadcast { from, channel: Channel::MiracleBase, content, .. } => {
            let content = raw(Some(content))?;
            text_of(&Frame::Message { from: from.miracle_id.to_string(), content: &content })
        }
        Event::Broadcast { from, content, client_timestamp, .. } => {
            let timestamp = raw(client_timestamp.as_deref());
            text_of(&Frame::BroadcastMessage {
                from: from.miracle_id.to_string(),
                content,
                timestamp: timestamp.as_deref(),
            })
        }
    };
    Some(text.into())
}

/// JSON text to be written as it is.
fn raw(text: Option<&str>) -> Option<Box<RawValue>> {
    text.and_then(|text| RawValue::from_string(text.to_owned()).ok())
}
