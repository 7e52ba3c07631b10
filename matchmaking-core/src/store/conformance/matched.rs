//! Cases about the conversations of those who are matched.

use super::fixture::{
    ROUNDS, at, at_once, couple, create, group, matched, named, pair, person, say, text, to_match,
};
use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, Identity, IdentityKind},
    store::{
        AppendOutcome, MatchedConversation, NewAccount, NewMessage, OnStored, ReadOutcome, Slice, Stores,
    },
};

/// A matched pair's conversation.
async fn talk(stores: &Stores, one: AccountId, other: AccountId) -> StoreResult<ConversationId> {
    matched(stores, one, other).await?;
    Ok(stores.conversations.open_direct(pair(one, other), at(3)).await?.id)
}

async fn listed(stores: &Stores, account: AccountId) -> StoreResult<Vec<MatchedConversation>> {
    let list = stores.conversations.matched_conversations(account, Slice::newest(usize::MAX)).await?;
    assert_eq!(list.total, list.items.len());
    Ok(list.items)
}

fn ids(listed: &[MatchedConversation]) -> Vec<ConversationId> {
    listed.iter().map(|matched| matched.summary.conversation.id).collect()
}

/// Pinned ones come first, then by latest activity, then the latest made; in parts of any size.
pub async fn matched_conversations_come_pinned_first_then_by_activity(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut talks = Vec::new();
    let mut others = Vec::new();
    for n in 0..5 {
        let other = person(stores, &format!("o{n}")).await?;
        talks.push(talk(stores, ann, other).await?);
        others.push(other);
    }
    let by = |places: &[usize]| places.iter().map(|place| talks[*place]).collect::<Vec<_>>();
    assert_eq!(ids(&listed(stores, ann).await?), by(&[4, 3, 2, 1, 0]));
    let new = NewMessage { at: at(60), ..text(talks[1], ann, "mine") };
    stores.messages.append_message(new, OnStored::nothing()).await?;
    let new = NewMessage { at: at(50), ..text(talks[0], others[0], "theirs") };
    stores.messages.append_message(new, OnStored::nothing()).await?;
    assert_eq!(ids(&listed(stores, ann).await?), by(&[1, 0, 4, 3, 2]));
    let prefer = |place: usize, pinned| {
        stores.conversations.set_preferences(talks[place], ann, pinned, Some(place.is_multiple_of(2)))
    };
    for place in [2, 3] {
        let member = prefer(place, Some(true)).await?.expect("a member");
        assert_eq!((member.is_pinned, member.is_muted), (true, place.is_multiple_of(2)));
    }
    assert_eq!(ids(&listed(stores, ann).await?), by(&[3, 2, 1, 0, 4]));
    // What is not said stays.
    assert!(prefer(3, None).await?.expect("a member").is_pinned);
    for (size, newest_first) in (1..=6).flat_map(|size| [(size, true), (size, false)]) {
        let mut parts = Vec::new();
        for part in 0..6 {
            let slice = Slice { newest_first, skip: part * size, limit: size };
            let found = stores.conversations.matched_conversations(ann, slice).await?;
            assert_eq!(found.total, 5);
            parts.extend(ids(&found.items));
        }
        let expected = if newest_first { [3, 2, 1, 0, 4] } else { [4, 0, 1, 2, 3] };
        assert_eq!(parts, by(&expected), "{size}");
    }
    let first = &listed(stores, ann).await?[2];
    assert_eq!((first.partner, first.matched_at), (others[1], at(2)));
    assert_eq!(first.summary.last.as_ref().map(|last| last.content.as_str()), Some("mine"));
    // The other side has its own list.
    let theirs = listed(stores, others[3]).await?;
    assert_eq!((theirs.len(), theirs[0].partner, theirs[0].summary.me.is_pinned), (1, ann, false));
    let stranger = stores.conversations.set_preferences(talks[0], others[1], Some(true), None).await?;
    assert_eq!(stranger, None);
    Ok(())
}

