//! Seats at events: taking, paying, coming, and what people thought of it.

use serde::Serialize;

use super::{event_in_path, registration_in_path};
use crate::{
    api::{
        events::{Yuan, time},
        platform::{MOUNTS, Order, PageRequest, Pagination, Sort, get, post, put},
        route::{Auth, Endpoint, Route, RouteKind, Surface},
        wire::{Decode, GivenId, Input, Problem, Refused},
    },
    clock::Millis,
    ids::{EventId, RegistrationId},
    model::{Event, Registration, RegistrationStatus, profile::Position},
};

/// How many registrations a page has where the request does not say.
const REGISTRATIONS_PAGE_SIZE: usize = 10;

/// The most characters of why somebody cancels.
const REASON_MAX: usize = 200;

/// The most characters of a check-in code.
const CODE_MAX: usize = 64;

/// The most characters of what somebody thinks of an event.
const COMMENT_MAX: usize = 1_000;

/// The most words that somebody gives an event, and the most characters of each.
const TAGS_MAX: usize = 10;
const TAG_CHARS_MAX: usize = 20;

/// The words for which registrations are asked for.
const STATUSES: &[&str] =
    &["all", "pending_payment", "paid", "checked_in", "completed", "refunded", "cancelled", "expired"];

/// Takes a seat.
#[derive(Debug)]
pub struct RegisterForEvent;

impl Endpoint for RegisterForEvent {
    const ROUTE: Route = post("/events/{event_id}/register", "报名活动").documented();
    type Request = RegisterForEventRequest;
    type Response = RegisteredView;
}

/// A seat to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RegisterForEventRequest))]
pub struct RegisterForEventRequest {
    /// At which event.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub event_id: GivenId<EventId>,
    /// `wechat` or `alipay`; need not be said where there is nothing to pay.
    pub payment_channel: Option<String>,
}

impl Decode for RegisterForEventRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let event_id = event_in_path(input);
        let channel = input.body_or_empty()?.optional("payment_channel", |node| {
            let known = |word: &str| matches!(word, "wechat" | "alipay").then(|| word.to_owned());
            node.one_of(&["wechat", "alipay"], known)
        });
        Ok(Self { event_id: event_id?, payment_channel: channel? })
    }
}

/// A seat that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RegisteredView))]
pub struct RegisteredView {
    /// The registration.
    pub registration_id: i64,
    /// The name by which people speak of it.
    pub registration_no: String,
    /// `pending_payment` or `paid`.
    pub status: &'static str,
    /// What it costs, in yuan.
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub deposit_amount: Yuan,
    /// How it is paid; null where there is nothing to pay.
    pub payment: Option<PaymentView>,
    /// For which event.
    pub event_info: EventBrief,
}

/// How a seat is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PaymentView))]
pub struct PaymentView {
    /// The name of the payment.
    pub order_no: String,
    /// Where it is made.
    pub payment_url: String,
    /// Until when the seat is held for it.
    pub expire_time: String,
}

/// An event in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::EventBrief))]
pub struct EventBrief {
    /// Its identifier.
    pub event_id: i64,
    /// What it is called.
    pub name: String,
    /// The day.
    pub event_date: String,
    /// The house.
    pub location: String,
}

impl PaymentView {
    /// How a held seat is paid; `None` for any other, and for one that is offered and not taken up.
    #[must_use]
    pub fn of(registration: &Registration, status: RegistrationStatus) -> Option<Self> {
        let is_pending = status == RegistrationStatus::PendingPayment;
        let (url, until) = registration.payment_url.as_ref().zip(registration.held_until)?;
        is_pending.then(|| Self {
            order_no: registration.order_no.clone(),
            payment_url: url.clone(),
            expire_time: until.to_rfc3339(),
        })
    }
}

impl RegisteredView {
    /// A registration for an event, which stands so.
    #[must_use]
    pub fn of(registration: &Registration, event: &Event, status: RegistrationStatus) -> Self {
        Self {
            registration_id: registration.id.get(),
            registration_no: registration.number.clone(),
            status: status.name(),
            deposit_amount: Yuan(registration.course.deposit_fen),
            payment: PaymentView::of(registration, status),
            event_info: EventBrief {
                event_id: event.id.get(),
                name: event.details.name.clone(),
                event_date: event.details.date.to_string(),
                location: event.details.venue.venue.clone(),
            },
        }
    }
}

/// One's registrations.
#[derive(Debug)]
pub struct ListRegistrations;

