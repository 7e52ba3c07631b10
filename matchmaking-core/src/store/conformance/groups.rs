//! Cases about what is done with groups: who may, what comes of it, and who inherits.

use super::fixture::{
    all, at, done, group, leave, marks, matched, nobody, nowhere, pair, person, say, text, to_add, to_make,
    two,
};
use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, Role},
    store::{
        AppendOutcome, AppendRefusal, Departure, GroupChange, GroupOutcome, GroupRefusal, NewMember,
        OnStored, Stores,
    },
};

/// A group of an owner, an admin and a member, who joined in this order, and somebody who is not in it.
struct Walks {
    group: ConversationId,
    owner: AccountId,
    admin: AccountId,
    member: AccountId,
    stranger: AccountId,
}

async fn walks(stores: &Stores) -> StoreResult<Walks> {
    let (owner, admin) = two(stores).await?;
    let (member, stranger) = (person(stores, "cal").await?, person(stores, "dan").await?);
    let group = group(stores, owner, &[]).await?;
    add_as(stores, group, owner, admin, Role::Admin).await?;
    add_as(stores, group, owner, member, Role::Member).await?;
    Ok(Walks { group, owner, admin, member, stranger })
}

/// Adds somebody, one moment after the one who was added before.
async fn add_as(
    stores: &Stores,
    group: ConversationId,
    by: AccountId,
    account: AccountId,
    role: Role,
) -> StoreResult<()> {
    let moment = at(10 + stores.conversations.members(group).await?.len() as i64);
    let new = NewMember { role, at: moment, ..to_add(group, by, account) };
    stores.conversations.add_member(new).await.map(done)
}

fn refused<T>(outcome: &GroupOutcome<T>) -> Option<GroupRefusal> {
    match outcome {
        GroupOutcome::Done(_) => None,
        GroupOutcome::Refused(refusal) => Some(*refusal),
    }
}

/// The roles of those who are in a group, in the order in which they joined.
async fn roles(stores: &Stores, group: ConversationId) -> StoreResult<Vec<(AccountId, Role)>> {
    let members = stores.conversations.members(group).await?;
    Ok(members.into_iter().map(|member| (member.account, member.role)).collect())
}

fn renamed(name: &str) -> GroupChange {
    GroupChange { name: Some(name.to_owned()), ..GroupChange::default() }
}

/// What is done with a group is refused for the first reason that holds, and then nothing changes.
pub async fn what_is_refused_has_its_reason(stores: &Stores) -> StoreResult<()> {
    let Walks { group: open, owner, admin, member, stranger } = walks(stores).await?;
    let direct = stores.conversations.open_direct(pair(owner, stranger), at(1)).await?.id;
    let ended = group(stores, owner, &[member]).await?;
    done(stores.conversations.end_group(ended, owner, at(5)).await?);
    let locked = person(stores, "eve").await?;
    add_as(stores, open, owner, locked, Role::Owner).await?;
    stores.accounts.set_status(locked, AccountStatus::Locked, at(6)).await?;
    let before = (stores.conversations.conversation(open).await?, stores.conversations.members(open).await?);

    let conversations = &stores.conversations;
    for (place, by, reason) in [
        (nowhere(), owner, GroupRefusal::UnknownGroup),
        (nowhere(), nobody(), GroupRefusal::UnknownGroup),
        (direct, owner, GroupRefusal::UnknownGroup),
        (ended, owner, GroupRefusal::UnknownGroup),
        (ended, stranger, GroupRefusal::UnknownGroup),
        (open, stranger, GroupRefusal::NotMember),
        (open, nobody(), GroupRefusal::NotMember),
        (open, locked, GroupRefusal::NotMember),
    ] {
        let told = [
            refused(&conversations.update_group(place, by, Role::Member, renamed("x"), at(9)).await?),
            refused(&conversations.end_group(place, by, at(9)).await?),
            refused(&conversations.add_member(to_add(place, by, nobody())).await?),
            refused(&conversations.add_member(to_add(place, by, by)).await?),
            refused(&conversations.remove_member(place, by, nobody(), at(9)).await?),
            refused(&conversations.remove_member(place, by, by, at(9)).await?),
        ];
        assert_eq!(told, [Some(reason); 6], "{place} {by}");
    }
    for (by, role) in [(member, Role::Admin), (member, Role::Owner), (admin, Role::Owner)] {
        let told = refused(&conversations.update_group(open, by, role, renamed("x"), at(9)).await?);
        assert_eq!(told, Some(GroupRefusal::NotAllowed));
        let giving = NewMember { role, ..to_add(open, by, nobody()) };
        let told = [
            refused(&conversations.end_group(open, by, at(9)).await?),
            refused(&conversations.add_member(giving).await?),
            refused(&conversations.remove_member(open, by, owner, at(9)).await?),
            refused(&conversations.remove_member(open, by, nobody(), at(9)).await?),
        ];
        assert_eq!(told, [Some(GroupRefusal::NotAllowed); 4]);
    }
    assert_eq!(
        (conversations.conversation(open).await?, conversations.members(open).await?),
        before,
        "something that was refused was done"
    );
    Ok(())
}

