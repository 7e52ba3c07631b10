//! Who is registered for events, in a database.

use std::collections::HashMap;

use sqlx::{query_as, query_scalar};

use super::{
    SqlStore,
    events::{self, EventRow},
    json::list,
    limit,
    office::direction,
    read, rows, sql,
};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::{AccountId, EventId, RegistrationId},
    model::{Event, RefundState, Registration, RegistrationState, RegistrationStatus},
    store::{RegistrationCounts, Slice, Sliced},
};

/// Registrations with the columns of a [`RegistrationRow`].
macro_rules! registrations {
    ($rest:expr) => {
        concat!(
            "SELECT r.id, r.event_id, r.account_id, r.gender, r.number, r.order_no, r.state, r.held_until, r.refund,
                r.registered_at, r.payment_url, r.course, r.words
            FROM registrations r ",
            $rest
        )
    };
}
pub(super) use registrations;

/// Those of one status at the moment `$3`, or all for 0: as [`RegistrationStatus::of`] has it.
macro_rules! of_status {
    () => {
        "($2 = 0 OR $2 = CASE
            WHEN r.state = 1 AND r.held_until > $3 THEN 1
            WHEN r.state = 2 THEN 2
            WHEN r.state = 3 AND e.ends_at <= $3 THEN 4
            WHEN r.state = 3 THEN 3
            WHEN r.refund = 2 THEN 5
            WHEN r.state = 4 THEN 6
            ELSE 7 END)"
    };
}

