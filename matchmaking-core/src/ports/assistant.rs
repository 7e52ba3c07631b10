//! Whoever answers in a conversation with the assistant.

use std::fmt;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::Cause;
use crate::ids::AccountId;

/// How many messages of a conversation an assistant is shown: its last ones.
pub const HISTORY_MESSAGES: usize = 20;

/// How many pieces of a reply wait for whoever reads it. Then whoever writes it waits.
pub const REPLY_PIECES: usize = 64;

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The person.
    Person,
    /// The assistant.
    Assistant,
}

/// Something that was said. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Said {
    /// By whom.
    pub by: Speaker,
    /// What.
    pub text: String,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said").field("by", &self.by).finish_non_exhaustive()
    }
}

/// What an assistant is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    history: Vec<Said>,
    /// Who asks, where that is known.
    pub asker: Option<AccountId>,
    /// The model that the asker wishes for; an assistant may have no choice.
    pub model: Option<String>,
}

impl Question {
    /// A question at the end of this history, of which the last [`HISTORY_MESSAGES`] are kept.
    #[must_use]
    pub fn new(mut history: Vec<Said>, asker: Option<AccountId>) -> Self {
        history.drain(..history.len().saturating_sub(HISTORY_MESSAGES));
        Self { history, asker, model: None }
    }

    /// The same, with a wish for a model.
    #[must_use]
    pub fn wishing(self, model: Option<String>) -> Self {
        Self { model, ..self }
    }

    /// The conversation so far, oldest first, ending with what is asked now.
    #[must_use]
    pub fn history(&self) -> &[Said] {
        &self.history
    }
}

/// Why there is no reply, or no more of it. What is shown of it to a person is its `Display`.
#[derive(Debug, thiserror::Error)]
pub enum AssistantError {
    /// The model cannot be reached. Trying again later may help.
    #[error("the assistant is unavailable")]
    Unavailable(#[source] Cause),
    /// The model has too much to do.
    #[error("the assistant has too much to do")]
    Busy {
        /// After how many seconds it may be asked again, if it says so.
        retry_after_secs: Option<u64>,
    },
    /// The model took too long.
    #[error("the assistant took too long")]
    TimedOut,
    /// The model sent something that is no reply, or too much of it.
    #[error("the assistant's reply could not be read")]
    Malformed,
    /// The reply broke off.
    #[error("the assistant's reply broke off")]
    BrokenOff,
}

/// Answers questions.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Assistant: Send + Sync {
    /// Begins to answer. Whoever drops the [`Reply`] wants no more of it: the assistant then stops at once, and ends
    /// whatever it has others do for it.
    async fn ask(&self, question: Question) -> Result<Reply, AssistantError>;

    /// What the model is called that answers whoever wishes for this one.
    fn model(&self, wished: Option<String>) -> String;
}

/// A reply as it is being written.
#[derive(Debug)]
pub struct Reply {
    pieces: mpsc::Receiver<Piece>,
    over: bool,
}

/// The writing end of a [`Reply`]. Dropped before [`end`](Self::end) or [`fail`](Self::fail), the reply broke off.
#[derive(Debug)]
pub struct ReplyWriter {
    pieces: mpsc::Sender<Piece>,
}

/// Nobody reads the reply any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody reads the reply any more")]
pub struct Abandoned;

enum Piece {
    Text(String),
    // Told, so that a reply that was finished differs from one whose writer is gone.
    End,
    Failed(AssistantError),
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Piece")
    }
}

/// A bounded way for a reply from who writes it to who reads it.
#[must_use]
pub fn reply() -> (ReplyWriter, Reply) {
    let (sender, pieces) = mpsc::channel(REPLY_PIECES);
    (ReplyWriter { pieces: sender }, Reply { pieces, over: false })
}

impl ReplyWriter {
    /// Goes on with this text, when there is room for it.
    pub async fn write(&self, text: impl Into<String>) -> Result<(), Abandoned> {
        self.pieces.send(Piece::Text(text.into())).await.map_err(|_| Abandoned)
    }

    /// The reply is complete.
    pub async fn end(self) -> Result<(), Abandoned> {
        self.pieces.send(Piece::End).await.map_err(|_| Abandoned)
    }

    /// The reply cannot be completed.
    pub async fn fail(self, error: AssistantError) -> Result<(), Abandoned> {
        self.pieces.send(Piece::Failed(error)).await.map_err(|_| Abandoned)
    }

    /// Returns when nobody reads the reply any more, for a writer that is waiting for something else.
    pub async fn abandoned(&self) {
        self.pieces.closed().await;
    }
}

impl Reply {
    /// The next piece of text; `None` when the reply is complete. After `None` or an error nothing comes. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<String, AssistantError>> {
        if self.over {
            return None;
        }
        let (piece, over) = match self.pieces.recv().await {
            Some(Piece::Text(text)) => (Some(Ok(text)), false),
            Some(Piece::End) => (None, true),
            Some(Piece::Failed(error)) => (Some(Err(error)), true),
            None => (Some(Err(AssistantError::BrokenOff)), true),
        };
        self.over = over;
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Said {
        Said { by: Speaker::Person, text: text.to_owned() }
    }

    #[tokio::test]
    async fn a_reply_that_breaks_off_is_not_complete() {
        let (writer, mut broken) = reply();
        writer.write("a").await.unwrap();
        drop(writer);
        assert_eq!(broken.next().await.unwrap().unwrap(), "a");
        assert!(matches!(broken.next().await, Some(Err(AssistantError::BrokenOff))));
        assert!(broken.next().await.is_none());

        let (writer, mut failed) = reply();
        writer.fail(AssistantError::Busy { retry_after_secs: Some(3) }).await.unwrap();
        let told = failed.next().await;
        assert!(matches!(told, Some(Err(AssistantError::Busy { retry_after_secs: Some(3) }))));
        assert!(failed.next().await.is_none());
    }

    #[tokio::test]
    async fn who_stops_reading_stops_the_writer() {
        let (writer, unread) = reply();
        for _ in 0..REPLY_PIECES {
            writer.write("a").await.unwrap();
        }
        // Full: the writer waits, and learns that nobody reads.
        let waiting = tokio::spawn(async move { (writer.write("b").await, writer.abandoned().await) });
        tokio::task::yield_now().await;
        drop(unread);
        assert_eq!(waiting.await.unwrap(), (Err(Abandoned), ()));
    }

    #[test]
    fn an_assistant_is_shown_the_last_messages_and_logs_none() {
        let history = (0..30).map(|number| said(&format!("message {number}"))).collect();
        let question = Question::new(history, AccountId::new(7));
        assert_eq!(question.history().len(), HISTORY_MESSAGES);
        assert_eq!(question.history()[0].text, "message 10");
        assert!(!format!("{question:?}").contains("message"));
        assert_eq!(Question::new(vec![said("x")], None).history().len(), 1);
    }
}
