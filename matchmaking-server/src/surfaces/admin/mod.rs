//! The back office: parse, call a service, render. Its dialect is the platform's.

mod reviews;

use std::sync::Arc;

use matchmaking_core::{
    api::{admin as api, fault::Fault, route::Endpoint},
    service::Services,
};

use crate::http::{Asked, Call, Gate, Handle, Mounted, mount_behind, with};

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(services: &Arc<Services>) -> Vec<Mounted> {
    vec![
        behind::<api::ListReviews>(with(services, reviews::list)),
        behind::<api::DecideReview>(with(services, reviews::decide)),
    ]
}

/// A handler for whoever has the operator's token.
fn behind<E: Endpoint>(handler: impl Handle<Call<E::Request>, E::Response>) -> Mounted {
    mount_behind::<E, AdminGate>(AdminGate, handler)
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
