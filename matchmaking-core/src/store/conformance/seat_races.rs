//! Cases about seats at the same moment.

use super::{
    fixture::{ROUNDS, at_once},
    seats::{DEPOSIT, crowd, details, event, made, paid, register, seat, taken, then, wish},
};
use crate::{
    error::StoreResult,
    model::EventDetails,
    store::{CancelOutcome, HOLD_MILLIS, PaidOutcome, RegisterOutcome, Stores, WaitOutcome},
};

/// Of many who want a seat at the same moment as many get one as there are.
pub async fn no_more_get_a_seat_than_there_are(stores: &Stores) -> StoreResult<()> {
    for (round, (buyers, seats)) in [(8, 3), (40, 10)].into_iter().enumerate() {
        let mut people = Vec::new();
        for n in 0..buyers {
            people.push(super::fixture::person(stores, &format!("{round}p{n}")).await?);
        }
        let event = made(stores, details(&format!("E{round}"), seats)).await?;
        let outcomes = at_once(people.into_iter().map(|account| {
            let seats = stores.seats.clone();
            async move { seats.register(wish(event.id, account, 1)).await }
        }))
        .await?;
        let outcomes: Vec<_> = outcomes.into_iter().flatten().map(|change| change.outcome).collect();
        let got = outcomes.iter().filter(|outcome| **outcome == RegisterOutcome::Registered).count();
        let full = outcomes.iter().filter(|outcome| **outcome == RegisterOutcome::Full).count();
        assert_eq!((got, full), (seats, buyers - seats));
        assert_eq!(taken(stores, event.id, 2).await?, seats);
    }
    Ok(())
}

/// Somebody who wants a seat many times at the same moment gets one.
pub async fn one_person_gets_one_seat(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 1).await?;
    let event = event(stores, 10).await?;
    let outcomes = at_once((0..10).map(|_| {
        let (seats, account) = (stores.seats.clone(), people[0]);
        async move { seats.register(wish(event.id, account, 1)).await }
    }))
    .await?;
    let got = outcomes.into_iter().flatten().filter(|change| change.outcome == RegisterOutcome::Registered);
    assert_eq!((got.count(), taken(stores, event.id, 2).await?), (1, 1));
    Ok(())
}

/// A payment that meets the end of its seat is either counted or goes back, and the seat is not given twice.
pub async fn a_payment_meets_the_end_of_its_seat(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 2 * ROUNDS).await?;
    for (round, two) in people.chunks(2).enumerate() {
        let event = made(stores, details(&format!("E{round}"), 1)).await?;
        let held = seat(stores, event.id, two[0], 0).await?;
        let (seats, other) = (stores.seats.clone(), two[1]);
        let paying =
            tokio::spawn(async move { seats.confirm_payment(held.id, DEPOSIT, then(HOLD_MILLIS - 1)).await });
        let seats = stores.seats.clone();
        let taking = tokio::spawn(async move { seats.register(wish(event.id, other, HOLD_MILLIS)).await });
        let paid = paying.await.expect("no panic")?.expect("a registration").outcome;
        let took = taking.await.expect("no panic")?.expect("an event").outcome;
        match (paid, took) {
            (PaidOutcome::Confirmed, RegisterOutcome::Full) => {
                assert_eq!(stores.seats.open_refunds(held.id).await?, []);
            }
            (PaidOutcome::TooLate, RegisterOutcome::Registered) => {
                assert_eq!(stores.seats.open_refunds(held.id).await?.len(), 1);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(taken(stores, event.id, HOLD_MILLIS + 1).await?, 1);
    }
    Ok(())
}

/// A seat that is given back while others want and wait for it goes to one of them.
pub async fn a_freed_seat_goes_to_one(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 4 * ROUNDS).await?;
    for (round, four) in people.chunks(4).enumerate() {
        let event = made(stores, details(&format!("E{round}"), 1)).await?;
        let theirs = paid(stores, event.id, four[0], 1).await?;
        let waiting = stores.seats.wait_for_seat(wish(event.id, four[1], 2)).await?.expect("an event");
        assert_eq!(waiting.outcome, WaitOutcome::Waiting(1));
        let seats = stores.seats.clone();
        let cancel =
            tokio::spawn(async move { seats.cancel_registration(theirs.id, "", false, then(3)).await });
        let wishes = at_once(four[2..].iter().map(|account| {
            let (seats, account) = (stores.seats.clone(), *account);
            async move { seats.register(wish(event.id, account, 3)).await }
        }))
        .await?;
        let cancelled = cancel.await.expect("no panic")?.expect("a registration");
        assert_eq!(cancelled.outcome, CancelOutcome::Cancelled);
        // It is the one who waited that it is offered to, whoever came in between.
        assert_eq!(cancelled.offers.iter().map(|offer| offer.account).collect::<Vec<_>>(), [four[1]]);
        assert!(wishes.into_iter().flatten().all(|change| change.outcome == RegisterOutcome::Full));
        assert_eq!(taken(stores, event.id, 4).await?, 1);
        assert_eq!(register(stores, event.id, four[1], 4).await?.outcome, RegisterOutcome::Registered);
    }
    Ok(())
}

/// One payment that is told many times at the same moment is counted once.
pub async fn one_payment_counts_once(stores: &Stores) -> StoreResult<()> {
    let people = crowd(stores, 1).await?;
    let free = EventDetails { refundable: true, ..details("E1", 1) };
    let event = made(stores, free).await?;
    let held = seat(stores, event.id, people[0], 0).await?;
    let outcomes = at_once((0..8).map(|_| {
        let seats = stores.seats.clone();
        async move { seats.confirm_payment(held.id, DEPOSIT, then(1)).await }
    }))
    .await?;
    let counted = outcomes.into_iter().flatten().filter(|change| change.outcome == PaidOutcome::Confirmed);
    assert_eq!(counted.count(), 1);
    assert_eq!(stores.seats.open_refunds(held.id).await?, []);
    Ok(())
}
