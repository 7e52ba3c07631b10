//! A model that says what a test has it say.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use matchmaking_core::ports::assistant::{
    Assistant, AssistantError, Question, Reply, ReplyWriter, Speaker, reply,
};
use tokio::sync::mpsc;

use crate::support::must;

struct Scripted(Mutex<mpsc::UnboundedSender<Exchange>>);

/// A question that waits for its reply.
pub(super) struct Exchange {
    pub(super) question: Question,
    pub(super) writer: ReplyWriter,
}

impl Exchange {
    /// Says all of this, and that it is all.
    pub(super) async fn say(self, pieces: &[&str]) {
        for piece in pieces {
            self.writer.write(*piece).await.unwrap();
        }
        self.writer.end().await.unwrap();
    }

    /// What the model is shown.
    pub(super) fn heard(&self) -> Vec<(&'static str, &str)> {
        let who = |speaker| if speaker == Speaker::Person { "user" } else { "assistant" };
        self.question.history().iter().map(|said| (who(said.by), said.text.as_str())).collect()
    }
}

/// What the model is asked.
pub(super) struct Asked(mpsc::UnboundedReceiver<Exchange>);

impl Asked {
    pub(super) async fn next(&mut self) -> Exchange {
        must("a question to the model", self.0.recv()).await.unwrap()
    }
}

#[async_trait]
impl Assistant for Scripted {
    async fn ask(&self, question: Question) -> Result<Reply, AssistantError> {
        let (writer, reply) = reply();
        self.0.lock().unwrap().send(Exchange { question, writer }).unwrap();
        Ok(reply)
    }

    fn model(&self, wished: Option<String>) -> String {
        wished.unwrap_or_else(|| "scripted".to_owned())
    }
}

/// A model, and where a test hears what it is asked.
pub(super) fn scripted() -> (Arc<dyn Assistant>, Asked) {
    let (tell, asked) = mpsc::unbounded_channel();
    (Arc::new(Scripted(Mutex::new(tell))), Asked(asked))
}
