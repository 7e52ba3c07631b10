//! Telling two people that they are matched.

use std::sync::Arc;

use super::profiles::avatar;
use crate::{
    error::StoreResult,
    ids::AccountId,
    model::{Match, Profile, ReviewStatus, profile::Place},
    realtime::{Event, Hub, Partner},
    store::Stores,
};

/// Tells both sides of a new match, each with whom. The match stands whether or not they can be told.
#[derive(Debug, Clone)]
pub(super) struct Announcer {
    stores: Stores,
    hub: Arc<Hub>,
}

impl Announcer {
    pub(super) fn new(stores: Stores, hub: Arc<Hub>) -> Self {
        Self { stores, hub }
    }

    /// Tells both sides, on all their connections.
    pub(super) async fn tell(&self, matched: &Match) {
        let (first, second) = (matched.first, matched.second);
        self.hub.publish_to(&[first, second], Event::MatchUpdated { match_id: matched.id, made: true });
        for (told, partner) in [(first, second), (second, first)] {
            // Most are not there to be told.
            if self.hub.is_alone() && !self.hub.is_present(told) {
                continue;
            }
            match self.partner(partner).await {
                Ok(Some(partner)) => {
                    let (match_id, at) = (matched.id, matched.created_at);
                    self.hub.publish_to(&[told], Event::Matched { match_id, partner: Box::new(partner), at });
                }
                // Gone already.
                Ok(None) => {}
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "a match is not announced");
                }
            }
        }
    }

    /// Somebody as their match is shown them: no more of their profile than a list of matches tells.
    async fn partner(&self, account: AccountId) -> StoreResult<Option<Partner>> {
        let Some(row) = self.stores.people.person(account).await? else { return Ok(None) };
        let mut photos = self.stores.album.photos(&[account]).await?;
        photos.retain(|photo| photo.status == ReviewStatus::Passed);
        let Profile { nickname, birth_date, current, .. } = row.person.profile;
        let profile = Profile {
            nickname,
            birth_date,
            current: Place { address: None, ..current },
            ..Profile::default()
        };
        Ok(Some(Partner { account, profile, avatar: avatar(&photos).map(|photo| photo.files.full.clone()) }))
    }
}
