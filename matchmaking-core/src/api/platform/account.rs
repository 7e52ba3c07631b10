//! What an account's owner does with it: sessions, password, names, its end.

use serde::Serialize;

use super::{
    auth::secret,
    credentials::{email, new_password, shown, username},
    delete, get,
    people::moment,
    put,
};
use crate::{
    api::{
        route::{Endpoint, JSON_BODY_MAX, Route},
        wire::{Decode, GivenId, Input, Refused},
    },
    ids::SessionId,
    model::Session,
};

/// Sets a new password in place of the old one.
#[derive(Debug)]
pub struct ChangePassword;

impl Endpoint for ChangePassword {
    const ROUTE: Route = put("/account/password", "修改密码");
    type Request = ChangePasswordRequest;
    type Response = ();
}

/// The old password and the new one.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ChangePasswordRequest))]
pub struct ChangePasswordRequest {
    /// The one that is good now.
    pub old_password: String,
    /// The new one: 8 to 64 characters, among them a letter and a digit.
    pub new_password: String,
}

impl Decode for ChangePasswordRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let old_password = body.required_not_null("old_password", shown);
        let new_password = body.required_not_null("new_password", new_password);
        Ok(Self { old_password: old_password?, new_password: new_password? })
    }
}

/// Lists where one is logged in.
#[derive(Debug)]
pub struct ListSessions;

impl Endpoint for ListSessions {
    const ROUTE: Route = get("/account/sessions", "获取登录会话列表");
    type Request = ();
    type Response = Sessions;
}

/// Where one is logged in, the last used first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Sessions))]
pub struct Sessions {
    /// The sessions.
    pub items: Vec<SessionView>,
}

/// A login that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::SessionView))]
pub struct SessionView {
    /// Its number.
    pub session_id: i64,
    /// The name by which the client knows its device.
    pub device_id: Option<String>,
    /// The device's kind.
    pub device_type: Option<String>,
    /// The device's model.
    pub device_model: Option<String>,
    /// The version of its system.
    pub os_version: Option<String>,
    /// The version of the client.
    pub app_version: Option<String>,
    /// Whether it is the one that asks.
    pub is_current: bool,
    /// When it was opened.
    pub created_at: String,
    /// When it was refreshed last.
    pub last_active_at: String,
    /// When it ends unless it is refreshed.
    pub expires_at: String,
}

impl SessionView {
    /// A session as it is shown to whoever calls with the session `current`.
    #[must_use]
    pub fn of(session: Session, current: SessionId) -> Self {
        let Session { id, device, opened_at, refreshed_at, expires_at, .. } = session;
        Self {
            session_id: id.get(),
            device_id: device.device_id,
            device_type: device.device_type,
            device_model: device.device_model,
            os_version: device.os_version,
            app_version: device.app_version,
            is_current: id == current,
            created_at: moment(opened_at),
            last_active_at: moment(refreshed_at),
            expires_at: moment(expires_at),
        }
    }
}

/// Ends one of one's sessions.
#[derive(Debug)]
pub struct EndSession;

impl Endpoint for EndSession {
    const ROUTE: Route = delete("/account/sessions/{session_id}", "结束登录会话");
    type Request = SessionRequest;
    type Response = ();
}

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::SessionRequest))]
pub struct SessionRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub session_id: GivenId<SessionId>,
}

impl Decode for SessionRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { session_id: input.path().required("session_id", |node| node.decimal_id())? })
    }
}

/// Adds names by which one is known in the other dialects.
#[derive(Debug)]
pub struct SetIdentities;

impl Endpoint for SetIdentities {
    const ROUTE: Route = put("/account/identities", "设置用户名和邮箱");
    type Request = SetIdentitiesRequest;
    type Response = Identities;
}

/// The names to be added; what is absent stays as it is.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::SetIdentitiesRequest))]
pub struct SetIdentitiesRequest {
    /// A user name, 1 to 64 characters.
    pub username: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// The first password of an account that has none; of any other, the one it has.
    pub password: Option<String>,
}

impl Decode for SetIdentitiesRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let username = body.optional("username", username);
        let email = body.optional("email", email);
        let password = body.optional("password", new_password);
        Ok(Self { username: username?, email: email?, password: password? })
    }
}

/// By what one is known.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Identities))]
pub struct Identities {
    /// The telephone, masked.
    pub phone: Option<String>,
    /// The user name.
    pub username: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

/// Erases one's account.
#[derive(Debug)]
pub struct DeleteAccount;

impl Endpoint for DeleteAccount {
    const ROUTE: Route = delete("/account", "注销账号").json_body(JSON_BODY_MAX);
    type Request = DeleteAccountRequest;
    type Response = ();
}

/// That it is meant.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::DeleteAccountRequest))]
pub struct DeleteAccountRequest {
    /// The password.
    pub password: String,
}

impl Decode for DeleteAccountRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { password: input.body()?.required_not_null("password", shown)? })
    }
}

secret! { ChangePasswordRequest SetIdentitiesRequest Identities DeleteAccountRequest }
