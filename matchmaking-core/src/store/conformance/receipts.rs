//! Cases about what was delivered and read.

use super::fixture::{at, done, group, leave, marks, nobody, nowhere, person, say, to_add, two};
use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId},
    store::{ReadMark, ReadOutcome, Stores},
};

async fn spoken(stores: &Stores, count: usize) -> StoreResult<(ConversationId, AccountId, AccountId)> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[ben]).await?;
    for n in 0..count {
        say(stores, walks, ann, &n.to_string()).await?;
    }
    Ok((walks, ann, ben))
}

async fn come(stores: &Stores, place: ConversationId, account: AccountId) -> StoreResult<(i64, i64)> {
    let member = stores.conversations.member(place, account).await?.expect("a member");
    Ok((member.read_seq, member.delivered_seq))
}

/// Reading moves forward and tells from where to where; a lesser or equal number changes nothing.
pub async fn reading_goes_forward_only(stores: &Stores) -> StoreResult<()> {
    let (walks, ann, ben) = spoken(stores, 5).await?;
    for (seq, outcome) in [
        (2, ReadOutcome::Advanced { from: 0, to: 2 }),
        (2, ReadOutcome::Unchanged),
        (1, ReadOutcome::Unchanged),
        (0, ReadOutcome::Unchanged),
        (i64::MIN, ReadOutcome::Unchanged),
        (4, ReadOutcome::Advanced { from: 2, to: 4 }),
    ] {
        assert_eq!(stores.messages.mark_read(walks, ben, seq, at(seq.clamp(0, 9))).await?, outcome, "{seq}");
    }
    assert_eq!(come(stores, walks, ben).await?.0, 4);
    assert_eq!(come(stores, walks, ann).await?, (0, 0));
    let mark = |seq| ReadMark { account: ben, seq, at: at(seq) };
    assert_eq!(marks(stores, walks).await?, [mark(2), mark(4)]);
    Ok(())
}

/// Reading and delivery stop at the last message, and wait there for the next.
pub async fn reading_stops_at_the_last_message(stores: &Stores) -> StoreResult<()> {
    let (walks, ann, ben) = spoken(stores, 2).await?;
    let to_two = ReadOutcome::Advanced { from: 0, to: 2 };
    assert_eq!(stores.messages.mark_delivered(walks, ben, i64::MAX).await?, to_two);
    assert_eq!(stores.messages.mark_read(walks, ben, i64::MAX, at(6)).await?, to_two);
    assert_eq!(stores.messages.mark_read(walks, ben, 3, at(7)).await?, ReadOutcome::Unchanged);
    assert_eq!(marks(stores, walks).await?, [ReadMark { account: ben, seq: 2, at: at(6) }]);
    say(stores, walks, ann, "next").await?;
    let to_three = ReadOutcome::Advanced { from: 2, to: 3 };
    assert_eq!(stores.messages.mark_read(walks, ben, 3, at(8)).await?, to_three);
    let empty = group(stores, ann, &[]).await?;
    assert_eq!(stores.messages.mark_read(empty, ann, 1, at(8)).await?, ReadOutcome::Unchanged);
    assert_eq!(marks(stores, empty).await?, []);
    Ok(())
}

/// What is read was delivered, and what was delivered further stays so.
pub async fn what_is_read_was_delivered(stores: &Stores) -> StoreResult<()> {
    let (walks, _, ben) = spoken(stores, 5).await?;
    stores.messages.mark_read(walks, ben, 2, at(6)).await?;
    assert_eq!(come(stores, walks, ben).await?, (2, 2));
    stores.messages.mark_delivered(walks, ben, 5).await?;
    stores.messages.mark_read(walks, ben, 3, at(7)).await?;
    assert_eq!(come(stores, walks, ben).await?, (3, 5));
    assert_eq!(stores.messages.mark_delivered(walks, ben, 4).await?, ReadOutcome::Unchanged);
    assert_eq!(come(stores, walks, ben).await?, (3, 5));
    Ok(())
}

