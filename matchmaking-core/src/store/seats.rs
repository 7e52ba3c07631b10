//! The store of seats: who takes them, pays, comes, and goes.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{EventTimes, NewAudit};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, EventId, RegistrationId},
    model::{Event, EventDetails, EventState, PaymentChannel, Registration, profile::Gender},
};

/// How long a seat is held that is to be paid or taken up, in milliseconds: 30 minutes.
pub const HOLD_MILLIS: i64 = 30 * 60 * 1_000;

/// How long after an event the deposits of those who came are given back, in milliseconds: 7 days.
pub const SETTLE_AFTER: i64 = 7 * 24 * 60 * 60 * 1_000;

/// The most people who wait for a seat at one event.
pub const WAITING_MAX: usize = 500;

/// A moment with its day where the people live, by which registrations are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalMoment {
    /// The moment.
    pub at: Millis,
    /// The day.
    pub date: NaiveDate,
}

/// What a change of the seats of an event left.
#[derive(Debug, Clone, PartialEq)]
pub struct SeatChange<T> {
    /// What became of it.
    pub outcome: T,
    /// The event as it is now.
    pub event: Event,
    /// The registration that it was about, as it is now.
    pub registration: Option<Registration>,
    /// The seats that were offered to people who waited.
    pub offers: Vec<Registration>,
    /// Who loses a seat, or their place among those who wait, without having asked for it.
    pub dropped: Vec<AccountId>,
}

/// Somebody who wants a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSeat {
    /// At which event.
    pub event: EventId,
    /// Who.
    pub account: AccountId,
    /// Their gender, by which quotas count.
    pub gender: Option<Gender>,
    /// Through what they would pay.
    pub channel: Option<PaymentChannel>,
    /// The present moment.
    pub now: LocalMoment,
}

/// What became of somebody's wish for a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterOutcome {
    /// The seat is theirs, or held for them until it is paid.
    Registered,
    /// They have one.
    AlreadyRegistered,
    /// There is none.
    Full,
    /// There is none for their gender.
    QuotaFull,
    /// The event takes no registrations: it is not public, or its deadline is over.
    NotOpen,
    /// The account is unknown, or takes no part.
    Unknown,
}

/// What became of somebody's wish to wait for a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitOutcome {
    /// They wait, with so many in front of them and themselves.
    Waiting(usize),
    /// They have a seat, or one is offered to them.
    AlreadyRegistered,
    /// There is a seat, so that there is nothing to wait for.
    SeatsLeft,
    /// [`WAITING_MAX`] people wait.
    TooMany,
    /// The event takes no registrations.
    NotOpen,
    /// The account is unknown, or takes no part.
    Unknown,
}

/// What became of a payment that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaidOutcome {
    /// The seat is theirs.
    Confirmed,
    /// It was known already.
    Known,
    /// The seat was gone; the money goes back.
    TooLate,
    /// It was not what was asked for; the money goes back.
    WrongAmount,
}

/// What became of a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelOutcome {
    /// It is cancelled.
    Cancelled,
    /// The event is too near, or they came.
    TooLate,
    /// There is no seat to be given back: it was cancelled, or expired.
    Over,
}

/// What became of somebody's coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckInOutcome {
    /// They are here, just now or since before.
    CheckedIn,
    /// The seat is not theirs.
    NotPaid,
}

/// What became of a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateOutcome {
    /// It is kept.
    Rated,
    /// There is one.
    AlreadyRated,
    /// They did not come.
    NotCheckedIn,
}

/// What somebody thinks of an event.
#[derive(Clone, PartialEq, Eq)]
pub struct NewRating {
    /// How many stars, 1 to 5.
    pub stars: u8,
    /// In words; may be empty.
    pub comment: String,
    /// In single words.
    pub tags: Vec<String>,
}

/// Without the words.
impl std::fmt::Debug for NewRating {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewRating").field("stars", &self.stars).finish_non_exhaustive()
    }
}

/// A change of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventEdit {
    /// Whether people may see it.
    pub state: EventState,
    /// Its moments.
    pub times: EventTimes,
    /// What the organiser says about it. Its code stays as it is.
    pub details: EventDetails,
}

/// What became of a change of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditEventOutcome {
    /// It is changed.
    Edited,
    /// More seats are taken than there would be.
    TooFewSeats,
    /// It is public, and cannot become a draft again.
    Published,
    /// It is called off.
    Cancelled,
}

