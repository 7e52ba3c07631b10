//! Events, their registrations, and their rounds.

use chrono::{NaiveDate, NaiveTime};
use serde::Serialize;

use super::{get, post, put};
use crate::{
    api::{
        events::{EventCore, Yuan},
        page::{Order, PAGE_SIZE_DEFAULT, PageRequest, Paged, Sort},
        route::{Endpoint, Route},
        wire::{Decode, Fields, GivenId, Input, Node, Problem, Refused},
    },
    clock::Millis,
    ids::EventId,
    model::{
        EventDetails, EventStatus,
        event::{Expected, Organizer, ScheduleItem, Venue},
        profile::Position,
    },
};

/// The most seats of an event.
pub const CAPACITY_MAX: usize = 1_000;

/// The highest deposit, in yuan.
pub const DEPOSIT_MAX: i64 = 100_000;

/// The most characters of a name, a line, a link, and a text.
const NAME_MAX: usize = 100;
const LINE_MAX: usize = 200;
const LINK_MAX: usize = 1_000;
const TEXT_MAX: usize = 5_000;

/// The most pictures, lines of a schedule, and highlights.
const ITEMS_MAX: usize = 50;

/// The most characters of a moment.
const MOMENT_MAX: usize = 64;

/// What an event is called that does not say what kind it is.
const KIND: &str = "相亲会";

/// The words for how an event may stand.
const STATUSES: &[&str] =
    &["draft", "registering", "full", "closed", "ongoing", "ended", "cancelled", "open", "all"];

/// Makes an event.
#[derive(Debug)]
pub struct CreateEvent;

impl Endpoint for CreateEvent {
    const ROUTE: Route = post("/events", "创建活动");
    type Request = EventInput;
    type Response = OfficeEvent;
}

/// Replaces what is said about an event.
#[derive(Debug)]
pub struct EditEvent;

impl Endpoint for EditEvent {
    const ROUTE: Route = put("/events/{event_id}", "修改活动");
    type Request = EditEventRequest;
    type Response = OfficeEvent;
}

/// Finds events, those that are being prepared, too.
#[derive(Debug)]
pub struct ListEvents;

impl Endpoint for ListEvents {
    const ROUTE: Route =
        get("/events", "获取活动列表").query(&["status", "city", "page", "page_size", "sort", "order"]);
    type Request = OfficeEventsRequest;
    type Response = Paged<OfficeEvent>;
}

/// Any event.
#[derive(Debug)]
pub struct GetEvent;

impl Endpoint for GetEvent {
    const ROUTE: Route = get("/events/{event_id}", "获取活动详情");
    type Request = OfficeEventRequest;
    type Response = OfficeEvent;
}

/// Calls an event off; every deposit goes back.
#[derive(Debug)]
pub struct CancelEvent;

impl Endpoint for CancelEvent {
    const ROUTE: Route = post("/events/{event_id}/cancel", "取消活动");
    type Request = OfficeEventRequest;
    type Response = EventStateView;
}

/// Closes an event: mutual picks become matches.
#[derive(Debug)]
pub struct CloseEvent;

impl Endpoint for CloseEvent {
    const ROUTE: Route = post("/events/{event_id}/close", "结束互选并生成匹配");
    type Request = OfficeEventRequest;
    type Response = ClosedView;
}

/// Draws up the rounds of an event.
#[derive(Debug)]
pub struct DrawRounds;

impl Endpoint for DrawRounds {
    const ROUTE: Route = post("/events/{event_id}/rounds", "安排三分钟约会");
    type Request = DrawRoundsRequest;
    type Response = DrawnRounds;
}

/// Who is registered for an event.
#[derive(Debug)]
pub struct ListEventRegistrations;

impl Endpoint for ListEventRegistrations {
    const ROUTE: Route = get("/events/{event_id}/registrations", "获取活动报名列表").query(&[
        "status",
        "page",
        "page_size",
        "sort",
        "order",
    ]);
    type Request = EventRegistrationsRequest;
    type Response = Paged<OfficeRegistration>;
}

/// An event to be made.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::EventInput))]
pub struct EventInput {
    /// Whether people may not see it yet: `status` is `draft`.
    #[cfg_attr(feature = "openapi", schema(rename = "status", value_type = Option<String>))]
    pub is_draft: bool,
    /// Until when one may register, RFC 3339; until the beginning without it.
    #[cfg_attr(feature = "openapi", schema(rename = "registration_deadline", value_type = Option<String>))]
    pub deadline: Option<Millis>,
    /// The fields of the event's detail, less those that are computed.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: EventDetails,
}