/// Delivery moves forward by itself; it reads nothing and leaves no mark.
pub async fn delivery_does_not_read(stores: &Stores) -> StoreResult<()> {
    let (walks, _, ben) = spoken(stores, 3).await?;
    let outcome = stores.messages.mark_delivered(walks, ben, 2).await?;
    assert_eq!(outcome, ReadOutcome::Advanced { from: 0, to: 2 });
    assert_eq!(come(stores, walks, ben).await?, (0, 2));
    assert_eq!(marks(stores, walks).await?, []);
    Ok(())
}

/// Who is no member marks nothing.
pub async fn strangers_mark_nothing(stores: &Stores) -> StoreResult<()> {
    let (walks, ann, ben) = spoken(stores, 3).await?;
    let cal = person(stores, "cal").await?;
    leave(stores, walks, ben).await?;
    for (place, account) in [(walks, cal), (walks, nobody()), (walks, ben), (nowhere(), ann)] {
        assert_eq!(stores.messages.mark_read(place, account, 1, at(6)).await?, ReadOutcome::NotMember);
        assert_eq!(stores.messages.mark_delivered(place, account, 1).await?, ReadOutcome::NotMember);
    }
    assert_eq!(marks(stores, walks).await?, []);
    Ok(())
}

/// Marks come ordered by account, then number, each with its own moment.
pub async fn marks_come_by_account_then_number(stores: &Stores) -> StoreResult<()> {
    let (walks, ann, ben) = spoken(stores, 9).await?;
    let mut expected = Vec::new();
    for (account, seq) in [(ben, 1), (ann, 3), (ben, 4), (ann, 9), (ben, 9)] {
        let moment = at(100 - seq);
        stores.messages.mark_read(walks, account, seq, moment).await?;
        expected.push(ReadMark { account, seq, at: moment });
    }
    expected.sort_by_key(|mark| (mark.account, mark.seq));
    assert_eq!(marks(stores, walks).await?, expected);
    Ok(())
}

/// Told of each member is every mark in the bounds and the first beyond: the one that says when they read the last.
pub async fn marks_are_told_up_to_the_first_beyond(stores: &Stores) -> StoreResult<()> {
    let (walks, ann, ben) = spoken(stores, 9).await?;
    let (cal, dan) = (person(stores, "cal").await?, person(stores, "dan").await?);
    for other in [cal, dan] {
        done(stores.conversations.add_member(to_add(walks, ann, other)).await?);
    }
    for (account, read) in [(ann, &[1, 3, 5, 7, 9][..]), (ben, &[4, 8]), (dan, &[2])] {
        for seq in read {
            stores.messages.mark_read(walks, account, *seq, at(*seq)).await?;
        }
    }
    let told = async |from, to| {
        let marks = stores.messages.read_marks(walks, from, to).await?;
        assert!(marks.iter().all(|mark| mark.at == at(mark.seq)));
        StoreResult::Ok(marks.into_iter().map(|mark| (mark.account, mark.seq)).collect::<Vec<_>>())
    };
    assert_eq!(told(3, 5).await?, [(ann, 3), (ann, 5), (ben, 4), (ben, 8)]);
    assert_eq!(told(4, 4).await?, [(ann, 5), (ben, 4)]);
    assert_eq!(told(5, 4).await?, [(ann, 5), (ben, 8)]);
    assert_eq!(told(8, i64::MAX).await?, [(ann, 9), (ben, 8)]);
    assert_eq!(told(i64::MIN, 1).await?, [(ann, 1), (ben, 4), (dan, 2)]);
    assert_eq!(told(i64::MIN, i64::MIN).await?, [(ann, 1), (ben, 4), (dan, 2)]);
    assert_eq!(told(10, 12).await?, []);
    assert_eq!(told(i64::MAX, i64::MAX).await?, []);
    assert_eq!(told(0, i64::MAX).await?.len(), 8);
    leave(stores, walks, ben).await?;
    assert_eq!(told(3, 5).await?, [(ann, 3), (ann, 5)]);
    Ok(())
}
