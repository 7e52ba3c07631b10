//! Cases about codes of text messages.

use super::fixture::at;
use crate::{
    error::StoreResult,
    model::CodePurpose,
    store::{
        CODE_INTERVAL_MILLIS, CODE_LIFE_MILLIS, CODES_A_DAY, NewCode, ReserveOutcome, ShownCode,
        SpendOutcome, Stores, WRONG_CODES_A_DAY,
    },
};

/// What the cases say about a code: telephone, hash, day, moment.
pub(super) type Said<'a> = (&'a str, &'a str, i64, i64);

/// The code that most cases are about.
pub(super) const SEND: Said<'static> = ("13800138000", "right", 1, 0);

pub(super) fn send((phone, hash, day, moment): Said<'_>) -> NewCode {
    NewCode {
        phone: phone.to_owned(),
        purpose: CodePurpose::Register,
        hash: hash.to_owned(),
        day,
        at: at(moment),
        limited: true,
    }
}

pub(super) fn show((phone, hash, day, moment): Said<'_>) -> ShownCode {
    ShownCode {
        phone: phone.to_owned(),
        purpose: CodePurpose::Register,
        hash: hash.to_owned(),
        day,
        at: at(moment),
    }
}

pub(super) async fn spend(stores: &Stores, shown: ShownCode) -> StoreResult<SpendOutcome> {
    stores.logins.spend_code(shown).await
}

async fn sent(stores: &Stores, new: NewCode) -> StoreResult<()> {
    assert_eq!(stores.logins.reserve_code(new).await?, ReserveOutcome::Reserved);
    Ok(())
}

/// A code that was sent is good once.
pub async fn a_code_is_spent_once(stores: &Stores) -> StoreResult<()> {
    assert_eq!(spend(stores, show(SEND)).await?, SpendOutcome::Wrong);
    sent(stores, send(SEND)).await?;
    let wrong = ShownCode { hash: "wrong".to_owned(), ..show(SEND) };
    assert_eq!(spend(stores, wrong).await?, SpendOutcome::Wrong);
    assert_eq!(spend(stores, show(SEND)).await?, SpendOutcome::Spent);
    assert_eq!(spend(stores, show(SEND)).await?, SpendOutcome::Wrong);
    Ok(())
}

/// A code is good until its time is over, and not a moment longer.
pub async fn a_code_ends_with_its_time(stores: &Stores) -> StoreResult<()> {
    sent(stores, send(SEND)).await?;
    let late = ShownCode { at: at(CODE_LIFE_MILLIS), ..show(SEND) };
    assert_eq!(spend(stores, late).await?, SpendOutcome::Wrong);
    let last = ShownCode { at: at(CODE_LIFE_MILLIS - 1), ..show(SEND) };
    assert_eq!(spend(stores, last).await?, SpendOutcome::Spent);
    Ok(())
}

/// Of the codes of one telephone and purpose the last one is good.
pub async fn a_new_code_replaces_the_former(stores: &Stores) -> StoreResult<()> {
    sent(stores, send(SEND)).await?;
    let (phone, _, day, _) = SEND;
    sent(stores, send((phone, "second", day, CODE_INTERVAL_MILLIS))).await?;
    let later = CODE_INTERVAL_MILLIS + 1;
    assert_eq!(spend(stores, show((phone, "right", day, later))).await?, SpendOutcome::Wrong);
    assert_eq!(spend(stores, show((phone, "second", day, later))).await?, SpendOutcome::Spent);
    Ok(())
}

/// A code is good for its telephone and its purpose only.
pub async fn codes_are_of_their_phone_and_purpose(stores: &Stores) -> StoreResult<()> {
    sent(stores, send(SEND)).await?;
    let elsewhere = ShownCode { phone: "13900139000".to_owned(), ..show(SEND) };
    assert_eq!(spend(stores, elsewhere).await?, SpendOutcome::Wrong);
    for purpose in [CodePurpose::Login, CodePurpose::Reset] {
        assert_eq!(spend(stores, ShownCode { purpose, ..show(SEND) }).await?, SpendOutcome::Wrong);
    }
    let later = NewCode { purpose: CodePurpose::Login, at: at(CODE_INTERVAL_MILLIS), ..send(SEND) };
    sent(stores, later).await?;
    assert_eq!(spend(stores, show(SEND)).await?, SpendOutcome::Spent);
    let other = ShownCode { purpose: CodePurpose::Login, at: at(CODE_INTERVAL_MILLIS), ..show(SEND) };
    assert_eq!(spend(stores, other).await?, SpendOutcome::Spent);
    Ok(())
}

