//! Cases about seats at events.

use super::fixture::{ALL, DAY, at, create, named, nobody, person, two};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, EventId, RegistrationId},
    model::{
        AccountStatus, AuditAction, Event, EventDetails, EventState, EventStatus, PaymentChannel,
        RefundState, Registration, RegistrationState, RegistrationStatus,
        event::{Expected, Organizer, Venue},
        profile::Gender,
    },
    store::{
        CancelEventOutcome, CancelOutcome, CheckInOutcome, CreateEventOutcome, EditEventOutcome, EventEdit,
        EventOrder, EventQuery, EventTimes, HOLD_MILLIS, LocalMoment, NewAudit, NewEvent, NewRating, NewSeat,
        PaidOutcome, RateOutcome, RegisterOutcome, SETTLE_AFTER, SeatChange, Slice, Stores, WaitOutcome,
    },
};

/// When the events of the cases begin: ten days after the cases.
pub(super) const STARTS: i64 = 10 * DAY;

/// How long they take: three hours.
pub(super) const LASTS: i64 = 3 * 60 * 60 * 1_000;

/// What a seat costs, in fen.
pub(super) const DEPOSIT: i64 = 20_000;

/// A moment with its day.
pub(super) fn then(n: i64) -> LocalMoment {
    LocalMoment { at: at(n), date: at(n).to_utc().date_naive() }
}

pub(super) fn audit(action: AuditAction, event: Option<EventId>) -> NewAudit {
    NewAudit { action, account: None, thing: event.map(EventId::get), detail: String::new(), at: at(0) }
}

pub(super) fn details(code: &str, capacity: usize) -> EventDetails {
    EventDetails {
        code: code.to_owned(),
        name: "An evening".to_owned(),
        kind: "相亲会".to_owned(),
        cover_image: None,
        images: Vec::new(),
        date: at(STARTS).to_utc().date_naive(),
        start_time: at(STARTS).to_utc().time(),
        end_time: at(STARTS + LASTS).to_utc().time(),
        venue: Venue { city: "上海".to_owned(), venue: "A house".to_owned(), ..Venue::default() },
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
    }
}

pub(super) const TIMES: EventTimes =
    EventTimes { starts_at: at(STARTS), ends_at: at(STARTS + LASTS), deadline_at: at(STARTS) };

pub(super) fn to_hold(details: EventDetails) -> NewEvent {
    NewEvent { state: EventState::Public, times: TIMES, details, audit: audit(AuditAction::EventMade, None) }
}

/// A public event.
pub(super) async fn made(stores: &Stores, details: EventDetails) -> StoreResult<Event> {
    match stores.events.create_event(to_hold(details)).await? {
        CreateEventOutcome::Made(event) => Ok(*event),
        CreateEventOutcome::CodeTaken => panic!("the code is taken"),
    }
}

/// A public event with so many seats.
pub(super) async fn event(stores: &Stores, capacity: usize) -> StoreResult<Event> {
    made(stores, details("E1", capacity)).await
}

pub(super) fn wish(event: EventId, account: AccountId, n: i64) -> NewSeat {
    NewSeat { event, account, gender: None, channel: Some(PaymentChannel::Wechat), now: then(n) }
}

/// So many people.
pub(super) async fn crowd(stores: &Stores, people: usize) -> StoreResult<Vec<AccountId>> {
    let mut crowd = Vec::new();
    for n in 0..people {
        crowd.push(create(stores, named(&format!("p{n}"))).await?);
    }
    Ok(crowd)
}

pub(super) async fn register(
    stores: &Stores,
    event: EventId,
    account: AccountId,
    n: i64,
) -> StoreResult<SeatChange<RegisterOutcome>> {
    Ok(stores.seats.register(wish(event, account, n)).await?.expect("an event"))
}

/// Takes a seat, and returns its registration.
pub(super) async fn seat(
    stores: &Stores,
    event: EventId,
    account: AccountId,
    n: i64,
) -> StoreResult<Registration> {
    let change = register(stores, event, account, n).await?;
    assert_eq!(change.outcome, RegisterOutcome::Registered);
    Ok(change.registration.expect("a registration"))
}

