//! Events: looking at them, waiting for a seat, rounds and picks.

use std::collections::HashMap;
use std::sync::Arc;

use matchmaking_core::{
    api::{
        events::EventCore,
        fault::Fault,
        platform::{
            Attendee, AttendeesView, EventDetailView, EventItem, EventRequest, EventSorting, EventsRequest,
            Page, Paged, PickRequest, PickedView, RoundView, RoundsView, UserBrief, UserRegistration,
            WaitingView,
        },
        wire::GivenId,
    },
    ids::{AccountId, EventId, RegistrationId},
    model::{EventRefusal, Language, Registration, profile::Gender},
    service::{
        Services,
        auth::Caller,
        events::{EventFilter, EventShown},
        profiles::ShownPictures,
    },
    store::EventOrder,
};

use super::{language, pictures, slice};
use crate::http::Call;

pub(super) async fn list(
    services: Arc<Services>,
    call: Call<EventsRequest, Option<Caller>>,
) -> Result<Paged<EventItem>, Fault> {
    let EventsRequest { city, status, date_from, date_to, sort, page: asked, order } = call.request;
    let by = match sort {
        EventSorting::Start => EventOrder::Start,
        EventSorting::Creation => EventOrder::Creation,
    };
    let filter = EventFilter { status, city, from: date_from, to: date_to, order: by };
    let viewer = call.who.map(|caller| caller.account);
    let found = services.events.list(filter, viewer, slice(asked, order)).await?;
    let found = found.map(|(view, status)| EventItem::of(view.event, view.seats, status, view.is_registered));
    Ok(Page { asked, items: found.items, total: found.total }.into())
}

pub(super) async fn show(
    services: Arc<Services>,
    call: Call<EventRequest, Option<Caller>>,
) -> Result<EventDetailView, Fault> {
    let language = language(&call.asked);
    let viewer = call.who.map(|caller| caller.account);
    let shown = services.events.show(known(call.request.event_id)?, viewer).await?;
    let EventShown { view, status, registration, refusal, attendees } = shown;
    let ids: Vec<AccountId> = attendees.iter().map(|(id, _)| *id).collect();
    let mut pictures = match viewer {
        Some(viewer) => services.profiles.pictures(viewer, &ids).await?,
        None => HashMap::new(),
    };
    let attendee = |(id, gender): (AccountId, Option<Gender>)| {
        let ShownPictures { avatar, .. } = pictures.remove(&id).unwrap_or_default();
        Attendee { user_id: id.get(), avatar, gender: gender.map(Gender::code) }
    };
    let preview = attendees.into_iter().map(attendee).collect();
    Ok(EventDetailView {
        registered_users: AttendeesView { total: view.seats.taken, preview },
        user_registration: standing(registration.as_ref(), refusal, language),
        event: EventCore::of(view.event, view.seats, status),
    })
}

/// How somebody stands to an event. A seat that is offered is not taken yet.
fn standing(
    registration: Option<&Registration>,
    refusal: Option<EventRefusal>,
    language: Language,
) -> UserRegistration {
    let text = |refusal: EventRefusal| {
        let (chinese, english) = refusal.texts();
        language.pick(chinese, english).to_owned()
    };
    UserRegistration {
        is_registered: registration.is_some_and(|one| !one.course.offered),
        can_register: refusal.is_none(),
        reason: refusal.map(text),
        registration_id: registration.map(|one| RegistrationId::get(one.id)),
    }
}

pub(super) async fn wait(
    services: Arc<Services>,
    call: Call<EventRequest, Caller>,
) -> Result<WaitingView, Fault> {
    let id = known(call.request.event_id)?;
    let position = services.events.wait_for_seat(call.who.account, id).await?;
    Ok(WaitingView { event_id: id.get(), position })
}

pub(super) async fn stop_waiting(
    services: Arc<Services>,
    call: Call<EventRequest, Caller>,
) -> Result<(), Fault> {
    Ok(services.events.stop_waiting(call.who.account, known(call.request.event_id)?).await?)
}

pub(super) async fn rounds(
    services: Arc<Services>,
    call: Call<EventRequest, Caller>,
) -> Result<RoundsView, Fault> {
    let (me, id) = (call.who.account, known(call.request.event_id)?);
    let (_, dates) = services.events.dates_of(me, id).await?;
    let mut pictures = pictures::of(&services, me, dates.iter().map(|mine| &mine.partner)).await?;
    let rounds = dates.into_iter().map(|mine| {
        let avatar = pictures.remove(&mine.partner.id).unwrap_or_default().avatar;
        RoundView {
            round: mine.date.round,
            table: mine.date.table,
            start_time: mine.date.starts_at.to_rfc3339(),
            end_time: mine.date.ends_at.to_rfc3339(),
            user: UserBrief::of(&mine.partner, avatar),
        }
    });
    Ok(RoundsView { event_id: id.get(), rounds: rounds.collect() })
}

pub(super) async fn pick(
    services: Arc<Services>,
    call: Call<PickRequest, Caller>,
) -> Result<PickedView, Fault> {
    let PickRequest { event_id, user_ids } = call.request;
    let id = known(event_id)?;
    let picked = services.events.pick(call.who.account, id, &user_ids).await?;
    Ok(PickedView { event_id: id.get(), picked })
}

pub(super) fn known(id: GivenId<EventId>) -> Result<EventId, Fault> {
    id.possible().ok_or(Fault::UnknownEvent)
}
