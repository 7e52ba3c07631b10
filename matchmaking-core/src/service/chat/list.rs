//! The lists of a person's conversations.

use super::{Chat, ThreadError};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{Member, Person},
    service::likes::by_id,
    store::{ConversationSummary, MatchedConversation, Slice, Sliced},
};

/// The most conversations of a person that are listed: those with the latest activity.
pub const CONVERSATIONS_LISTED_MAX: usize = 1_000;

/// A conversation of two who are matched, as one of them has it in their list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The conversation, with its last message and how many are unread.
    pub summary: ConversationSummary,
    /// The other one's number.
    pub partner: AccountId,
    /// The other one; `None` for one who has deleted the account.
    pub person: Option<Person>,
    /// Whether they are connected, whatever dialect they speak.
    pub is_online: bool,
    /// When they were matched.
    pub matched_at: Millis,
}

/// A part of somebody's list of conversations.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The part.
    pub items: Vec<Listed>,
    /// How many conversations there are in all.
    pub total: usize,
    /// How many messages are unread in all of them; see
    /// [`unread_in_matched`](crate::store::ConversationStore::unread_in_matched).
    pub unread: i64,
}

impl Chat {
    /// The conversations of a person, the latest activity first, at most [`CONVERSATIONS_LISTED_MAX`].
    pub async fn conversations(&self, viewer: AccountId) -> StoreResult<Vec<ConversationSummary>> {
        let hidden = self.stores.safety.hidden_from(viewer).await?;
        let conversations = &self.stores.conversations;
        let listed = conversations.conversations_of(viewer, &hidden, CONVERSATIONS_LISTED_MAX).await?;
        Ok(listed.into_iter().map(|summary| self.show_summary(summary)).collect())
    }

    /// A part of the conversations of a person with those whom they are matched with: the pinned ones first, then those
    /// with the latest activity, or from the list's end.
    pub async fn matched(&self, viewer: AccountId, slice: Slice) -> StoreResult<Listing> {
        let conversations = &self.stores.conversations;
        let (found, unread) = tokio::join!(
            conversations.matched_conversations(viewer, slice),
            conversations.unread_in_matched(viewer),
        );
        let (Sliced { total, items: found }, unread) = (found?, unread?);
        let partners: Vec<AccountId> = found.iter().map(|matched| matched.partner).collect();
        let mut people = by_id(self.stores.people.people_among(&partners).await?);
        let listed = |matched: MatchedConversation| {
            let MatchedConversation { summary, partner, matched_at } = matched;
            let is_online = self.hub.is_present(partner);
            let person = people.remove(&partner);
            Listed { summary: self.show_summary(summary), partner, person, is_online, matched_at }
        };
        Ok(Listing { items: found.into_iter().map(listed).collect(), total, unread })
    }

    /// Changes how somebody has a conversation in their list; what is `None` stays.
    pub async fn prefer(
        &self,
        viewer: AccountId,
        id: ConversationId,
        is_pinned: Option<bool>,
        is_muted: Option<bool>,
    ) -> Result<Member, ThreadError> {
        let thread = self.readable(id, viewer).await?;
        let conversations = &self.stores.conversations;
        let member = conversations.set_preferences(thread.id(), viewer, is_pinned, is_muted).await?;
        member.ok_or(ThreadError::NotMember)
    }
}
