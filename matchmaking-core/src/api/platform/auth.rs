//! Registering, logging in, and what keeps somebody logged in.

use serde::Serialize;

use super::{
    MOUNTS,
    credentials::{device, new_password, phone, shown},
    post,
};
use crate::{
    api::{
        route::{Endpoint, Route, Surface},
        wire::{Decode, Input, Refused},
    },
    model::{CodePurpose, Device},
    text::TEXT_MAX_CHARS,
};

/// A route for those who are not let in yet.
const fn open(path: &'static str, summary: &'static str) -> Route {
    Route::post(Surface::Platform, path, summary).mounted_at(MOUNTS)
}

/// A request of which nothing may reach a log.
macro_rules! secret {
    ($($name:ident)*) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}
pub(super) use secret;

/// Sends a code to a telephone.
#[derive(Debug)]
pub struct SendCode;

impl Endpoint for SendCode {
    const ROUTE: Route = open("/auth/sms-code/send", "发送验证码").documented().success("验证码发送成功");
    type Request = SendCodeRequest;
    type Response = SentCode;
}

/// Where to, and what for.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::SendCodeRequest))]
pub struct SendCodeRequest {
    /// The telephone: `^1[3-9]\d{9}$`.
    pub phone: String,
    /// `register`, `login` or `reset`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, rename = "type"))]
    pub purpose: CodePurpose,
}

impl Decode for SendCodeRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let phone = body.required_not_null("phone", phone);
        let purpose = body.required_not_null("type", |node| {
            node.one_of(&["register", "login", "reset"], |word| {
                CodePurpose::ALL.into_iter().find(|purpose| purpose.name() == word)
            })
        });
        Ok(Self { phone: phone?, purpose: purpose? })
    }
}

/// A code that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::SentCode))]
pub struct SentCode {
    /// How long it is good, in seconds.
    pub expire_seconds: i64,
    /// How long until the next may be sent, in seconds.
    pub send_interval: i64,
}

/// Makes an account.
#[derive(Debug)]
pub struct Register;

impl Endpoint for Register {
    const ROUTE: Route = open("/auth/register", "用户注册").documented().success("注册成功");
    type Request = RegisterRequest;
    type Response = Registered;
}

/// An account to be made.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RegisterRequest))]
pub struct RegisterRequest {
    /// The telephone.
    pub phone: String,
    /// The code that was sent there.
    pub code: String,
    /// The password: 8 to 64 characters, among them a letter and a digit.
    pub password: String,
    /// The invite code of somebody; one that nobody has counts as none.
    pub invite_code: Option<String>,
    /// What the client says about its device.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<super::credentials::DeviceInfo>, rename = "device_info"))]
    pub device: Device,
}

impl Decode for RegisterRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let phone = body.required_not_null("phone", phone);
        let code = body.required_not_null("code", shown);
        let password = body.required_not_null("password", new_password);
        let invite_code = body.optional("invite_code", |node| node.text(TEXT_MAX_CHARS));
        let device = device(&body);
        Ok(Self {
            phone: phone?,
            code: code?,
            password: password?,
            invite_code: invite_code?,
            device: device?,
        })
    }
}

/// An account that was made, and let in.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Registered))]
pub struct Registered {
    /// Its number.
    pub user_id: i64,
    /// What every further request carries.
    pub access_token: String,
    /// What gets the next two, once.
    pub refresh_token: String,
    /// How long the access token is good, in seconds.
    pub expires_in: i64,
    /// The account.
    pub user: NewUser,
}

/// An account that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::NewUser))]
pub struct NewUser {
    /// Its number.
    pub id: i64,
    /// Its telephone, masked.
    pub phone: String,
    /// 1 for active, 2 for locked.
    pub status: i64,
    /// How complete its profile is, 0 to 100.
    pub profile_completion_rate: u8,
    /// When it was made.
    pub created_at: String,
}

/// Opens a session.
#[derive(Debug)]
pub struct LogIn;

impl Endpoint for LogIn {
    const ROUTE: Route = open("/auth/login", "用户登录").documented().success("登录成功");
    type Request = LogInRequest;
    type Response = LoggedIn;
}

/// Who logs in.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LogInRequest))]
pub struct LogInRequest {
    /// The telephone.
    pub phone: String,
    /// The password; without one, `code` is asked for.
    pub password: Option<String>,
    /// A code that was sent there to log in with.
    pub code: Option<String>,
    /// What the client says about its device.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<super::credentials::DeviceInfo>, rename = "device_info"))]
    pub device: Device,
}

impl Decode for LogInRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let phone = body.required_not_null("phone", phone);
        let password = body.optional("password", shown);
        let code = body.optional("code", shown);
        let device = device(&body);
        let (password, code) = (password?, code?);
        if password.is_none() && code.is_none() {
            return Err(body.missing("password"));
        }
        Ok(Self { phone: phone?, password, code, device: device? })
    }
}

/// Somebody who was let in.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LoggedIn))]
pub struct LoggedIn {
    /// Their number.
    pub user_id: i64,
    /// What every further request carries.
    pub access_token: String,
    /// What gets the next two, once.
    pub refresh_token: String,
    /// How long the access token is good, in seconds.
    pub expires_in: i64,
    /// Whether they show this device for the first time.
    pub is_new_device: bool,
    /// Who they are.
    pub user: LoggedInUser,
}

/// Who was let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LoggedInUser))]
pub struct LoggedInUser {
    /// Their number.
    pub id: i64,
    /// Their name; empty for whoever told none.
    pub nickname: String,
    /// Where their picture is.
    pub avatar_url: Option<String>,
    /// The level of their membership, 0 to 3.
    pub vip_level: i64,
    /// How complete their profile is, 0 to 100.
    pub profile_completion_rate: u8,
    /// 1 for active, 2 for locked.
    pub status: i64,
}

