//! What an account's owner does with it.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            ChangePasswordRequest, DeleteAccountRequest, Identities, SessionRequest, SessionView, Sessions,
            SetIdentitiesRequest,
        },
    },
    model::account::masked_phone,
    service::{
        Services,
        auth::{Caller, NewNames},
    },
};

use crate::http::Call;

pub(super) async fn change_password(
    services: Arc<Services>,
    call: Call<ChangePasswordRequest, Caller>,
) -> Result<(), Fault> {
    let ChangePasswordRequest { old_password, new_password } = call.request;
    let changed = services.auth.change_password(call.who, &old_password, &new_password).await;
    changed.map_err(|error| Fault::unconfirmed(error, "old_password"))
}

pub(super) async fn sessions(services: Arc<Services>, call: Call<(), Caller>) -> Result<Sessions, Fault> {
    let sessions = services.auth.sessions(call.who.account).await?;
    let view = |session| SessionView::of(session, call.who.session);
    Ok(Sessions { items: sessions.into_iter().map(view).collect() })
}

pub(super) async fn end_session(
    services: Arc<Services>,
    call: Call<SessionRequest, Caller>,
) -> Result<(), Fault> {
    let session = call.request.session_id.possible().ok_or(Fault::UnknownSession)?;
    let ended = services.auth.end_session(call.who.account, session).await?;
    if ended { Ok(()) } else { Err(Fault::UnknownSession) }
}

pub(super) async fn set_identities(
    services: Arc<Services>,
    call: Call<SetIdentitiesRequest, Caller>,
) -> Result<Identities, Fault> {
    let SetIdentitiesRequest { username, email, password } = call.request;
    let added = services.auth.add_names(call.who, NewNames { username, email, password }).await;
    let known = added.map_err(|error| Fault::unconfirmed(error, "password"))?;
    Ok(Identities {
        phone: known.phone.as_deref().map(masked_phone),
        username: known.username,
        email: known.email,
    })
}

pub(super) async fn delete(
    services: Arc<Services>,
    call: Call<DeleteAccountRequest, Caller>,
) -> Result<(), Fault> {
    let deleted = services.auth.delete(call.who, &call.request.password).await;
    deleted.map_err(|error| Fault::unconfirmed(error, "password"))?;
    // Pictures go at once. The account is gone whether or not they can be reached; the next sweep tries again.
    if let Err(error) = services.profiles.sweep().await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "files of a deleted account are left for now"
        );
    }
    Ok(())
}