impl Decode for EventInput {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let is_draft = body.or_default("status", false, |node| {
            let draft = |word: &str| match word {
                "draft" => Some(true),
                "cancelled" | "all" => None,
                word => STATUSES.contains(&word).then_some(false),
            };
            node.one_of(&["draft", "registering"], draft)
        });
        let deadline = body.optional("registration_deadline", moment);
        let details = details(&body);
        Ok(Self { is_draft: is_draft?, deadline: deadline?, details: details? })
    }
}

fn details(body: &Fields<'_>) -> Result<EventDetails, Refused> {
    let code = body.or_default("event_code", String::new(), |node| {
        let code = node.text_of(1..=32)?;
        let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let problem = Problem::Reason {
            chinese: "只能包含字母、数字、- 和 _",
            english: "must be letters, digits, - and _",
        };
        node.check(plain, problem)?;
        Ok(code)
    });
    let name = body.required_not_null("name", |node| line(node, NAME_MAX));
    let kind = body.or_default("type", KIND.to_owned(), |node| line(node, NAME_MAX));
    let cover_image = body.optional("cover_image", link);
    let images = body.or_default("images", Vec::new(), |node| node.list(ITEMS_MAX, link));
    let date = body.required_not_null("event_date", date);
    let start_time = body.required_not_null("start_time", time);
    let end_time = body.required_not_null("end_time", time);
    let venue = body.required_not_null("location", venue);
    let description = body.or_default("description", String::new(), |node| node.text(TEXT_MAX));
    let schedule = body.or_default("schedule", Vec::new(), |node| node.list(ITEMS_MAX, schedule_item));
    let required = body.optional("requirements", requirements);
    let seats = body.required_not_null("participants", participants);
    let deposit = body.optional("deposit", deposit);
    let organizer = body.optional("organizer", organizer);
    let highlights =
        body.or_default("highlights", Vec::new(), |node| node.list(ITEMS_MAX, |node| line(node, LINE_MAX)));

    let (ages, expected) = required?.unwrap_or_default();
    let Participants { capacity, min, max_male, max_female } = seats?;
    let Deposit { fen, refundable, policy } = deposit?.unwrap_or_default();
    Ok(EventDetails {
        code: code?,
        name: name?,
        kind: kind?,
        cover_image: cover_image?,
        images: images?,
        date: date?,
        start_time: start_time?,
        end_time: end_time?,
        venue: venue?,
        description: description?,
        schedule: schedule?,
        ages,
        expected,
        capacity,
        min_participants: min,
        max_male,
        max_female,
        deposit_fen: fen,
        refundable,
        refund_policy: policy,
        organizer: organizer?.unwrap_or_default(),
        highlights: highlights?,
    })
}

fn line(node: Node<'_>, most: usize) -> Result<String, Refused> {
    let text = node.str(most)?.trim();
    node.check(!text.is_empty(), Problem::TooShort(1))?;
    Ok(text.to_owned())
}

fn link(node: Node<'_>) -> Result<String, Refused> {
    node.text_of(1..=LINK_MAX)
}

fn moment(node: Node<'_>) -> Result<Millis, Refused> {
    let problem =
        Problem::Reason { chinese: "必须是 RFC 3339 时间", english: "must be an RFC 3339 time" };
    let at = chrono::DateTime::parse_from_rfc3339(node.str(MOMENT_MAX)?);
    at.map(|at| at.to_utc().into()).map_err(|_| node.refuse(problem))
}

fn date(node: Node<'_>) -> Result<NaiveDate, Refused> {
    let problem =
        Problem::Reason { chinese: "必须是 YYYY-MM-DD 日期", english: "must be a date, YYYY-MM-DD" };
    NaiveDate::parse_from_str(node.str(10)?, "%Y-%m-%d").map_err(|_| node.refuse(problem))
}

fn time(node: Node<'_>) -> Result<NaiveTime, Refused> {
    let problem = Problem::Reason { chinese: "必须是 HH:MM 时间", english: "must be a time, HH:MM" };
    NaiveTime::parse_from_str(node.str(5)?, "%H:%M").map_err(|_| node.refuse(problem))
}

