//! Answers that are given again while nothing has changed of what they were made from.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;

use super::request::Asked;
use crate::config::limits::{ANSWER_BYTES_REMEMBERED, ANSWERS_REMEMBERED};

/// Answers to questions that are asked again, as long as a state lasts: what the answers depend on besides the question
/// and the account that asks. A question is the path and query as they were sent, and the language.
pub struct Memory<S> {
    state: TellState<S>,
    answers: Mutex<Answers<S>>,
}

type TellState<S> = Box<dyn Fn(&Asked) -> Option<S> + Send + Sync>;

struct Answers<S> {
    state: Option<S>,
    by_question: HashMap<Question, Bytes>,
    bytes: usize,
}

/// Who asks what.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    account: i64,
    asked: Box<str>,
    in_english: bool,
}

/// A question in the state that there was when it was asked.
pub(super) struct Inquiry<S> {
    question: Question,
    state: S,
}

impl<S> fmt::Debug for Memory<S> {
    // Without the answers: this may reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

impl<S: PartialEq> Memory<S> {
    /// Remembers nothing yet. `state` tells what the state is when something is asked; while it tells none, every question
    /// is answered anew.
    pub fn new(state: impl Fn(&Asked) -> Option<S> + Send + Sync + 'static) -> Self {
        let answers = Answers { state: None, by_question: HashMap::new(), bytes: 0 };
        Self { state: Box::new(state), answers: Mutex::new(answers) }
    }

    /// What this account asks, in the present state. To be told before anything is read for the answer.
    pub(super) fn inquiry(&self, account: i64, asked: &Asked) -> Option<Inquiry<S>> {
        let state = (self.state)(asked)?;
        let asked_for = asked.parts.uri.path_and_query()?.as_str().into();
        let question = Question { account, asked: asked_for, in_english: asked.prefers_english() };
        Some(Inquiry { question, state })
    }

    /// The answer that was given in the same state.
    pub(super) fn recall(&self, inquiry: &Inquiry<S>) -> Option<Bytes> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.state.as_ref() != Some(&inquiry.state) {
            return None;
        }
        answers.by_question.get(&inquiry.question).cloned()
    }

    /// Remembers an answer. Whatever is remembered of another state is forgotten; so is everything when there is too
    /// much of it.
    pub(super) fn remember(&self, Inquiry { question, state }: Inquiry<S>, answer: Bytes) {
        let size = question.asked.len() + answer.len();
        if size > ANSWER_BYTES_REMEMBERED {
            return;
        }
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full =
            answers.by_question.len() >= ANSWERS_REMEMBERED || answers.bytes + size > ANSWER_BYTES_REMEMBERED;
        if is_full || answers.state.as_ref() != Some(&state) {
            answers.by_question.clear();
            answers.bytes = 0;
            answers.state = Some(state);
        }
        answers.bytes += size;
        answers.by_question.insert(question, answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inquiry(asked: &str, state: u32) -> Inquiry<u32> {
        Inquiry { question: Question { account: 1, asked: asked.into(), in_english: false }, state }
    }

    #[test]
    fn an_answer_is_good_for_its_asker_question_and_state() {
        let memory: Memory<u32> = Memory::new(|_| None);
        memory.remember(inquiry("/a", 1), Bytes::from_static(b"one"));
        assert_eq!(memory.recall(&inquiry("/a", 1)).as_deref(), Some(&b"one"[..]));
        assert_eq!(memory.recall(&inquiry("/b", 1)), None);
        assert_eq!(memory.recall(&inquiry("/a", 2)), None);
        let mut another = inquiry("/a", 1);
        another.question.account = 2;
        assert_eq!(memory.recall(&another), None);
        another.question.account = 1;
        another.question.in_english = true;
        assert_eq!(memory.recall(&another), None);

        memory.remember(inquiry("/b", 2), Bytes::from_static(b"two"));
        assert_eq!(memory.recall(&inquiry("/a", 1)), None, "of a state that is over nothing is kept");
    }

    #[test]
    fn no_more_is_remembered_than_may_be() {
        let memory: Memory<u32> = Memory::new(|_| None);
        for n in 0..=ANSWERS_REMEMBERED {
            memory.remember(inquiry(&n.to_string(), 1), Bytes::new());
        }
        assert_eq!(memory.recall(&inquiry("0", 1)), None);
        assert!(memory.recall(&inquiry(&ANSWERS_REMEMBERED.to_string(), 1)).is_some());

        let half = Bytes::from(vec![b' '; ANSWER_BYTES_REMEMBERED / 2]);
        memory.remember(inquiry("one", 1), half.clone());
        memory.remember(inquiry("two", 1), half);
        assert_eq!(memory.recall(&inquiry("one", 1)), None);
        assert!(memory.recall(&inquiry("two", 1)).is_some());
        memory.remember(inquiry("three", 1), Bytes::from(vec![b' '; ANSWER_BYTES_REMEMBERED + 1]));
        assert_eq!(memory.recall(&inquiry("three", 1)), None);
    }
}
