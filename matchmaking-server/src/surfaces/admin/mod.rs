//! The back office: parse, call a service, render. Its dialect is the platform's.

mod events;
mod office;
mod reviews;

use std::sync::Arc;

use matchmaking_core::{
    api::{
        admin as api,
        fault::Fault,
        page::{Order, PageRequest},
        route::Endpoint,
    },
    model::Language,
    service::{Services, Slice},
};

use crate::http::{Asked, Call, Gate, Handle, Mounted, mount_behind, with};

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(services: &Arc<Services>) -> Vec<Mounted> {
    vec![
        behind::<api::ListReviews>(with(services, reviews::list)),
        behind::<api::DecideReview>(with(services, reviews::decide)),
        behind::<api::ListReports>(with(services, office::reports)),
        behind::<api::DecideReport>(with(services, office::decide_report)),
        behind::<api::ListUsers>(with(services, office::users)),
        behind::<api::LockUser>(with(services, office::lock)),
        behind::<api::SetMembership>(with(services, office::set_membership)),
        behind::<api::GetUserFunnel>(with(services, office::funnel)),
        behind::<api::CreateEvent>(with(services, events::create)),
        behind::<api::ListEvents>(with(services, events::list)),
        behind::<api::GetEvent>(with(services, events::show)),
        behind::<api::EditEvent>(with(services, events::edit)),
        behind::<api::CancelEvent>(with(services, events::cancel)),
        behind::<api::DrawRounds>(with(services, events::draw_rounds)),
        behind::<api::CloseEvent>(with(services, events::close)),
        behind::<api::ListEventRegistrations>(with(services, events::registrations)),
        behind::<api::Notify>(with(services, office::notify)),
        behind::<api::ListAudit>(with(services, office::audit)),
    ]
}

/// A handler for whoever has the operator's token.
fn behind<E: Endpoint>(handler: impl Handle<Call<E::Request>, E::Response>) -> Mounted {
    mount_behind::<E, AdminGate>(AdminGate, handler)
}

/// The language in which a client is answered.
fn language(asked: &Asked) -> Language {
    if asked.prefers_english() { Language::En } else { Language::Zh }
}

/// A page as a part of a list.
fn slice(page: PageRequest, order: Order) -> Slice {
    Slice { newest_first: order == Order::Descending, skip: page.skipped(), limit: page.size }
}

/// Lets whoever has the operator's token pass.
#[derive(Debug, Clone, Copy)]
pub struct AdminGate;

impl Gate for AdminGate {
    type Who = ();

    async fn admit(&self, asked: &Asked) -> Result<(), Fault> {
        let token = asked.bearer().ok_or(Fault::NoToken)?;
        if asked.is_admin_token(token) { Ok(()) } else { Err(Fault::BadToken) }
    }
}
