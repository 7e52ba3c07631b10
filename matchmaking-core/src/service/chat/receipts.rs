//! Who has read what.

use std::collections::BTreeMap;

use super::{Chat, Thread, ThreadError, deliveries::Delivered};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId},
    model::Message,
    realtime::{Event, MessagePlace},
    store::{ReadMark, ReadOutcome},
};

impl Chat {
    /// Of each of these messages of a conversation, which other members have read it, and when, ordered by account.
    pub async fn read_by(&self, thread: &Thread, messages: &[Message]) -> StoreResult<Vec<Vec<ReadMark>>> {
        let numbers = || messages.iter().map(|message| message.seq);
        let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else { return Ok(Vec::new()) };
        let marks = self.stores.messages.read_marks(thread.id(), first, last).await?;
        let marks: Vec<ReadMark> = marks.into_iter().filter(|mark| thread.shows(mark.account)).collect();
        let readers = |message: &Message| {
            let of_each = marks.chunk_by(|one, other| one.account == other.account);
            of_each
                .filter_map(|marks| marks.iter().find(|mark| mark.seq >= message.seq))
                .filter(|mark| mark.account != message.sender)
                .copied()
                .collect()
        };
        Ok(messages.iter().map(readers).collect())
    }

    /// Notes that the viewer has read everything up to the newest of these messages of theirs, and tells the senders
    /// of those that were unread, each of the newest one of theirs.
    pub async fn read_all(&self, thread: &Thread, messages: &[Message]) -> StoreResult<()> {
        let Some(up_to) = messages.iter().map(|message| message.seq).max() else { return Ok(()) };
        if up_to <= thread.me.read_seq {
            return Ok(());
        }
        let at = self.clock.now();
        let outcome = self.stores.messages.mark_read(thread.id(), thread.viewer(), up_to, at).await?;
        let ReadOutcome::Advanced { from, .. } = outcome else { return Ok(()) };
        let mut newest: BTreeMap<AccountId, &Message> = BTreeMap::new();
        for message in messages.iter().filter(|message| message.seq > from) {
            let known = newest.entry(message.sender).or_insert(message);
            if message.seq > known.seq {
                *known = message;
            }
        }
        for message in newest.into_values() {
            self.tell_read(thread, message, at);
        }
        Ok(())
    }

    /// Notes that somebody has read a conversation up to a message of it, whoever wrote that, and tells the sender of the
    /// newest message of somebody else's that was unread. Unknown is a message of another conversation.
    pub async fn read_up_to(
        &self,
        viewer: AccountId,
        conversation: ConversationId,
        id: MessageId,
    ) -> Result<(), ThreadError> {
        let thread = self.readable(conversation, viewer).await?;
        let message = self.stores.messages.message(id).await?;
        let message = message.filter(|it| it.conversation == conversation && thread.shows(it.sender));
        let message = message.ok_or(ThreadError::Unknown)?;
        if message.sender != viewer {
            return Ok(self.read_all(&thread, std::slice::from_ref(&message)).await?);
        }
        let others = [&[viewer], thread.hidden.as_slice()].concat();
        let messages = &self.stores.messages;
        let mut newest = messages.messages_without(conversation, &others, Some(message.seq), 0, 1).await?;
        newest.push(message);
        Ok(self.read_all(&thread, &newest).await?)
    }

    /// Notes that these messages of a conversation, which are told to its viewer, have reached them, and tells the sender
    /// of the newest one of somebody else's. In groups nobody waits for that.
    pub async fn delivered(&self, thread: &mut Thread, messages: &[Message]) -> StoreResult<()> {
        let Some(peer) = thread.peer else { return Ok(()) };
        let of_peer = messages.iter().filter(|message| message.sender == peer);
        let Some(newest) = of_peer.max_by_key(|message| message.seq) else { return Ok(()) };
        if newest.seq <= thread.me.delivered_seq {
            return Ok(());
        }
        let (conversation, viewer) = (thread.id(), thread.viewer());
        let outcome = self.stores.messages.mark_delivered(conversation, viewer, newest.seq).await?;
        thread.me.delivered_seq = newest.seq;
        if matches!(outcome, ReadOutcome::Advanced { .. }) {
            let delivered = Delivered { message: newest.id, seq: newest.seq, sender: peer };
            self.tell_delivered(conversation, viewer, delivered);
        }
        Ok(())
    }

    /// Notes that somebody has read a message, and everything before it, and tells its sender. Unknown is a message of
    /// a conversation that they are not shown.
    pub async fn read_message(&self, viewer: AccountId, id: MessageId) -> Result<(), ThreadError> {
        let message = self.stores.messages.message(id).await?.ok_or(ThreadError::Unknown)?;
        let thread = match self.thread(message.conversation, viewer).await {
            Err(ThreadError::NotMember) => return Err(ThreadError::Unknown),
            thread => thread?,
        };
        if !thread.shows(message.sender) {
            return Err(ThreadError::Unknown);
        }
        self.read_all(&thread, std::slice::from_ref(&message)).await?;
        Ok(())
    }

    fn tell_read(&self, thread: &Thread, message: &Message, at: Millis) {
        let reader = thread.viewer();
        if message.sender != reader && thread.shows(message.sender) {
            let place = Some(MessagePlace { conversation: message.conversation, seq: message.seq });
            let event = Event::MessageRead { message: message.id, reader, at, place };
            self.hub.publish_to(&[message.sender], event);
        }
    }
}
