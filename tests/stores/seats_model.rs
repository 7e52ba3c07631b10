//! Sequences of what people do about seats, against a model that is too simple to be wrong.

use matchmaking_core::clock::Millis;
use matchmaking_core::ids::AccountId;
use matchmaking_core::model::event::{Expected, Organizer, Venue};
use matchmaking_core::model::{
    AuditAction, EventDetails, EventState, Identity, IdentityKind, Profile, RegistrationState,
};
use matchmaking_core::store::{
    CancelOutcome, CreateEventOutcome, CreateOutcome, EventTimes, HOLD_MILLIS, LocalMoment, NewAccount,
    NewAudit, NewEvent, NewSeat, PaidOutcome, RegisterOutcome, Stores, WaitOutcome, open,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// How many people there are.
const PEOPLE: usize = 5;

/// When they begin, in milliseconds.
const BEGIN: i64 = 1_770_000_000_000;

/// What a seat costs, in fen.
const DEPOSIT: i64 = 100;

/// What somebody does.
#[derive(Debug, Clone, Copy)]
enum Step {
    Register(usize),
    Pay(usize),
    Cancel(usize),
    Wait(usize),
    Leave(usize),
    Pass(i64),
}

fn steps() -> impl Strategy<Value = (usize, Vec<Step>)> {
    let step = prop_oneof![
        3 => (0..PEOPLE).prop_map(Step::Register),
        2 => (0..PEOPLE).prop_map(Step::Pay),
        2 => (0..PEOPLE).prop_map(Step::Cancel),
        2 => (0..PEOPLE).prop_map(Step::Wait),
        1 => (0..PEOPLE).prop_map(Step::Leave),
        2 => (1_i64..40).prop_map(|minutes| Step::Pass(minutes * 60_000)),
    ];
    (1_usize..4, proptest::collection::vec(step, 1..40))
}

/// A seat as the model knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seat {
    None,
    Offered(i64),
    Held(i64),
    Paid,
}

/// Who has which seat, and who waits.
#[derive(Debug)]
struct Model {
    capacity: usize,
    now: i64,
    seats: [Seat; PEOPLE],
    queue: Vec<usize>,
}

impl Model {
    fn taken(&self) -> usize {
        let taken = |seat: &&Seat| match seat {
            Seat::None => false,
            Seat::Offered(until) | Seat::Held(until) => *until > self.now,
            Seat::Paid => true,
        };
        self.seats.iter().filter(taken).count()
    }

    /// What every call does first, and what frees a seat does last.
    fn settle(&mut self) {
        for seat in &mut self.seats {
            if matches!(*seat, Seat::Offered(until) | Seat::Held(until) if until <= self.now) {
                *seat = Seat::None;
            }
        }
        while self.taken() < self.capacity && !self.queue.is_empty() {
            let next = self.queue.remove(0);
            self.seats[next] = Seat::Offered(self.now + HOLD_MILLIS);
        }
    }

    fn register(&mut self, who: usize) -> RegisterOutcome {
        self.settle();
        match self.seats[who] {
            Seat::Offered(until) => self.seats[who] = Seat::Held(until),
            Seat::Held(_) | Seat::Paid => return RegisterOutcome::AlreadyRegistered,
            Seat::None if self.taken() >= self.capacity => return RegisterOutcome::Full,
            Seat::None => self.seats[who] = Seat::Held(self.now + HOLD_MILLIS),
        }
        RegisterOutcome::Registered
    }

    fn wait(&mut self, who: usize) -> WaitOutcome {
        self.settle();
        if self.seats[who] != Seat::None {
            return WaitOutcome::AlreadyRegistered;
        }
        if !self.queue.contains(&who) {
            if self.taken() < self.capacity {
                return WaitOutcome::SeatsLeft;
            }
            self.queue.push(who);
        }
        WaitOutcome::Waiting(self.queue.iter().position(|one| *one == who).unwrap() + 1)
    }
}

fn moment(now: i64) -> LocalMoment {
    LocalMoment { at: Millis(BEGIN + now), date: Millis(BEGIN + now).to_utc().date_naive() }
}

