//! `ChatroomManager`.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::{
            ChatHistory, ChatMessage, Done, GetChatHistoryRequest, GetOrCreateChatroomRequest,
            GetOrCreateChatroomResponse, SaveChatroomHistoryRequest, SendMessageRequest, SendMessageResponse,
        },
        wire::GivenId,
    },
    ids::AccountId,
    model::Message,
    service::{
        Services,
        chat::{ANSWER_HISTORY, Outgoing, SendError, Thread, ThreadError},
        telegram::TelegramError,
    },
};

use super::{acting_user, render, unknown_as};
use crate::http::Call;

/// Everything that keeps two people from having a room is one refusal.
pub(super) async fn open(
    services: Arc<Services>,
    call: Call<GetOrCreateChatroomRequest>,
) -> Result<GetOrCreateChatroomResponse, Fault> {
    let request = call.request;
    let ids = (request.user_id_1.possible(), request.user_id_2.possible(), request.match_id.possible());
    let (Some(first), Some(second), Some(match_id)) = ids else { return Err(Fault::NoConversation) };
    acting_user(&call.asked, request.user_id_1)?;
    let first = services.telegram.account(first).await.map_err(unknown_as(Fault::NoConversation))?;
    let second = services.telegram.account(second).await.map_err(unknown_as(Fault::NoConversation))?;
    let room = services.chat.open_match(match_id, first, second).await?;
    Ok(GetOrCreateChatroomResponse { success: true, chatroom_id: room.id })
}

/// A room that nobody may see, or that never was, has an empty history; somebody else's is refused.
pub(super) async fn history(
    services: Arc<Services>,
    call: Call<GetChatHistoryRequest>,
) -> Result<ChatHistory, Fault> {
    let GetChatHistoryRequest { chatroom_id, user_id } = call.request;
    const NOTHING: ChatHistory = ChatHistory { success: true, messages: Vec::new() };
    let Some(room) = chatroom_id.possible() else { return Ok(NOTHING) };
    if !services.chat.exists(room).await? {
        return Ok(NOTHING);
    }
    let Some(_) = user_id.possible() else { return Err(Fault::NotAMember) };
    let viewer = acting_user(&call.asked, user_id)?;
    let viewer = services.telegram.account(viewer).await.map_err(unknown_as(Fault::NotAMember))?;
    let view = match services.chat.thread(room, viewer).await {
        Ok(view) => view,
        Err(ThreadError::Unknown) => return Ok(NOTHING),
        Err(error) => return Err(error.into()),
    };
    let messages = services.chat.history(&view, ANSWER_HISTORY).await?;
    let names = names(&services, &view, &messages).await?;
    let messages = messages
        .into_iter()
        .map(|message| ChatMessage {
            sender_name: match names.get(&message.sender) {
                _ if message.sender == viewer => render::ONESELF.to_owned(),
                name => name.cloned().unwrap_or_default(),
            },
            datetime: message.sent_at.to_rfc3339(),
            message: services.media.content_for(&message, viewer).into_owned(),
        })
        .collect();
    Ok(ChatHistory { success: true, messages })
}

/// The names of whoever wrote these messages. In a group people are known by their user names.
async fn names(
    services: &Services,
    view: &Thread,
    messages: &[Message],
) -> Result<HashMap<AccountId, String>, Fault> {
    if let Some(peer) = view.peer {
        return Ok(HashMap::from([(peer, services.people.name(peer).await?)]));
    }
    let senders: BTreeSet<AccountId> = messages.iter().map(|message| message.sender).collect();
    let senders: Vec<AccountId> = senders.into_iter().collect();
    Ok(services.accounts.shown_names(&senders).await?)
}

/// Everything is stored when it is answered.
pub(super) async fn save(
    services: Arc<Services>,
    call: Call<SaveChatroomHistoryRequest>,
) -> Result<Done, Fault> {
    let success = match call.request.chatroom_id.map(GivenId::possible) {
        None => true,
        Some(None) => false,
        Some(Some(id)) => services.chat.exists(id).await?,
    };
    Ok(Done { success })
}

/// What cannot be sent is no fault, only not a success.
pub(super) async fn send(
    services: Arc<Services>,
    call: Call<SendMessageRequest>,
) -> Result<SendMessageResponse, Fault> {
    const REFUSED: SendMessageResponse = SendMessageResponse { success: false, match_id: None };
    let SendMessageRequest { chatroom_id, sender_user_id, message_content } = call.request;
    let (Some(room), Some(_)) = (chatroom_id.possible(), sender_user_id.possible()) else {
        return Ok(REFUSED);
    };
    if message_content.trim().is_empty() {
        return Ok(REFUSED);
    }
    let number = acting_user(&call.asked, sender_user_id)?;
    let sender = match services.telegram.account(number).await {
        Ok(account) => services.telegram.sender(account, number).await,
        Err(error) => Err(error),
    };
    let sender = match sender {
        Ok(sender) => sender,
        Err(TelegramError::Unknown) => return Ok(REFUSED),
        Err(TelegramError::Store(error)) => return Err(error.into()),
    };
    let view = match services.chat.to_write(room, sender.account).await {
        Ok(view) => view,
        Err(ThreadError::Unknown | ThreadError::NotMember) => return Ok(REFUSED),
        Err(ThreadError::Store(error)) => return Err(error.into()),
    };
    let now = serde_json::Value::from(services.people.moment().now.to_rfc3339()).to_string();
    // There is no field for the client's time here; sockets show the server's.
    let new =
        Outgoing { client_timestamp: Some(now), ..Outgoing::text(&view, Arc::new(sender), message_content) };
    match services.chat.send(new).await {
        Ok(_) => Ok(SendMessageResponse { success: true, match_id: view.match_id }),
        Err(SendError::Refused(_)) => Ok(REFUSED),
        Err(SendError::Store(error)) => Err(error.into()),
    }
}
