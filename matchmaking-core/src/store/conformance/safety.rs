//! Cases about blocks.

use super::fixture::{ALL, at, at_once, matched, nobody, person, two};
use crate::{
    error::StoreResult,
    ids::AccountId,
    model::{AccountStatus, Relation},
    store::{BLOCKS_PER_PERSON_MAX, BlockOutcome, Slice, Sliced, Stores},
};

/// A block tells whether it is new, and taking it back whether there was one; each direction by itself.
pub async fn a_block_is_new_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    assert_eq!(stores.safety.block(ann, ben, at(1)).await?, BlockOutcome::Blocked);
    assert_eq!(stores.safety.block(ann, ben, at(2)).await?, BlockOutcome::Unchanged);
    assert_eq!(stores.safety.block(ben, ann, at(3)).await?, BlockOutcome::Blocked);
    assert!(stores.safety.unblock(ann, ben).await?);
    assert!(!stores.safety.unblock(ann, ben).await?);
    assert_eq!(stores.safety.blocked_by(ann, ALL).await?.items, []);
    assert_eq!(stores.safety.blocked_by(ben, ALL).await?.items, [ann]);
    let relation = stores.safety.relation(ann, ben).await?.expect("both are known");
    assert!(relation.blocked);
    Ok(())
}

/// Unknown accounts and oneself are not blocked.
pub async fn nobody_blocks_themselves_or_nobody(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    for (by, target) in [(ann, ann), (ann, nobody()), (nobody(), ann)] {
        assert_eq!(stores.safety.block(by, target, at(1)).await?, BlockOutcome::Unchanged);
        assert!(!stores.safety.unblock(by, target).await?);
    }
    assert_eq!(stores.safety.blocked_by(ann, ALL).await?.items, []);
    assert_eq!(stores.safety.blocked_by(nobody(), ALL).await?.items, []);
    Ok(())
}

/// Blocks come in parts by their moment; of the same moment, by account.
pub async fn blocks_come_in_parts(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut others = Vec::new();
    for name in ["b", "c", "d", "e"] {
        others.push(person(stores, name).await?);
    }
    for (other, moment) in others.iter().zip([5, 9, 5, 1]) {
        stores.safety.block(ann, *other, at(moment)).await?;
    }
    // A repetition does not renew it.
    stores.safety.block(ann, others[3], at(99)).await?;
    let expected = [others[3], others[0], others[2], others[1]];
    assert_eq!(stores.safety.blocked_by(ann, ALL).await?.items, expected);
    let part = stores.safety.blocked_by(ann, Slice { newest_first: true, skip: 1, limit: 2 }).await?;
    assert_eq!(part, Sliced { total: 4, items: vec![others[2], others[0]] });
    let beyond = stores.safety.blocked_by(ann, Slice { skip: 9, ..ALL }).await?;
    assert_eq!(beyond, Sliced { total: 4, items: Vec::new() });
    Ok(())
}

/// Nobody blocks more people than [`BLOCKS_PER_PERSON_MAX`], not even at once; taking one back makes room.
pub async fn blocks_are_bounded(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut others = Vec::new();
    for n in 0..BLOCKS_PER_PERSON_MAX + 2 {
        others.push(person(stores, &format!("p{n}")).await?);
    }
    let (early, late) = others.split_at(BLOCKS_PER_PERSON_MAX - 2);
    for other in early {
        assert_eq!(stores.safety.block(ann, *other, at(1)).await?, BlockOutcome::Blocked);
    }
    let block = |other: AccountId| {
        let stores = stores.clone();
        async move { stores.safety.block(ann, other, at(2)).await }
    };
    let outcomes = at_once(late.iter().map(|other| block(*other))).await?;
    let count = |sought| outcomes.iter().filter(|outcome| **outcome == sought).count();
    assert_eq!((count(BlockOutcome::Blocked), count(BlockOutcome::TooMany)), (2, 2));
    assert_eq!(block(early[0]).await?, BlockOutcome::Unchanged, "whoever is blocked stays so");
    let refused = late.iter().zip(&outcomes).find(|(_, outcome)| **outcome == BlockOutcome::TooMany);
    let (refused, _) = refused.expect("one was too many");
    assert!(stores.safety.unblock(ann, early[0]).await?);
    assert_eq!(block(*refused).await?, BlockOutcome::Blocked);
    Ok(())
}

