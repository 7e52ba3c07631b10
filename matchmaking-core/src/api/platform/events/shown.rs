//! Events in lists and by themselves, and waiting for a seat.

use chrono::NaiveDate;
use serde::Serialize;

use super::event_in_path;
use crate::{
    api::{
        events::{EventCore, Yuan, time},
        platform::{MOUNTS, Order, PageRequest, Paged, delete, post},
        route::{Auth, Endpoint, Route, Surface},
        wire::{Decode, GivenId, Input, Node, Problem, Refused},
    },
    ids::EventId,
    model::{Event, EventStatus, Seats},
};

/// How many events a page has where the request does not say.
const EVENTS_PAGE_SIZE: usize = 10;

/// The most characters of a city's name.
const CITY_MAX: usize = 50;

/// The words for which events are asked for: `open` is what may be registered for now.
const STATUSES: &[&str] = &["open", "registering", "full", "closed", "ongoing", "ended", "cancelled", "all"];

/// By what events are sorted.
const SORTS: &[&str] = &["event_date", "created_at"];

/// A route for guests, too.
const fn for_guests(path: &'static str, summary: &'static str) -> Route {
    Route::get(Surface::Platform, path, summary).mounted_at(MOUNTS).auth(Auth::OptionalBearer).documented()
}

/// The events that one may see.
#[derive(Debug)]
pub struct ListEvents;

impl Endpoint for ListEvents {
    const ROUTE: Route = for_guests("/events", "获取活动列表").query(&[
        "city",
        "status",
        "date_from",
        "date_to",
        "page",
        "page_size",
        "sort",
        "order",
    ]);
    type Request = EventsRequest;
    type Response = Paged<EventItem>;
}

/// By what events are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventSorting {
    /// By their beginning.
    Start,
    /// By when they were made.
    Creation,
}

/// Which events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::EventsRequest))]
pub struct EventsRequest {
    /// In this city, by exactly this name.
    pub city: Option<String>,
    /// `open` or `registering`, `full`, `closed`, `ongoing`, `ended`, `cancelled`, or `all`, as without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub status: Option<EventStatus>,
    /// On this day or later.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub date_from: Option<NaiveDate>,
    /// On this day or earlier.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub date_to: Option<NaiveDate>,
    /// By what they are sorted.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub sort: EventSorting,
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order; the earliest first without being asked.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for EventsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let query = input.query();
        let city = query.optional("city", |node| node.text(CITY_MAX));
        let status = query.or_default("status", None, |node| {
            node.one_of(STATUSES, |word| match word {
                "all" => Some(None),
                "open" => Some(Some(EventStatus::Registering)),
                "draft" => None,
                word => EventStatus::from_name(word).map(Some),
            })
        });
        let (date_from, date_to) = (query.optional("date_from", date), query.optional("date_to", date));
        let sort = query.or_default("sort", EventSorting::Start, |node| {
            node.one_of(SORTS, |word| match word {
                "event_date" => Some(EventSorting::Start),
                "created_at" => Some(EventSorting::Creation),
                _ => None,
            })
        });
        let order = query.or_default("order", Order::Ascending, |node| {
            node.one_of(&["asc", "desc"], |word| match word {
                "asc" => Some(Order::Ascending),
                "desc" => Some(Order::Descending),
                _ => None,
            })
        });
        let page = PageRequest::decode(input, EVENTS_PAGE_SIZE);
        let city = city?.filter(|city| !city.is_empty());
        Ok(Self {
            city,
            status: status?,
            date_from: date_from?,
            date_to: date_to?,
            sort: sort?,
            page: page?,
            order: order?,
        })
    }
}

fn date(node: Node<'_>) -> Result<NaiveDate, Refused> {
    let text = node.str(10)?;
    let problem =
        Problem::Reason { chinese: "必须是 YYYY-MM-DD 日期", english: "must be a date, YYYY-MM-DD" };
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| node.refuse(problem))
}

/// An event in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::EventItem))]
pub struct EventItem {
    /// Its identifier.
    pub event_id: i64,
    /// The name by which organisers know it.
    pub event_code: String,
    /// What it is called.
    pub name: String,
    /// What kind of event it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where its picture is.
    pub cover_image: Option<String>,
    /// The day, where the people live.
    pub event_date: String,
    /// When it begins there.
    pub start_time: String,
    /// When it ends there.
    pub end_time: String,
    /// Where it is.
    pub location: ListedPlace,
    /// Who comes, in numbers.
    pub participants: ListedParticipants,
    /// What is expected of those who come.
    pub requirements: ListedRequirements,
    /// What a seat costs, in yuan.
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub deposit: Yuan,
    /// How it stands.
    pub status: &'static str,
    /// Whether one has a seat.
    pub is_registered: bool,
    /// What is special about it.
    pub highlights: Vec<String>,
}