/// Takes a seat and pays for it.
pub(super) async fn paid(
    stores: &Stores,
    event: EventId,
    account: AccountId,
    n: i64,
) -> StoreResult<Registration> {
    let held = seat(stores, event, account, n).await?;
    let change = stores.seats.confirm_payment(held.id, DEPOSIT, then(n)).await?.expect("a registration");
    assert_eq!(change.outcome, PaidOutcome::Confirmed);
    Ok(change.registration.expect("a registration"))
}

pub(super) async fn taken(stores: &Stores, event: EventId, n: i64) -> StoreResult<usize> {
    Ok(stores.events.event_view(event, None, at(n)).await?.expect("an event").seats.taken)
}

async fn wait(stores: &Stores, new: NewSeat) -> StoreResult<WaitOutcome> {
    Ok(stores.seats.wait_for_seat(new).await?.expect("an event").outcome)
}

async fn registration(stores: &Stores, id: RegistrationId) -> StoreResult<Registration> {
    Ok(stores.events.registration(id).await?.expect("a registration"))
}

/// An event comes back as it was made, under a code that no other has, and is in the record.
pub async fn an_event_comes_back(stores: &Stores) -> StoreResult<()> {
    let made = event(stores, 3).await?;
    assert_eq!(stores.events.event(made.id).await?, Some(made.clone()));
    assert_eq!((made.starts_at, made.ends_at, made.created_at), (TIMES.starts_at, TIMES.ends_at, at(0)));
    let again = stores.events.create_event(to_hold(details("E1", 5))).await?;
    assert_eq!(again, CreateEventOutcome::CodeTaken);
    let record = stores.office.audit(ALL).await?;
    assert_eq!((record.total, record.items[0].thing), (1, Some(made.id.get())));
    assert_eq!(stores.events.event(EventId::new(99).expect("an id")).await?, None);
    Ok(())
}

/// Events are found by status, city and day, and sorted by their beginning or by when they were made.
pub async fn events_are_found(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut ids = Vec::new();
    for (n, (state, city, begins)) in [
        (EventState::Public, "上海", STARTS + 5 * DAY),
        (EventState::Public, "北京", STARTS),
        (EventState::Draft, "上海", STARTS),
    ]
    .into_iter()
    .enumerate()
    {
        let mut details = details(&format!("E{n}"), 1);
        details.venue.city = city.to_owned();
        details.date = at(begins).to_utc().date_naive();
        let times =
            EventTimes { starts_at: at(begins), ends_at: at(begins + LASTS), deadline_at: at(begins - DAY) };
        let new = NewEvent { state, times, ..to_hold(details) };
        let CreateEventOutcome::Made(event) = stores.events.create_event(new).await? else { panic!("taken") };
        ids.push(event.id);
    }
    seat(stores, ids[1], ann, 1).await?;
    let query = |now: i64| EventQuery {
        status: None,
        drafts: false,
        city: None,
        from: None,
        to: None,
        order: EventOrder::Start,
        viewer: Some(ann),
        at: at(now),
    };
    let found = async |query: EventQuery, slice: Slice| {
        let found = stores.events.events(query, slice).await?;
        Ok::<_, crate::error::StoreError>((
            found.total,
            found.items.iter().map(|view| view.event.id).collect::<Vec<_>>(),
        ))
    };
    assert_eq!(found(query(2), ALL).await?, (2, vec![ids[1], ids[0]]));
    let by_creation = EventQuery { order: EventOrder::Creation, drafts: true, ..query(2) };
    assert_eq!(found(by_creation, ALL).await?, (3, ids.clone()));
    let newest = Slice { newest_first: true, skip: 1, limit: 1 };
    assert_eq!(found(query(2), newest).await?, (2, vec![ids[1]]));
    let city = EventQuery { city: Some("上海".to_owned()), ..query(2) };
    assert_eq!(found(city, ALL).await?, (1, vec![ids[0]]));
    let day = at(STARTS).to_utc().date_naive();
    assert_eq!(
        found(EventQuery { from: Some(day), to: Some(day), ..query(2) }, ALL).await?,
        (1, vec![ids[1]])
    );
    assert_eq!(found(EventQuery { from: day.succ_opt(), ..query(2) }, ALL).await?, (1, vec![ids[0]]));
    // By the clock and the seats: the second is full while its seat is held, then open, closed, and so on.
    let statuses = [
        (2, EventStatus::Full),
        (1 + HOLD_MILLIS, EventStatus::Registering),
        (STARTS - DAY, EventStatus::Closed),
        (STARTS, EventStatus::Ongoing),
        (STARTS + LASTS, EventStatus::Ended),
    ];
    for (now, status) in statuses {
        let view = stores.events.event_view(ids[1], Some(ann), at(now)).await?.expect("an event");
        assert_eq!(EventStatus::of(&view.event, view.seats.taken, at(now)), status);
        let of_status = EventQuery { status: Some(status), city: Some("北京".to_owned()), ..query(now) };
        assert_eq!(found(of_status, ALL).await?, (1, vec![ids[1]]), "{status:?}");
    }
    let views = stores.events.events(query(2), ALL).await?;
    assert_eq!(views.items.iter().map(|view| view.is_registered).collect::<Vec<_>>(), [true, false]);
    Ok(())
}

