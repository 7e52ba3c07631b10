//! Events in a database.

use async_trait::async_trait;
use chrono::{Datelike, NaiveDate};
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore, jobs, limit,
    office::{direction, record},
    read, rows,
    safety::sees,
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::{AccountId, EventId, RegistrationId},
    model::{
        Event, EventDetails, EventState, EventStatus, Registration, RegistrationStatus, Seats,
        profile::Gender,
    },
    store::{
        CreateEventOutcome, EventOrder, EventQuery, EventStore, EventView, JobKind, NewEvent,
        RegistrationCounts, SETTLE_AFTER, Slice, Sliced,
    },
};

/// The columns of an [`EventRow`], of `events e`.
macro_rules! event_columns {
    () => {
        "e.id, e.state, e.starts_at, e.ends_at, e.deadline_at, e.created_at, e.closed_at, e.document"
    };
}

/// How many seats of `events e` are taken at the moment `$1`, by all or by those of a gender.
macro_rules! taken {
    ($and:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM registrations r WHERE r.event_id = e.id AND r.state <= 3
                AND (r.state <> 1 OR r.held_until > $1)",
            $and,
            ")"
        )
    };
}

/// Events with their seats at the moment `$1`, for the viewer `$2`.
macro_rules! views {
    ($where:expr) => {
        concat!(
            "SELECT ",
            event_columns!(),
            ", ",
            taken!(""),
            ", ",
            taken!(" AND r.gender = 'male'"),
            ", ",
            taken!(" AND r.gender = 'female'"),
            ", ",
            taken!(" AND r.account_id = CAST($2 AS BIGINT)"),
            " FROM events e WHERE ",
            $where
        )
    };
}

/// The events that are asked for; as [`EventStatus::of`] has it.
macro_rules! asked {
    () => {
        concat!(
            "e.state > $4
            AND ($3 = 0 OR $3 = CASE
                WHEN e.state = 1 THEN 1
                WHEN e.state = 3 THEN 7
                WHEN e.ends_at <= $1 THEN 6
                WHEN e.starts_at <= $1 THEN 5
                WHEN e.deadline_at <= $1 THEN 4
                WHEN ",
            taken!(""),
            " >= e.capacity THEN 3
                ELSE 2 END)
            AND (CAST($5 AS TEXT) IS NULL OR e.city = $5)
            AND e.day BETWEEN $6 AND $7"
        )
    };
}