/// Does the same with a store, and compares every outcome.
async fn run(stores: &Stores, capacity: usize, steps: &[Step]) {
    let mut people: Vec<AccountId> = Vec::new();
    for n in 0..PEOPLE {
        let identities = vec![Identity::new(IdentityKind::Username, format!("p{n}"))];
        let new =
            NewAccount { identities, password_hash: None, profile: Profile::default(), at: Millis(BEGIN) };
        let CreateOutcome::Created(account) = stores.accounts.create_account(new).await.unwrap() else {
            panic!("not made")
        };
        people.push(account.id);
    }
    let event = stores.events.create_event(event(capacity)).await.unwrap();
    let CreateEventOutcome::Made(event) = event else { panic!("not made") };
    let mut model = Model { capacity, now: 0, seats: [Seat::None; PEOPLE], queue: Vec::new() };
    for step in steps {
        let now = moment(model.now);
        let wish =
            |who: usize| NewSeat { event: event.id, account: people[who], gender: None, channel: None, now };
        let seat = async |who: usize| {
            stores.events.seat_of(event.id, people[who], now.at).await.unwrap().map(|seat| seat.id)
        };
        match *step {
            Step::Pass(millis) => model.now += millis,
            Step::Register(who) => {
                let change = stores.seats.register(wish(who)).await.unwrap().unwrap();
                assert_eq!(change.outcome, model.register(who), "{step:?}");
            }
            Step::Wait(who) => {
                let change = stores.seats.wait_for_seat(wish(who)).await.unwrap().unwrap();
                assert_eq!(change.outcome, model.wait(who), "{step:?}");
            }
            Step::Leave(who) => {
                let left = stores.seats.stop_waiting(event.id, people[who]).await.unwrap();
                assert_eq!(left, model.queue.contains(&who), "{step:?}");
                model.queue.retain(|one| *one != who);
            }
            Step::Pay(who) => {
                let Some(id) = seat(who).await else { continue };
                let change = stores.seats.confirm_payment(id, DEPOSIT, now).await.unwrap().unwrap();
                model.settle();
                let known = model.seats[who] == Seat::Paid;
                assert_eq!(change.outcome, if known { PaidOutcome::Known } else { PaidOutcome::Confirmed });
                model.seats[who] = Seat::Paid;
            }
            Step::Cancel(who) => {
                let Some(id) = seat(who).await else { continue };
                let change = stores.seats.cancel_registration(id, "", false, now).await.unwrap().unwrap();
                assert_eq!(change.outcome, CancelOutcome::Cancelled, "{step:?}");
                model.settle();
                model.seats[who] = Seat::None;
                model.settle();
            }
        }
        let at = Millis(BEGIN + model.now);
        let view = stores.events.event_view(event.id, None, at).await.unwrap().unwrap();
        assert_eq!(view.seats.taken, model.taken(), "{step:?}");
        assert!(view.seats.taken <= capacity);
        for (who, account) in people.iter().enumerate() {
            let seat = stores.events.seat_of(event.id, *account, at).await.unwrap();
            let is_paid = seat.as_ref().is_some_and(|seat| seat.state == RegistrationState::Paid);
            assert_eq!(is_paid, model.seats[who] == Seat::Paid, "{step:?}");
        }
    }
}

fn event(capacity: usize) -> NewEvent {
    let starts = Millis(BEGIN + 30 * 24 * 60 * 60 * 1_000);
    let details = EventDetails {
        code: "E".to_owned(),
        name: "x".to_owned(),
        kind: "x".to_owned(),
        cover_image: None,
        images: Vec::new(),
        date: starts.to_utc().date_naive(),
        start_time: starts.to_utc().time(),
        end_time: starts.to_utc().time(),
        venue: Venue::default(),
        description: String::new(),
        schedule: Vec::new(),
        ages: None,
        expected: Expected::default(),
        capacity,
        min_participants: None,
        max_male: None,
        max_female: None,
        deposit_fen: DEPOSIT,
        refundable: true,
        refund_policy: String::new(),
        organizer: Organizer::default(),
        highlights: Vec::new(),
    };
    let times = EventTimes { starts_at: starts, ends_at: starts.plus(3_600_000), deadline_at: starts };
    let action = AuditAction::EventMade;
    let audit = NewAudit { action, account: None, thing: None, detail: String::new(), at: Millis(BEGIN) };
    NewEvent { state: EventState::Public, times, details, audit }
}

/// Runs so many sequences, each on a store of its own.
fn check(cases: u32, url: impl Fn(&tempfile::TempDir) -> String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let ran = runner.run(&steps(), |(capacity, steps)| {
        let folder = tempfile::tempdir().unwrap();
        runtime.block_on(async {
            let stores = open(&url(&folder).parse().unwrap()).await.unwrap();
            run(&stores, capacity, &steps).await;
            stores.upkeep.close().await;
        });
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn seats_in_memory_are_as_the_model_says() {
    check(256, |_| "memory:".to_owned());
}

#[test]
fn seats_in_sqlite_are_as_the_model_says() {
    check(16, |folder| format!("sqlite://{}", folder.path().join("x.db").display()));
}
