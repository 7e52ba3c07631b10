//! Events: looking at them, taking seats, coming, and what people thought of it.

mod attending;
mod codes;
mod organising;
mod paying;
mod registering;
mod rounds;
mod upkeep;

use std::sync::Arc;

use chrono_tz::Tz;

use super::{chat::Chat, days, likes::Likes, matchmaking::Matchmaking, notices::Notices, tokens::TokenKey};
use crate::{
    clock::{Clock, Millis},
    error::{StoreError, StoreResult},
    ids::{AccountId, EventId, RegistrationId},
    model::{
        Event, EventRefusal, EventState, EventStatus, Profile, Registration, RegistrationStatus,
        profile::Gender,
    },
    ports::payment::{PaymentError, PaymentGateway, SandboxGateway},
    scoring::{Matcher, pairing::PairingError},
    store::{
        EventOrder, EventQuery, EventView, LocalMoment, RegistrationCounts, SeatChange, Slice, Sliced, Stores,
    },
};

pub use attending::{CHECK_IN_BEFORE, CHECK_IN_WITHIN_KM};
pub use codes::QR_PIXELS_MIN;
pub use organising::{EventPlan, Rejection};
pub use paying::SANDBOX_PATH;
pub use rounds::{Evening, MyDate, ROUNDS_MAX, RoundPlan};

/// The most people who are shown as taking part beside an event.
pub const PREVIEW_MAX: usize = 10;

/// Shows events, gives seats at them, and takes them back.
#[derive(Clone)]
pub struct Events {
    stores: Stores,
    chat: Chat,
    likes: Likes,
    matchmaking: Matchmaking,
    matcher: Arc<dyn Matcher>,
    gateway: Arc<dyn PaymentGateway>,
    sandbox: Option<Arc<SandboxGateway>>,
    notices: Notices,
    clock: Arc<dyn Clock>,
    time_zone: Tz,
    codes: codes::Codes,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// What the service stands on.
pub(super) struct Parts<'a> {
    pub(super) stores: Stores,
    pub(super) chat: Chat,
    pub(super) likes: Likes,
    pub(super) matchmaking: Matchmaking,
    pub(super) matcher: Arc<dyn Matcher>,
    pub(super) gateway: Arc<dyn PaymentGateway>,
    pub(super) sandbox: Option<Arc<SandboxGateway>>,
    pub(super) notices: Notices,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) time_zone: Tz,
    pub(super) token_key: &'a TokenKey,
    pub(super) public_base_url: &'a str,
}

/// Why somebody is not given what they want of an event.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// There is no such event for them.
    #[error("unknown event")]
    Unknown,
    /// There is no such registration of theirs.
    #[error("unknown registration")]
    UnknownRegistration,
    /// A rule, or what is there already, stands against it.
    #[error("refused: {0:?}")]
    Refused(EventRefusal),
    /// There is something to pay, and nobody said through what.
    #[error("no payment channel")]
    NoChannel,
    /// The code is not the one of the registration.
    #[error("wrong check-in code")]
    WrongCode,
    /// The notice is not from the gateway.
    #[error("the notice is not the gateway's")]
    Forged,
    /// The gateway failed; the seat is given back.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// The account takes no part.
    #[error("unknown account")]
    UnknownAccount,
    /// The rounds cannot be drawn up; `None` when the process is going down.
    #[error("the rounds cannot be drawn up")]
    Rounds(#[source] Option<PairingError>),
    /// The rounds would begin before the event does, or after it.
    #[error("the rounds would not begin during the event")]
    RoundsElsewhere,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EventRefusal> for EventError {
    fn from(refusal: EventRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Which events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this status; of any without it.
    pub status: Option<EventStatus>,
    /// In this city.
    pub city: Option<String>,
    /// On this day or later.
    pub from: Option<chrono::NaiveDate>,
    /// On this day or earlier.
    pub to: Option<chrono::NaiveDate>,
    /// By what they are sorted.
    pub order: EventOrder,
}

/// An event as somebody sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventShown {
    /// The event with its seats.
    pub view: EventView,
    /// How it stands.
    pub status: EventStatus,
    /// The viewer's registration, while it takes a seat.
    pub registration: Option<Registration>,
    /// Why the viewer cannot register; `None` if they can.
    pub refusal: Option<EventRefusal>,
    /// Some of those who take part; nobody for a guest.
    pub attendees: Vec<(AccountId, Option<Gender>)>,
}

/// A registration as its owner sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct RegistrationShown {
    /// The registration.
    pub registration: Registration,
    /// Of which event.
    pub event: Event,
    /// How it stands.
    pub status: RegistrationStatus,
    /// The code to be told at the door, once the seat is theirs.
    pub check_in_code: Option<String>,
    /// Where a picture of it is.
    pub qr_code: Option<String>,
    /// Whether they may cancel it now.
    pub can_cancel: bool,
    /// Whether they may say what they think of the event.
    pub can_rate: bool,
}

