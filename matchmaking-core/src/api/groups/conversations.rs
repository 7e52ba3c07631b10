//! All conversations of a person.

use serde::Serialize;

use super::{MessageView, get, values::WireId};
use crate::api::route::{Endpoint, Route};

/// Lists one's conversations, the latest activity first.
#[derive(Debug)]
pub struct ListConversations;

impl Endpoint for ListConversations {
    const ROUTE: Route = get("/chat/conversations", "获取会话列表");
    type Request = ();
    type Response = Conversations;
}

/// One's conversations.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Conversations))]
pub struct Conversations {
    /// The latest activity first.
    pub conversations: Vec<ConversationView>,
}

/// Whether a conversation is with a person or in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::ConversationKind))]
pub enum ConversationKind {
    /// With a person.
    Direct,
    /// In a group.
    Group,
}

/// A conversation in somebody's list.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Conversation))]
pub struct ConversationView {
    /// Whether it is with a person or in a group.
    #[serde(rename = "type")]
    pub kind: ConversationKind,
    /// With whom; empty for a group.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub receiver_id: WireId,
    /// In which group; empty for a person.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub group_id: WireId,
    /// The person's name, or the group's.
    pub name: String,
    /// Where the person's or the group's picture is, or empty.
    pub avatar: String,
    /// The last message, null if there is none.
    pub last_message: Option<MessageView>,
    /// How many messages of others were not read; 1,000 stands for that many or more.
    pub unread_count: i64,
    /// When the last message was sent; without one, when the conversation was made.
    pub updated_at: String,
}
