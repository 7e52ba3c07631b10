//! The store of events, and of who is registered for them.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{NewAudit, Slice, Sliced};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, EventId, RegistrationId},
    model::{
        Event, EventDetails, EventState, EventStatus, Registration, RegistrationStatus, Seats,
        profile::Gender,
    },
};

/// An event to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Whether people may see it yet.
    pub state: EventState,
    /// When it begins, ends, and ceases to take registrations.
    pub times: EventTimes,
    /// What the organiser says about it.
    pub details: EventDetails,
    /// The entry in the record; its thing becomes the event.
    pub audit: NewAudit,
}

/// The moments of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTimes {
    /// When it begins.
    pub starts_at: Millis,
    /// When it is over; after its beginning.
    pub ends_at: Millis,
    /// Until when one may register; not after its beginning.
    pub deadline_at: Millis,
}

/// What became of an event that was to be made.
#[derive(Debug, Clone, PartialEq)]
pub enum CreateEventOutcome {
    /// It is made.
    Made(Box<Event>),
    /// Another event has its code.
    CodeTaken,
}

/// An event with who is registered for it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventView {
    /// The event.
    pub event: Event,
    /// How many seats are taken.
    pub seats: Seats,
    /// Whether the one who asks has one of them.
    pub is_registered: bool,
}

/// By what events are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOrder {
    /// By their beginning.
    Start,
    /// By when they were made.
    Creation,
}

/// Which events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuery {
    /// Of this status; of any without it.
    pub status: Option<EventStatus>,
    /// With those that are being prepared.
    pub drafts: bool,
    /// In this city, by exactly this name.
    pub city: Option<String>,
    /// On this day or later.
    pub from: Option<NaiveDate>,
    /// On this day or earlier.
    pub to: Option<NaiveDate>,
    /// In which order.
    pub order: EventOrder,
    /// Who asks.
    pub viewer: Option<AccountId>,
    /// The present moment.
    pub at: Millis,
}

/// How many registrations somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RegistrationCounts {
    /// All there ever were.
    pub total: usize,
    /// Those with a seat at an event that is not over.
    pub upcoming: usize,
    /// Those of who came to an event that is over.
    pub completed: usize,
}

/// Keeps events, and tells who is registered for them. Seats are given and taken by the
/// [`SeatStore`](super::SeatStore).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait EventStore: Send + Sync {
    /// Makes an event, and has it settled when it is long over ([`JobKind::Settle`](super::JobKind)).
    async fn create_event(&self, new: NewEvent) -> StoreResult<CreateEventOutcome>;

    /// The event with this identifier.
    async fn event(&self, id: EventId) -> StoreResult<Option<Event>>;

    /// The same with its seats at this moment, for this viewer.
    async fn event_view(
        &self,
        id: EventId,
        viewer: Option<AccountId>,
        at: Millis,
    ) -> StoreResult<Option<EventView>>;

    /// The events that are asked for, by the order and then by identifier.
    async fn events(&self, query: EventQuery, slice: Slice) -> StoreResult<Sliced<EventView>>;

    /// The first who have a seat at this moment and whom the viewer may see, the viewer included.
    async fn attendees(
        &self,
        event: EventId,
        viewer: AccountId,
        at: Millis,
        limit: usize,
    ) -> StoreResult<Vec<(AccountId, Option<Gender>)>>;

    /// The registration with this identifier.
    async fn registration(&self, id: RegistrationId) -> StoreResult<Option<Registration>>;

    /// The registration whose payment has this name.
    async fn registration_by_order(&self, order_no: &str) -> StoreResult<Option<Registration>>;

    /// The registration by which an account has a seat at an event at this moment.
    async fn seat_of(
        &self,
        event: EventId,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<Option<Registration>>;

    /// The registrations of an account with their events, by identifier: of one status at this moment, or all.
    async fn registrations_of(
        &self,
        account: AccountId,
        status: Option<RegistrationStatus>,
        at: Millis,
        slice: Slice,
    ) -> StoreResult<Sliced<(Registration, Event)>>;

    /// How many registrations an account has at this moment.
    async fn count_registrations(&self, account: AccountId, at: Millis) -> StoreResult<RegistrationCounts>;

    /// The registrations for an event, by identifier: of one status at this moment, or all.
    async fn registrations_for(
        &self,
        event: EventId,
        status: Option<RegistrationStatus>,
        at: Millis,
        slice: Slice,
    ) -> StoreResult<Sliced<Registration>>;
}
