//! Blocking, reporting, and being in nobody's list.

use serde::Serialize;

use super::{Order, PAGE_SIZE_DEFAULT, PageRequest, Paged, Sort, delete, get, post, put};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Problem, Refused},
    },
    ids::AccountId,
};

/// The most characters of why somebody is reported.
pub const REPORT_REASON_MAX: usize = 50;
/// The most characters of what happened.
pub const REPORT_DETAIL_MAX: usize = 1_000;

/// Takes one out of everyone's lists, or back into them.
#[derive(Debug)]
pub struct SetVisibility;

impl Endpoint for SetVisibility {
    const ROUTE: Route = put("/account/visibility", "设置是否出现在推荐中");
    type Request = Visibility;
    type Response = Visibility;
}

/// Whether one is in nobody's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Visibility))]
pub struct Visibility {
    /// Whether one is in nobody's lists.
    pub paused: bool,
}

impl Decode for Visibility {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { paused: input.body()?.required_not_null("paused", |node| node.boolean())? })
    }
}

/// Hides two people from each other, everywhere.
#[derive(Debug)]
pub struct BlockUser;

impl Endpoint for BlockUser {
    const ROUTE: Route = post("/users/{user_id}/block", "拉黑用户");
    type Request = UserRequest;
    type Response = ();
}

/// Takes a block back.
#[derive(Debug)]
pub struct UnblockUser;

impl Endpoint for UnblockUser {
    const ROUTE: Route = delete("/users/{user_id}/block", "取消拉黑");
    type Request = UserRequest;
    type Response = ();
}

/// Somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::UserRequest))]
pub struct UserRequest {
    /// Who.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub user_id: GivenId<AccountId>,
}

impl Decode for UserRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { user_id: user_in_path(input)? })
    }
}

/// Whom one has blocked.
#[derive(Debug)]
pub struct ListBlocked;

impl Endpoint for ListBlocked {
    const ROUTE: Route = get("/users/blocked", "获取黑名单").query(&["page", "page_size", "sort", "order"]);
    type Request = BlockedRequest;
    type Response = Paged<BlockedView>;
}

/// Which part of the list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::BlockedRequest))]
pub struct BlockedRequest {
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for BlockedRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let order = Sort { names: &["created_at"], order: Order::Descending }.decode(input);
        Ok(Self { page: page?, order: order? })
    }
}

/// Somebody whom one has blocked: by their number alone, for neither is shown to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::BlockedView))]
pub struct BlockedView {
    /// Who.
    pub user_id: i64,
}

/// Reports somebody to the back office.
#[derive(Debug)]
pub struct ReportUser;

impl Endpoint for ReportUser {
    const ROUTE: Route = post("/users/{user_id}/report", "举报用户");
    type Request = ReportRequest;
    type Response = ReportedView;
}

/// A report.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ReportRequest))]
pub struct ReportRequest {
    /// About whom.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub user_id: GivenId<AccountId>,
    /// Why, 1 to 50 characters.
    pub reason: String,
    /// What happened, at most 1,000 characters; may be absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub detail: String,
}

/// Without the words.
impl std::fmt::Debug for ReportRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportRequest").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

impl Decode for ReportRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let user_id = user_in_path(input);
        let body = input.body()?;
        let reason = body.required_not_null("reason", |node| {
            let reason = node.str(REPORT_REASON_MAX)?.trim();
            node.check(!reason.is_empty(), Problem::TooShort(1))?;
            Ok(reason.to_owned())
        });
        let detail = body.optional("detail", |node| node.text(REPORT_DETAIL_MAX));
        Ok(Self { user_id: user_id?, reason: reason?, detail: detail?.unwrap_or_default() })
    }
}

/// A report that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ReportedView))]
pub struct ReportedView {
    /// Its number.
    pub report_id: i64,
    /// `pending` until somebody decides.
    pub status: &'static str,
}

/// The number in the path; what is none is nobody's.
fn user_in_path(input: &Input) -> Result<GivenId<AccountId>, Refused> {
    input.path().required("user_id", |node| node.decimal_id())
}
