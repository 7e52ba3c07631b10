//! Rooms: making, listing, changing, leaving and ending them.

use serde::Serialize;

use super::{get, post, text};
use crate::{
    api::{
        route::{Auth, Endpoint, Route, Surface},
        wire::{Decode, GivenId, Input, Problem, Refused},
    },
    ids::ConversationId,
};

/// Makes a room.
#[derive(Debug)]
pub struct CreateRoom;

impl Endpoint for CreateRoom {
    const ROUTE: Route = post("/api/room/create", "创建房间").success("创建成功").documented();
    type Request = CreateRoomRequest;
    type Response = Room;
}

/// A room to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::CreateRoomRequest))]
pub struct CreateRoomRequest {
    /// Its name; not blank, at most 128 characters.
    pub name: String,
    /// What it is about; at most 1,000 characters, nothing without one.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: String,
}

impl Decode for CreateRoomRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let name = body.required("name", room_name);
        let description = body.or_default("description", String::new(), |node| text::DESCRIPTION.read(node));
        Ok(Self { name: name?, description: description? })
    }
}

/// The name of a room. A blank one is refused without a reason, as the document has it.
fn room_name(node: crate::api::wire::Node<'_>) -> Result<String, Refused> {
    let name = text::ROOM_NAME.read(node)?;
    node.check(!name.trim().is_empty(), Problem::TooShort(1))?;
    Ok(name)
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::Room))]
pub struct Room {
    /// Its number.
    #[serde(rename = "ID")]
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: ConversationId,
    /// When it was made, RFC 3339 in the server's time zone.
    #[serde(rename = "CreatedAt")]
    pub created_at: String,
    /// When its name or description changed last, likewise.
    #[serde(rename = "UpdatedAt")]
    pub updated_at: String,
    /// Always null: a room that was ended is shown to nobody.
    #[serde(rename = "DeletedAt")]
    pub deleted_at: (),
    /// Its name.
    pub name: String,
    /// What it is about; may be empty.
    pub description: String,
}

/// Lists the caller's rooms, oldest first.
#[derive(Debug)]
pub struct ListRooms;

impl Endpoint for ListRooms {
    const ROUTE: Route = get("/api/room/list", "获取房间列表").success("获取成功").documented();
    type Request = ();
    type Response = Vec<Room>;
}

/// Which room.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::RoomRequest))]
pub struct RoomRequest {
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub room_id: GivenId<ConversationId>,
}

impl Decode for RoomRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        // In the query, or, where the route takes one, in the body.
        let fields = match input.payload() {
            crate::api::wire::Payload::Absent => input.query(),
            _ => input.body()?,
        };
        Ok(Self { room_id: fields.required("room_id", |node| node.id())? })
    }
}

/// Shows a room to a member of it.
#[derive(Debug)]
pub struct GetRoom;

impl Endpoint for GetRoom {
    const ROUTE: Route = get("/api/room/info", "Show a room").success("获取成功");
    type Request = RoomRequest;
    type Response = RoomAndRole;
}

/// A room, and what the caller may do in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::RoomAndRole))]
pub struct RoomAndRole {
    /// The room.
    #[serde(flatten)]
    pub room: Room,
    /// `owner`, `admin` or `member`.
    pub role: &'static str,
}

/// Changes a room's name and description.
#[derive(Debug)]
pub struct UpdateRoom;

impl Endpoint for UpdateRoom {
    const ROUTE: Route = post("/api/room/update", "Change a room").success("更新成功");
    type Request = UpdateRoomRequest;
    type Response = Room;
}

/// What becomes of a room; a field that is absent or null stays.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::UpdateRoomRequest))]
pub struct UpdateRoomRequest {
    /// Which room.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub room_id: GivenId<ConversationId>,
    /// Its name; not blank, at most 128 characters.
    pub name: Option<String>,
    /// What it is about; at most 1,000 characters, may be empty.
    pub description: Option<String>,
}

impl Decode for UpdateRoomRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let room = body.required("room_id", |node| node.id());
        let name = body.optional("name", room_name);
        let description = body.optional("description", |node| text::DESCRIPTION.read(node));
        Ok(Self { room_id: room?, name: name?, description: description? })
    }
}

/// Ends a room, for an owner of it.
#[derive(Debug)]
pub struct DeleteRoom;

impl Endpoint for DeleteRoom {
    const ROUTE: Route = Route::delete(Surface::Rooms, "/api/room/delete", "End a room")
        .auth(Auth::Bearer)
        .success("删除成功");
    type Request = RoomRequest;
    type Response = ();
}

/// Leaves a room. The last one out ends it.
#[derive(Debug)]
pub struct LeaveRoom;

impl Endpoint for LeaveRoom {
    const ROUTE: Route = post("/api/room/leave", "Leave a room").success("退出成功");
    type Request = RoomRequest;
    type Response = ();
}
