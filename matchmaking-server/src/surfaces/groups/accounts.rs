//! Registering and logging in.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        groups::{LogInRequest, LogInResponse, LoggedIn, RegisterRequest, Registered, WireId},
    },
    service::{
        Services,
        accounts::{LoginName, Registration},
        tokens::TokenKind,
    },
};

use crate::http::Call;

pub(super) async fn register(
    services: Arc<Services>,
    call: Call<RegisterRequest>,
) -> Result<Registered, Fault> {
    let RegisterRequest { username, email, password, phone } = call.request;
    let new = Registration { username, email: Some(email), password, contact_phone: Some(phone) };
    let made = services.accounts.register(new).await?;
    Ok(Registered {
        user_id: WireId::of(made.account),
        username: made.username.unwrap_or_default(),
        email: made.email.unwrap_or_default(),
        phone: made.phone,
        created_at: made.created_at.to_rfc3339(),
    })
}

pub(super) async fn log_in(
    services: Arc<Services>,
    call: Call<LogInRequest>,
) -> Result<LogInResponse, Fault> {
    let LogInRequest { email, password } = call.request;
    let name = LoginName::EmailOrUsername(email);
    let contact = services.accounts.log_in(name, &password, call.asked.client()).await?;
    Ok(LogInResponse {
        token: services.tokens.issue(TokenKind::Groups, contact.account),
        user: LoggedIn {
            user_id: WireId::of(contact.account),
            username: contact.username.unwrap_or_default(),
            email: contact.email.unwrap_or_default(),
        },
    })
}