sql! {
    BY_ID = registrations!("WHERE r.id = $1");
    BY_ORDER = registrations!("WHERE r.order_no = $1");
    SEAT = registrations!("WHERE r.event_id = $1 AND r.account_id = $2 AND r.state <= 3
        AND (r.state <> 1 OR r.held_until > $3)");
    OF_ACCOUNT = registrations!(concat!("JOIN events e ON e.id = r.event_id WHERE r.account_id = $1 AND ", of_status!(),
        " ORDER BY r.id * $4 LIMIT CAST($5 AS BIGINT) OFFSET $6"));
    COUNT_OF_ACCOUNT = concat!("SELECT COUNT(*) FROM registrations r JOIN events e ON e.id = r.event_id
        WHERE r.account_id = $1 AND ", of_status!());
    UPCOMING = "SELECT COUNT(*) FROM registrations r JOIN events e ON e.id = r.event_id
        WHERE r.account_id = $1 AND e.ends_at > $2 AND r.state <= 3 AND (r.state <> 1 OR r.held_until > $2)";
    OF_EVENT = registrations!(concat!("JOIN events e ON e.id = r.event_id WHERE r.event_id = $1 AND ", of_status!(),
        " ORDER BY r.id * $4 LIMIT CAST($5 AS BIGINT) OFFSET $6"));
    COUNT_OF_EVENT = concat!("SELECT COUNT(*) FROM registrations r JOIN events e ON e.id = r.event_id
        WHERE r.event_id = $1 AND ", of_status!());
    HELD_BY = "SELECT r.id FROM registrations r
        WHERE r.account_id = $1 AND r.state <= 3 AND (r.state <> 1 OR r.held_until > $2) ORDER BY r.id";
}

/// The columns of `registrations!`.
pub(super) type RegistrationRow = (
    i64,
    i64,
    i64,
    Option<String>,
    String,
    String,
    i64,
    Option<i64>,
    i64,
    i64,
    Option<String>,
    String,
    String,
);

impl SqlStore {
    pub(super) async fn registration_by_id(&self, id: RegistrationId) -> StoreResult<Option<Registration>> {
        let row = read!(self.pool, |p| query_as(BY_ID).bind(id.get()).fetch_optional(p))?;
        row.map(registration).transpose()
    }

    pub(super) async fn registration_of_order(&self, order_no: &str) -> StoreResult<Option<Registration>> {
        let row = read!(self.pool, |p| query_as(BY_ORDER).bind(order_no).fetch_optional(p))?;
        row.map(registration).transpose()
    }

    pub(super) async fn seat_at(
        &self,
        event: EventId,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<Option<Registration>> {
        let row = read!(self.pool, |p| query_as(SEAT)
            .bind(event.get())
            .bind(account.get())
            .bind(at.0)
            .fetch_optional(p))?;
        row.map(registration).transpose()
    }

    pub(super) async fn registrations_with_events(
        &self,
        account: AccountId,
        status: Option<RegistrationStatus>,
        at: Millis,
        slice: Slice,
    ) -> StoreResult<Sliced<(Registration, Event)>> {
        let found =
            self.registrations(OF_ACCOUNT, COUNT_OF_ACCOUNT, account.get(), status, at, slice).await?;
        let ids: Vec<EventId> = found.items.iter().map(|one| one.event).collect();
        let rows: Vec<EventRow> =
            read!(self.pool, |p| query_as(events::EVENTS_BY_ID).bind(list(&ids)).fetch_all(p))?;
        let mut events = HashMap::with_capacity(rows.len());
        for row in rows {
            let event = events::event(row)?;
            events.insert(event.id, event);
        }
        let with_event = |one: Registration| {
            let event = events.get(&one.event).cloned();
            Ok((one, event.ok_or(StoreError::Corrupt { table: "registrations", column: "event_id" })?))
        };
        let items = found.items.into_iter().map(with_event).collect::<StoreResult<_>>()?;
        Ok(Sliced { total: found.total, items })
    }

    pub(super) async fn registrations_at(
        &self,
        event: EventId,
        status: Option<RegistrationStatus>,
        at: Millis,
        slice: Slice,
    ) -> StoreResult<Sliced<Registration>> {
        self.registrations(OF_EVENT, COUNT_OF_EVENT, event.get(), status, at, slice).await
    }

    async fn registrations(
        &self,
        select: &'static str,
        count: &'static str,
        of: i64,
        status: Option<RegistrationStatus>,
        at: Millis,
        slice: Slice,
    ) -> StoreResult<Sliced<Registration>> {
        let status = status.map_or(0, RegistrationStatus::code);
        let total: i64 =
            read!(self.pool, |p| query_scalar(count).bind(of).bind(status).bind(at.0).fetch_one(p))?;
        let found = read!(self.pool, |p| query_as(select)
            .bind(of)
            .bind(status)
            .bind(at.0)
            .bind(direction(slice))
            .bind(limit(slice.limit))
            .bind(limit(slice.skip))
            .fetch_all(p))?;
        let items = found.into_iter().map(registration).collect::<StoreResult<_>>()?;
        Ok(Sliced { total: rows::count(total), items })
    }

    pub(super) async fn registration_counts(
        &self,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<RegistrationCounts> {
        let mut of_status = [0; 2];
        for (total, status) in of_status.iter_mut().zip([0, RegistrationStatus::Completed.code()]) {
            let counted: i64 = read!(self.pool, |p| query_scalar(COUNT_OF_ACCOUNT)
                .bind(account.get())
                .bind(status)
                .bind(at.0)
                .fetch_one(p))?;
            *total = rows::count(counted);
        }
        let [total, completed] = of_status;
        let upcoming: i64 =
            read!(self.pool, |p| query_scalar(UPCOMING).bind(account.get()).bind(at.0).fetch_one(p))?;
        Ok(RegistrationCounts { total, upcoming: rows::count(upcoming), completed })
    }

    pub(super) async fn seats_of_account(
        &self,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<Vec<RegistrationId>> {
        let found: Vec<i64> =
            read!(self.pool, |p| query_scalar(HELD_BY).bind(account.get()).bind(at.0).fetch_all(p))?;
        found.into_iter().map(registration_id).collect()
    }
}

pub(super) fn registration_id(id: i64) -> StoreResult<RegistrationId> {
    rows::known(RegistrationId::new(id), "registrations", "id")
}

pub(super) fn registration(row: RegistrationRow) -> StoreResult<Registration> {
    let (
        id,
        event,
        account,
        gender,
        number,
        order_no,
        state,
        held_until,
        refund,
        registered_at,
        payment_url,
        course,
        words,
    ) = row;
    let column = |name| StoreError::Corrupt { table: "registrations", column: name };
    Ok(Registration {
        id: registration_id(id)?,
        event: rows::known(EventId::new(event), "registrations", "event_id")?,
        account: rows::account_id(account, "registrations", "account_id")?,
        gender: events::gender(gender, "registrations")?,
        number,
        order_no,
        state: RegistrationState::from_code(state).ok_or_else(|| column("state"))?,
        held_until: held_until.map(Millis),
        refund: RefundState::from_code(refund).ok_or_else(|| column("refund"))?,
        registered_at: Millis(registered_at),
        payment_url,
        course: serde_json::from_str(&course).map_err(|_| column("course"))?,
        words: serde_json::from_str(&words).map_err(|_| column("words"))?,
    })
}
