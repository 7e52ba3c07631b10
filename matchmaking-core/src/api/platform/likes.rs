//! Whom one likes, and who likes one.

use serde::Serialize;

use super::{
    Order, PAGE_SIZE_DEFAULT, PageRequest, Paged, Pagination, ScoredUser, Sort, get, matching::action_word,
    people::moment,
};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, Input, Refused},
    },
    model::Interaction,
};

/// By what lists of likes are sorted: `created_at` is when somebody liked, too.
const SORT: Sort = Sort { names: &["created_at", "liked_at"], order: Order::Descending };

/// Whom one likes.
#[derive(Debug)]
pub struct ListLikes;

impl Endpoint for ListLikes {
    const ROUTE: Route =
        get("/matching/likes", "获取我喜欢的人").query(&["page", "page_size", "sort", "order"]);
    type Request = LikesRequest;
    type Response = Paged<LikeView>;
}

/// Who likes one.
#[derive(Debug)]
pub struct ListLikedMe;

impl Endpoint for ListLikedMe {
    const ROUTE: Route = get("/matching/liked-me", "获取喜欢我的人").documented().query(&[
        "page",
        "page_size",
        "sort",
        "order",
    ]);
    type Request = LikesRequest;
    type Response = LikedMeView;
}

/// Which part of a list of likes is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LikesRequest))]
pub struct LikesRequest {
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for LikesRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let order = SORT.decode(input);
        Ok(Self { page: page?, order: order? })
    }
}

/// Somebody whom one likes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LikeView))]
pub struct LikeView {
    /// The like.
    pub interaction_id: i64,
    /// Who is liked.
    pub user: ScoredUser,
    /// When.
    pub liked_at: String,
    /// `like` or `super_like`.
    pub action: &'static str,
    /// The match of the two, if they have one.
    pub match_id: Option<i64>,
}

impl LikeView {
    /// A like of this one.
    #[must_use]
    pub fn of(like: &Interaction, user: ScoredUser, match_id: Option<i64>) -> Self {
        Self {
            interaction_id: like.id.get(),
            user,
            liked_at: moment(like.at),
            action: action_word(like.action),
            match_id,
        }
    }
}

/// Who likes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LikedMeView))]
pub struct LikedMeView {
    /// How many they are.
    pub total_count: usize,
    /// How many are new since the list was last read.
    pub new_count: usize,
    /// The latest first.
    pub items: Vec<LikedMe>,
    /// Where the page stands.
    pub pagination: Pagination,
}

/// Somebody who likes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LikedMe))]
pub struct LikedMe {
    /// The like.
    pub interaction_id: i64,
    /// Who likes.
    pub user: ScoredUser,
    /// When.
    pub liked_at: String,
    /// Whether only members are shown who it is.
    pub is_blurred: bool,
    /// Whether the one who likes can be looked at.
    pub can_see_detail: bool,
}

impl LikedMe {
    /// A like of this one.
    #[must_use]
    pub fn of(like: &Interaction, user: ScoredUser, in_the_clear: bool) -> Self {
        Self {
            interaction_id: like.id.get(),
            user,
            liked_at: moment(like.at),
            is_blurred: !in_the_clear,
            can_see_detail: in_the_clear,
        }
    }
}
