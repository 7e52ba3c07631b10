//! Seats in a database.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde::Serialize;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore,
    error::TxError,
    events::{self, EVENT, EventRow, REPLACE as REPLACE_EVENT},
    jobs, limit,
    office::record,
    read,
    registrations::{self, BY_ID, RegistrationRow, registration},
    rounds::LOCK_EVENT,
    rows,
    safety::LOCK_ACCOUNTS,
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::{AccountId, EventId, RegistrationId},
    model::profile::Gender,
    store::{
        CancelEventOutcome, CancelOutcome, CheckInOutcome, CloseEventOutcome, EditEventOutcome, EventEdit,
        LocalMoment, NewAudit, NewRating, NewRefund, NewSeat, PaidOutcome, RateOutcome, RegisterOutcome,
        SeatChange, SeatStore, WaitOutcome,
        seating::{Seating, Waiting, Write},
    },
};

sql! {
    IS_ACTIVE = "SELECT COUNT(*) FROM accounts WHERE id = $1 AND status = 1";
    EVENT_OF = "SELECT event_id FROM registrations WHERE id = $1";
    SEATS = registrations::registrations!("WHERE r.event_id = $1 AND r.state <= 3 ORDER BY r.id");
    // Who is locked keeps their place, and is offered nothing.
    WAITING = "SELECT w.account_id, w.gender, w.since FROM waiting w JOIN accounts a ON a.id = w.account_id
        WHERE w.event_id = $1 AND a.status = 1 ORDER BY w.id";
    NUMBER = "INSERT INTO registration_days (day, numbered) VALUES ($1, 1)
        ON CONFLICT (day) DO UPDATE SET numbered = registration_days.numbered + 1 RETURNING numbered";
    INSERT = "INSERT INTO registrations (event_id, account_id, gender, number, order_no, state, held_until, refund,
            registered_at, course, words)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
    REPLACE = "UPDATE registrations SET state = $2, held_until = $3, refund = $4, course = $5, words = $6 WHERE id = $1";
    STOP_WAITING = "DELETE FROM waiting WHERE event_id = $1 AND account_id = $2";
    WAIT = "INSERT INTO waiting (event_id, account_id, gender, since) VALUES ($1, $2, $3, $4)
        ON CONFLICT (event_id, account_id) DO NOTHING";
    OWE = "INSERT INTO refunds (refund_no, registration_id, order_no, amount_fen, is_deposit, done_at)
        VALUES ($1, $2, $3, $4, $5, NULL) ON CONFLICT (refund_no) DO NOTHING";
    OWED = "SELECT refund_no, registration_id, order_no, amount_fen, is_deposit FROM refunds
        WHERE registration_id = $1 AND done_at IS NULL ORDER BY is_deposit DESC, refund_no";
    GIVE_BACK = "UPDATE refunds SET done_at = $2 WHERE refund_no = $1 AND done_at IS NULL
        RETURNING registration_id, is_deposit";
    REFUNDED = "UPDATE registrations SET refund = 2 WHERE id = $1";
    PAYMENT_URL = "UPDATE registrations SET payment_url = $2 WHERE id = $1";

    @locks {
        // What is written back whole, so that nothing of it changes in between: an erasure, a refund.
        LOCK_SEATS = "SELECT id FROM registrations WHERE event_id = $1 AND (state <= 3 OR id = $2)
            ORDER BY id FOR NO KEY UPDATE";
    }
}

/// Whose seats are decided about.
#[derive(Debug, Clone, Copy)]
enum About {
    Event(EventId),
    Registration(RegistrationId),
}

/// Decides about seats; told whether the account that asks takes part. Tells whether there is something to decide.
type Decide<'a> = dyn Fn(&mut Seating, bool) -> bool + Send + Sync + 'a;

#[async_trait]
impl SeatStore for SqlStore {
    async fn register(&self, new: NewSeat) -> StoreResult<Option<SeatChange<RegisterOutcome>>> {
        let decide = |seating: &mut Seating, takes_part| Some(seating.register(&new, takes_part));
        self.seating(About::Event(new.event), Some(new.account), None, new.now, decide).await
    }

