//! The rooms surface: parse, call a service, render.

mod accounts;
mod dialect;
mod messages;
mod people;
mod render;
mod room;
mod session;

use std::sync::Arc;

use matchmaking_core::{
    api::{rooms as api, route::Endpoint},
    ids::AccountId,
    service::{Services, tokens::TokenKind},
};

use super::TokenGate;
use crate::http::{Call, Handle, Mounted, mount, mount_behind, raw, socket, with};

pub use dialect::Rooms;

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(services: &Arc<Services>) -> Vec<Mounted> {
    vec![
        mount::<api::Register>(with(services, accounts::register)),
        mount::<api::LogIn>(with(services, accounts::log_in)),
        behind::<api::MyProfile>(services, with(services, accounts::my_profile)),
        behind::<api::CreateRoom>(services, with(services, room::create)),
        behind::<api::ListRooms>(services, with(services, room::list)),
        behind::<api::GetRoom>(services, with(services, room::get)),
        behind::<api::UpdateRoom>(services, with(services, room::update)),
        behind::<api::DeleteRoom>(services, with(services, room::delete)),
        behind::<api::LeaveRoom>(services, with(services, room::leave)),
        behind::<api::ListMembers>(services, with(services, people::list)),
        behind::<api::AddUser>(services, with(services, people::add)),
        behind::<api::SendMessage>(services, with(services, messages::send)),
        behind::<api::ListMessages>(services, with(services, messages::list)),
        behind::<api::ListMessagesByPost>(services, with(services, messages::list)),
        raw::<api::UploadFile>(with(services, messages::upload)),
        socket::<api::MessageSocket>(with(services, session::open_greeting)),
        socket::<api::JoinSocket>(with(services, session::open_silent)),
    ]
}

/// A handler for whoever has a token.
fn behind<E: Endpoint>(
    services: &Arc<Services>,
    handler: impl Handle<Call<E::Request, AccountId>, E::Response>,
) -> Mounted {
    mount_behind::<E, TokenGate>(TokenGate::new(services, TokenKind::Rooms), handler)
}
