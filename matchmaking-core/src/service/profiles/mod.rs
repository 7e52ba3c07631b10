//! Profiles of the platform: what people tell about themselves, their photos and film, who they can prove to be, and what
//! others are shown of it.

mod album;
mod films;
mod papers;
mod pictures;
mod reviewing;
mod shown;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Semaphore;

use super::{
    media::Media,
    people::{People, is_met_on_the_platform},
    sealing::DataKey,
};
use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::{AccountId, ReviewId},
    model::{
        AccountStatus, Claim, Membership, Photo, Profile, Requirements, Review, ReviewKind, ReviewStatus,
        Video,
        completion::{self, Proofs},
        edit::{self, Edit, EditRefusal},
        may_see,
    },
    ports::{media::MediaError, sms::SmsSender},
    realtime::Hub,
    store::{ProfilePage, ProfileStats, Stores},
};

pub use album::{FileViewer, NewPicture};
pub(super) use films::mp4_seconds;
pub use films::{Film, FilmKind, film};
pub use papers::{IdentityPapers, ImageSource, PAPER_BYTES_MAX};
pub use pictures::{Crop, PIXELS_MAX, Picture, PictureError, Pictures, SIDE_MAX, THUMBNAIL_SIDE};
pub use reviewing::{IdentityShown, ReviewShown};
pub use shown::ShownPictures;

/// How long somebody has from the moment in which a file is reserved until it belongs to something, in milliseconds.
const FILE_RESERVED_MILLIS: i64 = 3_600_000;

/// How many removals of files go on at once.
const SWEEPS: usize = 1;

/// Reads and changes profiles. Cheap to clone.
#[derive(Clone)]
pub struct Profiles {
    stores: Stores,
    people: People,
    media: Media,
    sms: Arc<dyn SmsSender>,
    clock: Arc<dyn Clock>,
    data_key: DataKey,
    pictures: Pictures,
    hub: Arc<Hub>,
    photos_approved_at_once: bool,
    sweeping: Arc<Semaphore>,
}

impl fmt::Debug for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profiles")
            .field("photos_approved_at_once", &self.photos_approved_at_once)
            .finish_non_exhaustive()
    }
}

/// What the profiles stand on besides the stores.
pub(super) struct Parts {
    pub(super) people: People,
    pub(super) media: Media,
    pub(super) sms: Arc<dyn SmsSender>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) data_key: DataKey,
    pub(super) photos_approved_at_once: bool,
    pub(super) pictures: Pictures,
    pub(super) hub: Arc<Hub>,
}

/// How far it is with something that a reviewer decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// It was not handed in, or found wanting.
    #[default]
    None,
    /// A reviewer has yet to decide.
    Pending,
    /// It was found good.
    Verified,
}

impl Standing {
    /// The word by which APIs know it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Verified => "verified",
        }
    }
}

/// What was verified of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verifications {
    /// The real name.
    pub real_name: Standing,
    /// The education.
    pub education: Standing,
    /// The income.
    pub income: Standing,
    /// The house.
    pub house: Standing,
    /// The car.
    pub car: Standing,
}

/// Everything of a profile, as its person is shown it, or as far as another is.
#[derive(Clone, PartialEq)]
pub struct ProfileView {
    /// Whose it is.
    pub account: AccountId,
    /// What the person tells.
    pub profile: Profile,
    /// The age today, in years.
    pub age: Option<u8>,
    /// The real name once it was verified, whole.
    pub real_name: Option<String>,
    /// What was verified.
    pub verifications: Verifications,
    /// The photos, the eldest first: for others those that passed.
    pub photos: Vec<Photo>,
    /// The film: for others once it has passed.
    pub video: Option<Video>,
    /// What came of it.
    pub stats: ProfileStats,
    /// What the person has paid for, expired or not.
    pub membership: Membership,
    /// The person's invite code, if it was asked for before.
    pub invite_code: Option<String>,
    /// What counts for its completeness besides what is told.
    pub proofs: Proofs,
    /// How complete it is, 0 to 100.
    pub completion_rate: u8,
}