fn venue(node: Node<'_>) -> Result<Venue, Refused> {
    let place = node.object()?;
    let text = |name| place.optional(name, |node| node.text(LINE_MAX));
    let (province, district, address) = (text("province"), text("district"), text("address"));
    let city = place.required_not_null("city", |node| line(node, 50));
    let venue = place.required_not_null("venue", |node| line(node, NAME_MAX));
    let degrees = |name, most: i64| {
        place.optional(name, |node| {
            let degrees = node.number()?;
            node.check(degrees >= -most as f64, Problem::AtLeast(-most))?;
            node.check(degrees <= most as f64, Problem::AtMost(most))?;
            Ok(degrees)
        })
    };
    let (longitude, latitude) = (degrees("longitude", 180), degrees("latitude", 90));
    let position = match (longitude?, latitude?) {
        (Some(longitude), Some(latitude)) => Some(Position { latitude, longitude }),
        (None, None) => None,
        (Some(_), None) => return Err(place.missing("latitude")),
        (None, Some(_)) => return Err(place.missing("longitude")),
    };
    Ok(Venue {
        province: province?,
        city: city?,
        district: district?,
        venue: venue?,
        address: address?,
        position,
    })
}

fn schedule_item(node: Node<'_>) -> Result<ScheduleItem, Refused> {
    let item = node.object()?;
    let time = item.required_not_null("time", |node| line(node, 20));
    let activity = item.required_not_null("activity", |node| line(node, LINE_MAX));
    Ok(ScheduleItem { time: time?, activity: activity? })
}

/// The youngest and the oldest age, and what is for reading.
type Requirements = (Option<(u8, u8)>, Expected);

fn requirements(node: Node<'_>) -> Result<Requirements, Refused> {
    let fields = node.object()?;
    let text = |name| fields.optional(name, |node| node.text(LINE_MAX));
    let (education, income, other) = (text("education"), text("income"), text("other"));
    let ages = fields.optional("age_range", |node| {
        let ages = node.str(10)?.split_once('-');
        let ages = ages.and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?)));
        let problem = Problem::Reason {
            chinese: "必须形如 25-40，且在 18 至 100 之间",
            english: "must be as in 25-40, from 18 to 100",
        };
        let ages = ages.filter(|(from, to)| *from >= 18 && from <= to && *to <= 100);
        ages.ok_or_else(|| node.refuse(problem))
    });
    Ok((ages?, Expected { education: education?, income: income?, other: other? }))
}

struct Participants {
    capacity: usize,
    min: Option<usize>,
    max_male: Option<usize>,
    max_female: Option<usize>,
}

fn participants(node: Node<'_>) -> Result<Participants, Refused> {
    let fields = node.object()?;
    let number = |name, least: i64| {
        let read = |node: Node<'_>| node.integer_in(least..=CAPACITY_MAX as i64);
        Ok(fields.optional(name, read)?.and_then(|number| usize::try_from(number).ok()))
    };
    let (capacity, min) =
        (fields.required_not_null("max", |node| node.integer_in(1..=CAPACITY_MAX as i64)), number("min", 0));
    let (max_male, max_female) = (number("max_male", 0), number("max_female", 0));
    let capacity = usize::try_from(capacity?).unwrap_or(CAPACITY_MAX);
    Ok(Participants { capacity, min: min?, max_male: max_male?, max_female: max_female? })
}

struct Deposit {
    fen: i64,
    refundable: bool,
    policy: String,
}

impl Default for Deposit {
    fn default() -> Self {
        Self { fen: 0, refundable: true, policy: String::new() }
    }
}

fn deposit(node: Node<'_>) -> Result<Deposit, Refused> {
    let fields = node.object()?;
    let fen = fields.or_default("amount", 0, |node| {
        let yuan = node.number()?;
        node.check(yuan >= 0.0, Problem::AtLeast(0))?;
        node.check(yuan <= DEPOSIT_MAX as f64, Problem::AtMost(DEPOSIT_MAX))?;
        let fen = (yuan * 100.0).round();
        let problem =
            Problem::Reason { chinese: "最多两位小数", english: "must have two decimals at most" };
        node.check((yuan * 100.0 - fen).abs() < 1e-6, problem)?;
        Ok(fen as i64)
    });
    let refundable = fields.or_default("is_refundable", true, |node| node.boolean());
    let policy = fields.or_default("refund_policy", String::new(), |node| node.text(LINE_MAX));
    Ok(Deposit { fen: fen?, refundable: refundable?, policy: policy? })
}

