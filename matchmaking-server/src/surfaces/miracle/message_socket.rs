//! `/ws/message`: private messages and broadcasts.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::frames::{Command, Frame, HistoryItem, Named, Refusal, RefusedMessage, command},
        wire::GivenId,
    },
    ids::{ConversationId, MatchId, TelegramId},
    realtime::{Channel, Channels, Event},
    service::{
        Services,
        chat::{FRAME_HISTORY, Outgoing, SendError, Thread, ThreadError},
        telegram::TelegramError,
    },
};
use serde_json::Value;

use super::{
    render,
    session::{self, Session},
};
use crate::http::{Ctx, Reply};

/// What is said when the store failed; the log has more.
const TRY_AGAIN: &str = "Internal error, please try again";
/// What is said of a conversation that cannot be opened.
const NO_SUCH_MATCH: &str = "No such match between these users";
/// What is said of a message into somebody else's room.
const NOT_YOUR_ROOM: &str = "The chatroom does not belong to you and this user";

pub(super) async fn open(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    session::open(services, ctx, Channel::MiracleMessage, run)
}

async fn run(mut session: Session) {
    while let Some(text) = session.next().await {
        obey(&session, &text).await;
    }
}

async fn obey(session: &Session, text: &str) {
    match command(text) {
        Ok(Command::Broadcast { content, timestamp }) => broadcast(session, content, timestamp),
        Ok(Command::PrivateChatInit { target, match_id }) => init(session, target, match_id).await,
        Ok(Command::Private { target, chatroom, named, content, timestamp }) => {
            private(session, target, chatroom, named, content, timestamp).await;
        }
        Err(Refusal::Error(error)) => session.send_error(&error),
        Err(Refusal::PrivateChatInit(error)) => session.send(&Frame::PrivateChatError { error: &error }),
        Err(Refusal::Private(refused)) => {
            let RefusedMessage { named, content, error } = *refused;
            refuse(session, named, content, &error);
        }
    }
}

fn broadcast(session: &Session, content: String, client_timestamp: Option<String>) {
    let status =
        Frame::BroadcastStatus { content: &content, delivered: true, message: "Broadcast message sent" };
    session.send(&status);
    let event = Event::Broadcast {
        from: Arc::clone(&session.sender),
        channel: Channel::MiracleMessage,
        content,
        client_timestamp,
    };
    session.services.hub.publish_on(Channels::MIRACLE_CHAT, Some(session.account), event);
}

/// What opening a conversation found.
struct Opened {
    target: TelegramId,
    match_id: MatchId,
    view: Thread,
    history: Vec<HistoryItem>,
}

async fn init(session: &Session, target: GivenId<TelegramId>, match_id: GivenId<MatchId>) {
    let progress = |step, status, message| Frame::PrivateChatProgress {
        step,
        status,
        message,
        chatroom_id: None,
        chat_history: None,
    };
    // Before the first word about progress, so that a refusal is the only answer to what is refused.
    let opened = match open_room(session, target, match_id).await {
        Ok(opened) => opened,
        Err(error) => return session.send(&Frame::PrivateChatError { error }),
    };
    let room = opened.view.conversation.id;
    session.send(&progress(1, "in_progress", "Opening the chatroom"));
    session.send(&Frame::PrivateChatProgress {
        step: 1,
        status: "completed",
        message: "The chatroom is open",
        chatroom_id: Some(room),
        chat_history: None,
    });
    session.send(&progress(2, "in_progress", "Reading the chat history"));
    session.send(&Frame::PrivateChatProgress {
        step: 2,
        status: "completed",
        message: "The chat history is read",
        chatroom_id: None,
        chat_history: Some(&opened.history),
    });
    session.send(&Frame::PrivateChatInitComplete {
        chatroom_id: room,
        target_user_id: opened.target,
        match_id: opened.match_id,
        chat_history: &opened.history,
        message: "The private chat is ready",
    });
}

