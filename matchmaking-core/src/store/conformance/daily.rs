//! Cases about daily lists.

use super::fixture::{ROUNDS, at, at_once, decide, decision, matched, nobody, person};
use crate::{
    error::StoreResult,
    ids::AccountId,
    model::{AccountStatus, Action},
    store::{DailyEntry, DailyList, DailyPlace, LISTS_AT_ONCE, NewDaily, NewInteraction, Stores},
};

/// The beginnings of two days.
const MONDAY: i64 = 1_000;
const TUESDAY: i64 = 2_000;

async fn people(stores: &Stores, number: usize) -> StoreResult<Vec<AccountId>> {
    let mut people = Vec::new();
    for n in 0..number {
        people.push(person(stores, &format!("p{n}")).await?);
    }
    Ok(people)
}

fn list(account: AccountId, day: i64, draw: i64, entries: &[AccountId]) -> NewDaily {
    let entries = entries.iter().enumerate().map(|(n, id)| (*id, 90 - n as u8)).collect();
    NewDaily { account, day: at(day), draw, entries, counted_since: at(MONDAY), at: at(day + 5) }
}

/// Who is in a person's list of a day.
async fn listed(stores: &Stores, account: AccountId, day: i64) -> StoreResult<Vec<AccountId>> {
    let list = stores.daily.daily(account, at(day)).await?;
    Ok(list.into_iter().flat_map(|list| list.entries).map(|entry| entry.target).collect())
}

/// A list comes back as it was kept, in its order and not in that of numbers or scores; an empty one is a list too.
pub async fn a_list_is_kept_in_its_order(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 14).await?;
    assert_eq!(stores.daily.daily(people[0], at(MONDAY)).await?, None);
    let order: Vec<AccountId> = people.iter().skip(1).rev().copied().collect();
    assert!(stores.daily.keep_daily(list(people[0], MONDAY, 0, &order)).await?);
    let entry = |(n, target): (usize, &AccountId)| DailyEntry {
        target: *target,
        score: 90 - n as u8,
        decision: None,
    };
    let expected = DailyList {
        draw: 0,
        drawn_at: at(MONDAY + 5),
        entries: order.iter().enumerate().map(entry).collect(),
    };
    assert_eq!(stores.daily.daily(people[0], at(MONDAY)).await?, Some(expected));
    assert_eq!(stores.daily.daily(people[0], at(TUESDAY)).await?, None);
    assert_eq!(stores.daily.daily(people[1], at(MONDAY)).await?, None);
    assert!(stores.daily.keep_daily(list(people[1], MONDAY, 3, &[])).await?);
    let empty = DailyList { draw: 3, drawn_at: at(MONDAY + 5), entries: vec![] };
    assert_eq!(stores.daily.daily(people[1], at(MONDAY)).await?, Some(empty));
    Ok(())
}

/// Who stands in lists is counted by days, each list that is kept once, and what was too long ago is forgotten.
pub async fn who_is_shown_is_counted(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 5).await?;
    let shown = async |since| stores.daily.exposures(&people, at(since)).await;
    assert_eq!(shown(0).await?, []);
    assert!(stores.daily.keep_daily(list(people[0], MONDAY, 0, &people[2..4])).await?);
    assert!(!stores.daily.keep_daily(list(people[0], MONDAY, 0, &people[2..5])).await?);
    assert!(stores.daily.keep_daily(list(people[1], MONDAY, 0, &people[3..4])).await?);
    assert!(stores.daily.keep_daily(list(people[0], TUESDAY, 0, &people[3..5])).await?);
    assert_eq!(shown(MONDAY).await?, [(people[2], 1), (people[3], 3), (people[4], 1)]);
    assert_eq!(shown(TUESDAY).await?, [(people[3], 1), (people[4], 1)]);
    assert_eq!(stores.daily.exposures(&people[3..4], at(MONDAY)).await?, [(people[3], 3)]);
    // Whoever is asked for twice was not shown twice as often.
    assert_eq!(stores.daily.exposures(&[people[3]; 3], at(MONDAY)).await?, [(people[3], 3)]);
    let later = NewDaily { counted_since: at(TUESDAY), ..list(people[1], TUESDAY, 0, &people[2..4]) };
    assert!(stores.daily.keep_daily(later).await?);
    assert_eq!(shown(0).await?, [(people[2], 1), (people[3], 2), (people[4], 1)]);
    stores.accounts.set_status(people[3], AccountStatus::Deleted, at(9)).await?;
    assert_eq!(shown(0).await?, [(people[2], 1), (people[4], 1)]);
    Ok(())
}

/// Many who draw at the same moment are all counted.
pub async fn nobody_is_shown_uncounted(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, ROUNDS + 2).await?;
    let kept = at_once(people[2..].iter().map(|viewer| {
        let (daily, new) = (stores.daily.clone(), list(*viewer, MONDAY, 0, &people[..2]));
        async move { daily.keep_daily(new).await }
    }))
    .await?;
    assert!(kept.into_iter().all(|kept| kept));
    let shown = stores.daily.exposures(&people, at(MONDAY)).await?;
    assert_eq!(shown, [(people[0], ROUNDS as u64), (people[1], ROUNDS as u64)]);
    Ok(())
}