/// A seat is held until it is paid, numbered by the day, and free again when its time is over.
pub async fn a_seat_is_held_and_paid(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let event = event(stores, 1).await?;
    let held = seat(stores, event.id, ann, 1).await?;
    assert_eq!((held.state, held.held_until), (RegistrationState::Held, Some(at(1 + HOLD_MILLIS))));
    let day = at(1).to_utc().format("%Y%m%d").to_string();
    assert_eq!(
        (held.number.as_str(), held.order_no.as_str()),
        (&*format!("REG{day}001"), &*format!("PAY{day}001"))
    );
    assert_eq!(stores.events.registration_by_order(&held.order_no).await?, Some(held.clone()));
    assert_eq!(register(stores, event.id, ann, 2).await?.outcome, RegisterOutcome::AlreadyRegistered);
    assert_eq!(register(stores, event.id, ben, 2).await?.outcome, RegisterOutcome::Full);
    stores.seats.set_payment_url(held.id, "https://pay").await?;

    let paid = stores.seats.confirm_payment(held.id, DEPOSIT, then(3)).await?.expect("a registration");
    assert_eq!(paid.outcome, PaidOutcome::Confirmed);
    let paid = paid.registration.expect("a registration");
    assert_eq!((paid.state, paid.held_until), (RegistrationState::Paid, None));
    assert_eq!((paid.course.paid_at, paid.payment_url.as_deref()), (Some(at(3)), Some("https://pay")));
    let twice = stores.seats.confirm_payment(held.id, DEPOSIT, then(4)).await?.expect("a registration");
    assert_eq!(twice.outcome, PaidOutcome::Known);
    assert_eq!(taken(stores, event.id, 2 * HOLD_MILLIS).await?, 1);
    assert_eq!(stores.seats.open_refunds(held.id).await?, []);

    assert_eq!(register(stores, event.id, nobody(), 5).await?.outcome, RegisterOutcome::Unknown);
    let nowhere = EventId::new(99).expect("an id");
    assert!(stores.seats.register(wish(nowhere, ann, 5)).await?.is_none());
    assert!(
        stores.seats.confirm_payment(RegistrationId::new(99).expect("an id"), 1, then(5)).await?.is_none()
    );
    Ok(())
}