impl Endpoint for ListRegistrations {
    const ROUTE: Route = get("/events/my-registrations", "获取我的活动报名").documented().query(&[
        "status",
        "page",
        "page_size",
        "sort",
        "order",
    ]);
    type Request = RegistrationsRequest;
    type Response = RegistrationsView;
}

/// Which of one's registrations are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RegistrationsRequest))]
pub struct RegistrationsRequest {
    /// `all`, as without it, `pending_payment`, `paid`, `checked_in`, `completed`, `refunded`, `cancelled` or `expired`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub status: Option<RegistrationStatus>,
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for RegistrationsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let status = input.query().or_default("status", None, |node| {
            node.one_of(STATUSES, |word| match word {
                "all" => Some(None),
                word => RegistrationStatus::from_name(word).map(Some),
            })
        });
        let page = PageRequest::decode(input, REGISTRATIONS_PAGE_SIZE);
        let sort = Sort { names: &["created_at", "registered_at"], order: Order::Descending };
        let order = sort.decode(input);
        Ok(Self { status: status?, page: page?, order: order? })
    }
}

/// One's registrations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RegistrationsView))]
pub struct RegistrationsView {
    /// The latest first.
    pub items: Vec<MyRegistration>,
    /// Numbers over all of them.
    pub stats: RegistrationStats,
    /// Where the page stands.
    pub pagination: Pagination,
}

/// Numbers over all registrations of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RegistrationStats))]
pub struct RegistrationStats {
    /// All there ever were.
    pub total: usize,
    /// Those with a seat at an event that is not over.
    pub upcoming: usize,
    /// Those of events that one came to and that are over.
    pub completed: usize,
}

/// A registration as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MyRegistration))]
pub struct MyRegistration {
    /// Its identifier.
    pub registration_id: i64,
    /// The name by which people speak of it.
    pub registration_no: String,
    /// For which event.
    pub event: RegisteredEvent,
    /// How it stands.
    pub status: &'static str,
    /// What was paid, and whether it comes back.
    pub deposit: DepositState,
    /// How it is paid, while it is to be.
    pub payment: Option<PaymentView>,
    /// How one comes in.
    pub check_in: CheckInView,
    /// Whether one may cancel it now.
    pub can_cancel: bool,
    /// Whether one may say what one thinks of the event.
    pub can_rate: bool,
    /// When the seat was taken.
    pub registered_at: String,
}

/// The event of a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RegisteredEvent))]
pub struct RegisteredEvent {
    /// Its identifier.
    pub event_id: i64,
    /// What it is called.
    pub name: String,
    /// The day.
    pub event_date: String,
    /// When it begins.
    pub start_time: String,
    /// The house.
    pub location: String,
    /// Where its picture is.
    pub cover_image: Option<String>,
}

/// What was paid for a seat, and whether it comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::DepositState))]
pub struct DepositState {
    /// What it costs, in yuan.
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub amount: Yuan,
    /// When it was paid.
    pub paid_at: Option<String>,
    /// null, `pending` or `refunded`.
    pub refund_status: Option<&'static str>,
    /// How much comes back, in yuan.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<f64>))]
    pub refund_amount: Option<Yuan>,
}

/// How one comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::CheckInView))]
pub struct CheckInView {
    /// Whether one has come.
    pub is_checked_in: bool,
    /// The code to be told at the door, once the seat is one's own.
    pub check_in_code: Option<String>,
    /// Where a picture of it is, good for a day.
    pub qr_code: Option<String>,
}

impl DepositState {
    /// What was paid for this registration.
    #[must_use]
    pub fn of(registration: &Registration) -> Self {
        let refund_status = registration.refund.name();
        Self {
            amount: Yuan(registration.course.deposit_fen),
            paid_at: registration.course.paid_at.map(Millis::to_rfc3339),
            refund_amount: refund_status.map(|_| Yuan(registration.course.refund_fen)),
            refund_status,
        }
    }
}

impl RegisteredEvent {
    /// This event.
    #[must_use]
    pub fn of(event: Event) -> Self {
        Self {
            event_id: event.id.get(),
            name: event.details.name,
            event_date: event.details.date.to_string(),
            start_time: time(event.details.start_time),
            location: event.details.venue.venue,
            cover_image: event.details.cover_image,
        }
    }
}

/// Gives a seat back.
#[derive(Debug)]
pub struct CancelRegistration;

impl Endpoint for CancelRegistration {
    const ROUTE: Route = put("/events/registrations/{registration_id}/cancel", "取消报名").documented();
    type Request = CancelRequest;
    type Response = CancelledView;
}

/// A seat to be given back.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::CancelRequest))]
pub struct CancelRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub registration_id: GivenId<RegistrationId>,
    /// Why, at most 200 characters; may be absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub reason: String,
}