/// Many lists that are kept together are each kept as alone: what is there stays, and who takes no part has none.
pub async fn many_lists_are_kept_as_each_would_be(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, LISTS_AT_ONCE + 4).await?;
    let (shown, owners) = people.split_at(2);
    assert!(stores.daily.keep_daily(list(owners[1], MONDAY, 0, &shown[..1])).await?);
    stores.accounts.set_status(owners[2], AccountStatus::Locked, at(1)).await?;
    let mut new: Vec<NewDaily> = owners.iter().map(|owner| list(*owner, MONDAY, 0, shown)).collect();
    new.push(list(owners[0], MONDAY, 0, &shown[..1]));
    let kept = stores.daily.keep_dailies(&new).await?;
    let expected: Vec<bool> = (0..new.len()).map(|at| at != 1 && at != 2 && at != owners.len()).collect();
    assert_eq!(kept, expected);
    assert_eq!(listed(stores, owners[0], MONDAY).await?, shown);
    assert_eq!(listed(stores, owners[1], MONDAY).await?, shown[..1]);
    let times = owners.len() as u64 - 2;
    let exposures = stores.daily.exposures(&people, at(MONDAY)).await?;
    assert_eq!(exposures, [(shown[0], times + 1), (shown[1], times)]);
    assert!(stores.daily.keep_dailies(&[]).await?.is_empty());
    let mut have = owners.to_vec();
    have.remove(2);
    assert_eq!(stores.daily.have_daily(&people, at(MONDAY)).await?, have);
    assert_eq!(stores.daily.have_daily(&owners[1..3], at(MONDAY)).await?, owners[1..2]);
    assert_eq!(stores.daily.have_daily(&people, at(TUESDAY)).await?, []);
    assert_eq!(stores.daily.have_daily(&[], at(MONDAY)).await?, []);
    Ok(())
}

/// How far a day's lists are drawn only ever grows, and is forgotten with the next day's.
pub async fn a_place_is_never_taken_back(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 3).await?;
    let place = |after: usize, is_last| DailyPlace { after: people[after], is_last };
    assert_eq!(stores.daily.daily_place(at(MONDAY)).await?, None);
    stores.daily.reach_daily_place(at(MONDAY), place(1, false)).await?;
    assert_eq!(stores.daily.daily_place(at(MONDAY)).await?, Some(place(1, false)));
    stores.daily.reach_daily_place(at(MONDAY), place(0, false)).await?;
    assert_eq!(stores.daily.daily_place(at(MONDAY)).await?, Some(place(1, false)));
    stores.daily.reach_daily_place(at(MONDAY), place(2, true)).await?;
    stores.daily.reach_daily_place(at(MONDAY), place(1, false)).await?;
    assert_eq!(stores.daily.daily_place(at(MONDAY)).await?, Some(place(2, true)));
    stores.daily.reach_daily_place(at(TUESDAY), place(0, false)).await?;
    assert_eq!(stores.daily.daily_place(at(TUESDAY)).await?, Some(place(0, false)));
    assert_eq!(stores.daily.daily_place(at(MONDAY)).await?, None);
    Ok(())
}

/// Of several lists of a day the latest one is shown; one that comes too late is not kept.
pub async fn the_latest_list_of_a_day_counts(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 4).await?;
    let keep = async |draw, entries: &[AccountId]| {
        stores.daily.keep_daily(list(people[0], MONDAY, draw, entries)).await
    };
    assert!(keep(0, &people[1..2]).await?);
    assert!(!keep(0, &people[2..3]).await?);
    assert_eq!(listed(stores, people[0], MONDAY).await?, [people[1]]);
    assert!(keep(1, &people[2..3]).await?);
    assert!(!keep(0, &people[3..]).await?);
    assert_eq!(listed(stores, people[0], MONDAY).await?, [people[2]]);
    assert!(keep(3, &people[3..]).await?);
    assert!(!keep(2, &people[1..]).await?);
    assert_eq!(listed(stores, people[0], MONDAY).await?, [people[3]]);
    Ok(())
}

/// Who may not be seen vanishes from the list at once, and is back when they may.
pub async fn a_list_shows_whom_one_may_see(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 6).await?;
    let [ann, ben, cal, dan, eve, fay] = people[..] else { panic!("six people") };
    stores.daily.keep_daily(list(ann, MONDAY, 0, &[fay, eve, dan, cal, ben])).await?;
    stores.safety.block(ann, ben, at(3)).await?;
    stores.safety.block(cal, ann, at(3)).await?;
    let made = matched(stores, ann, dan).await?;
    stores.matches.end_match(made.id, ann, at(3)).await?;
    stores.accounts.set_status(eve, AccountStatus::Locked, at(3)).await?;
    assert_eq!(listed(stores, ann, MONDAY).await?, [fay]);
    stores.safety.unblock(ann, ben).await?;
    stores.accounts.set_status(eve, AccountStatus::Active, at(4)).await?;
    assert_eq!(listed(stores, ann, MONDAY).await?, [fay, eve, ben]);
    stores.accounts.set_status(ann, AccountStatus::Deactivated, at(5)).await?;
    assert_eq!(listed(stores, ann, MONDAY).await?, []);
    Ok(())
}

