//! Cases about reading some messages of a conversation: without those of hidden people, by identifier, before one.

use super::fixture::{all, at, at_once, group, matched, nobody, nowhere, pair, person, say, text, two};
use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId, ID_LIMIT, MessageId},
    store::{NewMessage, OnStored, Stores},
};

/// A conversation in which three people take turns: the message with number `n` is of the one at `n % 3`.
async fn turns(stores: &Stores, count: usize) -> StoreResult<(ConversationId, [AccountId; 3])> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let place = group(stores, ann, &[ben, cal]).await?;
    let people = [ann, ben, cal];
    for n in 1..=count {
        say(stores, place, people[n % 3], &n.to_string()).await?;
    }
    Ok((place, people))
}

/// Pages without the messages of hidden people are full of what is shown, newest first, with the skipped ones left
/// out before the page begins.
pub async fn pages_leave_out_hidden_people(stores: &Stores) -> StoreResult<()> {
    let (place, [ann, ben, cal]) = turns(stores, 12).await?;
    let page = async |hidden: &[AccountId], before, skip, limit| {
        let page = stores.messages.messages_without(place, hidden, before, skip, limit).await?;
        StoreResult::Ok(page.into_iter().map(|message| message.seq).collect::<Vec<_>>())
    };
    assert_eq!(page(&[], None, 0, 3).await?, [12, 11, 10]);
    assert_eq!(page(&[], None, 2, 3).await?, [10, 9, 8]);
    assert_eq!(page(&[ann], None, 0, 4).await?, [11, 10, 8, 7]);
    assert_eq!(page(&[ann], None, 3, 4).await?, [7, 5, 4, 2]);
    assert_eq!(page(&[ben, ann, nobody(), ann], None, 0, 9).await?, [11, 8, 5, 2]);
    assert_eq!(page(&[ben, ann], Some(11), 1, 9).await?, [5, 2]);
    assert_eq!(page(&[ben], Some(4), 0, 9).await?, [3, 2]);
    assert_eq!(page(&[ben], Some(4), 2, 9).await?, [0_i64; 0]);
    assert_eq!(page(&[ann, ben, cal], None, 0, 9).await?, [0_i64; 0]);
    assert_eq!(page(&[], None, 0, 0).await?, [0_i64; 0]);
    assert_eq!(page(&[], None, 11, usize::MAX).await?, [1]);
    assert_eq!(page(&[], None, usize::MAX, usize::MAX).await?, [0_i64; 0]);
    assert_eq!(page(&[], Some(i64::MIN), 0, 9).await?, [0_i64; 0]);
    assert_eq!(page(&[], Some(i64::MAX), 0, 1).await?, [12]);
    let everything = stores.messages.messages_without(place, &[], None, 0, usize::MAX).await?;
    assert!(everything.into_iter().rev().eq(all(stores, place).await?));
    assert_eq!(stores.messages.messages_without(nowhere(), &[], None, 0, 9).await?, []);
    Ok(())
}

/// The count is of what pages without hidden people show, in groups and between two.
pub async fn counts_leave_out_hidden_people(stores: &Stores) -> StoreResult<()> {
    let (place, [ann, ben, cal]) = turns(stores, 11).await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), super::fixture::at(1)).await?.id;
    for sender in [ann, ben, ben] {
        say(stores, direct, sender, "hello").await?;
    }
    for (where_, hidden, count) in [
        (place, vec![], 11),
        (place, vec![nobody()], 11),
        (place, vec![ann], 8),
        (place, vec![ben, nobody(), ben], 7),
        (place, vec![ann, ben, cal], 0),
        (direct, vec![], 3),
        (direct, vec![cal], 3),
        (direct, vec![cal, ben], 1),
        (direct, vec![ann], 2),
        (nowhere(), vec![], 0),
        (nowhere(), vec![ann], 0),
    ] {
        assert_eq!(stores.messages.count_without(where_, &hidden).await?, count, "{where_} {hidden:?}");
    }
    let empty = group(stores, ann, &[]).await?;
    assert_eq!(stores.messages.count_without(empty, &[ben]).await?, 0);
    Ok(())
}

