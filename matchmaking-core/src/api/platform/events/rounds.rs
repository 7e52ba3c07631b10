//! The rounds of a speed-dating evening, and whom one picks there.

use serde::Serialize;

use super::{EventRequest, event_in_path};
use crate::{
    api::{
        platform::{UserBrief, get, post},
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Refused},
    },
    ids::{AccountId, EventId},
};

/// The most people whom one picks.
const PICKS_MAX: usize = 100;

/// One's rounds at an event.
#[derive(Debug)]
pub struct GetRounds;

impl Endpoint for GetRounds {
    const ROUTE: Route = get("/events/{event_id}/rounds", "我的三分钟约会安排");
    type Request = EventRequest;
    type Response = RoundsView;
}

/// One's rounds at an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RoundsView))]
pub struct RoundsView {
    /// At which event.
    pub event_id: i64,
    /// The rounds in which one sits with somebody; none before they are drawn up.
    pub rounds: Vec<RoundView>,
}

/// A round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RoundView))]
pub struct RoundView {
    /// Which, from 1.
    pub round: i64,
    /// At which table, from 1.
    pub table: i64,
    /// When it begins.
    pub start_time: String,
    /// When it ends.
    pub end_time: String,
    /// With whom.
    pub user: UserBrief,
}

/// Picks those whom one would like to see again. What was picked before is replaced.
#[derive(Debug)]
pub struct Pick;

impl Endpoint for Pick {
    const ROUTE: Route = post("/events/{event_id}/picks", "心动互选");
    type Request = PickRequest;
    type Response = PickedView;
}

/// Those whom one would like to see again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PickRequest))]
pub struct PickRequest {
    /// At which event.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub event_id: GivenId<EventId>,
    /// Who, at most 100; whoever does not take part is left out.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<i64>))]
    pub user_ids: Vec<AccountId>,
}

impl Decode for PickRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let event_id = event_in_path(input);
        let ids = input.body()?.required_not_null("user_ids", |node| node.list(PICKS_MAX, |node| node.id()));
        let user_ids = ids?.into_iter().filter_map(GivenId::possible).collect();
        Ok(Self { event_id: event_id?, user_ids })
    }
}

/// How many were picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PickedView))]
pub struct PickedView {
    /// At which event.
    pub event_id: i64,
    /// How many of those who take part.
    pub picked: usize,
}
