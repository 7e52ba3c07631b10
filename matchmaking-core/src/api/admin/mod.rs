//! The back office: reviews, reports, accounts and what was done there. It speaks as the platform does.
//!
//! Every route is served at `/admin/v1`, for whoever has the operator's token, and not at all where there is none.

mod reviews;

pub use reviews::{
    DecideReview, DecideReviewRequest, ListReviews, ListReviewsRequest, ReviewItem, ReviewedIdentity,
};

use super::route::Listed;

/// Every route of the surface.
pub const ROUTES: &[Listed] = &[Listed::of::<ListReviews>(), Listed::of::<DecideReview>()];
