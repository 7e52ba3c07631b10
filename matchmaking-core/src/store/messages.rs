//! The store of messages and receipts.

use std::panic::{AssertUnwindSafe, catch_unwind};

use async_trait::async_trait;

use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId},
    model::{Message, MessageDetails, MessageKind},
};

/// A message to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Where.
    pub conversation: ConversationId,
    /// Who writes.
    pub sender: AccountId,
    /// What kind.
    pub kind: MessageKind,
    /// Its text.
    pub content: String,
    /// The name that the sender's client gave it. One `(sender, conversation, client_message_id)` is one message,
    /// however often it is sent.
    pub client_message_id: Option<String>,
    /// The present moment.
    pub at: Millis,
    /// The day of that moment on the calendar where the people live, counted from 1 January 1970; by it, stores count
    /// the [`days`](super::MatchView) on which the two of a match both wrote.
    pub day: i64,
    /// What it carries besides its text. Its files must have been uploaded by the sender to be sent.
    pub details: MessageDetails,
}

/// What a store does when a message is stored as new: how whoever is connected hears of messages in the order of
/// their numbers, and of each one, be its sender's client gone by then.
pub struct OnStored(Box<dyn FnOnce(&Message) + Send>);

impl OnStored {
    /// Does this. It must not block, and must not call the store.
    #[must_use]
    pub fn new(act: impl FnOnce(&Message) + Send + 'static) -> Self {
        Self(Box::new(act))
    }

    /// Does nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::new(|_| {})
    }

    /// Does it. For stores. The message is stored, whatever a listener makes of it: a panic ends here.
    pub fn act(self, message: &Message) {
        if catch_unwind(AssertUnwindSafe(|| (self.0)(message))).is_err() {
            tracing::error!(message = message.id.get(), "telling of a stored message panicked");
        }
    }
}

impl std::fmt::Debug for OnStored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnStored")
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppendOutcome {
    /// It is stored, durably, as this.
    Stored(Message),
    /// It was stored before, as this; nothing changed.
    Duplicate(Message),
    /// It is not stored.
    Refused(AppendRefusal),
}

/// Why a message is not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendRefusal {
    /// There is no such conversation.
    UnknownConversation,
    /// The sender is no member of it, or takes no part any more.
    NotMember,
    /// It is closed for writing.
    Closed,
    /// It is a direct one, and its two people may not see each other.
    NotVisible,
    /// One of its files was not uploaded by the sender to be sent, or is gone.
    NoSuchFile,
}

/// For how long a message may be taken back, in milliseconds: two minutes.
pub const RECALL_MILLIS: i64 = 120_000;

/// What became of a message to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecallOutcome {
    /// It is, as this; it was not before.
    Recalled(Message),
    /// It was before, as this.
    Already(Message),
    /// Somebody else wrote it.
    NotSender,
    /// It is older than [`RECALL_MILLIS`].
    TooLate,
    /// There is no such message.
    Unknown,
}

/// How far messages have come to a member's devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeliveryMark {
    /// In which conversation.
    pub conversation: ConversationId,
    /// To whom.
    pub account: AccountId,
    /// Up to and with this number.
    pub seq: i64,
}

/// That a person has read a conversation up to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadMark {
    /// Who.
    pub account: AccountId,
    /// Up to and with this number.
    pub seq: i64,
    /// When.
    pub at: Millis,
}

/// What became of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOutcome {
    /// It moved from the first number to the second.
    Advanced {
        /// Where it was.
        from: i64,
        /// Where it is: what was asked for, or the last message if that was less.
        to: i64,
    },
    /// It was there already, or further.
    Unchanged,
    /// The person is no member.
    NotMember,
}

/// Keeps messages and how far each member has come.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MessageStore: Send + Sync {
    /// Stores a message at the end of its conversation. When this returns, the message survives a killed process
    /// and, as far as the store is durable at all, a power cut. The numbers (`seq`) of a conversation have no
    /// gaps, and identifiers grow with them. Membership, closing and visibility are decided in the same
    /// transaction. A repeat is recognised before anything is refused. Dropping the future neither loses nor
    /// doubles the message: it is stored once or not at all.
    ///
    /// `on_stored` acts exactly once for a message that is stored as new, after it is durable and before this returns,
    /// even if the caller stopped waiting; for the messages of one conversation in the order of their numbers, as far
    /// as this process stores them. For repeats and refusals it does not act.
    async fn append_message(&self, new: NewMessage, on_stored: OnStored) -> StoreResult<AppendOutcome>;

    /// At most `limit` messages with numbers below `before` (or the newest), newest first.
    async fn messages_before(
        &self,
        conversation: ConversationId,
        before: Option<i64>,
        limit: usize,
    ) -> StoreResult<Vec<Message>>;

    /// At most `limit` messages with numbers above `after`, oldest first.
    async fn messages_after(
        &self,
        conversation: ConversationId,
        after: i64,
        limit: usize,
    ) -> StoreResult<Vec<Message>>;

    /// At most `limit` messages with numbers below `before` (or the newest) that are not from one of `hidden`, newest
    /// first, after leaving out the first `skip` of them.
    async fn messages_without(
        &self,
        conversation: ConversationId,
        hidden: &[AccountId],
        before: Option<i64>,
        skip: usize,
        limit: usize,
    ) -> StoreResult<Vec<Message>>;

    /// How many messages of a conversation are not from one of `hidden`.
    async fn count_without(&self, conversation: ConversationId, hidden: &[AccountId]) -> StoreResult<i64>;

    /// The message with this identifier.
    async fn message(&self, id: MessageId) -> StoreResult<Option<Message>>;

    /// The number of the last message of a conversation whose identifier is below `id`; 0 when there is none. `id`
    /// need not be one of this conversation, or of any.
    async fn seq_before(&self, conversation: ConversationId, id: MessageId) -> StoreResult<i64>;

    /// Notes that a member has read up to `seq`. Never goes back, and never beyond the last message. What is read
    /// was delivered, too.
    async fn mark_read(
        &self,
        conversation: ConversationId,
        account: AccountId,
        seq: i64,
        at: Millis,
    ) -> StoreResult<ReadOutcome>;

    /// Notes that messages up to `seq` reached a device of a member. As [`mark_read`](Self::mark_read) otherwise.
    async fn mark_delivered(
        &self,
        conversation: ConversationId,
        account: AccountId,
        seq: i64,
    ) -> StoreResult<ReadOutcome>;

    /// The same for many members, in one go. Returns the marks that moved, each to what was asked for, by conversation,
    /// then account. One beyond the last message moves nothing, nor does one of a stranger.
    async fn mark_all_delivered(&self, marks: &[DeliveryMark]) -> StoreResult<Vec<DeliveryMark>>;

    /// Takes a message back for its sender, who has [`RECALL_MILLIS`] for that: it keeps its place, and loses its text
    /// and its details. Files that it alone carried are discarded.
    async fn recall_message(&self, id: MessageId, by: AccountId, at: Millis) -> StoreResult<RecallOutcome>;

    /// The marks that tell which members read the messages with numbers from `from` to `to`, and when: of each member
    /// those at or above `from`, up to the first at or above `to`, ordered by account, then number. The first mark of
    /// a member at or above a message's number tells when they read it. Former members' marks are kept and not told.
    async fn read_marks(
        &self,
        conversation: ConversationId,
        from: i64,
        to: i64,
    ) -> StoreResult<Vec<ReadMark>>;
}
