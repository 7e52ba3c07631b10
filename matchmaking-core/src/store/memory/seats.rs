//! Seats in memory.

use async_trait::async_trait;

use super::{MemoryStore, State, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, EventId, RegistrationId},
    model::{AccountStatus, RefundState, Registration, RegistrationState, registration::Words},
    store::{
        CancelEventOutcome, CancelOutcome, CheckInOutcome, CloseEventOutcome, EditEventOutcome, EventEdit,
        JobKind, LocalMoment, NewAudit, NewJob, NewRating, NewRefund, NewSeat, PaidOutcome, RateOutcome,
        RegisterOutcome, SeatChange, SeatStore, WaitOutcome,
        seating::{Seating, Waiting, Write},
    },
};

#[async_trait]
impl SeatStore for MemoryStore {
    async fn register(&self, new: NewSeat) -> StoreResult<Option<SeatChange<RegisterOutcome>>> {
        let mut state = self.lock()?;
        let takes_part = state.status(new.account) == Some(AccountStatus::Active);
        state.seating(new.event, None, new.now, |seating| Some(seating.register(&new, takes_part)))
    }

    async fn set_payment_url(&self, id: RegistrationId, url: &str) -> StoreResult<()> {
        if let Some(registration) = self.lock()?.registrations.get_mut(&id) {
            registration.payment_url = Some(url.to_owned());
        }
        Ok(())
    }

    async fn wait_for_seat(&self, new: NewSeat) -> StoreResult<Option<SeatChange<WaitOutcome>>> {
        let mut state = self.lock()?;
        let takes_part = state.status(new.account) == Some(AccountStatus::Active);
        state.seating(new.event, None, new.now, |seating| Some(seating.wait(&new, takes_part)))
    }

