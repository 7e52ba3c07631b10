//! Who has read what.

use std::collections::BTreeMap;

use super::{Chat, Thread, ThreadError};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, MessageId},
    model::Message,
    realtime::Event,
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
            self.hub.publish_to(&[message.sender], Event::MessageRead { message: message.id, reader, at });
        }
    }
}
