//! The seats of one event, and every decision about them: pure functions of what a store has read under its lock, from
//! which it learns what to write.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    CancelEventOutcome, CancelOutcome, CheckInOutcome, CloseEventOutcome, EditEventOutcome, EventEdit,
    HOLD_MILLIS, JobKind, LocalMoment, NewJob, NewRating, NewRefund, NewSeat, PaidOutcome, RateOutcome,
    RegisterOutcome, SETTLE_AFTER, SeatChange, WAITING_MAX, WaitOutcome,
};
use crate::{
    clock::Millis,
    ids::{AccountId, ID_LIMIT, RegistrationId},
    model::{
        Event, EventState, PaymentChannel, RefundState, Registration, RegistrationState, Seats,
        profile::Gender,
        registration::{CANCEL_BEFORE, Course, Words},
    },
};

/// Somebody who waits for a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waiting {
    /// Who.
    pub(super) account: AccountId,
    /// Their gender, by which quotas count.
    pub(super) gender: Option<Gender>,
    /// Since when.
    pub(super) since: Millis,
}

/// What a store has to do with a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    /// Nothing.
    Nothing,
    /// Replace it.
    Replace,
    /// Insert it, under a number of its own.
    Insert,
}

/// A registration, and what a store has to do with it.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    /// The registration.
    pub(super) registration: Registration,
    /// What to do with it.
    pub(super) write: Write,
}

impl Seat {
    /// Gives a new registration its identifier and its place among those of the day.
    pub(super) fn number(&mut self, id: RegistrationId, date: NaiveDate, place: i64) {
        let date = date.format("%Y%m%d");
        self.registration.id = id;
        self.registration.number = format!("REG{date}{place:03}");
        self.registration.order_no = format!("PAY{date}{place:03}");
    }
}

/// The seats of an event, as they are within one transaction.
#[derive(Debug)]
pub(super) struct Seating {
    /// The event.
    pub(super) event: Event,
    /// Whether the event is to be replaced, and that recorded.
    pub(super) event_changed: bool,
    /// The registrations that take seats or did until their time was over, and the one that is asked about.
    pub(super) seats: Vec<Seat>,
    /// Who waits, the first first.
    pub(super) waiting: Vec<Waiting>,
    /// Who does not wait any more.
    pub(super) left: BTreeSet<AccountId>,
    /// Who waits from now on.
    pub(super) joined: Option<Waiting>,
    /// What is to go back.
    pub(super) refunds: Vec<NewRefund>,
    /// What is to be done later.
    pub(super) jobs: Vec<NewJob>,
    pub(super) now: LocalMoment,
    subject: Option<usize>,
    offers: Vec<usize>,
    dropped: Vec<AccountId>,
}

impl Seating {
    /// What was read: the event, the registrations that hold or have its seats with the one that is asked about, and who
    /// waits, the first first.
    pub(super) fn new(
        event: Event,
        registrations: Vec<Registration>,
        subject: Option<RegistrationId>,
        waiting: Vec<Waiting>,
        now: LocalMoment,
    ) -> Self {
        let subject = registrations.iter().position(|registration| Some(registration.id) == subject);
        let seats = registrations.into_iter();
        let seats = seats.map(|registration| Seat { registration, write: Write::Nothing }).collect();
        Self {
            event,
            event_changed: false,
            seats,
            waiting,
            left: BTreeSet::new(),
            joined: None,
            refunds: Vec::new(),
            jobs: Vec::new(),
            now,
            subject,
            offers: Vec::new(),
            dropped: Vec::new(),
        }
    }

    /// What the caller is told, once everything is written.
    pub(super) fn told<T>(self, outcome: T) -> SeatChange<T> {
        let at = |place: usize| self.seats.get(place).map(|seat| seat.registration.clone());
        SeatChange {
            outcome,
            registration: self.subject.and_then(at),
            offers: self.offers.iter().filter_map(|place| at(*place)).collect(),
            dropped: self.dropped,
            event: self.event,
        }
    }

    /// How many seats are taken.
    pub(super) fn taken(&self) -> Seats {
        let taken = self.seats.iter().filter(|seat| seat.registration.takes_a_seat(self.now.at));
        taken.fold(Seats::default(), |seats, seat| seats.and(seat.registration.gender))
    }

    fn has_room(&self, gender: Option<Gender>) -> bool {
        self.taken().have_room(&self.event.details, gender)
    }

    fn seat_of(&self, account: AccountId) -> Option<usize> {
        self.seats.iter().position(|seat| {
            seat.registration.account == account && seat.registration.takes_a_seat(self.now.at)
        })
    }

