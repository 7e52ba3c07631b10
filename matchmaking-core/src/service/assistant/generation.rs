//! Replies as they are being written: one at a time in a conversation, read by a task of their own, so that what was
//! said is stored whatever becomes of the client.
//!
//! The right to write a reply is a lease in the store, which this process renews while it writes. So the rule holds for
//! all processes on one database, and a process that was killed blocks a conversation for [`REPLY_LEASE`] at most: whoever
//! asks meanwhile waits to see whether the lease is renewed.

mod writing;

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Dialogues, is_within_reach};
use crate::{
    clock::{Clock, Millis},
    error::{StoreError, StoreResult},
    ids::ConversationId,
    model::{Message, MessageKind},
    ports::assistant::{Assistant, HISTORY_MESSAGES, Question, Reply, Said, Speaker, reply},
    store::{NewQuestion, QuestionOutcome, Stores},
};

use writing::{Place, Writing};

/// How long a reply may take from its first word to its last.
pub const GENERATION_MAX: Duration = Duration::from_mins(5);

/// The most bytes of a reply. A longer one fails there.
pub const REPLY_BYTES_MAX: usize = 256 << 10;

/// How many replies this process writes at once. Whoever comes beyond is told to come again.
pub const GENERATIONS_AT_ONCE: usize = 4_096;

/// How long the right to write a reply holds without being renewed.
pub const REPLY_LEASE: Duration = Duration::from_secs(5);

/// How often it is renewed.
pub const RENEW_EVERY: Duration = Duration::from_secs(1);

/// How often whoever waits for a lease to run out looks again.
const LOOK_AGAIN_EVERY: Duration = Duration::from_millis(250);

/// Why nothing is answered.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no such conversation, or its person is out of reach.
    #[error("unknown conversation")]
    UnknownConversation,
    /// A reply is being written in this conversation.
    #[error("a reply is being written")]
    Answering,
    /// This process writes as many replies as it may.
    #[error("too many replies are being written")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The replies that this process writes.
pub(super) struct Generations {
    stores: Stores,
    assistant: Arc<dyn Assistant>,
    clock: Arc<dyn Clock>,
    /// The number by which the store knows this process.
    holder: i64,
    room: Arc<Semaphore>,
    running: Mutex<Running>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

#[derive(Default)]
struct Running {
    /// Where a reply is being written.
    dialogues: HashMap<ConversationId, Taken>,
    /// Whether somebody renews the leases.
    renewed: bool,
}

/// A turn as everyone else sees it.
struct Taken {
    /// Ends the reply.
    cancelled: CancellationToken,
    /// Whether nothing more is written, and what was said is only being stored.
    ending: bool,
    /// Cancelled when the turn is given back.
    given_back: CancellationToken,
}

/// The turn of a conversation in this process; given back when dropped.
struct Turn {
    generations: Arc<Generations>,
    dialogue: ConversationId,
    cancelled: CancellationToken,
}

impl Turn {
    /// Nothing more is written: whoever asks next may wait for the turn.
    fn is_ending(&self) {
        if let Some(taken) = self.generations.running().dialogues.get_mut(&self.dialogue) {
            taken.ending = true;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(taken) = self.generations.running().dialogues.remove(&self.dialogue) {
            taken.given_back.cancel();
        }
    }
}

impl std::fmt::Debug for Generations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generations").finish_non_exhaustive()
    }
}

impl Dialogues {
    /// Asks the assistant in a conversation. The question is stored when this returns; the reply comes as it is being
    /// written, and is stored before its end is told. Whoever drops the [`Reply`] wants no more of it: then what was
    /// said so far is stored, and so it is of a reply that fails.
    pub async fn ask(
        &self,
        id: ConversationId,
        content: String,
        model: Option<String>,
    ) -> Result<Reply, AskError> {
        let generations = &self.generations;
        let room = generations.take_room()?;
        let turn = Generations::take_turn(generations, id).await?;
        let dialogue = self.stores.conversations.conversation(id).await?.and_then(super::Dialogue::of);
        let dialogue = dialogue.ok_or(AskError::UnknownConversation)?;
        let person = self.stores.accounts.account(dialogue.account).await?;
        if !person.is_some_and(|person| is_within_reach(&person)) {
            return Err(AskError::UnknownConversation);
        }
        let question = generations.store_question(id, content).await?;
        let history = match generations.history(&question).await {
            Ok(history) => history,
            Err(error) => {
                generations.end(id, None).await?;
                return Err(error.into());
            }
        };
        let question = Question::new(history, Some(dialogue.account)).wishing(model);
        Ok(generations.begin(question, Place::Dialogue(turn), room))
    }

    /// Asks the assistant outside of any conversation: nothing is stored, and nobody is known to ask.
    pub fn ask_once(&self, content: String, model: Option<String>) -> Result<Reply, AskError> {
        let room = self.generations.take_room()?;
        let said = Said { by: Speaker::Person, text: content };
        let question = Question::new(vec![said], None).wishing(model);
        Ok(self.generations.begin(question, Place::Nowhere, room))
    }

