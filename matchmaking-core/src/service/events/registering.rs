//! Taking a seat, waiting for one, and giving it back.

use super::{EventError, Events, RegistrationShown, refusal, unfit};
use crate::{
    ids::{AccountId, EventId, RegistrationId},
    model::{EventRefusal, EventState, Profile, Registration, RegistrationState},
    ports::payment::{NewPayment, PaymentChannel, PaymentError},
    store::{CancelOutcome, EventView, LocalMoment, NewSeat, RegisterOutcome, SeatChange, WaitOutcome},
};

impl Events {
    /// Takes a seat: at once where there is nothing to pay, else it is held until it is paid. A seat that is offered is
    /// taken up. If the gateway fails, the seat is given back.
    pub async fn register(
        &self,
        account: AccountId,
        id: EventId,
        channel: Option<PaymentChannel>,
    ) -> Result<RegistrationShown, EventError> {
        let now = self.now();
        let (view, profile) = self.for_registration(account, id, now).await?;
        let own = self.stores.events.seat_of(id, account, now.at).await?;
        // Asked without a lock first, so that those who come in vain do not keep others waiting.
        if let Some(refusal) = refusal(&view, own.as_ref(), &profile, now.at) {
            return Err(refusal.into());
        }
        if view.event.details.deposit_fen > 0 && channel.is_none() {
            return Err(EventError::NoChannel);
        }
        let new = NewSeat { event: id, account, gender: profile.gender, channel, now };
        let change = self.stores.seats.register(new).await?.ok_or(EventError::Unknown)?;
        self.tell_offers(&change);
        match change.outcome {
            RegisterOutcome::Registered => {}
            RegisterOutcome::AlreadyRegistered => return Err(EventRefusal::AlreadyRegistered.into()),
            RegisterOutcome::Full => return Err(EventRefusal::Full.into()),
            RegisterOutcome::QuotaFull => return Err(EventRefusal::QuotaFull.into()),
            RegisterOutcome::NotOpen => return Err(EventRefusal::Closed.into()),
            RegisterOutcome::Unknown => return Err(EventError::UnknownAccount),
        }
        let SeatChange { event, registration, .. } = change;
        let mut registration = registration.ok_or(EventError::UnknownRegistration)?;
        if registration.state == RegistrationState::Held {
            registration.payment_url = Some(self.open_payment(&registration, &event.details.name).await?);
        }
        Ok(self.shown(registration, event))
    }

    /// Opens the payment of a held seat; without one, the seat is given back.
    async fn open_payment(&self, registration: &Registration, title: &str) -> Result<String, EventError> {
        match self.gateway.create(&payment_of(registration, title)).await {
            Ok(created) => {
                self.stores.seats.set_payment_url(registration.id, &created.payment_url).await?;
                Ok(created.payment_url)
            }
            Err(error) => {
                if let Some(change) = self.stores.seats.give_up(registration.id, self.now()).await? {
                    self.tell_offers(&change);
                }
                Err(error.into())
            }
        }
    }

    /// Queues for a seat; returns the place in the queue, from 1.
    pub async fn wait_for_seat(&self, account: AccountId, id: EventId) -> Result<usize, EventError> {
        let now = self.now();
        let (view, profile) = self.for_registration(account, id, now).await?;
        if !view.is_registered
            && let Some(refusal) = unfit(&view.event, &profile, now.at)
        {
            return Err(refusal.into());
        }
        let new = NewSeat { event: id, account, gender: profile.gender, channel: None, now };
        let change = self.stores.seats.wait_for_seat(new).await?.ok_or(EventError::Unknown)?;
        self.tell_offers(&change);
        let refusal = match change.outcome {
            WaitOutcome::Waiting(place) => return Ok(place),
            WaitOutcome::AlreadyRegistered => EventRefusal::AlreadyRegistered,
            WaitOutcome::SeatsLeft => EventRefusal::SeatsLeft,
            WaitOutcome::TooMany => EventRefusal::TooManyWait,
            WaitOutcome::NotOpen => EventRefusal::Closed,
            WaitOutcome::Unknown => return Err(EventError::UnknownAccount),
        };
        Err(refusal.into())
    }

    /// Leaves the queue; whoever is not in it has left it.
    pub async fn stop_waiting(&self, account: AccountId, id: EventId) -> Result<(), EventError> {
        let event = self.stores.events.event(id).await?;
        event.filter(|event| event.state != EventState::Draft).ok_or(EventError::Unknown)?;
        self.stores.seats.stop_waiting(id, account).await?;
        Ok(())
    }

    /// Gives a seat back.
    pub async fn cancel(
        &self,
        account: AccountId,
        id: RegistrationId,
        reason: &str,
    ) -> Result<RegistrationShown, EventError> {
        self.own(account, id).await?;
        let change = self.stores.seats.cancel_registration(id, reason, false, self.now()).await?;
        let change = change.ok_or(EventError::UnknownRegistration)?;
        self.tell_offers(&change);
        match change.outcome {
            CancelOutcome::Cancelled => {}
            CancelOutcome::TooLate => return Err(EventRefusal::TooLateToCancel.into()),
            CancelOutcome::Over => return Err(EventRefusal::RegistrationOver.into()),
        }
        let registration = change.registration.ok_or(EventError::UnknownRegistration)?;
        Ok(self.shown(registration, change.event))
    }

    /// A public event, and what somebody tells who wants a seat at it.
    async fn for_registration(
        &self,
        account: AccountId,
        id: EventId,
        now: LocalMoment,
    ) -> Result<(EventView, Profile), EventError> {
        let view = self.stores.events.event_view(id, Some(account), now.at).await?;
        let view = view.filter(|view| view.event.state != EventState::Draft).ok_or(EventError::Unknown)?;
        let profile = self.stores.people.profile(account).await?.ok_or(EventError::UnknownAccount)?.profile;
        Ok((view, profile))
    }
}

/// The payment of a held seat, the same however often it is asked for.
pub(super) fn payment_of(registration: &Registration, title: &str) -> NewPayment {
    let channel = registration.course.channel.as_deref().and_then(PaymentChannel::from_code);
    NewPayment {
        order_no: registration.order_no.clone(),
        amount_fen: registration.course.deposit_fen,
        channel: channel.unwrap_or(PaymentChannel::Wechat),
        title: title.to_owned(),
        expires_at: registration.held_until.unwrap_or(registration.registered_at),
    }
}

/// Whether a gateway says that it will never do what it was asked.
pub(super) const fn is_final(error: &PaymentError) -> bool {
    matches!(error, PaymentError::Refused(_) | PaymentError::Unknown)
}
