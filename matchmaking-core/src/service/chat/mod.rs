//! Conversations and messages: who may read and write where, and what whoever is connected is told.

mod audience;
mod deliveries;
mod history;
mod list;
mod recalling;
mod receipts;
mod sending;
mod shown;

use std::sync::Arc;

use chrono_tz::Tz;

use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::{AccountId, ConversationId, MatchId},
    model::{Conversation, ConversationKind, IdentityKind, Member, Pair, Relation, may_see},
    realtime::Hub,
    service::media::Media,
    store::{Standing, Stores},
};

pub use crate::store::AppendRefusal;
pub(super) use audience::Audiences;
pub use audience::{AUDIENCE_LIFETIME, AUDIENCES_KEPT};
pub use history::{ANSWER_HISTORY, FRAME_HISTORY, HistoryBound};
pub use list::{CONVERSATIONS_LISTED_MAX, Listed, Listing};
pub use recalling::RecallError;
pub use sending::{Outgoing, SendError, Sent};
pub use shown::Progress;

/// Opens conversations, stores what is said in them, and tells whoever is connected.
#[derive(Debug, Clone)]
pub struct Chat {
    stores: Stores,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
    time_zone: Tz,
    audiences: Arc<Audiences>,
    deliveries: Arc<deliveries::Deliveries>,
    media: Media,
    masks_contacts: bool,
}

/// A conversation as one of its members sees it, at the moment at which it was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The conversation.
    pub conversation: Conversation,
    /// The member's own part in it.
    pub me: Member,
    /// The other one, in a direct conversation.
    pub peer: Option<AccountId>,
    /// The match of the two, if they have one.
    pub match_id: Option<MatchId>,
    /// Whether it is there to be read alone, because the other one has deleted the account.
    pub is_kept: bool,
    /// Whether what the two write to each other is told without telephone numbers and the like.
    pub(super) masked: bool,
    /// Whom the member is not shown in a group, and who are not shown the member.
    hidden: Vec<AccountId>,
}

impl Thread {
    /// The conversation's number.
    #[must_use]
    pub const fn id(&self) -> ConversationId {
        self.conversation.id
    }

    /// Whose view of it this is.
    #[must_use]
    pub const fn viewer(&self) -> AccountId {
        self.me.account
    }

    /// Whether the member is shown this one.
    #[must_use]
    pub fn shows(&self, account: AccountId) -> bool {
        self.hidden.binary_search(&account).is_err()
    }
}