/// What is not paid in time is free for the next; what is paid after that goes back, once.
pub async fn a_late_payment_goes_back(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let event = event(stores, 1).await?;
    let late = seat(stores, event.id, ann, 0).await?;
    let status = |one: &Registration, n| RegistrationStatus::of(one, event.ends_at, at(n));
    assert_eq!(status(&late, HOLD_MILLIS - 1), RegistrationStatus::PendingPayment);
    assert_eq!(status(&late, HOLD_MILLIS), RegistrationStatus::Expired);
    assert_eq!(taken(stores, event.id, HOLD_MILLIS).await?, 0);
    seat(stores, event.id, ben, HOLD_MILLIS).await?;
    for (n, outcome) in [(1, PaidOutcome::TooLate), (2, PaidOutcome::Known)] {
        let change = stores.seats.confirm_payment(late.id, DEPOSIT, then(HOLD_MILLIS + n)).await?;
        assert_eq!(change.expect("a registration").outcome, outcome);
    }
    let owed = stores.seats.open_refunds(late.id).await?;
    assert_eq!((owed.len(), owed[0].amount_fen, &owed[0].order_no), (1, DEPOSIT, &late.order_no));
    assert_eq!(registration(stores, late.id).await?.refund, RefundState::Pending);
    assert!(stores.seats.refund_done(&owed[0].refund_no, at(HOLD_MILLIS + 3)).await?);
    assert!(!stores.seats.refund_done(&owed[0].refund_no, at(HOLD_MILLIS + 4)).await?);
    assert_eq!(stores.seats.open_refunds(late.id).await?, []);
    let late = registration(stores, late.id).await?;
    assert_eq!(
        (late.refund, status(&late, HOLD_MILLIS + 5)),
        (RefundState::Refunded, RegistrationStatus::Refunded)
    );
    Ok(())
}

/// Another amount than was asked for confirms nothing and goes back, once for each amount.
pub async fn a_wrong_amount_goes_back(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let event = event(stores, 1).await?;
    let held = seat(stores, event.id, ann, 0).await?;
    for amount in [1, DEPOSIT + 1, 1, 0] {
        let change = stores.seats.confirm_payment(held.id, amount, then(1)).await?.expect("a registration");
        assert_eq!(change.outcome, PaidOutcome::WrongAmount);
    }
    let owed = stores.seats.open_refunds(held.id).await?;
    let mut amounts: Vec<_> = owed.iter().map(|refund| (refund.amount_fen, refund.is_deposit)).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, [(1, false), (DEPOSIT + 1, false)]);
    assert!(stores.seats.refund_done(&owed[0].refund_no, at(2)).await?);
    let held = registration(stores, held.id).await?;
    assert_eq!((held.state, held.refund), (RegistrationState::Held, RefundState::None));
    let right = stores.seats.confirm_payment(held.id, DEPOSIT, then(3)).await?.expect("a registration");
    assert_eq!(right.outcome, PaidOutcome::Confirmed);
    Ok(())
}

/// Quotas bound their gender, and an event without seats for one has them for another.
pub async fn quotas_bound_their_gender(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 4).await?;
    let limited = EventDetails { max_male: Some(1), deposit_fen: 0, ..details("E1", 3) };
    let event = made(stores, limited).await?;
    let (male, female) = (Some(Gender::Male), Some(Gender::Female));
    let expected = [
        (male, RegisterOutcome::Registered),
        (male, RegisterOutcome::QuotaFull),
        (female, RegisterOutcome::Registered),
        (None, RegisterOutcome::Registered),
    ];
    for (account, (gender, outcome)) in people.iter().zip(expected) {
        let new = NewSeat { gender, channel: None, ..wish(event.id, *account, 1) };
        assert_eq!(stores.seats.register(new).await?.expect("an event").outcome, outcome);
    }
    let view = stores.events.event_view(event.id, None, at(2)).await?.expect("an event");
    assert_eq!((view.seats.taken, view.seats.male, view.seats.female), (3, 1, 1));
    // Nothing is to be paid, so that the seats are theirs at once.
    let all = stores.events.registrations_for(event.id, Some(RegistrationStatus::Paid), at(2), ALL).await?;
    assert_eq!(all.total, 3);
    Ok(())
}