impl Events {
    pub(super) fn new(parts: Parts<'_>) -> Self {
        let codes = codes::Codes::new(parts.token_key, parts.public_base_url);
        Self {
            stores: parts.stores,
            chat: parts.chat,
            likes: parts.likes,
            matchmaking: parts.matchmaking,
            matcher: parts.matcher,
            gateway: parts.gateway,
            sandbox: parts.sandbox,
            notices: parts.notices,
            clock: parts.clock,
            time_zone: parts.time_zone,
            codes,
        }
    }

    /// The public events that are asked for.
    pub async fn list(
        &self,
        filter: EventFilter,
        viewer: Option<AccountId>,
        slice: Slice,
    ) -> StoreResult<Sliced<(EventView, EventStatus)>> {
        let at = self.clock.now();
        let mut events = self.stores.events.events(query(filter, false, viewer, at), slice).await?;
        // Somebody has few seats, so that these look-ups are few. What is offered to them they have yet to take.
        let Some(viewer) = viewer else { return Ok(events.map(|view| with_status(view, at))) };
        for view in events.items.iter_mut().filter(|view| view.is_registered) {
            let seat = self.stores.events.seat_of(view.event.id, viewer, at).await?;
            view.is_registered = seat.is_some_and(|seat| !seat.course.offered);
        }
        Ok(events.map(|view| with_status(view, at)))
    }

    /// A public event as somebody sees it, or a guest.
    pub async fn show(&self, id: EventId, viewer: Option<AccountId>) -> Result<EventShown, EventError> {
        let at = self.clock.now();
        let view = self.stores.events.event_view(id, viewer, at).await?;
        let view = view.filter(|view| view.event.state != EventState::Draft).ok_or(EventError::Unknown)?;
        let (view, status) = with_status(view, at);
        let Some(viewer) = viewer else {
            let refusal = Some(EventRefusal::LogInFirst);
            return Ok(EventShown { view, status, registration: None, refusal, attendees: Vec::new() });
        };
        let registration = self.stores.events.seat_of(id, viewer, at).await?;
        let profile = self.stores.people.profile(viewer).await?.ok_or(EventError::UnknownAccount)?.profile;
        let refusal = refusal(&view, registration.as_ref(), &profile, at);
        let attendees = self.stores.events.attendees(id, viewer, at, PREVIEW_MAX).await?;
        Ok(EventShown { view, status, registration, refusal, attendees })
    }

    /// The registrations of an account, of one status or all.
    pub async fn registrations_of(
        &self,
        account: AccountId,
        status: Option<RegistrationStatus>,
        slice: Slice,
    ) -> StoreResult<Sliced<RegistrationShown>> {
        let at = self.clock.now();
        let found = self.stores.events.registrations_of(account, status, at, slice).await?;
        Ok(found.map(|(registration, event)| self.shown(registration, event)))
    }

    /// How many registrations an account has.
    pub async fn count_registrations(&self, account: AccountId) -> StoreResult<RegistrationCounts> {
        self.stores.events.count_registrations(account, self.clock.now()).await
    }

