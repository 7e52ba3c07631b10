//! Cases about who sees whom: every read and write agrees with the one rule.

use super::fixture::{ALL, at, decision, group, matched, pair, person, text, to_add, to_match, two};
use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, Action, Match, Relation, may_see},
    store::{
        AppendOutcome, AppendRefusal, CreateMatchOutcome, GroupOutcome, GroupRefusal, InteractionOutcome,
        NewDaily, OnStored, Stores,
    },
};

const STATUSES: [AccountStatus; 4] =
    [AccountStatus::Active, AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted];

/// What a viewer finds of a target with whom they have a match and a direct conversation, and whom they want to add
/// to a group.
async fn check(
    stores: &Stores,
    (viewer, target): (AccountId, AccountId),
    made: &Match,
    (direct, walks): (ConversationId, ConversationId),
    expected: Relation,
) -> StoreResult<()> {
    let relation = stores.safety.relation(viewer, target).await?;
    assert_eq!(relation, Some(expected));
    let visible = may_see(expected);
    let listed = stores.matches.matches_of(viewer).await?;
    assert_eq!(listed.iter().any(|view| view.matched.id == made.id), visible, "matches_of: {expected:?}");
    assert_eq!(stores.matches.match_view(made.id).await?.is_some(), visible, "match_view: {expected:?}");
    let between = stores.matches.match_between(pair(viewer, target)).await?;
    assert_eq!(between.is_some(), visible, "match_between: {expected:?}");
    let again = stores.matches.create_match(to_match(viewer, target)).await?;
    assert_eq!(again != CreateMatchOutcome::NotVisible, visible, "create_match: {expected:?}");
    let before = stores.matches.interaction(viewer, target).await?;
    let decided = stores.matches.record_interaction(decision(viewer, target, Action::Skip)).await?;
    assert_eq!(decided != InteractionOutcome::NotVisible, visible, "record_interaction: {expected:?}");
    if !visible {
        assert_eq!(stores.matches.interaction(viewer, target).await?, before);
    }
    assert_eq!(stores.matches.toggle_like(made.id).await?.is_some(), visible, "toggle_like: {expected:?}");

    let asked = stores.matches.ask_contact(made.id, viewer, at(6)).await?;
    assert_eq!(asked, visible, "ask_contact: {expected:?}");
    let likes = stores.matches.likes_of(target, ALL).await?.items;
    assert_eq!(likes.iter().any(|like| like.target == viewer), visible, "likes_of: {expected:?}");
    let likers = stores.matches.likers_of(viewer, ALL).await?.items;
    assert_eq!(likers.iter().any(|like| like.actor == target), visible, "likers_of: {expected:?}");
    let drawn = stores.daily.daily(viewer, at(0)).await?.into_iter().flat_map(|list| list.entries);
    assert_eq!(drawn.count() == 1, visible, "daily: {expected:?}");

    let listed = stores.conversations.conversations_of(viewer, &[], usize::MAX).await?;
    let listed = listed.iter().any(|summary| summary.conversation.id == direct);
    assert_eq!(listed, visible, "conversations_of: {expected:?}");
    let matched = stores.conversations.matched_conversations(viewer, ALL).await?;
    // What the two wrote is kept for who stays.
    let kept = may_see(Relation { target: AccountStatus::Active, ..expected })
        && expected.target == AccountStatus::Deleted;
    let is_listed = visible || kept;
    assert_eq!(
        (matched.items.len() == 1, matched.total == 1),
        (is_listed, is_listed),
        "matched: {expected:?}"
    );
    let hidden = stores.safety.hidden_from(viewer).await?.contains(&target);
    assert_eq!(hidden, expected.blocked || expected.unmatched, "hidden_from: {expected:?}");
    let standing = stores.conversations.standing(direct, viewer).await?.expect("it is there");
    assert_eq!(standing.relation.map(may_see), Some(visible), "standing: {expected:?}");
    assert_eq!(standing.me, stores.conversations.member(direct, viewer).await?);
    assert!(standing.hidden.is_empty(), "who is hidden in a group is no matter of two");
    let in_group = stores.conversations.standing(walks, viewer).await?.expect("it is there");
    assert_eq!(in_group.hidden, stores.safety.hidden_from(viewer).await?, "standing: {expected:?}");
    assert_eq!((in_group.relation, in_group.match_id), (None, None));
    let added = stores.conversations.add_member(to_add(walks, viewer, target)).await?;
    if visible {
        assert_eq!(added, GroupOutcome::Done(()), "add_member: {expected:?}");
        stores.conversations.remove_member(walks, viewer, target, at(7)).await?;
    } else {
        let reason = match expected.viewer {
            AccountStatus::Active => GroupRefusal::UnknownAccount,
            AccountStatus::Deleted => GroupRefusal::UnknownGroup,
            _ => GroupRefusal::NotMember,
        };
        assert_eq!(added, GroupOutcome::Refused(reason), "add_member: {expected:?}");
    }

    let last = stores.conversations.conversation(direct).await?.map(|kept| kept.last_seq);
    let appended = stores.messages.append_message(text(direct, viewer, "hello"), OnStored::nothing()).await?;
    if visible {
        assert!(matches!(appended, AppendOutcome::Stored(_)), "append: {expected:?}");
        return Ok(());
    }
    let reason = if expected.viewer != AccountStatus::Active {
        AppendRefusal::NotMember
    } else if expected.unmatched || expected.target == AccountStatus::Deleted {
        AppendRefusal::Closed
    } else {
        AppendRefusal::NotVisible
    };
    assert_eq!(appended, AppendOutcome::Refused(reason), "append: {expected:?}");
    assert_eq!(stores.conversations.conversation(direct).await?.map(|kept| kept.last_seq), last);
    Ok(())
}

