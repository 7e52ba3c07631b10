//! Profiles, and the pool that mirrors them.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError},
};

use chrono::NaiveDate;
use chrono_tz::Tz;
use tokio::sync::{Mutex, watch};

use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::{AccountId, InteractionId},
    model::{AccountStatus, IdentityKind, Pair, Person, Profile},
    scoring::{
        Audience, Decision, Entry, Matcher, Moment, ScoringError, requirements::seeking_the_other_gender,
    },
    store::{PersonRow, Stores},
};

/// How often a change is tried again when somebody else changed the same profile in between.
const EDIT_TRIES: usize = 32;

/// How many people a page of the pool has while it is filled.
const FILL_PAGE: usize = 1_000;

/// After how many people or decisions a filling that goes on says how far it is.
const FILL_PROGRESS: usize = 100_000;

/// How many locks keep the pool's updates of one person in order.
const REFRESH_LOCKS: usize = 64;

/// Where the filling of the pool is: who was told of meanwhile, and whether it goes on.
#[derive(Debug)]
struct Filling {
    /// People whom a change has told the pool of since the filling began; what the filling read may be older.
    changed: std::sync::Mutex<Option<HashSet<AccountId>>>,
    goes_on: watch::Sender<bool>,
    /// What was decided since the filling began, which it may have read or not.
    decided: std::sync::Mutex<Option<Vec<(InteractionId, Decision)>>>,
}

impl Filling {
    fn decided(&self) -> std::sync::MutexGuard<'_, Option<Vec<(InteractionId, Decision)>>> {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> std::sync::MutexGuard<'_, Option<HashSet<AccountId>>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A filling that goes on until this is dropped.
#[derive(Debug)]
pub(super) struct Fill(People);

impl Drop for Fill {
    fn drop(&mut self) {
        *self.0.filling.changed() = None;
        *self.0.filling.decided() = None;
        self.0.filling.goes_on.send_replace(false);
    }
}

/// Changes profiles, and tells the pool.
#[derive(Debug, Clone)]
pub struct People {
    stores: Stores,
    matcher: Arc<dyn Matcher>,
    clock: Arc<dyn Clock>,
    time_zone: Tz,
    refreshing: Arc<[Mutex<()>; REFRESH_LOCKS]>,
    filling: Arc<Filling>,
}

impl People {
    /// The service over these stores and this pool. Ages are counted in `time_zone`.
    #[must_use]
    pub fn new(stores: Stores, matcher: Arc<dyn Matcher>, clock: Arc<dyn Clock>, time_zone: Tz) -> Self {
        let refreshing = Arc::new([const { Mutex::const_new(()) }; REFRESH_LOCKS]);
        let filling = Filling {
            changed: std::sync::Mutex::default(),
            goes_on: watch::Sender::new(false),
            decided: std::sync::Mutex::default(),
        };
        Self { stores, matcher, clock, time_zone, refreshing, filling: Arc::new(filling) }
    }

    /// The present moment, as the pool counts ages and activity.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment::new(self.clock.now(), self.time_zone)
    }

    /// Where days begin and ages are counted.
    #[must_use]
    pub const fn time_zone(&self) -> Tz {
        self.time_zone
    }

    /// The present day where the people live.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.moment().today
    }

    /// The name that a person is shown by in a conversation of two: the nickname, or the user name of whoever told
    /// none; empty for people without either.
    pub async fn name(&self, id: AccountId) -> StoreResult<String> {
        let read = self.stores.people.profile(id).await?;
        match read.and_then(|read| read.profile.nickname).filter(|nickname| !nickname.trim().is_empty()) {
            Some(nickname) => Ok(nickname),
            None => Ok(self.username(id).await?.unwrap_or_default()),
        }
    }

    /// The user name of an account, if it has one.
    pub(super) async fn username(&self, id: AccountId) -> StoreResult<Option<String>> {
        let named = self.stores.accounts.identities_of_kind(IdentityKind::Username, &[id]).await?;
        Ok(named.into_iter().next().map(|(_, identity)| identity.value))
    }

    /// Changes a profile. `change` may be called several times, on a fresh copy each time; what it leaves unchanged
    /// is not written. Returns the profile as it is now; `None` when there is no such account.
    pub async fn edit(
        &self,
        id: AccountId,
        change: impl Fn(&mut Profile) + Send,
    ) -> StoreResult<Option<Profile>> {
        for _ in 0..EDIT_TRIES {
            let Some(read) = self.stores.people.profile(id).await? else { return Ok(None) };
            let mut profile = read.profile.clone();
            change(&mut profile);
            if profile == read.profile {
                return Ok(Some(profile));
            }
            if self.stores.people.replace_profile(id, read.version, &profile, self.clock.now()).await? {
                self.refresh(id).await?;
                return Ok(Some(profile));
            }
        }
        Err(StoreError::Unavailable(None))
    }

    /// Makes the pool show a person as the store has them. Of two changes at the same moment the later one stays,
    /// because reading and telling happen under one lock.
    pub async fn refresh(&self, id: AccountId) -> StoreResult<()> {
        let lock = &self.refreshing[id.get() as usize % REFRESH_LOCKS];
        let _one_at_a_time = lock.lock().await;
        // Before reading: what a filling has read by now is older, and must not replace what is told here.
        if let Some(changed) = self.filling.changed().as_mut() {
            changed.insert(id);
        }
        if let Some(row) = self.stores.people.person(id).await? {
            self.tell_pool(row);
            return Ok(());
        }
        self.matcher.remove(id);
        // What was learned of those who may come back is kept.
        let account = self.stores.accounts.account(id).await?;
        if account.is_none_or(|account| account.status == AccountStatus::Deleted) {
            self.matcher.erase(id);
        }
        Ok(())
    }

    /// Fills the pool with everyone in the store; returns how many there are. Changes may go on meanwhile.
    pub async fn fill_pool(&self) -> StoreResult<usize> {
        self.begin_filling().run().await
    }

    /// Begins a filling, for which [`filled`](Self::filled) waits from now on.
    pub(super) fn begin_filling(&self) -> Fill {
        self.filling.changed().get_or_insert_default();
        self.filling.decided().get_or_insert_default();
        self.filling.goes_on.send_replace(true);
        Fill(self.clone())
    }

    /// Waits while the pool is being filled: questions asked of half a pool would have the wrong answer.
    pub async fn filled(&self) {
        // The sender lives as long as this service.
        let _ = self.filling.goes_on.subscribe().wait_for(|goes_on| !goes_on).await;
    }

    /// Whether the pool is being filled.
    #[must_use]
    pub fn is_filling(&self) -> bool {
        *self.filling.goes_on.borrow()
    }

    /// Makes the pool learn from a decision that was just stored under this identifier.
    pub(super) fn observe(&self, id: InteractionId, decision: Decision) {
        match self.filling.decided().as_mut() {
            // The filling may have read it; it says so at its end.
            Some(decided) => decided.push((id, decision)),
            None => self.matcher.observe(decision, self.moment()),
        }
    }

    fn tell_pool(&self, row: PersonRow) {
        let (audience, person) = (audience_of(&row.kinds), seeker(row));
        if let Err(error) = self.matcher.upsert(&Entry { person: &person, audience }) {
            tracing::warn!(account = person.id.get(), %error, "a person is left out of the pool");
            self.matcher.remove(person.id);
        }
    }
}

