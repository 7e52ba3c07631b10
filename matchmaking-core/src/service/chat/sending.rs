//! Sending a message, and telling of it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::{Chat, ReachError, Thread, deliveries::Delivered, shown::mask};
use crate::{
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::{Message, MessageDetails, MessageKind},
    realtime::{ConnectionId, Event, Sender},
    service::days,
    store::{AppendOutcome, AppendRefusal, NewMessage, OnStored},
};

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing<'a> {
    /// Where, as the sender sees it.
    pub thread: &'a Thread,
    /// Who writes: the one whose view of the thread this is.
    pub sender: Arc<Sender>,
    /// What kind.
    pub kind: MessageKind,
    /// What.
    pub content: String,
    /// The name that the sender's client gave it, so that a repeated send is recognised.
    pub client_message_id: Option<String>,
    /// What the sender's client said about the time, passed on as it came: JSON text.
    pub client_timestamp: Option<String>,
    /// The connection through which it came, if that one is answered otherwise than by being told of it.
    pub origin: Option<ConnectionId>,
    /// What it carries besides its text.
    pub details: MessageDetails,
}

impl<'a> Outgoing<'a> {
    /// A text without any particulars.
    #[must_use]
    pub fn text(thread: &'a Thread, sender: Arc<Sender>, content: String) -> Self {
        Self {
            thread,
            sender,
            kind: MessageKind::Text,
            content,
            client_message_id: None,
            client_timestamp: None,
            origin: None,
            details: MessageDetails::default(),
        }
    }
}

/// A message that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The message.
    pub message: Message,
    /// Whether a connection of somebody else took it; otherwise they are offline.
    pub delivered: bool,
    /// Whether it was stored before, by the name that its client gave it: then nobody was told again.
    pub repeated: bool,
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

impl Chat {
    /// Stores a message and tells everyone in the conversation.
    pub async fn send(&self, new: Outgoing<'_>) -> Result<Sent, SendError> {
        let Outgoing { thread, sender, kind, content, client_message_id, client_timestamp, origin, details } =
            new;
        let at = self.clock.now();
        let append = NewMessage {
            conversation: thread.id(),
            sender: sender.account,
            kind,
            content,
            client_message_id,
            at,
            day: days::number(at, self.time_zone),
            details,
        };
        let told = self.told(thread).await?;
        let taken = Arc::new(AtomicUsize::new(0));
        let on_stored = {
            let (hub, taken) = (Arc::clone(&self.hub), Arc::clone(&taken));
            let (receiver, match_id) = (thread.peer, thread.match_id);
            let (audiences, hidden) = (Arc::clone(&self.audiences), thread.hidden.clone());
            let (deliveries, masked) = (Arc::clone(&self.deliveries), thread.masked);
            let media = self.media.clone();
            OnStored::new(move |message| {
                // Whoever is a member now, and not when the message was handed in.
                let members = receiver.is_none().then(|| audiences.now(message.conversation)).flatten();
                let told = members.map_or(told, |members| shown_to(members, &hidden));
                let author = sender.account;
                let event = |message: Message| Event::MessageStored {
                    message: Box::new(message),
                    sender: Arc::clone(&sender),
                    receiver,
                    match_id,
                    client_timestamp: client_timestamp.clone(),
                };
                let mut of_others = message.clone();
                if masked {
                    mask(&media, &mut of_others);
                }
                let took = match receiver {
                    // Whoever wrote it is shown what they wrote.
                    Some(other) if of_others != *message => {
                        hub.publish_except(origin, &[author], event(message.clone()));
                        hub.publish_except(origin, &[other], event(of_others))
                    }
                    _ => hub.publish_except(origin, &told, event(of_others)),
                };
                taken.store(took, Ordering::Release);
                if let (Some(other), 1..) = (receiver, took) {
                    let delivered = Delivered { message: message.id, seq: message.seq, sender: author };
                    deliveries.add(message.conversation, other, delivered);
                }
            })
        };
        let (message, repeated) = match self.stores.messages.append_message(append, on_stored).await? {
            AppendOutcome::Stored(message) => {
                // The message is stored, whatever becomes of this.
                if let Err(error) = self.link_file(&message).await {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "a file will not go with its message");
                }
                (message, false)
            }
            AppendOutcome::Duplicate(message) => (message, true),
            AppendOutcome::Refused(refusal) => return Err(SendError::Refused(refusal)),
        };
        let delivered = taken.load(Ordering::Acquire) > 0;
        Ok(Sent { message, delivered, repeated })
    }

    /// Notes to what file of its conversation a message links, if it does. What it carries itself is noted when it is stored.
    async fn link_file(&self, message: &Message) -> StoreResult<()> {
        let may_link = matches!(
            message.kind,
            MessageKind::Image | MessageKind::Voice | MessageKind::Video | MessageKind::File
        );
        let links = may_link && message.details.media.is_none();
        let key = links.then(|| self.media.sent_to(&message.content, message.conversation)).flatten();
        match key {
            Some(key) => self.stores.album.link_file(key.as_str(), message.conversation, message.id).await,
            None => Ok(()),
        }
    }

    /// Tells the others in the conversation that its viewer is writing.
    pub async fn typing(&self, thread: &Thread) -> StoreResult<()> {
        let mut told = self.told(thread).await?.to_vec();
        told.retain(|account| *account != thread.viewer());
        let (from, conversation) = (thread.viewer(), Some(thread.id()));
        self.hub.publish_to(&told, Event::Typing { from, conversation, receiver: thread.peer });
        Ok(())
    }

    /// Tells somebody that this person is writing to them, whether the two have talked before or not: writing opens no
    /// conversation, only sending does.
    pub async fn typing_to(&self, from: AccountId, other: AccountId) -> Result<(), ReachError> {
        if let Some(thread) = self.with_person(from, other).await? {
            return Ok(self.typing(&thread).await?);
        }
        self.hub.publish_to(&[other], Event::Typing { from, conversation: None, receiver: Some(other) });
        Ok(())
    }

    /// Everyone in the conversation, its viewer included, but for whom they are not shown to.
    pub(super) async fn told(&self, thread: &Thread) -> StoreResult<Arc<[AccountId]>> {
        if let Some(peer) = thread.peer {
            return Ok(Arc::new([thread.viewer(), peer]));
        }
        let members = self.audiences.of(thread.id()).await?;
        Ok(shown_to(members, &thread.hidden))
    }
}

/// These members without those who are hidden; `hidden` ascends.
fn shown_to(members: Arc<[AccountId]>, hidden: &[AccountId]) -> Arc<[AccountId]> {
    if hidden.is_empty() {
        return members;
    }
    members.iter().copied().filter(|member| hidden.binary_search(member).is_err()).collect()
}
