//! Cases about what is done with one group at the same moment: the outcome is that of one after the other, and a
//! group is always open with an owner or ended with nobody.

use super::fixture::{ROUNDS, all, at, at_once, couple, done, group, person, text, to_add};
use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, Role},
    store::{
        AppendOutcome, AppendRefusal, Departure, GroupOutcome, GroupRefusal, NewMember, OnStored, Stores,
    },
};

/// Who is in a group, which is open and owned or ended and empty.
async fn consistent(stores: &Stores, group: ConversationId) -> StoreResult<Vec<(AccountId, Role)>> {
    let ended = stores.conversations.conversation(group).await?.is_some_and(|kept| kept.closed_at.is_some());
    let members = stores.conversations.members(group).await?;
    let owners = members.iter().filter(|member| member.role == Role::Owner).count();
    assert_eq!((members.is_empty(), owners == 0), (ended, ended), "{members:?}");
    Ok(members.into_iter().map(|member| (member.account, member.role)).collect())
}

/// Two owners who leave at the same moment leave the group to one heir, or, when nobody is left, ended once.
pub async fn two_owners_who_leave_at_once_leave_one_heir(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let cal = if round % 2 == 0 { Some(person(stores, &format!("c{round}")).await?) } else { None };
        let place = group(stores, ann, cal.as_slice()).await?;
        let owner = NewMember { role: Role::Owner, ..to_add(place, ann, ben) };
        done(stores.conversations.add_member(owner).await?);
        let departures = at_once([ann, ben].map(|account| {
            let conversations = stores.conversations.clone();
            async move { conversations.remove_member(place, account, account, at(6)).await.map(done) }
        }))
        .await?;
        let last = Departure { heir: cal, ended: cal.is_none() };
        let first = Departure { heir: None, ended: false };
        assert!(departures == [first, last] || departures == [last, first], "{departures:?}");
        let left: Vec<_> = cal.into_iter().map(|cal| (cal, Role::Owner)).collect();
        assert_eq!(consistent(stores, place).await?, left);
    }
    Ok(())
}

/// Nobody is in a group that was ended while they were being added.
pub async fn nobody_joins_a_group_that_ended(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let place = group(stores, ann, &[]).await?;
        let (adding, ending) = (stores.conversations.clone(), stores.conversations.clone());
        let add = tokio::spawn(async move { adding.add_member(to_add(place, ann, ben)).await });
        // By its owner's word, or because they leave.
        let end = tokio::spawn(async move {
            if round % 2 == 0 {
                ending.end_group(place, ann, at(6)).await.map(|members| done(members).len())
            } else {
                ending.remove_member(place, ann, ann, at(6)).await.map(|gone| usize::from(!done(gone).ended))
            }
        });
        let (added, end) = (add.await.expect("no panic")?, end.await.expect("no panic")?);
        let members = consistent(stores, place).await?;
        match added {
            GroupOutcome::Done(()) if round % 2 == 0 => assert_eq!((end, members), (2, vec![])),
            GroupOutcome::Done(()) => assert_eq!((end, members), (1, vec![(ben, Role::Owner)])),
            GroupOutcome::Refused(refusal) => {
                assert_eq!((refusal, members), (GroupRefusal::UnknownGroup, vec![]));
                assert_eq!(end, usize::from(round % 2 == 0));
            }
        }
    }
    Ok(())
}

/// Messages of one who leaves are stored before they have left or refused; none comes after.
pub async fn nothing_is_stored_of_one_who_left(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS / 2 {
        let (ann, ben) = couple(stores, round).await?;
        let place = group(stores, ann, &[ben]).await?;
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let messages = stores.messages.clone();
                let new = text(place, ben, "x");
                tokio::spawn(async move { messages.append_message(new, OnStored::nothing()).await })
            })
            .collect();
        done(stores.conversations.remove_member(place, ann, ben, at(6)).await?);
        let last = stores.conversations.conversation(place).await?.map_or(0, |kept| kept.last_seq);
        let mut stored = 0;
        for writer in writers {
            match writer.await.expect("no panic")? {
                AppendOutcome::Stored(_) => stored += 1,
                outcome => assert_eq!(outcome, AppendOutcome::Refused(AppendRefusal::NotMember)),
            }
        }
        assert_eq!(all(stores, place).await?.len(), stored);
        assert_eq!(last, stored as i64, "a message was stored after its sender had left");
    }
    Ok(())
}