/// Any member adds people whom they may see, and nobody else; a member already there stays what they are.
pub async fn members_add_whom_they_see(stores: &Stores) -> StoreResult<()> {
    let Walks { group: open, owner, admin, member, stranger } = walks(stores).await?;
    let eve = person(stores, "eve").await?;
    stores.safety.block(member, stranger, at(1)).await?;
    stores.safety.block(eve, member, at(1)).await?;
    let made = matched(stores, admin, stranger).await?;
    stores.matches.end_match(made.id, stranger, at(3)).await?;
    let unknown = Some(GroupRefusal::UnknownAccount);
    for (by, account) in [(member, stranger), (member, eve), (admin, stranger), (owner, nobody())] {
        assert_eq!(refused(&stores.conversations.add_member(to_add(open, by, account)).await?), unknown);
    }
    // Of two in a group who do not see each other neither learns that the other is there.
    stores.safety.block(admin, member, at(2)).await?;
    assert_eq!(refused(&stores.conversations.add_member(to_add(open, member, admin)).await?), unknown);
    for account in [owner, admin, member] {
        let giving = NewMember { role: Role::Owner, ..to_add(open, owner, account) };
        let told = refused(&stores.conversations.add_member(giving).await?);
        assert_eq!(told, Some(GroupRefusal::Already));
    }
    stores.safety.unblock(member, stranger).await?;
    done(stores.conversations.add_member(to_add(open, member, stranger)).await?);
    done(stores.conversations.add_member(to_add(open, admin, eve)).await?);
    let expected = [
        (eve, Role::Member),
        (stranger, Role::Member),
        (owner, Role::Owner),
        (admin, Role::Admin),
        (member, Role::Member),
    ];
    let mut found = roles(stores, open).await?;
    found.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    Ok(())
}

/// An owner gives any role, and every owner may do what one may: remove anyone, another owner too.
pub async fn owners_give_roles_and_remove(stores: &Stores) -> StoreResult<()> {
    let Walks { group: open, owner, admin, member, stranger } = walks(stores).await?;
    add_as(stores, open, owner, stranger, Role::Owner).await?;
    let stays = Departure { heir: None, ended: false };
    for gone in [member, owner, admin] {
        let departure = done(stores.conversations.remove_member(open, stranger, gone, at(6)).await?);
        assert_eq!(departure, stays);
        let again = stores.conversations.remove_member(open, stranger, gone, at(6)).await?;
        assert_eq!(refused(&again), Some(GroupRefusal::UnknownAccount));
    }
    assert_eq!(roles(stores, open).await?, [(stranger, Role::Owner)]);
    add_as(stores, open, stranger, member, Role::Admin).await?;
    assert_eq!(roles(stores, open).await?, [(member, Role::Admin), (stranger, Role::Owner)]);
    Ok(())
}

/// When the only owner goes the eldest admin inherits, then the eldest member; the last one to go ends the group.
pub async fn the_eldest_inherits(stores: &Stores) -> StoreResult<()> {
    let Walks { group: open, owner, admin, member, stranger } = walks(stores).await?;
    let late = person(stores, "eve").await?;
    add_as(stores, open, owner, late, Role::Admin).await?;
    add_as(stores, open, owner, stranger, Role::Member).await?;
    let to = |heir| Departure { heir: Some(heir), ended: false };
    assert_eq!(leave(stores, open, owner).await?, to(admin));
    // With an owner there, nobody inherits from an admin.
    assert_eq!(leave(stores, open, late).await?, Departure { heir: None, ended: false });
    assert_eq!(roles(stores, open).await?[0], (admin, Role::Owner));
    assert_eq!(leave(stores, open, admin).await?, to(member));
    assert_eq!(leave(stores, open, member).await?, to(stranger));
    assert_eq!(roles(stores, open).await?, [(stranger, Role::Owner)]);
    assert_eq!(stores.conversations.conversation(open).await?.and_then(|kept| kept.closed_at), None);
    assert_eq!(leave(stores, open, stranger).await?, Departure { heir: None, ended: true });
    assert_eq!(stores.conversations.conversation(open).await?.and_then(|kept| kept.closed_at), Some(at(6)));
    assert_eq!(roles(stores, open).await?, []);
    Ok(())
}

/// Of two who joined at the same moment the one with the lower number inherits.
pub async fn the_lower_number_inherits_of_two_who_joined_at_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let open = group(stores, ann, &[cal, ben]).await?;
    assert_eq!(leave(stores, open, ann).await?.heir, Some(ben));
    assert_eq!(roles(stores, open).await?, [(ben, Role::Owner), (cal, Role::Member)]);
    Ok(())
}

