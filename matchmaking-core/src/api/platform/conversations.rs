//! The list of conversations, and what its owner does with them.

use serde::Serialize;

use super::{Order, PAGE_SIZE_DEFAULT, PageRequest, Pagination, Sort, get, messages::conversation, put};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Refused},
    },
    ids::{ConversationId, MessageId},
};

/// One's conversations.
#[derive(Debug)]
pub struct ListConversations;

impl Endpoint for ListConversations {
    const ROUTE: Route =
        get("/conversations", "获取会话列表").documented().query(&["page", "page_size", "sort", "order"]);
    type Request = ConversationsRequest;
    type Response = ConversationsView;
}

/// Which part of one's conversations is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ConversationsRequest))]
pub struct ConversationsRequest {
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// From which end. Turned round, the list begins with what was quiet for longest, and ends with the pinned ones.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for ConversationsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let order = Sort { names: &["created_at"], order: Order::Descending }.decode(input);
        Ok(Self { page: page?, order: order? })
    }
}

/// One's conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ConversationsView))]
pub struct ConversationsView {
    /// Pinned ones first, then by latest activity.
    pub items: Vec<ConversationView>,
    /// How many messages are unread in all, muted conversations included.
    pub total_unread: i64,
    /// Where the page stands.
    pub pagination: Pagination,
}

/// A conversation in its owner's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ConversationView))]
pub struct ConversationView {
    /// The conversation.
    pub conversation_id: i64,
    /// The other one.
    pub user: PresentUser,
    /// The last message; null before the first.
    pub last_message: Option<MessagePreview>,
    /// How many messages are unread.
    pub unread_count: i64,
    /// Whether it stands first.
    pub is_pinned: bool,
    /// Whether its owner does not want to be alerted of it.
    pub is_muted: bool,
    /// When the two were matched.
    pub matched_at: String,
}

/// Somebody in a list of conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PresentUser))]
pub struct PresentUser {
    /// Who.
    pub user_id: i64,
    /// Their name; empty for whoever told none.
    pub nickname: String,
    /// Where their picture is.
    pub avatar: Option<String>,
    /// Whether they are connected.
    pub is_online: bool,
}

/// The last message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MessagePreview))]
pub struct MessagePreview {
    /// Its number.
    pub message_id: i64,
    /// As of a message.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its text; empty for what has none, and for what was taken back.
    pub content: String,
    /// When it was sent.
    pub time: String,
    /// Whether it is one's own.
    pub is_me: bool,
    /// `recalled`, for what was taken back; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
}

/// Changes how one has a conversation in one's list.
#[derive(Debug)]
pub struct SetPreferences;

impl Endpoint for SetPreferences {
    const ROUTE: Route = put("/conversations/{conversation_id}/settings", "置顶与免打扰");
    type Request = PreferencesRequest;
    type Response = PreferencesView;
}

/// What is to change; what is absent stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PreferencesRequest))]
pub struct PreferencesRequest {
    /// Of which conversation.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub conversation: GivenId<ConversationId>,
    /// Whether it stands first.
    pub is_pinned: Option<bool>,
    /// Whether one does not want to be alerted of it.
    pub is_muted: Option<bool>,
}

impl Decode for PreferencesRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let conversation = conversation(input);
        let body = input.body()?;
        let is_pinned = body.optional("is_pinned", |node| node.boolean());
        let is_muted = body.optional("is_muted", |node| node.boolean());
        Ok(Self { conversation: conversation?, is_pinned: is_pinned?, is_muted: is_muted? })
    }
}

/// How one has a conversation in one's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PreferencesView))]
pub struct PreferencesView {
    /// The conversation.
    pub conversation_id: i64,
    /// Whether it stands first.
    pub is_pinned: bool,
    /// Whether one does not want to be alerted of it.
    pub is_muted: bool,
}

/// Notes that one has read a conversation up to a message.
#[derive(Debug)]
pub struct MarkRead;

impl Endpoint for MarkRead {
    const ROUTE: Route = put("/conversations/{conversation_id}/read", "标记消息已读").documented();
    type Request = MarkReadRequest;
    type Response = ();
}

/// Up to where one has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MarkReadRequest))]
pub struct MarkReadRequest {
    /// Of which conversation.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub conversation: GivenId<ConversationId>,
    /// The last message that was read.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub last_read_message_id: GivenId<MessageId>,
}

impl Decode for MarkReadRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let conversation = conversation(input);
        let last = input.body_or_empty()?.required_not_null("last_read_message_id", |node| node.id());
        Ok(Self { conversation: conversation?, last_read_message_id: last? })
    }
}
