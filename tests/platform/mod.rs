//! The platform over the wire.

mod accounts;
mod bad_input;
mod envelope;
mod erasure;
mod export;
mod forged;
mod lockout;
mod login_races;
mod sessions;
mod walk;

use matchmaking_core::ids::AccountId;
use matchmaking_core::model::AccountStatus;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use crate::support::server::START;
use crate::support::{Answer, Remote, Server};

/// The password of everyone here.
const PASSWORD: &str = "Abc123!@#";

/// Somebody's telephone.
const PHONE: &str = "13800138000";

/// Somebody else's.
const OTHER: &str = "13900139000";

/// How long the next code waits, in milliseconds.
const INTERVAL: i64 = 60_000;

/// What stands in the envelope of a success, which must be whole.
#[track_caller]
fn data(answer: &Answer) -> Value {
    let mut envelope = answer.json();
    assert_eq!((answer.status, &envelope["code"]), (200, &json!(200)), "{}", answer.text);
    assert_eq!(names(&envelope), ["code", "message", "data", "timestamp", "request_id"], "{}", answer.text);
    assert!(envelope["timestamp"].is_i64() && envelope["request_id"].is_string(), "{}", answer.text);
    envelope["data"].take()
}

/// Expects a refusal with this code, and the status that follows from it; returns what is said of fields.
#[track_caller]
fn refused(answer: &Answer, code: u32) -> Vec<String> {
    let envelope = answer.json();
    assert_eq!(envelope["code"], json!(code), "{}", answer.text);
    assert_eq!(u32::from(answer.status), code / 100, "{}", answer.text);
    assert_eq!(names(&envelope), ["code", "message", "data", "timestamp", "request_id"], "{}", answer.text);
    assert!(envelope["message"].as_str().is_some_and(|text| !text.is_empty()), "{}", answer.text);
    let errors = envelope["data"]["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

/// The names of an object's fields, in their order.
fn names(object: &Value) -> Vec<&str> {
    object.as_object().map(|fields| fields.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Has a code sent, after as long as it takes until one may be.
async fn code(server: &Server, phone: &str, purpose: &str) -> String {
    server.clock.advance(INTERVAL);
    data(&server.post("/v1/auth/sms-code/send", &json!({"phone": phone, "type": purpose})).await);
    server.outbox.code(phone)
}

async fn register(server: &Server, phone: &str, code: &str) -> Answer {
    let body = json!({"phone": phone, "code": code, "password": PASSWORD});
    server.post("/v1/auth/register", &body).await
}

async fn log_in(server: &Remote, phone: &str, password: &str) -> Answer {
    server.post("/v1/auth/login", &json!({"phone": phone, "password": password})).await
}

async fn refresh(server: &Remote, token: &str) -> Answer {
    server.post("/v1/auth/refresh", &json!({"refresh_token": token})).await
}

/// Somebody who was let in.
#[derive(Debug, Clone)]
struct Person {
    server: Remote,
    id: i64,
    access: String,
    refresh: String,
}

impl Person {
    /// Registers somebody with this telephone.
    async fn join(server: &Server, phone: &str) -> Self {
        let code = code(server, phone, "register").await;
        Self::entered(server, &register(server, phone, &code).await)
    }

    /// Logs somebody in once more.
    async fn log_in(server: &Server, phone: &str) -> Self {
        Self::entered(server, &log_in(server, phone, PASSWORD).await)
    }

    /// Who was let in by this answer.
    #[track_caller]
    fn entered(server: &Server, answer: &Answer) -> Self {
        let data = data(answer);
        let (access, refresh) = (text(&data["access_token"]), text(&data["refresh_token"]));
        Self { server: Remote::clone(server), id: data["user_id"].as_i64().unwrap(), access, refresh }
    }

    fn account(&self) -> AccountId {
        AccountId::new(self.id).unwrap()
    }

    /// Gives the account another status, as an administrator does.
    async fn becomes(&self, server: &Server, status: AccountStatus) {
        let id = self.account();
        server
            .inside(move |services| async move {
                assert!(services.stores.accounts.set_status(id, status, START).await.unwrap());
            })
            .await;
    }

    /// Asks for a path below `/v1`.
    async fn ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
        let request = self.server.http.request(verb, self.server.url(&format!("/v1{path}")));
        let request = request.bearer_auth(&self.access);
        Answer::of(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
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

    /// A request that everyone may make who is let in.
    async fn knocks(&self) -> Answer {
        self.get("/account/sessions").await
    }
}