    /// The present moment with its day.
    fn now(&self) -> LocalMoment {
        let at = self.clock.now();
        LocalMoment { at, date: days::date(at, self.time_zone) }
    }

    /// A registration as its owner sees it now.
    fn shown(&self, registration: Registration, event: Event) -> RegistrationShown {
        let at = self.clock.now();
        let status = RegistrationStatus::of(&registration, event.ends_at, at);
        let is_theirs = matches!(
            status,
            RegistrationStatus::Paid | RegistrationStatus::CheckedIn | RegistrationStatus::Completed
        );
        let came = matches!(status, RegistrationStatus::CheckedIn | RegistrationStatus::Completed);
        RegistrationShown {
            check_in_code: is_theirs.then(|| self.codes.check_in_code(&event, registration.id)),
            qr_code: is_theirs.then(|| self.codes.link(registration.id, at)),
            can_cancel: registration.may_be_cancelled(&event, at),
            can_rate: came && registration.words.rating.is_none(),
            status,
            registration,
            event,
        }
    }

    /// An account's own registration with its event.
    async fn own(&self, account: AccountId, id: RegistrationId) -> Result<(Registration, Event), EventError> {
        let registration = self.stores.events.registration(id).await?;
        let registration = registration.filter(|one| one.account == account);
        let registration = registration.ok_or(EventError::UnknownRegistration)?;
        let event = self.stores.events.event(registration.event).await?;
        Ok((registration, event.ok_or(EventError::UnknownRegistration)?))
    }

    /// Tells those to whom seats were offered by a change.
    fn tell_offers<T>(&self, change: &SeatChange<T>) {
        for offer in &change.offers {
            let left = offer.held_until.map_or(0, |until| until.since(self.clock.now()));
            // Rounded up: the change itself took some milliseconds of the first minute.
            let minutes = (left + 59_999) / 60_000;
            let name = &change.event.details.name;
            let content = format!("“{name}”已有名额为您保留，请在{minutes}分钟内完成报名");
            self.notices.tell(&[offer.account], "候补成功", content);
        }
    }
}

/// Which events a store is asked for.
fn query(filter: EventFilter, drafts: bool, viewer: Option<AccountId>, at: Millis) -> EventQuery {
    let EventFilter { status, city, from, to, order } = filter;
    EventQuery { status, drafts, city, from, to, order, viewer, at }
}

fn with_status(view: EventView, at: Millis) -> (EventView, EventStatus) {
    let status = EventStatus::of(&view.event, view.seats.taken, at);
    (view, status)
}

/// Why somebody cannot register now; `None` if they can.
fn refusal(
    view: &EventView,
    registration: Option<&Registration>,
    profile: &Profile,
    at: Millis,
) -> Option<EventRefusal> {
    match registration {
        // What is offered can be taken up.
        Some(registration) if registration.course.offered => return None,
        Some(_) => return Some(EventRefusal::AlreadyRegistered),
        None => {}
    }
    let (seats, details) = (view.seats, &view.event.details);
    unfit(&view.event, profile, at).or_else(|| {
        if seats.taken >= details.capacity {
            Some(EventRefusal::Full)
        } else {
            (!seats.quota_has_room(details, profile.gender)).then_some(EventRefusal::QuotaFull)
        }
    })
}

/// Why somebody cannot register now, whether there is a seat or not.
fn unfit(event: &Event, profile: &Profile, at: Millis) -> Option<EventRefusal> {
    if event.state == EventState::Cancelled {
        return Some(EventRefusal::Cancelled);
    }
    if !event.is_open(at) {
        return Some(EventRefusal::Closed);
    }
    let details = &event.details;
    if let Some((youngest, oldest)) = details.ages {
        match profile.age_on(details.date) {
            None => return Some(EventRefusal::AgeUnknown),
            Some(age) if !(youngest..=oldest).contains(&age) => return Some(EventRefusal::AgeOutside),
            Some(_) => {}
        }
    }
    let has_quotas = details.max_male.is_some() || details.max_female.is_some();
    (has_quotas && profile.gender.is_none()).then_some(EventRefusal::GenderUnknown)
}
