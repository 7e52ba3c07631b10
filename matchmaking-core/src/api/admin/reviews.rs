//! What is reviewed.

use serde::Serialize;

use super::{get, post};
use crate::{
    api::{
        page::{Order, PAGE_SIZE_DEFAULT, PageRequest, Paged, Sort},
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Node, Problem, Refused},
    },
    ids::{AccountId, ReviewId},
    model::{ReviewKind, ReviewStatus},
};

/// The most characters of a reason.
const REASON_CHARS_MAX: usize = 500;

const DECISIONS: &[&str] = &["approve", "reject"];

/// Lists what is reviewed, the eldest first: reviewers begin with what has waited longest.
#[derive(Debug)]
pub struct ListReviews;

impl Endpoint for ListReviews {
    const ROUTE: Route =
        get("/reviews", "审核列表").query(&["kind", "status", "page", "page_size", "sort", "order"]);
    type Request = ListReviewsRequest;
    type Response = Paged<ReviewItem>;
}

/// Which reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::ListReviewsRequest))]
pub struct ListReviewsRequest {
    /// `identity`, `photo`, `video` or `verification`; all of them where it is absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub kind: Option<ReviewKind>,
    /// `pending`, `passed` or `rejected`; all of them where it is absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub status: Option<ReviewStatus>,
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for ListReviewsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let query = input.query();
        let kind = query.optional("kind", |node| node.one_of(ReviewKind::WORDS, ReviewKind::from_word));
        let status =
            query.optional("status", |node| node.one_of(ReviewStatus::WORDS, ReviewStatus::from_word));
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let order = Sort { names: &["created_at", "submitted_at"], order: Order::Ascending }.decode(input);
        Ok(Self { kind: kind?, status: status?, page: page?, order: order? })
    }
}

/// Something that is reviewed. What does not belong to its kind is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::Review))]
pub struct ReviewItem {
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub review_id: ReviewId,
    /// `identity`, `photo`, `video` or `verification`.
    pub kind: &'static str,
    /// Who handed it in.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: AccountId,
    /// `pending`, `passed` or `rejected`.
    pub status: &'static str,
    /// Why it was decided so.
    pub reason: Option<String>,
    /// When it was handed in.
    pub submitted_at: String,
    /// When it was decided last.
    pub decided_at: Option<String>,
    /// What papers show: `education`, `income`, `house` or `car`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<&'static str>,
    /// The files, by links for reviewers: of an identity the card's front and back, and the face.
    pub urls: Vec<String>,
    /// Who the person says to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<ReviewedIdentity>,
}

/// Who somebody says to be, as a reviewer must see it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::ReviewedIdentity))]
pub struct ReviewedIdentity {
    /// The real name.
    pub real_name: String,
    /// The number of the identity card.
    pub id_card_number: String,
    /// The date of birth in the number.
    pub birth_date: Option<String>,
    /// The gender in the number.
    pub gender: Option<&'static str>,
    /// Whether the last character of the number is what the others add up to (GB 11643).
    pub check_digit_valid: bool,
    /// Whether the gender in the number is the one that the person told; null where none was told.
    pub gender_matches: Option<bool>,
}

impl std::fmt::Debug for ReviewedIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReviewedIdentity").finish_non_exhaustive()
    }
}

/// Decides about what was handed in. A later decision replaces an earlier one.
#[derive(Debug)]
pub struct DecideReview;

impl Endpoint for DecideReview {
    const ROUTE: Route = post("/reviews/{review_id}", "作出审核决定");
    type Request = DecideReviewRequest;
    type Response = ReviewItem;
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::DecideReviewRequest))]
pub struct DecideReviewRequest {
    /// About what.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub review_id: GivenId<ReviewId>,
    /// `approve` or `reject`.
    #[cfg_attr(feature = "openapi", schema(rename = "decision", value_type = String))]
    pub approved: bool,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

impl Decode for DecideReviewRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let review_id = input.path().required("review_id", |node| node.decimal_id());
        let body = input.body()?;
        let approved =
            body.required_not_null("decision", |node: Node<'_>| match node.str(REASON_CHARS_MAX)? {
                "approve" => Ok(true),
                "reject" => Ok(false),
                _ => Err(node.refuse(Problem::NotOneOf(DECISIONS))),
            });
        let reason = body.optional("reason", |node| node.text(REASON_CHARS_MAX));
        Ok(Self { review_id: review_id?, approved: approved?, reason: reason? })
    }
}