/// What became of the cancellation of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelEventOutcome {
    /// It is called off.
    Cancelled,
    /// It was.
    Already,
    /// It is over.
    Over,
}

/// What became of the closing of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseEventOutcome {
    /// It is closed, just now or since before.
    Closed,
    /// It has not begun, or is not public.
    NotBegun,
}

/// Money that is to go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// Its name: one name is one refund, however often it is asked for.
    pub refund_no: String,
    /// For which registration.
    pub registration: RegistrationId,
    /// The payment it was paid by.
    pub order_no: String,
    /// How much, in fen.
    pub amount_fen: i64,
    /// Whether it is the deposit, so that the registration tells of it.
    pub is_deposit: bool,
}

/// Gives seats and takes them. One call is one fact.
///
/// Seats are never a number that is kept: those that are taken at the moment of a call are counted within its
/// transaction, under a lock of their event. Every call first frees the seats whose time is over and offers free ones
/// to those who wait, the first first; what it says comes after that. Holds, offers and refunds ask for the jobs that
/// end them in the same transaction.
///
/// A call returns `None` when there is no such event or registration, and changes nothing then.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SeatStore: Send + Sync {
    /// Takes a seat: at once where nothing is to be paid, else held for [`HOLD_MILLIS`], but not beyond the beginning.
    /// A seat that is offered to them is taken up. Of many at the same moment no more get a seat than there are.
    async fn register(&self, new: NewSeat) -> StoreResult<Option<SeatChange<RegisterOutcome>>>;

    /// Keeps where a held seat is paid.
    async fn set_payment_url(&self, id: RegistrationId, url: &str) -> StoreResult<()>;

    /// Queues for a seat. Queueing again keeps one's place.
    async fn wait_for_seat(&self, new: NewSeat) -> StoreResult<Option<SeatChange<WaitOutcome>>>;

    /// Leaves the queue; tells whether they were in it.
    async fn stop_waiting(&self, event: EventId, account: AccountId) -> StoreResult<bool>;

    /// Counts a payment of this amount, in fen, for the registration.
    async fn confirm_payment(
        &self,
        id: RegistrationId,
        amount_fen: i64,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<PaidOutcome>>>;

    /// Frees a seat that is held and will not be paid; tells whether it was held.
    async fn give_up(&self, id: RegistrationId, now: LocalMoment) -> StoreResult<Option<SeatChange<bool>>>;

    /// Cancels a registration: a held one always, a paid one until a day before the event, with the deposit going back
    /// where the event says so. `at_any_time` frees a paid seat until the event begins; the deposit goes back by the
    /// same rule all the same.
    async fn cancel_registration(
        &self,
        id: RegistrationId,
        reason: &str,
        at_any_time: bool,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CancelOutcome>>>;

    /// Notes that somebody came.
    async fn check_in(
        &self,
        id: RegistrationId,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CheckInOutcome>>>;

    /// Keeps what somebody thinks of the event they came to.
    async fn rate(
        &self,
        id: RegistrationId,
        rating: NewRating,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<RateOutcome>>>;

    /// Frees seats and offers them, as every call does, and tells when the next one is to be freed.
    async fn release_seats(
        &self,
        event: EventId,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<Option<Millis>>>>;

    /// Gives back the deposits of those who came, [`SETTLE_AFTER`] the end; tells when to come again if it is too early.
    async fn settle_event(
        &self,
        event: EventId,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<Option<Millis>>>>;

    /// Changes an event.
    async fn edit_event(
        &self,
        event: EventId,
        edit: EventEdit,
        audit: NewAudit,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<EditEventOutcome>>>;

    /// Calls an event off: every seat is given back, every deposit goes back, and nobody waits any more.
    async fn cancel_event(
        &self,
        event: EventId,
        audit: NewAudit,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CancelEventOutcome>>>;

    /// Closes an event that has begun: nobody picks any more, and mutual picks become matches
    /// ([`JobKind::Match`](super::JobKind)).
    async fn close_event(
        &self,
        event: EventId,
        audit: NewAudit,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CloseEventOutcome>>>;

    /// What is still to go back for a registration.
    async fn open_refunds(&self, id: RegistrationId) -> StoreResult<Vec<NewRefund>>;

    /// Notes that the gateway gives it back; tells whether that is new.
    async fn refund_done(&self, refund_no: &str, at: Millis) -> StoreResult<bool>;

    /// The identifiers of the registrations by which an account has seats at this moment.
    async fn seats_held_by(&self, account: AccountId, at: Millis) -> StoreResult<Vec<RegistrationId>>;
}