    /// A registration that is about to change.
    fn change(&mut self, place: usize) -> &mut Registration {
        let seat = &mut self.seats[place];
        if seat.write == Write::Nothing {
            seat.write = Write::Replace;
        }
        &mut seat.registration
    }

    /// Frees the seats whose time is over, and offers what is free to those who wait.
    fn release(&mut self) {
        for place in 0..self.seats.len() {
            let registration = &self.seats[place].registration;
            if registration.state == RegistrationState::Held && !registration.is_held(self.now.at) {
                self.expire(place);
            }
        }
        while self.event.is_open(self.now.at) {
            let next = self.waiting.iter().position(|waiting| self.has_room(waiting.gender));
            let Some(next) = next else { break };
            let Waiting { account, gender, .. } = self.waiting.remove(next);
            self.left.insert(account);
            // Nobody takes up an offer after the deadline.
            let until = self.now.at.plus(HOLD_MILLIS).min(self.event.deadline_at);
            let place = self.hold(account, gender, None, until);
            self.change(place).course.offered = true;
            self.offers.push(place);
        }
    }

    /// Has a held seat end where the times of its event do not let it last any longer.
    fn shorten(&mut self, place: usize) {
        let Registration { state, held_until, course, .. } = &self.seats[place].registration;
        let most = if course.offered { self.event.deadline_at } else { self.event.starts_at };
        if *state == RegistrationState::Held && held_until.is_some_and(|until| until > most) {
            self.change(place).held_until = Some(most);
            let subject = self.event.id.get();
            self.jobs.push(NewJob { kind: JobKind::Release, subject, run_at: most });
        }
    }

    fn expire(&mut self, place: usize) {
        let registration = self.change(place);
        registration.state = RegistrationState::Expired;
        registration.held_until = None;
    }

    /// Holds a seat until a moment.
    fn hold(
        &mut self,
        account: AccountId,
        gender: Option<Gender>,
        channel: Option<PaymentChannel>,
        until: Millis,
    ) -> usize {
        let course = Course {
            deposit_fen: self.event.details.deposit_fen,
            channel: channel.map(|channel| channel.code().to_owned()),
            ..Course::default()
        };
        self.seats
            .push(Seat { registration: self.blank(account, gender, until, course), write: Write::Insert });
        let subject = self.event.id.get();
        self.jobs.push(NewJob { kind: JobKind::Release, subject, run_at: until });
        self.seats.len() - 1
    }

    fn blank(
        &self,
        account: AccountId,
        gender: Option<Gender>,
        until: Millis,
        course: Course,
    ) -> Registration {
        Registration {
            // Until it is written; see `Seat::number`.
            id: LAST_ID,
            event: self.event.id,
            account,
            gender,
            number: String::new(),
            order_no: String::new(),
            state: RegistrationState::Held,
            held_until: Some(until),
            refund: RefundState::None,
            registered_at: self.now.at,
            payment_url: None,
            course,
            words: Words::default(),
        }
    }

    /// Has a deposit, or another payment, go back.
    fn refund(&mut self, place: usize, amount_fen: i64, is_deposit: bool) {
        let registration = self.change(place);
        let suffix = if is_deposit { "D".to_owned() } else { format!("A{amount_fen}") };
        if is_deposit {
            registration.refund = RefundState::Pending;
            registration.course.refund_fen = amount_fen;
        }
        let refund = NewRefund {
            refund_no: format!("{}-{suffix}", registration.order_no),
            registration: registration.id,
            order_no: registration.order_no.clone(),
            amount_fen,
            is_deposit,
        };
        let subject = refund.registration.get();
        self.jobs.push(NewJob { kind: JobKind::Refund, subject, run_at: self.now.at });
        self.refunds.push(refund);
    }

    pub(super) fn register(&mut self, new: &NewSeat, takes_part: bool) -> RegisterOutcome {
        self.release();
        if !takes_part {
            return RegisterOutcome::Unknown;
        }
        if let Some(place) = self.seat_of(new.account) {
            self.subject = Some(place);
            if !self.seats[place].registration.course.offered {
                return RegisterOutcome::AlreadyRegistered;
            }
            let registration = self.change(place);
            registration.course.offered = false;
            registration.course.channel = new.channel.map(|channel| channel.code().to_owned());
            self.settle_if_free(place);
            // It is not a new offer, should it have become one in this very call.
            self.offers.retain(|offer| *offer != place);
            return RegisterOutcome::Registered;
        }
        if !self.event.is_open(self.now.at) {
            return RegisterOutcome::NotOpen;
        }
        let seats = self.taken();
        if !seats.have_room(&self.event.details, new.gender) {
            let quota = seats.taken < self.event.details.capacity;
            return if quota { RegisterOutcome::QuotaFull } else { RegisterOutcome::Full };
        }
        let until = self.now.at.plus(HOLD_MILLIS).min(self.event.starts_at);
        let place = self.hold(new.account, new.gender, new.channel, until);
        self.subject = Some(place);
        self.settle_if_free(place);
        RegisterOutcome::Registered
    }

