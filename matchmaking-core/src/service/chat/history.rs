//! Reading what was said.

use super::{Chat, Thread};
use crate::{error::StoreResult, ids::MessageId, model::Message};

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

impl Chat {
    /// The newest messages of a conversation within `bound`, as far as its viewer is shown them, oldest first.
    pub async fn history(&self, thread: &Thread, bound: HistoryBound) -> StoreResult<Vec<Message>> {
        let mut newest_first: Vec<Message> = Vec::new();
        let mut bytes = 0;
        loop {
            let page = HISTORY_PAGE.min(bound.messages - newest_first.len());
            let before = newest_first.last().map(|message| message.seq);
            let messages = &self.stores.messages;
            let read = messages.messages_without(thread.id(), &thread.hidden, before, 0, page).await?;
            let complete = read.len() < page;
            for message in read {
                bytes += message.content.len();
                if bytes > bound.bytes && !newest_first.is_empty() {
                    newest_first.reverse();
                    return Ok(self.shown(thread, newest_first));
                }
                newest_first.push(message);
            }
            if complete || newest_first.len() >= bound.messages {
                newest_first.reverse();
                return Ok(self.shown(thread, newest_first));
            }
        }
    }

    /// At most `limit` messages of a conversation, newest first, as far as its viewer is shown them: those before the
    /// message `before`, which need not exist, and after leaving out the first `skip` of them.
    pub async fn page(
        &self,
        thread: &Thread,
        before: Option<MessageId>,
        skip: usize,
        limit: usize,
    ) -> StoreResult<Vec<Message>> {
        let messages = &self.stores.messages;
        let before = match before {
            Some(id) => Some(messages.seq_before(thread.id(), id).await? + 1),
            None => None,
        };
        if !thread.hidden.is_empty() {
            return messages.messages_without(thread.id(), &thread.hidden, before, skip, limit).await;
        }
        if skip == 0 {
            return Ok(self.shown(thread, messages.messages_before(thread.id(), before, limit).await?));
        }
        // Numbers have no gaps, so that leaving out is counting, however deep somebody pages.
        let newest = before.unwrap_or(thread.conversation.last_seq + 1);
        let before = newest.saturating_sub(i64::try_from(skip).unwrap_or(i64::MAX));
        if before <= 1 {
            return Ok(Vec::new());
        }
        Ok(self.shown(thread, messages.messages_before(thread.id(), Some(before), limit).await?))
    }

    /// The messages of a conversation with numbers above `after`, oldest first, as many as the bound allows and at least
    /// one, as far as its viewer is shown them; and the number up to which that is all of them.
    pub async fn since(
        &self,
        thread: &Thread,
        after: i64,
        bound: HistoryBound,
    ) -> StoreResult<(Vec<Message>, i64)> {
        let mut read = self.stores.messages.messages_after(thread.id(), after, bound.messages).await?;
        let mut bytes = 0;
        let fits = read.iter().take_while(|message| {
            bytes += message.content.len() + message.details.bytes();
            bytes <= bound.bytes
        });
        let fitting = fits.count().max(1);
        read.truncate(fitting);
        let up_to = read.last().map_or(after, |last| last.seq);
        read.retain(|message| thread.shows(message.sender));
        Ok((self.shown(thread, read), up_to))
    }

    /// How many messages of a conversation its viewer is shown in all.
    pub async fn total(&self, thread: &Thread) -> StoreResult<i64> {
        if thread.hidden.is_empty() {
            return Ok(thread.conversation.last_seq);
        }
        self.stores.messages.count_without(thread.id(), &thread.hidden).await
    }
}