/// A seat is given back until a day before, with the deposit where the event says so; a held one always.
pub async fn a_seat_is_given_back(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 5).await?;
    let event = event(stores, 5).await?;
    let strict = made(stores, EventDetails { refundable: false, ..details("E2", 5) }).await?;
    let cancel = async |id, n, always| {
        let change = stores.seats.cancel_registration(id, "why", always, then(n)).await?;
        Ok::<_, crate::error::StoreError>(change.expect("a registration").outcome)
    };
    let in_time = paid(stores, event.id, people[0], 1).await?;
    assert_eq!(cancel(in_time.id, STARTS - DAY, false).await?, CancelOutcome::Cancelled);
    assert_eq!(cancel(in_time.id, STARTS - DAY, false).await?, CancelOutcome::Over);
    let gone = registration(stores, in_time.id).await?;
    assert_eq!(
        (gone.state, gone.refund, gone.words.reason.as_str()),
        (RegistrationState::Cancelled, RefundState::Pending, "why")
    );
    assert_eq!(stores.seats.open_refunds(in_time.id).await?.len(), 1);

    let too_late = paid(stores, event.id, people[1], 1).await?;
    assert_eq!(cancel(too_late.id, STARTS - DAY + 1, false).await?, CancelOutcome::TooLate);
    assert_eq!(cancel(too_late.id, STARTS - DAY + 1, true).await?, CancelOutcome::Cancelled);
    assert_eq!(registration(stores, too_late.id).await?.refund, RefundState::None);

    let held = seat(stores, event.id, people[2], STARTS - 1_000).await?;
    assert_eq!(held.held_until, Some(at(STARTS)));
    assert_eq!(cancel(held.id, STARTS - 1, false).await?, CancelOutcome::Cancelled);

    let kept = paid(stores, strict.id, people[3], 1).await?;
    assert_eq!(cancel(kept.id, 2, false).await?, CancelOutcome::Cancelled);
    assert_eq!(stores.seats.open_refunds(kept.id).await?, []);
    // And may be taken again.
    paid(stores, strict.id, people[3], 3).await?;
    Ok(())
}

/// A seat that is freed is offered to the first who waits and fits, held for a while; the next one follows.
pub async fn a_freed_seat_is_offered(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 4).await?;
    let event = event(stores, 1).await?;
    assert_eq!(wait(stores, wish(event.id, people[1], 1)).await?, WaitOutcome::SeatsLeft);
    let first = paid(stores, event.id, people[0], 1).await?;
    assert_eq!(wait(stores, wish(event.id, people[0], 2)).await?, WaitOutcome::AlreadyRegistered);
    for (place, account) in people[1..].iter().enumerate() {
        assert_eq!(wait(stores, wish(event.id, *account, 2)).await?, WaitOutcome::Waiting(place + 1));
    }
    assert_eq!(wait(stores, wish(event.id, people[1], 3)).await?, WaitOutcome::Waiting(1));
    assert!(stores.seats.stop_waiting(event.id, people[2]).await?);
    assert!(!stores.seats.stop_waiting(event.id, people[2]).await?);
    assert_eq!(wait(stores, wish(event.id, nobody(), 3)).await?, WaitOutcome::Unknown);

    let freed =
        stores.seats.cancel_registration(first.id, "", false, then(10)).await?.expect("a registration");
    assert_eq!(freed.offers.iter().map(|offer| offer.account).collect::<Vec<_>>(), [people[1]]);
    let offer = &freed.offers[0];
    assert!(
        offer.course.offered && offer.held_until == Some(at(10 + HOLD_MILLIS)) && !offer.number.is_empty()
    );
    assert_eq!(taken(stores, event.id, 11).await?, 1);
    assert_eq!(register(stores, event.id, people[2], 11).await?.outcome, RegisterOutcome::Full);

    // Nobody takes it up: the next one is asked, and does; but nobody who is locked, who keeps their place.
    assert_eq!(wait(stores, wish(event.id, people[2], 12)).await?, WaitOutcome::Waiting(2));
    stores.accounts.set_status(people[3], AccountStatus::Locked, at(13)).await?;
    let unlocked = then(10 + HOLD_MILLIS);
    let passed_over = stores.seats.release_seats(event.id, unlocked).await?.expect("an event");
    assert_eq!(passed_over.offers.iter().map(|offer| offer.account).collect::<Vec<_>>(), [people[2]]);
    stores.accounts.set_status(people[3], AccountStatus::Active, at(14)).await?;
    let offered = passed_over.offers[0].id;
    stores.seats.cancel_registration(offered, "", false, unlocked).await?.expect("a registration");
    assert!(stores.events.event_view(event.id, Some(people[3]), at(11 + HOLD_MILLIS)).await?.is_some());
    let taken_up = seat(stores, event.id, people[3], 11 + HOLD_MILLIS).await?;
    assert!(!taken_up.course.offered);
    let twice = register(stores, event.id, people[3], 12 + HOLD_MILLIS).await?;
    assert_eq!(twice.outcome, RegisterOutcome::AlreadyRegistered);
    Ok(())
}

