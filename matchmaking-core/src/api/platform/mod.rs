//! The platform: accounts by telephone, profiles, daily recommendations, likes and matches.
//!
//! Every route is served at `/v1`. Every answer stands in an envelope (`code`, `message`, `data`, `timestamp`,
//! `request_id`) that the dialect writes; the response types here are what stands in `data`.

mod page;

pub use page::{Order, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, Page, PageRequest, Paged, Pagination, Sort};

use super::route::Listed;

/// Every route of the surface.
pub const ROUTES: &[Listed] = &[];