/// With a second owner nobody inherits.
pub async fn a_second_owner_leaves_nothing_to_inherit(stores: &Stores) -> StoreResult<()> {
    let Walks { group: open, owner, admin, member, stranger } = walks(stores).await?;
    add_as(stores, open, owner, stranger, Role::Owner).await?;
    assert_eq!(leave(stores, open, owner).await?, Departure { heir: None, ended: false });
    let left = [(admin, Role::Admin), (member, Role::Member), (stranger, Role::Owner)];
    assert_eq!(roles(stores, open).await?, left);
    Ok(())
}

/// Ending a group tells who was in it, closes it and leaves nobody; what was said is kept.
pub async fn an_ended_group_is_closed_and_empty(stores: &Stores) -> StoreResult<()> {
    let Walks { group: open, owner, admin, member, .. } = walks(stores).await?;
    say(stores, open, member, "the last word").await?;
    stores.messages.mark_read(open, owner, 1, at(6)).await?;
    let said = all(stores, open).await?;
    let kept = stores.conversations.conversation(open).await?.expect("the group");

    let members = done(stores.conversations.end_group(open, owner, at(7)).await?);
    assert_eq!(members, [owner, admin, member]);
    let ended = stores.conversations.conversation(open).await?.expect("the group");
    assert_eq!(ended.closed_at, Some(at(7)));
    assert_eq!(crate::model::Conversation { closed_at: None, ..ended }, kept);
    assert_eq!(roles(stores, open).await?, []);
    assert_eq!(marks(stores, open).await?, []);
    assert_eq!(all(stores, open).await?, said);
    for account in [owner, admin, member] {
        assert_eq!(stores.conversations.member(open, account).await?, None);
        assert_eq!(stores.conversations.groups_of(account).await?, []);
        let outcome =
            stores.messages.append_message(text(open, account, "more"), OnStored::nothing()).await?;
        assert_eq!(outcome, AppendOutcome::Refused(AppendRefusal::NotMember));
    }
    Ok(())
}

/// A change is of what was named and of the moment of the last change, and of nothing else.
pub async fn a_change_is_of_what_was_named(stores: &Stores) -> StoreResult<()> {
    let Walks { group: open, owner, admin, member, .. } = walks(stores).await?;
    let mut expected = stores.conversations.conversation(open).await?.expect("the group");
    assert_eq!(expected.updated_at, expected.created_at);
    let some = |text: &str| Some(text.to_owned());
    for (n, (by, role, change)) in [
        (admin, Role::Admin, renamed("hikes")),
        (owner, Role::Owner, GroupChange { description: some(""), ..GroupChange::default() }),
        (member, Role::Member, GroupChange { avatar: some("https://缘.org/1"), ..GroupChange::default() }),
        (owner, Role::Member, GroupChange { name: some("a"), description: some("b"), avatar: some("") }),
    ]
    .into_iter()
    .enumerate()
    {
        let moment = at(20 + n as i64);
        let GroupChange { name, description, avatar } = change.clone();
        expected.name = name.unwrap_or(expected.name);
        expected.description = description.unwrap_or(expected.description);
        expected.avatar = avatar.unwrap_or(expected.avatar);
        expected.updated_at = moment;
        let changed = stores.conversations.update_group(open, by, role, change, moment).await?;
        assert_eq!(done(changed), expected);
        assert_eq!(stores.conversations.conversation(open).await?.as_ref(), Some(&expected));
    }
    say(stores, open, member, "how nice").await?;
    leave(stores, open, admin).await?;
    let kept = stores.conversations.conversation(open).await?.expect("the group");
    assert_eq!((kept.updated_at, kept.last_seq), (expected.updated_at, 1), "not a change of the group");
    Ok(())
}

/// Who made a group stays its creator, though they leave it, or are deleted.
pub async fn the_creator_stays(stores: &Stores) -> StoreResult<()> {
    let Walks { group: open, owner, .. } = walks(stores).await?;
    leave(stores, open, owner).await?;
    let creator = async || {
        let kept = stores.conversations.conversation(open).await?;
        StoreResult::Ok(kept.and_then(|kept| kept.creator))
    };
    assert_eq!(creator().await?, Some(owner));
    stores.accounts.set_status(owner, AccountStatus::Deleted, at(8)).await?;
    assert_eq!(creator().await?, Some(owner));
    Ok(())
}

/// A creator of no standing is none: who left their own group is a stranger there until somebody adds them.
pub async fn who_left_is_a_stranger(stores: &Stores) -> StoreResult<()> {
    let Walks { group: open, owner, admin, .. } = walks(stores).await?;
    leave(stores, open, owner).await?;
    let told = stores.conversations.add_member(to_add(open, owner, owner)).await?;
    assert_eq!(refused(&told), Some(GroupRefusal::NotMember));
    done(stores.conversations.add_member(to_add(open, admin, owner)).await?);
    let back = stores.conversations.member(open, owner).await?.expect("a member");
    assert_eq!(back.role, Role::Member);
    let same = stores.conversations.create_group(to_make(owner)).await.map(done)?;
    assert_ne!(same.id, open);
    Ok(())
}
