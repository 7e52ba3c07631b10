//! `MatchManager`: matches, made by hand.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Done, post};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Problem, Refused},
    },
    ids::{ConversationId, MatchId, TelegramId},
    text::TEXT_MAX_CHARS,
};

/// Makes a match.
#[derive(Debug)]
pub struct CreateMatch;

impl Endpoint for CreateMatch {
    const ROUTE: Route = post("/MatchManager/create_match", "创建匹配").documented();
    type Request = CreateMatchRequest;
    type Response = CreateMatchResponse;
}

/// A match to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::CreateMatchRequest))]
pub struct CreateMatchRequest {
    /// One of the two.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id_1: GivenId<TelegramId>,
    /// The other.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id_2: GivenId<TelegramId>,
    /// Why, told to the first.
    pub reason_1: String,
    /// Why, told to the second.
    pub reason_2: String,
    /// 0 to 100.
    pub match_score: u8,
}

impl Decode for CreateMatchRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let first = body.required("user_id_1", |node| node.id());
        let second = body.required("user_id_2", |node| node.id());
        let reason_1 = body.required("reason_1", |node| node.text(TEXT_MAX_CHARS));
        let reason_2 = body.required("reason_2", |node| node.text(TEXT_MAX_CHARS));
        let score = body.required("match_score", |node| match u8::try_from(node.integer()?) {
            Ok(score @ 0..=100) => Ok(score),
            _ => Err(node.refuse(Problem::value("匹配分数必须在 0 到 100 之间"))),
        });
        Ok(Self {
            user_id_1: first?,
            user_id_2: second?,
            reason_1: reason_1?,
            reason_2: reason_2?,
            match_score: score?,
        })
    }
}

/// A match that was made, or was there.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::CreateMatchResponse))]
pub struct CreateMatchResponse {
    /// Always true.
    pub success: bool,
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub match_id: MatchId,
}

/// Shows a match to one of its two people.
#[derive(Debug)]
pub struct GetMatchInfo;

impl Endpoint for GetMatchInfo {
    const ROUTE: Route = post("/MatchManager/get_match_info", "获取匹配信息").documented();
    type Request = GetMatchInfoRequest;
    type Response = MatchInfo;
}

/// Which match, and who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::GetMatchInfoRequest))]
pub struct GetMatchInfoRequest {
    /// Who asks.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: GivenId<TelegramId>,
    /// Which match.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub match_id: GivenId<MatchId>,
}

impl Decode for GetMatchInfoRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let user = body.required("user_id", |node| node.id());
        let matched = body.required("match_id", |node| node.id());
        Ok(Self { user_id: user?, match_id: matched? })
    }
}

/// A match as one of its two people sees it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::MatchInfo))]
pub struct MatchInfo {
    /// The other one.
    pub target_user_id: i64,
    /// The reason meant for the one who asks.
    pub description_for_target: String,
    /// The one flag that both see.
    pub is_liked: bool,
    /// 0 to 100.
    pub match_score: u8,
    /// Always empty; clients expect the field.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub mutual_game_scores: BTreeMap<String, i64>,
    /// The room of the two, once opened.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub chatroom_id: Option<ConversationId>,
}

/// Flips the like of a match.
#[derive(Debug)]
pub struct ToggleLike;

impl Endpoint for ToggleLike {
    const ROUTE: Route = post("/MatchManager/toggle_like", "切换点赞状态").documented();
    type Request = ToggleLikeRequest;
    type Response = Done;
}

/// Which match.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::ToggleLikeRequest))]
pub struct ToggleLikeRequest {
    /// Which match.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub match_id: GivenId<MatchId>,
}

impl Decode for ToggleLikeRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { match_id: input.body()?.required("match_id", |node| node.id())? })
    }
}

/// Confirms that a match is stored.
#[derive(Debug)]
pub struct SaveMatch;

impl Endpoint for SaveMatch {
    const ROUTE: Route = post("/MatchManager/save_to_database", "保存匹配到数据库").documented();
    type Request = SaveMatchRequest;
    type Response = Done;
}

/// Which match to confirm; without one, all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::SaveMatchRequest))]
pub struct SaveMatchRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub match_id: Option<GivenId<MatchId>>,
}

impl Decode for SaveMatchRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body_or_empty()?;
        Ok(Self { match_id: body.optional("match_id", |node| node.id())? })
    }
}
