//! The assistant that is there without any language model: it recognises a few intents by their words and answers them
//! from the data, in Chinese or English, always the same for the same data. It says what it is, and what it cannot do.

mod company;
mod intent;
mod pieces;
mod profile;
mod summary;
mod texts;

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use crate::{
    error::StoreError,
    ports::assistant::{Assistant, AssistantError, Question, Reply, reply},
    scoring::{Matcher, ScoringError},
    service::{
        people::People,
        profiles::{ProfileError, Profiles},
    },
    store::Stores,
};

pub use intent::{INTENTS, Intent, IntentWords};

/// What this assistant is called where models have names.
pub const MODEL: &str = "matchmaking-assistant";

/// Answers from the data, without a model and without a network.
#[derive(Clone)]
pub struct BuiltIn {
    stores: Stores,
    people: People,
    profiles: Profiles,
    matcher: Arc<dyn Matcher>,
}

impl fmt::Debug for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltIn").finish_non_exhaustive()
    }
}

/// Why the data does not answer.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error(transparent)]
    Scoring(#[from] ScoringError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BuiltIn {
    /// The assistant over these services and this pool.
    #[must_use]
    pub fn new(stores: Stores, people: People, profiles: Profiles, matcher: Arc<dyn Matcher>) -> Self {
        Self { stores, people, profiles, matcher }
    }

    async fn answer(&self, question: &Question) -> Result<String, Failure> {
        let history = question.history();
        let asked = history.last().map_or("", |said| said.text.as_str());
        let language = intent::language(history);
        let asker = question.asker;
        match Intent::of(asked) {
            Some(Intent::Summary) => Ok(summary::of(history, language)),
            Some(Intent::IceBreakers) => self.ice_breakers(asker, asked, language).await,
            Some(Intent::Profile) => self.profile(asker, language).await,
            Some(Intent::Score) => Ok(texts::score(language).to_owned()),
            Some(Intent::Matches) => self.matches(asker, language).await,
            Some(Intent::About) => Ok(texts::about(language)),
            None => Ok(texts::not_understood(language)),
        }
    }
}

#[async_trait]
impl Assistant for BuiltIn {
    async fn ask(&self, question: Question) -> Result<Reply, AssistantError> {
        let answer = self.answer(&question).await;
        let answer = answer.map_err(|failure| AssistantError::Unavailable(Box::new(failure)))?;
        let (writer, reply) = reply();
        tokio::spawn(async move {
            for piece in pieces::cut(&answer) {
                if writer.write(piece).await.is_err() {
                    return;
                }
            }
            // Whoever is gone by now has read all there was.
            let _ = writer.end().await;
        });
        Ok(reply)
    }

    fn model(&self, _wished: Option<String>) -> String {
        MODEL.to_owned()
    }
}

#[cfg(test)]
mod tests;
