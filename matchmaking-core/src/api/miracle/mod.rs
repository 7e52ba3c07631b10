//! Miracle: a Telegram mini-app's matchmaking. Users, matches, chatrooms, and three sockets.
//!
//! Every route is served at the root and again at `/api/v1`; the sockets at the root only. There is no
//! authentication: a `user_id` is a Telegram id, and whoever sends it acts for its account. `GET /` and the
//! refusals are described in the surface's documentation.

mod chatrooms;
pub mod frames;
mod matches;
mod root;
mod sockets;
mod users;

pub use chatrooms::{
    ChatHistory, ChatMessage, GetChatHistory, GetChatHistoryRequest, GetOrCreateChatroom,
    GetOrCreateChatroomRequest, GetOrCreateChatroomResponse, SaveChatroomHistory, SaveChatroomHistoryRequest,
    SendMessage, SendMessageRequest, SendMessageResponse,
};
pub use matches::{
    CreateMatch, CreateMatchRequest, CreateMatchResponse, GetMatchInfo, GetMatchInfoRequest, MatchInfo,
    SaveMatch, SaveMatchRequest, ToggleLike, ToggleLikeRequest,
};
pub use root::{Root, Welcome};
pub use sockets::{BaseSocket, MatchSocket, MessageSocket};
pub use users::{
    CreateNewUser, CreateNewUserRequest, CreateNewUserResponse, DeactivateUser, EditSummary,
    EditSummaryRequest, EditTargetGender, EditTargetGenderRequest, EditUserAge, EditUserAgeRequest,
    GetUserInfo, SaveUser, SaveUserRequest, TargetGender, UserInfo, UserRequest, WireGender,
};

use serde::Serialize;

use super::route::{Listed, Route, Surface};

/// Where the HTTP routes are mounted: as documented, and where every client looks for them.
const MOUNTS: &[&str] = &["", "/api/v1"];

/// Every route of the surface.
pub const ROUTES: &[Listed] = &[
    Listed::of::<Root>(),
    Listed::of::<CreateNewUser>(),
    Listed::of::<EditUserAge>(),
    Listed::of::<EditTargetGender>(),
    Listed::of::<EditSummary>(),
    Listed::of::<SaveUser>(),
    Listed::of::<GetUserInfo>(),
    Listed::of::<DeactivateUser>(),
    Listed::of::<CreateMatch>(),
    Listed::of::<GetMatchInfo>(),
    Listed::of::<ToggleLike>(),
    Listed::of::<SaveMatch>(),
    Listed::of::<GetOrCreateChatroom>(),
    Listed::of::<GetChatHistory>(),
    Listed::of::<SaveChatroomHistory>(),
    Listed::of::<SendMessage>(),
    Listed::of::<BaseSocket>(),
    Listed::of::<MatchSocket>(),
    Listed::of::<MessageSocket>(),
];

/// A route as the surface's own clients have it.
const fn post(path: &'static str, summary: &'static str) -> Route {
    Route::post(Surface::Miracle, path, summary).mounted_at(MOUNTS)
}

/// The answer of routes that only say whether it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::Done))]
pub struct Done {
    /// Whether it was done.
    pub success: bool,
}
