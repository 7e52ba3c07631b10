//! The matches of a person with what has come of them: messages, days, and each other's telephone numbers.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{
    chat::{Chat, OpenError},
    days::Day,
    likes::by_id,
    people::People,
};
use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::{AccountId, ConversationId, MatchId},
    model::{IdentityKind, Match, Message, Person},
    store::{ContactRequest, MatchCounts, MatchView, Slice, Sliced, Stores},
};

pub use crate::store::MatchFilter;

/// On how many days both must have written before either may ask for the other's contact.
pub const DAYS_BEFORE_CONTACT: i64 = 3;

/// How many messages there must be before either may ask for the other's contact.
pub const MESSAGES_BEFORE_CONTACT: i64 = 20;

/// Shows and ends matches.
#[derive(Debug, Clone)]
pub struct Pairs {
    stores: Stores,
    people: People,
    chat: Chat,
    clock: Arc<dyn Clock>,
}

/// A match as one of its two people sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    /// The match.
    pub matched: Match,
    /// The other one.
    pub partner: Person,
    /// Their conversation.
    pub conversation: Option<ConversationId>,
    /// Its last message.
    pub last: Option<Message>,
    /// How many messages in it are unread.
    pub unread: i64,
    /// How many messages there are.
    pub messages: i64,
    /// On how many days both wrote.
    pub days: i64,
    /// What has become of the other's contact.
    pub contact: Contact,
}

/// What has become of each other's contact in a match.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// Whether the two have talked enough to ask.
    pub may_ask: bool,
    /// Whether this one of the two has asked.
    pub asked: bool,
    /// Whether the other one has.
    pub was_asked: bool,
    /// The other's telephone number, once both have asked.
    pub phone: Option<String>,
}

/// Without the number.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact")
            .field("may_ask", &self.may_ask)
            .field("asked", &self.asked)
            .field("was_asked", &self.was_asked)
            .finish_non_exhaustive()
    }
}

/// Why a contact is not asked for.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// There is no such match for this person.
    #[error("unknown match")]
    Unknown,
    /// The two have not talked enough.
    #[error("the two have not talked enough")]
    TooEarly,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Pairs {
    /// The service over these stores.
    #[must_use]
    pub fn new(stores: Stores, people: People, chat: Chat, clock: Arc<dyn Clock>) -> Self {
        Self { stores, people, chat, clock }
    }

    /// A part of the matches of a person, by their number.
    pub async fn list(
        &self,
        viewer: AccountId,
        filter: MatchFilter,
        slice: Slice,
    ) -> StoreResult<Sliced<Paired>> {
        let page = self.stores.matches.matches_page(viewer, filter, slice).await?;
        Ok(Sliced { total: page.total, items: self.paired(viewer, page.items).await? })
    }

    /// Numbers over all matches of a person; new are those of today.
    pub async fn counts(&self, viewer: AccountId) -> StoreResult<MatchCounts> {
        let today = Day::of(self.clock.now(), self.people.time_zone());
        self.stores.matches.match_counts(viewer, today.began).await
    }

    /// Asks for the other's contact in a match, and tells what has become of it.
    pub async fn ask_contact(&self, viewer: AccountId, id: MatchId) -> Result<Contact, ContactError> {
        let contact = self.contact(viewer, id).await?;
        if contact.asked {
            return Ok(contact);
        }
        if !contact.may_ask {
            return Err(ContactError::TooEarly);
        }
        if !self.stores.matches.ask_contact(id, viewer, self.clock.now()).await? {
            return Err(ContactError::Unknown);
        }
        self.contact(viewer, id).await
    }

    /// Ends a match for good; tells whether there was one of this person that had not ended.
    pub async fn end(&self, viewer: AccountId, id: MatchId) -> StoreResult<bool> {
        self.stores.matches.end_match(id, viewer, self.clock.now()).await
    }

    async fn contact(&self, viewer: AccountId, id: MatchId) -> Result<Contact, ContactError> {
        let view = self.stores.matches.match_view(id).await?.ok_or(ContactError::Unknown)?;
        if view.matched.partner_of(viewer).is_none() {
            return Err(ContactError::Unknown);
        }
        let paired = self.paired(viewer, vec![view]).await?;
        paired.into_iter().next().map(|paired| paired.contact).ok_or(ContactError::Unknown)
    }

    /// Matches with all that has come of them; a conversation that was not opened when one was made is opened now.
    async fn paired(&self, viewer: AccountId, views: Vec<MatchView>) -> StoreResult<Vec<Paired>> {
        let partners: Vec<_> = views.iter().filter_map(|view| view.matched.partner_of(viewer)).collect();
        let mut people = by_id(self.stores.people.people_among(&partners).await?);
        let ids: Vec<MatchId> = views.iter().map(|view| view.matched.id).collect();
        let asked = self.stores.matches.contact_requests(&ids).await?;
        let asked: BTreeSet<(MatchId, AccountId)> =
            asked.into_iter().map(|ContactRequest { match_id, by }| (match_id, by)).collect();
        let open: Vec<AccountId> = views
            .iter()
            .filter(|view| asked.contains(&(view.matched.id, viewer)))
            .filter_map(|view| {
                let partner = view.matched.partner_of(viewer)?;
                asked.contains(&(view.matched.id, partner)).then_some(partner)
            })
            .collect();
        let phones = self.stores.accounts.identities_of_kind(IdentityKind::Phone, &open).await?;
        let phones: HashMap<_, _> = phones.into_iter().collect();
        let conversations: Vec<_> = views.iter().filter_map(|view| view.conversation).collect();
        let talks = self.stores.conversations.summaries_of(viewer, &[], &conversations).await?;
        let mut talks: HashMap<_, _> =
            talks.into_iter().map(|talk| (talk.conversation.id, self.chat.show_summary(talk))).collect();

        let mut paired = Vec::with_capacity(views.len());
        for MatchView { matched, conversation, last_seq, days } in views {
            let Some(partner) = matched.partner_of(viewer).and_then(|id| people.remove(&id)) else {
                continue;
            };
            let conversation = match conversation {
                Some(conversation) => Some(conversation),
                None => match self.chat.open_match(matched.id, viewer, partner.id).await {
                    Ok(opened) => Some(opened.id),
                    // One of the two has hidden from the other since.
                    Err(OpenError::NoSuchMatch) => continue,
                    Err(OpenError::Store(error)) => return Err(error),
                },
            };
            let talk = conversation.and_then(|id| talks.remove(&id));
            let contact = Contact {
                may_ask: days >= DAYS_BEFORE_CONTACT && last_seq >= MESSAGES_BEFORE_CONTACT,
                asked: asked.contains(&(matched.id, viewer)),
                was_asked: asked.contains(&(matched.id, partner.id)),
                phone: phones.get(&partner.id).map(|identity| identity.value.clone()),
            };
            paired.push(Paired {
                unread: talk.as_ref().map_or(0, |talk| talk.unread),
                last: talk.and_then(|talk| talk.last),
                matched,
                partner,
                conversation,
                messages: last_seq,
                days,
                contact,
            });
        }
        Ok(paired)
    }
}
