//! What gateways say about payments, and money that goes back.

use super::{EventError, Events, registering::payment_of};
use crate::{
    ids::RegistrationId,
    model::Registration,
    ports::payment::{Notice, PaymentError, PaymentOutcome, RawNotice, Refund},
    store::PaidOutcome,
};

/// Where the sandbox's payments are made, below the base URL.
pub const SANDBOX_PATH: &str = "/sandbox/payments";

impl Events {
    /// Takes a gateway's notice, if it is the gateway's. What it says counts once, however often it says so.
    pub async fn notified(&self, raw: &RawNotice) -> Result<(), EventError> {
        let notice = match self.gateway.verify(raw).await {
            Ok(notice) => notice,
            Err(PaymentError::Forged) => return Err(EventError::Forged),
            Err(error) => return Err(error.into()),
        };
        self.settled(&notice).await?;
        Ok(())
    }

    /// Plays the payer of the sandbox.
    pub async fn pay_in_sandbox(&self, order_no: &str) -> Result<Registration, EventError> {
        let sandbox = self.sandbox.as_ref().ok_or(EventError::UnknownRegistration)?;
        let registration = self.order(order_no).await?;
        // Nobody was asked to pay for a seat that is only offered, or for one without a deposit.
        if registration.course.offered || registration.course.deposit_fen == 0 {
            return Err(EventError::UnknownRegistration);
        }
        if sandbox.confirm(order_no).is_err() {
            // It has forgotten the payment with a restart; opened again, it is the same.
            self.gateway.create(&payment_of(&registration, "")).await?;
        }
        self.settled(&sandbox.confirm(order_no)?).await
    }

    /// The registration that is paid by this name.
    pub async fn order(&self, order_no: &str) -> Result<Registration, EventError> {
        let found = self.stores.events.registration_by_order(order_no).await?;
        found.ok_or(EventError::UnknownRegistration)
    }

    async fn settled(&self, notice: &Notice) -> Result<Registration, EventError> {
        let registration = self.order(&notice.order_no).await?;
        let (id, now) = (registration.id, self.now());
        match notice.outcome {
            PaymentOutcome::Paid => {
                let paid = self.stores.seats.confirm_payment(id, notice.amount_fen, now).await?;
                let paid = paid.ok_or(EventError::UnknownRegistration)?;
                self.tell_offers(&paid);
                match paid.outcome {
                    PaidOutcome::Confirmed | PaidOutcome::Known => {}
                    PaidOutcome::TooLate => {
                        tracing::info!(registration = id.get(), "a payment came too late");
                    }
                    PaidOutcome::WrongAmount => {
                        tracing::warn!(registration = id.get(), "a payment was not what was asked for");
                    }
                }
                paid.registration.ok_or(EventError::UnknownRegistration)
            }
            PaymentOutcome::Failed => {
                let given_up = self.stores.seats.give_up(id, now).await?;
                let given_up = given_up.ok_or(EventError::UnknownRegistration)?;
                self.tell_offers(&given_up);
                given_up.registration.ok_or(EventError::UnknownRegistration)
            }
        }
    }

    /// Gives back what is owed for a registration. The gateway knows each refund by its name, so that asking again
    /// after a failure gives nothing back twice.
    pub(in crate::service) async fn give_back(&self, id: RegistrationId) -> Result<(), EventError> {
        let mut given_back = Ok(());
        for owed in self.stores.seats.open_refunds(id).await? {
            let refund =
                Refund { order_no: owed.order_no, refund_no: owed.refund_no, amount_fen: owed.amount_fen };
            // One that is refused holds up none of the others.
            match self.gateway.refund(&refund).await {
                Ok(()) => {
                    self.stores.seats.refund_done(&refund.refund_no, self.clock.now()).await?;
                }
                Err(error) => given_back = given_back.and(Err(error.into())),
            }
        }
        given_back
    }
}
