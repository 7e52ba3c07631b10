//! Accounts: registering, logging in, and who one is.

use serde::Serialize;

use super::{get, text};
use crate::{
    api::{
        route::{Endpoint, Route, Surface},
        wire::{Decode, Input, Refused},
    },
    ids::AccountId,
};

/// Makes an account.
#[derive(Debug)]
pub struct Register;

impl Endpoint for Register {
    const ROUTE: Route = Route::post(Surface::Rooms, "/register", "注册").success("注册成功").documented();
    type Request = Registration;
    type Response = User;
}

/// An account to be made.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::Registration))]
pub struct Registration {
    /// 1 to 64 characters, none of them a control character, and not blank.
    pub username: String,
    /// 6 to 128 characters.
    pub password: String,
}

impl Decode for Registration {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let username = body.required("username", |node| {
            let name = text::USERNAME.read_not_blank(node)?;
            let plain = !name.chars().any(char::is_control);
            if plain { Ok(name) } else { Err(text::USERNAME.refuse(node, "包含非法字符")) }
        });
        let password = body.required("password", |node| {
            let password = text::PASSWORD.read(node)?;
            if password.chars().count() < text::PASSWORD_MIN {
                return Err(text::PASSWORD.refuse(node, &format!("不能少于{}个字符", text::PASSWORD_MIN)));
            }
            Ok(password)
        });
        Ok(Self { username: username?, password: password? })
    }
}

impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registration").finish_non_exhaustive()
    }
}

/// Begins a session.
#[derive(Debug)]
pub struct LogIn;

impl Endpoint for LogIn {
    const ROUTE: Route = Route::post(Surface::Rooms, "/login", "登录").success("登录成功").documented();
    type Request = Credentials;
    type Response = LoggedIn;
}

/// Who somebody says they are. Neither text has a bound: one that no account has is wrong like any other.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::Credentials))]
pub struct Credentials {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
}

impl Decode for Credentials {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let username = body.required("username", |node| text::USERNAME.untouched(node));
        let password = body.required("password", |node| text::PASSWORD.untouched(node));
        Ok(Self { username: username?, password: password? })
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// An account as its owner is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::User))]
pub struct User {
    /// Its number.
    #[serde(rename = "ID")]
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: AccountId,
    /// Its name.
    pub username: String,
}

/// A session.
#[derive(Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::LoggedIn))]
pub struct LoggedIn {
    /// The token, for `Authorization`, with or without `Bearer `.
    pub token: String,
    /// Whose it is.
    pub user: User,
}

impl std::fmt::Debug for LoggedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoggedIn").field("user", &self.user.id).finish_non_exhaustive()
    }
}

/// Shows who one is.
#[derive(Debug)]
pub struct MyProfile;

impl Endpoint for MyProfile {
    const ROUTE: Route = get("/api/user/my", "Who I am").success("获取成功");
    type Request = ();
    type Response = Profile;
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::Profile))]
pub struct Profile {
    /// The account's number.
    #[serde(rename = "ID")]
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: AccountId,
    /// Its name.
    pub username: String,
    /// Where its picture is; empty without one.
    pub avatar: String,
    /// The name that the person is called by, as clients spell the field; empty without one.
    pub nike_name: String,
}
