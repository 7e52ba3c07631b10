//! The assistant surface over the wire.

mod access;
mod across;
mod builtin;
mod conversations;
mod leaving;
mod model;
mod openai;
mod races;
mod streams;
mod users;
mod validation;
mod walk;

use serde_json::{Value, json};

use crate::support::{Answer, Remote, must};

/// Where the routes are mounted.
const MOUNTS: [&str; 2] = ["/api/v1", "/chat-api-svc/api/v1"];

/// What the manual clock shows, as answers tell it.
const NOW: &str = "2026-02-05T10:30:00.123Z";

/// `{"detail": text}`
fn detail(text: &str) -> Value {
    json!({"detail": text})
}

/// A reply as it comes.
struct Stream {
    response: reqwest::Response,
    read: Vec<u8>,
}

impl Stream {
    /// The next event or comment to the byte, the empty line behind it left out; `None` at the end.
    async fn event(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.read.windows(2).position(|two| two == b"\n\n") {
                let event: Vec<u8> = self.read.drain(..at + 2).collect();
                return Some(String::from_utf8(event[..at].to_vec()).unwrap());
            }
            let Some(chunk) = must("an event", self.response.chunk()).await.unwrap() else {
                assert!(self.read.is_empty(), "half an event: {:?}", String::from_utf8_lossy(&self.read));
                return None;
            };
            self.read.extend_from_slice(&chunk);
        }
    }

    /// Everything to the end, to the byte.
    async fn rest(mut self) -> String {
        while let Some(chunk) = must("the end of a stream", self.response.chunk()).await.unwrap() {
            self.read.extend_from_slice(&chunk);
        }
        String::from_utf8(self.read).unwrap()
    }
}

/// The texts of a whole stream of plain events, put together as its clients do.
fn text_of(stream: &str) -> String {
    let events = stream.split("\n\n").filter(|event| !event.is_empty());
    let text = |event: &str| {
        let line = |line: &str| line.strip_prefix("data: ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        event.split('\n').map(line).collect::<Vec<_>>().join("\n")
    };
    events.map(text).collect()
}

impl Remote {
    /// Makes a user of the assistant; returns the number.
    async fn assistant_user(&self, username: &str) -> i64 {
        self.post("/api/v1/users/", &json!({"username": username})).await.number("id")
    }

    /// Makes a conversation without a name; returns its number.
    async fn dialogue(&self, user: i64) -> i64 {
        self.post("/api/v1/conversations/", &json!({"user_id": user})).await.number("id")
    }

    /// A conversation of a new user.
    async fn new_dialogue(&self, username: &str) -> i64 {
        let user = self.assistant_user(username).await;
        self.dialogue(user).await
    }

    /// Posts, for an answer that comes as a stream.
    async fn stream(&self, path: &str, body: &Value) -> Stream {
        let response = self.http.post(self.url(path)).json(body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        Stream { response, read: Vec::new() }
    }

    /// Asks in a conversation, for a stream of plain events.
    async fn ask(&self, dialogue: i64, message: &str) -> Stream {
        self.stream("/api/v1/chat", &json!({"conversation_id": dialogue, "message": message})).await
    }

    /// Asks in a conversation, and reads the reply to its end.
    async fn answer_to(&self, dialogue: i64, message: &str) -> String {
        text_of(&self.ask(dialogue, message).await.rest().await)
    }

    /// Asks in a conversation where that is refused.
    async fn refused(&self, dialogue: i64, message: &str) -> Answer {
        self.post("/api/v1/chat", &json!({"conversation_id": dialogue, "message": message})).await
    }

    /// What was said in a conversation: roles and texts.
    async fn told(&self, dialogue: i64) -> Vec<(String, String)> {
        let shown = self.get(&format!("/api/v1/conversations/{dialogue}")).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let shown = shown.json();
        let messages = shown["messages"].as_array().unwrap().iter();
        messages.map(|message| (text(&message["role"]), text(&message["content"]))).collect()
    }
}

/// What was said, as [`Remote::told`] has it.
fn said<const N: usize>(messages: [(&str, &str); N]) -> Vec<(String, String)> {
    messages.map(|(role, content)| (role.to_owned(), content.to_owned())).to_vec()
}
