//! The groups surface over the wire.

mod access;
mod accounts;
mod across;
mod catching_up;
mod conversations;
mod documented;
mod group;
mod messages;
mod protocol;
mod races;
mod receipts;
mod sockets;
mod validation;
mod walk;

use matchmaking_core::ids::AccountId;
use matchmaking_core::model::AccountStatus;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use crate::support::server::START;
use crate::support::socket::Fence;
use crate::support::{Answer, Client, Remote, Server};

/// The password of everyone here.
const PASSWORD: &str = "password123";

/// The moment of the manual clock's start, as this surface writes it.
const START_TIME: &str = "2026-02-05T10:30:00.123Z";

/// The same a second later.
const SECOND_LATER: &str = "2026-02-05T10:30:01.123Z";

/// Pings tell that everything before was dealt with.
const FENCE: Fence = Fence::GROUPS;

/// What is said of wrong requests.
const BAD: &str = "请求参数错误";
/// What is said of whoever may not do something.
const FORBIDDEN: &str = "权限不足";
/// What is said of what is not there.
const UNKNOWN: &str = "资源不存在";
/// What is said of whoever has no good token.
const UNAUTHORIZED: &str = "未授权或 token 无效";

/// `{code: 200, message: "success", data}`
fn done(data: &Value) -> Value {
    json!({"code": 200, "message": "success", "data": data})
}

/// `{code, message, error}`
fn refused(code: u16, message: &str, error: &str) -> Value {
    json!({"code": code, "message": message, "error": error})
}

/// `{type: "error", data: {code, message, error}}`
fn error_frame(code: u16, message: &str, error: &str) -> Value {
    json!({"type": "error", "data": refused(code, message, error)})
}

/// `{type: "message", data}`
fn message_frame(message: &Value) -> Value {
    json!({"type": "message", "data": message})
}

/// `{type: "message_ack", data}`
fn ack_frame(message: &Value) -> Value {
    json!({"type": "message_ack", "data": message})
}

/// `{type: "member", data: {group_id, user_id, change}}`
fn member_frame(group: &str, person: &Person, change: &str) -> Value {
    json!({"type": "member", "data": {"group_id": group, "user_id": person.id, "change": change}})
}

/// `{type: "read", data: {message_id, user_id, read_at}}`
fn read_frame(message: &Value, reader: &Person, at: &str) -> Value {
    let message = &message["message_id"];
    json!({"type": "read", "data": {"message_id": message, "user_id": reader.id, "read_at": at}})
}

/// Somebody who has logged in.
#[derive(Debug, Clone)]
struct Person {
    server: Remote,
    id: String,
    token: String,
}

impl Person {
    /// Registers somebody by this name and an address made of it, and logs them in.
    async fn join(server: &Remote, name: &str) -> Self {
        let body = json!({"username": name, "email": address(name), "password": PASSWORD});
        let registered = server.post("/api/v1/register", &body).await;
        assert_eq!(registered.status, 200, "{}", registered.text);
        Self::log_in(server, name).await
    }

    /// Logs somebody in who is there already.
    async fn log_in(server: &Remote, name: &str) -> Self {
        let data = log_in(server, name, PASSWORD).await.data();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (id, token) = (text(&data["user"]["user_id"]), text(&data["token"]));
        Self { server: server.clone(), id, token }
    }

    fn account(&self) -> AccountId {
        AccountId::new(self.id.parse().unwrap()).unwrap()
    }

    /// Blocks somebody, as another surface lets people do.
    async fn block(&self, server: &Server, other: &Self) {
        let (by, target) = (self.account(), other.account());
        server
            .inside(move |services| async move {
                services.stores.safety.block(by, target, START).await.unwrap();
            })
            .await;
    }

    /// Gives the account another status, as another surface or an administrator does.
    async fn becomes(&self, server: &Server, status: AccountStatus) {
        let id = self.account();
        server
            .inside(move |services| async move {
                assert!(services.stores.accounts.set_status(id, status, START).await.unwrap());
            })
            .await;
    }