/// A freed seat that nobody takes up is offered to the next one.
pub async fn an_offer_goes_on(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 3).await?;
    let event = event(stores, 1).await?;
    let first = paid(stores, event.id, people[0], 1).await?;
    for (place, account) in people[1..].iter().enumerate() {
        assert_eq!(wait(stores, wish(event.id, *account, 2)).await?, WaitOutcome::Waiting(place + 1));
    }
    stores.seats.cancel_registration(first.id, "", false, then(10)).await?.expect("a registration");
    let released = stores.seats.release_seats(event.id, then(10 + HOLD_MILLIS)).await?.expect("an event");
    assert_eq!(released.offers.iter().map(|offer| offer.account).collect::<Vec<_>>(), [people[2]]);
    assert_eq!(released.outcome, Some(at(10 + 2 * HOLD_MILLIS)));
    let taken_up = seat(stores, event.id, people[2], 11 + HOLD_MILLIS).await?;
    assert_eq!((taken_up.id, taken_up.course.offered), (released.offers[0].id, false));
    let twice = register(stores, event.id, people[2], 12 + HOLD_MILLIS).await?;
    assert_eq!(twice.outcome, RegisterOutcome::AlreadyRegistered);
    Ok(())
}

/// People come and say what they think of it, once; their deposits go back long after.
pub async fn who_came_is_settled(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 2).await?;
    let event = event(stores, 3).await?;
    let came = paid(stores, event.id, people[0], 1).await?;
    let stayed = paid(stores, event.id, people[1], 1).await?;
    let rating = NewRating { stars: 5, comment: "lovely".to_owned(), tags: vec!["organised".to_owned()] };
    let rate = async |id, n| {
        let change = stores.seats.rate(id, rating.clone(), then(n)).await?;
        Ok::<_, crate::error::StoreError>(change.expect("a registration").outcome)
    };
    assert_eq!(rate(came.id, STARTS).await?, RateOutcome::NotCheckedIn);
    for n in 0..2 {
        let change = stores.seats.check_in(came.id, then(STARTS + n)).await?.expect("a registration");
        assert_eq!(change.outcome, CheckInOutcome::CheckedIn);
        let since = change.registration.expect("a registration").course.checked_in_at;
        assert_eq!(since, Some(at(STARTS)));
    }
    assert_eq!(rate(came.id, STARTS + 9).await?, RateOutcome::Rated);
    assert_eq!(rate(came.id, STARTS + 9).await?, RateOutcome::AlreadyRated);
    let words = registration(stores, came.id).await?.words;
    assert_eq!((words.rating, words.comment.as_str(), words.tags.len()), (Some(5), "lovely", 1));

    let end = STARTS + LASTS;
    let counts = stores.events.count_registrations(people[0], at(end)).await?;
    assert_eq!((counts.total, counts.upcoming, counts.completed), (1, 0, 1));
    let early = stores.seats.settle_event(event.id, then(end)).await?.expect("an event");
    assert_eq!(early.outcome, Some(at(end + SETTLE_AFTER)));
    for _ in 0..2 {
        let due = stores.seats.settle_event(event.id, then(end + SETTLE_AFTER)).await?.expect("an event");
        assert_eq!(due.outcome, None);
    }
    assert_eq!(stores.seats.open_refunds(came.id).await?.len(), 1);
    assert_eq!(stores.seats.open_refunds(stayed.id).await?, []);
    let completed = Some(RegistrationStatus::Completed);
    let mine = stores.events.registrations_of(people[0], completed, at(end), ALL).await?;
    assert_eq!(
        (mine.total, mine.items[0].0.refund, &mine.items[0].1.id),
        (1, RefundState::Pending, &event.id)
    );
    Ok(())
}