/// In every combination of two statuses, a block either way and an ended match, every method that shows one
/// person to another or joins them does so exactly when [`may_see`] says so.
pub async fn every_combination_agrees_with_the_rule(stores: &Stores) -> StoreResult<()> {
    for (v, viewer_status) in STATUSES.into_iter().enumerate() {
        for (t, target_status) in STATUSES.into_iter().enumerate() {
            for ended in [false, true] {
                // Nothing of a deleted account remains that could be blocked or ended.
                let deleted = [viewer_status, target_status].contains(&AccountStatus::Deleted);
                if deleted && ended {
                    continue;
                }
                let ann = person(stores, &format!("a{v}{t}{ended}")).await?;
                let ben = person(stores, &format!("b{v}{t}{ended}")).await?;
                let made = matched(stores, ann, ben).await?;
                let direct = stores.conversations.open_direct(pair(ann, ben), at(3)).await?.id;
                stores.matches.record_interaction(decision(ben, ann, Action::Like)).await?;
                let list = NewDaily {
                    account: ann,
                    day: at(0),
                    draw: 0,
                    entries: vec![(ben, 50)],
                    counted_since: at(0),
                    at: at(1),
                };
                stores.daily.keep_daily(list).await?;
                let places = (direct, group(stores, ann, &[]).await?);
                if ended {
                    stores.matches.end_match(made.id, ben, at(4)).await?;
                }
                stores.accounts.set_status(ann, viewer_status, at(5)).await?;
                stores.accounts.set_status(ben, target_status, at(5)).await?;
                let relation = Relation {
                    viewer: viewer_status,
                    target: target_status,
                    blocked: false,
                    unmatched: ended,
                };
                check(stores, (ann, ben), &made, places, relation).await?;
                let blocked = Relation { blocked: true, ..relation };
                for (by, of) in [(ann, ben), (ben, ann)] {
                    stores.safety.block(by, of, at(6)).await?;
                    check(stores, (ann, ben), &made, places, blocked).await?;
                    stores.safety.unblock(by, of).await?;
                }
            }
        }
    }
    Ok(())
}

/// A block hides a match from both; taking it back restores it as it was.
pub async fn a_block_hides_and_unblocking_restores(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    let before = stores.matches.match_view(made.id).await?;
    stores.safety.block(ben, ann, at(3)).await?;
    for side in [ann, ben] {
        assert_eq!(stores.matches.matches_of(side).await?, []);
    }
    stores.safety.unblock(ben, ann).await?;
    assert_eq!(stores.matches.match_view(made.id).await?, before);
    assert_eq!(stores.matches.matches_of(ann).await?.len(), 1);
    Ok(())
}

/// Who is locked or deactivated is out of sight, and back with everything when active again.
pub async fn a_status_hides_and_restores(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    let before = stores.matches.match_view(made.id).await?;
    for status in [AccountStatus::Locked, AccountStatus::Deactivated] {
        stores.accounts.set_status(ann, status, at(3)).await?;
        for side in [ann, ben] {
            assert_eq!(stores.matches.matches_of(side).await?, []);
        }
        stores.accounts.set_status(ann, AccountStatus::Active, at(4)).await?;
        assert_eq!(stores.matches.match_view(made.id).await?, before);
    }
    Ok(())
}

/// Two whose match was ended never match again.
pub async fn an_ended_match_hides_for_good(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    stores.matches.end_match(made.id, ann, at(3)).await?;
    for (one, other) in [(ann, ben), (ben, ann)] {
        let outcome = stores.matches.create_match(to_match(one, other)).await?;
        assert_eq!(outcome, CreateMatchOutcome::NotVisible);
        let outcome = stores.matches.record_interaction(decision(one, other, Action::Like)).await?;
        assert_eq!(outcome, InteractionOutcome::NotVisible);
    }
    assert_eq!(stores.matches.partners(ann).await?, [ben]);
    Ok(())
}
