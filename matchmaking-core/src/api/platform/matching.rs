//! Daily recommendations, and what is decided about them.

use serde::Serialize;

use super::{
    Order, PageRequest, Pagination, Sort, UserBrief, get,
    people::{moment, nickname},
    post,
};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Refused},
    },
    ids::AccountId,
    model::{Action, Interaction, Language, Person, labels},
};

/// How many recommendations a page has.
pub const DAILY_PAGE_SIZE: usize = 8;

/// The most interests that are shown as tags.
pub const TAGS_MAX: usize = 5;

/// The list of the day, drawn at the first request after 08:00.
#[derive(Debug)]
pub struct GetDaily;

impl Endpoint for GetDaily {
    const ROUTE: Route = get("/matching/daily", "获取每日推荐").documented().query(&[
        "page",
        "page_size",
        "sort",
        "order",
        "refresh",
    ]);
    type Request = DailyRequest;
    type Response = DailyView;
}

/// Which part of the list is asked for, and whether another one is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::DailyRequest))]
pub struct DailyRequest {
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// Whether to spend one of the day's refreshes.
    pub refresh: bool,
}

impl Decode for DailyRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let page = PageRequest::decode(input, DAILY_PAGE_SIZE);
        // The list is always by score; what would sort another list is taken and changes nothing.
        let sort = Sort { names: &["created_at"], order: Order::Descending }.decode(input);
        let refresh = input.query().or_default("refresh", false, |node| node.boolean());
        sort?;
        Ok(Self { page: page?, refresh: refresh? })
    }
}

/// The list of the day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::DailyView))]
pub struct DailyView {
    /// When the day began.
    pub refresh_time: String,
    /// When the next one begins.
    pub next_refresh_time: String,
    /// How often another list may be drawn today.
    pub remaining_refreshes: i64,
    /// The best first.
    pub items: Vec<RecommendedView>,
    /// Where the page stands.
    pub pagination: Pagination,
}

/// Somebody who is recommended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RecommendedView))]
pub struct RecommendedView {
    /// Who.
    pub user_id: i64,
    /// Their name; empty for whoever told none.
    pub nickname: String,
    /// Their age in years.
    pub age: Option<u8>,
    /// Their gender.
    pub gender: Option<&'static str>,
    /// Where their picture is.
    pub avatar: Option<String>,
    /// Where they live.
    pub location: LocationView,
    /// What matters most about them.
    pub basic_info: BasicInfo,
    /// How well the two suit each other, 0 to 100.
    pub match_score: u8,
    /// Why, in one to three sentences.
    pub match_reasons: Vec<String>,
    /// Where their pictures are.
    pub photos: Vec<String>,
    /// Up to five interests.
    pub tags: Vec<String>,
    /// `like`, `dislike`, or null while nothing is decided.
    pub interaction_status: Option<&'static str>,
    /// What they write about themselves; empty for whoever wrote nothing.
    pub intro: String,
}

/// Where somebody lives, as closely as others are told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LocationView))]
pub struct LocationView {
    /// City.
    pub city: Option<String>,
    /// District.
    pub district: Option<String>,
    /// How far away, in kilometres; null unless both have told where they are.
    pub distance_km: Option<f64>,
}

/// What matters most about somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::BasicInfo))]
pub struct BasicInfo {
    /// Height in centimetres.
    pub height_cm: Option<u16>,
    /// What their level of education is called.
    pub education: Option<&'static str>,
    /// Their job title, or what their field of work is called.
    pub occupation: Option<String>,
    /// What their income is called.
    pub income_range: Option<&'static str>,
}

impl RecommendedView {
    /// Somebody as they are recommended, with what stands beside their profile.
    #[must_use]
    pub fn of(person: &Person, beside: Beside, language: Language) -> Self {
        let Beside { avatar, photos, score, reasons, distance_km, decision, today } = beside;
        let profile = &person.profile;
        let job = profile.occupation.job_title.clone().filter(|title| !title.trim().is_empty());
        let field = || profile.occupation.kind.map(|kind| labels::occupation(kind, language).to_owned());
        Self {
            user_id: person.id.get(),
            nickname: nickname(profile),
            age: profile.age_on(today),
            gender: profile.gender.map(crate::model::profile::Gender::code),
            avatar,
            location: LocationView {
                city: profile.current.city.clone(),
                district: profile.current.district.clone(),
                distance_km,
            },
            basic_info: BasicInfo {
                height_cm: profile.height_cm,
                education: profile.education.level.map(|level| labels::education(level, language)),
                occupation: job.or_else(field),
                income_range: profile.economy.income.map(|income| labels::income(income, language)),
            },
            match_score: score,
            match_reasons: reasons,
            photos,
            tags: profile.interests.iter().take(TAGS_MAX).cloned().collect(),
            interaction_status: decision.and_then(status),
            intro: profile.introduction.clone().unwrap_or_default(),
        }
    }
}

