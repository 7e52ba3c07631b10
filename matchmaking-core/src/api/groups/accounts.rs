//! Registering and logging in.

use serde::Serialize;

use super::{
    MOUNTS,
    values::{WireId, email, filled, phone, username},
};
use crate::api::{
    route::{Endpoint, Route, Surface},
    wire::{Decode, Input, Refused},
};

/// How many characters a new password has.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=64;

/// Makes an account.
#[derive(Debug)]
pub struct Register;

impl Endpoint for Register {
    const ROUTE: Route =
        Route::post(Surface::Groups, "/register", "注册用户").mounted_at(MOUNTS).documented();
    type Request = RegisterRequest;
    type Response = Registered;
}

/// An account to be made.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::RegisterRequest))]
pub struct RegisterRequest {
    /// The name, 1 to 64 characters without control characters.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// The password, 8 to 64 characters.
    pub password: String,
    /// A phone number that nobody verifies; at most 32 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub phone: String,
}

impl std::fmt::Debug for RegisterRequest {
    // What it holds is nothing for a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegisterRequest").finish_non_exhaustive()
    }
}

impl Decode for RegisterRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let username = body.required_not_null("username", username);
        let email = body.required_not_null("email", email);
        let password = body.required_not_null("password", |node| node.text_of(PASSWORD_CHARS));
        let phone = filled(&body, "phone", phone);
        Ok(Self {
            username: username?,
            email: email?,
            password: password?,
            phone: phone?.unwrap_or_default(),
        })
    }
}

/// An account that was made.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Registered))]
pub struct Registered {
    /// Its identifier.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: WireId,
    /// Its name.
    pub username: String,
    /// Its e-mail address.
    pub email: String,
    /// The phone number, or empty.
    pub phone: String,
    /// When it was made.
    pub created_at: String,
}

/// Issues a token.
#[derive(Debug)]
pub struct LogIn;

impl Endpoint for LogIn {
    const ROUTE: Route = Route::post(Surface::Groups, "/login", "用户登录").mounted_at(MOUNTS).documented();
    type Request = LogInRequest;
    type Response = LogInResponse;
}

/// Who logs in.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::LogInRequest))]
pub struct LogInRequest {
    /// The e-mail address, or the user name.
    pub email: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for LogInRequest {
    // What it holds is nothing for a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogInRequest").finish_non_exhaustive()
    }
}

impl Decode for LogInRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        // A text of any length: one that is nobody's password is a wrong password, not a wrong field.
        let email = body.required_not_null("email", |node| node.text(usize::MAX));
        let password = body.required_not_null("password", |node| node.text(usize::MAX));
        Ok(Self { email: email?, password: password? })
    }
}

/// Somebody who is logged in.
#[derive(Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::LogInResponse))]
pub struct LogInResponse {
    /// The token, good for 24 hours.
    pub token: String,
    /// Who they are.
    pub user: LoggedIn,
}

impl std::fmt::Debug for LogInResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogInResponse").finish_non_exhaustive()
    }
}

/// Who is logged in.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::LoggedIn))]
pub struct LoggedIn {
    /// Their identifier.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: WireId,
    /// Their name.
    pub username: String,
    /// Their e-mail address; empty for an account that was made without one.
    pub email: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::wire::{FieldError, Problem};

    fn register(body: Value) -> Result<RegisterRequest, Vec<FieldError>> {
        Input::strict().with_json(body).decode()
    }

    #[test]
    fn an_unset_phone_is_empty() {
        let body = |phone: Value| json!({"username": "林", "email": "l@x.y", "password": "12345678", "phone": phone});
        for unset in [json!(null), json!("")] {
            assert_eq!(register(body(unset)).unwrap().phone, "");
        }
        assert_eq!(register(body(json!("+86 139"))).unwrap().phone, "+86 139");
        assert!(register(body(json!("1".repeat(33)))).is_err());
        assert!(register(body(json!(139))).is_err());
    }

    #[test]
    fn every_wrong_field_is_told() {
        let errors = register(json!({"email": "l", "password": "1234567", "phone": [], "username": null}));
        let told: Vec<_> =
            errors.unwrap_err().into_iter().map(|error| (error.field(), error.problem)).collect();
        assert_eq!(
            told,
            [
                ("username".to_owned(), Problem::Missing),
                ("email".to_owned(), Problem::value("不是有效的邮箱")),
                ("password".to_owned(), Problem::TooShort(8)),
                ("phone".to_owned(), Problem::NotText),
            ]
        );
    }

    #[test]
    fn passwords_do_not_reach_a_log() {
        let body = json!({"username": "u", "email": "l@x.y", "password": "geheimnis"});
        let request = register(body.clone()).unwrap();
        let login: LogInRequest = Input::strict().with_json(body).decode().unwrap();
        for shown in [format!("{request:?}"), format!("{login:?}")] {
            assert!(!shown.contains("geheimnis") && !shown.contains("l@x.y"), "{shown}");
        }
    }
}
