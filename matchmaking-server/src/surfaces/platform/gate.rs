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

/// The same where guests may pass, too. Whoever shows a token must show a good one.
#[derive(Debug, Clone)]
pub struct GuestGate(SessionGate);

impl GuestGate {
    /// The gate over these services.
    #[must_use]
    pub fn new(services: &Arc<Services>) -> Self {
        Self(SessionGate::new(services))
    }
}

impl Gate for GuestGate {
    type Who = Option<Caller>;

    async fn admit(&self, asked: &Asked) -> Result<Option<Caller>, Fault> {
        match asked.headers().get(http::header::AUTHORIZATION) {
            Some(_) => self.0.admit(asked).await.map(Some),
            None => Ok(None),
        }
    }
}