    /// What whoever answers is called, if it is asked for this model.
    #[must_use]
    pub fn model(&self, wished: Option<String>) -> String {
        self.generations.assistant.model(wished)
    }
}

impl Generations {
    pub(super) fn new(stores: Stores, assistant: Arc<dyn Assistant>, clock: Arc<dyn Clock>) -> Self {
        Self {
            stores,
            assistant,
            clock,
            holder: rand::random(),
            room: Arc::new(Semaphore::new(GENERATIONS_AT_ONCE)),
            running: Mutex::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Ends the reply that is being written in a conversation, if there is one.
    pub(super) fn cancel(&self, dialogue: ConversationId) {
        if let Some(taken) = self.running().dialogues.get(&dialogue) {
            taken.cancelled.cancel();
        }
    }

    pub(super) async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_room(&self) -> Result<OwnedSemaphorePermit, AskError> {
        Arc::clone(&self.room).try_acquire_owned().map_err(|_| AskError::TooMany)
    }

    /// The turn of a conversation. One whose reply is only being stored is waited for: somebody who stops a reply and asks
    /// something else at once is not told that it is still being written.
    async fn take_turn(this: &Arc<Self>, dialogue: ConversationId) -> Result<Turn, AskError> {
        loop {
            let given_back = {
                let mut running = this.running();
                match running.dialogues.get(&dialogue) {
                    Some(taken) if taken.ending => taken.given_back.clone(),
                    Some(_) => return Err(AskError::Answering),
                    None => return Ok(Self::begin_turn(this, &mut running, dialogue)),
                }
            };
            given_back.cancelled().await;
        }
    }

    fn begin_turn(this: &Arc<Self>, running: &mut Running, dialogue: ConversationId) -> Turn {
        let cancelled = this.stop.child_token();
        let given_back = CancellationToken::new();
        let taken = Taken { cancelled: cancelled.clone(), ending: false, given_back };
        running.dialogues.insert(dialogue, taken);
        if !mem::replace(&mut running.renewed, true) {
            this.tasks.spawn(renew(Arc::clone(this)));
        }
        Turn { generations: Arc::clone(this), dialogue, cancelled }
    }

    /// Stores a question and takes the lease. A lease of another process is watched until it is renewed or ended, which
    /// refuses the question, or runs out.
    async fn store_question(&self, dialogue: ConversationId, content: String) -> Result<Message, AskError> {
        let mut seen: Option<Millis> = None;
        let looks = REPLY_LEASE.as_millis() / LOOK_AGAIN_EVERY.as_millis() + 2;
        for _ in 0..looks {
            let (content, holder) = (content.clone(), self.holder);
            let at = self.clock.now();
            let new = NewQuestion { dialogue, content, holder, expires_at: expiry(at), waited_for: seen, at };
            match self.stores.dialogues.ask(new).await? {
                QuestionOutcome::Stored(message) => return Ok(*message),
                QuestionOutcome::Unknown => return Err(AskError::UnknownConversation),
                QuestionOutcome::Answering { expires_at } => {
                    if *seen.get_or_insert(expires_at) != expires_at {
                        break;
                    }
                    tokio::time::sleep(LOOK_AGAIN_EVERY).await;
                }
            }
        }
        Err(AskError::Answering)
    }

    /// What the assistant is shown: the last messages, of which the question is the last.
    async fn history(&self, question: &Message) -> StoreResult<Vec<Said>> {
        let before = Some(question.seq + 1);
        let messages = &self.stores.messages;
        let newest_first = messages.messages_before(question.conversation, before, HISTORY_MESSAGES).await?;
        let said = |message: Message| {
            let by = match message.kind {
                MessageKind::Assistant => Speaker::Assistant,
                _ => Speaker::Person,
            };
            Said { by, text: message.content }
        };
        Ok(newest_first.into_iter().rev().map(said).collect())
    }

    /// Has the reply written by a task of its own.
    fn begin(self: &Arc<Self>, question: Question, place: Place, room: OwnedSemaphorePermit) -> Reply {
        let (writer, reply) = reply();
        let writing = Writing::new(Arc::clone(self), place, writer);
        self.tasks.spawn(async move {
            writing.run(question).await;
            drop(room);
        });
        reply
    }
}

/// Renews the leases of everything that is being written, until nothing is.
async fn renew(generations: Arc<Generations>) {
    loop {
        let pause = tokio::time::sleep(RENEW_EVERY);
        if generations.stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
        let dialogues: Vec<ConversationId> = {
            let mut running = generations.running();
            if running.dialogues.is_empty() {
                running.renewed = false;
                return;
            }
            running.dialogues.keys().copied().collect()
        };
        let expires_at = expiry(generations.clock.now());
        let renewed = generations.stores.dialogues.renew_replies(generations.holder, &dialogues, expires_at);
        if let Err(error) = renewed.await {
            tracing::warn!(error = &error as &dyn std::error::Error, "leases of replies are not renewed");
        }
    }
}

/// Until when a lease holds that is taken or renewed now.
fn expiry(now: Millis) -> Millis {
    now.plus(i64::try_from(REPLY_LEASE.as_millis()).unwrap_or(i64::MAX))
}
