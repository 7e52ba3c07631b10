//! The back office: reviews, reports, accounts, events and what was done there. It speaks as the platform does.
//!
//! Every route is served at `/admin/v1`, for whoever has the operator's token, and not at all where there is none.

mod audit;
mod events;
mod funnel;
mod notifications;
mod reports;
mod reviews;
mod users;

pub use audit::{AuditRequest, AuditView, ListAudit};
pub use events::{
    CAPACITY_MAX, CancelEvent, CloseEvent, ClosedView, CreateEvent, DEPOSIT_MAX, DrawRounds,
    DrawRoundsRequest, DrawnRounds, EditEvent, EditEventRequest, EventInput, EventRegistrationsRequest,
    EventStateView, GetEvent, ListEventRegistrations, ListEvents, OfficeEvent, OfficeEventRequest,
    OfficeEventsRequest, OfficeRegistration,
};
pub use funnel::{ExactFilter, ExactRelaxation, GetUserFunnel, UserFunnelRequest, UserFunnelView};
pub use notifications::{NotifiedView, Notify, NotifyRequest, PEOPLE_MAX};
pub use reports::{DECISION_MAX, DecideReport, DecideReportRequest, ListReports, ReportView, ReportsRequest};
pub use reviews::{
    DecideReview, DecideReviewRequest, ListReviews, ListReviewsRequest, ReviewItem, ReviewedIdentity,
};
pub use users::{
    GivenMembership, ListUsers, LockRequest, LockUser, LockView, MembershipRequest, MembershipView,
    QUERY_MAX, SetMembership, UserView, UsersRequest,
};

use super::route::{Auth, Listed, Route, Surface};

/// Where the routes are mounted.
const MOUNTS: &[&str] = &["/admin/v1"];

/// The most characters of a reason.
pub const TEXT_MAX: usize = 200;

/// Every route of the surface.
pub const ROUTES: &[Listed] = &[
    Listed::of::<ListReviews>(),
    Listed::of::<DecideReview>(),
    Listed::of::<ListReports>(),
    Listed::of::<DecideReport>(),
    Listed::of::<ListUsers>(),
    Listed::of::<LockUser>(),
    Listed::of::<SetMembership>(),
    Listed::of::<GetUserFunnel>(),
    Listed::of::<CreateEvent>(),
    Listed::of::<ListEvents>(),
    Listed::of::<GetEvent>(),
    Listed::of::<EditEvent>(),
    Listed::of::<CancelEvent>(),
    Listed::of::<DrawRounds>(),
    Listed::of::<CloseEvent>(),
    Listed::of::<ListEventRegistrations>(),
    Listed::of::<Notify>(),
    Listed::of::<ListAudit>(),
];

/// A route of the surface.
const fn guarded(route: Route) -> Route {
    route.mounted_at(MOUNTS).auth(Auth::Admin)
}

/// A route that reads.
const fn get(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::get(Surface::Admin, path, summary))
}

/// A route that does something.
const fn post(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::post(Surface::Admin, path, summary))
}

/// A route that replaces something.
const fn put(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::put(Surface::Admin, path, summary))
}