/// A relation is told from the viewer's side, and only of two different known people.
pub async fn a_relation_is_known_from_both_sides(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let open = Relation {
        viewer: AccountStatus::Active,
        target: AccountStatus::Active,
        blocked: false,
        unmatched: false,
    };
    assert_eq!(stores.safety.relation(ann, ben).await?, Some(open));
    let view = matched(stores, ben, ann).await?;
    assert_eq!(stores.safety.relation(ann, ben).await?, Some(open));
    stores.matches.end_match(view.id, ann, at(3)).await?;
    stores.accounts.set_status(ben, AccountStatus::Locked, at(3)).await?;
    let seen = Relation { target: AccountStatus::Locked, unmatched: true, ..open };
    assert_eq!(stores.safety.relation(ann, ben).await?, Some(seen));
    let back = Relation { viewer: AccountStatus::Locked, target: AccountStatus::Active, ..seen };
    assert_eq!(stores.safety.relation(ben, ann).await?, Some(back));
    for (viewer, target) in [(ann, ann), (ann, nobody()), (nobody(), ann)] {
        assert_eq!(stores.safety.relation(viewer, target).await?, None);
    }
    Ok(())
}

/// Hidden from somebody is everyone with a block between the two, either way, and everyone with whom they had a match
/// that was ended, either way: each once, ascending, whatever their status.
pub async fn what_hides_two_is_known_from_both_sides(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let mut others = Vec::new();
    for name in ["cal", "dan", "eve", "fay"] {
        others.push(person(stores, name).await?);
    }
    let [cal, dan, eve, fay] = others[..] else { panic!("four people") };
    let hidden = async |account| stores.safety.hidden_from(account).await;
    assert_eq!(hidden(ann).await?, []);
    assert_eq!(hidden(nobody()).await?, []);

    let with_eve = matched(stores, ann, eve).await?;
    let with_dan = matched(stores, dan, ann).await?;
    let with_cal = matched(stores, ann, cal).await?;
    matched(stores, ann, fay).await?;
    assert_eq!(hidden(ann).await?, [], "a match hides nobody while it lasts");
    assert!(stores.matches.end_match(with_eve.id, eve, at(3)).await?);
    assert!(stores.matches.end_match(with_dan.id, ann, at(3)).await?);
    stores.safety.block(ann, cal, at(4)).await?;
    stores.safety.block(ben, ann, at(4)).await?;
    stores.safety.block(ann, ben, at(4)).await?;
    // Blocked, and unmatched besides.
    stores.safety.block(ann, eve, at(4)).await?;
    stores.safety.block(fay, ben, at(4)).await?;
    stores.accounts.set_status(cal, AccountStatus::Deactivated, at(5)).await?;
    assert_eq!(hidden(ann).await?, [ben, cal, dan, eve]);
    assert_eq!(hidden(ben).await?, [ann, fay]);
    for other in [cal, dan, eve] {
        assert_eq!(hidden(other).await?, [ann]);
    }

    stores.safety.unblock(ann, ben).await?;
    assert_eq!(hidden(ann).await?, [ben, cal, dan, eve], "the other one's block stands");
    stores.safety.unblock(ben, ann).await?;
    stores.safety.unblock(ann, cal).await?;
    stores.safety.unblock(ann, eve).await?;
    assert_eq!(hidden(ann).await?, [dan, eve], "an ended match hides for good");
    assert!(stores.matches.end_match(with_cal.id, ann, at(6)).await?);
    assert_eq!(hidden(cal).await?, [ann]);
    stores.accounts.set_status(dan, AccountStatus::Deleted, at(7)).await?;
    assert_eq!(hidden(ann).await?, [cal, eve], "nothing of a deleted account is left");
    Ok(())
}
