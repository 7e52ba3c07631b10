//! The pictures of people in lists.

use std::collections::HashMap;

use matchmaking_core::{
    api::fault::Fault,
    ids::AccountId,
    model::Person,
    service::{Services, profiles::ShownPictures},
};

/// The pictures of these people as `viewer` is shown them: those that have passed their reviews.
pub(super) async fn of<'a>(
    services: &Services,
    viewer: AccountId,
    people: impl IntoIterator<Item = &'a Person>,
) -> Result<HashMap<AccountId, ShownPictures>, Fault> {
    let ids: Vec<AccountId> = people.into_iter().map(|person| person.id).collect();
    Ok(services.profiles.pictures(viewer, &ids).await?)
}
