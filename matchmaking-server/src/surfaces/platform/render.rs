//! How messages and events look on this surface.

use bytes::Bytes;
use matchmaking_core::{
    api::platform::{
        Carried, MessageView, UserCard,
        frames::{Frame, MessageFrame, Sent, StatusFrame},
        type_of,
    },
    clock::Millis,
    ids::AccountId,
    model::{Message, MessageKind, Person},
    realtime::{Event, Partner},
    service::{Services, chat::Progress, profiles::FileViewer},
};

use crate::surfaces::live::text_of;

/// What a message says and carries, as this viewer is shown it, and of what kind it is then. What other dialects send as
/// the link of a picture is where the picture is, if it was sent to the conversation; anything else that they send as one
/// is a text, which no client loads anything for.
fn shown(
    services: &Services,
    message: &Message,
    viewer: AccountId,
    at: Millis,
) -> (MessageKind, String, Carried) {
    let details = &message.details;
    let link = |key: &String| services.media.link_for(FileViewer::Account(viewer), key, at);
    let mut carried = Carried {
        media_url: details.media.as_ref().map(link),
        thumbnail: details.thumbnail.as_ref().map(link),
        width: details.width,
        height: details.height,
        duration: details.duration_secs,
        extra: details.extra.clone(),
    };
    let is_link = match message.kind {
        MessageKind::Image | MessageKind::Voice | MessageKind::Video => {
            carried.media_url.is_none() && !message.content.is_empty()
        }
        MessageKind::Text
        | MessageKind::File
        | MessageKind::Location
        | MessageKind::System
        | MessageKind::Assistant => false,
    };
    if is_link {
        if services.media.sent_to(&message.content, message.conversation).is_none() {
            return (MessageKind::Text, message.content.clone(), carried);
        }
        carried.media_url = Some(services.media.content(message).into_owned());
        return (message.kind, String::new(), carried);
    }
    let content = match message.kind {
        MessageKind::File => services.media.content(message).into_owned(),
        _ => message.content.clone(),
    };
    (message.kind, content, carried)
}

/// A message of a list.
pub(super) fn message(
    services: &Services,
    message: &Message,
    progress: Progress,
    viewer: AccountId,
    at: Millis,
) -> MessageView {
    let (kind, content, carried) = shown(services, message, viewer, at);
    let (status, read_at) = status(progress);
    MessageView {
        message_id: message.id.get(),
        kind: type_of(kind),
        content,
        carried,
        sender_id: message.sender.get(),
        is_me: message.sender == viewer,
        status,
        sent_at: message.sent_at.to_rfc3339(),
        read_at,
        seq: message.seq,
        client_message_id: None,
    }
}

/// The text of a message in the preview of its conversation: links are none.
pub(super) fn preview(message: &Message) -> String {
    match message.kind {
        MessageKind::Image | MessageKind::Voice | MessageKind::Video | MessageKind::File
            if message.details.media.is_none() =>
        {
            String::new()
        }
        _ => message.content.clone(),
    }
}

/// The word for how far a message has come, and when it was read.
pub(super) fn status(progress: Progress) -> (&'static str, Option<String>) {
    match progress {
        Progress::Sent => ("sent", None),
        Progress::Delivered => ("delivered", None),
        Progress::Read(at) => ("read", Some(at.to_rfc3339())),
        Progress::Recalled => ("recalled", None),
    }
}

fn new_message(services: &Services, message: &Message, viewer: AccountId) -> Frame<'static> {
    let (kind, content, carried) = shown(services, message, viewer, services.clock.now());
    Frame::NewMessage(Box::new(MessageFrame {
        message_id: message.id.get(),
        conversation_id: message.conversation.get(),
        sender_id: message.sender.get(),
        kind: type_of(kind),
        content,
        carried,
        sent_at: message.sent_at.to_rfc3339(),
        seq: message.seq,
        client_message_id: message.client_message_id.clone().filter(|_| message.sender == viewer),
    }))
}

/// An event as it looks to one viewer alone: what holds links of their own, and their own messages of elsewhere, with
/// the name by which their client knows them.
pub(super) fn event_for(services: &Services, event: &Event, viewer: AccountId) -> Option<String> {
    let frame = match event {
        Event::MessageStored { message, .. }
            if message.details.media.is_some()
                || message.sender == viewer && message.client_message_id.is_some() =>
        {
            new_message(services, message, viewer)
        }
        Event::Matched { match_id, partner, at } => Frame::MatchNotification {
            match_id: match_id.get(),
            user: card(services, partner, viewer),
            matched_at: at.to_rfc3339(),
        },
        _ => return None,
    };
    Some(text_of(&Sent::at(frame, services.clock.now())))
}

fn card(services: &Services, partner: &Partner, viewer: AccountId) -> UserCard {
    let now = services.clock.now();
    let link = |key: &String| services.media.link_for(FileViewer::Account(viewer), key, now);
    let avatar = partner.avatar.as_ref().map(link);
    let person = Person { id: partner.account, profile: partner.profile.clone(), last_active_at: now };
    UserCard::of(&person, avatar, services.people.today())
}

/// An event as the socket shows it to everyone; `None` for what it does not show.
pub(super) fn event(services: &Services, event: &Event) -> Option<Bytes> {
    let status = |message: i64, conversation: i64, seq, status, read_at| {
        Frame::MessageStatus(StatusFrame {
            client_message_id: None,
            message_id: message,
            conversation_id: conversation,
            seq,
            status,
            read_at,
        })
    };
    let frame = match event {
        // Whoever wrote it is shown it with the name that they gave it: see above.
        Event::MessageStored { message, receiver, .. } => {
            new_message(services, message, receiver.unwrap_or(message.sender))
        }
        Event::MessageRead { message, at, place: Some(place), .. } => {
            status(message.get(), place.conversation.get(), place.seq, "read", Some(at.to_rfc3339()))
        }
        Event::MessageDelivered { message, conversation, seq, .. } => {
            status(message.get(), conversation.get(), *seq, "delivered", None)
        }
        Event::MessageRecalled { message, conversation, seq, .. } => {
            status(message.get(), conversation.get(), *seq, "recalled", None)
        }
        Event::Typing { from, conversation: Some(conversation), .. } => {
            Frame::UserTyping { conversation_id: conversation.get(), user_id: from.get() }
        }
        Event::Notice { title, content } => Frame::SystemNotification { title, content },
        Event::MessageRead { place: None, .. }
        | Event::Typing { conversation: None, .. }
        | Event::Matched { .. }
        | Event::MatchUpdated { .. }
        | Event::MemberChanged { .. }
        | Event::Presence { .. }
        | Event::Broadcast { .. } => return None,
    };
    Some(text_of(&Sent::at(frame, services.clock.now())).into())
}
