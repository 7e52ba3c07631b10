//! Whom a request is from, by the token of a session.

use std::sync::Arc;

use matchmaking_core::{
    api::fault::Fault,
    service::{Services, auth::Caller},
};

use crate::http::{Asked, Gate};

/// Lets requests pass that carry the token of a session that goes on, and counts them against the rate of its account.
#[derive(Debug, Clone)]
pub struct SessionGate(Arc<Services>);

impl SessionGate {
    /// The gate over these services.
    #[must_use]
    pub fn new(services: &Arc<Services>) -> Self {
        Self(Arc::clone(services))
    }
}

impl Gate for SessionGate {
    type Who = Caller;

    async fn admit(&self, asked: &Asked) -> Result<Caller, Fault> {
        let token = asked.bearer().ok_or(Fault::NoToken)?;
        let caller = self.0.auth.authenticate(token).await?;
        asked.charge_account(caller.account.get())?;
        Ok(caller)
    }
}