async fn open_room(
    session: &Session,
    target: GivenId<TelegramId>,
    match_id: GivenId<MatchId>,
) -> Result<Opened, &'static str> {
    use matchmaking_core::service::chat::OpenError;

    let services = &session.services;
    let (Some(target), Some(match_id)) = (target.possible(), match_id.possible()) else {
        return Err(NO_SUCH_MATCH);
    };
    let peer = match services.telegram.find(target).await {
        Ok(peer) => peer,
        Err(TelegramError::Unknown) => return Err(NO_SUCH_MATCH),
        Err(TelegramError::Store(error)) => return Err(failed(&error)),
    };
    let room = match services.chat.open_match(match_id, session.account, peer.account).await {
        Ok(room) => room,
        Err(OpenError::NoSuchMatch) => return Err(NO_SUCH_MATCH),
        Err(OpenError::Store(error)) => return Err(failed(&error)),
    };
    let view = match services.chat.direct(room.id, session.account).await {
        Ok(view) => view,
        Err(ThreadError::Unknown | ThreadError::NotMember) => return Err(NO_SUCH_MATCH),
        Err(ThreadError::Store(error)) => return Err(failed(&error)),
    };
    let messages = services.chat.history(&view, FRAME_HISTORY).await.map_err(|error| failed(&error))?;
    let peer_name = services.people.name(peer.account).await.map_err(|error| failed(&error))?;
    let history = messages
        .into_iter()
        .map(|message| {
            let name = render::name_for(session.account, &message, &peer_name);
            let id = if message.sender == session.account { session.telegram_id } else { target };
            let content = services.media.content_for(&message, session.account).into_owned();
            (content, message.sent_at.to_rfc3339(), id.get(), name)
        })
        .collect();
    Ok(Opened { target, match_id, view, history })
}

async fn private(
    session: &Session,
    target: GivenId<TelegramId>,
    chatroom: GivenId<ConversationId>,
    named: Named,
    content: String,
    client_timestamp: Option<String>,
) {
    let said = Value::from(content.as_str());
    match deliver(session, target, chatroom, content, client_timestamp).await {
        Ok((match_id, delivered)) => {
            let status = Frame::MessageStatus {
                target_user_id: target.possible().map_or(named.target_user_id, |id| id.get().into()),
                chatroom_id: chatroom.possible().map_or(named.chatroom_id, |id| id.get().into()),
                match_id,
                delivered,
                saved_to_database: true,
                content: said,
                error: None,
            };
            session.send(&status);
        }
        Err(error) => refuse(session, named, said, error),
    }
}

async fn deliver(
    session: &Session,
    target: GivenId<TelegramId>,
    chatroom: GivenId<ConversationId>,
    content: String,
    client_timestamp: Option<String>,
) -> Result<(Option<MatchId>, bool), &'static str> {
    let services = &session.services;
    let (Some(target), Some(chatroom)) = (target.possible(), chatroom.possible()) else {
        return Err(NOT_YOUR_ROOM);
    };
    let view = match services.chat.to_write(chatroom, session.account).await {
        Ok(view) => view,
        Err(ThreadError::Unknown | ThreadError::NotMember) => return Err(NOT_YOUR_ROOM),
        Err(ThreadError::Store(error)) => return Err(failed(&error)),
    };
    match services.telegram.account(target).await {
        Ok(peer) if Some(peer) == view.peer => {}
        Ok(_) | Err(TelegramError::Unknown) => return Err(NOT_YOUR_ROOM),
        Err(TelegramError::Store(error)) => return Err(failed(&error)),
    }
    // By the name they have now: a socket may be older than it.
    let sender = match services.telegram.sender(session.account, session.telegram_id).await {
        Ok(sender) => Arc::new(sender),
        Err(TelegramError::Unknown) => return Err(NOT_YOUR_ROOM),
        Err(TelegramError::Store(error)) => return Err(failed(&error)),
    };
    let new = Outgoing { client_timestamp, ..Outgoing::text(&view, sender, content) };
    match services.chat.send(new).await {
        Ok(sent) => Ok((view.match_id, sent.delivered)),
        Err(SendError::Refused(_)) => Err(NOT_YOUR_ROOM),
        Err(SendError::Store(error)) => Err(failed(&error)),
    }
}

fn refuse(session: &Session, named: Named, content: Value, error: &str) {
    let status = Frame::MessageStatus {
        target_user_id: named.target_user_id,
        chatroom_id: named.chatroom_id,
        match_id: None,
        delivered: false,
        saved_to_database: false,
        content,
        error: Some(error),
    };
    session.send(&status);
}

/// Logs what the store said, and gives what the client is told.
fn failed(error: &matchmaking_core::error::StoreError) -> &'static str {
    tracing::error!(error = error as &dyn std::error::Error, "a socket's request failed");
    TRY_AGAIN
}
