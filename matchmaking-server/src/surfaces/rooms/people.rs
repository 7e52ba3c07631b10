//! Who is in a room.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        rooms::{AddUserRequest, Invited, RoomMember, RoomRequest, role_name, room_time},
    },
    ids::AccountId,
    service::Services,
};

use super::room::room_of;
use crate::http::Call;

pub(super) async fn list(
    services: Arc<Services>,
    call: Call<RoomRequest, AccountId>,
) -> Result<Vec<RoomMember>, Fault> {
    let members = services.groups.members(room_of(call.request.room_id)?, call.who).await?;
    let ids: Vec<_> = members.iter().map(|member| member.account).collect();
    let mut contacts = services.accounts.contacts(&ids).await?;
    let zone = services.time_zone;
    let shown = members.into_iter().filter_map(|member| {
        // Who takes no part any more is shown to nobody.
        let contact = contacts.remove(&member.account)?;
        Some(RoomMember {
            id: contact.account,
            created_at: room_time(contact.created_at, zone),
            updated_at: room_time(contact.updated_at, zone),
            deleted_at: (),
            username: contact.name,
            role: role_name(member.role),
        })
    });
    Ok(shown.collect())
}

pub(super) async fn add(services: Arc<Services>, call: Call<AddUserRequest, AccountId>) -> Result<(), Fault> {
    let AddUserRequest { room_id, user, role } = call.request;
    let room = room_of(room_id)?;
    let invited = match user {
        Invited::ById(id) => match id.possible() {
            Some(id) if services.accounts.is_reachable(id).await? => Some(id),
            _ => None,
        },
        Invited::ByName(name) => services.accounts.by_username(&name).await?,
    };
    match invited {
        Some(invited) => Ok(services.groups.add(room, call.who, invited, role).await?),
        None => {
            // Whether somebody is known is for members to learn.
            services.groups.view(room, call.who).await?;
            Err(Fault::UnknownAccount)
        }
    }
}
