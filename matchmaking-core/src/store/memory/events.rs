//! Events in memory.

use async_trait::async_trait;

use super::{MemoryStore, State, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, EventId, RegistrationId},
    model::{Event, EventState, EventStatus, Registration, RegistrationStatus, Seats, profile::Gender},
    store::{
        CreateEventOutcome, EventOrder, EventQuery, EventStore, EventView, JobKind, NewEvent, NewJob,
        RegistrationCounts, SETTLE_AFTER, Slice, Sliced,
    },
};

#[async_trait]
impl EventStore for MemoryStore {
    async fn create_event(&self, new: NewEvent) -> StoreResult<CreateEventOutcome> {
        let mut state = self.lock()?;
        if state.events.values().any(|event| event.details.code == new.details.code) {
            return Ok(CreateEventOutcome::CodeTaken);
        }
        let id = next(&mut state.last_event, EventId::new)?;
        let NewEvent { state: stands, times, details, mut audit } = new;
        let event = Event {
            id,
            state: stands,
            starts_at: times.starts_at,
            ends_at: times.ends_at,
            deadline_at: times.deadline_at,
            created_at: audit.at,
            closed_at: None,
            details,
        };
        audit.thing = Some(id.get());
        state.record(audit)?;
        let run_at = event.ends_at.plus(SETTLE_AFTER);
        state.schedule(NewJob { kind: JobKind::Settle, subject: id.get(), run_at });
        state.events.insert(id, event.clone());
        Ok(CreateEventOutcome::Made(Box::new(event)))
    }

    async fn event(&self, id: EventId) -> StoreResult<Option<Event>> {
        Ok(self.lock()?.events.get(&id).cloned())
    }

    async fn event_view(
        &self,
        id: EventId,
        viewer: Option<AccountId>,
        at: Millis,
    ) -> StoreResult<Option<EventView>> {
        let state = self.lock()?;
        Ok(state.events.get(&id).map(|event| state.event_view(event, viewer, at)))
    }

    async fn events(&self, query: EventQuery, slice: Slice) -> StoreResult<Sliced<EventView>> {
        let state = self.lock()?;
        let is_asked = |view: &EventView| {
            let Event { state, details, .. } = &view.event;
            let status = EventStatus::of(&view.event, view.seats.taken, query.at);
            (query.drafts || *state != EventState::Draft)
                && query.status.is_none_or(|asked| asked == status)
                && query.city.as_ref().is_none_or(|city| *city == details.venue.city)
                && query.from.is_none_or(|from| from <= details.date)
                && query.to.is_none_or(|to| details.date <= to)
        };
        let views = state.events.values().map(|event| state.event_view(event, query.viewer, query.at));
        let mut views: Vec<_> = views.filter(is_asked).collect();
        views.sort_by_key(|view| match query.order {
            EventOrder::Start => (view.event.starts_at, view.event.id),
            EventOrder::Creation => (view.event.created_at, view.event.id),
        });
        Ok(slice.of(views))
    }

    async fn attendees(
        &self,
        event: EventId,
        viewer: AccountId,
        at: Millis,
        limit: usize,
    ) -> StoreResult<Vec<(AccountId, Option<Gender>)>> {
        let state = self.lock()?;
        let seen = |one: &&Registration| one.account == viewer || state.sees(viewer, one.account);
        let seats = state.seats_at(event, at).filter(seen).take(limit);
        Ok(seats.map(|one| (one.account, one.gender)).collect())
    }

    async fn registration(&self, id: RegistrationId) -> StoreResult<Option<Registration>> {
        Ok(self.lock()?.registrations.get(&id).cloned())
    }

    async fn registration_by_order(&self, order_no: &str) -> StoreResult<Option<Registration>> {
        Ok(self.lock()?.registrations.values().find(|one| one.order_no == order_no).cloned())
    }

    async fn seat_of(
        &self,
        event: EventId,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<Option<Registration>> {
        Ok(self.lock()?.seats_at(event, at).find(|one| one.account == account).cloned())
    }

    async fn registrations_of(
        &self,
        account: AccountId,
        status: Option<RegistrationStatus>,
        at: Millis,
        slice: Slice,
    ) -> StoreResult<Sliced<(Registration, Event)>> {
        let state = self.lock()?;
        let mine = state.registrations.values().filter(|one| one.account == account);
        let with_event = mine.filter_map(|one| Some((one.clone(), state.events.get(&one.event)?.clone())));
        let of_status = with_event.filter(|(one, event)| {
            status.is_none_or(|status| status == RegistrationStatus::of(one, event.ends_at, at))
        });
        Ok(slice.of(of_status.collect()))
    }

    async fn count_registrations(&self, account: AccountId, at: Millis) -> StoreResult<RegistrationCounts> {
        let state = self.lock()?;
        let mut counts = RegistrationCounts::default();
        for one in state.registrations.values().filter(|one| one.account == account) {
            let Some(event) = state.events.get(&one.event) else { continue };
            let status = RegistrationStatus::of(one, event.ends_at, at);
            counts.total += 1;
            counts.upcoming += usize::from(one.takes_a_seat(at) && at < event.ends_at);
            counts.completed += usize::from(status == RegistrationStatus::Completed);
        }
        Ok(counts)
    }

    async fn registrations_for(
        &self,
        event: EventId,
        status: Option<RegistrationStatus>,
        at: Millis,
        slice: Slice,
    ) -> StoreResult<Sliced<Registration>> {
        let state = self.lock()?;
        let Some(ends_at) = state.events.get(&event).map(|event| event.ends_at) else {
            return Ok(slice.of(Vec::new()));
        };
        let of_event = state.registrations.values().filter(|one| one.event == event);
        let of_status = of_event
            .filter(|one| status.is_none_or(|status| status == RegistrationStatus::of(one, ends_at, at)));
        Ok(slice.of(of_status.cloned().collect()))
    }
}

impl State {
    /// The registrations that take a seat of an event at this moment, by identifier.
    fn seats_at(&self, event: EventId, at: Millis) -> impl Iterator<Item = &Registration> {
        self.registrations.values().filter(move |one| one.event == event && one.takes_a_seat(at))
    }

    fn event_view(&self, event: &Event, viewer: Option<AccountId>, at: Millis) -> EventView {
        let seats = self.seats_at(event.id, at).fold(Seats::default(), |seats, one| seats.and(one.gender));
        let is_registered = self.seats_at(event.id, at).any(|one| Some(one.account) == viewer);
        EventView { event: event.clone(), seats, is_registered }
    }
}
