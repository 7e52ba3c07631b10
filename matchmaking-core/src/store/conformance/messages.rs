//! Cases about messages.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::fixture::{
    all, at, called, group, leave, matched, nobody, nowhere, odd_texts, pair, person, say, stored, text, two,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    model::{AccountStatus, Message, MessageDetails, MessageKind},
    store::{AppendOutcome, AppendRefusal, NewMessage, OnStored, Stores},
};

fn numbers(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|message| message.seq).collect()
}

/// Messages are numbered from 1 without gaps, each conversation by itself.
pub async fn messages_are_counted_from_one(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[ben]).await?;
    let talks = group(stores, ann, &[ben]).await?;
    for seq in 1..=3 {
        assert_eq!(say(stores, walks, ann, "a").await?.seq, seq);
        assert_eq!(say(stores, talks, ben, "b").await?.seq, seq);
    }
    for place in [walks, talks] {
        assert_eq!(numbers(&all(stores, place).await?), [1, 2, 3]);
        let kept = stores.conversations.conversation(place).await?.expect("the group");
        assert_eq!(kept.last_seq, 3);
    }
    Ok(())
}

/// Every kind of message, odd texts and extreme moments come back as they were.
pub async fn every_kind_and_text_comes_back(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let walks = group(stores, ann, &[]).await?;
    let kinds: Vec<MessageKind> = (1..=8).filter_map(MessageKind::from_code).collect();
    let mut sent = Vec::new();
    for (n, odd) in odd_texts().into_iter().enumerate() {
        let new = NewMessage {
            conversation: walks,
            sender: ann,
            kind: kinds[n % kinds.len()],
            client_message_id: (n % 2 == 0 && odd.len() < 1_000).then(|| odd.clone()),
            content: odd,
            at: Millis([i64::MIN, i64::MAX, 0, -1][n % 4]),
            day: 0,
            details: MessageDetails::default(),
        };
        let message = stored(stores.messages.append_message(new.clone(), OnStored::nothing()).await?);
        let expected = Message {
            id: message.id,
            conversation: walks,
            seq: n as i64 + 1,
            sender: ann,
            kind: new.kind,
            content: new.content,
            client_message_id: new.client_message_id,
            sent_at: new.at,
            details: new.details,
            recalled_at: None,
        };
        assert_eq!(message, expected);
        sent.push(message);
    }
    assert_eq!(all(stores, walks).await?, sent);
    Ok(())
}

/// A message is refused for the first reason that holds: no such conversation, no part in it, closed, out of
/// sight.
pub async fn each_refusal_has_its_reason(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let walks = group(stores, ann, &[ben]).await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), at(1)).await?.id;
    let made = matched(stores, ann, ben).await?;
    let refused = async |place, sender, reason| {
        let outcome = stores.messages.append_message(text(place, sender, "x"), OnStored::nothing()).await?;
        assert_eq!(outcome, AppendOutcome::Refused(reason));
        StoreResult::Ok(())
    };
    refused(nowhere(), ann, AppendRefusal::UnknownConversation).await?;
    refused(nowhere(), nobody(), AppendRefusal::UnknownConversation).await?;
    for place in [walks, direct] {
        refused(place, cal, AppendRefusal::NotMember).await?;
        refused(place, nobody(), AppendRefusal::NotMember).await?;
    }
    leave(stores, walks, ben).await?;
    refused(walks, ben, AppendRefusal::NotMember).await?;
    stores.safety.block(ben, ann, at(2)).await?;
    refused(direct, ann, AppendRefusal::NotVisible).await?;
    stores.matches.end_match(made.id, ann, at(3)).await?;
    refused(direct, ann, AppendRefusal::Closed).await?;
    for status in [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted] {
        stores.accounts.set_status(ann, status, at(4)).await?;
        for place in [walks, direct] {
            refused(place, ann, AppendRefusal::NotMember).await?;
        }
    }
    for place in [walks, direct] {
        assert_eq!(all(stores, place).await?, []);
        assert_eq!(stores.conversations.conversation(place).await?.map(|kept| kept.last_seq), Some(0));
    }
    Ok(())
}

/// A message sent again under its client's name is the first one, whatever it says now; nothing is stored.
pub async fn a_repeat_is_the_first_message(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let walks = group(stores, ann, &[]).await?;
    let first = stored(
        stores.messages.append_message(called("c1", text(walks, ann, "one")), OnStored::nothing()).await?,
    );
    assert_eq!(first.client_message_id.as_deref(), Some("c1"));
    for content in ["one", "another"] {
        let outcome = stores
            .messages
            .append_message(called("c1", text(walks, ann, content)), OnStored::nothing())
            .await?;
        assert_eq!(outcome, AppendOutcome::Duplicate(first.clone()));
    }
    // Names are compared exactly, and an empty one is a name; without one nothing is a repeat.
    for name in ["C1", "c1 ", "", "缘"] {
        stored(
            stores
                .messages
                .append_message(called(name, text(walks, ann, "one")), OnStored::nothing())
                .await?,
        );
    }
    let outcome =
        stores.messages.append_message(called("", text(walks, ann, "one")), OnStored::nothing()).await?;
    assert!(matches!(outcome, AppendOutcome::Duplicate(message) if message.seq == 4));
    for seq in [6, 7] {
        assert_eq!(say(stores, walks, ann, "one").await?.seq, seq);
    }
    Ok(())
}

