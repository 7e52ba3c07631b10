//! Profiles: one's own, and what others are shown of it.

mod basic;
mod requirements;
mod shown;

use crate::{
    api::{
        route::{Auth, Endpoint, Route, Surface},
        wire::{Decode, GivenId, Input, Refused},
    },
    ids::AccountId,
};

pub use basic::{UpdateBasic, UpdateBasicRequest, UpdatedProfile};
pub use requirements::{
    GetMateRequirements, LocationRequirements, MateRequirements, MateRequirementsRequest, SetMateRequirements,
};
pub use shown::{
    AlbumPhoto, Basic, CurrentPlace, EconomyShown, EducationShown, GetProfile, InterestShown, Introduction,
    Location, Marital, Membership, MyProfile, OccupationShown, PhotosShown, PlaceShown, PublicBasic,
    PublicLocation, PublicProfile, Stats, VerificationShown, VideoShown,
};

/// A route that reads, for whoever has a token.
pub(super) const fn get(path: &'static str, summary: &'static str) -> Route {
    ours(Route::get(Surface::Platform, path, summary))
}

/// A route that does something, likewise.
pub(super) const fn post(path: &'static str, summary: &'static str) -> Route {
    ours(Route::post(Surface::Platform, path, summary))
}

/// A route that replaces, likewise.
pub(super) const fn put(path: &'static str, summary: &'static str) -> Route {
    ours(Route::put(Surface::Platform, path, summary))
}

/// A route that removes, likewise.
pub(super) const fn delete(path: &'static str, summary: &'static str) -> Route {
    ours(Route::delete(Surface::Platform, path, summary))
}

const fn ours(route: Route) -> Route {
    route.mounted_at(&["/v1"]).auth(Auth::Bearer)
}

/// Shows somebody's profile as far as others are shown it, and counts a view.
#[derive(Debug)]
pub struct GetUser;

impl Endpoint for GetUser {
    const ROUTE: Route = get("/users/{user_id}", "查看他人的公开资料");
    type Request = GetUserRequest;
    type Response = PublicProfile;
}

/// Whose profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::GetUserRequest))]
pub struct GetUserRequest {
    /// The person's number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: GivenId<AccountId>,
}

impl Decode for GetUserRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { user_id: input.path().required("user_id", |node| node.id())? })
    }
}
