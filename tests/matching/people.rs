//! Who takes part in the tests, and what they say.

use matchmaking_core::ids::AccountId;
use matchmaking_core::model::profile::Gender;
use matchmaking_core::model::{Device, Identity, IdentityKind, Level, Membership, Profile};
use matchmaking_core::store::{CreateOutcome, NewAccount, NewSession};
use reqwest::Method as Verb;
use serde_json::{Value, json};

use crate::support::server::START;
use crate::support::{Answer, Options, Remote, Server};

/// What opens the back office of the tests.
pub(crate) const ADMIN_TOKEN: &str = "the operator's token for tests";

/// How long a day is, in milliseconds.
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1_000;

/// When the tests begin, as this surface writes it.
pub(crate) const START_TIME: &str = "2026-02-05T10:30:00.123Z";

/// A server with a back office.
pub(crate) fn with_back_office() -> Options {
    Options::default().back_office(ADMIN_TOKEN)
}

/// Somebody who has logged in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    server: Remote,
    pub(crate) id: i64,
    pub(crate) token: String,
}

impl Person {
    /// Somebody with this number, gender and birthday, by the name `p` and the number.
    pub(crate) async fn join(server: &Server, number: i64, gender: Gender) -> Self {
        let profile = Profile {
            nickname: Some(format!("p{number}")),
            gender: Some(gender),
            birth_date: "1995-01-01".parse().ok(),
            ..Profile::default()
        };
        Self::join_as(server, number, profile).await
    }

    /// Somebody with this number who tells this.
    pub(crate) async fn join_as(server: &Server, number: i64, profile: Profile) -> Self {
        let phone = (13_800_000_000 + number).to_string();
        let id = server
            .inside(move |services| async move {
                let identities = vec![Identity::new(IdentityKind::Phone, phone)];
                let new = NewAccount { identities, password_hash: None, profile, at: START };
                let made = services.stores.accounts.create_account(new).await.unwrap();
                let CreateOutcome::Created(account) = made else { panic!("{made:?}") };
                services.people.refresh(account.id).await.unwrap();
                account.id.get()
            })
            .await;
        let mut new = Self { server: Remote::at(server.address), id, token: String::new() };
        new.comes_again(server).await;
        new
    }

    /// The same person at another server.
    pub(crate) fn at(&self, server: &Server) -> Self {
        Self { server: Remote::at(server.address), ..self.clone() }
    }

    /// Opens a session now, of which they have the token from now on.
    pub(crate) async fn comes_again(&mut self, server: &Server) {
        let account = self.account();
        self.token = server
            .inside(move |services| async move {
                let at = services.clock.now();
                let family = format!("{account} {}", at.0);
                let expires_at = at.plus(30 * DAY);
                let new =
                    NewSession { account, family, device: Device::default(), password: None, at, expires_at };
                let opened = services.stores.sessions.open_session(new).await.unwrap().unwrap();
                services.tokens.issue_for_session(account, opened.id)
            })
            .await;
    }

    pub(crate) fn account(&self) -> AccountId {
        AccountId::new(self.id).unwrap()
    }

    /// Gives them a membership that does not end.
    pub(crate) async fn becomes(&self, server: &Server, level: Level) {
        let id = self.account();
        server
            .inside(move |services| async move {
                let membership = Membership { level, expires_at: None };
                services.office.set_membership(id, membership).await.unwrap();
            })
            .await;
    }

    /// Changes what they tell.
    pub(crate) async fn tells(&self, server: &Server, change: impl Fn(&mut Profile) + Send + Sync + 'static) {
        let id = self.account();
        server
            .inside(move |services| async move {
                services.people.edit(id, change).await.unwrap().unwrap();
            })
            .await;
    }

