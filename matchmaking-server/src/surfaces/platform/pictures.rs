//! Where the pictures of people are, for whoever is shown them.

use std::collections::HashMap;

use matchmaking_core::{
    api::fault::Fault,
    ids::AccountId,
    model::{Person, Photo},
    service::{Services, profiles::avatar},
};

use super::profile::Links;

/// The pictures of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pictures {
    /// The one that stands for them.
    pub(super) avatar: Option<String>,
    /// All of them.
    pub(super) photos: Vec<String>,
    /// The one that stands for them, so that nobody recognises it.
    pub(super) blurred: Option<String>,
}

/// The pictures of these people as `viewer` is shown them: those that have passed their reviews. Whoever has none on this
/// surface is shown by the one they named on another.
pub(super) async fn of<'a>(
    services: &Services,
    viewer: AccountId,
    people: impl IntoIterator<Item = &'a Person>,
) -> Result<HashMap<AccountId, Pictures>, Fault> {
    let people: Vec<&Person> = people.into_iter().collect();
    let ids: Vec<AccountId> = people.iter().map(|person| person.id).collect();
    let photos = services.profiles.passed_photos(&ids).await?;
    let links = Links { services, viewer, at: services.clock.now() };
    let pictures = |person: &&Person| {
        let first = photos.partition_point(|photo| photo.account < person.id);
        let own: &[Photo] = &photos[first..];
        let own = &own[..own.partition_point(|photo| photo.account == person.id)];
        let shown = avatar(own);
        let elsewhere = || person.profile.avatar_url.clone().filter(|url| !url.is_empty());
        let pictures = Pictures {
            avatar: shown.map(|photo| links.to(&photo.files.full)).or_else(elsewhere),
            photos: own.iter().map(|photo| links.to(&photo.files.full)).collect(),
            blurred: shown.map(|photo| links.to(&photo.files.blurred)),
        };
        (person.id, pictures)
    };
    Ok(people.iter().map(pictures).collect())
}
