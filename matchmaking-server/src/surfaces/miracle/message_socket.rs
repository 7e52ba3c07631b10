//! `/ws/message`: private messages and broadcasts.

use std::{sync::Arc, time::Duration};

use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::frames::{Command, Frame, HistoryItem, Refusal, command},
        wire::GivenId,
    },
    ids::{ConversationId, MatchId, TelegramId},
    realtime::{Channel, Channels, Event, Sender},
    service::{
        Services,
        chat::{DirectError, DirectMessage, DirectView, SOCKET_HISTORY, SendError},
        telegram::TelegramError,
    },
};
use serde_json::Value;

use super::{
    render,
    session::{Session, Turn, authenticate, send, send_error},
};
use crate::http::{Ctx, Reply, Socket};

/// What is said when the store failed; the log has more.
const TRY_AGAIN: &str = "Internal error, please try again";
/// What is said of a conversation that cannot be opened.
const NO_SUCH_MATCH: &str = "No such match between these users";
/// What is said of a message into somebody else's room.
const NOT_YOUR_ROOM: &str = "The chatroom does not belong to you and this user";

pub(super) async fn open(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let patience = ctx.limits().first_frame_within;
    ctx.upgrade(move |socket| run(services, socket, patience))
}

async fn run(services: Arc<Services>, socket: Socket, patience: Duration) {
    let Some(mut session) = authenticate(services, socket, patience).await else { return };
    let hub = Arc::clone(&session.services.hub);
    let sender = Arc::new(session.user.sender());
    let mut connection =
        hub.connect(session.user.account, session.user.telegram_id.get(), Channel::MiracleMessage);
    loop {
        match session.next(&mut connection, Channel::MiracleMessage).await {
            Turn::Text(text) => obey(&session, &sender, &text).await,
            Turn::Handled => {}
            Turn::Over => return,
        }
    }
}

async fn obey(session: &Session, sender: &Arc<Sender>, text: &str) {
    match command(text) {
        Ok(Command::Broadcast { content, timestamp }) => broadcast(session, sender, content, timestamp),
        Ok(Command::PrivateChatInit { target, match_id }) => init(session, target, match_id).await,
        Ok(Command::Private { target, chatroom, content, timestamp }) => {
            private(session, sender, target, chatroom, content, timestamp).await;
        }
        Err(Refusal::Error(error)) => send_error(session.socket.sender(), &error),
        Err(Refusal::PrivateChatInit(error)) => {
            send(session.socket.sender(), &Frame::PrivateChatError { error: &error });
        }
        Err(Refusal::Private { frame, error }) => {
            let field = |name: &str| frame.get(name).cloned().unwrap_or(Value::Null);
            refuse(session, field("target_user_id"), field("chatroom_id"), field("content"), &error);
        }
    }
}

fn broadcast(session: &Session, sender: &Arc<Sender>, content: String, client_timestamp: Option<String>) {
    let status =
        Frame::BroadcastStatus { content: &content, delivered: true, message: "Broadcast message sent" };
    send(session.socket.sender(), &status);
    let event = Event::Broadcast {
        from: Arc::clone(sender),
        channel: Channel::MiracleMessage,
        content,
        client_timestamp,
    };
    session.services.hub.publish_on(Channels::MIRACLE_CHAT, Some(session.user.account), event);
}

/// What opening a conversation found.
struct Opened {
    target: TelegramId,
    match_id: MatchId,
    view: DirectView,
    history: Vec<HistoryItem>,
}

async fn init(session: &Session, target: GivenId<TelegramId>, match_id: GivenId<MatchId>) {
    let out = session.socket.sender();
    let progress = |step, status, message| Frame::PrivateChatProgress {
        step,
        status,
        message,
        chatroom_id: None,
        chat_history: None,
    };
    send(out, &progress(1, "in_progress", "Opening the chatroom"));
    let opened = match open_room(session, target, match_id).await {
        Ok(opened) => opened,
        Err(error) => return send(out, &Frame::PrivateChatError { error }),
    };
    let room = opened.view.conversation.id;
    send(
        out,
        &Frame::PrivateChatProgress {
            step: 1,
            status: "completed",
            message: "The chatroom is open",
            chatroom_id: Some(room),
            chat_history: None,
        },
    );
    send(out, &progress(2, "in_progress", "Reading the chat history"));
    send(
        out,
        &Frame::PrivateChatProgress {
            step: 2,
            status: "completed",
            message: "The chat history is read",
            chatroom_id: None,
            chat_history: Some(&opened.history),
        },
    );
    send(
        out,
        &Frame::PrivateChatInitComplete {
            chatroom_id: room,
            target_user_id: opened.target,
            match_id: opened.match_id,
            chat_history: &opened.history,
            message: "The private chat is ready",
        },
    );
}

