//! Messages of the platform over the wire: conversations, receipts, uploads, the socket.

mod documented;
mod lists;
mod masks;
mod model;
mod recalling;
mod receipts;
mod sending;
mod sockets;
mod uploads;

use matchmaking_core::ids::{AccountId, SessionId};
use matchmaking_core::model::profile::Gender;
use matchmaking_core::model::{Action, Device, Identity, IdentityKind, Profile};
use matchmaking_core::service::tokens::TokenKind;
use matchmaking_core::store::{CreateOutcome, NewAccount, NewSession};
use reqwest::Method as Verb;
use reqwest::multipart;
use serde_json::{Value, json};

use crate::support::server::START;
use crate::support::socket::Fence;
use crate::support::{Answer, Client, Remote, Server, until};

/// When the tests begin, as this surface writes it.
const START_TIME: &str = "2026-02-05T10:30:00.123Z";

/// Pings tell that everything before was dealt with, while the clock stands still.
const FENCE: Fence =
    Fence { ask: r#"{"type":"ping"}"#, answer: r#"{"type":"pong","timestamp":1770287400123}"# };

/// A minute in milliseconds.
const MINUTE: i64 = 60_000;

/// A picture of three by two pixels.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x02, 0x08, 0x02, 0x00, 0x00, 0x00, 0x12, 0x16, 0xf1, 0x4d, 0x00,
    0x00, 0x00, 0x10, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x38, 0x21, 0x27, 0x07, 0x41, 0x0c, 0x70,
    0x16, 0x00, 0x41, 0x00, 0x06, 0x19, 0x3c, 0x45, 0x41, 0x96, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e,
    0x44, 0xae, 0x42, 0x60, 0x82,
];

/// Somebody who has logged in, and is known on every dialect.
#[derive(Debug, Clone)]
struct Person {
    server: Remote,
    id: i64,
    token: String,
    session: SessionId,
    groups: String,
    rooms: String,
}

impl Person {
    /// Somebody by this name, with a telephone of this number.
    async fn join(server: &Server, name: &str, number: i64, gender: Gender) -> Self {
        let phone = (13_900_000_000 + number).to_string();
        let username = format!("{name}{number}");
        let profile = Profile {
            nickname: Some(name.to_owned()),
            gender: Some(gender),
            birth_date: "1995-01-01".parse().ok(),
            ..Profile::default()
        };
        let (id, groups, rooms) = server
            .inside(move |services| async move {
                let identities = vec![
                    Identity::new(IdentityKind::Phone, phone),
                    Identity::new(IdentityKind::Username, username),
                ];
                // Other dialects let those in who have a password, whatever it is.
                let password_hash = Some("hash".to_owned());
                let new = NewAccount { identities, password_hash, profile, at: START };
                let made = services.stores.accounts.create_account(new).await.unwrap();
                let CreateOutcome::Created(account) = made else { panic!("{made:?}") };
                services.people.refresh(account.id).await.unwrap();
                let token = |kind| services.tokens.issue(kind, account.id);
                (account.id, token(TokenKind::Groups), token(TokenKind::Rooms))
            })
            .await;
        let (session, token) = log_in(server, id, "first").await;
        Self { server: Remote::at(server.address), id: id.get(), token, session, groups, rooms }
    }

    fn account(&self) -> AccountId {
        AccountId::new(self.id).unwrap()
    }

    /// The same person on another device.
    async fn again(&self, server: &Server) -> Self {
        let (session, token) = log_in(server, self.account(), "second").await;
        Self { token, session, ..self.clone() }
    }

    /// Likes each other.
    async fn meets(&self, server: &Server, other: &Self) -> i64 {
        let (me, other) = (self.account(), other.account());
        server
            .inside(move |services| async move {
                services.likes.decide(me, other, Action::Like).await.unwrap();
                let matched = services.likes.decide(other, me, Action::Like).await.unwrap().match_id.unwrap();
                services.chat.open_match(matched, me, other).await.unwrap().id.get()
            })
            .await
    }

    /// Asks for a path below `/v1`.
    async fn ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
        let request = self.server.http.request(verb, self.server.url(&format!("/v1{path}")));
        let request = request.bearer_auth(&self.token);
        Answer::of(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    async fn get(&self, path: &str) -> Value {
        data(&self.ask(Verb::GET, path, None).await)
    }

    async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask(Verb::PUT, path, Some(body)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Verb::POST, path, Some(body)).await
    }

    /// What is answered to a message.
    async fn send(&self, conversation: i64, body: &Value) -> Answer {
        self.post(&format!("/conversations/{conversation}/messages"), body).await
    }

