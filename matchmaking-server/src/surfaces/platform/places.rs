//! Places for work that takes much of a machine: so many at one moment, and of those so many a person, so that nobody
//! takes those of others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use matchmaking_core::{
    api::fault::Fault,
    ids::AccountId,
    service::{Services, auth::Caller},
};

use super::SessionGate;
use crate::http::{Ctx, Gate as _};

/// After how many seconds there may be a place again.
const FREE_AFTER: u64 = 5;

/// Services for such work, and its places.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) services: Arc<Services>,
    places: Places,
}

impl Desk {
    pub(super) fn new(services: &Arc<Services>, places: Places) -> Arc<Self> {
        Arc::new(Self { services: Arc::clone(services), places })
    }

    /// Lets somebody in for whom there is a place, before anything is read of what they send.
    pub(super) async fn admit(&self, ctx: &mut Ctx) -> Result<(Caller, Place), Fault> {
        let caller = SessionGate::new(&self.services).admit(&ctx.asked).await?;
        ctx.count_upload(caller.account.get());
        Ok((caller, self.places.take(caller.account)?))
    }

    /// Lets somebody in for whom there is a place once what they send has been read, so that nobody waits for them.
    pub(super) async fn admit_with_body(&self, ctx: &mut Ctx) -> Result<(Caller, Place), Fault> {
        let caller = SessionGate::new(&self.services).admit(&ctx.asked).await?;
        ctx.count_upload(caller.account.get());
        ctx.body.gather().await?;
        Ok((caller, self.places.take(caller.account)?))
    }
}

/// The places of one kind.
#[derive(Debug)]
pub(super) struct Places {
    in_all: usize,
    each: usize,
    taken: Arc<Mutex<HashMap<AccountId, usize>>>,
}

/// A place that somebody has until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    account: AccountId,
    taken: Arc<Mutex<HashMap<AccountId, usize>>>,
}

impl Places {
    /// So many places in all, and so many for each.
    pub(super) fn new(in_all: usize, each: usize) -> Self {
        Self { in_all, each, taken: Arc::default() }
    }

    /// Takes a place for somebody, or tells them to come again.
    pub(super) fn take(&self, account: AccountId) -> Result<Place, Fault> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(&account).copied().unwrap_or(0);
        if own >= self.each || taken.values().sum::<usize>() >= self.in_all {
            return Err(Fault::RateLimited { retry_after: FREE_AFTER });
        }
        taken.insert(account, own + 1);
        Ok(Place { account, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.account) {
            Some(own @ 2..) => *own -= 1,
            _ => drop(taken.remove(&self.account)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_the_places_of_others() {
        let (one, other) = (AccountId::new(1).unwrap(), AccountId::new(2).unwrap());
        let places = Places::new(3, 2);
        let first = places.take(one).unwrap();
        let _second = places.take(one).unwrap();
        assert!(matches!(places.take(one), Err(Fault::RateLimited { .. })));
        let third = places.take(other).unwrap();
        assert!(places.take(other).is_err(), "there are three");
        drop(first);
        let _fourth = places.take(other).unwrap();
        drop(third);
        let _fifth = places.take(one).unwrap();
        assert!(places.take(one).is_err());
    }
}
