//! Coming to an event, and what people thought of it.

use super::{EventError, Events, codes};
use crate::{
    clock::Millis,
    ids::{AccountId, RegistrationId},
    model::{Event, EventRefusal, RegistrationState, profile::Position},
    scoring::distance::exact_km,
    store::{CheckInOutcome, NewRating, RateOutcome},
};

/// How long before its beginning people may come to an event, in milliseconds: 2 hours.
pub const CHECK_IN_BEFORE: i64 = 2 * 60 * 60 * 1_000;

/// How near they must be, in kilometres, where both places are known.
pub const CHECK_IN_WITHIN_KM: f64 = 2.0;

impl Events {
    /// Notes that somebody came, with the code of their registration; returns when, and to which event. Coming again is
    /// having come.
    pub async fn check_in(
        &self,
        account: AccountId,
        id: RegistrationId,
        code: &str,
        place: Option<Position>,
    ) -> Result<(Millis, Event), EventError> {
        let (registration, event) = self.own(account, id).await?;
        match registration.state {
            RegistrationState::Paid | RegistrationState::CheckedIn => {}
            RegistrationState::Held | RegistrationState::Cancelled | RegistrationState::Expired => {
                return Err(EventRefusal::NotPaid.into());
            }
        }
        if !self.codes.is_check_in_code(code, id) {
            return Err(EventError::WrongCode);
        }
        let now = self.now();
        if let Some(at) = registration.course.checked_in_at {
            return Ok((at, event));
        }
        if now.at.plus(CHECK_IN_BEFORE) < event.starts_at || now.at > event.ends_at {
            return Err(EventRefusal::NotCheckInTime.into());
        }
        if let Some((here, there)) = place.zip(event.details.venue.position)
            && exact_km(here, there) > CHECK_IN_WITHIN_KM
        {
            return Err(EventRefusal::TooFar.into());
        }
        let change = self.stores.seats.check_in(id, now).await?.ok_or(EventError::UnknownRegistration)?;
        self.tell_offers(&change);
        match change.outcome {
            CheckInOutcome::CheckedIn => {
                let at = change.registration.and_then(|one| one.course.checked_in_at);
                Ok((at.unwrap_or(now.at), change.event))
            }
            CheckInOutcome::NotPaid => Err(EventRefusal::NotPaid.into()),
        }
    }

    /// Keeps what somebody thinks of an event they came to.
    pub async fn rate(
        &self,
        account: AccountId,
        id: RegistrationId,
        rating: NewRating,
    ) -> Result<(), EventError> {
        self.own(account, id).await?;
        let change = self.stores.seats.rate(id, rating, self.now()).await?;
        let change = change.ok_or(EventError::UnknownRegistration)?;
        self.tell_offers(&change);
        match change.outcome {
            RateOutcome::Rated => Ok(()),
            RateOutcome::AlreadyRated => Err(EventRefusal::AlreadyRated.into()),
            RateOutcome::NotCheckedIn => Err(EventRefusal::NotCheckedIn.into()),
        }
    }

    /// The picture of a registration's code, for whoever has a link that ends and is signed so, and for how many seconds
    /// it may be kept; `None` for a link that is not good.
    pub async fn picture(
        &self,
        id: RegistrationId,
        expires: &str,
        signature: &str,
    ) -> Result<Option<(Vec<u8>, u64)>, EventError> {
        let Some(good_for) = self.codes.good_for(id, expires, signature, self.clock.now()) else {
            return Ok(None);
        };
        let registration = self.stores.events.registration(id).await?;
        let registration = registration.ok_or(EventError::UnknownRegistration)?;
        let event = self.stores.events.event(registration.event).await?.ok_or(EventError::Unknown)?;
        let png = codes::picture(&self.codes.check_in_code(&event, id));
        Ok(png.map(|png| (png, good_for)))
    }
}