/// Only direct conversations of matches whose two may see each other are listed.
pub async fn only_those_of_matches_in_sight_are_listed(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let (ben, cal) = (person(stores, "ben").await?, person(stores, "cal").await?);
    group(stores, ann, &[ben]).await?;
    let plain = stores.conversations.open_direct(pair(ann, cal), at(3)).await?.id;
    say(stores, plain, cal, "x").await?;
    assert_eq!(listed(stores, ann).await?, []);
    assert_eq!(stores.conversations.unread_in_matched(ann).await?, 0);
    let place = talk(stores, ann, ben).await?;
    say(stores, place, ben, "x").await?;
    assert_eq!(ids(&listed(stores, ann).await?), [place]);
    assert_eq!(stores.conversations.unread_in_matched(ann).await?, 1);
    stores.safety.block(ben, ann, at(5)).await?;
    assert_eq!((listed(stores, ann).await?.len(), listed(stores, ben).await?.len()), (0, 0));
    assert_eq!(stores.conversations.unread_in_matched(ann).await?, 0);
    stores.safety.unblock(ben, ann).await?;
    assert_eq!(ids(&listed(stores, ann).await?), [place]);
    for status in [AccountStatus::Locked, AccountStatus::Deactivated] {
        stores.accounts.set_status(ben, status, at(6)).await?;
        assert_eq!((listed(stores, ann).await?.len(), listed(stores, ben).await?.len()), (0, 0));
    }
    Ok(())
}

/// Whoever deletes their account leaves the other one the conversation, unless the two had hidden from each other.
pub async fn conversations_of_deleted_people_are_kept(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut talks = Vec::new();
    for name in ["ben", "cal", "dan", "eve", "fay"] {
        let other = person(stores, name).await?;
        let made = matched(stores, ann, other).await?;
        let place = stores.conversations.open_direct(pair(ann, other), at(3)).await?.id;
        say(stores, place, other, "x").await?;
        talks.push((other, made.id, place));
    }
    let plain = person(stores, "plain").await?;
    let unmatched = stores.conversations.open_direct(pair(ann, plain), at(3)).await?.id;
    let [ben, cal, dan, eve, fay] = talks[..] else { panic!("five people") };
    stores.safety.block(ann, cal.0, at(5)).await?;
    stores.matches.end_match(dan.1, dan.0, at(5)).await?;
    stores.accounts.set_status(eve.0, AccountStatus::Locked, at(5)).await?;
    for gone in [ben.0, cal.0, dan.0, eve.0, plain] {
        assert!(stores.accounts.set_status(gone, AccountStatus::Deleted, at(6)).await?);
    }
    let left = listed(stores, ann).await?;
    assert_eq!(ids(&left), [fay.2, eve.2, ben.2]);
    assert_eq!((left[2].partner, left[2].matched_at, left[2].summary.contact_locked), (ben.0, at(2), true));
    assert_eq!(stores.conversations.unread_in_matched(ann).await?, 3);
    for (place, is_kept) in
        [(ben.2, true), (eve.2, true), (cal.2, false), (dan.2, false), (fay.2, false), (unmatched, false)]
    {
        let standing = stores.conversations.standing(place, ann).await?.expect("it is there");
        assert_eq!(standing.is_kept, is_kept);
    }
    let late = stores.messages.append_message(text(ben.2, ann, "late"), OnStored::nothing()).await?;
    assert!(matches!(late, AppendOutcome::Refused(_)));
    // The last one to go leaves nobody anything.
    stores.accounts.set_status(ann, AccountStatus::Deleted, at(7)).await?;
    assert_eq!(listed(stores, ann).await?, []);
    assert_eq!(ids(&listed(stores, fay.0).await?), [fay.2]);
    Ok(())
}

/// Whatever happens at once to what brings conversations into lists, each list has as many as it says.
pub async fn the_number_of_matched_conversations_is_kept_through_races(stores: &Stores) -> StoreResult<()> {
    const STATUSES: [AccountStatus; 3] =
        [AccountStatus::Active, AccountStatus::Deactivated, AccountStatus::Locked];
    for round in 0..ROUNDS {
        let mut people = Vec::new();
        for n in 0..4 {
            people.push(person(stores, &format!("r{round}p{n}")).await?);
        }
        let ended = matched(stores, people[0], people[1]).await?;
        let mut jobs = Vec::new();
        for (n, one) in people.iter().copied().enumerate() {
            for other in people.iter().copied().skip(n + 1) {
                for step in 0..5 {
                    jobs.push((step, one, other));
                }
            }
        }
        let jobs = jobs.into_iter().enumerate().map(|(n, (step, one, other))| {
            let stores = stores.clone();
            async move {
                match step {
                    0 => stores.matches.create_match(to_match(one, other)).await.map(drop),
                    1 => stores.conversations.open_direct(pair(one, other), at(3)).await.map(drop),
                    2 => stores.safety.block(one, other, at(4)).await.map(drop),
                    3 => stores.safety.unblock(one, other).await.map(drop),
                    _ => {
                        stores.matches.end_match(ended.id, ended.first, at(5)).await?;
                        stores.accounts.set_status(other, STATUSES[n % 3], at(5)).await.map(drop)
                    }
                }
            }
        });
        at_once(jobs).await?;
        for account in people.iter().copied() {
            listed(stores, account).await?;
        }
        for account in people.iter().copied() {
            stores.accounts.set_status(account, AccountStatus::Active, at(6)).await?;
        }
        for account in people.iter().copied() {
            listed(stores, account).await?;
        }
        stores.accounts.set_status(people[3], AccountStatus::Deleted, at(7)).await?;
        for account in people {
            listed(stores, account).await?;
        }
    }
    Ok(())
}