/// A deletion that meets others' leaving passes the group on to whoever is left.
pub async fn a_deletion_and_a_leaving_at_once_leave_an_owner(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let cal = person(stores, &format!("c{round}")).await?;
        let places = [group(stores, ann, &[cal, ben]).await?, group(stores, ben, &[ann, cal]).await?];
        let (accounts, conversations) = (stores.accounts.clone(), stores.conversations.clone());
        let delete =
            tokio::spawn(async move { accounts.set_status(ann, AccountStatus::Deleted, at(6)).await });
        let accounts = stores.accounts.clone();
        let leave = tokio::spawn(async move {
            // Each is the other's heir in one of the two groups.
            if round % 2 == 0 {
                accounts.set_status(ben, AccountStatus::Deleted, at(6)).await?;
            } else {
                for place in places {
                    done(conversations.remove_member(place, ben, ben, at(6)).await?);
                }
            }
            StoreResult::Ok(())
        });
        assert!(delete.await.expect("no panic")?);
        leave.await.expect("no panic")?;
        for place in places {
            assert_eq!(consistent(stores, place).await?, [(cal, Role::Owner)]);
        }
    }
    Ok(())
}

/// One who is deleted while they are being added is in no group afterwards.
pub async fn nobody_adds_one_who_is_being_deleted(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let place = group(stores, ann, &[]).await?;
        let (accounts, conversations) = (stores.accounts.clone(), stores.conversations.clone());
        let add = tokio::spawn(async move {
            let owner = NewMember { role: Role::Owner, ..to_add(place, ann, ben) };
            conversations.add_member(owner).await
        });
        let delete =
            tokio::spawn(async move { accounts.set_status(ben, AccountStatus::Deleted, at(6)).await });
        let added = add.await.expect("no panic")?;
        assert!(delete.await.expect("no panic")?);
        let unknown = GroupOutcome::Refused(GroupRefusal::UnknownAccount);
        assert!(added == GroupOutcome::Done(()) || added == unknown, "{added:?}");
        assert_eq!(consistent(stores, place).await?, [(ann, Role::Owner)]);
    }
    Ok(())
}

/// Many who come and go at the same moment leave a group that is one or is none.
pub async fn many_who_come_and_go_at_once_leave_one_group(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS / 2 {
        let (ann, ben) = couple(stores, round).await?;
        let cal = person(stores, &format!("c{round}")).await?;
        let place = group(stores, ann, &[ben]).await?;
        let outcomes = at_once((0..12).map(|n| {
            let conversations = stores.conversations.clone();
            async move {
                let (by, account) = [(ann, cal), (ben, cal), (cal, ann), (cal, ben)][n % 4];
                if n % 3 == 0 {
                    conversations.add_member(to_add(place, by, account)).await
                } else {
                    let gone = conversations.remove_member(place, by, by, at(6)).await?;
                    Ok(match gone {
                        GroupOutcome::Done(_) => GroupOutcome::Done(()),
                        GroupOutcome::Refused(refusal) => GroupOutcome::Refused(refusal),
                    })
                }
            }
        }))
        .await?;
        consistent(stores, place).await?;
        for outcome in outcomes {
            if let GroupOutcome::Refused(refusal) = outcome {
                let refusals = [GroupRefusal::UnknownGroup, GroupRefusal::NotMember, GroupRefusal::Already];
                assert!(refusals.contains(&refusal), "{refusal:?}");
            }
        }
    }
    Ok(())
}
