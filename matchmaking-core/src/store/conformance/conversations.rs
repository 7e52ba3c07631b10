//! Cases about conversations and members.

use super::fixture::{
    at, done, group, leave, marks, nobody, nowhere, odd_texts, pair, person, say, to_add, to_make, two,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    model::{AccountStatus, Conversation, ConversationKind, Member, Role},
    store::{GroupOutcome, GroupRefusal, NewGroup, NewMember, Stores},
};

/// A pair has one direct conversation, whoever asks and however often, with both as members.
pub async fn a_pair_has_one_direct_conversation(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    assert_eq!(stores.conversations.direct_between(pair(ann, ben)).await?, None);
    let made = stores.conversations.open_direct(pair(ann, ben), at(1)).await?;
    let expected = Conversation {
        id: made.id,
        kind: ConversationKind::Direct(pair(ann, ben)),
        name: String::new(),
        description: String::new(),
        avatar: String::new(),
        creator: None,
        created_at: at(1),
        updated_at: at(1),
        last_seq: 0,
        closed_at: None,
    };
    assert_eq!(made, expected);
    assert_eq!(stores.conversations.open_direct(pair(ben, ann), at(9)).await?, expected);
    assert_eq!(stores.conversations.direct_between(pair(ben, ann)).await?, Some(expected.clone()));
    assert_eq!(stores.conversations.conversation(made.id).await?, Some(expected));
    assert_ne!(stores.conversations.open_direct(pair(ann, cal), at(1)).await?.id, made.id);
    let members = stores.conversations.members(made.id).await?;
    assert_eq!(members.iter().map(|member| member.account).collect::<Vec<_>>(), [ann, ben]);
    assert!(members.iter().all(|member| member.role == Role::Member && member.joined_at == at(1)));
    Ok(())
}

/// Conversations with unknown accounts fail and leave nothing.
pub async fn conversations_with_nobody_are_a_defect(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let outcome = stores.conversations.open_direct(pair(ann, nobody()), at(1)).await;
    assert!(outcome.is_err(), "{outcome:?}");
    assert_eq!(stores.conversations.direct_between(pair(ann, nobody())).await?, None);
    let outcome = stores.conversations.create_group(to_make(nobody())).await;
    assert!(outcome.is_err(), "{outcome:?}");
    Ok(())
}

/// A group comes back as it was made, with its maker as owner; two of the same name are two.
pub async fn a_group_is_kept_as_made(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut last = None;
    for (n, odd) in odd_texts().into_iter().enumerate() {
        let moment = Millis([i64::MIN, i64::MAX, 0, -1][n % 4]);
        let new = NewGroup {
            owner: ann,
            name: odd.clone(),
            description: format!("{odd}!"),
            avatar: format!("{odd}?"),
            at: moment,
        };
        let made = done(stores.conversations.create_group(new).await?);
        let expected = Conversation {
            id: made.id,
            kind: ConversationKind::Group,
            name: odd.clone(),
            description: format!("{odd}!"),
            avatar: format!("{odd}?"),
            creator: Some(ann),
            created_at: moment,
            updated_at: moment,
            last_seq: 0,
            closed_at: None,
        };
        assert_eq!(made, expected);
        assert_eq!(stores.conversations.conversation(made.id).await?, Some(expected));
        let owner = Member {
            conversation: made.id,
            account: ann,
            role: Role::Owner,
            joined_at: moment,
            read_seq: 0,
            delivered_seq: 0,
            is_pinned: false,
            is_muted: false,
        };
        assert_eq!(stores.conversations.members(made.id).await?, [owner]);
        assert!(last < Some(made.id));
        last = Some(made.id);
    }
    Ok(())
}

/// Adding tells: added, already there with their role unchanged, or no such group or active account.
pub async fn adding_tells_what_came_of_it(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let walks = group(stores, ann, &[]).await?;
    let add = async |group, account, role| {
        stores.conversations.add_member(NewMember { group, by: ann, account, role, at: at(5) }).await
    };
    let (already, unknown) = (GroupRefusal::Already, GroupRefusal::UnknownAccount);
    assert_eq!(add(walks, ben, Role::Admin).await?, GroupOutcome::Done(()));
    assert_eq!(add(walks, ben, Role::Owner).await?, GroupOutcome::Refused(already));
    assert_eq!(add(walks, ann, Role::Member).await?, GroupOutcome::Refused(already));
    let member = stores.conversations.member(walks, ben).await?.expect("a member");
    assert_eq!((member.role, member.joined_at, member.read_seq), (Role::Admin, at(5), 0));
    assert_eq!(stores.conversations.member(walks, ann).await?.map(|member| member.role), Some(Role::Owner));

    let direct = stores.conversations.open_direct(pair(ann, ben), at(1)).await?.id;
    for place in [nowhere(), direct] {
        let outcome = add(place, cal, Role::Member).await?;
        assert_eq!(outcome, GroupOutcome::Refused(GroupRefusal::UnknownGroup));
    }
    assert_eq!(add(walks, nobody(), Role::Member).await?, GroupOutcome::Refused(unknown));
    for status in [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted] {
        stores.accounts.set_status(cal, status, at(6)).await?;
        assert_eq!(add(walks, cal, Role::Member).await?, GroupOutcome::Refused(unknown));
    }
    assert_eq!(stores.conversations.members(walks).await?.len(), 2);
    Ok(())
}

