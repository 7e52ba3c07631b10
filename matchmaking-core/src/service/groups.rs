//! Groups, which rooms are too: who is in them, and as what.

use std::sync::Arc;

use super::chat::Audiences;
use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::{AccountId, ConversationId},
    model::{Conversation, ConversationKind, Member, Role},
    realtime::{Event, Hub, MemberChange},
    store::{GroupOutcome, NewGroup, NewMember, Stores},
};

pub use crate::store::{Departure, GroupChange, GroupRefusal};

/// Makes, changes and ends groups, and tells whoever is connected.
#[derive(Debug, Clone)]
pub struct Groups {
    stores: Stores,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
    audiences: Arc<Audiences>,
}

/// What a group is made with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupDetails {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Where its picture is; may be empty.
    pub avatar: String,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// It is refused; nothing changed.
    #[error("refused: {0:?}")]
    Refused(GroupRefusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Groups {
    /// The service over these stores; `audiences` are those of the chat service.
    pub(super) fn new(
        stores: Stores,
        hub: Arc<Hub>,
        clock: Arc<dyn Clock>,
        audiences: Arc<Audiences>,
    ) -> Self {
        Self { stores, hub, clock, audiences }
    }

    /// Makes a group, which its maker owns.
    pub async fn create(&self, owner: AccountId, details: GroupDetails) -> Result<Conversation, GroupError> {
        let GroupDetails { name, description, avatar } = details;
        let new = NewGroup { owner, name, description, avatar, at: self.clock.now() };
        done(self.stores.conversations.create_group(new).await?)
    }

    /// The groups of a person with their part in each, oldest first. A creator whom they are not shown is left out.
    pub async fn list(&self, of: AccountId) -> StoreResult<Vec<(Conversation, Member)>> {
        let mut groups = self.stores.conversations.groups_of(of).await?;
        let hidden = self.stores.safety.hidden_from(of).await?;
        for (group, _) in &mut groups {
            group.creator = group.creator.filter(|creator| hidden.binary_search(creator).is_err());
        }
        Ok(groups)
    }

    /// A group with the viewer's part in it, likewise.
    pub async fn view(
        &self,
        id: ConversationId,
        viewer: AccountId,
    ) -> Result<(Conversation, Member), GroupError> {
        let group = self.stores.conversations.conversation(id).await?;
        let open = |group: &Conversation| group.kind == ConversationKind::Group && group.closed_at.is_none();
        let mut group = group.filter(open).ok_or(GroupError::Refused(GroupRefusal::UnknownGroup))?;
        let me = self.stores.conversations.member(id, viewer).await?;
        let me = me.ok_or(GroupError::Refused(GroupRefusal::NotMember))?;
        let hidden = self.stores.safety.hidden_from(viewer).await?;
        group.creator = group.creator.filter(|creator| hidden.binary_search(creator).is_err());
        Ok((group, me))
    }

    /// The members of a group whom one of them is shown, in the order in which they joined.
    pub async fn members(&self, id: ConversationId, viewer: AccountId) -> Result<Vec<Member>, GroupError> {
        self.view(id, viewer).await?;
        let hidden = self.stores.safety.hidden_from(viewer).await?;
        let mut members = self.stores.conversations.members(id).await?;
        members.retain(|member| hidden.binary_search(&member.account).is_err());
        Ok(members)
    }

    /// Changes a group for a member whose role is at least `role`. Naming nothing changes nothing.
    pub async fn update(
        &self,
        id: ConversationId,
        by: AccountId,
        role: Role,
        change: GroupChange,
    ) -> Result<Conversation, GroupError> {
        if change == GroupChange::default() {
            let (group, me) = self.view(id, by).await?;
            let allowed = me.role >= role;
            return if allowed { Ok(group) } else { Err(GroupError::Refused(GroupRefusal::NotAllowed)) };
        }
        done(self.stores.conversations.update_group(id, by, role, change, self.clock.now()).await?)
    }

    /// Ends a group for an owner of it, and tells each who was in it that they are not any more.
    pub async fn end(&self, id: ConversationId, by: AccountId) -> Result<(), GroupError> {
        let members = done(self.stores.conversations.end_group(id, by, self.clock.now()).await?)?;
        self.audiences.ended(id);
        for member in members {
            self.hub.publish_to(&[member], changed(id, member, MemberChange::Removed));
        }
        Ok(())
    }

    /// Adds somebody to a group. Any member may; only an owner gives another role than [`Role::Member`].
    pub async fn add(
        &self,
        id: ConversationId,
        by: AccountId,
        account: AccountId,
        role: Role,
    ) -> Result<(), GroupError> {
        let new = NewMember { group: id, by, account, role, at: self.clock.now() };
        done(self.stores.conversations.add_member(new).await?)?;
        self.audiences.joined(id, account);
        self.tell(id, account, MemberChange::Added, &[]).await?;
        Ok(())
    }

    /// Removes somebody from a group: themselves, or anyone for an owner.
    pub async fn remove(
        &self,
        id: ConversationId,
        by: AccountId,
        account: AccountId,
    ) -> Result<Departure, GroupError> {
        let outcome = self.stores.conversations.remove_member(id, by, account, self.clock.now()).await?;
        let departure = done(outcome)?;
        self.audiences.left(id, account);
        self.tell(id, account, MemberChange::Removed, &[account]).await?;
        if let Some(heir) = departure.heir {
            self.tell(id, heir, MemberChange::Role, &[]).await?;
        }
        Ok(departure)
    }

    /// Tells the members, and these others, of a change of somebody's part; but not whom that one is hidden from.
    async fn tell(
        &self,
        id: ConversationId,
        account: AccountId,
        change: MemberChange,
        others: &[AccountId],
    ) -> StoreResult<()> {
        let hidden = self.stores.safety.hidden_from(account).await?;
        let members = self.audiences.of(id).await?;
        let told = members.iter().chain(others).copied();
        let told: Vec<AccountId> = told.filter(|member| hidden.binary_search(member).is_err()).collect();
        self.hub.publish_to(&told, changed(id, account, change));
        Ok(())
    }
}

fn changed(group: ConversationId, account: AccountId, change: MemberChange) -> Event {
    Event::MemberChanged { group, account, change }
}

fn done<T>(outcome: GroupOutcome<T>) -> Result<T, GroupError> {
    match outcome {
        GroupOutcome::Done(done) => Ok(done),
        GroupOutcome::Refused(refusal) => Err(GroupError::Refused(refusal)),
    }
}
