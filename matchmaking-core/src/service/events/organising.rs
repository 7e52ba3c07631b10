//! Making, changing and calling off events.

use chrono::NaiveDateTime;

use super::{EventError, EventFilter, Events, query, with_status};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, EventId},
    model::{
        AuditAction, Event, EventDetails, EventRefusal, EventState, EventStatus, Registration,
        RegistrationStatus,
    },
    service::days,
    store::{
        CancelEventOutcome, CreateEventOutcome, EditEventOutcome, EventEdit, EventTimes, EventView, NewAudit,
        NewEvent, Slice, Sliced,
    },
};

/// How often a code is made up anew when another event has it.
const CODE_TRIES: usize = 8;

/// An event as the back office wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPlan {
    /// Whether people may not see it yet.
    pub is_draft: bool,
    /// Until when one may register; until the beginning without it.
    pub deadline: Option<Millis>,
    /// What is said about it. An empty code is made up.
    pub details: EventDetails,
}

/// Why a plan is none.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// Registration would end after the beginning.
    #[error("the deadline is after the beginning")]
    LateDeadline,
    /// It is refused, or failed.
    #[error(transparent)]
    Event(#[from] EventError),
}

impl Events {
    /// All events that are asked for, with those that are being prepared.
    pub async fn list_for_office(
        &self,
        filter: EventFilter,
        slice: Slice,
    ) -> StoreResult<Sliced<(EventView, EventStatus)>> {
        let at = self.clock.now();
        let events = self.stores.events.events(query(filter, true, None, at), slice).await?;
        Ok(events.map(|view| with_status(view, at)))
    }

    /// Any event.
    pub async fn show_for_office(&self, id: EventId) -> Result<(EventView, EventStatus), EventError> {
        let at = self.clock.now();
        let view = self.stores.events.event_view(id, None, at).await?.ok_or(EventError::Unknown)?;
        Ok(with_status(view, at))
    }

    /// Makes an event.
    pub async fn create(&self, mut plan: EventPlan) -> Result<Event, Rejection> {
        let times = self.times(&plan)?;
        let state = if plan.is_draft { EventState::Draft } else { EventState::Public };
        let is_given = !plan.details.code.is_empty();
        for _ in 0..CODE_TRIES {
            if !is_given {
                let date = plan.details.date.format("%Y%m%d");
                plan.details.code = format!("EV{date}{:04}", rand::random::<u16>() % 10_000);
            }
            let audit = self.audit(AuditAction::EventMade, None, plan.details.code.clone());
            let new = NewEvent { state, times, details: plan.details.clone(), audit };
            match self.stores.events.create_event(new).await.map_err(EventError::from)? {
                CreateEventOutcome::Made(event) => return Ok(*event),
                CreateEventOutcome::CodeTaken if is_given => break,
                CreateEventOutcome::CodeTaken => {}
            }
        }
        Err(EventError::from(EventRefusal::CodeTaken).into())
    }

    /// Replaces what is said about an event. Its code stays.
    pub async fn edit(&self, id: EventId, plan: EventPlan) -> Result<Event, Rejection> {
        let times = self.times(&plan)?;
        let state = if plan.is_draft { EventState::Draft } else { EventState::Public };
        let audit = self.audit(AuditAction::EventChanged, Some(id), String::new());
        let edit = EventEdit { state, times, details: plan.details };
        let change =
            self.stores.seats.edit_event(id, edit, audit, self.now()).await.map_err(EventError::from)?;
        let change = change.ok_or(EventError::Unknown)?;
        self.tell_offers(&change);
        let refusal = match change.outcome {
            EditEventOutcome::Edited => return Ok(change.event),
            EditEventOutcome::TooFewSeats => EventRefusal::TooFewSeats,
            EditEventOutcome::Published => EventRefusal::Published,
            EditEventOutcome::Cancelled => EventRefusal::Cancelled,
        };
        Err(EventError::from(refusal).into())
    }

    /// Calls an event off: every deposit goes back, and everyone concerned is told.
    pub async fn call_off(&self, id: EventId) -> Result<Event, EventError> {
        let audit = self.audit(AuditAction::EventCancelled, Some(id), String::new());
        let change = self.stores.seats.cancel_event(id, audit, self.now()).await?;
        let change = change.ok_or(EventError::Unknown)?;
        match change.outcome {
            CancelEventOutcome::Cancelled => {
                let content = format!("“{}”已取消，已支付的保证金将全额退还", change.event.details.name);
                self.notices.tell(&change.dropped, "活动取消", content);
                Ok(change.event)
            }
            CancelEventOutcome::Already => Ok(change.event),
            CancelEventOutcome::Over => Err(EventRefusal::Over.into()),
        }
    }

    /// The registrations for any event, of one status or all.
    pub async fn registrations_for(
        &self,
        id: EventId,
        status: Option<RegistrationStatus>,
        slice: Slice,
    ) -> Result<Sliced<(Registration, RegistrationStatus)>, EventError> {
        let event = self.stores.events.event(id).await?.ok_or(EventError::Unknown)?;
        let at = self.clock.now();
        let found = self.stores.events.registrations_for(id, status, at, slice).await?;
        Ok(found.map(|one| {
            let status = RegistrationStatus::of(&one, event.ends_at, at);
            (one, status)
        }))
    }

    /// The moments of a plan, in the time zone of the people.
    fn times(&self, plan: &EventPlan) -> Result<EventTimes, Rejection> {
        let EventDetails { date, start_time, end_time, .. } = plan.details;
        let end_date = if end_time > start_time { date } else { date.succ_opt().unwrap_or(date) };
        let at = |local: NaiveDateTime| days::moment(local, self.time_zone);
        let (starts_at, ends_at) = (at(date.and_time(start_time)), at(end_date.and_time(end_time)));
        let deadline_at = plan.deadline.unwrap_or(starts_at);
        if deadline_at > starts_at {
            return Err(Rejection::LateDeadline);
        }
        Ok(EventTimes { starts_at, ends_at, deadline_at })
    }

    /// An entry of the record about an event.
    pub(super) fn audit(&self, action: AuditAction, event: Option<EventId>, detail: String) -> NewAudit {
        let account: Option<AccountId> = None;
        NewAudit { action, account, thing: event.map(EventId::get), detail, at: self.clock.now() }
    }
}
