//! The back office: parse, call a service, render. Its dialect is the platform's.

use std::sync::Arc;

use matchmaking_core::{api::fault::Fault, service::Services};

use crate::http::{Asked, Gate, Mounted};

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(_services: &Arc<Services>) -> Vec<Mounted> {
    Vec::new()
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
