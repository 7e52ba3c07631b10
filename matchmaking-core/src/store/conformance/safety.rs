//! Cases about blocks.

use super::fixture::{at, matched, nobody, person, two};
use crate::{
    error::StoreResult,
    model::{AccountStatus, Relation},
    store::Stores,
};

/// A block tells whether it is new, and taking it back whether there was one; each direction by itself.
pub async fn a_block_is_new_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    assert!(stores.safety.block(ann, ben, at(1)).await?);
    assert!(!stores.safety.block(ann, ben, at(2)).await?);
    assert!(stores.safety.block(ben, ann, at(3)).await?);
    assert!(stores.safety.unblock(ann, ben).await?);
    assert!(!stores.safety.unblock(ann, ben).await?);
    assert_eq!(stores.safety.blocked_by(ann).await?, []);
    assert_eq!(stores.safety.blocked_by(ben).await?, [ann]);
    let relation = stores.safety.relation(ann, ben).await?.expect("both are known");
    assert!(relation.blocked);
    Ok(())
}

/// Unknown accounts and oneself are not blocked.
pub async fn nobody_blocks_themselves_or_nobody(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    for (by, target) in [(ann, ann), (ann, nobody()), (nobody(), ann)] {
        assert!(!stores.safety.block(by, target, at(1)).await?);
        assert!(!stores.safety.unblock(by, target).await?);
    }
    assert_eq!(stores.safety.blocked_by(ann).await?, []);
    assert_eq!(stores.safety.blocked_by(nobody()).await?, []);
    Ok(())
}

/// The latest blocked comes first; of the same moment, the greater number.
pub async fn the_latest_block_comes_first(stores: &Stores) -> StoreResult<()> {
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
    let expected = [others[1], others[2], others[0], others[3]];
    assert_eq!(stores.safety.blocked_by(ann).await?, expected);
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
