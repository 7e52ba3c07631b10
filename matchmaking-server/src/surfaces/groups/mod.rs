//! The Groups surface: parse, call a service, render.

mod accounts;
mod conversations;
mod dialect;
mod group;
mod messages;
mod render;
mod socket;
mod users;

use std::sync::Arc;

use matchmaking_core::{
    api::{groups as api, route::Endpoint},
    ids::AccountId,
    service::{Services, tokens::TokenKind},
};

use super::TokenGate;
use crate::http::{Call, Handle, Mounted, mount, mount_behind, socket, with};

pub use dialect::Groups;

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(services: &Arc<Services>) -> Vec<Mounted> {
    vec![
        mount::<api::Register>(with(services, accounts::register)),
        mount::<api::LogIn>(with(services, accounts::log_in)),
        behind::<api::GetProfile>(services, with(services, users::profile)),
        behind::<api::UpdateProfile>(services, with(services, users::update)),
        behind::<api::SearchUsers>(services, with(services, users::search)),
        socket::<api::Socket>(with(services, socket::open)),
        behind::<api::SendMessage>(services, with(services, messages::send)),
        behind::<api::ListMessages>(services, with(services, messages::list)),
        behind::<api::ListConversations>(services, with(services, conversations::list)),
        behind::<api::CreateGroup>(services, with(services, group::create)),
        behind::<api::ListGroups>(services, with(services, group::list)),
        behind::<api::GetGroup>(services, with(services, group::get)),
        behind::<api::UpdateGroup>(services, with(services, group::update)),
        behind::<api::DeleteGroup>(services, with(services, group::delete)),
        behind::<api::ListMembers>(services, with(services, group::members)),
        behind::<api::AddMember>(services, with(services, group::add)),
        behind::<api::RemoveMember>(services, with(services, group::remove)),
    ]
}

/// A handler for whoever has a token.
fn behind<E: Endpoint>(
    services: &Arc<Services>,
    handler: impl Handle<Call<E::Request, AccountId>, E::Response>,
) -> Mounted {
    mount_behind::<E, TokenGate>(TokenGate::new(services, TokenKind::Groups), handler)
}