    async fn set_payment_url(&self, id: RegistrationId, url: &str) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            query(PAYMENT_URL).bind(id.get()).bind(url).execute(&mut *tx).await?;
        })
    }

    async fn wait_for_seat(&self, new: NewSeat) -> StoreResult<Option<SeatChange<WaitOutcome>>> {
        let decide = |seating: &mut Seating, takes_part| Some(seating.wait(&new, takes_part));
        self.seating(About::Event(new.event), Some(new.account), None, new.now, decide).await
    }

    async fn stop_waiting(&self, event: EventId, account: AccountId) -> StoreResult<bool> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_EVENT).bind(event.get()).execute(&mut *tx).await?;
            }
            let stop = query(STOP_WAITING).bind(event.get()).bind(account.get());
            stop.execute(&mut *tx).await?.rows_affected() > 0
        })
    }

    async fn confirm_payment(
        &self,
        id: RegistrationId,
        amount_fen: i64,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<PaidOutcome>>> {
        let decide = |seating: &mut Seating, _| seating.confirm(amount_fen);
        self.seating(About::Registration(id), None, None, now, decide).await
    }

    async fn give_up(&self, id: RegistrationId, now: LocalMoment) -> StoreResult<Option<SeatChange<bool>>> {
        let decide = |seating: &mut Seating, _| seating.give_up();
        self.seating(About::Registration(id), None, None, now, decide).await
    }

    async fn cancel_registration(
        &self,
        id: RegistrationId,
        reason: &str,
        at_any_time: bool,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CancelOutcome>>> {
        let decide = |seating: &mut Seating, _| seating.cancel(reason, at_any_time);
        self.seating(About::Registration(id), None, None, now, decide).await
    }

    async fn check_in(
        &self,
        id: RegistrationId,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CheckInOutcome>>> {
        let decide = |seating: &mut Seating, _| seating.check_in();
        self.seating(About::Registration(id), None, None, now, decide).await
    }

    async fn rate(
        &self,
        id: RegistrationId,
        rating: NewRating,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<RateOutcome>>> {
        let decide = |seating: &mut Seating, _| seating.rate(&rating);
        self.seating(About::Registration(id), None, None, now, decide).await
    }

    async fn release_seats(
        &self,
        event: EventId,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<Option<Millis>>>> {
        let decide = |seating: &mut Seating, _| Some(seating.next_release());
        self.seating(About::Event(event), None, None, now, decide).await
    }

    async fn settle_event(
        &self,
        event: EventId,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<Option<Millis>>>> {
        let decide = |seating: &mut Seating, _| Some(seating.settle());
        self.seating(About::Event(event), None, None, now, decide).await
    }

    async fn edit_event(
        &self,
        event: EventId,
        edit: EventEdit,
        audit: NewAudit,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<EditEventOutcome>>> {
        let decide = |seating: &mut Seating, _| Some(seating.edit(&edit));
        self.seating(About::Event(event), None, Some(&audit), now, decide).await
    }

    async fn cancel_event(
        &self,
        event: EventId,
        audit: NewAudit,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CancelEventOutcome>>> {
        let decide = |seating: &mut Seating, _| Some(seating.cancel_event());
        self.seating(About::Event(event), None, Some(&audit), now, decide).await
    }

    async fn close_event(
        &self,
        event: EventId,
        audit: NewAudit,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CloseEventOutcome>>> {
        let decide = |seating: &mut Seating, _| Some(seating.close());
        self.seating(About::Event(event), None, Some(&audit), now, decide).await
    }

    async fn open_refunds(&self, id: RegistrationId) -> StoreResult<Vec<NewRefund>> {
        let found: Vec<(String, i64, String, i64, i64)> =
            read!(self.pool, |p| query_as(OWED).bind(id.get()).fetch_all(p))?;
        let refund = |(refund_no, registration, order_no, amount_fen, is_deposit)| {
            let registration = registrations::registration_id(registration)?;
            Ok(NewRefund { refund_no, registration, order_no, amount_fen, is_deposit: is_deposit > 0 })
        };
        found.into_iter().map(refund).collect()
    }

    async fn refund_done(&self, refund_no: &str, at: Millis) -> StoreResult<bool> {
        transaction!(self.pool, |tx, _locks| {
            let given: Option<(i64, i64)> =
                query_as(GIVE_BACK).bind(refund_no).bind(at.0).fetch_optional(&mut *tx).await?;
            if let Some((registration, is_deposit)) = given
                && is_deposit > 0
            {
                query(REFUNDED).bind(registration).execute(&mut *tx).await?;
            }
            given.is_some()
        })
    }

    async fn seats_held_by(&self, account: AccountId, at: Millis) -> StoreResult<Vec<RegistrationId>> {
        self.seats_of_account(account, at).await
    }
}

impl SqlStore {
    /// Decides about the seats of an event in one transaction, and writes what was decided. `who` is the account that
    /// asks, if it must take part.
    async fn seating<T: Send>(
        &self,
        about: About,
        who: Option<AccountId>,
        audit: Option<&NewAudit>,
        now: LocalMoment,
        decide: impl Fn(&mut Seating, bool) -> Option<T> + Send + Sync,
    ) -> StoreResult<Option<SeatChange<T>>> {
        // The transaction is the same whatever is decided, and is compiled once.
        let outcome = Mutex::new(None);
        let decided = |seating: &mut Seating, takes_part: bool| {
            let decided = decide(seating, takes_part);
            let is_some = decided.is_some();
            *outcome.lock().unwrap_or_else(PoisonError::into_inner) = decided;
            is_some
        };
        let seating = self.decide(about, who, audit, now, &decided).await?;
        let outcome = outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(seating.zip(outcome).map(|(seating, outcome)| seating.told(outcome)))
    }

    async fn decide(
        &self,
        about: About,
        who: Option<AccountId>,
        audit: Option<&NewAudit>,
        now: LocalMoment,
        decide: &Decide<'_>,
    ) -> StoreResult<Option<Seating>> {
        transaction!(self.pool, |tx, locks| {
            let (event, subject) = match about {
                About::Event(event) => (Some(event.get()), None),
                About::Registration(id) => {
                    (query_scalar(EVENT_OF).bind(id.get()).fetch_optional(&mut *tx).await?, Some(id))
                }
            };
            let Some(event) = event else { return Ok(None) };
            if locks {
                if let Some(who) = who {
                    query(LOCK_ACCOUNTS).bind(who.get()).bind(who.get()).execute(&mut *tx).await?;
                }
                query(LOCK_EVENT).bind(event).execute(&mut *tx).await?;
                let subject = subject.map_or(0, RegistrationId::get);
                query(LOCK_SEATS).bind(event).bind(subject).execute(&mut *tx).await?;
            }
            let takes_part = match who {
                Some(who) => {
                    let active: i64 = query_scalar(IS_ACTIVE).bind(who.get()).fetch_one(&mut *tx).await?;
                    active > 0
                }
                None => true,
            };
            let row: Option<EventRow> = query_as(EVENT).bind(event).fetch_optional(&mut *tx).await?;
            let Some(row) = row else { return Ok(None) };
            let mut seats: Vec<RegistrationRow> = query_as(SEATS).bind(event).fetch_all(&mut *tx).await?;
            if let Some(subject) = subject
                && seats.iter().all(|row| row.0 != subject.get())
            {
                seats.extend(query_as(BY_ID).bind(subject.get()).fetch_optional(&mut *tx).await?);
            }
            let queue: Vec<(i64, Option<String>, i64)> =
                query_as(WAITING).bind(event).fetch_all(&mut *tx).await?;
            let seats = seats.into_iter().map(registration).collect::<StoreResult<_>>()?;
            let queue = queue.into_iter().map(waiting).collect::<StoreResult<_>>()?;
            let mut seating = Seating::new(events::event(row)?, seats, subject, queue, now);
            if !decide(&mut seating, takes_part) {
                return Ok(None);
            }
            write_seating!(tx, seating, event);
            if let Some(audit) = audit.filter(|_| seating.event_changed) {
                record!(tx, audit);
            }
            Some(seating)
        })
    }
}

/// Writes what was decided about the seats of an event. Registrations that end are written before those that begin, so
/// that nobody has two seats.
macro_rules! write_seating {
    ($tx:ident, $seating:ident, $event:ident) => {{
        if $seating.event_changed {
            let changed = &$seating.event;
            query(REPLACE_EVENT)
                .bind($event)
                .bind(changed.state.code())
                .bind(&changed.details.venue.city)
                .bind(events::day(changed.details.date))
                .bind(changed.starts_at.0)
                .bind(changed.ends_at.0)
                .bind(changed.deadline_at.0)
                .bind(limit(changed.details.capacity))
                .bind(changed.closed_at.map(|at| at.0))
                .bind(events::document(&changed.details)?)
                .execute(&mut *$tx)
                .await?;
        }
        let date = $seating.now.date;
        for seat in &mut $seating.seats {
            let one = &seat.registration;
            match seat.write {
                Write::Nothing => {}
                Write::Replace => {
                    query(REPLACE)
                        .bind(one.id.get())
                        .bind(one.state.code())
                        .bind(one.held_until.map(|at| at.0))
                        .bind(one.refund.code())
                        .bind(json(&one.course)?)
                        .bind(json(&one.words)?)
                        .execute(&mut *$tx)
                        .await?;
                }
                Write::Insert => {
                    let place: i64 =
                        query_scalar(NUMBER).bind(events::day(date)).fetch_one(&mut *$tx).await?;
                    let provisional = one.id;
                    seat.number(provisional, date, place);
                    let one = &seat.registration;
                    let id: i64 = query_scalar(INSERT)
                        .bind($event)
                        .bind(one.account.get())
                        .bind(one.gender.map(Gender::code))
                        .bind(&one.number)
                        .bind(&one.order_no)
                        .bind(one.state.code())
                        .bind(one.held_until.map(|at| at.0))
                        .bind(one.refund.code())
                        .bind(one.registered_at.0)
                        .bind(json(&one.course)?)
                        .bind(json(&one.words)?)
                        .fetch_one(&mut *$tx)
                        .await?;
                    seat.number(registrations::registration_id(id)?, date, place);
                }
            }
        }
        for account in &$seating.left {
            query(STOP_WAITING).bind($event).bind(account.get()).execute(&mut *$tx).await?;
        }
        if let Some(Waiting { account, gender, since }) = $seating.joined {
            let gender = gender.map(Gender::code);
            query(WAIT)
                .bind($event)
                .bind(account.get())
                .bind(gender)
                .bind(since.0)
                .execute(&mut *$tx)
                .await?;
        }
        for refund in &$seating.refunds {
            query(OWE)
                .bind(&refund.refund_no)
                .bind(refund.registration.get())
                .bind(&refund.order_no)
                .bind(refund.amount_fen)
                .bind(i64::from(refund.is_deposit))
                .execute(&mut *$tx)
                .await?;
        }
        for job in &$seating.jobs {
            query(jobs::SCHEDULE)
                .bind(job.kind.code())
                .bind(job.subject)
                .bind(job.run_at.0)
                .execute(&mut *$tx)
                .await?;
        }
    }};
}
use write_seating;

fn json(value: &(impl Serialize + Sync)) -> Result<String, TxError> {
    serde_json::to_string(value).map_err(|error| TxError::Store(StoreError::Driver(Box::new(error))))
}

fn waiting((account, gender, since): (i64, Option<String>, i64)) -> StoreResult<Waiting> {
    Ok(Waiting {
        account: rows::account_id(account, "waiting", "account_id")?,
        gender: events::gender(gender, "waiting")?,
        since: Millis(since),
    })
}
