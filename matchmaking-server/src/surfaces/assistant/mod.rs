//! The assistant surface: parse, call a service, render.

mod chat;
mod conversations;
mod stream;
mod users;

use std::sync::Arc;

use matchmaking_core::{
    api::{assistant as api, fault::Fault},
    ids::{AccountId, ID_LIMIT},
    service::Services,
};

use crate::http::{Asked, Mounted, mount, raw, with};

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(services: &Arc<Services>) -> Vec<Mounted> {
    vec![
        mount::<api::CreateUser>(with(services, users::create)),
        mount::<api::GetUser>(with(services, users::find)),
        mount::<api::CreateConversation>(with(services, conversations::create)),
        mount::<api::ListConversations>(with(services, conversations::list)),
        mount::<api::GetConversation>(with(services, conversations::show)),
        mount::<api::RenameConversation>(with(services, conversations::rename)),
        mount::<api::DeleteConversation>(with(services, conversations::delete)),
        raw::<api::Ask>(with(services, chat::ask)),
        raw::<api::AskOnce>(with(services, chat::ask_once)),
    ]
}

/// Counts a request against the rate of whoever it acts for. Nobody proves here who they are, so it must not use up the
/// rate that the same account has elsewhere, nor that of a Telegram id.
fn charge(asked: &Asked, account: AccountId) -> Result<(), Fault> {
    asked.charge_account(-ID_LIMIT - account.get())
}
