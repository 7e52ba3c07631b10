use std::sync::Mutex;

use async_trait::async_trait;
use tokio::{sync::mpsc, time::Instant};

use super::*;
use crate::{
    clock::Millis,
    ports::{
        Ports,
        assistant::{AssistantError, Question, Reply, ReplyWriter, Speaker, reply},
    },
    service::{Foundation, Services},
    store::{NewQuestion, QuestionOutcome, memory::MemoryStore},
};

/// The time of the paused runtime.
#[derive(Debug)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    fn now(&self) -> Millis {
        Millis(1_770_000_000_000).plus(self.0.elapsed().as_millis() as i64)
    }
}

/// A model whose every reply a test writes.
struct Scripted(Mutex<mpsc::UnboundedSender<(Question, ReplyWriter)>>);

#[async_trait]
impl Assistant for Scripted {
    async fn ask(&self, question: Question) -> Result<Reply, AssistantError> {
        let (writer, reply) = reply();
        self.0.lock().unwrap().send((question, writer)).unwrap();
        Ok(reply)
    }

    fn model(&self, wished: Option<String>) -> String {
        wished.unwrap_or_default()
    }
}

struct Fixture {
    services: Services,
    asked: mpsc::UnboundedReceiver<(Question, ReplyWriter)>,
    dialogue: ConversationId,
}

async fn fixture() -> Fixture {
    let (tell, asked) = mpsc::unbounded_channel();
    let assistant: Arc<dyn Assistant> = Arc::new(Scripted(Mutex::new(tell)));
    let foundation = Foundation {
        ports: Ports { assistant: Some(assistant), ..Ports::offline() },
        clock: Arc::new(RuntimeClock(Instant::now())),
        ..Foundation::over(Stores::from_one(Arc::new(MemoryStore::new())))
    };
    let services = Services::new(foundation);
    let user = services.assistant.create_user("lin".to_owned(), None).await.unwrap();
    let dialogue = services.assistant.create(user.account, "").await.unwrap().conversation.id;
    Fixture { services, asked, dialogue }
}

impl Fixture {
    async fn ask(&self, content: &str) -> Result<Reply, AskError> {
        self.services.assistant.ask(self.dialogue, content.to_owned(), None).await
    }

    async fn said(&self) -> Vec<String> {
        let messages = self.services.assistant.messages(self.dialogue).await.unwrap();
        messages.into_iter().map(|message| message.content).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_ends_with_its_time_and_what_was_said_is_kept() {
    let mut fixture = fixture().await;
    let mut reply = fixture.ask("hello?").await.unwrap();
    let (_, writer) = fixture.asked.recv().await.unwrap();
    writer.write("well").await.unwrap();
    assert_eq!(reply.next().await.unwrap().unwrap(), "well");
    let began = Instant::now();
    assert!(matches!(reply.next().await, Some(Err(AssistantError::TimedOut))));
    assert!(began.elapsed() >= GENERATION_MAX.saturating_sub(std::time::Duration::from_secs(1)));
    assert_eq!(fixture.said().await, ["hello?", "well"]);
    // Whoever writes on writes for nobody.
    writer.abandoned().await;
    fixture.ask("again").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reply_is_no_longer_than_it_may_be() {
    let mut fixture = fixture().await;
    let mut reply = fixture.ask("hello?").await.unwrap();
    let (_, writer) = fixture.asked.recv().await.unwrap();
    let half = "x".repeat(REPLY_BYTES_MAX / 2 + 1);
    writer.write(half.clone()).await.unwrap();
    writer.write(half.clone()).await.unwrap();
    assert_eq!(reply.next().await.unwrap().unwrap(), half);
    assert!(matches!(reply.next().await, Some(Err(AssistantError::Malformed))));
    assert_eq!(fixture.said().await, ["hello?", &half]);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_killed_blocks_a_conversation_no_longer_than_its_lease() {
    let mut fixture = fixture().await;
    let at = fixture.services.clock.now();
    let killed = NewQuestion {
        dialogue: fixture.dialogue,
        content: "before".to_owned(),
        holder: 1,
        expires_at: at.plus(REPLY_LEASE.as_millis() as i64),
        waited_for: None,
        at,
    };
    let asked = fixture.services.stores.dialogues.ask(killed).await.unwrap();
    assert!(matches!(asked, QuestionOutcome::Stored(_)));
    let mut reply = fixture.ask("after").await.unwrap();
    let (question, writer) = fixture.asked.recv().await.unwrap();
    let heard: Vec<_> = question.history().iter().map(|said| (said.by, said.text.as_str())).collect();
    assert_eq!(heard, [(Speaker::Person, "before"), (Speaker::Person, "after")]);
    writer.end().await.unwrap();
    assert!(reply.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn whoever_lives_keeps_its_turn() {
    let mut fixture = fixture().await;
    // Longer than the lease: it is renewed.
    let mut reply = fixture.ask("first").await.unwrap();
    let (_, writer) = fixture.asked.recv().await.unwrap();
    tokio::time::sleep(REPLY_LEASE * 3).await;
    assert!(matches!(fixture.ask("second").await, Err(AskError::Answering)));
    // Another process on the same store, which has no turns of this one's.
    let stores = fixture.services.stores.clone();
    let other =
        Services::new(Foundation { clock: Arc::clone(&fixture.services.clock), ..Foundation::over(stores) });
    let refused = other.assistant.ask(fixture.dialogue, "third".to_owned(), None).await;
    assert!(matches!(refused, Err(AskError::Answering)));
    writer.write("an answer").await.unwrap();
    writer.end().await.unwrap();
    assert_eq!(reply.next().await.unwrap().unwrap(), "an answer");
    assert!(reply.next().await.is_none());
    assert_eq!(fixture.said().await, ["first", "an answer"]);
    assert!(other.assistant.ask(fixture.dialogue, "fourth".to_owned(), None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn stopping_stores_what_was_said() {
    let mut fixture = fixture().await;
    let mut reply = fixture.ask("hello?").await.unwrap();
    let (_, writer) = fixture.asked.recv().await.unwrap();
    writer.write("well").await.unwrap();
    assert_eq!(reply.next().await.unwrap().unwrap(), "well");
    fixture.services.stop().await;
    assert_eq!(fixture.said().await, ["hello?", "well"]);
    assert!(matches!(reply.next().await, Some(Err(AssistantError::BrokenOff))));
}

#[tokio::test(start_paused = true)]
async fn no_more_replies_are_written_at_once_than_may_be() {
    let fixture = fixture().await;
    let once = || fixture.services.assistant.ask_once("hi".to_owned(), None);
    let mut replies: Vec<Reply> = (0..GENERATIONS_AT_ONCE).map(|_| once().unwrap()).collect();
    assert!(matches!(once(), Err(AskError::TooMany)));
    assert!(matches!(fixture.ask("hello?").await, Err(AskError::TooMany)));
    assert_eq!(fixture.said().await, Vec::<String>::new());
    // Whoever leaves makes room.
    replies.pop();
    while once().is_err() {
        tokio::task::yield_now().await;
    }
}
