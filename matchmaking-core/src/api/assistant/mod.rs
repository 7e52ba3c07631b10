//! Assistant: users, conversations, and replies that are streamed as they are written.
//!
//! Every route is served at `/api/v1` and again at `/chat-api-svc/api/v1`. There is no authentication: whoever sends a
//! number acts for it. Answers stand alone, without an envelope; refusals are worded as Miracle's.

mod chat;
mod conversations;
mod users;

pub use chat::{
    Ask, AskOnce, AskOnceRequest, AskRequest, Choice, Chunk, ChunkError, Delta, STREAM_ERROR, StreamFormat,
};
pub use conversations::{
    ConversationView, CreateConversation, CreateConversationRequest, DeleteConversation, Deleted,
    GetConversation, GetConversationRequest, History, LIMIT_DEFAULT, LIMIT_MAX, ListConversations,
    ListConversationsRequest, MessageRole, MessageView, NAME_MAX, RenameConversation,
    RenameConversationRequest,
};
pub use users::{CreateUser, CreateUserRequest, GetUser, GetUserRequest, UserView};

use super::route::{Listed, Route};

/// Where the routes are mounted: as documented, and behind the prefix of a gateway that clients have built in.
const MOUNTS: &[&str] = &["/api/v1", "/chat-api-svc/api/v1"];

/// Every route of the surface.
pub const ROUTES: &[Listed] = &[
    Listed::of::<CreateUser>(),
    Listed::of::<GetUser>(),
    Listed::of::<CreateConversation>(),
    Listed::of::<ListConversations>(),
    Listed::of::<GetConversation>(),
    Listed::of::<RenameConversation>(),
    Listed::of::<DeleteConversation>(),
    Listed::of::<Ask>(),
    Listed::of::<AskOnce>(),
];

/// A route of the surface.
const fn mounted(route: Route) -> Route {
    route.mounted_at(MOUNTS)
}