    /// Sends a text: the message.
    async fn say(&self, conversation: i64, content: &str) -> Value {
        data(&self.send(conversation, &json!({"type": "text", "content": content})).await)
    }

    /// The messages of a conversation.
    async fn messages(&self, conversation: i64, query: &str) -> Value {
        self.get(&format!("/conversations/{conversation}/messages{query}")).await
    }

    async fn read(&self, conversation: i64, message: &Value) -> Answer {
        let body = json!({"last_read_message_id": message["message_id"]});
        self.put(&format!("/conversations/{conversation}/read"), &body).await
    }

    async fn recall(&self, message: &Value) -> Answer {
        self.put(&format!("/messages/{}/recall", message["message_id"]), &json!({})).await
    }

    async fn upload(&self, kind: &'static str, bytes: &[u8]) -> Answer {
        let file = multipart::Part::bytes(bytes.to_vec()).file_name("文件.bin");
        let form = multipart::Form::new().part("file", file).text("type", kind);
        let request = self.server.http.post(self.server.url("/v1/messages/upload"));
        Answer::of(request.bearer_auth(&self.token).multipart(form)).await
    }

    /// What is at a link, for whoever has it.
    async fn open(&self, link: &Value) -> Answer {
        let link = link.as_str().unwrap();
        let path = link.find("/media/").map(|at| &link[at..]).unwrap();
        Answer::of(self.server.http.get(self.server.url(path))).await
    }

    /// An open socket, greeted.
    async fn connect(&self) -> Client {
        let path = format!("/v1?token={}", self.token);
        let mut client = Client::open(&self.server, &path).await.fenced_by(FENCE);
        let greeting = client.json().await;
        assert_eq!(
            (&greeting["type"], &greeting["data"]),
            (&json!("auth_success"), &json!({"user_id": self.id}))
        );
        client
    }

    /// What groups' clients are told of the direct conversation with somebody, newest first.
    async fn in_groups(&self, with: &Self) -> Value {
        let path = format!("/api/v1/chat/messages?receiver_id={}", with.id);
        let request = self.server.http.get(self.server.url(&path)).bearer_auth(&self.groups);
        Answer::of(request).await.json()["data"]["messages"].clone()
    }
}

async fn log_in(server: &Server, account: AccountId, device: &'static str) -> (SessionId, String) {
    server
        .inside(move |services| async move {
            let at = services.clock.now();
            let family = format!("{account} {device} {}", at.0);
            let expires_at = at.plus(30 * 24 * 60 * MINUTE);
            let new =
                NewSession { account, family, device: Device::default(), password: None, at, expires_at };
            let opened = services.stores.sessions.open_session(new).await.unwrap().unwrap();
            (opened.id, services.tokens.issue_for_session(account, opened.id))
        })
        .await
}

/// Two who have matched, and their conversation.
async fn pair(server: &Server) -> (Person, Person, i64) {
    let lin = Person::join(server, "lin", 1, Gender::Female).await;
    let wu = Person::join(server, "wu", 2, Gender::Male).await;
    let talk = lin.meets(server, &wu).await;
    (lin, wu, talk)
}

/// The data of a success, in the envelope that it must stand in.
#[track_caller]
fn data(answer: &Answer) -> Value {
    let body = answer.json();
    assert_eq!((answer.status, &body["code"]), (200, &json!(200)), "{}", answer.text);
    assert_eq!(body["message"], "success");
    body["data"].clone()
}

/// Expects this code, whose first three digits are the status.
#[track_caller]
fn refused(answer: &Answer, code: u32) -> Value {
    let body = answer.json();
    assert_eq!((u32::from(answer.status), &body["code"]), (code / 100, &json!(code)), "{}", answer.text);
    body["data"].clone()
}

/// Expects a refusal of exactly these fields.
#[track_caller]
fn refused_fields(answer: &Answer, code: u32, fields: &[&str]) {
    let data = refused(answer, code);
    let told: Vec<_> = data["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(told, fields, "{}", answer.text);
}

/// A field of the items of a list.
fn each(list: &Value, field: &str) -> Vec<Value> {
    list["items"].as_array().unwrap().iter().map(|item| item[field].clone()).collect()
}

/// The next frame, whose type must be this: its data.
async fn frame(client: &mut Client, kind: &str) -> Value {
    let frame = client.json().await;
    assert_eq!(frame["type"], kind, "{frame}");
    assert!(frame["timestamp"].is_i64(), "{frame}");
    frame["data"].clone()
}

/// The names of an object's fields, in their order.
fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Waits until nobody is connected.
async fn nobody_is_connected(server: &Server) {
    until("everyone to be gone", async || server.connections() == 0).await;
}