    /// Writes to somebody with whom they are matched.
    pub(crate) async fn says(&self, server: &Server, to: &Self, content: &str) {
        use matchmaking_core::model::{MessageDetails, MessageKind, Pair};
        use matchmaking_core::service::days;
        use matchmaking_core::store::{AppendOutcome, NewMessage, OnStored};

        let (sender, other, content) = (self.account(), to.account(), content.to_owned());
        server
            .inside(move |services| async move {
                let at = services.clock.now();
                let pair = Pair::new(sender, other).unwrap();
                let open = services.stores.conversations.direct_between(pair).await.unwrap();
                let message = NewMessage {
                    conversation: open.unwrap().id,
                    sender,
                    kind: MessageKind::Text,
                    content,
                    client_message_id: None,
                    at,
                    day: days::number(at, services.people.time_zone()),
                    details: MessageDetails::default(),
                };
                let said = services.stores.messages.append_message(message, OnStored::nothing()).await;
                assert!(matches!(said.unwrap(), AppendOutcome::Stored(_)));
            })
            .await;
    }

    /// Asks for a path below `/v1`.
    pub(crate) async fn ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
        ask(&self.server, &self.token, verb, &format!("/v1{path}"), body).await
    }

    /// What is read at a path: the data of a success.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> impl Future<Output = Value> {
        let (this, path) = (self.clone(), path.to_owned());
        async move { data(&this.ask(Verb::GET, &path, None).await) }
    }

    /// What is answered to a post: the data of a success.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        data(&self.ask(Verb::POST, path, Some(body)).await)
    }

    /// Decides about somebody.
    pub(crate) async fn decides(&self, about: &Self, action: &str) -> Value {
        self.post("/matching/interaction", &json!({"target_user_id": about.id, "action": action})).await
    }

    /// The answer to a decision about somebody.
    pub(crate) async fn tries(&self, about: i64, action: &str) -> Answer {
        let body = json!({"target_user_id": about, "action": action});
        self.ask(Verb::POST, "/matching/interaction", Some(&body)).await
    }
}

/// A request with a token.
pub(crate) async fn ask(
    server: &Remote,
    token: &str,
    verb: Verb,
    path: &str,
    body: Option<&Value>,
) -> Answer {
    let mut request = server.http.request(verb, server.url(path)).bearer_auth(token);
    if let Some(body) = body {
        request = request.json(body);
    }
    Answer::of(request).await
}

/// A request of the back office: the data of a success.
pub(crate) async fn office(server: &Remote, verb: Verb, path: &str, body: Option<&Value>) -> Value {
    data(&ask(server, ADMIN_TOKEN, verb, &format!("/admin/v1{path}"), body).await)
}

/// The data of a success, in the envelope that it must stand in.
#[track_caller]
pub(crate) fn data(answer: &Answer) -> Value {
    let body = answer.json();
    assert_eq!((answer.status, &body["code"]), (200, &json!(200)), "{}", answer.text);
    assert_eq!(body["message"], "success");
    assert!(body["timestamp"].is_i64() && body["request_id"].is_string(), "{}", answer.text);
    body["data"].clone()
}

/// Expects this code, whose first three digits are the status.
#[track_caller]
pub(crate) fn refused(answer: &Answer, code: u32) -> Value {
    let body = answer.json();
    assert_eq!((u32::from(answer.status), &body["code"]), (code / 100, &json!(code)), "{}", answer.text);
    body["data"].clone()
}

/// Expects a refusal of exactly these fields.
#[track_caller]
pub(crate) fn refused_fields(answer: &Answer, code: u32, fields: &[&str]) {
    let data = refused(answer, code);
    let told: Vec<_> = data["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(told, fields, "{}", answer.text);
}

/// The numbers in a field of the items of a list.
pub(crate) fn numbers(list: &Value, field: &str) -> Vec<i64> {
    list["items"].as_array().unwrap().iter().map(|item| item[field].as_i64().unwrap()).collect()
}

/// A woman, and this many men.
pub(crate) async fn her_and(server: &Server, men: i64) -> (Person, Vec<Person>) {
    let her = Person::join(server, 0, Gender::Female).await;
    let mut them = Vec::new();
    for number in 1..=men {
        them.push(Person::join(server, number, Gender::Male).await);
    }
    (her, them)
}

/// Two who have matched, and the number of their match.
pub(crate) async fn matched(server: &Server) -> (Person, Person, i64) {
    let (her, mut them) = her_and(server, 1).await;
    let him = them.remove(0);
    her.decides(&him, "like").await;
    let made = him.decides(&her, "like").await;
    (her, him, made["match_id"].as_i64().unwrap())
}