    /// Asks for a path below `/api/v1`.
    async fn ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.server.http.request(verb, self.server.url(&format!("/api/v1{path}")));
        request = request.bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::of(request).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Verb::GET, path, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Verb::POST, path, Some(body)).await
    }

    async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask(Verb::PUT, path, Some(body)).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.ask(Verb::DELETE, path, None).await
    }

    /// Makes a group with these people in it; returns its identifier.
    async fn group_with(&self, name: &str, others: &[&Self]) -> String {
        let made = self.post("/group", &json!({"name": name, "description": ""})).await.data();
        let id = made["group_id"].as_str().unwrap().to_owned();
        for other in others {
            self.add(&id, other).await.is(200, &done(&membership(&id, other)));
        }
        id
    }

    async fn add(&self, group: &str, other: &Self) -> Answer {
        self.post(&format!("/group/{group}/members"), &json!({"user_id": other.id})).await
    }

    async fn remove(&self, group: &str, other: &Self) -> Answer {
        self.delete(&format!("/group/{group}/members/{}", other.id)).await
    }

    /// The names and roles of a group's members.
    async fn members(&self, group: &str) -> Vec<(String, String)> {
        let listed = self.get(&format!("/group/{group}/members")).await.data();
        let (names, roles) = (texts(&listed["members"], "username"), texts(&listed["members"], "role"));
        names.into_iter().zip(roles).collect()
    }

    async fn send(&self, body: &Value) -> Answer {
        self.post("/chat/message", body).await
    }

    /// Sends a text to somebody; returns the message.
    async fn say(&self, other: &Self, content: &str) -> Value {
        self.send(&json!({"type": "text", "content": content, "receiver_id": other.id})).await.data()
    }

    /// Sends a text to a group; returns the message.
    async fn say_in(&self, group: &str, content: &str) -> Value {
        self.send(&json!({"type": "text", "content": content, "group_id": group})).await.data()
    }

    /// The messages with somebody, and how many there are in all.
    async fn with(&self, other: &Self, more: &str) -> Value {
        self.get(&format!("/chat/messages?receiver_id={}{more}", other.id)).await.data()
    }

    /// The same in a group.
    async fn within(&self, group: &str, more: &str) -> Value {
        self.get(&format!("/chat/messages?group_id={group}{more}")).await.data()
    }

    /// The text of theirs to somebody, as it is shown.
    fn message(&self, id: &Value, other: &Self, content: &str) -> Value {
        json!({
            "message_id": id, "type": "text", "content": content, "sender_id": self.id,
            "receiver_id": other.id, "group_id": "", "created_at": START_TIME,
        })
    }

    /// Opens a socket; the greeting is read.
    async fn socket(&self) -> Client {
        let header = format!("Bearer {}", self.token);
        let client = Client::open_with_header(&self.server, "/api/v1/ws", "authorization", &header).await;
        self.greeted(client).await
    }

    /// Reads the greeting.
    async fn greeted(&self, client: Client) -> Client {
        let mut client = client.fenced_by(FENCE);
        client.expect(json!({"type": "connected", "data": {"user_id": self.id}})).await;
        client
    }
}

/// The address of whoever has this name.
fn address(name: &str) -> String {
    format!("{name}@example.com")
}

async fn log_in(server: &Remote, name: &str, password: &str) -> Answer {
    server.post("/api/v1/login", &json!({"email": name, "password": password})).await
}

/// `{group_id, user_id}`
fn membership(group: &str, person: &Person) -> Value {
    json!({"group_id": group, "user_id": person.id})
}

/// The frame that sends a text to somebody.
fn text_to(other: &Person, content: &str) -> Value {
    json!({"type": "message", "data": {"type": "text", "content": content, "receiver_id": other.id}})
}

/// The frame that sends a text to a group.
fn text_in(group: &str, content: &str) -> Value {
    json!({"type": "message", "data": {"type": "text", "content": content, "group_id": group}})
}

/// A field of each element of a list.
fn texts(list: &Value, field: &str) -> Vec<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    list.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

impl Answer {
    /// What stands in the envelope of a success.
    #[track_caller]
    fn data(&self) -> Value {
        let mut answer = self.json();
        assert_eq!((self.status, &answer["code"]), (200, &json!(200)), "{}", self.text);
        answer["data"].take()
    }

    /// Expects a refusal.
    #[track_caller]
    fn refuses(&self, code: u16, message: &str, error: &str) {
        self.is(code, &refused(code, message, error));
    }
}
