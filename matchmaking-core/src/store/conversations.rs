//! The store of conversations and members.

use async_trait::async_trait;

use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{Conversation, Member, Pair, Role},
};

/// A group to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// Who makes it, and becomes its owner.
    pub owner: AccountId,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// The present moment.
    pub at: Millis,
}

/// What became of a member to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddMemberOutcome {
    /// They are a member now.
    Added,
    /// They were one already; nothing changed, their role neither.
    Already,
    /// There is no such group, or it was closed, or no such active account.
    Unknown,
}

/// Keeps conversations and who takes part.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// The direct conversation of two people, made with both as members if they had none. Of two who ask at the
    /// same moment both get the same one. Whether the two may talk is the caller's question; an unknown account
    /// is a defect of the caller.
    async fn open_direct(&self, pair: Pair, at: Millis) -> StoreResult<Conversation>;

    /// Makes a group. An unknown owner is a defect of the caller.
    async fn create_group(&self, new: NewGroup) -> StoreResult<Conversation>;

    /// The conversation with this identifier.
    async fn conversation(&self, id: ConversationId) -> StoreResult<Option<Conversation>>;

    /// The direct conversation of two people, if it was opened.
    async fn direct_between(&self, pair: Pair) -> StoreResult<Option<Conversation>>;

    /// The members of a conversation, in the order in which they joined, then by account.
    async fn members(&self, id: ConversationId) -> StoreResult<Vec<Member>>;

    /// A person's part in a conversation.
    async fn member(&self, id: ConversationId, account: AccountId) -> StoreResult<Option<Member>>;

    /// Adds a member to a group. One who comes back has read what they had read.
    async fn add_member(
        &self,
        id: ConversationId,
        account: AccountId,
        role: Role,
        at: Millis,
    ) -> StoreResult<AddMemberOutcome>;

    /// Removes a member from a group; tells whether they were one. Direct conversations keep their two.
    async fn remove_member(&self, id: ConversationId, account: AccountId) -> StoreResult<bool>;
}