    async fn stop_waiting(&self, event: EventId, account: AccountId) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let Some(waiting) = state.waiting.get_mut(&event) else { return Ok(false) };
        let before = waiting.len();
        waiting.retain(|one| one.account != account);
        Ok(waiting.len() < before)
    }

    async fn confirm_payment(
        &self,
        id: RegistrationId,
        amount_fen: i64,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<PaidOutcome>>> {
        self.lock()?.seating_of(id, now, |seating| seating.confirm(amount_fen))
    }

    async fn give_up(&self, id: RegistrationId, now: LocalMoment) -> StoreResult<Option<SeatChange<bool>>> {
        self.lock()?.seating_of(id, now, Seating::give_up)
    }

    async fn cancel_registration(
        &self,
        id: RegistrationId,
        reason: &str,
        at_any_time: bool,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CancelOutcome>>> {
        self.lock()?.seating_of(id, now, |seating| seating.cancel(reason, at_any_time))
    }

    async fn check_in(
        &self,
        id: RegistrationId,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CheckInOutcome>>> {
        self.lock()?.seating_of(id, now, Seating::check_in)
    }

    async fn rate(
        &self,
        id: RegistrationId,
        rating: NewRating,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<RateOutcome>>> {
        self.lock()?.seating_of(id, now, |seating| seating.rate(&rating))
    }

    async fn release_seats(
        &self,
        event: EventId,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<Option<Millis>>>> {
        self.lock()?.seating(event, None, now, |seating| Some(seating.next_release()))
    }

    async fn settle_event(
        &self,
        event: EventId,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<Option<Millis>>>> {
        self.lock()?.seating(event, None, now, |seating| Some(seating.settle()))
    }

    async fn edit_event(
        &self,
        event: EventId,
        edit: EventEdit,
        audit: NewAudit,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<EditEventOutcome>>> {
        self.lock()?.recorded(event, audit, now, |seating| Some(seating.edit(&edit)))
    }

    async fn cancel_event(
        &self,
        event: EventId,
        audit: NewAudit,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CancelEventOutcome>>> {
        self.lock()?.recorded(event, audit, now, |seating| Some(seating.cancel_event()))
    }

    async fn close_event(
        &self,
        event: EventId,
        audit: NewAudit,
        now: LocalMoment,
    ) -> StoreResult<Option<SeatChange<CloseEventOutcome>>> {
        self.lock()?.recorded(event, audit, now, |seating| Some(seating.close()))
    }

    async fn open_refunds(&self, id: RegistrationId) -> StoreResult<Vec<NewRefund>> {
        let state = self.lock()?;
        let open =
            state.refunds.values().filter(|(refund, done)| refund.registration == id && done.is_none());
        Ok(open.map(|(refund, _)| refund.clone()).collect())
    }

    async fn refund_done(&self, refund_no: &str, at: Millis) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let Some((refund, done)) = state.refunds.get_mut(refund_no) else { return Ok(false) };
        if done.is_some() {
            return Ok(false);
        }
        *done = Some(at);
        let (id, is_deposit) = (refund.registration, refund.is_deposit);
        if let Some(registration) = state.registrations.get_mut(&id).filter(|_| is_deposit) {
            registration.refund = RefundState::Refunded;
        }
        Ok(true)
    }

    async fn seats_held_by(&self, account: AccountId, at: Millis) -> StoreResult<Vec<RegistrationId>> {
        let state = self.lock()?;
        let held = state.registrations.values().filter(|one| one.account == account && one.takes_a_seat(at));
        Ok(held.map(|one| one.id).collect())
    }
}

impl State {
    /// Decides about the seats of an event, and writes what was decided.
    fn seating<T>(
        &mut self,
        event: EventId,
        subject: Option<RegistrationId>,
        now: LocalMoment,
        decide: impl FnOnce(&mut Seating) -> Option<T>,
    ) -> StoreResult<Option<SeatChange<T>>> {
        let Some(found) = self.events.get(&event).cloned() else { return Ok(None) };
        let is_read = |one: &&Registration| {
            one.event == event && (one.state <= RegistrationState::CheckedIn || Some(one.id) == subject)
        };
        let registrations = self.registrations.values().filter(is_read).cloned().collect();
        let takes_part = |one: &&Waiting| self.status(one.account) == Some(AccountStatus::Active);
        let waiting = self.waiting.get(&event).into_iter().flatten().filter(takes_part).copied().collect();
        let mut seating = Seating::new(found, registrations, subject, waiting, now);
        let Some(outcome) = decide(&mut seating) else { return Ok(None) };
        self.write_seating(&mut seating)?;
        Ok(Some(seating.told(outcome)))
    }

    /// The same about the event of a registration.
    fn seating_of<T>(
        &mut self,
        id: RegistrationId,
        now: LocalMoment,
        decide: impl FnOnce(&mut Seating) -> Option<T>,
    ) -> StoreResult<Option<SeatChange<T>>> {
        let Some(event) = self.registrations.get(&id).map(|one| one.event) else { return Ok(None) };
        self.seating(event, Some(id), now, decide)
    }

    fn write_seating(&mut self, seating: &mut Seating) -> StoreResult<()> {
        let (event, date) = (seating.event.id, seating.now.date);
        if seating.event_changed {
            self.events.insert(event, seating.event.clone());
        }
        for seat in &mut seating.seats {
            if seat.write == Write::Insert {
                let place = self.numbered.entry(date).or_default();
                *place += 1;
                seat.number(next(&mut self.last_registration, RegistrationId::new)?, date, *place);
            }
            if seat.write != Write::Nothing {
                self.registrations.insert(seat.registration.id, seat.registration.clone());
            }
        }
        let waiting = self.waiting.entry(event).or_default();
        waiting.retain(|one| !seating.left.contains(&one.account));
        waiting.extend(seating.joined);
        for refund in &seating.refunds {
            self.refunds.entry(refund.refund_no.clone()).or_insert_with(|| (refund.clone(), None));
        }
        for job in &seating.jobs {
            self.schedule(*job);
        }
        Ok(())
    }

    /// The same about an event itself; a change of it is recorded.
    fn recorded<T>(
        &mut self,
        event: EventId,
        audit: NewAudit,
        now: LocalMoment,
        decide: impl FnOnce(&mut Seating) -> Option<T>,
    ) -> StoreResult<Option<SeatChange<T>>> {
        let mut changed = false;
        let change = self.seating(event, None, now, |seating| {
            let outcome = decide(seating);
            changed = seating.event_changed;
            outcome
        })?;
        if changed {
            self.record(audit)?;
        }
        Ok(change)
    }

    /// Takes away what an erased account said and waited for, and has its seats freed.
    pub(super) fn leave_events(&mut self, id: AccountId, at: Millis) {
        for one in self.registrations.values_mut().filter(|one| one.account == id) {
            one.words = Words::default();
        }
        for waiting in self.waiting.values_mut() {
            waiting.retain(|one| one.account != id);
        }
        self.picks.retain(|(_, by), _| *by != id);
        for picks in self.picks.values_mut() {
            picks.remove(&id);
        }
        for dates in self.dates.values_mut() {
            dates.retain(|date| date.partner_of(id).is_none());
        }
        self.schedule(NewJob { kind: JobKind::Leave, subject: id.get(), run_at: at });
    }
}
