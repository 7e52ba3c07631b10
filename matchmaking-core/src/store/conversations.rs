//! The store of conversations and members.

use async_trait::async_trait;

use super::{Slice, Sliced};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MatchId},
    model::{Conversation, Member, Message, Pair, Relation, Role},
};

/// The most members of a group.
pub const GROUP_MEMBERS_MAX: usize = 1_000;

/// The most groups that a person is a member of.
pub const GROUPS_PER_PERSON_MAX: usize = 1_000;

/// The most unread messages that are counted of one conversation; there may be more.
pub const UNREAD_COUNTED_MAX: i64 = 1_000;

/// A group to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// Who makes it, and becomes its owner.
    pub owner: AccountId,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Where its picture is; may be empty.
    pub avatar: String,
    /// The present moment.
    pub at: Millis,
}

/// What becomes of a group's name, description and picture; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupChange {
    /// Its name.
    pub name: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Where its picture is.
    pub avatar: Option<String>,
}

/// A member to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMember {
    /// To which group.
    pub group: ConversationId,
    /// By whom.
    pub by: AccountId,
    /// Whom.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// The present moment.
    pub at: Millis,
}

/// What became of something that somebody did with a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupOutcome<T> {
    /// It is done.
    Done(T),
    /// Nothing changed.
    Refused(GroupRefusal),
}

/// Why nothing changed. The first of these that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupRefusal {
    /// There is no such group, or it was ended.
    UnknownGroup,
    /// Who would do it is no member, or takes no part any more.
    NotMember,
    /// Their role does not allow it.
    NotAllowed,
    /// There is no such active account, or the two may not see each other; of one to be removed: they are no
    /// member.
    UnknownAccount,
    /// They are a member already; their role stays, too.
    Already,
    /// The group has [`GROUP_MEMBERS_MAX`] members.
    Full,
    /// The person is in [`GROUPS_PER_PERSON_MAX`] groups.
    TooManyGroups,
}

/// What a member's going left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// Who became the owner, if the only one went: the admin who joined first, else the member who did.
    pub heir: Option<AccountId>,
    /// Whether nobody is left, which ended the group.
    pub ended: bool,
}

/// A conversation as one of its members has it in their list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationSummary {
    /// The conversation.
    pub conversation: Conversation,
    /// The member's own part in it.
    pub me: Member,
    /// The last message that they are shown.
    pub last: Option<Message>,
    /// How many messages of others after the last one they read, at most [`UNREAD_COUNTED_MAX`].
    pub unread: i64,
    /// As of a [`Standing`].
    pub contact_locked: bool,
}

/// A conversation of two who are matched, as one of them has it in their list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedConversation {
    /// The conversation, with its last message and how many are unread.
    pub summary: ConversationSummary,
    /// The other one.
    pub partner: AccountId,
    /// When they were matched.
    pub matched_at: Millis,
}

/// The most conversations with unread messages over which a person's unread messages are summed up: those with the
/// latest activity. Whoever has more than that has more unread messages than anybody counts.
pub const UNREAD_CONVERSATIONS_MAX: usize = 100;

impl ConversationSummary {
    /// The moment of its latest activity: of the last message that the member is shown, else of its making.
    #[must_use]
    pub fn active_at(&self) -> Millis {
        self.last.as_ref().map_or(self.conversation.created_at, |last| last.sent_at)
    }
}

/// A conversation with all that decides what somebody may do in it, as it was at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The conversation.
    pub conversation: Conversation,
    /// The person's own part in it, if they have one.
    pub me: Option<Member>,
    /// How the two of a direct conversation stand to each other, the lower number as the viewer.
    pub relation: Option<Relation>,
    /// The match of the two of a direct conversation, if they had one, ended or not.
    pub match_id: Option<MatchId>,
    /// Whether the two of a direct conversation are matched people of the platform (both have a telephone) who have not
    /// both asked for each other's contact.
    pub contact_locked: bool,
    /// Whether it is kept for one of the two, who were matched, because the other one has deleted the account.
    pub is_kept: bool,
    /// Of a group: whom the person is not shown; see [`SafetyStore::hidden_from`](super::SafetyStore::hidden_from).
    pub hidden: Vec<AccountId>,
}