/// A message is found by its identifier, whatever became of its conversation.
pub async fn a_message_is_found_by_its_identifier(stores: &Stores) -> StoreResult<()> {
    let (place, [ann, ..]) = turns(stores, 3).await?;
    let messages = all(stores, place).await?;
    stores.conversations.end_group(place, ann, super::fixture::at(9)).await?;
    for message in messages {
        assert_eq!(stores.messages.message(message.id).await?, Some(message));
    }
    for unknown in [9_000_000_000, ID_LIMIT - 1] {
        let unknown = MessageId::new(unknown).expect("a valid identifier");
        assert_eq!(stores.messages.message(unknown).await?, None);
    }
    Ok(())
}

/// What comes before an identifier is told for identifiers of the conversation, of others, and of none.
pub async fn what_comes_before_an_identifier_is_known(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let (walks, talks) = (group(stores, ann, &[ben]).await?, group(stores, ann, &[ben]).await?);
    let empty = group(stores, ann, &[]).await?;
    let mut said = Vec::new();
    // One place is as often spoken in as the other, in no regular turns.
    for n in 0_usize..40 {
        let place = if n * n % 7 < 3 { walks } else { talks };
        said.push(say(stores, place, ann, &n.to_string()).await?);
    }
    let before = async |place, id| stores.messages.seq_before(place, id).await;
    for message in &said {
        for place in [walks, talks] {
            let earlier = said.iter().filter(|other| other.conversation == place && other.id < message.id);
            let expected = earlier.map(|earlier| earlier.seq).max().unwrap_or(0);
            assert_eq!(before(place, message.id).await?, expected);
        }
        for place in [empty, nowhere()] {
            assert_eq!(before(place, message.id).await?, 0);
        }
    }
    let last = |place| said.iter().filter(|message| message.conversation == place).count() as i64;
    for (id, expected) in [(1, [0, 0]), (ID_LIMIT - 1, [last(walks), last(talks)])] {
        let id = MessageId::new(id).expect("a valid identifier");
        assert_eq!([before(walks, id).await?, before(talks, id).await?], expected);
    }
    Ok(())
}

/// A day counts for a match when both of the two wrote on it, once, and not again when a clock is set back.
pub async fn days_count_when_both_wrote(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    let days = async || {
        let view = stores.matches.match_view(made.id).await?.expect("a match");
        StoreResult::Ok(view.days)
    };
    assert_eq!(days().await?, 0);
    let direct = stores.conversations.open_direct(pair(ann, ben), at(3)).await?.id;
    let mut counted = Vec::new();
    for (sender, day) in [(ann, 4), (ann, 4), (ben, 5), (ann, 6), (ben, 6), (ann, 6), (ben, 5), (ann, 7)] {
        let message = NewMessage { day, ..text(direct, sender, "x") };
        stores.messages.append_message(message, OnStored::nothing()).await?;
        counted.push(days().await?);
    }
    assert_eq!(counted, [0, 0, 0, 0, 1, 1, 1, 1]);
    Ok(())
}

/// Days are counted right when both write many at once.
pub async fn days_are_counted_when_many_write_at_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), at(3)).await?.id;
    for day in [-1, 0, 1] {
        let jobs = (0..12_usize).map(|n| {
            let stores = stores.clone();
            async move {
                let message = NewMessage { day, ..text(direct, [ann, ben][n % 2], "x") };
                stores.messages.append_message(message, OnStored::nothing()).await.map(drop)
            }
        });
        at_once(jobs).await?;
        let view = stores.matches.match_view(made.id).await?.expect("a match");
        assert_eq!(view.days, day + 2);
    }
    Ok(())
}
