//! What is done for events at its moment, whether anybody asks or not.

use super::{EventError, Events, registering::is_final};
use crate::{
    clock::Millis,
    ids::{AccountId, EventId, RegistrationId},
    store::{Job, JobKind},
};

impl Events {
    /// Does a job; returns when to do it again, if it is to be done again. Doing it twice is doing it once.
    pub(in crate::service) async fn run(&self, job: &Job) -> Result<Option<Millis>, EventError> {
        match job.kind {
            JobKind::Release => match EventId::new(job.subject) {
                Some(id) => self.release(id).await,
                None => Ok(None),
            },
            JobKind::Settle => match EventId::new(job.subject) {
                Some(id) => self.settle(id).await,
                None => Ok(None),
            },
            JobKind::Match => {
                if let Some(id) = EventId::new(job.subject) {
                    self.match_picks(id).await?;
                }
                Ok(None)
            }
            JobKind::Refund => {
                if let Some(id) = RegistrationId::new(job.subject) {
                    self.refund(id).await?;
                }
                Ok(None)
            }
            JobKind::Leave => {
                if let Some(id) = AccountId::new(job.subject) {
                    self.leave_all(id).await?;
                }
                Ok(None)
            }
            // Not about events.
            JobKind::Daily => Ok(None),
        }
    }

    async fn release(&self, id: EventId) -> Result<Option<Millis>, EventError> {
        let Some(change) = self.stores.seats.release_seats(id, self.now()).await? else { return Ok(None) };
        self.tell_offers(&change);
        Ok(change.outcome)
    }

    async fn settle(&self, id: EventId) -> Result<Option<Millis>, EventError> {
        let Some(change) = self.stores.seats.settle_event(id, self.now()).await? else { return Ok(None) };
        self.tell_offers(&change);
        Ok(change.outcome)
    }

    async fn refund(&self, id: RegistrationId) -> Result<(), EventError> {
        let given = self.give_back(id).await;
        if let Err(EventError::Payment(error)) = &given
            && is_final(error)
        {
            // Somebody must look at it; the gateway is asked again all the same, ever more seldom.
            tracing::error!(registration = id.get(), %error, "a refund is refused");
        }
        given
    }

    /// Frees the seats of an account that is deleted.
    async fn leave_all(&self, account: AccountId) -> Result<(), EventError> {
        for id in self.stores.seats.seats_held_by(account, self.clock.now()).await? {
            if let Some(change) = self.stores.seats.cancel_registration(id, "", true, self.now()).await? {
                self.tell_offers(&change);
            }
        }
        Ok(())
    }
}