/// An event that is called off gives everything back, and nobody waits any more.
pub async fn a_cancelled_event_gives_everything_back(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 4).await?;
    let event = made(stores, EventDetails { refundable: false, ..details("E1", 2) }).await?;
    let theirs = paid(stores, event.id, people[0], 1).await?;
    let held = seat(stores, event.id, people[1], 1).await?;
    assert_eq!(wait(stores, wish(event.id, people[2], 2)).await?, WaitOutcome::Waiting(1));
    for (n, outcome) in [CancelEventOutcome::Cancelled, CancelEventOutcome::Already].into_iter().enumerate() {
        let audit = audit(AuditAction::EventCancelled, Some(event.id));
        let change = stores.seats.cancel_event(event.id, audit, then(3)).await?.expect("an event");
        assert_eq!((change.outcome, change.offers.len()), (outcome, 0));
        let dropped = if n == 0 { vec![people[0], people[1], people[2]] } else { Vec::new() };
        assert_eq!(change.dropped, dropped);
    }
    assert_eq!(stores.office.audit(ALL).await?.total, 2);
    assert_eq!(stores.seats.open_refunds(theirs.id).await?.len(), 1);
    assert_eq!(stores.seats.open_refunds(held.id).await?, []);
    assert_eq!(register(stores, event.id, people[3], 4).await?.outcome, RegisterOutcome::NotOpen);
    // What was on its way goes back as well.
    let late = stores.seats.confirm_payment(held.id, DEPOSIT, then(5)).await?.expect("a registration");
    assert_eq!(late.outcome, PaidOutcome::TooLate);
    Ok(())
}

/// A change of an event takes away no seat, makes no draft of what is public, and offers what it adds.
pub async fn an_event_is_changed(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 3).await?;
    let event = event(stores, 2).await?;
    for account in &people[..2] {
        paid(stores, event.id, *account, 1).await?;
    }
    assert_eq!(wait(stores, wish(event.id, people[2], 2)).await?, WaitOutcome::Waiting(1));
    let edit = |state, capacity| EventEdit { state, times: TIMES, details: details("other", capacity) };
    let try_edit = async |edit| {
        let audit = audit(AuditAction::EventChanged, Some(event.id));
        Ok::<_, crate::error::StoreError>(
            stores.seats.edit_event(event.id, edit, audit, then(3)).await?.expect("an event"),
        )
    };
    assert_eq!(try_edit(edit(EventState::Public, 1)).await?.outcome, EditEventOutcome::TooFewSeats);
    assert_eq!(try_edit(edit(EventState::Draft, 5)).await?.outcome, EditEventOutcome::Published);
    let edited = try_edit(edit(EventState::Public, 3)).await?;
    assert_eq!(edited.outcome, EditEventOutcome::Edited);
    assert_eq!((edited.offers.len(), edited.offers[0].account), (1, people[2]));
    let now = stores.events.event(event.id).await?.expect("an event");
    assert_eq!((now.details.capacity, now.details.code.as_str()), (3, "E1"));
    Ok(())
}