async fn open_room(
    session: &Session,
    target: GivenId<TelegramId>,
    match_id: GivenId<MatchId>,
) -> Result<Opened, &'static str> {
    use matchmaking_core::service::chat::OpenError;

    let services = &session.services;
    let me = &session.user;
    let (Some(target), Some(match_id)) = (target.possible(), match_id.possible()) else {
        return Err(NO_SUCH_MATCH);
    };
    let peer = match services.telegram.find(target).await {
        Ok(peer) => peer,
        Err(TelegramError::Unknown) => return Err(NO_SUCH_MATCH),
        Err(TelegramError::Store(error)) => return Err(failed(&error)),
    };
    let room = match services.chat.open_match(match_id, me.account, peer.account).await {
        Ok(room) => room,
        Err(OpenError::NoSuchMatch) => return Err(NO_SUCH_MATCH),
        Err(OpenError::Store(error)) => return Err(failed(&error)),
    };
    let view = match services.chat.direct(room.id, me.account).await {
        Ok(view) => view,
        Err(DirectError::Unknown | DirectError::NotMember) => return Err(NO_SUCH_MATCH),
        Err(DirectError::Store(error)) => return Err(failed(&error)),
    };
    let messages = services.chat.history(room.id, SOCKET_HISTORY).await.map_err(|error| failed(&error))?;
    let peer_name = peer.profile.nickname.unwrap_or_default();
    let history = messages
        .into_iter()
        .map(|message| {
            let name = render::name_for(me.account, &message, &peer_name);
            let id = if message.sender == me.account { me.telegram_id } else { target };
            (message.content, message.sent_at.to_rfc3339(), id.get(), name)
        })
        .collect();
    Ok(Opened { target, match_id, view, history })
}

async fn private(
    session: &Session,
    sender: &Arc<Sender>,
    target: GivenId<TelegramId>,
    chatroom: GivenId<ConversationId>,
    content: String,
    client_timestamp: Option<String>,
) {
    let target_id = target.possible().map_or(Value::Null, |id| Value::from(id.get()));
    let room_id = chatroom.possible().map_or(Value::Null, |id| Value::from(id.get()));
    let echoed = Value::from(content.as_str());
    match deliver(session, sender, target, chatroom, content, client_timestamp).await {
        Ok((match_id, delivered)) => {
            let status = Frame::MessageStatus {
                target_user_id: target_id,
                chatroom_id: room_id,
                match_id,
                delivered,
                saved_to_database: true,
                content: echoed,
                error: None,
            };
            send(session.socket.sender(), &status);
        }
        Err(error) => refuse(session, target_id, room_id, echoed, error),
    }
}

async fn deliver(
    session: &Session,
    sender: &Arc<Sender>,
    target: GivenId<TelegramId>,
    chatroom: GivenId<ConversationId>,
    content: String,
    client_timestamp: Option<String>,
) -> Result<(Option<MatchId>, bool), &'static str> {
    let services = &session.services;
    let (Some(target), Some(chatroom)) = (target.possible(), chatroom.possible()) else {
        return Err(NOT_YOUR_ROOM);
    };
    let view = match services.chat.direct(chatroom, session.user.account).await {
        Ok(view) => view,
        Err(DirectError::Unknown | DirectError::NotMember) => return Err(NOT_YOUR_ROOM),
        Err(DirectError::Store(error)) => return Err(failed(&error)),
    };
    match services.telegram.account(target).await {
        Ok(peer) if peer == view.peer => {}
        Ok(_) | Err(TelegramError::Unknown) => return Err(NOT_YOUR_ROOM),
        Err(TelegramError::Store(error)) => return Err(failed(&error)),
    }
    let new = DirectMessage { view: &view, sender: Arc::clone(sender), content, client_timestamp };
    match services.chat.send_direct(new).await {
        Ok(sent) => Ok((view.match_id, sent.delivered)),
        Err(SendError::Refused(_)) => Err(NOT_YOUR_ROOM),
        Err(SendError::Store(error)) => Err(failed(&error)),
    }
}

fn refuse(session: &Session, target_user_id: Value, chatroom_id: Value, content: Value, error: &str) {
    let status = Frame::MessageStatus {
        target_user_id,
        chatroom_id,
        match_id: None,
        delivered: false,
        saved_to_database: false,
        content,
        error: Some(error),
    };
    send(session.socket.sender(), &status);
}

/// Logs what the store said, and gives what the client is told.
fn failed(error: &matchmaking_core::error::StoreError) -> &'static str {
    tracing::error!(error = error as &dyn std::error::Error, "a socket's request failed");
    TRY_AGAIN
}