impl Fill {
    /// Goes through everyone in the store once.
    pub(super) async fn run(&self) -> StoreResult<usize> {
        let Self(people) = self;
        let mut filled = 0;
        let mut after = None;
        loop {
            let page = people.stores.people.people(after, FILL_PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.person.id);
            let before = filled;
            filled += page.len();
            if filled / FILL_PROGRESS > before / FILL_PROGRESS {
                tracing::info!(people = filled, "the pool is being filled");
            }
            for row in page {
                // Held while the pool is told, so that a change comes either before, and is seen here, or after.
                let changed = people.filling.changed();
                if !changed.as_ref().is_some_and(|changed| changed.contains(&row.person.id)) {
                    people.tell_pool(row);
                }
            }
        }
        self.learn().await?;
        people.matcher.settle(people.moment());
        Ok(filled)
    }

    /// Makes the pool learn from every decision in the store, in the order in which they were first made.
    async fn learn(&self) -> StoreResult<()> {
        let Self(people) = self;
        people.matcher.forget();
        let mut after = None;
        let mut learned = 0;
        loop {
            let page = people.stores.matches.interactions(after, FILL_PAGE).await?;
            let Some(last) = page.last() else { break };
            let before = learned;
            learned += page.len();
            if learned / FILL_PROGRESS > before / FILL_PROGRESS {
                tracing::info!(decisions = learned, "the pool is learning");
            }
            after = Some(last.id);
            let moment = people.moment();
            let decisions: Vec<Decision> = page.iter().filter_map(Decision::of).collect();
            people.matcher.observe_all(&decisions, moment);
        }
        // What was decided meanwhile is either among the pages or comes after them. From here on the pool is told at
        // once.
        let mut decided = people.filling.decided();
        for (id, decision) in decided.take().unwrap_or_default() {
            if Some(id) > after {
                people.matcher.observe(decision, people.moment());
            }
        }
        Ok(())
    }
}

/// What the matchmaker says of somebody; `None`, and a line in the log, where it refuses what is stored of them. They are
/// left out then, so that nobody else's request fails for it.
pub(super) fn unless_refused<T>(
    id: AccountId,
    said: Result<T, ScoringError>,
) -> Result<Option<T>, ScoringError> {
    match said {
        Err(error @ ScoringError::BadPerson { id: refused, .. }) if refused == id => {
            tracing::warn!(account = id.get(), %error, "a person is left out of an answer");
            Ok(None)
        }
        said => said.map(Some),
    }
}

/// Whether people of the platform meet somebody: who is not of it is known there by a match alone, as other surfaces make
/// them.
pub(super) async fn is_met_on_the_platform(
    stores: &Stores,
    viewer: AccountId,
    other: &PersonRow,
) -> StoreResult<bool> {
    if other.kinds.contains(&IdentityKind::Phone) {
        return Ok(true);
    }
    let Some(pair) = Pair::new(viewer, other.person.id) else { return Ok(false) };
    Ok(stores.matches.match_between(pair).await?.is_some())
}

/// A person as the matchmaker asks for them: on the platform, who did not say whom they seek seeks the other gender.
#[must_use]
pub fn seeker(row: PersonRow) -> Person {
    if row.kinds.contains(&IdentityKind::Phone) { seeking_the_other_gender(row.person) } else { row.person }
}

/// Among whom a person with these identities is found: Miracle's pool is the accounts with a Telegram id, the
/// platform's those with a phone.
#[must_use]
pub fn audience_of(kinds: &[IdentityKind]) -> Audience {
    kinds.iter().fold(Audience::NONE, |audience, kind| match kind {
        IdentityKind::Telegram => audience.with(Audience::TELEGRAM),
        IdentityKind::Phone => audience.with(Audience::PLATFORM),
        IdentityKind::Email | IdentityKind::Username | IdentityKind::UnverifiedEmail => audience,
    })
}

#[cfg(test)]
mod tests;
