//! Where the pictures of people are, for whoever is shown them.

use std::collections::HashMap;

use matchmaking_core::{api::fault::Fault, ids::AccountId, model::Person, service::Services};

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

/// The pictures of these people as `viewer` is shown them.
pub(super) async fn of<'a>(
    _services: &Services,
    _viewer: AccountId,
    people: impl IntoIterator<Item = &'a Person>,
) -> Result<HashMap<AccountId, Pictures>, Fault> {
    let pictures = |person: &Person| Pictures {
        avatar: person.profile.avatar_url.clone().filter(|url| !url.is_empty()),
        ..Pictures::default()
    };
    Ok(people.into_iter().map(|person| (person.id, pictures(person))).collect())
}