/// Without the reason.
impl std::fmt::Debug for CancelRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CancelRequest")
            .field("registration_id", &self.registration_id)
            .finish_non_exhaustive()
    }
}

impl Decode for CancelRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let registration_id = registration_in_path(input);
        let reason = input.body_or_empty()?.or_default("reason", String::new(), |node| node.text(REASON_MAX));
        Ok(Self { registration_id: registration_id?, reason: reason? })
    }
}

/// A seat that was given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::CancelledView))]
pub struct CancelledView {
    /// Which.
    pub registration_id: i64,
    /// `cancelled`.
    pub status: &'static str,
    /// What was paid, and whether it comes back.
    pub deposit: DepositState,
}

/// Comes in.
#[derive(Debug)]
pub struct CheckIn;

impl Endpoint for CheckIn {
    const ROUTE: Route =
        post("/events/registrations/{registration_id}/check-in", "活动签到").documented().success("签到成功");
    type Request = CheckInRequest;
    type Response = CheckedInView;
}

/// Somebody at the door.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::CheckInRequest))]
pub struct CheckInRequest {
    /// With which registration.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub registration_id: GivenId<RegistrationId>,
    /// The code that they tell.
    pub check_in_code: String,
    /// Where they are: `longitude` and `latitude`; may be absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub location: Option<Position>,
}

impl Decode for CheckInRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let registration_id = registration_in_path(input);
        let body = input.body()?;
        let code = body.required_not_null("check_in_code", |node| node.text(CODE_MAX));
        let location = body.optional("location", |node| {
            let place = node.object()?;
            let degrees = |name, most: i64| {
                place.required_not_null(name, |node| {
                    let degrees = node.number()?;
                    node.check(degrees >= -most as f64, Problem::AtLeast(-most))?;
                    node.check(degrees <= most as f64, Problem::AtMost(most))?;
                    Ok(degrees)
                })
            };
            let (longitude, latitude) = (degrees("longitude", 180), degrees("latitude", 90));
            Ok(Position { latitude: latitude?, longitude: longitude? })
        });
        Ok(Self { registration_id: registration_id?, check_in_code: code?, location: location? })
    }
}

/// Somebody who came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::CheckedInView))]
pub struct CheckedInView {
    /// When.
    pub checked_in_at: String,
    /// How they are greeted.
    pub welcome_message: String,
}

/// Says what one thinks of an event.
#[derive(Debug)]
pub struct Rate;

impl Endpoint for Rate {
    const ROUTE: Route = post("/events/registrations/{registration_id}/rate", "评价活动").documented();
    type Request = RateRequest;
    type Response = RatedView;
}

/// What one thinks of an event.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RateRequest))]
pub struct RateRequest {
    /// Of which registration.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub registration_id: GivenId<RegistrationId>,
    /// 1 to 5 stars.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub rating: u8,
    /// At most 1,000 characters; may be absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub comment: String,
    /// At most 10 words of at most 20 characters; may be absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub tags: Vec<String>,
}

/// Without the words.
impl std::fmt::Debug for RateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateRequest").field("rating", &self.rating).finish_non_exhaustive()
    }
}

impl Decode for RateRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let registration_id = registration_in_path(input);
        let body = input.body()?;
        let rating = body.required_not_null("rating", |node| node.integer_in(1..=5));
        let comment = body.or_default("comment", String::new(), |node| node.text(COMMENT_MAX));
        let tags = body.or_default("tags", Vec::new(), |node| {
            node.list(TAGS_MAX, |node| node.text_of(1..=TAG_CHARS_MAX))
        });
        let rating = rating?.unsigned_abs().try_into().unwrap_or(5);
        Ok(Self { registration_id: registration_id?, rating, comment: comment?, tags: tags? })
    }
}

/// What was said about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RatedView))]
pub struct RatedView {
    /// Of which registration.
    pub registration_id: i64,
    /// How many stars.
    pub rating: u8,
}

/// A picture of a check-in code, by a signed link: pages cannot send a token with a picture.
#[derive(Debug)]
pub struct GetCheckInCode;

impl Endpoint for GetCheckInCode {
    const ROUTE: Route =
        Route::get(Surface::Platform, "/events/registrations/{registration_id}/qr-code", "签到二维码 (PNG)")
            .mounted_at(MOUNTS)
            .auth(Auth::Open)
            .kind(RouteKind::Raw)
            .query(&["expires", "signature"]);
    type Request = ();
    type Response = ();
}
