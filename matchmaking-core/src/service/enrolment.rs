//! Bringing people in from elsewhere: files, other systems, made-up crowds.

use std::sync::Arc;

use super::people::People;
use crate::{
    clock::Clock,
    error::StoreError,
    ids::AccountId,
    model::{Identity, IdentityKind, Person, Profile},
    scoring::{Features, ScoringError},
    store::{CreateOutcome, NewAccount, Stores},
};

/// Makes accounts for people who come from elsewhere, or brings up to date the ones they have.
#[derive(Debug, Clone)]
pub struct Enrolment {
    stores: Stores,
    people: People,
    clock: Arc<dyn Clock>,
}

/// What was done, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolled {
    /// There was no such person; now there is. The identifier is `None` when it was only tried.
    Created(Option<AccountId>),
    /// There was, and their profile is changed.
    Updated(AccountId),
    /// There was, and nothing about them is new.
    Unchanged(AccountId),
}

/// Why somebody is not brought in. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Nothing says who it is.
    #[error("there is no identity: a phone, a user name or a Telegram id is needed")]
    NoIdentity,
    /// An identity belongs to somebody else than another one given with it.
    #[error("it belongs to another account than the other identities given")]
    Conflict(IdentityKind),
    /// The account that another of the identities names does not have this one.
    #[error("the account named by the other identities does not have it, and identities are not added here")]
    NotTheirs(IdentityKind),
    /// The profile as it would be holds what no person can have.
    #[error(transparent)]
    BadProfile(#[from] ScoringError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person as they are known so far.
struct Known {
    id: AccountId,
    profile: Profile,
}

impl Enrolment {
    /// The service over these stores.
    #[must_use]
    pub fn new(stores: Stores, people: People, clock: Arc<dyn Clock>) -> Self {
        Self { stores, people, clock }
    }

    /// Changes the profile of the person with these identities; someone new is made with them, active and
    /// without a password, and starts from an empty profile. `change` may be called several times, on a fresh
    /// copy each time.
    pub async fn enrol(
        &self,
        identities: &[Identity],
        change: impl Fn(&mut Profile) + Send,
    ) -> Result<Enrolled, EnrolError> {
        let mut profile = Profile::default();
        change(&mut profile);
        loop {
            if let Some(known) = self.known(identities).await? {
                return self.update(known, change).await;
            }
            self.check(&profile)?;
            let new = NewAccount {
                identities: identities.to_vec(),
                password_hash: None,
                profile: profile.clone(),
                at: self.clock.now(),
            };
            match self.stores.accounts.create_account(new).await? {
                CreateOutcome::Created(account) => {
                    self.people.refresh(account.id).await?;
                    return Ok(Enrolled::Created(Some(account.id)));
                }
                // Somebody made it between the look-up and here: now they are known.
                CreateOutcome::Taken { .. } => {}
            }
        }
    }

    /// What [`enrol`](Self::enrol) would do now, without doing it.
    pub async fn rehearse(
        &self,
        identities: &[Identity],
        change: impl Fn(&mut Profile) + Send,
    ) -> Result<Enrolled, EnrolError> {
        let known = self.known(identities).await?;
        let old = known.as_ref().map(|known| known.profile.clone()).unwrap_or_default();
        let mut profile = old.clone();
        change(&mut profile);
        self.check(&profile)?;
        Ok(match known {
            None => Enrolled::Created(None),
            Some(Known { id, .. }) if profile == old => Enrolled::Unchanged(id),
            Some(Known { id, .. }) => Enrolled::Updated(id),
        })
    }

    async fn update(
        &self,
        known: Known,
        change: impl Fn(&mut Profile) + Send,
    ) -> Result<Enrolled, EnrolError> {
        let mut profile = known.profile.clone();
        change(&mut profile);
        self.check(&profile)?;
        if profile == known.profile {
            return Ok(Enrolled::Unchanged(known.id));
        }
        self.people.edit(known.id, change).await?.ok_or(StoreError::Unavailable(None))?;
        Ok(Enrolled::Updated(known.id))
    }

    /// The one person who has all of these identities; `None` when nobody has any of them.
    async fn known(&self, identities: &[Identity]) -> Result<Option<Known>, EnrolError> {
        if identities.is_empty() {
            return Err(EnrolError::NoIdentity);
        }
        let mut owners = Vec::with_capacity(identities.len());
        for identity in identities {
            let owner = self.stores.accounts.account_by_identity(identity.kind, &identity.folded).await?;
            owners.push((identity.kind, owner.map(|account| account.id)));
        }
        let Some(id) = owners.iter().find_map(|(_, owner)| *owner) else { return Ok(None) };
        for (kind, owner) in owners {
            match owner {
                None => return Err(EnrolError::NotTheirs(kind)),
                Some(owner) if owner != id => return Err(EnrolError::Conflict(kind)),
                Some(_) => {}
            }
        }
        let profile = self.stores.people.profile(id).await?.map(|read| read.profile);
        Ok(profile.map(|profile| Known { id, profile }))
    }

    /// Refuses a profile that the scoring engine would refuse.
    fn check(&self, profile: &Profile) -> Result<(), ScoringError> {
        // Only the profile is looked at, so any number does.
        let Some(id) = AccountId::new(1) else { return Ok(()) };
        let last_active_at = self.clock.now();
        Features::read(&Person { id, profile: profile.clone(), last_active_at }).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::{ManualClock, Millis},
        ids::TelegramId,
        scoring::{Matcher, ReferencePool},
        service::{Foundation, Services},
        store::{Stores, memory::MemoryStore},
    };

    fn enrolment() -> (Enrolment, Arc<dyn Matcher>) {
        let pool: Arc<dyn Matcher> = Arc::new(ReferencePool::default());
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(Millis(1_780_000_000_000)));
        let stores = Stores::from_one(Arc::new(MemoryStore::new()));
        let services = Services::new(Foundation {
            matcher: Arc::clone(&pool),
            clock: Arc::clone(&clock),
            ..Foundation::over(stores)
        });
        (Enrolment::new(services.stores.clone(), services.people.clone(), clock), pool)
    }

    fn telegram(id: i64) -> Identity {
        Identity::telegram(TelegramId::new(id).unwrap())
    }

    fn username(name: &str) -> Identity {
        Identity::new(IdentityKind::Username, name)
    }

    #[tokio::test]
    async fn who_comes_again_is_brought_up_to_date() {
        let (enrolment, pool) = enrolment();
        let who = [telegram(7), username("lin")];
        let tall = |profile: &mut Profile| profile.height_cm = Some(170);
        assert_eq!(enrolment.rehearse(&who, tall).await.unwrap(), Enrolled::Created(None));
        assert!(pool.is_empty());
        let Enrolled::Created(Some(id)) = enrolment.enrol(&who, tall).await.unwrap() else { panic!() };
        assert!(pool.contains(id));
        assert_eq!(enrolment.enrol(&who, tall).await.unwrap(), Enrolled::Unchanged(id));
        let named = |profile: &mut Profile| profile.nickname = Some("林".to_owned());
        assert_eq!(enrolment.rehearse(&who[..1], named).await.unwrap(), Enrolled::Updated(id));
        assert_eq!(enrolment.enrol(&who[..1], named).await.unwrap(), Enrolled::Updated(id));
        let profile = enrolment.stores.people.profile(id).await.unwrap().unwrap().profile;
        assert_eq!((profile.height_cm, profile.nickname.as_deref()), (Some(170), Some("林")));
    }

    #[tokio::test]
    async fn identities_must_name_one_person() {
        let (enrolment, _) = enrolment();
        let nothing = |_: &mut Profile| {};
        enrolment.enrol(&[telegram(1)], nothing).await.unwrap();
        enrolment.enrol(&[username("lin")], nothing).await.unwrap();
        let both = enrolment.enrol(&[telegram(1), username("LIN")], nothing).await;
        assert!(matches!(both, Err(EnrolError::Conflict(IdentityKind::Username))));
        let new = enrolment.enrol(&[telegram(1), username("wu")], nothing).await;
        assert!(matches!(new, Err(EnrolError::NotTheirs(IdentityKind::Username))));
        assert!(matches!(enrolment.enrol(&[], nothing).await, Err(EnrolError::NoIdentity)));
        let young = |profile: &mut Profile| profile.stated_age = Some(5);
        assert!(matches!(enrolment.enrol(&[telegram(2)], young).await, Err(EnrolError::BadProfile(_))));
        let unborn = |profile: &mut Profile| profile.birth_date = chrono::NaiveDate::from_ymd_opt(9999, 1, 1);
        assert!(matches!(enrolment.enrol(&[telegram(2)], unborn).await, Err(EnrolError::BadProfile(_))));
    }
}
