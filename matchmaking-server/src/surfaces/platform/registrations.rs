//! Seats at events: taking, coming, and what people thought of it.

use std::sync::Arc;

use http::{HeaderValue, StatusCode, header};
use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            CancelRequest, CancelledView, CheckInRequest, CheckInView, CheckedInView, DepositState,
            MyRegistration, Page, PaymentView, RateRequest, RatedView, RegisterForEventRequest,
            RegisteredEvent, RegisteredView, RegistrationStats, RegistrationsRequest, RegistrationsView,
        },
        wire::GivenId,
    },
    ids::RegistrationId,
    model::RegistrationState,
    ports::payment::PaymentChannel,
    service::{Services, auth::Caller, events::RegistrationShown},
    store::NewRating,
};

use super::{events, language, slice};
use crate::http::{Call, Ctx, Reply};

pub(super) async fn register(
    services: Arc<Services>,
    call: Call<RegisterForEventRequest, Caller>,
) -> Result<RegisteredView, Fault> {
    let RegisterForEventRequest { event_id, payment_channel } = call.request;
    let channel = payment_channel.as_deref().and_then(PaymentChannel::from_code);
    let taken = services.events.register(call.who.account, events::known(event_id)?, channel).await?;
    Ok(RegisteredView::of(&taken.registration, &taken.event, taken.status))
}

pub(super) async fn list(
    services: Arc<Services>,
    call: Call<RegistrationsRequest, Caller>,
) -> Result<RegistrationsView, Fault> {
    let RegistrationsRequest { status, page: asked, order } = call.request;
    let me = call.who.account;
    let found = services.events.registrations_of(me, status, slice(asked, order)).await?;
    let counts = services.events.count_registrations(me).await?;
    let found = found.map(mine);
    let page = Page { asked, items: found.items, total: found.total };
    let pagination = page.pagination();
    let stats =
        RegistrationStats { total: counts.total, upcoming: counts.upcoming, completed: counts.completed };
    Ok(RegistrationsView { items: page.items, stats, pagination })
}

pub(super) fn mine(shown: RegistrationShown) -> MyRegistration {
    let RegistrationShown { registration, event, status, check_in_code, qr_code, can_cancel, can_rate } =
        shown;
    MyRegistration {
        registration_id: registration.id.get(),
        status: status.name(),
        deposit: DepositState::of(&registration),
        payment: PaymentView::of(&registration, status),
        check_in: CheckInView {
            is_checked_in: registration.state == RegistrationState::CheckedIn,
            check_in_code,
            qr_code,
        },
        can_cancel,
        can_rate,
        registered_at: registration.registered_at.to_rfc3339(),
        registration_no: registration.number,
        event: RegisteredEvent::of(event),
    }
}

pub(super) async fn cancel(
    services: Arc<Services>,
    call: Call<CancelRequest, Caller>,
) -> Result<CancelledView, Fault> {
    let CancelRequest { registration_id, reason } = call.request;
    let cancelled = services.events.cancel(call.who.account, known(registration_id)?, &reason).await?;
    Ok(CancelledView {
        registration_id: cancelled.registration.id.get(),
        status: cancelled.status.name(),
        deposit: DepositState::of(&cancelled.registration),
    })
}

pub(super) async fn check_in(
    services: Arc<Services>,
    call: Call<CheckInRequest, Caller>,
) -> Result<CheckedInView, Fault> {
    let language = language(&call.asked);
    let CheckInRequest { registration_id, check_in_code, location } = call.request;
    let id = known(registration_id)?;
    let (at, event) = services.events.check_in(call.who.account, id, &check_in_code, location).await?;
    let name = &event.details.name;
    let chinese = format!("欢迎参加{name}，祝您找到心仪的对象！");
    let english = format!("Welcome to {name}. We hope that you find somebody!");
    let welcome_message = language.pick(chinese.as_str(), english.as_str()).to_owned();
    Ok(CheckedInView { checked_in_at: at.to_rfc3339(), welcome_message })
}

pub(super) async fn rate(
    services: Arc<Services>,
    call: Call<RateRequest, Caller>,
) -> Result<RatedView, Fault> {
    let RateRequest { registration_id, rating, comment, tags } = call.request;
    let id = known(registration_id)?;
    services.events.rate(call.who.account, id, NewRating { stars: rating, comment, tags }).await?;
    Ok(RatedView { registration_id: id.get(), rating })
}

/// The picture of a check-in code, for whoever has the link.
pub(super) async fn qr_code(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let asked = &ctx.asked;
    let id = asked.param("registration_id").and_then(|id| id.parse().ok()).and_then(RegistrationId::new);
    let id = id.ok_or(Fault::UnknownRegistration)?;
    let given = |name| asked.query_value(name).unwrap_or_default();
    let picture = services.events.picture(id, &given("expires"), &given("signature")).await?;
    let (png, good_for) = picture.ok_or(Fault::BadLink)?;
    let kept_for = HeaderValue::from_str(&format!("private, max-age={good_for}")).map_err(Fault::internal)?;
    Ok(Reply::bytes(StatusCode::OK, "image/png", png).header(header::CACHE_CONTROL, kept_for))
}

fn known(id: GivenId<RegistrationId>) -> Result<RegistrationId, Fault> {
    id.possible().ok_or(Fault::UnknownRegistration)
}
