//! Profiles: one's own, what one looks for, and what others are shown.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            AlbumPhoto, Basic, EconomyShown, EducationShown, InterestShown, Introduction, Location, Marital,
            MateRequirements, MateRequirementsRequest, Membership, MyProfile, OccupationShown, PhotosShown,
            PublicBasic, PublicLocation, PublicProfile, Stats, UpdateBasicRequest, UpdatedProfile,
            UserRequest, VerificationShown, VideoShown,
        },
    },
    clock::Millis,
    ids::AccountId,
    model::{Language, Photo, ReviewStatus, Video, mask, membership::Level},
    service::{
        Services,
        auth::Caller,
        profiles::{FileViewer, ProfileView, Standing, Verifications, avatar},
    },
};

use super::language;
use crate::http::Call;

pub(super) async fn own(services: Arc<Services>, call: Call<(), Caller>) -> Result<MyProfile, Fault> {
    mine(&services, call.who.account, language(&call.asked), call.asked.now()).await
}

/// Somebody's own profile as they are shown it at this moment.
pub(super) async fn mine(
    services: &Services,
    me: AccountId,
    language: Language,
    at: Millis,
) -> Result<MyProfile, Fault> {
    let view = services.profiles.own(me).await?;
    let membership = membership(services, &view, language).await?;
    let links = Links { services, viewer: me, at };
    let photos = links.photos(&view, true);
    let real_name = view.real_name.as_deref().map(mask::name);
    let profile = &view.profile;
    Ok(MyProfile {
        basic: Basic::of(me, profile, view.age, real_name, language),
        location: Location { hometown: (&profile.hometown).into(), current: (&profile.current).into() },
        education: EducationShown::of(&profile.education, language),
        occupation: OccupationShown::of(&profile.occupation, language),
        economy: EconomyShown::of(&profile.economy, language),
        marital: Marital::of(profile, language),
        introduction: introduction(&view),
        verification: verification(view.verifications),
        photos,
        interests: interests(&view, language),
        stats: Stats {
            view_count: view.stats.views,
            like_count: view.stats.likes,
            match_count: view.stats.matches,
        },
        membership,
    })
}

pub(super) async fn update(
    services: Arc<Services>,
    call: Call<UpdateBasicRequest, Caller>,
) -> Result<UpdatedProfile, Fault> {
    let edited = services.profiles.edit(call.who.account, call.request.0).await?;
    Ok(UpdatedProfile { completion_rate: edited.completion_rate, updated_fields: edited.updated_fields })
}

pub(super) async fn requirements(
    services: Arc<Services>,
    call: Call<(), Caller>,
) -> Result<MateRequirements, Fault> {
    Ok(services.profiles.requirements(call.who.account).await?.into())
}

pub(super) async fn set_requirements(
    services: Arc<Services>,
    call: Call<MateRequirementsRequest, Caller>,
) -> Result<(), Fault> {
    Ok(services.profiles.set_requirements(call.who.account, call.request.0).await?)
}

pub(super) async fn of_another(
    services: Arc<Services>,
    call: Call<UserRequest, Caller>,
) -> Result<PublicProfile, Fault> {
    let (me, language) = (call.who.account, language(&call.asked));
    let target = call.request.user_id.possible().ok_or(Fault::UnknownAccount)?;
    let mut view = services.profiles.of(target, me).await?;
    for standing in [
        &mut view.verifications.real_name,
        &mut view.verifications.education,
        &mut view.verifications.income,
        &mut view.verifications.house,
        &mut view.verifications.car,
    ] {
        if *standing == Standing::Pending {
            *standing = Standing::None;
        }
    }
    let links = Links { services: &services, viewer: me, at: call.asked.now() };
    let profile = &view.profile;
    Ok(PublicProfile {
        basic: PublicBasic::of(target, profile, view.age, language),
        location: PublicLocation { hometown: (&profile.hometown).into(), current: (&profile.current).into() },
        education: EducationShown::of(&profile.education, language),
        occupation: OccupationShown::of(&profile.occupation, language),
        economy: EconomyShown::of(&profile.economy, language),
        marital: Marital::of(profile, language),
        introduction: introduction(&view),
        verification: verification(view.verifications),
        photos: links.photos(&view, false),
        interests: interests(&view, language),
    })
}

/// Links for one viewer, made at one moment.
pub(super) struct Links<'a> {
    pub(super) services: &'a Services,
    pub(super) viewer: AccountId,
    pub(super) at: Millis,
}

impl Links<'_> {
    /// A link to a file.
    pub(super) fn to(&self, key: &str) -> String {
        self.services.media.link_for(FileViewer::Account(self.viewer), key, self.at)
    }

    /// A person's photos and film; with how far their reviews are for the person alone.
    fn photos(&self, view: &ProfileView, own: bool) -> PhotosShown {
        let photo = |(order, photo): (usize, &Photo)| AlbumPhoto {
            id: photo.id,
            url: self.to(&photo.files.full),
            thumbnail: self.to(&photo.files.thumbnail),
            is_primary: photo.is_primary,
            order,
            status: own.then(|| word(photo.status)),
        };
        PhotosShown {
            avatar: avatar(&view.photos).map(|photo| self.to(&photo.files.full)),
            album: view.photos.iter().enumerate().map(photo).collect(),
            video: view.video.as_ref().map(|video| self.video(video, own)),
        }
    }

    /// A film.
    pub(super) fn video(&self, video: &Video, own: bool) -> VideoShown {
        VideoShown {
            url: self.to(&video.file),
            cover: video.cover.as_deref().map(|cover| self.to(cover)),
            duration: video.duration_secs,
            view_count: video.views,
            status: own.then(|| word(video.status)),
        }
    }
}

/// How far a review is, as this surface says it.
pub(super) const fn word(status: ReviewStatus) -> &'static str {
    match status {
        ReviewStatus::Pending => "PENDING",
        ReviewStatus::Passed => "PASSED",
        ReviewStatus::Rejected => "REJECTED",
    }
}

/// What one has paid for. An expired membership counts as none.
async fn membership(
    services: &Services,
    view: &ProfileView,
    language: Language,
) -> Result<Membership, Fault> {
    let level = view.membership.level_at(services.clock.now());
    let ends = view.membership.expires_at.filter(|_| level != Level::Regular);
    // Made when it is asked for first.
    let invite_code = match &view.invite_code {
        Some(code) => Some(code.clone()),
        None => services.auth.invite_code(view.account).await?,
    };
    Ok(Membership {
        level: u8::try_from(level.code()).map_err(Fault::internal)?,
        level_name: level.name(language),
        expire_at: ends.map(Millis::to_rfc3339),
        invite_code,
    })
}

fn introduction(view: &ProfileView) -> Introduction {
    Introduction {
        about_self: view.profile.introduction.clone(),
        mate_requirements: view.profile.requirements.other.clone(),
        completion_rate: view.completion_rate,
    }
}

fn interests(view: &ProfileView, language: Language) -> Vec<InterestShown> {
    view.profile.interests.iter().map(|name| InterestShown::of(name, language)).collect()
}

fn verification(verifications: Verifications) -> VerificationShown {
    VerificationShown {
        real_name: verifications.real_name.word(),
        education: verifications.education.word(),
        income: verifications.income.word(),
        house: verifications.house.word(),
        car: verifications.car.word(),
    }
}
