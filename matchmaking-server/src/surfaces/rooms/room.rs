//! Making, listing, changing, leaving and ending rooms.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        rooms::{CreateRoomRequest, Room, RoomAndRole, RoomRequest, UpdateRoomRequest, role_name},
        wire::GivenId,
    },
    ids::{AccountId, ConversationId},
    model::Role,
    service::{Services, groups::GroupDetails},
    store::GroupChange,
};

use super::render;
use crate::http::Call;

/// The room that a request names. A number that is no room's is answered like any unknown one.
pub(super) fn room_of(id: GivenId<ConversationId>) -> Result<ConversationId, Fault> {
    id.possible().ok_or(Fault::UnknownGroup)
}

pub(super) async fn create(
    services: Arc<Services>,
    call: Call<CreateRoomRequest, AccountId>,
) -> Result<Room, Fault> {
    let CreateRoomRequest { name, description } = call.request;
    let details = GroupDetails { name, description, avatar: String::new() };
    let group = services.groups.create(call.who, details).await?;
    Ok(render::room(group, services.time_zone))
}

pub(super) async fn list(services: Arc<Services>, call: Call<(), AccountId>) -> Result<Vec<Room>, Fault> {
    let groups = services.groups.list(call.who).await?;
    Ok(groups.into_iter().map(|(group, _)| render::room(group, services.time_zone)).collect())
}

pub(super) async fn get(
    services: Arc<Services>,
    call: Call<RoomRequest, AccountId>,
) -> Result<RoomAndRole, Fault> {
    let (group, me) = services.groups.view(room_of(call.request.room_id)?, call.who).await?;
    Ok(RoomAndRole { room: render::room(group, services.time_zone), role: role_name(me.role) })
}

pub(super) async fn update(
    services: Arc<Services>,
    call: Call<UpdateRoomRequest, AccountId>,
) -> Result<Room, Fault> {
    let UpdateRoomRequest { room_id, name, description } = call.request;
    let change = GroupChange { name, description, avatar: None };
    let group = services.groups.update(room_of(room_id)?, call.who, Role::Admin, change).await?;
    Ok(render::room(group, services.time_zone))
}

pub(super) async fn delete(services: Arc<Services>, call: Call<RoomRequest, AccountId>) -> Result<(), Fault> {
    Ok(services.groups.end(room_of(call.request.room_id)?, call.who).await?)
}

pub(super) async fn leave(services: Arc<Services>, call: Call<RoomRequest, AccountId>) -> Result<(), Fault> {
    let room = room_of(call.request.room_id)?;
    services.groups.remove(room, call.who, call.who).await?;
    Ok(())
}