/// A seat is not held beyond the beginning of an event that is moved, nor offered beyond its deadline.
pub async fn a_moved_event_ends_what_is_held(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 3).await?;
    let event = event(stores, 2).await?;
    let held = seat(stores, event.id, people[0], 1).await?;
    let first = paid(stores, event.id, people[1], 1).await?;
    assert_eq!(wait(stores, wish(event.id, people[2], 2)).await?, WaitOutcome::Waiting(1));
    stores.seats.cancel_registration(first.id, "", false, then(3)).await?.expect("a registration");
    let moved = async |starts, deadline, n| {
        let times =
            EventTimes { starts_at: at(starts), ends_at: at(starts + LASTS), deadline_at: at(deadline) };
        let edit = EventEdit { state: EventState::Public, times, details: details("moved", 2) };
        let audit = audit(AuditAction::EventChanged, Some(event.id));
        let edited = stores.seats.edit_event(event.id, edit, audit, then(n)).await?.expect("an event");
        assert_eq!(edited.outcome, EditEventOutcome::Edited);
        Ok::<_, crate::error::StoreError>(())
    };
    // Both are over half an hour later, or earlier when the event is.
    moved(1_000, 500, 4).await?;
    assert_eq!(taken(stores, event.id, 5).await?, 2);
    let found = stores.events.registration(held.id).await?.expect("a registration");
    assert_eq!(found.held_until, Some(at(1_000)));
    let released = stores.seats.release_seats(event.id, then(500)).await?.expect("an event");
    assert_eq!(released.outcome, Some(at(1_000)));
    assert_eq!(taken(stores, event.id, 500).await?, 1);
    moved(400, 300, 600).await?;
    assert_eq!(taken(stores, event.id, 600).await?, 0);
    let late = stores.seats.confirm_payment(held.id, DEPOSIT, then(601)).await?.expect("a registration");
    assert!(matches!(late.outcome, PaidOutcome::TooLate), "{:?}", late.outcome);
    Ok(())
}

/// Nobody whom one may not see is shown as taking part.
pub async fn attendees_are_seen(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 4).await?;
    let event = event(stores, 4).await?;
    for account in &people {
        seat(stores, event.id, *account, 1).await?;
    }
    stores.safety.block(people[1], people[0], at(2)).await?;
    stores.accounts.set_status(people[2], AccountStatus::Locked, at(2)).await?;
    let seen = stores.events.attendees(event.id, people[0], at(3), 10).await?;
    assert_eq!(seen.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [people[0], people[3]]);
    assert_eq!(stores.events.attendees(event.id, people[0], at(3), 1).await?.len(), 1);
    assert_eq!(stores.events.attendees(event.id, people[0], at(1 + HOLD_MILLIS), 10).await?, []);
    Ok(())
}

/// Of who is deleted nothing is left but numbers, and their seats are to be freed.
pub async fn deletion_takes_words_and_leaves_numbers(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 2).await?;
    let event = event(stores, 1).await?;
    let theirs = paid(stores, event.id, people[0], 1).await?;
    stores.seats.check_in(theirs.id, then(STARTS)).await?;
    let rating = NewRating { stars: 1, comment: "secret".to_owned(), tags: vec!["secret".to_owned()] };
    stores.seats.rate(theirs.id, rating, then(STARTS)).await?;
    assert_eq!(wait(stores, wish(event.id, people[1], 2)).await?, WaitOutcome::Waiting(1));
    for account in &people {
        assert!(stores.accounts.set_status(*account, AccountStatus::Deleted, at(3)).await?);
    }
    let left = registration(stores, theirs.id).await?;
    assert_eq!((left.words.comment.as_str(), left.words.tags.len(), left.account), ("", 0, people[0]));
    assert_eq!(stores.seats.seats_held_by(people[0], at(4)).await?, [theirs.id]);
    assert!(!stores.seats.stop_waiting(event.id, people[1]).await?);
    let due = stores.jobs.claim_jobs(at(4), Millis(at(4).0 + 1), 100).await?;
    let leaving = due.iter().filter(|job| job.kind == crate::store::JobKind::Leave);
    assert_eq!(leaving.map(|job| job.subject).collect::<Vec<_>>(), [people[0].get(), people[1].get()]);
    Ok(())
}
