//! Conversations with the assistant.

use serde::Serialize;

use super::mounted;
use crate::{
    api::{
        route::{Endpoint, Route, Surface},
        wire::{Decode, GivenId, Input, Refused},
    },
    ids::{AccountId, ConversationId, MessageId},
    text::TEXT_MAX_CHARS,
};

/// The most characters of a conversation's name.
pub const NAME_MAX: usize = TEXT_MAX_CHARS;

/// How many conversations are listed where the request does not say.
pub const LIMIT_DEFAULT: usize = 10;

/// How many conversations may be listed at once.
pub const LIMIT_MAX: usize = 100;

/// A route that is named by the contract's document.
const fn documented(route: Route) -> Route {
    mounted(route).documented()
}

/// Makes a conversation.
#[derive(Debug)]
pub struct CreateConversation;

impl Endpoint for CreateConversation {
    const ROUTE: Route = documented(Route::post(Surface::Assistant, "/conversations", "创建新对话"));
    type Request = CreateConversationRequest;
    type Response = ConversationView;
}

/// A conversation to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::CreateConversationRequest))]
pub struct CreateConversationRequest {
    /// Whose it is.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: GivenId<AccountId>,
    /// Its name, at most 5,000 characters; absent, null and empty are none.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub name: String,
}

impl Decode for CreateConversationRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let user_id = body.required("user_id", |node| node.id());
        let name = body.optional("name", |node| node.text(NAME_MAX));
        Ok(Self { user_id: user_id?, name: name?.unwrap_or_default() })
    }
}

/// A conversation.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::ConversationView))]
pub struct ConversationView {
    /// Whose it is.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: AccountId,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: ConversationId,
    /// When it was made.
    pub created_at: String,
}

/// Lists a user's conversations.
#[derive(Debug)]
pub struct ListConversations;

impl Endpoint for ListConversations {
    const ROUTE: Route =
        documented(Route::get(Surface::Assistant, "/users/{user_id}/conversations", "获取用户的所有对话"))
            .query(&["skip", "limit"]);
    type Request = ListConversationsRequest;
    type Response = Vec<ConversationView>;
}

/// Which conversations are listed: those of a user, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::ListConversationsRequest))]
pub struct ListConversationsRequest {
    /// Whose.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: GivenId<AccountId>,
    /// How many are left out; 0 unless it is said.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub skip: usize,
    /// How many at most, 1 to 100; 10 unless it is said.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub limit: usize,
}

impl Decode for ListConversationsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let whole = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        let query = input.query();
        let user_id = input.path().required("user_id", |node| node.id());
        let skip = query.or_default("skip", 0, |node| node.integer_in(0..=i64::MAX));
        let limit =
            query.or_default("limit", LIMIT_DEFAULT as i64, |node| node.integer_in(1..=LIMIT_MAX as i64));
        Ok(Self { user_id: user_id?, skip: whole(skip?), limit: whole(limit?) })
    }
}

/// Shows a conversation with everything that was said in it.
#[derive(Debug)]
pub struct GetConversation;

impl Endpoint for GetConversation {
    const ROUTE: Route = documented(Route::get(
        Surface::Assistant,
        "/conversations/{conversation_id}",
        "获取单个对话及其所有消息",
    ));
    type Request = GetConversationRequest;
    type Response = History;
}

/// Which conversation is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::GetConversationRequest))]
pub struct GetConversationRequest {
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub conversation_id: GivenId<ConversationId>,
}

impl Decode for GetConversationRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let id = input.path().required("conversation_id", |node| node.id());
        Ok(Self { conversation_id: id? })
    }
}

/// A conversation with what was said in it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::History))]
pub struct History {
    /// The conversation.
    #[serde(flatten)]
    pub conversation: ConversationView,
    /// What was said, oldest first.
    pub messages: Vec<MessageView>,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::MessageRole))]
pub enum MessageRole {
    /// The person.
    User,
    /// The assistant.
    Assistant,
}

/// Something that was said.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::MessageView))]
pub struct MessageView {
    /// By whom.
    pub role: MessageRole,
    /// What.
    pub content: String,
    /// The message's number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: MessageId,
    /// In which conversation.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub conversation_id: ConversationId,
    /// When.
    pub created_at: String,
}

/// Renames a conversation.
#[derive(Debug)]
pub struct RenameConversation;

impl Endpoint for RenameConversation {
    const ROUTE: Route =
        mounted(Route::patch(Surface::Assistant, "/conversations/{conversation_id}", "重命名对话"));
    type Request = RenameConversationRequest;
    type Response = ConversationView;
}

/// Another name for a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::RenameConversationRequest))]
pub struct RenameConversationRequest {
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub conversation_id: GivenId<ConversationId>,
    /// The name, at most 5,000 characters; null or empty takes it away.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub name: String,
}

impl Decode for RenameConversationRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let id = input.path().required("conversation_id", |node| node.id());
        let body = input.body()?;
        let name = if body.has("name") {
            body.or_default("name", String::new(), |node| node.text(NAME_MAX))
        } else {
            Err(body.missing("name"))
        };
        Ok(Self { conversation_id: id?, name: name? })
    }
}

/// Deletes a conversation with everything that was said in it.
#[derive(Debug)]
pub struct DeleteConversation;

impl Endpoint for DeleteConversation {
    const ROUTE: Route =
        mounted(Route::delete(Surface::Assistant, "/conversations/{conversation_id}", "删除对话"));
    type Request = GetConversationRequest;
    type Response = Deleted;
}

/// That something was deleted.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::Deleted))]
pub struct Deleted {
    /// Always true.
    pub success: bool,
}