    /// Gives a seat that costs nothing to whoever it is held for.
    fn settle_if_free(&mut self, place: usize) {
        let now = self.now.at;
        let registration = self.change(place);
        if registration.course.deposit_fen == 0 {
            registration.state = RegistrationState::Paid;
            registration.held_until = None;
            registration.course.paid_at = Some(now);
        }
    }

    pub(super) fn wait(&mut self, new: &NewSeat, takes_part: bool) -> WaitOutcome {
        self.release();
        if !takes_part {
            return WaitOutcome::Unknown;
        }
        if let Some(place) = self.seat_of(new.account) {
            self.subject = Some(place);
            return WaitOutcome::AlreadyRegistered;
        }
        if let Some(place) = self.waiting.iter().position(|waiting| waiting.account == new.account) {
            return WaitOutcome::Waiting(place + 1);
        }
        if !self.event.is_open(self.now.at) {
            return WaitOutcome::NotOpen;
        }
        if self.has_room(new.gender) {
            return WaitOutcome::SeatsLeft;
        }
        if self.waiting.len() >= WAITING_MAX {
            return WaitOutcome::TooMany;
        }
        let waiting = Waiting { account: new.account, gender: new.gender, since: self.now.at };
        self.waiting.push(waiting);
        self.joined = Some(waiting);
        WaitOutcome::Waiting(self.waiting.len())
    }

    pub(super) fn confirm(&mut self, amount_fen: i64) -> Option<PaidOutcome> {
        self.release();
        let place = self.subject?;
        let now = self.now.at;
        let registration = &self.seats[place].registration;
        if amount_fen != registration.course.deposit_fen {
            if amount_fen > 0 {
                self.refund(place, amount_fen, false);
            }
            return Some(PaidOutcome::WrongAmount);
        }
        if registration.course.paid_at.is_some() {
            return Some(PaidOutcome::Known);
        }
        let state = registration.state;
        let registration = self.change(place);
        registration.course.paid_at = Some(now);
        if state == RegistrationState::Held {
            registration.state = RegistrationState::Paid;
            registration.course.offered = false;
            registration.held_until = None;
            return Some(PaidOutcome::Confirmed);
        }
        self.refund(place, amount_fen, true);
        Some(PaidOutcome::TooLate)
    }

    pub(super) fn give_up(&mut self) -> Option<bool> {
        let place = self.subject?;
        let held = self.seats[place].registration.is_held(self.now.at);
        if held {
            self.expire(place);
        }
        self.release();
        Some(held)
    }

    pub(super) fn cancel(&mut self, reason: &str, at_any_time: bool) -> Option<CancelOutcome> {
        self.release();
        let place = self.subject?;
        let (now, event) = (self.now.at, &self.event);
        let in_time = now.plus(CANCEL_BEFORE) <= event.starts_at;
        let (may, refundable) = (in_time || (at_any_time && now < event.starts_at), event.details.refundable);
        let outcome = match self.seats[place].registration.state {
            RegistrationState::Held => {
                self.cancel_seat(place, reason, false);
                CancelOutcome::Cancelled
            }
            RegistrationState::Paid if may => {
                self.cancel_seat(place, reason, in_time && refundable);
                CancelOutcome::Cancelled
            }
            RegistrationState::Paid | RegistrationState::CheckedIn => CancelOutcome::TooLate,
            RegistrationState::Cancelled | RegistrationState::Expired => CancelOutcome::Over,
        };
        self.release();
        Some(outcome)
    }

    /// Frees a seat; what was paid for it goes back if `money_back`.
    fn cancel_seat(&mut self, place: usize, reason: &str, money_back: bool) {
        let now = self.now.at;
        let registration = self.change(place);
        registration.state = RegistrationState::Cancelled;
        registration.held_until = None;
        registration.course.cancelled_at = Some(now);
        reason.clone_into(&mut registration.words.reason);
        let deposit = registration.course.deposit_fen;
        let owed =
            registration.course.paid_at.is_some() && deposit > 0 && registration.refund == RefundState::None;
        if money_back && owed {
            self.refund(place, deposit, true);
        }
    }

