//! Matches, and what comes of them.

use serde::Serialize;

use super::{
    Order, PAGE_SIZE_DEFAULT, PageRequest, Pagination, Sort, UserCard, delete, get, people::moment, post,
};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Refused},
    },
    clock::Millis,
    ids::MatchId,
    model::{Language, MessageKind},
};

/// The words for which matches are asked for.
const STATUSES: &[&str] = &["all", "new", "active"];

/// One's matches.
#[derive(Debug)]
pub struct ListMatches;

impl Endpoint for ListMatches {
    const ROUTE: Route = get("/matching/matches", "获取我的匹配列表").documented().query(&[
        "status",
        "page",
        "page_size",
        "sort",
        "order",
    ]);
    type Request = MatchesRequest;
    type Response = MatchesView;
}

/// Which matches are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchStatus {
    /// All of them.
    #[default]
    All,
    /// Those in which nobody has written yet.
    New,
    /// Those in which somebody has.
    Active,
}

/// Which part of one's matches is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MatchesRequest))]
pub struct MatchesRequest {
    /// `all`, `new` (no message yet) or `active`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub status: MatchStatus,
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for MatchesRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let status = input.query().or_default("status", MatchStatus::All, |node| {
            node.one_of(STATUSES, |word| match word {
                "all" => Some(MatchStatus::All),
                "new" => Some(MatchStatus::New),
                "active" => Some(MatchStatus::Active),
                _ => None,
            })
        });
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let order = Sort { names: &["created_at", "matched_at"], order: Order::Descending }.decode(input);
        Ok(Self { status: status?, page: page?, order: order? })
    }
}

/// One's matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MatchesView))]
pub struct MatchesView {
    /// The latest first.
    pub items: Vec<MatchView>,
    /// Numbers over all of them.
    pub stats: MatchStats,
    /// Where the page stands.
    pub pagination: Pagination,
}

/// Numbers over all matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MatchStats))]
pub struct MatchStats {
    /// How many there are.
    pub total_matches: usize,
    /// How many were made today, which begins at 08:00.
    pub new_matches_today: usize,
    /// How many messages in them are unread.
    pub unread_messages: i64,
}

/// A match as one of its two people sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MatchView))]
pub struct MatchView {
    /// The match.
    pub match_id: i64,
    /// The conversation of the two.
    pub conversation_id: Option<i64>,
    /// The other one.
    pub user: UserCard,
    /// When it was made.
    pub matched_at: String,
    /// How well the two suited each other then, 0 to 100.
    pub match_score: u8,
    /// The last message; null before the first.
    pub last_message: Option<LastMessage>,
    /// How many messages are unread.
    pub unread_count: i64,
    /// Whether the two have talked enough to ask for each other's contact.
    pub can_unlock_contact: bool,
    /// What has become of each other's contact.
    pub contact: ContactView,
    /// On how many days both wrote.
    pub interaction_days: i64,
    /// How many messages there are.
    pub message_count: i64,
}

/// The last message of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LastMessage))]
pub struct LastMessage {
    /// Its text, or what stands for something else: `[图片]`.
    pub content: String,
    /// When it was sent.
    pub time: String,
    /// Whether it is one's own.
    pub is_me: bool,
}

impl LastMessage {
    /// A message as a list shows it.
    #[must_use]
    pub fn of(kind: MessageKind, content: String, at: Millis, is_me: bool, language: Language) -> Self {
        let instead = |zh, en| language.pick(zh, en).to_owned();
        let content = match kind {
            MessageKind::Text | MessageKind::System | MessageKind::Assistant => content,
            MessageKind::Image => instead("[图片]", "[Picture]"),
            MessageKind::Voice => instead("[语音]", "[Voice message]"),
            MessageKind::Video => instead("[视频]", "[Video]"),
            MessageKind::File => instead("[文件]", "[File]"),
            MessageKind::Location => instead("[位置]", "[Location]"),
        };
        Self { content, time: moment(at), is_me }
    }
}

/// What has become of each other's contact.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ContactView))]
pub struct ContactView {
    /// `none`, `requested` (one has asked), `received` (the other one has) or `unlocked` (both have).
    pub status: &'static str,
    /// The other's telephone number, once both have asked.
    pub phone: Option<String>,
}

/// Without the number.
impl std::fmt::Debug for ContactView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContactView").field("status", &self.status).finish_non_exhaustive()
    }
}

impl ContactView {
    /// What the two have asked for.
    #[must_use]
    pub const fn of(asked: bool, was_asked: bool, phone: Option<String>) -> Self {
        let status = match (asked, was_asked) {
            (true, true) => "unlocked",
            (true, false) => "requested",
            (false, true) => "received",
            (false, false) => "none",
        };
        Self { status, phone }
    }
}

/// Ends a match for good.
#[derive(Debug)]
pub struct EndMatch;

impl Endpoint for EndMatch {
    const ROUTE: Route = delete("/matching/matches/{match_id}", "解除匹配");
    type Request = MatchRequest;
    type Response = ();
}

/// Asks for the other's contact in a match.
#[derive(Debug)]
pub struct UnlockContact;

impl Endpoint for UnlockContact {
    const ROUTE: Route = post("/matching/matches/{match_id}/unlock-contact", "请求解锁联系方式");
    type Request = MatchRequest;
    type Response = UnlockedView;
}

/// One's own match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MatchRequest))]
pub struct MatchRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub match_id: GivenId<MatchId>,
}

impl Decode for MatchRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { match_id: input.path().required("match_id", |node| node.decimal_id())? })
    }
}

/// What has become of the other's contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::UnlockedView))]
pub struct UnlockedView {
    /// In which match.
    pub match_id: i64,
    /// What has become of it.
    #[serde(flatten)]
    pub contact: ContactView,
}
