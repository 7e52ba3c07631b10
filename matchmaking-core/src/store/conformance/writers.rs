//! Cases about messages that are written at the same moment as others, or as what forbids them.

use std::sync::{Arc, Mutex, PoisonError};

use super::fixture::{
    ROUNDS, all, at, at_once, called, couple, group, matched, pair, person, stored, text, two,
};
use crate::{
    error::StoreResult,
    model::{AccountStatus, Message},
    store::{AppendOutcome, AppendRefusal, OnStored, Stores},
};

/// Keeps what is told of.
fn listen(told: &Arc<Mutex<Vec<Message>>>) -> OnStored {
    let told = Arc::clone(told);
    OnStored::new(move |message| told.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone()))
}

/// Many who write into one conversation at the same moment are numbered without gaps or repetitions, each in the
/// order in which they sent; everyone reads, and is told of, the same order.
pub async fn many_senders_are_numbered_without_gaps(stores: &Stores) -> StoreResult<()> {
    const SENDERS: usize = 32;
    const EACH: usize = 6;
    let owner = person(stores, "owner").await?;
    let mut people = Vec::new();
    for n in 0..SENDERS {
        people.push(person(stores, &format!("p{n}")).await?);
    }
    let walks = group(stores, owner, &people).await?;
    let told = Arc::new(Mutex::new(Vec::new()));
    let sent = at_once(people.iter().copied().map(|sender| {
        let messages = stores.messages.clone();
        let told = Arc::clone(&told);
        async move {
            let mut mine = Vec::new();
            for n in 0..EACH {
                let outcome =
                    messages.append_message(text(walks, sender, &n.to_string()), listen(&told)).await?;
                mine.push(stored(outcome));
            }
            Ok(mine)
        }
    }))
    .await?;
    for mine in &sent {
        assert!(mine.windows(2).all(|two| two[0].seq < two[1].seq));
    }
    let mut sent: Vec<_> = sent.into_iter().flatten().collect();
    sent.sort_by_key(|message| message.seq);
    let total = (SENDERS * EACH) as i64;
    assert!(sent.iter().map(|message| message.seq).eq(1..=total));
    assert_eq!(all(stores, walks).await?, sent);
    assert_eq!(*told.lock().unwrap_or_else(PoisonError::into_inner), sent);
    let mut back = stores.messages.messages_before(walks, None, usize::MAX).await?;
    back.reverse();
    assert_eq!(back, sent);
    assert_eq!(stores.conversations.conversation(walks).await?.map(|kept| kept.last_seq), Some(total));
    Ok(())
}

/// Writers in many conversations at the same moment do not disturb each other's numbers.
pub async fn many_conversations_are_numbered_apart(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let mut places = Vec::new();
    for _ in 0..8 {
        places.push(group(stores, ann, &[ben]).await?);
    }
    at_once((0..96).map(|n| {
        let messages = stores.messages.clone();
        // In opposite directions, so that batches meet the conversations in different orders.
        let (place, sender) = if n % 2 == 0 { (places[n % 8], ann) } else { (places[7 - n % 8], ben) };
        async move { messages.append_message(text(place, sender, &n.to_string()), OnStored::nothing()).await }
    }))
    .await?;
    let mut total = 0;
    for place in places {
        let kept = all(stores, place).await?;
        assert!(kept.iter().map(|message| message.seq).eq(1..=kept.len() as i64));
        total += kept.len();
    }
    assert_eq!(total, 96);
    Ok(())
}

/// One name at the same moment, ten times, is one message; the others are told so.
pub async fn one_name_at_once_is_one_message(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let walks = group(stores, ann, &[]).await?;
    for round in 0..ROUNDS {
        let outcomes = at_once((0..10).map(|n| {
            let messages = stores.messages.clone();
            let new = called(&format!("c{round}"), text(walks, ann, &n.to_string()));
            async move { messages.append_message(new, OnStored::nothing()).await }
        }))
        .await?;
        let mut seen = Vec::new();
        let mut new = 0;
        for outcome in outcomes {
            match outcome {
                AppendOutcome::Stored(message) => {
                    new += 1;
                    seen.push(message);
                }
                AppendOutcome::Duplicate(message) => seen.push(message),
                AppendOutcome::Refused(reason) => panic!("refused: {reason:?}"),
            }
        }
        assert_eq!(new, 1);
        assert!(seen.iter().all(|message| *message == seen[0]));
        assert_eq!(seen[0].seq, round as i64 + 1);
    }
    assert_eq!(all(stores, walks).await?.len(), ROUNDS);
    Ok(())
}

