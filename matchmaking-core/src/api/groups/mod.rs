//! Groups: direct and group messaging. Accounts with a password, a bearer token, one socket.
//!
//! Every route is served at `/api/v1`. Identifiers are decimal texts, unset texts are empty and never null, and
//! moments are RFC 3339 in UTC. Successes stand in an envelope (`code`, `message`, `data`) that the dialect writes;
//! the response types here are what stands in `data`.

mod accounts;
mod conversations;
pub mod frames;
mod group;
mod messages;
mod socket;
mod users;
mod values;

pub use accounts::{LogIn, LogInRequest, LogInResponse, LoggedIn, Register, RegisterRequest, Registered};
pub use conversations::{ConversationKind, ConversationView, Conversations, ListConversations};
pub use group::{
    AddMember, AddMemberRequest, CreateGroup, CreateGroupRequest, CreatedGroup, DESCRIPTION_MAX, DeleteGroup,
    DeletedGroup, GetGroup, GroupRequest, GroupView, Groups, ListGroups, ListMembers, MemberRequest,
    MemberView, Members, Membership, NAME_MAX, RemoveMember, UpdateGroup, UpdateGroupRequest, WireRole,
};
pub use messages::{
    CLIENT_MESSAGE_ID_MAX, LIMIT_DEFAULT, LIMIT_MAX, ListMessages, ListMessagesRequest, ListedMessage,
    MessageType, MessageView, Messages, ReadBy, SendMessage, SendMessageRequest,
};
pub use socket::Socket;
pub use users::{
    FoundUser, GetProfile, ProfileView, SearchUsers, SearchUsersRequest, UpdateProfile, UpdateProfileRequest,
    UpdatedProfile, UsersFound,
};
pub use values::{AVATAR_MAX, PHONE_MAX, Recipient, WireId};

use serde::Serialize;

use super::route::{Auth, Listed, Route, Surface};

/// Where the routes are mounted.
const MOUNTS: &[&str] = &["/api/v1"];

/// Every route of the surface.
pub const ROUTES: &[Listed] = &[
    Listed::of::<Register>(),
    Listed::of::<LogIn>(),
    Listed::of::<GetProfile>(),
    Listed::of::<UpdateProfile>(),
    Listed::of::<SearchUsers>(),
    Listed::of::<Socket>(),
    Listed::of::<SendMessage>(),
    Listed::of::<ListMessages>(),
    Listed::of::<ListConversations>(),
    Listed::of::<CreateGroup>(),
    Listed::of::<ListGroups>(),
    Listed::of::<GetGroup>(),
    Listed::of::<UpdateGroup>(),
    Listed::of::<DeleteGroup>(),
    Listed::of::<ListMembers>(),
    Listed::of::<AddMember>(),
    Listed::of::<RemoveMember>(),
];

/// A route of the surface that only the holder of a token may call.
const fn guarded(route: Route) -> Route {
    route.mounted_at(MOUNTS).auth(Auth::Bearer)
}

/// A route that reads.
const fn get(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::get(Surface::Groups, path, summary))
}

/// A route that does something.
const fn post(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::post(Surface::Groups, path, summary))
}

/// A route that changes something.
const fn put(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::put(Surface::Groups, path, summary))
}

/// A route that removes something.
const fn delete(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::delete(Surface::Groups, path, summary))
}

/// What is said of anything that went wrong, as an answer and within an error frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    /// The HTTP status.
    pub code: u16,
    /// What kind of error it is.
    pub message: &'static str,
    /// What exactly was wrong; for wrong fields, all of them by name.
    pub error: String,
}
