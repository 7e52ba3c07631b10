//! Events, their registrations, and their rounds.

use std::collections::HashMap;
use std::sync::Arc;

use matchmaking_core::{
    api::{
        admin::{
            ClosedView, DrawRoundsRequest, DrawnRounds, EditEventRequest, EventInput,
            EventRegistrationsRequest, EventStateView, OfficeEvent, OfficeEventRequest, OfficeEventsRequest,
            OfficeRegistration,
        },
        events::EventCore,
        fault::Fault,
        page::Paged,
        wire::GivenId,
    },
    clock::Millis,
    ids::EventId,
    model::EventStatus,
    service::{
        Services,
        events::{EventFilter, EventPlan, RoundPlan},
    },
    store::{EventOrder, EventView},
};

use super::{office::paged, slice};
use crate::http::Call;

pub(super) async fn create(services: Arc<Services>, call: Call<EventInput>) -> Result<OfficeEvent, Fault> {
    let made = services.events.create(plan(call.request)).await?;
    shown(&services, made.id).await
}

pub(super) async fn edit(
    services: Arc<Services>,
    call: Call<EditEventRequest>,
) -> Result<OfficeEvent, Fault> {
    let id = known(call.request.event_id)?;
    services.events.edit(id, plan(call.request.event)).await?;
    shown(&services, id).await
}

pub(super) async fn list(
    services: Arc<Services>,
    call: Call<OfficeEventsRequest>,
) -> Result<Paged<OfficeEvent>, Fault> {
    let OfficeEventsRequest { status, city, by_creation, page, order } = call.request;
    let by = if by_creation { EventOrder::Creation } else { EventOrder::Start };
    let filter = EventFilter { status, city, from: None, to: None, order: by };
    let found = services.events.list_for_office(filter, slice(page, order)).await?;
    Ok(paged(page, found.map(|(view, status)| event(view, status))))
}

pub(super) async fn show(
    services: Arc<Services>,
    call: Call<OfficeEventRequest>,
) -> Result<OfficeEvent, Fault> {
    shown(&services, known(call.request.event_id)?).await
}

pub(super) async fn cancel(
    services: Arc<Services>,
    call: Call<OfficeEventRequest>,
) -> Result<EventStateView, Fault> {
    let event = services.events.call_off(known(call.request.event_id)?).await?;
    Ok(EventStateView { event_id: event.id.get(), status: EventStatus::Cancelled.name() })
}

pub(super) async fn close(
    services: Arc<Services>,
    call: Call<OfficeEventRequest>,
) -> Result<ClosedView, Fault> {
    let id = known(call.request.event_id)?;
    let matches = services.events.close(id).await?;
    Ok(ClosedView { event_id: id.get(), matches })
}

pub(super) async fn draw_rounds(
    services: Arc<Services>,
    call: Call<DrawRoundsRequest>,
) -> Result<DrawnRounds, Fault> {
    let DrawRoundsRequest { event_id, rounds, minutes, break_minutes, starts_at, tables, from_the_start } =
        call.request;
    let id = known(event_id)?;
    let plan = RoundPlan { most: rounds, tables, minutes, pause: break_minutes, starts_at, from_the_start };
    let evening = services.events.draw_rounds(id, plan).await?;
    Ok(DrawnRounds {
        event_id: id.get(),
        rounds: evening.rounds,
        dates: evening.dates,
        participants: evening.people,
    })
}

pub(super) async fn registrations(
    services: Arc<Services>,
    call: Call<EventRegistrationsRequest>,
) -> Result<Paged<OfficeRegistration>, Fault> {
    let EventRegistrationsRequest { event_id, status, page, order } = call.request;
    let found = services.events.registrations_for(known(event_id)?, status, slice(page, order)).await?;
    let ids: Vec<_> = found.items.iter().map(|(one, _)| one.account).collect();
    let profiles = services.stores.people.profiles(&ids).await?;
    let names: HashMap<_, _> = profiles.into_iter().map(|(id, read)| (id, read.profile.nickname)).collect();
    let row = |(one, status): (matchmaking_core::model::Registration, _)| {
        let nickname = names.get(&one.account).cloned().flatten();
        OfficeRegistration::of(one, status, nickname)
    };
    Ok(paged(page, found.map(row)))
}

async fn shown(services: &Services, id: EventId) -> Result<OfficeEvent, Fault> {
    let (view, status) = services.events.show_for_office(id).await?;
    Ok(event(view, status))
}

fn plan(input: EventInput) -> EventPlan {
    EventPlan { is_draft: input.is_draft, deadline: input.deadline, details: input.details }
}

fn event(view: EventView, status: EventStatus) -> OfficeEvent {
    OfficeEvent {
        created_at: view.event.created_at.to_rfc3339(),
        closed_at: view.event.closed_at.map(Millis::to_rfc3339),
        event: EventCore::of(view.event, view.seats, status),
    }
}

fn known(id: GivenId<EventId>) -> Result<EventId, Fault> {
    id.possible().ok_or(Fault::UnknownEvent)
}
