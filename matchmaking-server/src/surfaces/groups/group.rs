//! Groups and their members.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        groups::{
            AddMemberRequest, CreateGroupRequest, CreatedGroup, DeletedGroup, GroupRequest, GroupView,
            Groups, MemberRequest, MemberView, Members, Membership, UpdateGroupRequest, WireId,
        },
        wire::GivenId,
    },
    ids::{AccountId, ConversationId},
    model::{Conversation, Role},
    service::{
        Services,
        groups::{GroupChange, GroupDetails},
    },
};

use crate::http::Call;

pub(super) async fn create(
    services: Arc<Services>,
    call: Call<CreateGroupRequest, AccountId>,
) -> Result<CreatedGroup, Fault> {
    let CreateGroupRequest { name, description, avatar } = call.request;
    let group = services.groups.create(call.who, GroupDetails { name, description, avatar }).await?;
    Ok(group.into())
}

pub(super) async fn list(services: Arc<Services>, call: Call<(), AccountId>) -> Result<Groups, Fault> {
    let groups = services.groups.list(call.who).await?;
    Ok(Groups { groups: groups.into_iter().map(|(group, me)| view(group, me.role)).collect() })
}

pub(super) async fn get(
    services: Arc<Services>,
    call: Call<GroupRequest, AccountId>,
) -> Result<GroupView, Fault> {
    let (group, me) = services.groups.view(known(call.request.group_id)?, call.who).await?;
    Ok(view(group, me.role))
}

pub(super) async fn update(
    services: Arc<Services>,
    call: Call<UpdateGroupRequest, AccountId>,
) -> Result<GroupView, Fault> {
    let UpdateGroupRequest { group_id, name, description, avatar } = call.request;
    let change = GroupChange { name, description, avatar };
    let group = services.groups.update(known(group_id)?, call.who, Role::Owner, change).await?;
    Ok(view(group, Role::Owner))
}

pub(super) async fn delete(
    services: Arc<Services>,
    call: Call<GroupRequest, AccountId>,
) -> Result<DeletedGroup, Fault> {
    let id = known(call.request.group_id)?;
    services.groups.end(id, call.who).await?;
    Ok(DeletedGroup { group_id: WireId::of(id) })
}

pub(super) async fn members(
    services: Arc<Services>,
    call: Call<GroupRequest, AccountId>,
) -> Result<Members, Fault> {
    let members = services.groups.members(known(call.request.group_id)?, call.who).await?;
    let ids: Vec<AccountId> = members.iter().map(|member| member.account).collect();
    let mut contacts = services.accounts.contacts(&ids).await?;
    let shown = members.into_iter().filter_map(|member| {
        // Whoever takes no part is out of everyone's sight.
        let contact = contacts.remove(&member.account)?;
        Some(MemberView {
            user_id: WireId::of(member.account),
            username: contact.name,
            avatar: contact.avatar,
            role: member.role.into(),
            joined_at: member.joined_at.to_rfc3339(),
        })
    });
    Ok(Members { members: shown.collect() })
}

pub(super) async fn add(
    services: Arc<Services>,
    call: Call<AddMemberRequest, AccountId>,
) -> Result<Membership, Fault> {
    let group = known(call.request.group_id)?;
    // First whether the caller may at all: a stranger learns nothing about who is there.
    services.groups.view(group, call.who).await?;
    let account = call.request.user_id.possible().ok_or(Fault::UnknownAccount)?;
    if !services.accounts.is_reachable(account).await? {
        return Err(Fault::UnknownAccount);
    }
    services.groups.add(group, call.who, account, Role::Member).await?;
    Ok(membership(group, account))
}

pub(super) async fn remove(
    services: Arc<Services>,
    call: Call<MemberRequest, AccountId>,
) -> Result<Membership, Fault> {
    let group = known(call.request.group_id)?;
    let Some(account) = call.request.user_id.possible() else {
        services.groups.view(group, call.who).await?;
        return Err(Fault::UnknownAccount);
    };
    services.groups.remove(group, call.who, account).await?;
    Ok(membership(group, account))
}

fn known(group: GivenId<ConversationId>) -> Result<ConversationId, Fault> {
    group.possible().ok_or(Fault::UnknownGroup)
}

fn view(group: Conversation, role: Role) -> GroupView {
    GroupView { group: group.into(), role: role.into() }
}

fn membership(group: ConversationId, account: AccountId) -> Membership {
    Membership { group_id: WireId::of(group), user_id: WireId::of(account) }
}