/// A repeat is answered with the first message even where a new one would be refused.
pub async fn a_repeat_is_recognised_before_refusals(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), at(1)).await?.id;
    let new = called("c1", text(direct, ann, "one"));
    let first = stored(stores.messages.append_message(new.clone(), OnStored::nothing()).await?);
    let again = AppendOutcome::Duplicate(first);
    stores.safety.block(ben, ann, at(2)).await?;
    assert_eq!(stores.messages.append_message(new.clone(), OnStored::nothing()).await?, again);
    stores.matches.end_match(made.id, ben, at(3)).await?;
    assert_eq!(stores.messages.append_message(new.clone(), OnStored::nothing()).await?, again);
    stores.accounts.set_status(ann, AccountStatus::Locked, at(4)).await?;
    assert_eq!(stores.messages.append_message(new, OnStored::nothing()).await?, again);
    Ok(())
}

/// The same name from another sender or in another conversation is another message.
pub async fn names_belong_to_sender_and_conversation(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[ben]).await?;
    let talks = group(stores, ann, &[ben]).await?;
    let mut ids = BTreeSet::new();
    for place in [walks, talks] {
        for sender in [ann, ben] {
            let new = called("c1", text(place, sender, "x"));
            ids.insert(stored(stores.messages.append_message(new, OnStored::nothing()).await?).id);
        }
    }
    assert_eq!(ids.len(), 4);
    Ok(())
}

/// Of a message that is stored as new is told exactly once, before its sender hears of it; of repeats and
/// refusals nothing is told. A listener that panics harms nobody.
pub async fn what_is_stored_is_told_of_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[]).await?;
    let told = Arc::new(Mutex::new(Vec::new()));
    let listen = || {
        let told = Arc::clone(&told);
        OnStored::new(move |message| {
            told.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        })
    };
    let heard = || told.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let new = called("c1", text(walks, ann, "one"));
    let first = stored(stores.messages.append_message(new.clone(), listen()).await?);
    assert_eq!(heard(), std::slice::from_ref(&first));
    stores.messages.append_message(new, listen()).await?;
    stores.messages.append_message(text(walks, ben, "no member"), listen()).await?;
    assert_eq!(heard(), std::slice::from_ref(&first));
    let panics = OnStored::new(|_| panic!("a listener of a test"));
    stored(stores.messages.append_message(text(walks, ann, "two"), panics).await?);
    let third = stored(stores.messages.append_message(text(walks, ann, "three"), listen()).await?);
    assert_eq!((third.seq, heard()), (3, vec![first, third]));
    Ok(())
}

/// Pages from the newest go back, newest first.
pub async fn pages_go_back_from_the_newest(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let (walks, talks) = (group(stores, ann, &[]).await?, group(stores, ann, &[]).await?);
    for n in 1..=7 {
        say(stores, walks, ann, &n.to_string()).await?;
        say(stores, talks, ann, "elsewhere").await?;
    }
    let page = async |before, limit| {
        stores.messages.messages_before(walks, before, limit).await.map(|page| numbers(&page))
    };
    assert_eq!(page(None, 3).await?, [7, 6, 5]);
    assert_eq!(page(Some(5), 3).await?, [4, 3, 2]);
    assert_eq!(page(Some(2), 3).await?, [1]);
    assert_eq!(page(Some(1), 3).await?, [0_i64; 0]);
    assert_eq!(page(Some(100), 2).await?, [7, 6]);
    assert_eq!(page(None, 0).await?, [0_i64; 0]);
    assert_eq!(page(None, usize::MAX).await?.len(), 7);
    Ok(())
}

/// Pages from a number go on, oldest first.
pub async fn pages_go_on_from_a_number(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let walks = group(stores, ann, &[]).await?;
    for n in 1..=7 {
        say(stores, walks, ann, &n.to_string()).await?;
    }
    let page = async |after, limit| {
        stores.messages.messages_after(walks, after, limit).await.map(|page| numbers(&page))
    };
    assert_eq!(page(0, 3).await?, [1, 2, 3]);
    assert_eq!(page(3, 3).await?, [4, 5, 6]);
    assert_eq!(page(6, 3).await?, [7]);
    assert_eq!(page(7, 3).await?, [0_i64; 0]);
    assert_eq!(page(-5, 2).await?, [1, 2]);
    assert_eq!(page(0, 0).await?, [0_i64; 0]);
    Ok(())
}

/// The least and greatest numbers are taken like any other.
pub async fn extreme_numbers_are_numbers(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let walks = group(stores, ann, &[]).await?;
    say(stores, walks, ann, "x").await?;
    let before =
        async |seq| stores.messages.messages_before(walks, Some(seq), 9).await.map(|page| page.len());
    let after = async |seq| stores.messages.messages_after(walks, seq, 9).await.map(|page| page.len());
    assert_eq!((before(i64::MIN).await?, before(i64::MAX).await?), (0, 1));
    assert_eq!((after(i64::MIN).await?, after(i64::MAX).await?), (1, 0));
    Ok(())
}

/// The identifiers of messages are unique over all conversations and grow with the numbers of each.
pub async fn identifiers_are_unique_and_grow(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let places = [group(stores, ann, &[]).await?, group(stores, ann, &[]).await?];
    let mut tasks = Vec::new();
    for n in 0..40 {
        let messages = stores.messages.clone();
        let new = text(places[n % 2], ann, &n.to_string());
        tasks.push(tokio::spawn(async move { messages.append_message(new, OnStored::nothing()).await }));
    }
    let mut ids = BTreeSet::new();
    for task in tasks {
        ids.insert(stored(task.await.expect("no panic")?).id);
    }
    assert_eq!(ids.len(), 40);
    for place in places {
        let kept = all(stores, place).await?;
        assert_eq!(numbers(&kept), (1..=20).collect::<Vec<_>>());
        assert!(kept.windows(2).all(|two| two[0].id < two[1].id));
    }
    Ok(())
}