/// What is unread is what others wrote since one read last.
pub async fn unread_is_counted_as_it_comes(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let (ben, cal) = (person(stores, "ben").await?, person(stores, "cal").await?);
    let (one, other) = (talk(stores, ann, ben).await?, talk(stores, ann, cal).await?);
    let unread = async |account| {
        let each = listed(stores, account).await?;
        let each: Vec<i64> = each.into_iter().map(|matched| matched.summary.unread).collect();
        let sum = stores.conversations.unread_in_matched(account).await?;
        assert_eq!(each.iter().sum::<i64>(), sum);
        StoreResult::Ok(sum)
    };
    for by in [ben, ann, ben, ben] {
        say(stores, one, by, "x").await?;
    }
    say(stores, other, cal, "x").await?;
    assert_eq!((unread(ann).await?, unread(ben).await?, unread(cal).await?), (4, 1, 0));
    let read = |account, seq| stores.messages.mark_read(one, account, seq, at(7));
    assert_eq!(read(ann, 2).await?, ReadOutcome::Advanced { from: 0, to: 2 });
    assert_eq!(unread(ann).await?, 3);
    assert_eq!(read(ann, 1).await?, ReadOutcome::Unchanged);
    assert_eq!(unread(ann).await?, 3);
    read(ann, 99).await?;
    read(ben, 2).await?;
    assert_eq!((unread(ann).await?, unread(ben).await?), (1, 0));
    say(stores, one, ben, "x").await?;
    assert_eq!(unread(ann).await?, 2);
    Ok(())
}

/// Contacts are locked between matched people with a telephone until both have asked.
pub async fn contacts_are_locked_until_both_ask(stores: &Stores) -> StoreResult<()> {
    let mut people = Vec::new();
    for number in 0..3 {
        let mut new: NewAccount = named(&format!("p{number}"));
        if number < 2 {
            new.identities.push(Identity::new(IdentityKind::Phone, format!("1380000000{number}")));
        }
        people.push(create(stores, new).await?);
    }
    let locked = async |place, viewer| {
        let standing = stores.conversations.standing(place, viewer).await?.expect("a conversation");
        let listed = stores.conversations.conversations_of(viewer, &[], 9).await?;
        let summary = listed.into_iter().find(|summary| summary.conversation.id == place);
        assert_eq!(summary.expect("it is listed").contact_locked, standing.contact_locked);
        StoreResult::Ok(standing.contact_locked)
    };
    let (one, two, plain) = (people[0], people[1], people[2]);
    let place = stores.conversations.open_direct(pair(one, two), at(1)).await?.id;
    assert!(!locked(place, one).await?);
    let made = matched(stores, one, two).await?;
    assert!(locked(place, one).await? && locked(place, two).await?);
    assert!(stores.matches.ask_contact(made.id, one, at(3)).await?);
    assert!(locked(place, one).await?);
    assert!(stores.matches.ask_contact(made.id, two, at(3)).await?);
    assert!(!locked(place, one).await? && !locked(place, two).await?);
    // Whoever has no telephone has none to ask for.
    let place = talk(stores, one, plain).await?;
    assert!(!locked(place, one).await?);
    let place = group(stores, one, &[two]).await?;
    assert!(!locked(place, one).await?);
    Ok(())
}

/// Reading while the other one writes loses no count.
pub async fn reading_and_writing_at_once_keep_the_count(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let place = talk(stores, ann, ben).await?;
        let jobs = (0..12_i64).map(|n| {
            let stores = stores.clone();
            async move {
                if n % 3 == 2 {
                    stores.messages.mark_read(place, ann, n, at(n)).await.map(drop)
                } else {
                    say(&stores, place, ben, "x").await.map(drop)
                }
            }
        });
        at_once(jobs).await?;
        let me = stores.conversations.member(place, ann).await?.expect("a member");
        let left = 8 - me.read_seq;
        assert_eq!(stores.conversations.unread_in_matched(ann).await?, left, "{me:?}");
    }
    Ok(())
}
