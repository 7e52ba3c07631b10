//! Profiles: one's own, and what others are shown of it.

mod basic;
mod requirements;
mod shown;

use super::{UserRequest, get};
use crate::api::route::{Endpoint, Route};

pub use basic::{UpdateBasic, UpdateBasicRequest, UpdatedProfile};
pub use requirements::{
    GetMateRequirements, LocationRequirements, MateRequirements, MateRequirementsRequest, SetMateRequirements,
};
pub use shown::{
    AlbumPhoto, Basic, CurrentPlace, EconomyShown, EducationShown, GetProfile, InterestShown, Introduction,
    Location, Marital, Membership, MyProfile, OccupationShown, PhotosShown, PlaceShown, PublicBasic,
    PublicLocation, PublicProfile, Stats, VerificationShown, VideoShown,
};

/// How a request is described that takes any part of what this describes.
#[cfg(feature = "openapi")]
fn any_part_of(
    described: utoipa::openapi::RefOr<utoipa::openapi::Schema>,
) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    use utoipa::openapi::{RefOr, Schema};
    match described {
        RefOr::T(Schema::Object(mut object)) => {
            object.required.clear();
            RefOr::T(Schema::Object(object))
        }
        other => other,
    }
}

/// Shows somebody's profile as far as others are shown it, and counts a view.
#[derive(Debug)]
pub struct GetUser;

impl Endpoint for GetUser {
    const ROUTE: Route = get("/users/{user_id}", "查看他人的公开资料");
    type Request = UserRequest;
    type Response = PublicProfile;
}