sql! {
    CODE_TAKEN = "SELECT COUNT(*) FROM events WHERE code = $1";
    INSERT = "INSERT INTO events (code, state, city, day, starts_at, ends_at, deadline_at, capacity, created_at,
            closed_at, document)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10) ON CONFLICT (code) DO NOTHING RETURNING id";
    EVENT = concat!("SELECT ", event_columns!(), " FROM events e WHERE e.id = $1");
    EVENTS_BY_ID = concat!("SELECT ", event_columns!(), " FROM events e
        WHERE e.id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))");
    REPLACE = "UPDATE events SET state = $2, city = $3, day = $4, starts_at = $5, ends_at = $6, deadline_at = $7,
            capacity = $8, closed_at = $9, document = $10
        WHERE id = $1";
    VIEW = views!("e.id = $3");
    VIEWS = views!(concat!(asked!(), "
        ORDER BY (CASE WHEN $8 = 1 THEN e.created_at ELSE e.starts_at END) * $9, e.id * $9
            LIMIT CAST($10 AS BIGINT) OFFSET $11"));
    // The second parameter is that of VIEWS, and plays no role.
    COUNT = concat!("SELECT COUNT(*) FROM events e
        WHERE (CAST($2 AS BIGINT) IS NULL OR $2 IS NOT NULL) AND ", asked!());
    ATTENDEES = concat!("SELECT r.account_id, r.gender FROM registrations r
        WHERE r.event_id = $2 AND r.state <= 3 AND (r.state <> 1 OR r.held_until > $3)
            AND (r.account_id = $1 OR (", sees!("r.account_id"), ")) ORDER BY r.id LIMIT CAST($4 AS BIGINT)");
}

/// Number, state, moments, document.
pub(super) type EventRow = (i64, i64, i64, i64, i64, i64, Option<i64>, String);

/// The same with its seats, those of men, those of women, and whether the viewer has one.
type ViewRow = (i64, i64, i64, i64, i64, i64, Option<i64>, String, i64, i64, i64, i64);

#[async_trait]
impl EventStore for SqlStore {
    async fn create_event(&self, new: NewEvent) -> StoreResult<CreateEventOutcome> {
        let document = document(&new.details)?;
        transaction!(self.pool, |tx, _locks| {
            let taken: i64 = query_scalar(CODE_TAKEN).bind(&new.details.code).fetch_one(&mut *tx).await?;
            let made: Option<i64> = if taken > 0 {
                None
            } else {
                query_scalar(INSERT)
                    .bind(&new.details.code)
                    .bind(new.state.code())
                    .bind(&new.details.venue.city)
                    .bind(day(new.details.date))
                    .bind(new.times.starts_at.0)
                    .bind(new.times.ends_at.0)
                    .bind(new.times.deadline_at.0)
                    .bind(limit(new.details.capacity))
                    .bind(new.audit.at.0)
                    .bind(&document)
                    .fetch_optional(&mut *tx)
                    .await?
            };
            match made {
                None => CreateEventOutcome::CodeTaken,
                Some(id) => {
                    query(jobs::SCHEDULE)
                        .bind(JobKind::Settle.code())
                        .bind(id)
                        .bind(new.times.ends_at.plus(SETTLE_AFTER).0)
                        .execute(&mut *tx)
                        .await?;
                    let mut audit = new.audit.clone();
                    audit.thing = Some(id);
                    record!(tx, &audit);
                    CreateEventOutcome::Made(Box::new(Event {
                        id: event_id(id)?,
                        state: new.state,
                        starts_at: new.times.starts_at,
                        ends_at: new.times.ends_at,
                        deadline_at: new.times.deadline_at,
                        created_at: new.audit.at,
                        closed_at: None,
                        details: new.details.clone(),
                    }))
                }
            }
        })
    }

    async fn event(&self, id: EventId) -> StoreResult<Option<Event>> {
        let row: Option<EventRow> = read!(self.pool, |p| query_as(EVENT).bind(id.get()).fetch_optional(p))?;
        row.map(event).transpose()
    }

    async fn event_view(
        &self,
        id: EventId,
        viewer: Option<AccountId>,
        at: Millis,
    ) -> StoreResult<Option<EventView>> {
        let row: Option<ViewRow> = read!(self.pool, |p| query_as(VIEW)
            .bind(at.0)
            .bind(viewer.map(AccountId::get))
            .bind(id.get())
            .fetch_optional(p))?;
        row.map(view).transpose()
    }

    async fn events(&self, query: EventQuery, slice: Slice) -> StoreResult<Sliced<EventView>> {
        let viewer = query.viewer.map(AccountId::get);
        let status = query.status.map_or(0, EventStatus::code);
        // States above this one: all of them, or those that are public or were.
        let above = if query.drafts { 0 } else { EventState::Draft.code() };
        let (from, to) = (query.from.map_or(i64::MIN, day), query.to.map_or(i64::MAX, day));
        let total: i64 = read!(self.pool, |p| query_scalar(COUNT)
            .bind(query.at.0)
            .bind(viewer)
            .bind(status)
            .bind(above)
            .bind(&query.city)
            .bind(from)
            .bind(to)
            .fetch_one(p))?;
        let found: Vec<ViewRow> = read!(self.pool, |p| query_as(VIEWS)
            .bind(query.at.0)
            .bind(viewer)
            .bind(status)
            .bind(above)
            .bind(&query.city)
            .bind(from)
            .bind(to)
            .bind(i64::from(query.order == EventOrder::Creation))
            .bind(direction(slice))
            .bind(limit(slice.limit))
            .bind(limit(slice.skip))
            .fetch_all(p))?;
        Ok(Sliced {
            total: rows::count(total),
            items: found.into_iter().map(view).collect::<StoreResult<_>>()?,
        })
    }

    async fn attendees(
        &self,
        event: EventId,
        viewer: AccountId,
        at: Millis,
        most: usize,
    ) -> StoreResult<Vec<(AccountId, Option<Gender>)>> {
        let found: Vec<(i64, Option<String>)> = read!(self.pool, |p| query_as(ATTENDEES)
            .bind(viewer.get())
            .bind(event.get())
            .bind(at.0)
            .bind(limit(most))
            .fetch_all(p))?;
        let attendee = |(id, told)| {
            Ok((rows::account_id(id, "registrations", "account_id")?, gender(told, "registrations")?))
        };
        found.into_iter().map(attendee).collect()
    }

    async fn registration(&self, id: RegistrationId) -> StoreResult<Option<Registration>> {
        self.registration_by_id(id).await
    }

    async fn registration_by_order(&self, order_no: &str) -> StoreResult<Option<Registration>> {
        self.registration_of_order(order_no).await
    }

    async fn seat_of(
        &self,
        event: EventId,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<Option<Registration>> {
        self.seat_at(event, account, at).await
    }

    async fn registrations_of(
        &self,
        account: AccountId,
        status: Option<RegistrationStatus>,
        at: Millis,
        slice: Slice,
    ) -> StoreResult<Sliced<(Registration, Event)>> {
        self.registrations_with_events(account, status, at, slice).await
    }

    async fn count_registrations(&self, account: AccountId, at: Millis) -> StoreResult<RegistrationCounts> {
        self.registration_counts(account, at).await
    }

    async fn registrations_for(
        &self,
        event: EventId,
        status: Option<RegistrationStatus>,
        at: Millis,
        slice: Slice,
    ) -> StoreResult<Sliced<Registration>> {
        self.registrations_at(event, status, at, slice).await
    }
}

/// A day as a number that grows with it.
pub(super) fn day(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce())
}

pub(super) fn document(details: &EventDetails) -> StoreResult<String> {
    serde_json::to_string(details).map_err(|error| StoreError::Driver(Box::new(error)))
}

pub(super) fn event_id(id: i64) -> StoreResult<EventId> {
    rows::known(EventId::new(id), "events", "id")
}

pub(super) fn gender(told: Option<String>, table: &'static str) -> StoreResult<Option<Gender>> {
    told.map(|code| rows::known(Gender::from_code(&code), table, "gender")).transpose()
}

pub(super) fn event(row: EventRow) -> StoreResult<Event> {
    let (id, state, starts_at, ends_at, deadline_at, created_at, closed_at, document) = row;
    Ok(Event {
        id: event_id(id)?,
        state: rows::known(EventState::from_code(state), "events", "state")?,
        starts_at: Millis(starts_at),
        ends_at: Millis(ends_at),
        deadline_at: Millis(deadline_at),
        created_at: Millis(created_at),
        closed_at: closed_at.map(Millis),
        details: rows::known(serde_json::from_str(&document).ok(), "events", "document")?,
    })
}

fn view(row: ViewRow) -> StoreResult<EventView> {
    let (id, state, starts, ends, deadline, created, closed, document, taken, male, female, mine) = row;
    Ok(EventView {
        event: event((id, state, starts, ends, deadline, created, closed, document))?,
        seats: Seats { taken: rows::count(taken), male: rows::count(male), female: rows::count(female) },
        is_registered: mine > 0,
    })
}
