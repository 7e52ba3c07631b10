//! Conversations and messages.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::{
    clock::Clock,
    error::StoreError,
    ids::{AccountId, ConversationId, MatchId},
    model::{Conversation, ConversationKind, Message, MessageKind, Pair, Relation, may_see},
    realtime::{Event, Hub, Sender},
    store::{AppendOutcome, AppendRefusal, NewMessage, OnStored, Stores},
};

/// How much of a history that is asked for whole is given: its newest messages within both bounds, and at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryBound {
    /// The most messages.
    pub messages: usize,
    /// The most bytes of text.
    pub bytes: usize,
}

/// What an answer of its own holds.
pub const ANSWER_HISTORY: HistoryBound = HistoryBound { messages: 5_000, bytes: 8 << 20 };

/// What a frame among others holds.
pub const FRAME_HISTORY: HistoryBound = HistoryBound { messages: 500, bytes: 192 << 10 };

/// How many messages of a history are read at once.
const HISTORY_PAGE: usize = 500;

/// Opens conversations, stores what is said in them, and tells whoever is connected.
#[derive(Debug, Clone)]
pub struct Chat {
    stores: Stores,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
}

/// A direct conversation as one of its two people sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectView {
    /// The conversation.
    pub conversation: Conversation,
    /// The other one of the two.
    pub peer: AccountId,
    /// The match of the two, if they have one.
    pub match_id: Option<MatchId>,
}

/// Why somebody is not shown a direct conversation.
#[derive(Debug, thiserror::Error)]
pub enum DirectError {
    /// There is no such direct conversation, or its two people may not see each other.
    #[error("unknown conversation")]
    Unknown,
    /// It is between two other people.
    #[error("not a member")]
    NotMember,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why no conversation is opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such match between these two.
    #[error("no such match")]
    NoSuchMatch,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a message is not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The conversation cannot be written to by this sender.
    #[error("refused: {0:?}")]
    Refused(AppendRefusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A message to be sent in a direct conversation.
#[derive(Debug, Clone)]
pub struct DirectMessage<'a> {
    /// The conversation, as the sender sees it.
    pub view: &'a DirectView,
    /// Who writes.
    pub sender: Arc<Sender>,
    /// What.
    pub content: String,
    /// What the sender's client said about the time, passed on as it came: JSON text.
    pub client_timestamp: Option<String>,
}

/// A message that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The message.
    pub message: Message,
    /// Whether a connection of the other side took it; otherwise they are offline.
    pub delivered: bool,
}

impl Chat {
    /// The service over these stores.
    #[must_use]
    pub fn new(stores: Stores, hub: Arc<Hub>, clock: Arc<dyn Clock>) -> Self {
        Self { stores, hub, clock }
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

    /// A direct conversation as this person sees it.
    pub async fn direct(&self, id: ConversationId, viewer: AccountId) -> Result<DirectView, DirectError> {
        let conversation = self.stores.conversations.conversation(id).await?.ok_or(DirectError::Unknown)?;
        let ConversationKind::Direct(pair) = conversation.kind else { return Err(DirectError::Unknown) };
        // First whether the two may be seen at all: after a deactivation there is nothing to be a stranger to.
        if !self.relation(pair).await?.is_some_and(may_see) {
            return Err(DirectError::Unknown);
        }
        let peer = pair.other(viewer).ok_or(DirectError::NotMember)?;
        let match_id = self.stores.matches.match_between(pair).await?.map(|view| view.matched.id);
        Ok(DirectView { conversation, peer, match_id })
    }

    /// Whether there is such a direct conversation, and its two people see each other.
    pub async fn direct_exists(&self, id: ConversationId) -> Result<bool, StoreError> {
        let conversation = self.stores.conversations.conversation(id).await?;
        match conversation.map(|conversation| conversation.kind) {
            Some(ConversationKind::Direct(pair)) => Ok(self.relation(pair).await?.is_some_and(may_see)),
            _ => Ok(false),
        }
    }

    async fn relation(&self, pair: Pair) -> Result<Option<Relation>, StoreError> {
        self.stores.safety.relation(pair.low(), pair.high()).await
    }

    /// The newest messages of a conversation within `bound`, oldest first. Whether the caller may read them is decided
    /// by [`direct`](Self::direct).
    pub async fn history(&self, id: ConversationId, bound: HistoryBound) -> Result<Vec<Message>, StoreError> {
        let mut newest_first: Vec<Message> = Vec::new();
        let mut bytes = 0;
        loop {
            let page = HISTORY_PAGE.min(bound.messages - newest_first.len());
            let before = newest_first.last().map(|message| message.seq);
            let read = self.stores.messages.messages_before(id, before, page).await?;
            let complete = read.len() < page;
            for message in read {
                bytes += message.content.len();
                if bytes > bound.bytes && !newest_first.is_empty() {
                    newest_first.reverse();
                    return Ok(newest_first);
                }
                newest_first.push(message);
            }
            if complete || newest_first.len() >= bound.messages {
                newest_first.reverse();
                return Ok(newest_first);
            }
        }
    }

    /// Stores a message and tells the other side.
    pub async fn send_direct(&self, new: DirectMessage<'_>) -> Result<Sent, SendError> {
        let append = NewMessage {
            conversation: new.view.conversation.id,
            sender: new.sender.account,
            kind: MessageKind::Text,
            content: new.content,
            client_message_id: None,
            at: self.clock.now(),
        };
        let taken = Arc::new(AtomicUsize::new(0));
        let on_stored = {
            let (hub, peer, taken) = (Arc::clone(&self.hub), new.view.peer, Arc::clone(&taken));
            let (sender, match_id, client_timestamp) = (new.sender, new.view.match_id, new.client_timestamp);
            OnStored::new(move |message| {
                let message = message.clone();
                let event = Event::MessageStored { message, sender, match_id, client_timestamp };
                taken.store(hub.publish_to(&[peer], event), Ordering::Release);
            })
        };
        let message = match self.stores.messages.append_message(append, on_stored).await? {
            AppendOutcome::Stored(message) | AppendOutcome::Duplicate(message) => message,
            AppendOutcome::Refused(refusal) => return Err(SendError::Refused(refusal)),
        };
        let delivered = taken.load(Ordering::Acquire) > 0;
        Ok(Sent { message, delivered })
    }
}
