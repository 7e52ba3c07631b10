//! Profiles of the platform over the wire: what people tell, their photos, who they are, and who reviews it.

mod album;
mod basic;
mod hostile;
mod papers;
mod requirements;
mod reviews;

use matchmaking_core::{
    ids::AccountId,
    model::{Device, Identity, IdentityKind},
    service::{accounts::Registration, auth::Credential},
};
use reqwest::{Method as Verb, multipart};
use serde_json::{Value, json};

use crate::support::server::START;
use crate::support::{Answer, Database, Options, Remote, Server};

/// Everyone's password.
const PASSWORD: &str = "Abc123!@#";

/// What opens the back office here.
const ADMIN_TOKEN: &str = "the operator's token for tests of profiles";

/// A server with a back office.
async fn start(database: &Database) -> Server {
    Server::start_with(database, Options::default().back_office(ADMIN_TOKEN)).await
}

/// Somebody who has logged in.
#[derive(Debug, Clone)]
struct Person {
    server: Remote,
    id: i64,
    token: String,
}

impl Person {
    /// Somebody with a telephone that ends in this number.
    async fn join(server: &Server, number: i64) -> Self {
        let phone = (13_800_138_000 + number).to_string();
        let (id, token) = server
            .inside(move |services| async move {
                let new = Registration {
                    username: format!("u{number}"),
                    email: None,
                    password: PASSWORD.to_owned(),
                    contact_phone: None,
                };
                let account = services.accounts.register(new).await.unwrap().account;
                let identity = Identity::new(IdentityKind::Phone, phone.clone());
                services.stores.accounts.set_identity(account, identity, START).await.unwrap();
                // Registering on another surface names people by their user name there.
                services.people.edit(account, |profile| profile.nickname = None).await.unwrap();
                let credential = Credential::Password(PASSWORD.to_owned());
                let entered = services.auth.log_in(&phone, credential, Device::default()).await.unwrap();
                (account.get(), entered.tokens.access)
            })
            .await;
        Self { server: (**server).clone(), id, token }
    }

    fn account(&self) -> AccountId {
        AccountId::new(self.id).unwrap()
    }

    async fn ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
        ask(&self.server, &self.token, verb, path, body).await
    }

    /// The data of what is read.
    async fn get(&self, path: &str) -> Value {
        data(&self.ask(Verb::GET, path, None).await)
    }

    async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask(Verb::PUT, path, Some(body)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Verb::POST, path, Some(body)).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.ask(Verb::DELETE, path, None).await
    }

    /// Changes one's profile; the data of the answer.
    async fn tells(&self, body: &Value) -> Value {
        data(&self.put("/v1/profile/basic", body).await)
    }

    /// Uploads a file with these texts beside it.
    async fn upload(&self, path: &str, bytes: &[u8], texts: &[(&'static str, &'static str)]) -> Answer {
        let mut form = multipart::Form::new();
        for (name, text) in texts {
            form = form.text(*name, *text);
        }
        let file = multipart::Part::bytes(bytes.to_vec()).file_name("照片.png");
        let request = self.server.http.post(self.server.url(path)).bearer_auth(&self.token);
        Answer::of(request.multipart(form.part("file", file))).await
    }

    /// Adds a photo; the data of the answer.
    async fn adds_photo(&self) -> Value {
        data(&self.upload("/v1/profile/photos", PNG, &[("type", "life")]).await)
    }

    async fn blocks(&self, server: &Server, other: &Self) {
        let (by, target) = (self.account(), other.account());
        server
            .inside(move |services| async move {
                services.stores.safety.block(by, target, START).await.unwrap();
            })
            .await;
    }
}

async fn ask(server: &Remote, token: &str, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
    let request = server.http.request(verb, server.url(path)).bearer_auth(token);
    Answer::of(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

/// A request of the back office.
async fn office(server: &Server, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
    ask(server, ADMIN_TOKEN, verb, path, body).await
}

/// Decides about everything that waits.
async fn decide_all(server: &Server, decision: &str) {
    let path = "/admin/v1/reviews?status=pending&page_size=100";
    let waiting = data(&office(server, Verb::GET, path, None).await);
    for review in waiting["items"].as_array().unwrap() {
        let path = format!("/admin/v1/reviews/{}", review["review_id"]);
        data(&office(server, Verb::POST, &path, Some(&json!({"decision": decision}))).await);
    }
}

/// What stands in the envelope of a success.
#[track_caller]
fn data(answer: &Answer) -> Value {
    said(answer).1
}

/// What a success says, and what stands in its envelope.
#[track_caller]
fn said(answer: &Answer) -> (String, Value) {
    let mut body = answer.json();
    assert_eq!((answer.status, &body["code"]), (200, &json!(200)), "{}", answer.text);
    assert!(body["timestamp"].is_i64() && body["request_id"].is_string(), "{}", answer.text);
    (body["message"].as_str().unwrap().to_owned(), body["data"].take())
}

/// Expects a refusal with this code; returns the names of the fields that it names.
#[track_caller]
fn refused(answer: &Answer, code: i64) -> Vec<String> {
    let body = answer.json();
    assert_eq!((i64::from(answer.status), &body["code"]), (code / 100, &json!(code)), "{}", answer.text);
    let errors = body["data"]["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

/// What a link leads to on this server: status, media type, and bytes.
async fn fetched(server: &Remote, link: &str) -> (u16, String, Vec<u8>) {
    let (_, path) = link.split_once("/media/").unwrap();
    let response = server.http.get(server.url(&format!("/media/{path}"))).send().await.unwrap();
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    (response.status().as_u16(), kind.unwrap_or_default(), response.bytes().await.unwrap().to_vec())
}

/// A picture of two pixels by two.
const PNG: &[u8] = include_bytes!("two.png");

/// The picture as an identity takes it.
fn paper() -> String {
    format!("base64://{}", include_str!("two.base64").trim())
}