    pub(super) fn check_in(&mut self) -> Option<CheckInOutcome> {
        self.release();
        let place = self.subject?;
        let now = self.now.at;
        match self.seats[place].registration.state {
            RegistrationState::Paid => {
                let registration = self.change(place);
                registration.state = RegistrationState::CheckedIn;
                registration.course.checked_in_at = Some(now);
                Some(CheckInOutcome::CheckedIn)
            }
            RegistrationState::CheckedIn => Some(CheckInOutcome::CheckedIn),
            RegistrationState::Held | RegistrationState::Cancelled | RegistrationState::Expired => {
                Some(CheckInOutcome::NotPaid)
            }
        }
    }

    pub(super) fn rate(&mut self, rating: &NewRating) -> Option<RateOutcome> {
        self.release();
        let place = self.subject?;
        let registration = &self.seats[place].registration;
        if registration.state != RegistrationState::CheckedIn {
            return Some(RateOutcome::NotCheckedIn);
        }
        if registration.words.rating.is_some() {
            return Some(RateOutcome::AlreadyRated);
        }
        let words = &mut self.change(place).words;
        words.rating = Some(rating.stars);
        words.comment.clone_from(&rating.comment);
        words.tags.clone_from(&rating.tags);
        Some(RateOutcome::Rated)
    }

    /// When the next seat is to be freed.
    pub(super) fn next_release(&mut self) -> Option<Millis> {
        self.release();
        let held = self.seats.iter().map(|seat| &seat.registration);
        held.filter(|held| held.is_held(self.now.at)).filter_map(|held| held.held_until).min()
    }

    /// When to come again, if it is too early for deposits to go back.
    pub(super) fn settle(&mut self) -> Option<Millis> {
        self.release();
        let due = self.event.ends_at.plus(SETTLE_AFTER);
        if self.event.state == EventState::Cancelled {
            return None;
        }
        if self.now.at < due {
            return Some(due);
        }
        for place in 0..self.seats.len() {
            let registration = &self.seats[place].registration;
            let deposit = registration.course.deposit_fen;
            let came = registration.state == RegistrationState::CheckedIn;
            if self.event.details.refundable
                && came
                && deposit > 0
                && registration.refund == RefundState::None
            {
                self.refund(place, deposit, true);
            }
        }
        None
    }

    pub(super) fn edit(&mut self, edit: &EventEdit) -> EditEventOutcome {
        self.release();
        match (self.event.state, edit.state) {
            (EventState::Cancelled, _) => return EditEventOutcome::Cancelled,
            (EventState::Public, EventState::Draft) => return EditEventOutcome::Published,
            _ => {}
        }
        if !self.taken().fit(&edit.details) {
            return EditEventOutcome::TooFewSeats;
        }
        let code = std::mem::take(&mut self.event.details.code);
        self.event.state = edit.state;
        self.event.starts_at = edit.times.starts_at;
        self.event.ends_at = edit.times.ends_at;
        self.event.deadline_at = edit.times.deadline_at;
        self.event.details.clone_from(&edit.details);
        self.event.details.code = code;
        self.event_changed = true;
        for place in 0..self.seats.len() {
            self.shorten(place);
        }
        let run_at = self.event.ends_at.plus(SETTLE_AFTER);
        self.jobs.push(NewJob { kind: JobKind::Settle, subject: self.event.id.get(), run_at });
        self.release();
        EditEventOutcome::Edited
    }

    pub(super) fn cancel_event(&mut self) -> CancelEventOutcome {
        match self.event.state {
            EventState::Cancelled => return CancelEventOutcome::Already,
            EventState::Public if self.now.at >= self.event.ends_at => return CancelEventOutcome::Over,
            EventState::Public | EventState::Draft => {}
        }
        self.event.state = EventState::Cancelled;
        self.event_changed = true;
        // After that: nothing is offered any more.
        self.release();
        for place in 0..self.seats.len() {
            let registration = &self.seats[place].registration;
            if registration.takes_a_seat(self.now.at) {
                self.dropped.push(registration.account);
                self.cancel_seat(place, "", true);
            }
        }
        for waiting in std::mem::take(&mut self.waiting) {
            self.left.insert(waiting.account);
            self.dropped.push(waiting.account);
        }
        CancelEventOutcome::Cancelled
    }

    pub(super) fn close(&mut self) -> CloseEventOutcome {
        self.release();
        if self.event.state != EventState::Public || self.now.at < self.event.starts_at {
            return CloseEventOutcome::NotBegun;
        }
        if self.event.closed_at.is_none() {
            self.event.closed_at = Some(self.now.at);
            self.event_changed = true;
            let subject = self.event.id.get();
            self.jobs.push(NewJob { kind: JobKind::Match, subject, run_at: self.now.at });
        }
        CloseEventOutcome::Closed
    }
}

/// Stands for the identifier of a registration that has none yet.
const LAST_ID: RegistrationId = match RegistrationId::new(ID_LIMIT - 1) {
    Some(id) => id,
    None => unreachable!(),
};
