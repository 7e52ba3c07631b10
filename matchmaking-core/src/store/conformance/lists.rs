//! Cases about the lists of a person's groups and conversations.

use super::fixture::{
    at, done, group, leave, matched, nobody, pair, person, say, text, to_add, to_make, two,
};
use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, Message, Role},
    store::{ConversationSummary, NewGroup, NewMember, NewMessage, OnStored, Stores},
};

async fn list(stores: &Stores, account: AccountId) -> StoreResult<Vec<ConversationSummary>> {
    stores.conversations.conversations_of(account, &[], usize::MAX).await
}

fn ids(summaries: &[ConversationSummary]) -> Vec<ConversationId> {
    summaries.iter().map(|summary| summary.conversation.id).collect()
}

/// Says something at a moment.
async fn say_at(stores: &Stores, place: ConversationId, sender: AccountId, n: i64) -> StoreResult<Message> {
    let new = NewMessage { at: at(n), ..text(place, sender, &n.to_string()) };
    stores.messages.append_message(new, OnStored::nothing()).await.map(super::fixture::stored)
}

/// The groups of a person come oldest first, each with the person's part in it, without direct conversations and
/// without what they left or what ended.
pub async fn groups_come_oldest_first(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    assert_eq!(stores.conversations.groups_of(ann).await?, []);
    assert_eq!(stores.conversations.groups_of(nobody()).await?, []);
    let first = group(stores, ben, &[]).await?;
    let second = group(stores, ann, &[ben]).await?;
    stores.conversations.open_direct(pair(ann, ben), at(1)).await?;
    let left = group(stores, ben, &[ann]).await?;
    leave(stores, left, ann).await?;
    let ended = group(stores, ben, &[ann]).await?;
    done(stores.conversations.end_group(ended, ben, at(6)).await?);
    let third = group(stores, ben, &[ann]).await?;
    // Joined last, and yet the oldest.
    let new = NewMember { role: Role::Admin, at: at(9), ..to_add(first, ben, ann) };
    done(stores.conversations.add_member(new).await?);
    say(stores, second, ben, "hello").await?;
    stores.messages.mark_read(second, ann, 1, at(7)).await?;

    let mut expected = Vec::new();
    for place in [first, second, third] {
        let conversation = stores.conversations.conversation(place).await?.expect("the group");
        expected.push((conversation, stores.conversations.member(place, ann).await?.expect("a member")));
    }
    assert_eq!(stores.conversations.groups_of(ann).await?, expected);
    Ok(())
}

/// Conversations come by their latest activity: the last message, or their making while there is none; of the same
/// moment the newer conversation first.
pub async fn conversations_come_by_activity(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    assert_eq!(list(stores, ann).await?, []);
    assert_eq!(list(stores, nobody()).await?, []);
    let make = async |n| {
        let new = NewGroup { at: at(n), ..to_make(ann) };
        stores.conversations.create_group(new).await.map(|made| done(made).id)
    };
    let (old, new) = (make(10).await?, make(30).await?);
    let direct = stores.conversations.open_direct(pair(ann, ben), at(20)).await?.id;
    let other = stores.conversations.open_direct(pair(ann, cal), at(30)).await?.id;
    assert_eq!(ids(&list(stores, ann).await?), [other, new, direct, old]);
    say_at(stores, direct, ann, 40).await?;
    let last = say_at(stores, old, ann, 50).await?;
    let summaries = list(stores, ann).await?;
    assert_eq!(ids(&summaries), [old, direct, other, new]);
    assert_eq!(summaries[0].last, Some(last));
    assert_eq!((summaries[0].active_at(), summaries[3].active_at()), (at(50), at(30)));
    assert_eq!(summaries[2].last, None);
    // The last message is the one with the highest number, whatever its sender's clock said.
    say_at(stores, old, ann, 35).await?;
    assert_eq!(ids(&list(stores, ann).await?), [direct, old, other, new]);
    for (limit, expected) in [(0, &[][..]), (1, &[direct]), (3, &[direct, old, other])] {
        let page = stores.conversations.conversations_of(ann, &[], limit).await?;
        assert_eq!(ids(&page), expected);
    }
    assert_eq!(ids(&list(stores, ben).await?), [direct]);
    Ok(())
}

/// A summary is the conversation and the member's part as they stand, the last message, and how many messages of
/// others come after the last one they read.
pub async fn a_summary_counts_what_others_said_since(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[ben]).await?;
    let unread = async |account| StoreResult::Ok(list(stores, account).await?[0].unread);
    assert_eq!(unread(ann).await?, 0);
    for (n, sender) in [ben, ann, ben, ben, ann].into_iter().enumerate() {
        say_at(stores, walks, sender, 10 + n as i64).await?;
    }
    assert_eq!((unread(ann).await?, unread(ben).await?), (3, 2));
    stores.messages.mark_read(walks, ann, 3, at(20)).await?;
    stores.messages.mark_delivered(walks, ann, 5).await?;
    assert_eq!((unread(ann).await?, unread(ben).await?), (1, 2));
    stores.messages.mark_read(walks, ann, 5, at(20)).await?;
    stores.messages.mark_read(walks, ben, 1, at(20)).await?;
    assert_eq!((unread(ann).await?, unread(ben).await?), (0, 2));

    let summary = ConversationSummary {
        conversation: stores.conversations.conversation(walks).await?.expect("the group"),
        me: stores.conversations.member(walks, ben).await?.expect("a member"),
        last: stores.messages.messages_before(walks, None, 1).await?.pop(),
        unread: 2,
        contact_locked: false,
    };
    assert_eq!(list(stores, ben).await?, [summary]);
    Ok(())
}