/// What the owner decided is told with each of them, and nobody else's decision.
pub async fn a_list_tells_what_was_decided(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 4).await?;
    let [ann, ben, cal, dan] = people[..] else { panic!("four people") };
    stores.daily.keep_daily(list(ann, MONDAY, 0, &[ben, cal, dan])).await?;
    decide(stores, ann, ben, Action::Dislike).await?;
    decide(stores, dan, ann, Action::Like).await?;
    let skip = NewInteraction { at: at(7), ..decision(ann, cal, Action::Skip) };
    stores.matches.record_interaction(skip).await?;
    let list = stores.daily.daily(ann, at(MONDAY)).await?.expect("a list");
    let decisions: Vec<_> = list.entries.iter().map(|entry| entry.decision).collect();
    assert_eq!(decisions, [Some((Action::Dislike, at(1))), Some((Action::Skip, at(7))), None]);
    Ok(())
}

/// Left out are the hidden, all there was a match with, those liked or disliked at any time, those skipped since the
/// day began, and those shown on it; what others decided leaves nobody out.
pub async fn who_is_left_out_of_a_list(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 12).await?;
    let ann = people[0];
    assert_eq!(stores.daily.left_out(ann, at(MONDAY)).await?, []);
    stores.safety.block(ann, people[1], at(3)).await?;
    stores.safety.block(people[2], ann, at(3)).await?;
    matched(stores, ann, people[3]).await?;
    let made = matched(stores, people[4], ann).await?;
    stores.matches.end_match(made.id, ann, at(3)).await?;
    decide(stores, ann, people[5], Action::Like).await?;
    decide(stores, ann, people[6], Action::Dislike).await?;
    for (target, moment) in [(people[7], MONDAY), (people[8], MONDAY - 1)] {
        let skip = NewInteraction { at: at(moment), ..decision(ann, target, Action::Skip) };
        stores.matches.record_interaction(skip).await?;
    }
    stores.daily.keep_daily(list(ann, MONDAY, 0, &people[9..10])).await?;
    stores.daily.keep_daily(list(ann, MONDAY, 1, &people[10..11])).await?;
    decide(stores, people[11], ann, Action::Dislike).await?;
    let mut expected = people[1..8].to_vec();
    expected.extend([people[9], people[10]]);
    assert_eq!(stores.daily.left_out(ann, at(MONDAY)).await?, expected);
    assert_eq!(stores.daily.left_out(ann, at(TUESDAY)).await?, people[1..7]);
    assert_eq!(stores.daily.left_out(nobody(), at(MONDAY)).await?, []);
    Ok(())
}

/// A list of a day takes those of earlier days away, the owner's alone.
pub async fn lists_of_earlier_days_are_forgotten(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 3).await?;
    for owner in [people[0], people[1]] {
        stores.daily.keep_daily(list(owner, MONDAY, 0, &people[2..])).await?;
    }
    assert!(stores.daily.keep_daily(list(people[0], TUESDAY, 0, &people[1..2])).await?);
    assert_eq!(listed(stores, people[0], MONDAY).await?, []);
    assert_eq!(listed(stores, people[0], TUESDAY).await?, [people[1]]);
    assert_eq!(listed(stores, people[1], MONDAY).await?, [people[2]]);
    Ok(())
}

/// Only active accounts get lists, and nobody deleted comes into one.
pub async fn only_those_who_take_part_have_lists(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 4).await?;
    stores.accounts.set_status(people[0], AccountStatus::Locked, at(1)).await?;
    stores.accounts.set_status(people[2], AccountStatus::Deleted, at(1)).await?;
    for none in [people[0], people[2], nobody()] {
        assert!(!stores.daily.keep_daily(list(none, MONDAY, 0, &people[3..])).await?);
        assert_eq!(stores.daily.daily(none, at(MONDAY)).await?, None);
    }
    assert!(stores.daily.keep_daily(list(people[1], MONDAY, 0, &[people[2], people[3], nobody()])).await?);
    assert_eq!(stores.daily.left_out(people[1], at(MONDAY)).await?, [people[3]]);
    Ok(())
}

/// Of several who draw at the same moment one does, and all of its list is kept.
pub async fn one_of_two_draws_at_once(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, 7).await?;
    for round in 0..ROUNDS as i64 {
        let drawn = at_once((1..4_usize).map(|n| {
            let (daily, new) = (stores.daily.clone(), list(people[0], MONDAY, round, &people[n..n + 3]));
            async move { daily.keep_daily(new).await }
        }))
        .await?;
        assert_eq!(drawn.iter().filter(|kept| **kept).count(), 1);
        let won = drawn.iter().position(|kept| *kept).expect("one") + 1;
        assert_eq!(listed(stores, people[0], MONDAY).await?, people[won..won + 3]);
    }
    Ok(())
}