fn organizer(node: Node<'_>) -> Result<Organizer, Refused> {
    let fields = node.object()?;
    let name = fields.or_default("name", String::new(), |node| node.text(NAME_MAX));
    let phone = fields.optional("phone", |node| node.text(50));
    let avatar = fields.optional("avatar", link);
    Ok(Organizer { name: name?, phone: phone?, avatar: avatar? })
}

/// A change of an event.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::EditEventRequest))]
pub struct EditEventRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub event_id: GivenId<EventId>,
    /// What it is to be.
    pub event: EventInput,
}

impl Decode for EditEventRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let event_id = event_in_path(input);
        let event = EventInput::decode(input);
        Ok(Self { event_id: event_id?, event: event? })
    }
}

/// Which events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::OfficeEventsRequest))]
pub struct OfficeEventsRequest {
    /// Any status, or `all`, as without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub status: Option<EventStatus>,
    /// In this city.
    pub city: Option<String>,
    /// Whether they are sorted by when they were made, and not by their beginning.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub by_creation: bool,
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order; the earliest first without being asked.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for OfficeEventsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let query = input.query();
        let status = query.or_default("status", None, |node| {
            node.one_of(STATUSES, |word| match word {
                "all" => Some(None),
                "open" => Some(Some(EventStatus::Registering)),
                word => EventStatus::from_name(word).map(Some),
            })
        });
        let city = query.optional("city", |node| node.text(50));
        let by_creation =
            query.map().and_then(|query| query.get("sort")).is_some_and(|sort| sort == "created_at");
        let order = Sort { names: &["created_at", "event_date"], order: Order::Ascending }.decode(input);
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let city = city?.filter(|city| !city.is_empty());
        Ok(Self { status: status?, city, by_creation, page: page?, order: order? })
    }
}

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::OfficeEventRequest))]
pub struct OfficeEventRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub event_id: GivenId<EventId>,
}

impl Decode for OfficeEventRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { event_id: event_in_path(input)? })
    }
}

/// An event as the back office sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::OfficeEvent))]
pub struct OfficeEvent {
    /// What it is.
    #[serde(flatten)]
    pub event: EventCore,
    /// When it was made.
    pub created_at: String,
    /// When it was closed; null before.
    pub closed_at: Option<String>,
}

/// How an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::EventStateView))]
pub struct EventStateView {
    /// Which.
    pub event_id: i64,
    /// How it stands.
    pub status: &'static str,
}

/// An event that was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::ClosedView))]
pub struct ClosedView {
    /// Which.
    pub event_id: i64,
    /// How many pairs picked each other and have a match.
    pub matches: usize,
}

/// How the rounds of an evening are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::DrawRoundsRequest))]
pub struct DrawRoundsRequest {
    /// At which event.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub event_id: GivenId<EventId>,
    /// How many rounds at most, 1 to 50, with those that have begun; 50 without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub rounds: usize,
    /// How many minutes each has, 1 to 60; 3 without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub minutes: i64,
    /// How many minutes there are between them, 0 to 60; 1 without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub break_minutes: i64,
    /// When the first begins that is drawn up now, RFC 3339. Without it, with the event, or after the rounds that have
    /// begun, which it never overlaps.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub starts_at: Option<Millis>,
    /// How many tables there are, 1 to 500; one for every two people without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub tables: Option<usize>,
    /// Whether rounds that have begun are drawn up anew, too; false without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<bool>))]
    pub from_the_start: bool,
}

/// The most rounds of an evening.
const ROUNDS_MAX: i64 = 50;

/// The most tables of an evening: one for every two of [`CAPACITY_MAX`].
const TABLES_MAX: i64 = CAPACITY_MAX as i64 / 2;

impl Decode for DrawRoundsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let event_id = event_in_path(input);
        let body = input.body_or_empty()?;
        let rounds = body.or_default("rounds", ROUNDS_MAX, |node| node.integer_in(1..=ROUNDS_MAX));
        let minutes = body.or_default("minutes", 3, |node| node.integer_in(1..=60));
        let break_minutes = body.or_default("break_minutes", 1, |node| node.integer_in(0..=60));
        let starts_at = body.optional("starts_at", moment);
        let tables = body.optional("tables", |node| node.integer_in(1..=TABLES_MAX));
        let from_the_start = body.or_default("from_the_start", false, |node| node.boolean());
        Ok(Self {
            event_id: event_id?,
            rounds: usize::try_from(rounds?).unwrap_or_default(),
            minutes: minutes?,
            break_minutes: break_minutes?,
            starts_at: starts_at?,
            tables: tables?.and_then(|tables| usize::try_from(tables).ok()),
            from_the_start: from_the_start?,
        })
    }
}