impl fmt::Debug for ProfileView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileView").field("account", &self.account).finish_non_exhaustive()
    }
}

impl ProfileView {
    /// The photo that stands for the person: the primary one, or, where that is not shown, the latest that is meant to,
    /// or the eldest.
    #[must_use]
    pub fn avatar(&self) -> Option<&Photo> {
        avatar(&self.photos)
    }
}

/// The photo that stands for somebody, of those that are shown.
#[must_use]
pub fn avatar(photos: &[Photo]) -> Option<&Photo> {
    let meant_to = || photos.iter().rev().find(|photo| photo.kind == crate::model::PhotoKind::Avatar);
    photos.iter().find(|photo| photo.is_primary).or_else(meant_to).or_else(|| photos.first())
}

/// What a change of a profile came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// How complete the profile is now.
    pub completion_rate: u8,
    /// The names of what changed.
    pub updated_fields: Vec<&'static str>,
}

/// Why something could not be done with a profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// There is no such person, or they are not shown.
    #[error("no such person")]
    Unknown,
    /// The change is refused; nothing changed.
    #[error("refused: {0:?}")]
    Refused(Vec<EditRefusal>),
    /// What was uploaded for these fields is no picture that can be used.
    #[error("{} unusable pictures", .0.len())]
    BadPictures(Vec<(String, PictureError)>),
    /// What was uploaded is no film.
    #[error("not a film")]
    BadFilm,
    /// The album has no room for another photo.
    #[error("the album is full")]
    AlbumFull,
    /// There is no such photo of this person, or no film.
    #[error("no such photo or film")]
    NoSuchFile,
    /// The same kind of thing waits for a reviewer already.
    #[error("review {0} is pending")]
    ReviewPending(ReviewId),
    /// There is no such review.
    #[error("no such review")]
    NoSuchReview,
    /// Media could not be kept or read.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// Something could not be encrypted.
    #[error("something could not be encrypted")]
    Sealing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Profiles {
    pub(super) fn new(stores: Stores, parts: Parts) -> Self {
        let Parts { people, media, sms, clock, data_key, photos_approved_at_once, pictures, hub } = parts;
        Self {
            stores,
            people,
            media,
            sms,
            clock,
            data_key,
            pictures,
            hub,
            photos_approved_at_once,
            sweeping: Arc::new(Semaphore::new(SWEEPS)),
        }
    }

    /// A person's own profile.
    pub async fn own(&self, account: AccountId) -> Result<ProfileView, ProfileError> {
        self.view(account).await?.ok_or(ProfileError::Unknown)
    }

    /// A person's profile as another is shown it, which counts as a view of it; one's own counts as none. What others are
    /// not shown is taken out of it: names, addresses, what has not passed its review.
    pub async fn of(&self, target: AccountId, viewer: AccountId) -> Result<ProfileView, ProfileError> {
        let mut view = if target == viewer {
            self.own(target).await?
        } else {
            let relation = self.stores.safety.relation(viewer, target).await?;
            if !relation.is_some_and(may_see) {
                return Err(ProfileError::Unknown);
            }
            let row = self.stores.people.person(target).await?.ok_or(ProfileError::Unknown)?;
            if !is_met_on_the_platform(&self.stores, viewer, &row).await? {
                return Err(ProfileError::Unknown);
            }
            self.stores.people.count_view(target).await?;
            self.own(target).await?
        };
        view.profile.hometown.address = None;
        view.profile.current.address = None;
        view.profile.position = None;
        view.profile.contact_phone = None;
        view.photos.retain(|photo| photo.status == ReviewStatus::Passed);
        view.video = view.video.filter(|video| video.status == ReviewStatus::Passed);
        Ok(view)
    }

    /// How complete a person's profile is, 0 to 100.
    pub async fn completion_rate(&self, account: AccountId) -> Result<u8, ProfileError> {
        Ok(self.own(account).await?.completion_rate)
    }

    /// Changes a profile, all of it or nothing. Gender is said once.
    pub async fn edit(&self, account: AccountId, edits: Vec<Edit>) -> Result<Edited, ProfileError> {
        let today = self.people.today();
        let came_of_it = Mutex::new((Vec::new(), Vec::new()));
        let change = |profile: &mut Profile| {
            let mut changed = profile.clone();
            let refusals = edit::apply(&mut changed, &edits, today);
            let differences = edit::differences(profile, &changed);
            if refusals.is_empty() {
                *profile = changed;
            }
            *came_of_it.lock().unwrap_or_else(PoisonError::into_inner) = (refusals, differences);
        };
        self.people.edit(account, change).await?.ok_or(ProfileError::Unknown)?;
        let (refusals, updated_fields) = came_of_it.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !refusals.is_empty() {
            return Err(ProfileError::Refused(refusals));
        }
        Ok(Edited { completion_rate: self.completion_rate(account).await?, updated_fields })
    }

    /// What a person looks for.
    pub async fn requirements(&self, account: AccountId) -> Result<Requirements, ProfileError> {
        let read = self.stores.people.profile(account).await?;
        Ok(read.ok_or(ProfileError::Unknown)?.profile.requirements)
    }

    /// Replaces what a person looks for. How they share out importance among qualities of a partner is asked elsewhere
    /// and stays.
    pub async fn set_requirements(
        &self,
        account: AccountId,
        requirements: Requirements,
    ) -> Result<(), ProfileError> {
        let set = |profile: &mut Profile| {
            let trait_weights = profile.requirements.trait_weights;
            profile.requirements = Requirements { trait_weights, ..requirements.clone() };
        };
        self.people.edit(account, set).await?.map(drop).ok_or(ProfileError::Unknown)
    }

    async fn view(&self, account: AccountId) -> StoreResult<Option<ProfileView>> {
        let Some(page) = self.stores.people.page(account).await? else { return Ok(None) };
        let ProfilePage { record, photos, video, submissions, stats, membership, invite_code } = page;
        if record.account.status == AccountStatus::Deleted {
            return Ok(None);
        }
        let profile = record.profile.profile;
        let verifications = verifications(&submissions);
        let proofs = Proofs {
            phone: record
                .identities
                .iter()
                .any(|identity| identity.kind == crate::model::IdentityKind::Phone),
            photo: photos.iter().any(|photo| photo.status != ReviewStatus::Rejected),
            real_name: verifications.real_name == Standing::Verified,
        };
        Ok(Some(ProfileView {
            account,
            age: profile.age_on(self.people.today()),
            real_name: self.real_name(&submissions),
            verifications,
            photos,
            video,
            stats,
            membership,
            invite_code,
            proofs,
            completion_rate: completion::rate(&profile, proofs),
            profile,
        }))
    }
}

/// How far it is with everything that a person handed in: the latest of a kind counts.
fn verifications(submissions: &[Review]) -> Verifications {
    let standing = |kind: ReviewKind, claim: Option<Claim>| {
        let of_kind = |review: &&Review| review.subject.kind() == kind && review.subject.claim() == claim;
        match submissions.iter().rev().find(of_kind).map(|review| review.status) {
            Some(ReviewStatus::Pending) => Standing::Pending,
            Some(ReviewStatus::Passed) => Standing::Verified,
            Some(ReviewStatus::Rejected) | None => Standing::None,
        }
    };
    let claimed = |claim| standing(ReviewKind::Verification, Some(claim));
    Verifications {
        real_name: standing(ReviewKind::Identity, None),
        education: claimed(Claim::Education),
        income: claimed(Claim::Income),
        house: claimed(Claim::House),
        car: claimed(Claim::Car),
    }
}

#[cfg(test)]
mod tests;
