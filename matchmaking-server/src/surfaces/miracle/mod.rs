//! The Miracle surface: parse, call a service, render.

mod base_socket;
mod chatrooms;
mod match_socket;
mod matches;
mod message_socket;
mod render;
mod root;
mod session;
mod users;

use std::sync::Arc;

use matchmaking_core::{
    api::{fault::Fault, miracle as api, wire::GivenId},
    ids::TelegramId,
    service::{Services, telegram::TelegramError},
};

use crate::http::{Asked, Mounted, mount, raw, socket, with};

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(services: &Arc<Services>) -> Vec<Mounted> {
    vec![
        raw::<api::Root>(root::welcome),
        mount::<api::CreateNewUser>(with(services, users::create)),
        mount::<api::EditUserAge>(with(services, users::edit_age)),
        mount::<api::EditTargetGender>(with(services, users::edit_target_gender)),
        mount::<api::EditSummary>(with(services, users::edit_summary)),
        mount::<api::SaveUser>(with(services, users::save)),
        mount::<api::GetUserInfo>(with(services, users::info)),
        mount::<api::DeactivateUser>(with(services, users::deactivate)),
        mount::<api::CreateMatch>(with(services, matches::create)),
        mount::<api::GetMatchInfo>(with(services, matches::info)),
        mount::<api::ToggleLike>(with(services, matches::toggle_like)),
        mount::<api::SaveMatch>(with(services, matches::save)),
        mount::<api::GetOrCreateChatroom>(with(services, chatrooms::open)),
        mount::<api::GetChatHistory>(with(services, chatrooms::history)),
        mount::<api::SaveChatroomHistory>(with(services, chatrooms::save)),
        mount::<api::SendMessage>(with(services, chatrooms::send)),
        socket::<api::BaseSocket>(with(services, base_socket::open)),
        socket::<api::MatchSocket>(with(services, match_socket::open)),
        socket::<api::MessageSocket>(with(services, message_socket::open)),
    ]
}

/// The user that a request names, counted against the rate of accounts. A number that is no one's is answered like
/// any unknown user.
fn acting_user(asked: &Asked, id: GivenId<TelegramId>) -> Result<TelegramId, Fault> {
    let id = id.possible().ok_or(Fault::UnknownAccount)?;
    // Whoever sends a number acts for it here. Negative, so that nobody uses up the rate of the account that has the
    // same number on a surface with authentication.
    asked.charge_account(-id.get())?;
    Ok(id)
}

/// For an unknown user who is refused in other words than usual.
fn unknown_as(fault: Fault) -> impl FnOnce(TelegramError) -> Fault {
    |error| match error {
        TelegramError::Unknown => fault,
        TelegramError::Store(error) => error.into(),
    }
}
