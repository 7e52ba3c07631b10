//! Accounts: finding, locking, and what they may do.

use serde::Serialize;

use super::{TEXT_MAX, get, put};
use crate::{
    api::{
        page::{Order, PAGE_SIZE_DEFAULT, PageRequest, Paged, Sort},
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Problem, Refused},
    },
    clock::Millis,
    ids::AccountId,
    model::{Account, AccountStatus, Language, Level, Membership, Profile, account::masked_phone},
};

/// The most characters of what accounts are looked for by.
pub const QUERY_MAX: usize = 100;

/// The most characters of a moment.
const MOMENT_MAX: usize = 64;

/// Finds accounts.
#[derive(Debug)]
pub struct ListUsers;

impl Endpoint for ListUsers {
    const ROUTE: Route = get("/users", "查询用户").query(&["query", "page", "page_size", "sort", "order"]);
    type Request = UsersRequest;
    type Response = Paged<UserView>;
}

/// Which accounts are looked for.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::UsersRequest))]
pub struct UsersRequest {
    /// A number, a part of a telephone number, a user name or an e-mail address, or how a nickname begins; all accounts
    /// without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub query: String,
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

/// Without what was looked for, which may be a name.
impl std::fmt::Debug for UsersRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UsersRequest").field("page", &self.page).finish_non_exhaustive()
    }
}

impl Decode for UsersRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let query = input.query().or_default("query", String::new(), |node| node.text(QUERY_MAX));
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let order = Sort { names: &["created_at"], order: Order::Descending }.decode(input);
        Ok(Self { query: query?.trim().to_owned(), page: page?, order: order? })
    }
}

/// An account.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::UserView))]
pub struct UserView {
    /// Which.
    pub user_id: i64,
    /// The name of its owner.
    pub nickname: Option<String>,
    /// Its telephone number, in part.
    pub phone: Option<String>,
    /// Its owner's gender.
    pub gender: Option<&'static str>,
    /// 1 for active, 2 for locked, 3 for deactivated.
    pub status: i64,
    /// Its membership.
    pub membership: MembershipView,
    /// When it was made.
    pub created_at: String,
}

/// Without what is personal.
impl std::fmt::Debug for UserView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserView").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

impl UserView {
    /// An account with what its owner tells.
    #[must_use]
    pub fn of(
        account: &Account,
        profile: &Profile,
        phone: Option<&str>,
        membership: Membership,
        language: Language,
    ) -> Self {
        Self {
            user_id: account.id.get(),
            nickname: profile.nickname.clone(),
            phone: phone.map(masked_phone),
            gender: profile.gender.map(crate::model::profile::Gender::code),
            status: account.status.code(),
            membership: MembershipView::of(membership, language),
            created_at: account.created_at.to_rfc3339(),
        }
    }
}

/// A membership as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::MembershipView))]
pub struct MembershipView {
    /// 0 to 3.
    pub level: i64,
    /// What members of this level are called.
    pub level_name: &'static str,
    /// When it ends; null for never.
    pub expire_at: Option<String>,
}

impl MembershipView {
    /// A membership, named in a language.
    #[must_use]
    pub fn of(membership: Membership, language: Language) -> Self {
        Self {
            level: membership.level.code(),
            level_name: membership.level.name(language),
            expire_at: membership.expires_at.map(Millis::to_rfc3339),
        }
    }
}

/// Locks an account, or opens it again.
#[derive(Debug)]
pub struct LockUser;

impl Endpoint for LockUser {
    const ROUTE: Route = put("/users/{user_id}/lock", "锁定或解锁用户");
    type Request = LockRequest;
    type Response = LockView;
}

/// Whether an account is to be locked.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::LockRequest))]
pub struct LockRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub user_id: GivenId<AccountId>,
    /// Whether to lock it.
    pub locked: bool,
    /// Why, at most 200 characters; may be absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub reason: String,
}

/// Without the words.
impl std::fmt::Debug for LockRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LockRequest")
            .field("user_id", &self.user_id)
            .field("locked", &self.locked)
            .finish_non_exhaustive()
    }
}

impl Decode for LockRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let user_id = user_in_path(input);
        let body = input.body()?;
        let locked = body.required_not_null("locked", |node| node.boolean());
        let reason = body.optional("reason", |node| node.text(TEXT_MAX));
        Ok(Self { user_id: user_id?, locked: locked?, reason: reason?.unwrap_or_default() })
    }
}

/// Whether an account is locked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::LockView))]
pub struct LockView {
    /// Which.
    pub user_id: i64,
    /// Whether it is locked.
    pub locked: bool,
}

/// Gives an account a membership in place of what it had.
#[derive(Debug)]
pub struct SetMembership;

impl Endpoint for SetMembership {
    const ROUTE: Route = put("/users/{user_id}/membership", "设置会员等级");
    type Request = MembershipRequest;
    type Response = GivenMembership;
}

/// A membership to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::MembershipRequest))]
pub struct MembershipRequest {
    /// To which account.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub user_id: GivenId<AccountId>,
    /// 0 to 3.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub level: Level,
    /// When it ends, RFC 3339; null or absent for never.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub expire_at: Option<Millis>,
}

impl Decode for MembershipRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let user_id = user_in_path(input);
        let body = input.body()?;
        let highest = Level::Diamond.code();
        let level = body.required_not_null("level", |node| node.integer_in(0..=highest));
        let expire_at = body.optional("expire_at", |node| {
            let at = chrono::DateTime::parse_from_rfc3339(node.str(MOMENT_MAX)?);
            at.map(|at| at.to_utc().into()).map_err(|_| node.refuse(Problem::value("必须是 RFC 3339 时间")))
        });
        let level = Level::from_code(level?).unwrap_or_default();
        Ok(Self { user_id: user_id?, level, expire_at: expire_at? })
    }
}

/// A membership that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::GivenMembership))]
pub struct GivenMembership {
    /// To which account.
    pub user_id: i64,
    /// What it is.
    #[serde(flatten)]
    pub membership: MembershipView,
}

/// The number in the path; what is none is nobody's.
pub(super) fn user_in_path(input: &Input) -> Result<GivenId<AccountId>, Refused> {
    input.path().required("user_id", |node| node.decimal_id())
}

/// What the back office calls active and locked.
const _: () = assert!(AccountStatus::Active.code() == 1 && AccountStatus::Locked.code() == 2);