/// Removing tells whether they were a member; direct conversations keep their two.
pub async fn only_groups_lose_members(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[ben]).await?;
    let remove = async |place, account| {
        stores.conversations.remove_member(place, ann, account, at(6)).await.map(|outcome| match outcome {
            GroupOutcome::Done(_) => None,
            GroupOutcome::Refused(refusal) => Some(refusal),
        })
    };
    assert_eq!(remove(walks, ben).await?, None);
    assert_eq!(remove(walks, ben).await?, Some(GroupRefusal::UnknownAccount));
    assert_eq!(remove(walks, nobody()).await?, Some(GroupRefusal::UnknownAccount));
    assert_eq!(remove(nowhere(), ben).await?, Some(GroupRefusal::UnknownGroup));
    assert_eq!(stores.conversations.member(walks, ben).await?, None);
    let direct = stores.conversations.open_direct(pair(ann, ben), at(1)).await?.id;
    for account in [ann, ben] {
        assert_eq!(remove(direct, account).await?, Some(GroupRefusal::UnknownGroup));
    }
    assert_eq!(stores.conversations.members(direct).await?.len(), 2);
    Ok(())
}

/// Members come in the order in which they joined, then by account.
pub async fn members_come_as_they_joined(stores: &Stores) -> StoreResult<()> {
    let mut people = Vec::new();
    for n in 0..5 {
        people.push(person(stores, &format!("p{n}")).await?);
    }
    let new = NewGroup { at: at(0), ..to_make(people[4]) };
    let walks = done(stores.conversations.create_group(new).await?).id;
    for (n, moment) in [(3, 7), (1, 9), (0, 7), (2, 1)] {
        let new = NewMember { at: at(moment), ..to_add(walks, people[4], people[n]) };
        done(stores.conversations.add_member(new).await?);
    }
    let order: Vec<_> =
        stores.conversations.members(walks).await?.into_iter().map(|member| member.account).collect();
    assert_eq!(order, [people[4], people[2], people[0], people[3], people[1]]);
    Ok(())
}

/// A member who left and comes back has read what they had read. Their marks were kept, and not told meanwhile.
pub async fn one_who_comes_back_has_read_what_they_had(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[ben]).await?;
    for n in 0..4 {
        say(stores, walks, ann, &n.to_string()).await?;
    }
    stores.messages.mark_read(walks, ben, 2, at(6)).await?;
    stores.messages.mark_read(walks, ben, 3, at(7)).await?;
    let read = marks(stores, walks).await?;
    assert_eq!(read.len(), 2);
    leave(stores, walks, ben).await?;
    assert_eq!(marks(stores, walks).await?, []);
    done(stores.conversations.add_member(NewMember { at: at(8), ..to_add(walks, ann, ben) }).await?);
    assert_eq!(marks(stores, walks).await?, read);
    let back = stores.conversations.member(walks, ben).await?.expect("a member");
    assert_eq!((back.read_seq, back.delivered_seq, back.joined_at), (3, 3, at(8)));
    Ok(())
}

/// An unknown conversation has no members, messages or marks.
pub async fn unknown_conversations_have_nothing(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    assert_eq!(stores.conversations.conversation(nowhere()).await?, None);
    assert_eq!(stores.conversations.standing(nowhere(), ann).await?, None);
    assert_eq!(stores.conversations.members(nowhere()).await?, []);
    assert_eq!(stores.conversations.member(nowhere(), ann).await?, None);
    assert_eq!(stores.messages.messages_before(nowhere(), None, 5).await?, []);
    assert_eq!(stores.messages.messages_after(nowhere(), 0, 5).await?, []);
    assert_eq!(marks(stores, nowhere()).await?, []);
    Ok(())
}