/// Gets the next two tokens.
#[derive(Debug)]
pub struct Refresh;

impl Endpoint for Refresh {
    const ROUTE: Route = open("/auth/refresh", "刷新Token").documented();
    type Request = RefreshRequest;
    type Response = Refreshed;
}

/// The token that is spent by it.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RefreshRequest))]
pub struct RefreshRequest {
    /// The refresh token that was given out last.
    pub refresh_token: String,
}

impl Decode for RefreshRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { refresh_token: input.body()?.required_not_null("refresh_token", shown)? })
    }
}

/// The next two tokens.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Refreshed))]
pub struct Refreshed {
    /// What every further request carries.
    pub access_token: String,
    /// What gets the next two, once.
    pub refresh_token: String,
    /// How long the access token is good, in seconds.
    pub expires_in: i64,
}

/// Sets a new password by a code.
#[derive(Debug)]
pub struct ResetPassword;

impl Endpoint for ResetPassword {
    const ROUTE: Route = open("/auth/password/reset", "重置密码");
    type Request = ResetPasswordRequest;
    type Response = ();
}

/// The password to be set.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ResetPasswordRequest))]
pub struct ResetPasswordRequest {
    /// The telephone.
    pub phone: String,
    /// The code that was sent there to reset the password with.
    pub code: String,
    /// The new password.
    pub new_password: String,
}

impl Decode for ResetPasswordRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let phone = body.required_not_null("phone", phone);
        let code = body.required_not_null("code", shown);
        let new_password = body.required_not_null("new_password", new_password);
        Ok(Self { phone: phone?, code: code?, new_password: new_password? })
    }
}

/// Ends the session of whoever calls.
#[derive(Debug)]
pub struct LogOut;

impl Endpoint for LogOut {
    const ROUTE: Route = post("/auth/logout", "退出登录");
    type Request = ();
    type Response = ();
}

secret! { SendCodeRequest RegisterRequest Registered LogInRequest LoggedIn RefreshRequest Refreshed ResetPasswordRequest }

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::wire::{FieldError, Problem};

    fn read<T: Decode>(body: Value) -> Result<T, Vec<FieldError>> {
        Input::strict().with_json(body).decode()
    }

    fn told<T: Decode + std::fmt::Debug>(body: Value) -> Vec<(String, bool)> {
        let errors = read::<T>(body).unwrap_err();
        errors.into_iter().map(|error| (error.field(), error.problem.is_missing())).collect()
    }

    #[test]
    fn every_missing_or_wrong_field_is_told() {
        let names = |told: &[(String, bool)]| told.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let missing = told::<RegisterRequest>(json!({}));
        assert_eq!(names(&missing), ["phone", "code", "password"]);
        assert!(missing.iter().all(|(_, missing)| *missing));
        let wrong = told::<RegisterRequest>(
            json!({"phone": "123", "code": 1, "password": "short", "invite_code": [], "device_info": {"device_id": 7}}),
        );
        let all = ["phone", "code", "password", "invite_code", "device_info.device_id"];
        assert_eq!(names(&wrong), all);
        assert_eq!(names(&told::<SendCodeRequest>(json!({"phone": null, "type": "x"}))), ["phone", "type"]);
        assert_eq!(names(&told::<LogInRequest>(json!({"phone": "13800138000"}))), ["password"]);
        assert_eq!(names(&told::<RefreshRequest>(json!({"refresh_token": 7}))), ["refresh_token"]);
    }

    #[test]
    fn passwords_need_a_letter_and_a_digit_where_they_are_chosen_only() {
        let reset = |password: &str| {
            read::<ResetPasswordRequest>(
                json!({"phone": "13800138000", "code": "1", "new_password": password}),
            )
        };
        assert!(reset("Abc123!@#").is_ok());
        let one_kind = || Problem::Reason {
            chinese: "密码必须同时包含字母和数字",
            english: "must have a letter and a digit",
        };
        for (bad, problem) in [
            ("Abc123!", Problem::TooShort(8)),
            (&format!("a1{}", "x".repeat(63)), Problem::TooLong(64)),
            ("abcdefgh", one_kind()),
            ("12345678", one_kind()),
            ("abc\x001234", Problem::Nul),
        ] {
            assert_eq!(reset(bad).unwrap_err()[0].problem, problem);
        }
        let login = read::<LogInRequest>(json!({"phone": "13800138000", "password": "x".repeat(9_000)}));
        assert!(login.is_ok());
    }

    #[test]
    fn a_device_says_what_it_likes() {
        let login = |device: Value| {
            read::<LogInRequest>(json!({"phone": "13800138000", "password": "x", "device_info": device}))
        };
        for nothing in [json!(null), json!({}), json!({"device_id": ""}), json!({"device_id": null, "x": 1})]
        {
            assert_eq!(login(nothing).unwrap().device, Device::default());
        }
        let said = login(json!({"device_id": "device_xxx", "device_type": "ios"})).unwrap().device;
        assert_eq!(
            (said.device_id.as_deref(), said.device_type.as_deref()),
            (Some("device_xxx"), Some("ios"))
        );
        assert!(login(json!("ios")).is_err());
        assert!(login(json!({"device_id": "x".repeat(129)})).is_err());
    }

    #[test]
    fn nothing_personal_reaches_a_log() {
        let body = json!({"phone": "13800138000", "code": "123456", "password": "Abc123!@#"});
        let (register, login) = (read::<RegisterRequest>(body.clone()), read::<LogInRequest>(body));
        let shown = format!("{:?} {:?}", register.unwrap(), login.unwrap());
        assert!(!shown.contains("138") && !shown.contains("123456") && !shown.contains("Abc"), "{shown}");
    }
}
