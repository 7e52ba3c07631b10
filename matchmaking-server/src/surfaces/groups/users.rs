//! One's own profile, and finding somebody by name.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        groups::{
            FoundUser, ProfileView, SearchUsersRequest, UpdateProfileRequest, UpdatedProfile, UsersFound,
            WireId,
        },
    },
    ids::AccountId,
    service::{Services, accounts::Contact},
};

use crate::http::Call;

pub(super) async fn profile(
    services: Arc<Services>,
    call: Call<(), AccountId>,
) -> Result<ProfileView, Fault> {
    let me = own(services.accounts.contact(call.who).await?)?;
    Ok(ProfileView {
        user_id: WireId::of(me.account),
        username: me.username.unwrap_or_default(),
        email: me.email.unwrap_or_default(),
        phone: me.phone,
        avatar: me.avatar,
        created_at: me.created_at.to_rfc3339(),
        updated_at: me.updated_at.to_rfc3339(),
    })
}

pub(super) async fn update(
    services: Arc<Services>,
    call: Call<UpdateProfileRequest, AccountId>,
) -> Result<UpdatedProfile, Fault> {
    let UpdateProfileRequest { username, avatar, phone } = call.request;
    // First what may be refused: a name that is taken leaves everything as it was.
    if let Some(username) = username {
        services.accounts.rename(call.who, &username).await?;
    }
    let me = if avatar.is_some() || phone.is_some() {
        services.accounts.edit(call.who, avatar, phone).await?
    } else {
        services.accounts.contact(call.who).await?
    };
    let me = own(me)?;
    Ok(UpdatedProfile {
        user_id: WireId::of(me.account),
        username: me.username.unwrap_or_default(),
        avatar: me.avatar,
        phone: me.phone,
        updated_at: me.updated_at.to_rfc3339(),
    })
}

pub(super) async fn search(
    services: Arc<Services>,
    call: Call<SearchUsersRequest, AccountId>,
) -> Result<UsersFound, Fault> {
    let found = services.accounts.search(call.who, &call.request.q).await?;
    let users = found.into_iter().map(|contact| FoundUser {
        user_id: WireId::of(contact.account),
        username: contact.name,
        avatar: contact.avatar,
    });
    Ok(UsersFound { users: users.collect() })
}

/// The caller, unless their account has ended since the token was looked at.
fn own(contact: Option<Contact>) -> Result<Contact, Fault> {
    contact.ok_or(Fault::BadToken)
}