/// Messages that come together are stored, recognised or refused each for itself.
pub async fn each_message_at_once_has_its_own_outcome(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let walks = group(stores, ann, &[ben]).await?;
    let direct = stores.conversations.open_direct(pair(ann, cal), at(1)).await?.id;
    stores.safety.block(cal, ann, at(2)).await?;
    let old = called("old", text(walks, ann, "old"));
    let first = stored(stores.messages.append_message(old.clone(), OnStored::nothing()).await?);
    let outcomes = at_once((0..60).map(|n| {
        let messages = stores.messages.clone();
        let new = match n % 6 {
            0 | 1 => text(walks, ann, "fine"),
            2 => text(walks, cal, "no member"),
            3 => text(direct, ann, "out of sight"),
            4 => old.clone(),
            _ => text(super::fixture::nowhere(), ben, "nowhere"),
        };
        async move { messages.append_message(new, OnStored::nothing()).await }
    }))
    .await?;
    for (n, outcome) in outcomes.into_iter().enumerate() {
        match n % 6 {
            0 | 1 => assert!(matches!(outcome, AppendOutcome::Stored(_)), "{outcome:?}"),
            2 => assert_eq!(outcome, AppendOutcome::Refused(AppendRefusal::NotMember)),
            3 => assert_eq!(outcome, AppendOutcome::Refused(AppendRefusal::NotVisible)),
            4 => assert_eq!(outcome, AppendOutcome::Duplicate(first.clone())),
            _ => assert_eq!(outcome, AppendOutcome::Refused(AppendRefusal::UnknownConversation)),
        }
    }
    assert_eq!(all(stores, walks).await?.len(), 21);
    assert_eq!(all(stores, direct).await?, []);
    Ok(())
}

/// Messages that meet the end of a match are stored before it or refused; none comes after.
pub async fn nothing_is_stored_after_the_end_of_a_match(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS / 2 {
        let (ann, ben) = couple(stores, round).await?;
        let made = matched(stores, ann, ben).await?;
        let direct = stores.conversations.open_direct(pair(ann, ben), at(3)).await?.id;
        let writers: Vec<_> = (0..8)
            .map(|n| {
                let messages = stores.messages.clone();
                let sender = if n % 2 == 0 { ann } else { ben };
                tokio::spawn(async move {
                    messages.append_message(text(direct, sender, "x"), OnStored::nothing()).await
                })
            })
            .collect();
        assert!(stores.matches.end_match(made.id, ben, at(4)).await?);
        let last = stores.conversations.conversation(direct).await?.map_or(0, |kept| kept.last_seq);
        let mut stored = 0;
        for writer in writers {
            match writer.await.expect("no panic")? {
                AppendOutcome::Stored(_) => stored += 1,
                outcome => assert_eq!(outcome, AppendOutcome::Refused(AppendRefusal::Closed)),
            }
        }
        assert_eq!(all(stores, direct).await?.len(), stored);
        assert_eq!(last, stored as i64, "a message was stored after the end");
    }
    Ok(())
}

/// Messages that meet a deactivation are stored before it or refused; none comes after.
pub async fn nothing_is_stored_after_a_deactivation(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS / 2 {
        let (ann, ben) = couple(stores, round).await?;
        let direct = stores.conversations.open_direct(pair(ann, ben), at(3)).await?.id;
        let writers: Vec<_> = (0..8)
            .map(|n| {
                let messages = stores.messages.clone();
                let sender = if n % 2 == 0 { ann } else { ben };
                tokio::spawn(async move {
                    (sender, messages.append_message(text(direct, sender, "x"), OnStored::nothing()).await)
                })
            })
            .collect();
        assert!(stores.accounts.set_status(ann, AccountStatus::Deactivated, at(4)).await?);
        let last = stores.conversations.conversation(direct).await?.map_or(0, |kept| kept.last_seq);
        for writer in writers {
            let (sender, outcome) = writer.await.expect("no panic");
            let reason = if sender == ann { AppendRefusal::NotMember } else { AppendRefusal::NotVisible };
            match outcome? {
                AppendOutcome::Stored(message) => assert!(message.seq <= last, "stored after the end"),
                outcome => assert_eq!(outcome, AppendOutcome::Refused(reason)),
            }
        }
        assert_eq!(all(stores, direct).await?.len() as i64, last);
    }
    Ok(())
}

/// A sender who goes away midway and comes back to send again has sent one message, of which is told once.
pub async fn a_sender_who_leaves_neither_loses_nor_doubles(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let walks = group(stores, ann, &[]).await?;
    let told = Arc::new(Mutex::new(Vec::new()));
    for n in 0..ROUNDS {
        let messages = stores.messages.clone();
        let new = called(&n.to_string(), text(walks, ann, &n.to_string()));
        let repeat = new.clone();
        let first = listen(&told);
        let leaving = tokio::spawn(async move { messages.append_message(new, first).await });
        for _ in 0..n {
            tokio::task::yield_now().await;
        }
        leaving.abort();
        let gone = leaving.await;
        match stores.messages.append_message(repeat, listen(&told)).await? {
            AppendOutcome::Stored(_) => assert!(gone.is_err(), "an acknowledged message was lost"),
            AppendOutcome::Duplicate(_) => {}
            AppendOutcome::Refused(reason) => panic!("refused: {reason:?}"),
        }
        let kept = all(stores, walks).await?;
        assert_eq!(kept.len(), n + 1);
        assert_eq!(*told.lock().unwrap_or_else(PoisonError::into_inner), kept);
    }
    Ok(())
}