/// Keeps conversations and who takes part.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// The direct conversation of two people, made with both as members if they had none. Of two who ask at the
    /// same moment both get the same one. Whether the two may talk is the caller's question; an unknown account
    /// is a defect of the caller.
    async fn open_direct(&self, pair: Pair, at: Millis) -> StoreResult<Conversation>;

    /// Makes a group, unless its owner is in too many. An unknown owner is a defect of the caller.
    async fn create_group(&self, new: NewGroup) -> StoreResult<GroupOutcome<Conversation>>;

    /// The conversation with this identifier.
    async fn conversation(&self, id: ConversationId) -> StoreResult<Option<Conversation>>;

    /// The conversation with this identifier as this person stands in it: one look-up for what every message asks.
    async fn standing(&self, id: ConversationId, account: AccountId) -> StoreResult<Option<Standing>>;

    /// The same for whoever writes: everything that decides about it is as it is now, but the conversation's last number
    /// and how far the person has read may be those of an earlier moment.
    async fn writers_standing(&self, id: ConversationId, account: AccountId)
    -> StoreResult<Option<Standing>>;

    /// The direct conversation of two people, if it was opened.
    async fn direct_between(&self, pair: Pair) -> StoreResult<Option<Conversation>>;

    /// The members of a conversation, in the order in which they joined, then by account.
    async fn members(&self, id: ConversationId) -> StoreResult<Vec<Member>>;

    /// A person's part in a conversation.
    async fn member(&self, id: ConversationId, account: AccountId) -> StoreResult<Option<Member>>;

    /// The groups of a person with their part in each, oldest first (by identifier).
    async fn groups_of(&self, account: AccountId) -> StoreResult<Vec<(Conversation, Member)>>;

    /// The conversations of a person, the latest activity (the last message they are shown, else its making) first,
    /// then by identifier descending; at most `limit`. Direct ones are listed while the two may see each other. What
    /// the accounts in `hidden` wrote is neither shown nor counted.
    async fn conversations_of(
        &self,
        account: AccountId,
        hidden: &[AccountId],
        limit: usize,
    ) -> StoreResult<Vec<ConversationSummary>>;

    /// The same of those among `ids` of which the person is a member, whether or not the two of a direct one may see
    /// each other; by identifier.
    async fn summaries_of(
        &self,
        account: AccountId,
        hidden: &[AccountId],
        ids: &[ConversationId],
    ) -> StoreResult<Vec<ConversationSummary>>;

    /// At most `limit` conversations of which a person is a member, whether or not the two of a direct one may see each
    /// other, by identifier, from the first above `after` on.
    async fn conversations_after(
        &self,
        account: AccountId,
        after: Option<ConversationId>,
        limit: usize,
    ) -> StoreResult<Vec<ConversationId>>;

    /// A part of the direct conversations of a person with those whom they are matched with and may see: the pinned ones
    /// first, then those with the latest activity (the last message, else its making), then by identifier descending;
    /// or the same list from its end. What it costs does not depend on how many come after, nor on how many there are.
    async fn matched_conversations(
        &self,
        account: AccountId,
        slice: Slice,
    ) -> StoreResult<Sliced<MatchedConversation>>;

    /// How many messages are unread in those conversations, muted ones too: over at most
    /// [`UNREAD_CONVERSATIONS_MAX`] that have some.
    async fn unread_in_matched(&self, account: AccountId) -> StoreResult<i64>;

    /// Changes how a member has a conversation in their list; what is `None` stays. Returns their part as it is now, or
    /// `None` if they are no member.
    async fn set_preferences(
        &self,
        id: ConversationId,
        account: AccountId,
        is_pinned: Option<bool>,
        is_muted: Option<bool>,
    ) -> StoreResult<Option<Member>>;

    /// Changes a group for a member whose role is at least `role`, and returns it as it is now.
    async fn update_group(
        &self,
        id: ConversationId,
        by: AccountId,
        role: Role,
        change: GroupChange,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Conversation>>;

    /// Ends a group for an owner of it: it is closed and has no members any more. Returns who they were, in the order
    /// of [`members`](Self::members).
    async fn end_group(
        &self,
        id: ConversationId,
        by: AccountId,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Vec<AccountId>>>;

    /// Adds a member to a group. Any member may; only an owner gives another role than [`Role::Member`]. One who comes
    /// back has read what they had read.
    async fn add_member(&self, new: NewMember) -> StoreResult<GroupOutcome<()>>;

    /// Removes a member from a group: themselves, or anyone for an owner. When the only owner goes, somebody else
    /// becomes it; when the last member does, the group ends. Direct conversations keep their two.
    async fn remove_member(
        &self,
        id: ConversationId,
        by: AccountId,
        account: AccountId,
        at: Millis,
    ) -> StoreResult<GroupOutcome<Departure>>;
}
