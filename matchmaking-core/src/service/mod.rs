//! Use cases: what a person can do, over store traits, hub, scorer and clock. Nothing here knows HTTP or a dialect.
//!
//! Each service fails with a closed enum of its own. "The store failed" is always one variant, which callers
//! show as an internal error and nothing more.

pub mod chat;
pub mod enrolment;
pub mod matchmaking;
pub mod people;
pub mod telegram;

use std::sync::Arc;

use chrono_tz::Tz;

use crate::{clock::Clock, error::StoreResult, realtime::Hub, scoring::Matcher, store::Stores};

/// All services over one set of stores, one hub and one pool. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Services {
    /// Profiles, and the pool that mirrors them.
    pub people: people::People,
    /// Accounts known by their Telegram id.
    pub telegram: telegram::Telegram,
    /// Matches.
    pub matchmaking: matchmaking::Matchmaking,
    /// Conversations and messages.
    pub chat: chat::Chat,
    /// Who is connected.
    pub hub: Arc<Hub>,
    /// The stores below.
    pub stores: Stores,
}

impl Services {
    /// The services over these stores, with this pool and this clock; ages are counted in `time_zone`. The pool is
    /// empty until [`fill_pool`](Self::fill_pool).
    #[must_use]
    pub fn new(stores: Stores, matcher: Arc<dyn Matcher>, clock: Arc<dyn Clock>, time_zone: Tz) -> Self {
        let hub = Hub::new();
        let people = people::People::new(stores.clone(), Arc::clone(&matcher), Arc::clone(&clock), time_zone);
        let telegram =
            telegram::Telegram::new(stores.clone(), people.clone(), Arc::clone(&hub), Arc::clone(&clock));
        let matchmaking = matchmaking::Matchmaking::new(
            stores.clone(),
            people.clone(),
            matcher,
            Arc::clone(&hub),
            Arc::clone(&clock),
        );
        let chat = chat::Chat::new(stores.clone(), Arc::clone(&hub), clock);
        Self { people, telegram, matchmaking, chat, hub, stores }
    }

    /// Fills the pool with everyone in the store; returns how many there are.
    pub async fn fill_pool(&self) -> StoreResult<usize> {
        self.people.fill_pool().await
    }
}
