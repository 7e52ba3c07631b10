//! `ChatroomManager`: one room for each match.

use serde::Serialize;

use super::{Done, post};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Refused},
    },
    ids::{ConversationId, MatchId, TelegramId},
    text::TEXT_MAX_CHARS,
};

/// Opens the room of a match.
#[derive(Debug)]
pub struct GetOrCreateChatroom;

impl Endpoint for GetOrCreateChatroom {
    const ROUTE: Route = post("/ChatroomManager/get_or_create_chatroom", "获取或创建聊天室").documented();
    type Request = GetOrCreateChatroomRequest;
    type Response = GetOrCreateChatroomResponse;
}

/// Whose room.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::GetOrCreateChatroomRequest))]
pub struct GetOrCreateChatroomRequest {
    /// One of the two.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id_1: GivenId<TelegramId>,
    /// The other.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id_2: GivenId<TelegramId>,
    /// Their match.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub match_id: GivenId<MatchId>,
}

impl Decode for GetOrCreateChatroomRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let first = body.required("user_id_1", |node| node.id());
        let second = body.required("user_id_2", |node| node.id());
        let matched = body.required("match_id", |node| node.id());
        Ok(Self { user_id_1: first?, user_id_2: second?, match_id: matched? })
    }
}

/// The room of two people.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::GetOrCreateChatroomResponse))]
pub struct GetOrCreateChatroomResponse {
    /// Always true.
    pub success: bool,
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub chatroom_id: ConversationId,
}

/// Shows what was said in a room.
#[derive(Debug)]
pub struct GetChatHistory;

impl Endpoint for GetChatHistory {
    const ROUTE: Route = post("/ChatroomManager/get_chat_history", "获取聊天历史记录").documented();
    type Request = GetChatHistoryRequest;
    type Response = ChatHistory;
}

/// Which room, and who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::GetChatHistoryRequest))]
pub struct GetChatHistoryRequest {
    /// Which room.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub chatroom_id: GivenId<ConversationId>,
    /// Who asks.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: GivenId<TelegramId>,
}

impl Decode for GetChatHistoryRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let room = body.required("chatroom_id", |node| node.id());
        let user = body.required("user_id", |node| node.id());
        Ok(Self { chatroom_id: room?, user_id: user? })
    }
}

/// What was said in a room, oldest first.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::ChatHistory))]
pub struct ChatHistory {
    /// Always true.
    pub success: bool,
    /// The messages.
    pub messages: Vec<ChatMessage>,
}

/// One message.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::ChatMessage))]
pub struct ChatMessage {
    /// Who wrote it; `I` for the one who asks.
    pub sender_name: String,
    /// The text.
    pub message: String,
    /// When, RFC 3339 in UTC.
    pub datetime: String,
}

/// Confirms that a room is stored.
#[derive(Debug)]
pub struct SaveChatroomHistory;

impl Endpoint for SaveChatroomHistory {
    const ROUTE: Route = post("/ChatroomManager/save_chatroom_history", "保存聊天室历史记录").documented();
    type Request = SaveChatroomHistoryRequest;
    type Response = Done;
}

/// Which room to confirm; without one, all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::SaveChatroomHistoryRequest))]
pub struct SaveChatroomHistoryRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub chatroom_id: Option<GivenId<ConversationId>>,
}

impl Decode for SaveChatroomHistoryRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body_or_empty()?;
        Ok(Self { chatroom_id: body.optional("chatroom_id", |node| node.id())? })
    }
}

/// Sends a message.
#[derive(Debug)]
pub struct SendMessage;

impl Endpoint for SendMessage {
    const ROUTE: Route = post("/ChatroomManager/send_message", "Send a message");
    type Request = SendMessageRequest;
    type Response = SendMessageResponse;
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::SendMessageRequest))]
pub struct SendMessageRequest {
    /// Where.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub chatroom_id: GivenId<ConversationId>,
    /// Who writes.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub sender_user_id: GivenId<TelegramId>,
    /// What; at most 5,000 characters.
    pub message_content: String,
}

impl Decode for SendMessageRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let room = body.required("chatroom_id", |node| node.id());
        let sender = body.required("sender_user_id", |node| node.id());
        let content = body.required("message_content", |node| node.text(TEXT_MAX_CHARS));
        Ok(Self { chatroom_id: room?, sender_user_id: sender?, message_content: content? })
    }
}

/// What became of a message.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::SendMessageResponse))]
pub struct SendMessageResponse {
    /// Whether it is stored.
    pub success: bool,
    /// The match whose two people talk; null when nothing is stored.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub match_id: Option<MatchId>,
}
