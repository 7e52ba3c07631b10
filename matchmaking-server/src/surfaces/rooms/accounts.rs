//! Registering, logging in, and who one is.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        rooms::{Credentials, LoggedIn, Profile, Registration, User},
    },
    ids::AccountId,
    service::{
        Services,
        accounts::{self, Contact, LoginName},
        tokens::TokenKind,
    },
};

use crate::http::Call;

pub(super) async fn register(services: Arc<Services>, call: Call<Registration>) -> Result<User, Fault> {
    let Registration { username, password } = call.request;
    let new = accounts::Registration { username, email: None, password, contact_phone: None };
    Ok(user(services.accounts.register(new).await?))
}

pub(super) async fn log_in(services: Arc<Services>, call: Call<Credentials>) -> Result<LoggedIn, Fault> {
    let Credentials { username, password } = call.request;
    let name = LoginName::Username(username);
    let contact = services.accounts.log_in(name, &password, call.asked.client()).await?;
    let token = services.tokens.issue(TokenKind::Rooms, contact.account);
    Ok(LoggedIn { token, user: user(contact) })
}

pub(super) async fn my_profile(services: Arc<Services>, call: Call<(), AccountId>) -> Result<Profile, Fault> {
    // The gate has let them in; whoever was deleted since has a token no more.
    let contact = services.accounts.contact(call.who).await?.ok_or(Fault::BadToken)?;
    Ok(Profile {
        id: contact.account,
        username: contact.name,
        avatar: contact.avatar,
        nike_name: contact.nickname,
    })
}

fn user(contact: Contact) -> User {
    User { id: contact.account, username: contact.name }
}
