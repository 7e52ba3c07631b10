//! Why somebody has few recommendations.

use serde::Serialize;

use super::{get, users::user_in_path};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Refused},
    },
    ids::AccountId,
    model::{
        Language,
        funnel::{Filter, Relaxation},
        labels,
    },
};

/// What becomes of everybody on the way to somebody's list, exactly.
#[derive(Debug)]
pub struct GetUserFunnel;

impl Endpoint for GetUserFunnel {
    const ROUTE: Route = get("/users/{user_id}/funnel", "查询用户推荐漏斗");
    type Request = UserFunnelRequest;
    type Response = UserFunnelView;
}

/// Whose list it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::UserFunnelRequest))]
pub struct UserFunnelRequest {
    /// Whose.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub user_id: GivenId<AccountId>,
}

impl Decode for UserFunnelRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { user_id: user_in_path(input)? })
    }
}

/// How many people there are, fall to each filter, and are left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::UserFunnelView))]
pub struct UserFunnelView {
    /// Whose list it is about.
    pub user_id: i64,
    /// How many other people there are.
    pub people: usize,
    /// How many fall to each filter, in this order.
    pub filters: Vec<ExactFilter>,
    /// How many are left.
    pub left: usize,
    /// What asking less for would bring, each alone.
    pub relaxations: Vec<ExactRelaxation>,
    /// The code of the one that would bring the most; null where none brings anybody.
    pub best_relaxation: Option<&'static str>,
}

/// How many people a filter leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::ExactFilter))]
pub struct ExactFilter {
    /// `paused`, `gender`, `their_gender`, `age`, `their_age` or `left_out`.
    pub code: &'static str,
    /// What their person is told of them.
    pub text: &'static str,
    /// How many.
    pub fall: usize,
}

impl ExactFilter {
    /// A filter that leaves out so many.
    #[must_use]
    pub const fn of(filter: Filter, fall: usize, language: Language) -> Self {
        Self { code: filter.code(), text: labels::filter(filter, language), fall }
    }
}

/// What asking less for would bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::ExactRelaxation))]
pub struct ExactRelaxation {
    /// `any_gender`, `younger` or `older`.
    pub code: &'static str,
    /// What its person is advised.
    pub text: &'static str,
    /// How many people.
    pub gain: usize,
}

impl ExactRelaxation {
    /// A relaxation that would bring so many.
    #[must_use]
    pub const fn of(relaxation: Relaxation, gain: usize, language: Language) -> Self {
        Self { code: relaxation.code(), text: labels::relaxation(relaxation, language), gain }
    }
}
