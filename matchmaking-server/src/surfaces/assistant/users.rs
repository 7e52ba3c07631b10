//! Users.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        assistant::{CreateUserRequest, GetUserRequest, UserView},
        fault::Fault,
    },
    service::{Services, assistant::AssistantUser},
};

use crate::http::Call;

pub(super) async fn create(
    services: Arc<Services>,
    call: Call<CreateUserRequest>,
) -> Result<UserView, Fault> {
    let CreateUserRequest { username, email } = call.request;
    Ok(view(services.assistant.create_user(username, email).await?))
}

pub(super) async fn find(services: Arc<Services>, call: Call<GetUserRequest>) -> Result<UserView, Fault> {
    let found = services.assistant.user(&call.request.username).await?;
    found.map(view).ok_or(Fault::UnknownUser)
}

fn view(user: AssistantUser) -> UserView {
    let AssistantUser { account, username, email, created_at } = user;
    UserView { username, email, id: account, created_at: created_at.to_rfc3339() }
}
