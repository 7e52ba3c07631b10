//! Users: accounts without a password.

use serde::Serialize;

use super::mounted;
use crate::{
    api::{
        route::{Endpoint, Route, Surface},
        wire::{Decode, Input, Node, Problem, Refused},
    },
    ids::AccountId,
    model::account::{EMAIL_MAX_BYTES, USERNAME_MAX_CHARS, is_email, is_username},
};

/// Makes a user.
#[derive(Debug)]
pub struct CreateUser;

impl Endpoint for CreateUser {
    const ROUTE: Route = mounted(Route::post(Surface::Assistant, "/users", "创建新用户")).documented();
    type Request = CreateUserRequest;
    type Response = UserView;
}

/// A user to be made.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::CreateUserRequest))]
pub struct CreateUserRequest {
    /// The name, 1 to 64 characters without control characters.
    pub username: String,
    /// An e-mail address; absent, null and empty are none.
    pub email: Option<String>,
}

impl std::fmt::Debug for CreateUserRequest {
    // What it holds is nothing for a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateUserRequest").finish_non_exhaustive()
    }
}

impl Decode for CreateUserRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let username = body.required("username", username);
        let email = body.optional("email", email);
        Ok(Self { username: username?, email: email?.flatten() })
    }
}

fn username(node: Node<'_>) -> Result<String, Refused> {
    let name = node.text_of(1..=USERNAME_MAX_CHARS)?;
    node.check(
        is_username(&name),
        Problem::value("username must have visible characters and no control characters"),
    )?;
    Ok(name)
}

fn email(node: Node<'_>) -> Result<Option<String>, Refused> {
    let address = node.text(EMAIL_MAX_BYTES)?;
    if address.is_empty() {
        return Ok(None);
    }
    node.check(is_email(&address), Problem::value("email is not a valid email address"))?;
    Ok(Some(address))
}

/// A user.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::UserView))]
pub struct UserView {
    /// The name.
    pub username: String,
    /// The e-mail address, if one was given.
    pub email: Option<String>,
    /// The number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: AccountId,
    /// When the user was made.
    pub created_at: String,
}

/// Finds a user by name.
#[derive(Debug)]
pub struct GetUser;

impl Endpoint for GetUser {
    const ROUTE: Route =
        mounted(Route::get(Surface::Assistant, "/users/{username}", "获取用户信息")).documented();
    type Request = GetUserRequest;
    type Response = UserView;
}

/// Who is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::GetUserRequest))]
pub struct GetUserRequest {
    /// The name. One that nobody can have is an unknown one.
    pub username: String,
}

impl Decode for GetUserRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        // However long: the head of a request is bounded, and a name that nobody can have is an unknown one.
        let username = input.path().required("username", |node| node.text(usize::MAX));
        Ok(Self { username: username? })
    }
}
