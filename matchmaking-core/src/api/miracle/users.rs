//! `UserManagement`: accounts that are known by their Telegram id.

use serde::Serialize;

use super::{Done, post};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Node, Problem, Refused},
    },
    ids::TelegramId,
    model::{profile::Gender, requirements::GenderSet},
};

/// The longest `telegram_user_name`, in characters.
const NAME_MAX: usize = 256;

/// The longest `summary`, in characters.
const SUMMARY_MAX: usize = 2_000;

/// A gender as this surface writes it: 1 female, 2 male, 3 other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireGender(pub Gender);

impl WireGender {
    /// The number for a gender.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self.0 {
            Gender::Female => 1,
            Gender::Male => 2,
            Gender::Other => 3,
        }
    }

    fn decode(node: Node<'_>) -> Result<Self, Refused> {
        match node.integer()? {
            1 => Ok(Self(Gender::Female)),
            2 => Ok(Self(Gender::Male)),
            3 => Ok(Self(Gender::Other)),
            _ => Err(node.refuse(Problem::value("性别必须是 1、2、3 中的一个值"))),
        }
    }
}

/// Whom somebody seeks, as this surface writes it: 1 women, 2 men, 3 anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetGender(pub GenderSet);

impl TargetGender {
    /// The number for a set of genders. What the numbers cannot say is nearest to 3.
    #[must_use]
    pub fn number(self) -> u8 {
        if self.0 == GenderSet::only(Gender::Female) {
            1
        } else if self.0 == GenderSet::only(Gender::Male) {
            2
        } else {
            3
        }
    }

    fn decode(node: Node<'_>) -> Result<Self, Refused> {
        match node.integer()? {
            1 => Ok(Self(GenderSet::only(Gender::Female))),
            2 => Ok(Self(GenderSet::only(Gender::Male))),
            3 => Ok(Self(GenderSet::ANY)),
            _ => Err(node.refuse(Problem::value("目标性别必须是 1、2、3 中的一个值"))),
        }
    }
}

/// Creates a user, or renames an existing one.
#[derive(Debug)]
pub struct CreateNewUser;

impl Endpoint for CreateNewUser {
    const ROUTE: Route = post("/UserManagement/create_new_user", "创建新用户").documented();
    type Request = CreateNewUserRequest;
    type Response = CreateNewUserResponse;
}

/// A user to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::CreateNewUserRequest))]
pub struct CreateNewUserRequest {
    /// The name shown; may be empty, at most 256 characters.
    pub telegram_user_name: String,
    /// The Telegram id, 1 to 2^53 − 1.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub telegram_user_id: TelegramId,
    /// 1 female, 2 male, 3 other.
    #[cfg_attr(feature = "openapi", schema(value_type = u8))]
    pub gender: WireGender,
}

impl Decode for CreateNewUserRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let name = body.required("telegram_user_name", |node| node.text(NAME_MAX));
        let id = body.required("telegram_user_id", |node| {
            let id = node.id::<TelegramId>()?.possible();
            id.ok_or_else(|| node.refuse(Problem::value("telegram_user_id 必须在 1 到 2^53-1 之间")))
        });
        let gender = body.required("gender", WireGender::decode);
        Ok(Self { telegram_user_name: name?, telegram_user_id: id?, gender: gender? })
    }
}

/// A user who was created.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::CreateNewUserResponse))]
pub struct CreateNewUserResponse {
    /// Always true.
    pub success: bool,
    /// The Telegram id.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: TelegramId,
}

/// Sets the age.
#[derive(Debug)]
pub struct EditUserAge;

impl Endpoint for EditUserAge {
    const ROUTE: Route = post("/UserManagement/edit_user_age", "编辑用户年龄").documented();
    type Request = EditUserAgeRequest;
    type Response = Done;
}

/// An age to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::EditUserAgeRequest))]
pub struct EditUserAgeRequest {
    /// Whose.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: GivenId<TelegramId>,
    /// Years, 18 to 120.
    pub age: u8,
}