/// The next code to a telephone waits, whatever it is for, unless nothing limits it; spending one shortens nothing.
pub async fn codes_come_at_intervals(stores: &Stores) -> StoreResult<()> {
    sent(stores, send(SEND)).await?;
    assert_eq!(spend(stores, show(SEND)).await?, SpendOutcome::Spent);
    for purpose in CodePurpose::ALL {
        let soon =
            NewCode { purpose, hash: "soon".to_owned(), at: at(CODE_INTERVAL_MILLIS - 1), ..send(SEND) };
        let until = at(CODE_INTERVAL_MILLIS);
        assert_eq!(stores.logins.reserve_code(soon).await?, ReserveOutcome::TooSoon { until });
    }
    let refused = ShownCode { hash: "soon".to_owned(), ..show(SEND) };
    assert_eq!(spend(stores, refused).await?, SpendOutcome::Wrong);
    let (_, hash, day, moment) = SEND;
    sent(stores, send(("13900139000", hash, day, moment))).await?;
    sent(stores, NewCode { limited: false, ..send(SEND) }).await?;
    sent(stores, NewCode { at: at(CODE_INTERVAL_MILLIS), ..send(SEND) }).await?;
    Ok(())
}

/// A day has a number of codes for a telephone, and the next day as many again.
pub async fn codes_are_counted_by_the_day(stores: &Stores) -> StoreResult<()> {
    let (phone, hash, day, _) = SEND;
    let mut moment = 0;
    for _ in 0..CODES_A_DAY {
        sent(stores, send((phone, hash, day, moment))).await?;
        moment += CODE_INTERVAL_MILLIS;
    }
    let more = send((phone, hash, day, moment));
    assert_eq!(stores.logins.reserve_code(more.clone()).await?, ReserveOutcome::TooMany);
    sent(stores, NewCode { limited: false, ..more }).await?;
    let moment = moment + CODE_INTERVAL_MILLIS;
    let more = send((phone, hash, day, moment));
    assert_eq!(stores.logins.reserve_code(more).await?, ReserveOutcome::TooMany);
    sent(stores, send((phone, hash, day + 1, moment))).await?;
    Ok(())
}

/// The fifth wrong try of a day burns the code, and those that are sent that day; a new one resets nothing.
pub async fn wrong_tries_burn_a_code_for_the_day(stores: &Stores) -> StoreResult<()> {
    let (phone, hash, day, _) = SEND;
    sent(stores, send(SEND)).await?;
    for _ in 1..WRONG_CODES_A_DAY {
        assert_eq!(spend(stores, show((phone, "wrong", day, 1))).await?, SpendOutcome::Wrong);
    }
    let later = CODE_INTERVAL_MILLIS;
    sent(stores, send((phone, hash, day, later))).await?;
    assert_eq!(spend(stores, show((phone, "wrong", day, later))).await?, SpendOutcome::Wrong);
    assert_eq!(spend(stores, show((phone, hash, day, later))).await?, SpendOutcome::Burnt);
    sent(stores, send((phone, hash, day, 2 * later))).await?;
    assert_eq!(spend(stores, show((phone, hash, day, 2 * later))).await?, SpendOutcome::Burnt);
    // Another purpose has tries of its own, and so has the next day.
    let other = NewCode { purpose: CodePurpose::Reset, ..send((phone, hash, day, 3 * later)) };
    sent(stores, other).await?;
    let other = ShownCode { purpose: CodePurpose::Reset, ..show((phone, hash, day, 3 * later)) };
    assert_eq!(spend(stores, other).await?, SpendOutcome::Spent);
    sent(stores, send((phone, hash, day + 1, 4 * later))).await?;
    assert_eq!(spend(stores, show((phone, hash, day + 1, 4 * later))).await?, SpendOutcome::Spent);
    Ok(())
}