/// What stands beside somebody's profile in a list of recommendations.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Where their picture is.
    pub avatar: Option<String>,
    /// Where all their pictures are.
    pub photos: Vec<String>,
    /// How well the two suit each other.
    pub score: u8,
    /// Why.
    pub reasons: Vec<String>,
    /// How far apart the two live.
    pub distance_km: Option<f64>,
    /// What is decided about them today.
    pub decision: Option<Action>,
    /// The day on which ages are counted.
    pub today: chrono::NaiveDate,
}

/// A decision as a list shows it.
fn status(action: Action) -> Option<&'static str> {
    match action {
        Action::Like | Action::SuperLike => Some("like"),
        Action::Dislike => Some("dislike"),
        Action::Skip => None,
    }
}

/// The words for decisions.
const ACTIONS: &[&str] = &["like", "dislike", "skip", "super_like"];

/// The word for a decision.
pub(super) const fn action_word(action: Action) -> &'static str {
    match action {
        Action::Like => "like",
        Action::SuperLike => "super_like",
        Action::Dislike => "dislike",
        Action::Skip => "skip",
    }
}

/// Decides about somebody. A later decision replaces an earlier one, but a match stays a match.
#[derive(Debug)]
pub struct Interact;

impl Endpoint for Interact {
    const ROUTE: Route = post("/matching/interaction", "提交匹配互动").documented();
    type Request = InteractionRequest;
    type Response = InteractionView;
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::InteractionRequest))]
pub struct InteractionRequest {
    /// About whom.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub target_user_id: GivenId<AccountId>,
    /// `like`, `dislike`, `skip` or `super_like`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub action: Action,
}

impl Decode for InteractionRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let target_user_id = body.required_not_null("target_user_id", |node| node.id());
        let action = body.required_not_null("action", |node| {
            node.one_of(ACTIONS, |word| match word {
                "like" => Some(Action::Like),
                "super_like" => Some(Action::SuperLike),
                "dislike" => Some(Action::Dislike),
                "skip" => Some(Action::Skip),
                _ => None,
            })
        });
        Ok(Self { target_user_id: target_user_id?, action: action? })
    }
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::InteractionView))]
pub struct InteractionView {
    /// Whether both like each other.
    pub is_mutual: bool,
    /// Whether this made a match.
    pub is_new_match: bool,
    /// The match of the two, if they have one.
    pub match_id: Option<i64>,
    /// What to tell the user.
    pub message: &'static str,
    /// The next one in today's list about whom nothing is decided.
    pub next_recommendation: Option<UserBrief>,
}

/// What a user is told of a decision.
#[must_use]
pub const fn interaction_message(
    action: Action,
    mutual: bool,
    newly_matched: bool,
    language: Language,
) -> &'static str {
    let (zh, en) = match action {
        _ if newly_matched => (
            "恭喜！你们互相喜欢了，可以开始聊天了",
            "Congratulations! You like each other and can start chatting",
        ),
        Action::Like | Action::SuperLike if mutual => {
            ("你们已经互相喜欢了，可以开始聊天了", "You already like each other and can chat")
        }
        Action::Like => ("已喜欢，等待对方回应", "Liked, waiting for their answer"),
        Action::SuperLike => ("已超级喜欢，等待对方回应", "Super-liked, waiting for their answer"),
        Action::Dislike => ("已标记为不喜欢", "Disliked"),
        Action::Skip => ("已跳过", "Skipped"),
    };
    language.pick(zh, en)
}

/// Takes back the last dislike or skip of today.
#[derive(Debug)]
pub struct Undo;

impl Endpoint for Undo {
    const ROUTE: Route = post("/matching/undo", "撤销今天最近一次不喜欢或跳过");
    type Request = ();
    type Response = UndoneView;
}

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::UndoneView))]
pub struct UndoneView {
    /// About whom it was decided.
    pub target_user_id: i64,
    /// What had been decided: `dislike` or `skip`.
    pub action: &'static str,
    /// When.
    pub decided_at: String,
}

impl From<Interaction> for UndoneView {
    fn from(undone: Interaction) -> Self {
        Self {
            target_user_id: undone.target.get(),
            action: action_word(undone.action),
            decided_at: moment(undone.at),
        }
    }
}
