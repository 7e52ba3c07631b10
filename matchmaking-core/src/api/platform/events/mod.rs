//! Events where people meet.

mod registrations;
mod rounds;
mod shown;

pub use registrations::{
    CancelRegistration, CancelRequest, CancelledView, CheckIn, CheckInRequest, CheckInView, CheckedInView,
    DepositState, EventBrief, GetCheckInCode, ListRegistrations, MyRegistration, PaymentView, Rate,
    RateRequest, RatedView, RegisterForEvent, RegisterForEventRequest, RegisteredEvent, RegisteredView,
    RegistrationStats, RegistrationsRequest, RegistrationsView,
};
pub use rounds::{GetRounds, Pick, PickRequest, PickedView, RoundView, RoundsView};
pub use shown::{
    Attendee, AttendeesView, EventDetailView, EventItem, EventRequest, EventSorting, EventsRequest, GetEvent,
    ListEvents, ListedParticipants, ListedPlace, ListedRequirements, StopWaiting, UserRegistration,
    WaitForSeat, WaitingView,
};

use crate::{
    api::wire::{GivenId, Input, Refused},
    ids::{EventId, RegistrationId},
};

/// The event in the path; what is no number is no event.
fn event_in_path(input: &Input) -> Result<GivenId<EventId>, Refused> {
    input.path().required("event_id", |node| node.decimal_id())
}

/// The registration in the path, likewise.
fn registration_in_path(input: &Input) -> Result<GivenId<RegistrationId>, Refused> {
    input.path().required("registration_id", |node| node.decimal_id())
}
