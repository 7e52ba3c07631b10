//! Rooms: chat rooms with members, messages and sockets.
//!
//! Every answer is `{code, msg, data}` with `code` 0 or 1, at HTTP 200 whatever was refused; only who may not call at
//! all (401) and what is no matter of the business (unknown paths, too large bodies) has a status of its own. A room
//! is a group conversation; made on another surface, it is a room here.

mod accounts;
pub mod frames;
mod kinds;
mod messages;
mod people;
mod room;
mod sockets;
mod text;
mod times;

pub use accounts::{Credentials, LogIn, LoggedIn, MyProfile, Profile, Register, Registration, User};
pub use kinds::{kind_of, name_of};
pub use messages::{
    Before, ListMessages, ListMessagesByPost, ListMessagesRequest, RoomMessage, SendMessage,
    SendMessageRequest, SentMessage, UPLOAD_BODY_MAX, UPLOAD_BYTES_MAX, UploadFile, UploadForm, UploadedFile,
};
pub use people::{AddUser, AddUserRequest, Invited, ListMembers, RoomMember, role_name};
pub use room::{
    CreateRoom, CreateRoomRequest, DeleteRoom, GetRoom, LeaveRoom, ListRooms, Room, RoomAndRole, RoomRequest,
    UpdateRoom, UpdateRoomRequest,
};
pub use sockets::{JoinSocket, MessageSocket};
pub use text::{CONTENT_MAX, DESCRIPTION_MAX, PASSWORD_MAX, PASSWORD_MIN, ROOM_NAME_MAX, USERNAME_MAX};
pub use times::{room_time, send_time};

use serde::Serialize;

use super::route::{Auth, Listed, Route, Surface};

/// Every route of the surface.
pub const ROUTES: &[Listed] = &[
    Listed::of::<Register>(),
    Listed::of::<LogIn>(),
    Listed::of::<MyProfile>(),
    Listed::of::<CreateRoom>(),
    Listed::of::<ListRooms>(),
    Listed::of::<GetRoom>(),
    Listed::of::<UpdateRoom>(),
    Listed::of::<DeleteRoom>(),
    Listed::of::<LeaveRoom>(),
    Listed::of::<ListMembers>(),
    Listed::of::<AddUser>(),
    Listed::of::<SendMessage>(),
    Listed::of::<ListMessages>(),
    Listed::of::<ListMessagesByPost>(),
    Listed::of::<UploadFile>(),
    Listed::of::<MessageSocket>(),
    Listed::of::<JoinSocket>(),
];

/// The `code` of a success.
pub const DONE: u8 = 0;
/// The `code` of a refusal.
pub const REFUSED: u8 = 1;
/// The `code` of the answer to a ping.
pub const PONG: u8 = 2;

/// What every answer and every frame is.
#[derive(Debug, Clone, Serialize)]
pub struct Envelope<'a, T> {
    /// [`DONE`], [`REFUSED`] or [`PONG`].
    pub code: u8,
    /// In words.
    pub msg: &'a str,
    /// What was asked for; null where there is nothing.
    pub data: T,
}

impl<'a> Envelope<'a, ()> {
    /// A refusal in these words.
    #[must_use]
    pub const fn refused(msg: &'a str) -> Self {
        Self { code: REFUSED, msg, data: () }
    }
}

/// A route for whoever holds a token, which reads.
const fn get(path: &'static str, summary: &'static str) -> Route {
    Route::get(Surface::Rooms, path, summary).auth(Auth::Bearer)
}

/// A route for whoever holds a token, which does something.
const fn post(path: &'static str, summary: &'static str) -> Route {
    Route::post(Surface::Rooms, path, summary).auth(Auth::Bearer)
}

#[cfg(test)]
mod tests;