impl Decode for EditUserAgeRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let user = body.required("user_id", |node| node.id());
        let age = body.required("age", |node| match u8::try_from(node.integer()?) {
            Ok(age @ 18..=120) => Ok(age),
            _ => Err(node.refuse(Problem::value("年龄必须在 18 到 120 之间"))),
        });
        Ok(Self { user_id: user?, age: age? })
    }
}

/// Sets whom the user seeks.
#[derive(Debug)]
pub struct EditTargetGender;

impl Endpoint for EditTargetGender {
    const ROUTE: Route = post("/UserManagement/edit_target_gender", "编辑用户目标性别").documented();
    type Request = EditTargetGenderRequest;
    type Response = Done;
}

/// A target gender to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::EditTargetGenderRequest))]
pub struct EditTargetGenderRequest {
    /// Whose.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: GivenId<TelegramId>,
    /// 1 women, 2 men, 3 anyone.
    #[cfg_attr(feature = "openapi", schema(value_type = u8))]
    pub target_gender: TargetGender,
}

impl Decode for EditTargetGenderRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let user = body.required("user_id", |node| node.id());
        let target = body.required("target_gender", TargetGender::decode);
        Ok(Self { user_id: user?, target_gender: target? })
    }
}

/// Sets what the user writes about themselves.
#[derive(Debug)]
pub struct EditSummary;

impl Endpoint for EditSummary {
    const ROUTE: Route = post("/UserManagement/edit_summary", "编辑用户简介").documented();
    type Request = EditSummaryRequest;
    type Response = Done;
}

/// A summary to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::EditSummaryRequest))]
pub struct EditSummaryRequest {
    /// Whose.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: GivenId<TelegramId>,
    /// The text; may be empty, at most 2,000 characters.
    pub summary: String,
}

impl Decode for EditSummaryRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let user = body.required("user_id", |node| node.id());
        let summary = body.required("summary", |node| node.text(SUMMARY_MAX));
        Ok(Self { user_id: user?, summary: summary? })
    }
}

/// Confirms that a user is stored.
#[derive(Debug)]
pub struct SaveUser;

impl Endpoint for SaveUser {
    const ROUTE: Route = post("/UserManagement/save_to_database", "保存用户信息到数据库").documented();
    type Request = SaveUserRequest;
    type Response = Done;
}

/// Which user to confirm; without one, all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::SaveUserRequest))]
pub struct SaveUserRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub user_id: Option<GivenId<TelegramId>>,
}

impl Decode for SaveUserRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body_or_empty()?;
        Ok(Self { user_id: body.optional("user_id", |node| node.id())? })
    }
}

/// What a request that only names a user carries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::UserRequest))]
pub struct UserRequest {
    /// Which user.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: GivenId<TelegramId>,
}

impl Decode for UserRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { user_id: input.body()?.required("user_id", |node| node.id())? })
    }
}

/// Shows a user.
#[derive(Debug)]
pub struct GetUserInfo;

impl Endpoint for GetUserInfo {
    const ROUTE: Route =
        post("/UserManagement/get_user_info_with_user_id", "根据用户id获取用户信息").documented();
    type Request = UserRequest;
    type Response = UserInfo;
}

/// A user as they are shown.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::UserInfo))]
pub struct UserInfo {
    /// The Telegram id.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: TelegramId,
    /// The name shown.
    pub telegram_user_name: String,
    /// The Telegram id again.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub telegram_id: TelegramId,
    /// 1 female, 2 male, 3 other; null for someone who came from elsewhere and never said.
    pub gender: Option<u8>,
    /// Years.
    pub age: Option<u8>,
    /// 1 women, 2 men, 3 anyone.
    pub target_gender: Option<u8>,
    /// The summary.
    pub user_personality_trait: Option<String>,
    /// Their matches, oldest first.
    pub match_ids: Vec<i64>,
}

/// Takes a user out of everyone's sight.
#[derive(Debug)]
pub struct DeactivateUser;

impl Endpoint for DeactivateUser {
    const ROUTE: Route = post("/UserManagement/deactivate_user", "Take a user out of everyone's sight");
    type Request = UserRequest;
    type Response = Done;
}
