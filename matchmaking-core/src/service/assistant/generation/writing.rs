//! One reply: read from the assistant, told to whoever asked, and stored.

use std::sync::Arc;

use super::{GENERATION_MAX, Generations, REPLY_BYTES_MAX, Turn};
use crate::{
    error::StoreResult,
    ids::ConversationId,
    model::Message,
    ports::assistant::{AssistantError, Question, ReplyWriter},
    store::NewReply,
};

/// Where a reply belongs.
pub(super) enum Place {
    /// In a conversation, where it is stored.
    Dialogue(Turn),
    /// Nowhere: it is told and forgotten.
    Nowhere,
}

/// A reply that is being written.
pub(super) struct Writing {
    generations: Arc<Generations>,
    place: Place,
    writer: ReplyWriter,
    said: String,
    lines: Lines,
}

/// Why the writing ended.
enum End {
    /// The reply is complete.
    Complete,
    /// Whoever asked is gone, or the conversation is.
    Abandoned,
    /// The assistant failed, or this process is going down.
    Failed(AssistantError),
}

impl Generations {
    /// Stores what was said of a reply, and gives the lease back.
    pub(super) async fn end(
        &self,
        dialogue: ConversationId,
        content: Option<String>,
    ) -> StoreResult<Option<Message>> {
        let new = NewReply { dialogue, content, holder: self.holder, at: self.clock.now() };
        self.stores.dialogues.end_reply(new).await
    }
}

impl Writing {
    pub(super) fn new(generations: Arc<Generations>, place: Place, writer: ReplyWriter) -> Self {
        Self { generations, place, writer, said: String::new(), lines: Lines::default() }
    }

    /// Reads the reply to its end, stores what was said, and only then tells how it ended.
    pub(super) async fn run(mut self, question: Question) {
        let cancelled = match &self.place {
            Place::Dialogue(turn) => turn.cancelled.clone(),
            Place::Nowhere => self.generations.stop.clone(),
        };
        let reading = tokio::time::timeout(GENERATION_MAX, self.read(question));
        let end = match cancelled.run_until_cancelled(reading).await {
            Some(Ok(end)) => end,
            Some(Err(_)) => End::Failed(AssistantError::TimedOut),
            None => End::Failed(AssistantError::BrokenOff),
        };
        let Self { generations, place, writer, said, .. } = self;
        let mut stored = Ok(());
        if let Place::Dialogue(turn) = place {
            turn.is_ending();
            let content = Some(said).filter(|said| !said.is_empty());
            stored = generations.end(turn.dialogue, content).await.map(|_| ());
            if let (End::Failed(error), dialogue) = (&end, turn.dialogue.get()) {
                tracing::warn!(dialogue, error = error as &dyn std::error::Error, "a reply failed");
            }
            if let (Err(error), dialogue) = (&stored, turn.dialogue.get()) {
                tracing::error!(dialogue, error = error as &dyn std::error::Error, "a reply was not stored");
            }
            // Before the end is told: whoever hears it may ask again at once.
            drop(turn);
        }
        // Nobody may be there any more to be told.
        let _ = match (end, stored) {
            (_, Err(error)) => writer.fail(AssistantError::Unavailable(Box::new(error))).await,
            (End::Failed(error), Ok(())) => writer.fail(error).await,
            (End::Complete | End::Abandoned, Ok(())) => writer.end().await,
        };
    }

    async fn read(&mut self, question: Question) -> End {
        let assistant = Arc::clone(&self.generations.assistant);
        let asked = tokio::select! {
            asked = assistant.ask(question) => asked,
            () = self.writer.abandoned() => return self.abandoned(),
        };
        let mut reply = match asked {
            Ok(reply) => reply,
            Err(error) => return End::Failed(error),
        };
        // Dropping the reply when this returns ends whatever the assistant has others do for it.
        loop {
            let piece = tokio::select! {
                piece = reply.next() => piece,
                () = self.writer.abandoned() => return self.abandoned(),
            };
            let piece = match piece {
                None => return End::Complete,
                Some(Err(error)) => return End::Failed(error),
                Some(Ok(piece)) => self.lines.plain(&piece),
            };
            if piece.is_empty() {
                continue;
            }
            if self.said.len() + piece.len() > REPLY_BYTES_MAX {
                return End::Failed(AssistantError::Malformed);
            }
            self.said.push_str(&piece);
            if self.writer.write(piece).await.is_err() {
                return self.abandoned();
            }
        }
    }

    /// Whoever asked is gone. Said before the assistant learns of it, so that nobody who knows is told otherwise.
    fn abandoned(&self) -> End {
        if let Place::Dialogue(turn) = &self.place {
            turn.is_ending();
        }
        End::Abandoned
    }
}

/// Makes a text that comes in pieces plain: every line break is `\n`, and there is no NUL, which not every store keeps.
/// So whoever puts the lines of an event stream together has what is stored.
#[derive(Debug, Default)]
struct Lines {
    /// Whether the last piece ended with `\r`, of which a `\n` at the beginning of the next is a part.
    after_return: bool,
}

impl Lines {
    fn plain(&mut self, piece: &str) -> String {
        let mut plain = String::with_capacity(piece.len());
        for char in piece.chars() {
            match char {
                '\0' => continue,
                '\r' => plain.push('\n'),
                '\n' if self.after_return => {}
                char => plain.push(char),
            }
            self.after_return = char == '\r';
        }
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_one_however_they_are_cut() {
        for pieces in [
            &["a\r\nb\rc\n\nd"][..],
            &["a\r", "\nb\r", "c", "\n", "\nd"],
            &["a", "\r", "\nb", "\rc\n\n", "d"],
        ] {
            let mut lines = Lines::default();
            let plain: String = pieces.iter().map(|piece| lines.plain(piece)).collect();
            assert_eq!(plain, "a\nb\nc\n\nd", "{pieces:?}");
        }
        assert_eq!(Lines::default().plain("a\0b"), "ab");
    }
}