/// Where an event in a list is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ListedPlace))]
pub struct ListedPlace {
    /// The city.
    pub city: String,
    /// The district.
    pub district: Option<String>,
    /// The house.
    pub venue: String,
    /// Street and number.
    pub address: Option<String>,
}

/// Who comes to an event in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ListedParticipants))]
pub struct ListedParticipants {
    /// How many seats there are.
    pub max: usize,
    /// How many are taken.
    pub registered: usize,
    /// How many are free.
    pub remaining: usize,
}

/// What is expected of those who come to an event in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ListedRequirements))]
pub struct ListedRequirements {
    /// The youngest and the oldest age.
    pub age_range: Option<String>,
    /// Their education.
    pub education: Option<String>,
}

impl EventItem {
    /// An event with its seats, which stands so.
    #[must_use]
    pub fn of(event: Event, seats: Seats, status: EventStatus, is_registered: bool) -> Self {
        let details = event.details;
        Self {
            event_id: event.id.get(),
            event_code: details.code,
            name: details.name,
            kind: details.kind,
            cover_image: details.cover_image,
            event_date: details.date.to_string(),
            start_time: time(details.start_time),
            end_time: time(details.end_time),
            location: ListedPlace {
                city: details.venue.city,
                district: details.venue.district,
                venue: details.venue.venue,
                address: details.venue.address,
            },
            participants: ListedParticipants {
                max: details.capacity,
                registered: seats.taken,
                remaining: details.capacity.saturating_sub(seats.taken),
            },
            requirements: ListedRequirements {
                age_range: details.ages.map(|(youngest, oldest)| format!("{youngest}-{oldest}")),
                education: details.expected.education,
            },
            deposit: Yuan(details.deposit_fen),
            status: status.name(),
            is_registered,
            highlights: details.highlights,
        }
    }
}

/// An event.
#[derive(Debug)]
pub struct GetEvent;

impl Endpoint for GetEvent {
    const ROUTE: Route = for_guests("/events/{event_id}", "获取活动详情");
    type Request = EventRequest;
    type Response = EventDetailView;
}

/// Waits for a seat at a full event.
#[derive(Debug)]
pub struct WaitForSeat;

impl Endpoint for WaitForSeat {
    const ROUTE: Route = post("/events/{event_id}/waitlist", "加入候补");
    type Request = EventRequest;
    type Response = WaitingView;
}

/// Waits no more.
#[derive(Debug)]
pub struct StopWaiting;

impl Endpoint for StopWaiting {
    const ROUTE: Route = delete("/events/{event_id}/waitlist", "退出候补");
    type Request = EventRequest;
    type Response = ();
}

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::EventRequest))]
pub struct EventRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub event_id: GivenId<EventId>,
}

impl Decode for EventRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { event_id: event_in_path(input)? })
    }
}

/// One's place among those who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::WaitingView))]
pub struct WaitingView {
    /// For which event.
    pub event_id: i64,
    /// The place, from 1.
    pub position: usize,
}

/// An event as somebody sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::EventDetailView))]
pub struct EventDetailView {
    /// What it is.
    #[serde(flatten)]
    pub event: EventCore,
    /// Whether one is registered, and may be.
    pub user_registration: UserRegistration,
    /// Some of those who are.
    pub registered_users: AttendeesView,
}

/// Whether one is registered for an event, and may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::UserRegistration))]
pub struct UserRegistration {
    /// Whether one has a seat, which may be held until it is paid.
    pub is_registered: bool,
    /// Whether one can register now, or take up a seat that is offered.
    pub can_register: bool,
    /// Why not; null if one can.
    pub reason: Option<String>,
    /// One's registration.
    pub registration_id: Option<i64>,
}

/// Those who are registered for an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::AttendeesView))]
pub struct AttendeesView {
    /// How many there are.
    pub total: usize,
    /// Some of them whom one may see; nobody for guests.
    pub preview: Vec<Attendee>,
}

/// Somebody who is registered for an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Attendee))]
pub struct Attendee {
    /// Who.
    pub user_id: i64,
    /// Where their picture is.
    pub avatar: Option<String>,
    /// Their gender.
    pub gender: Option<&'static str>,
}