/// Rounds that were drawn up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::DrawnRounds))]
pub struct DrawnRounds {
    /// At which event.
    pub event_id: i64,
    /// How many rounds there are.
    pub rounds: usize,
    /// How many pairs meet.
    pub dates: usize,
    /// How many people take part.
    pub participants: usize,
}

/// Which registrations are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::EventRegistrationsRequest))]
pub struct EventRegistrationsRequest {
    /// For which event.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub event_id: GivenId<EventId>,
    /// A status of a registration, or `all`, as without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub status: Option<crate::model::RegistrationStatus>,
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for EventRegistrationsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let event_id = event_in_path(input);
        let status = input.query().or_default("status", None, |node| {
            let words = &[
                "all",
                "pending_payment",
                "paid",
                "checked_in",
                "completed",
                "refunded",
                "cancelled",
                "expired",
            ];
            node.one_of(words, |word| match word {
                "all" => Some(None),
                word => crate::model::RegistrationStatus::from_name(word).map(Some),
            })
        });
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let order = Sort { names: &["created_at", "registered_at"], order: Order::Descending }.decode(input);
        Ok(Self { event_id: event_id?, status: status?, page: page?, order: order? })
    }
}

/// A registration as the back office sees it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::OfficeRegistration))]
pub struct OfficeRegistration {
    /// Its identifier.
    pub registration_id: i64,
    /// The name by which people speak of it.
    pub registration_no: String,
    /// Whose.
    pub user_id: i64,
    /// Their name.
    pub nickname: Option<String>,
    /// Their gender when they registered.
    pub gender: Option<&'static str>,
    /// How it stands.
    pub status: &'static str,
    /// What it costs, in yuan.
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub deposit_amount: Yuan,
    /// The name of its payment.
    pub order_no: String,
    /// When it was paid.
    pub paid_at: Option<String>,
    /// null, `pending` or `refunded`.
    pub refund_status: Option<&'static str>,
    /// When they came.
    pub checked_in_at: Option<String>,
    /// When it was cancelled.
    pub cancelled_at: Option<String>,
    /// Why.
    pub cancel_reason: Option<String>,
    /// How many stars they gave.
    pub rating: Option<u8>,
    /// What they thought of the event.
    pub comment: Option<String>,
    /// The same in single words.
    pub tags: Vec<String>,
    /// When the seat was taken.
    pub registered_at: String,
}

/// Without what is personal.
impl std::fmt::Debug for OfficeRegistration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OfficeRegistration")
            .field("registration_id", &self.registration_id)
            .finish_non_exhaustive()
    }
}

impl OfficeRegistration {
    /// A registration of somebody with this name, which stands so.
    #[must_use]
    pub fn of(
        registration: crate::model::Registration,
        status: crate::model::RegistrationStatus,
        nickname: Option<String>,
    ) -> Self {
        let (course, words) = (registration.course, registration.words);
        let said = |text: String| (!text.is_empty()).then_some(text);
        Self {
            registration_id: registration.id.get(),
            registration_no: registration.number,
            user_id: registration.account.get(),
            nickname,
            gender: registration.gender.map(crate::model::profile::Gender::code),
            status: status.name(),
            deposit_amount: Yuan(course.deposit_fen),
            order_no: registration.order_no,
            paid_at: course.paid_at.map(Millis::to_rfc3339),
            refund_status: registration.refund.name(),
            checked_in_at: course.checked_in_at.map(Millis::to_rfc3339),
            cancelled_at: course.cancelled_at.map(Millis::to_rfc3339),
            cancel_reason: said(words.reason),
            rating: words.rating,
            comment: said(words.comment),
            tags: words.tags,
            registered_at: registration.registered_at.to_rfc3339(),
        }
    }
}

/// The event in the path; what is no number is no event.
fn event_in_path(input: &Input) -> Result<GivenId<EventId>, Refused> {
    input.path().required("event_id", |node| node.decimal_id())
}