/// Why somebody is not shown a conversation.
#[derive(Debug, thiserror::Error)]
pub enum ThreadError {
    /// There is no such conversation, or it ended, or its two people may not see each other.
    #[error("unknown conversation")]
    Unknown,
    /// It is between others.
    #[error("not a member")]
    NotMember,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why no conversation of a match is opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such match between these two.
    #[error("no such match")]
    NoSuchMatch,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why somebody cannot be written to.
#[derive(Debug, thiserror::Error)]
pub enum ReachError {
    /// There is no such active account, or the two may not see each other, or it is out of reach.
    #[error("unknown account")]
    Unknown,
    /// It is the writer's own.
    #[error("nobody writes to themselves")]
    Oneself,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Chat {
    /// The service over these stores. With `masks_contacts`, matched people of the platform are shown what the other one
    /// writes without telephone numbers and the like, until both have asked for each other's contact. The days on which
    /// the two of a match both wrote are those of `time_zone`.
    #[must_use]
    pub fn new(
        stores: Stores,
        hub: Arc<Hub>,
        clock: Arc<dyn Clock>,
        time_zone: Tz,
        media: Media,
        masks_contacts: bool,
    ) -> Self {
        let audiences = Arc::new(Audiences::new(stores.clone(), hub.is_alone()));
        Self { stores, hub, clock, time_zone, audiences, deliveries: Arc::default(), media, masks_contacts }
    }

    /// Who is told of messages, for whoever changes that.
    pub(super) fn audiences(&self) -> &Arc<Audiences> {
        &self.audiences
    }

    /// The direct conversation of the two people of a match, made if they had none.
    pub async fn open_match(
        &self,
        id: MatchId,
        one: AccountId,
        other: AccountId,
    ) -> Result<Conversation, OpenError> {
        let view = self.stores.matches.match_view(id).await?.ok_or(OpenError::NoSuchMatch)?;
        let pair = Pair::new(one, other).ok_or(OpenError::NoSuchMatch)?;
        if Pair::new(view.matched.first, view.matched.second) != Some(pair) {
            return Err(OpenError::NoSuchMatch);
        }
        Ok(self.stores.conversations.open_direct(pair, self.clock.now()).await?)
    }

    /// A conversation as this person sees it: a direct one whose two people see each other, or a group that goes on.
    pub async fn thread(&self, id: ConversationId, viewer: AccountId) -> Result<Thread, ThreadError> {
        let thread = self.readable(id, viewer).await?;
        if thread.is_kept { Err(ThreadError::Unknown) } else { Ok(thread) }
    }

    /// The same of one to be read: the conversation of a match is kept, too, whose other one has deleted the account.
    pub async fn readable(&self, id: ConversationId, viewer: AccountId) -> Result<Thread, ThreadError> {
        let standing = self.stores.conversations.standing(id, viewer).await?;
        self.seen(standing, viewer)
    }

    /// What [`thread`](Self::thread) gives, for whoever writes in it: that costs less, and its last number and how far they
    /// have read may be those of an earlier moment.
    pub async fn to_write(&self, id: ConversationId, viewer: AccountId) -> Result<Thread, ThreadError> {
        let standing = self.stores.conversations.writers_standing(id, viewer).await?;
        let thread = self.seen(standing, viewer)?;
        if thread.is_kept { Err(ThreadError::Unknown) } else { Ok(thread) }
    }

    fn seen(&self, standing: Option<Standing>, viewer: AccountId) -> Result<Thread, ThreadError> {
        let standing = standing.ok_or(ThreadError::Unknown)?;
        let Standing { conversation, me, relation, match_id, contact_locked, is_kept, hidden } = standing;
        let is_kept = is_kept && relation.is_some_and(|relation| !relation.blocked);
        let peer = match conversation.kind {
            // First whether the two may be seen at all: after a deactivation there is nothing to be a stranger to.
            ConversationKind::Direct(pair) if is_kept || relation.is_some_and(may_see) => pair.other(viewer),
            ConversationKind::Group if conversation.closed_at.is_none() => None,
            ConversationKind::Direct(_) | ConversationKind::Group | ConversationKind::Assistant => {
                return Err(ThreadError::Unknown);
            }
        };
        let me = me.ok_or(ThreadError::NotMember)?;
        let masked = (contact_locked || is_kept) && self.masks_contacts;
        Ok(Thread { conversation, me, peer, match_id, is_kept, masked, hidden })
    }

    /// The same of a direct conversation; a group is unknown.
    pub async fn direct(&self, id: ConversationId, viewer: AccountId) -> Result<Thread, ThreadError> {
        let thread = self.thread(id, viewer).await?;
        if thread.peer.is_some() { Ok(thread) } else { Err(ThreadError::Unknown) }
    }

    /// Whether there is such a conversation for anyone: a direct one whose two people see each other, or a group that
    /// goes on.
    pub async fn exists(&self, id: ConversationId) -> StoreResult<bool> {
        let Some(conversation) = self.stores.conversations.conversation(id).await? else { return Ok(false) };
        match conversation.kind {
            ConversationKind::Direct(pair) => Ok(self.relation(pair).await?.is_some_and(may_see)),
            ConversationKind::Group => Ok(conversation.closed_at.is_none()),
            ConversationKind::Assistant => Ok(false),
        }
    }

    /// The direct conversation with somebody who may be written to; `None` when there is none yet.
    ///
    /// Within reach are active people with a user name or an e-mail address whom the writer may see; and those with
    /// whom there is a conversation already, because a match opened it. So nobody writes to somebody who is there for
    /// the matchmaking alone without a match.
    pub async fn with_person(
        &self,
        viewer: AccountId,
        other: AccountId,
    ) -> Result<Option<Thread>, ReachError> {
        let pair = Pair::new(viewer, other).ok_or(ReachError::Oneself)?;
        if let Some(conversation) = self.stores.conversations.direct_between(pair).await? {
            return match self.thread(conversation.id, viewer).await {
                Ok(thread) => Ok(Some(thread)),
                Err(ThreadError::Unknown | ThreadError::NotMember) => Err(ReachError::Unknown),
                Err(ThreadError::Store(error)) => Err(error.into()),
            };
        }
        let named = self.stores.accounts.identities(other).await?;
        let named = named.iter().any(|it| matches!(it.kind, IdentityKind::Username | IdentityKind::Email));
        if named && self.relation(pair).await?.is_some_and(may_see) {
            Ok(None)
        } else {
            Err(ReachError::Unknown)
        }
    }

    /// The same, made if there is none yet.
    pub async fn open_with(&self, viewer: AccountId, other: AccountId) -> Result<Thread, ReachError> {
        if let Some(thread) = self.with_person(viewer, other).await? {
            return Ok(thread);
        }
        let pair = Pair::new(viewer, other).ok_or(ReachError::Oneself)?;
        self.stores.conversations.open_direct(pair, self.clock.now()).await?;
        self.with_person(viewer, other).await?.ok_or(ReachError::Unknown)
    }

    async fn relation(&self, pair: Pair) -> StoreResult<Option<Relation>> {
        self.stores.safety.relation(pair.low(), pair.high()).await
    }
}

#[cfg(test)]
mod tests;
