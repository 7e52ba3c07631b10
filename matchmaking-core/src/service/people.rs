//! Profiles, and the pool that mirrors them.

use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use tokio::sync::Mutex;

use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::{IdentityKind, Profile},
    scoring::{Audience, Entry, Matcher, Moment},
    store::{PersonRow, Stores},
};

/// How often a change is tried again when somebody else changed the same profile in between.
const EDIT_TRIES: usize = 32;

/// How many people a page of the pool has while it is filled.
const FILL_PAGE: usize = 1_000;

/// How many locks keep the pool's updates of one person in order.
const REFRESH_LOCKS: usize = 64;

/// Changes profiles, and tells the pool.
#[derive(Debug, Clone)]
pub struct People {
    stores: Stores,
    matcher: Arc<dyn Matcher>,
    clock: Arc<dyn Clock>,
    time_zone: Tz,
    refreshing: Arc<[Mutex<()>; REFRESH_LOCKS]>,
}

impl People {
    /// The service over these stores and this pool. Ages are counted in `time_zone`.
    #[must_use]
    pub fn new(stores: Stores, matcher: Arc<dyn Matcher>, clock: Arc<dyn Clock>, time_zone: Tz) -> Self {
        let refreshing = Arc::new([const { Mutex::const_new(()) }; REFRESH_LOCKS]);
        Self { stores, matcher, clock, time_zone, refreshing }
    }

    /// The present moment, as the pool counts ages and activity.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment::new(self.clock.now(), self.time_zone)
    }

    /// The present day where the people live.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.moment().today
    }

    /// The name that a person is shown by; empty for people without one.
    pub async fn name(&self, id: AccountId) -> StoreResult<String> {
        let read = self.stores.people.profile(id).await?;
        Ok(read.and_then(|read| read.profile.nickname).unwrap_or_default())
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
        match self.stores.people.person(id).await? {
            Some(row) => self.tell_pool(&row),
            None => {
                self.matcher.remove(id);
            }
        }
        Ok(())
    }

    /// Fills the pool with everyone in the store; returns how many there are.
    pub async fn fill_pool(&self) -> StoreResult<usize> {
        let mut filled = 0;
        let mut after = None;
        loop {
            let page = self.stores.people.people(after, FILL_PAGE).await?;
            let Some(last) = page.last() else { return Ok(filled) };
            after = Some(last.person.id);
            filled += page.len();
            for row in &page {
                self.tell_pool(row);
            }
        }
    }

    fn tell_pool(&self, row: &PersonRow) {
        if let Err(error) =
            self.matcher.upsert(&Entry { person: &row.person, audience: audience_of(&row.kinds) })
        {
            tracing::warn!(account = row.person.id.get(), %error, "a person is left out of the pool");
            self.matcher.remove(row.person.id);
        }
    }
}

/// Among whom a person with these identities is found: Miracle's pool is the accounts with a Telegram id, the
/// platform's those with a phone.
#[must_use]
pub fn audience_of(kinds: &[IdentityKind]) -> Audience {
    kinds.iter().fold(Audience::NONE, |audience, kind| match kind {
        IdentityKind::Telegram => audience.with(Audience::TELEGRAM),
        IdentityKind::Phone => audience.with(Audience::PLATFORM),
        IdentityKind::Email | IdentityKind::Username => audience,
    })
}
