//! One's own profile, and finding somebody by name.

use serde::Serialize;

use super::{
    get, put,
    values::{WireId, avatar, not_blank, phone, username},
};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, Input, Refused},
    },
    model::account::EMAIL_MAX_BYTES,
};

/// Shows one's own profile.
#[derive(Debug)]
pub struct GetProfile;

impl Endpoint for GetProfile {
    const ROUTE: Route = get("/user/profile", "获取用户资料").documented();
    type Request = ();
    type Response = ProfileView;
}

/// One's own profile.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::ProfileView))]
pub struct ProfileView {
    /// One's identifier.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: WireId,
    /// One's name.
    pub username: String,
    /// The e-mail address; empty for an account that was made without one.
    pub email: String,
    /// The phone number, or empty.
    pub phone: String,
    /// Where the picture is, or empty.
    pub avatar: String,
    /// When the account was made.
    pub created_at: String,
    /// When the profile changed last.
    pub updated_at: String,
}

/// Changes one's own profile.
#[derive(Debug)]
pub struct UpdateProfile;

impl Endpoint for UpdateProfile {
    const ROUTE: Route = put("/user/profile", "更新用户资料").documented();
    type Request = UpdateProfileRequest;
    type Response = UpdatedProfile;
}

/// What becomes of a profile; what is absent or null stays.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::UpdateProfileRequest))]
pub struct UpdateProfileRequest {
    /// The name, 1 to 64 characters without control characters.
    pub username: Option<String>,
    /// Where the picture is, at most 2,048 characters; empty clears it.
    pub avatar: Option<String>,
    /// The phone number, at most 32 characters; empty clears it.
    pub phone: Option<String>,
}

impl Decode for UpdateProfileRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let username = body.optional("username", username);
        let avatar = body.optional("avatar", avatar);
        let phone = body.optional("phone", phone);
        Ok(Self { username: username?, avatar: avatar?, phone: phone? })
    }
}

/// A profile that was changed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::UpdatedProfile))]
pub struct UpdatedProfile {
    /// One's identifier.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: WireId,
    /// One's name.
    pub username: String,
    /// Where the picture is, or empty.
    pub avatar: String,
    /// The phone number, or empty.
    pub phone: String,
    /// When the profile changed last.
    pub updated_at: String,
}

/// Finds somebody by their exact name or address.
#[derive(Debug)]
pub struct SearchUsers;

impl Endpoint for SearchUsers {
    const ROUTE: Route = get("/user/search", "按用户名或邮箱精确查找用户");
    type Request = SearchUsersRequest;
    type Response = UsersFound;
}

/// Whom to find.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::SearchUsersRequest))]
pub struct SearchUsersRequest {
    /// The user name or the e-mail address.
    pub q: String,
}

impl Decode for SearchUsersRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        // No name and no address is longer.
        Ok(Self { q: input.query().required("q", |node| not_blank(node, EMAIL_MAX_BYTES))? })
    }
}

/// Who was found.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::UsersFound))]
pub struct UsersFound {
    /// At most two: one who has the name, and one who has the address.
    pub users: Vec<FoundUser>,
}

/// Somebody as others are shown them.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::FoundUser))]
pub struct FoundUser {
    /// Their identifier.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: WireId,
    /// Their name.
    pub username: String,
    /// Where their picture is, or empty.
    pub avatar: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::wire::FieldError;

    #[test]
    fn what_is_absent_or_null_stays_and_what_is_empty_is_cleared() {
        let decode = |body| Input::strict().with_json(body).decode::<UpdateProfileRequest>();
        let nothing = UpdateProfileRequest { username: None, avatar: None, phone: None };
        assert_eq!(decode(json!({})), Ok(nothing.clone()));
        assert_eq!(decode(json!({"username": null, "avatar": null, "phone": null})), Ok(nothing.clone()));
        let empty = Some(String::new());
        let cleared = UpdateProfileRequest { avatar: empty.clone(), phone: empty, ..nothing };
        assert_eq!(decode(json!({"avatar": "", "phone": ""})), Ok(cleared));
        let errors = decode(json!({"username": "", "avatar": "x".repeat(2049), "phone": 5})).unwrap_err();
        assert_eq!(errors.iter().map(FieldError::field).collect::<Vec<_>>(), ["username", "avatar", "phone"]);
    }
}
