//! The platform: accounts by telephone, profiles, daily recommendations, likes and matches.
//!
//! Every route is served at `/v1`. Every answer stands in an envelope (`code`, `message`, `data`, `timestamp`,
//! `request_id`) that the dialect writes; the response types here are what stands in `data`.

mod page;
mod photos;
mod profile;
mod verification;

pub use page::{Order, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, Page, PageRequest, Paged, Pagination, Sort};
pub use photos::{
    AddPhoto, AddPhotoForm, AddedPhoto, CropData, FILM_BYTES_MAX, PICTURE_BYTES_MAX, RemovePhoto,
    RemovePhotoRequest, RemoveVideo, SetVideo,
};
pub use profile::{
    AlbumPhoto, Basic, CurrentPlace, EconomyShown, EducationShown, GetMateRequirements, GetProfile, GetUser,
    GetUserRequest, InterestShown, Introduction, Location, LocationRequirements, Marital, MateRequirements,
    MateRequirementsRequest, Membership, MyProfile, OccupationShown, PhotosShown, PlaceShown, PublicBasic,
    PublicLocation, PublicProfile, SetMateRequirements, Stats, UpdateBasic, UpdateBasicRequest,
    UpdatedProfile, VerificationShown, VideoShown,
};
pub use verification::{
    SubmitPapers, SubmitPapersRequest, SubmittedIdentity, SubmittedPapers, VerifyIdentity,
    VerifyIdentityRequest,
};

use super::route::Listed;

/// Every route of the surface.
pub const ROUTES: &[Listed] = &[
    Listed::of::<VerifyIdentity>(),
    Listed::of::<GetProfile>(),
    Listed::of::<UpdateBasic>(),
    Listed::of::<GetMateRequirements>(),
    Listed::of::<SetMateRequirements>(),
    Listed::of::<AddPhoto>(),
    Listed::of::<RemovePhoto>(),
    Listed::of::<SetVideo>(),
    Listed::of::<RemoveVideo>(),
    Listed::of::<SubmitPapers>(),
    Listed::of::<GetUser>(),
];