/// While no code is good, tries are wrong and burn nothing.
pub async fn tries_without_a_code_are_not_counted(stores: &Stores) -> StoreResult<()> {
    let (phone, hash, day, _) = SEND;
    for _ in 0..2 * WRONG_CODES_A_DAY {
        assert_eq!(spend(stores, show(SEND)).await?, SpendOutcome::Wrong);
    }
    sent(stores, send(SEND)).await?;
    for _ in 0..2 * WRONG_CODES_A_DAY {
        let late = show((phone, "wrong", day, CODE_LIFE_MILLIS));
        assert_eq!(spend(stores, late).await?, SpendOutcome::Wrong);
    }
    assert_eq!(spend(stores, show((phone, hash, day, 1))).await?, SpendOutcome::Spent);
    Ok(())
}

/// A code that is taken back is good for nothing, and in nobody's way; one that was replaced is not taken back.
pub async fn what_could_not_be_sent_does_not_count(stores: &Stores) -> StoreResult<()> {
    let (phone, hash, day, _) = SEND;
    for _ in 0..2 * CODES_A_DAY {
        sent(stores, send(SEND)).await?;
        stores.logins.take_back_code(phone, CodePurpose::Register, hash).await?;
        assert_eq!(spend(stores, show(SEND)).await?, SpendOutcome::Wrong);
    }
    sent(stores, send((phone, "second", day, 0))).await?;
    stores.logins.take_back_code(phone, CodePurpose::Register, hash).await?;
    stores.logins.take_back_code(phone, CodePurpose::Login, "second").await?;
    stores.logins.take_back_code("13900139000", CodePurpose::Register, "second").await?;
    assert_eq!(spend(stores, show((phone, "second", day, 1))).await?, SpendOutcome::Spent);
    Ok(())
}

/// Of many who show one code at once, one spends it.
pub async fn one_code_at_once_is_spent_once(stores: &Stores) -> StoreResult<()> {
    sent(stores, send(SEND)).await?;
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let logins = stores.logins.clone();
            tokio::spawn(async move { logins.spend_code(show(SEND)).await })
        })
        .collect();
    let mut spent = 0;
    for task in tasks {
        match task.await.expect("no panic")? {
            SpendOutcome::Spent => spent += 1,
            other => assert_eq!(other, SpendOutcome::Wrong),
        }
    }
    assert_eq!(spent, 1);
    Ok(())
}

/// Of many codes for one telephone at once, one is sent, and that one is good.
pub async fn one_of_many_sends_at_once(stores: &Stores) -> StoreResult<()> {
    let tasks: Vec<_> = (0..10)
        .map(|n| {
            let logins = stores.logins.clone();
            let new = NewCode { hash: n.to_string(), ..send(SEND) };
            tokio::spawn(async move { (n, logins.reserve_code(new).await) })
        })
        .collect();
    let mut good = Vec::new();
    for task in tasks {
        match task.await.expect("no panic") {
            (n, Ok(ReserveOutcome::Reserved)) => good.push(n),
            (_, outcome) => assert!(matches!(outcome?, ReserveOutcome::TooSoon { .. })),
        }
    }
    assert_eq!(good.len(), 1);
    let shown = ShownCode { hash: good[0].to_string(), ..show(SEND) };
    assert_eq!(spend(stores, shown).await?, SpendOutcome::Spent);
    Ok(())
}

/// Of many wrong tries at once each is counted.
pub async fn tries_at_once_are_all_counted(stores: &Stores) -> StoreResult<()> {
    sent(stores, send(SEND)).await?;
    let tasks: Vec<_> = (0..2 * WRONG_CODES_A_DAY)
        .map(|_| {
            let logins = stores.logins.clone();
            let shown = ShownCode { hash: "wrong".to_owned(), ..show(SEND) };
            tokio::spawn(async move { logins.spend_code(shown).await })
        })
        .collect();
    let mut wrong = 0;
    for task in tasks {
        match task.await.expect("no panic")? {
            SpendOutcome::Wrong => wrong += 1,
            other => assert_eq!(other, SpendOutcome::Burnt),
        }
    }
    assert_eq!(wrong, WRONG_CODES_A_DAY);
    assert_eq!(spend(stores, show(SEND)).await?, SpendOutcome::Burnt);
    Ok(())
}