/// What hidden people wrote is neither shown nor counted, and moves nothing up the list.
pub async fn what_hidden_people_wrote_is_left_out(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let (walks, hikes) = (group(stores, ann, &[ben, cal]).await?, group(stores, ann, &[ben, cal]).await?);
    let shown = say_at(stores, walks, cal, 10).await?;
    say_at(stores, hikes, cal, 20).await?;
    for n in 0..3 {
        say_at(stores, walks, ben, 30 + n).await?;
    }
    let summaries = list(stores, ann).await?;
    assert_eq!((ids(&summaries), summaries[0].unread), (vec![walks, hikes], 4));
    let summaries = stores.conversations.conversations_of(ann, &[nobody(), ben, ben], 10).await?;
    assert_eq!(ids(&summaries), [hikes, walks]);
    assert_eq!((summaries[1].last.as_ref(), summaries[1].unread), (Some(&shown), 1));
    // The page is cut after what is hidden was left out.
    let summaries = stores.conversations.conversations_of(ann, &[ben], 1).await?;
    assert_eq!(ids(&summaries), [hikes]);
    let summaries = stores.conversations.conversations_of(ann, &[ben, cal], 10).await?;
    assert_eq!(ids(&summaries), [hikes, walks]);
    assert!(summaries.iter().all(|summary| summary.last.is_none() && summary.unread == 0));
    // A group of a hidden person is listed all the same.
    assert_eq!(stores.conversations.conversations_of(ben, &[ann], 10).await?.len(), 2);
    Ok(())
}

/// A direct conversation is listed while its two see each other, and comes back with what it had; a group is listed
/// whoever is in it.
pub async fn direct_conversations_are_listed_while_the_two_see_each_other(
    stores: &Stores,
) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), at(3)).await?.id;
    let walks = group(stores, ann, &[ben]).await?;
    say_at(stores, direct, ben, 50).await?;
    let before = (list(stores, ann).await?, list(stores, ben).await?);
    assert_eq!((ids(&before.0), ids(&before.1)), (vec![direct, walks], vec![direct, walks]));
    let hidden = async || {
        for account in [ann, ben] {
            assert_eq!(ids(&list(stores, account).await?), [walks]);
        }
        StoreResult::Ok(())
    };
    for (by, of) in [(ann, ben), (ben, ann)] {
        stores.safety.block(by, of, at(51)).await?;
        hidden().await?;
        stores.safety.unblock(by, of).await?;
    }
    stores.accounts.set_status(ben, AccountStatus::Locked, at(52)).await?;
    hidden().await?;
    stores.accounts.set_status(ben, AccountStatus::Active, at(53)).await?;
    assert_eq!((list(stores, ann).await?, list(stores, ben).await?), before);
    stores.matches.end_match(made.id, ann, at(54)).await?;
    hidden().await
}

/// Groups that ended and groups that somebody left are in nobody's list any more.
pub async fn what_ended_is_not_listed(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let (left, ended) = (group(stores, ann, &[ben]).await?, group(stores, ann, &[ben]).await?);
    say_at(stores, ended, ben, 9).await?;
    assert_eq!(ids(&list(stores, ben).await?), [ended, left]);
    leave(stores, left, ben).await?;
    assert_eq!(ids(&list(stores, ben).await?), [ended]);
    done(stores.conversations.end_group(ended, ann, at(10)).await?);
    assert_eq!(list(stores, ben).await?, []);
    assert_eq!(ids(&list(stores, ann).await?), [left]);
    Ok(())
}

/// Some of a person's conversations are summarised as the list does it, by identifier, whoever may see whom.
pub async fn some_conversations_are_summarised(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), at(1)).await?.id;
    let common = group(stores, ann, &[ben, cal]).await?;
    let strange = group(stores, ben, &[cal]).await?;
    say(stores, direct, ben, "hello").await?;
    say(stores, common, cal, "hi").await?;
    let mut listed = list(stores, ann).await?;
    listed.sort_by_key(|summary| summary.conversation.id);
    let some = async |hidden: &[_], ids: &[_]| stores.conversations.summaries_of(ann, hidden, ids).await;
    assert_eq!(some(&[], &[common, strange, direct, common]).await?, listed);
    assert_eq!(some(&[], &[]).await?, []);
    let without_cal = some(&[cal], &[common]).await?;
    assert_eq!((&without_cal[0].last, without_cal[0].unread), (&None, 0));
    stores.safety.block(ben, ann, at(2)).await?;
    assert_eq!(ids(&some(&[], &[direct]).await?), [direct]);
    Ok(())
}

/// All conversations of a person are walked through by identifier, in parts.
pub async fn conversations_are_walked_through(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), at(1)).await?.id;
    let mut mine = vec![direct];
    for n in 0..4 {
        let made = group(stores, ben, &[ann]).await?;
        if n == 1 {
            leave(stores, made, ann).await?;
        } else {
            mine.push(made);
        }
    }
    stores.safety.block(ben, ann, at(2)).await?;
    let after = async |after, limit| stores.conversations.conversations_after(ann, after, limit).await;
    assert_eq!(after(None, 9).await?, mine);
    assert_eq!(after(None, 2).await?, mine[..2]);
    assert_eq!(after(Some(mine[1]), 9).await?, mine[2..]);
    assert_eq!(after(Some(mine[3]), 9).await?, []);
    assert_eq!(stores.conversations.conversations_after(nobody(), None, 9).await?, []);
    Ok(())
}
