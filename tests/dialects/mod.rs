//! What the dialects are to each other: one account, one conversation, one message, each in the form of whoever looks.

mod accounts;
mod blocking;
mod catching_up;
mod direct;
mod everyone;
mod group;
mod kinds;
mod leaving;
mod order;
mod repeats;

use matchmaking_core::ids::{AccountId, ConversationId, TelegramId};
use matchmaking_core::model::profile::Gender;
use matchmaking_core::model::{AccountStatus, Identity, IdentityKind, Pair, Profile};
use matchmaking_core::store::{BlockOutcome, CreateOutcome, NewAccount};
use reqwest::Method as Verb;
use serde_json::{Value, json};

use crate::support::server::START;
use crate::support::socket::Fence;
use crate::support::{Answer, Client, Remote, Server};

/// The password of everyone who has one.
const PASSWORD: &str = "password123";

/// The moment of the manual clock's start, as groups and Miracle write it.
const START_TIME: &str = "2026-02-05T10:30:00.123Z";

/// The same in messages of rooms.
const START_SENT: &str = "2026-02-05 18:30:00";

/// The two sockets of rooms.
const ROOMS_SOCKETS: [&str; 2] = ["/api/message/ws", "/ws/join"];

/// The two sockets of Miracle on which people hear each other.
const MIRACLE_SOCKETS: [&str; 2] = ["/ws/base", "/ws/message"];

/// `{code: 1, msg, data: null}`, as rooms refuse.
fn room_refusal(msg: &str) -> Value {
    json!({"code": 1, "msg": msg, "data": null})
}

/// `{code, message, error}`, as groups refuse.
fn group_refusal(code: u16, message: &str, error: &str) -> Value {
    json!({"code": code, "message": message, "error": error})
}

/// What groups say of a group that is not there.
fn unknown_group() -> Value {
    group_refusal(404, "资源不存在", "群组不存在")
}

/// What groups say of a person who is not there.
fn unknown_person() -> Value {
    group_refusal(404, "资源不存在", "用户不存在")
}

/// What groups say to whoever is not in a group.
fn not_a_member() -> Value {
    group_refusal(403, "权限不足", "不是群组成员")
}

/// `{type: "member", data: {group_id, user_id, change}}`, as groups tell of members.
fn member_frame(group: i64, person: &Who, change: &str) -> Value {
    let (group, person) = (group.to_string(), person.account.to_string());
    json!({"type": "member", "data": {"group_id": group, "user_id": person, "change": change}})
}

/// What somebody is called.
#[derive(Debug, Clone)]
struct Who {
    account: i64,
    /// The number by which Miracle knows them.
    miracle: i64,
    /// The name by which rooms and groups show them.
    username: String,
    /// The name by which Miracle shows what they say.
    nickname: String,
}

impl Who {
    fn id(&self) -> AccountId {
        AccountId::new(self.account).unwrap()
    }

    /// Blocks somebody, as a surface that can lets people do.
    async fn blocks(&self, server: &Server, other: &Self) {
        let (by, target) = (self.id(), other.id());
        let blocked = server.inside(async move |it| it.stores.safety.block(by, target, START).await.unwrap());
        assert_eq!(blocked.await, BlockOutcome::Blocked);
    }

    /// Gives the account another status and ends its sockets, as an administrator, or its owner, does elsewhere.
    async fn becomes(&self, server: &Server, status: AccountStatus) {
        let id = self.id();
        let ended = server.inside(async move |services| {
            let changed = services.stores.accounts.set_status(id, status, START).await.unwrap();
            services.hub.end_account(id);
            changed
        });
        assert!(ended.await);
    }
}

/// Somebody who speaks rooms and groups.
#[derive(Debug, Clone)]
struct Person {
    server: Remote,
    who: Who,
    of_rooms: String,
    of_groups: String,
}

impl Person {
    /// Registers somebody on rooms, and logs them in on both.
    async fn join(server: &Remote, name: &str) -> Self {
        let body = json!({"username": name, "password": PASSWORD});
        let registered = server.post("/register", &body).await;
        assert_eq!(registered.json()["code"], 0, "{}", registered.text);
        Self::log_in(server, name).await
    }

    /// Logs somebody in on both by their name.
    async fn log_in(server: &Remote, name: &str) -> Self {
        let rooms = server.post("/login", &json!({"username": name, "password": PASSWORD})).await.json();
        let groups = log_in_on_groups(server, name, PASSWORD).await.json();
        let account = rooms["data"]["user"]["ID"].as_i64().unwrap_or_else(|| panic!("{rooms}"));
        assert_eq!(groups["data"]["user"]["user_id"], account.to_string(), "{groups}");
        let username = text(&rooms["data"]["user"]["username"]);
        let who = Who { account, miracle: account, nickname: username.clone(), username };
        let (of_rooms, of_groups) = (text(&rooms["data"]["token"]), text(&groups["data"]["token"]));
        Self { server: server.clone(), who, of_rooms, of_groups }
    }

    /// Asks rooms.
    async fn room_ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
        ask(&self.server, verb, path, &self.of_rooms, body).await
    }

    async fn room_get(&self, path: &str) -> Answer {
        self.room_ask(Verb::GET, path, None).await
    }

    async fn room_post(&self, path: &str, body: &Value) -> Answer {
        self.room_ask(Verb::POST, path, Some(body)).await
    }

    /// Asks groups for a path below `/api/v1`.
    async fn group_ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
        ask(&self.server, verb, &format!("/api/v1{path}"), &format!("Bearer {}", self.of_groups), body).await
    }

    async fn group_get(&self, path: &str) -> Answer {
        self.group_ask(Verb::GET, path, None).await
    }

    async fn group_post(&self, path: &str, body: &Value) -> Answer {
        self.group_ask(Verb::POST, path, Some(body)).await
    }

    async fn group_delete(&self, path: &str) -> Answer {
        self.group_ask(Verb::DELETE, path, None).await
    }

    /// Makes a room with these people in it.
    async fn room_with(&self, name: &str, others: &[&Who]) -> i64 {
        let made = self.room_post("/api/room/create", &json!({"name": name, "description": ""})).await;
        let id = room_data(&made)["ID"].as_i64().unwrap();
        for other in others {
            self.room_add(id, other, "member").await;
        }
        id
    }

    /// Adds somebody to a room.
    async fn room_add(&self, room: i64, other: &Who, role: &str) {
        let body = json!({"room_id": room, "user_id": other.account, "role": role});
        room_data(&self.room_post("/api/room/add_user", &body).await);
    }

    /// Adds somebody to a group.
    async fn group_add(&self, group: i64, other: &Who) {
        let body = json!({"user_id": other.account.to_string()});
        group_data(&self.group_post(&format!("/group/{group}/members"), &body).await);
    }

    /// Takes somebody out of a group; oneself leaves it.
    async fn group_remove(&self, group: i64, other: &Who) -> Answer {
        self.group_delete(&format!("/group/{group}/members/{}", other.account)).await
    }

    /// The names and roles of a group's members, which both dialects must show alike.
    async fn members(&self, group: i64) -> Vec<(String, String)> {
        let of = |list: &Value| -> Vec<(String, String)> {
            let list = list.as_array().unwrap().iter();
            list.map(|member| (text(&member["username"]), text(&member["role"]))).collect()
        };
        let in_rooms = of(&room_data(&self.room_get(&format!("/api/room/members?room_id={group}")).await));
        let in_groups = group_data(&self.group_get(&format!("/group/{group}/members")).await);
        assert_eq!(in_rooms, of(&in_groups["members"]));
        in_rooms
    }

    /// Sends over rooms.
    async fn room_send(&self, room: i64, content: &str) -> Answer {
        self.room_post("/api/message/send", &room_body(room, content)).await
    }

    /// Sends over groups, to `group_id` or `receiver_id`.
    async fn group_send(&self, field: &str, id: i64, content: &str) -> Answer {
        self.group_post("/chat/message", &group_body(field, id, content)).await
    }

    /// The newest messages of a conversation as rooms list them, newest first: their numbers and contents.
    async fn room_list(&self, room: i64) -> Vec<(i64, String)> {
        let listed = self.room_get(&format!("/api/message/list?room_id={room}&limit=100")).await;
        let listed = room_data(&listed);
        let messages = listed.as_array().unwrap().iter();
        messages.map(|message| (message["ID"].as_i64().unwrap(), text(&message["content"]))).collect()
    }

    /// The same as groups list them.
    async fn group_list(&self, field: &str, id: i64) -> Vec<(i64, String)> {
        let listed = group_data(&self.group_get(&format!("/chat/messages?{field}={id}&limit=100")).await);
        let messages = listed["messages"].as_array().unwrap().iter();
        let number = |message: &Value| text(&message["message_id"]).parse().unwrap();
        messages.map(|message| (number(message), text(&message["content"]))).collect()
    }

    /// Their conversations on groups: names, last contents, and how many are unread.
    async fn conversations(&self) -> Vec<(String, String, i64)> {
        let data = group_data(&self.group_get("/chat/conversations").await);
        let of = |it: &Value| {
            let last = it["last_message"]["content"].as_str().unwrap_or_default().to_owned();
            (text(&it["name"]), last, it["unread_count"].as_i64().unwrap())
        };
        data["conversations"].as_array().unwrap().iter().map(of).collect()
    }

    /// Opens a socket of rooms; a greeting is read.
    async fn rooms_socket(&self, path: &str) -> Client {
        let client = Client::open(&self.server, &format!("{path}?token={}", self.of_rooms)).await;
        let mut client = client.fenced_by(Fence::ROOMS);
        if path == ROOMS_SOCKETS[0] {
            client.expect(json!({"code": 0, "msg": "连接成功", "data": null})).await;
        }
        client
    }

    /// Opens a socket of groups; its greeting is read.
    async fn groups_socket(&self) -> Client {
        let client = Client::open(&self.server, &format!("/api/v1/ws?token={}", self.of_groups)).await;
        let mut client = client.fenced_by(Fence::GROUPS);
        let id = self.who.account.to_string();
        client.expect(json!({"type": "connected", "data": {"user_id": id}})).await;
        client
    }
}

/// Somebody who is known by a Telegram number and speaks Miracle's dialect only.
#[derive(Debug, Clone)]
struct Mini {
    server: Remote,
    who: Who,
}

impl Mini {
    /// Makes an account with this number and, unless it is empty, this user name; without a password, which would
    /// keep it from Miracle.
    async fn join(server: &Server, telegram: i64, username: &str, nickname: &str) -> Self {
        let mut identities = vec![Identity::telegram(TelegramId::new(telegram).unwrap())];
        if !username.is_empty() {
            identities.push(Identity::new(IdentityKind::Username, username));
        }
        let profile = Profile {
            nickname: Some(nickname.to_owned()),
            gender: Some(Gender::Other),
            ..Profile::default()
        };
        let new = NewAccount { identities, password_hash: None, profile, at: START };
        let made = server.inside(async move |it| it.stores.accounts.create_account(new).await.unwrap());
        let CreateOutcome::Created(account) = made.await else { panic!("{telegram} or {username} is taken") };
        let username = if username.is_empty() { nickname } else { username }.to_owned();
        let nickname = if nickname.is_empty() { &username } else { nickname }.to_owned();
        let who = Who { account: account.id.get(), miracle: telegram, username, nickname };
        Self { server: (**server).clone(), who }
    }

    async fn socket(&self, path: &str) -> Client {
        Client::login(&self.server, path, self.who.miracle).await
    }

    /// Sends by HTTP; the answer's `match_id` is this.
    async fn says(&self, chatroom: i64, content: &str, matched: Option<i64>) {
        let answer = self.server.say(chatroom, self.who.miracle, content).await;
        answer.is(200, &json!({"success": true, "match_id": matched}));
    }

    /// What was said, newest first: names and texts.
    async fn said(&self, chatroom: i64) -> Vec<(String, String)> {
        let mut said = self.server.said(chatroom, self.who.miracle).await;
        said.reverse();
        said
    }
}

/// A message as it was sent.
struct Told<'a> {
    from: &'a Who,
    /// The number of its conversation.
    within: i64,
    /// To whom, in a direct conversation.
    to: Option<&'a Who>,
    matched: Option<i64>,
    /// What Miracle shows as the client's time.
    timestamp: Value,
    content: &'a str,
}

impl<'a> Told<'a> {
    /// In a group, by whoever has no Telegram number.
    fn in_group(from: &'a Who, within: i64, content: &'a str) -> Self {
        Self { from, within, to: None, matched: None, timestamp: Value::Null, content }
    }

    /// In a direct conversation without a match.
    fn direct(from: &'a Who, to: &'a Who, within: i64, content: &'a str) -> Self {
        Self { to: Some(to), ..Self::in_group(from, within, content) }
    }

    /// By Miracle's HTTP, which shows the server's time as the client's.
    fn by_miracle(self) -> Self {
        Self { timestamp: json!(START_TIME), ..self }
    }

    fn on_rooms(&self, id: i64) -> Value {
        let message = json!({
            "ID": id, "send_time": START_SENT, "room_id": self.within, "sender_id": self.from.account,
            "sender_name": self.from.username, "type": "text", "content": self.content,
        });
        json!({"code": 0, "msg": "新消息", "data": message})
    }

    /// The message in a frame of this type.
    fn on_groups(&self, id: i64, kind: &str) -> Value {
        let (receiver, group) = match self.to {
            Some(person) => (person.account.to_string(), String::new()),
            None => (String::new(), self.within.to_string()),
        };
        let message = json!({
            "message_id": id.to_string(), "type": "text", "content": self.content,
            "sender_id": self.from.account.to_string(), "receiver_id": receiver, "group_id": group,
            "created_at": START_TIME,
        });
        json!({"type": kind, "data": message})
    }

    fn on_miracle(&self) -> Value {
        json!({
            "type": "private_message", "from": self.from.miracle, "sender_id": self.from.miracle,
            "sender_name": self.from.nickname, "content": self.content, "chatroom_id": self.within,
            "match_id": self.matched, "timestamp": self.timestamp,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Rooms,
    Groups,
    Miracle,
}

/// A socket of somebody who is in the conversation.
struct Ear {
    account: i64,
    dialect: Dialect,
    client: Client,
}

/// Everyone who listens. The first socket must be one of rooms: it tells what number a message has.
#[derive(Default)]
struct Ears(Vec<Ear>);

impl Ears {
    async fn room(&mut self, person: &Person, path: &str) -> usize {
        let client = person.rooms_socket(path).await;
        self.push(person.who.account, Dialect::Rooms, client)
    }

    async fn group(&mut self, person: &Person) -> usize {
        let client = person.groups_socket().await;
        self.push(person.who.account, Dialect::Groups, client)
    }

    async fn miracle(&mut self, mini: &Mini, path: &str) -> usize {
        let client = mini.socket(path).await;
        self.push(mini.who.account, Dialect::Miracle, client)
    }

    fn push(&mut self, account: i64, dialect: Dialect, client: Client) -> usize {
        self.0.push(Ear { account, dialect, client });
        self.0.len() - 1
    }

    async fn send(&mut self, place: usize, frame: Value) {
        self.0[place].client.send(frame).await;
    }

    /// Expects that everyone is told of this next, each in their own form: but of groups the one through which it
    /// came, which is told that it was taken, and of Miracle its sender. Returns the message's number.
    #[track_caller]
    fn hear<'a>(&'a mut self, told: &'a Told<'_>, origin: Option<usize>) -> impl Future<Output = i64> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let (first, others) = self.0.split_first_mut().unwrap();
            let heard = first.client.json().await;
            let id = heard["data"]["ID"].as_i64().unwrap_or_else(|| panic!("{heard}, asked at {caller}"));
            assert_eq!(heard.to_string(), told.on_rooms(id).to_string(), "asked at {caller}");
            for (place, ear) in others.iter_mut().enumerate() {
                let expected = match ear.dialect {
                    Dialect::Rooms => told.on_rooms(id),
                    Dialect::Groups if origin == Some(place + 1) => told.on_groups(id, "message_ack"),
                    Dialect::Groups => told.on_groups(id, "message"),
                    Dialect::Miracle if ear.account == told.from.account => continue,
                    Dialect::Miracle => told.on_miracle(),
                };
                let heard = ear.client.text().await;
                assert_eq!(heard, expected.to_string(), "socket {}, asked at {caller}", place + 1);
            }
            id
        }
    }

    #[track_caller]
    fn nothing_more(&mut self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            for (place, ear) in self.0.iter_mut().enumerate() {
                // What fails here names a line of this file; the socket's place tells the rest.
                let what = format!("silence on socket {place}, asked at {caller}");
                crate::support::must(&what, ear.client.nothing_more()).await;
            }
        }
    }
}

/// The number of the direct conversation of these two, which there must be.
async fn between(server: &Server, one: &Who, other: &Who) -> i64 {
    let pair = Pair::new(one.id(), other.id()).unwrap();
    let found =
        server.inside(async move |it| it.stores.conversations.direct_between(pair).await.unwrap()).await;
    found.unwrap().id.get()
}

/// Checks with the store that the messages of a conversation are numbered from 1 without a gap, and that their
/// identifiers grow with that. Returns these, newest first.
async fn numbered(server: &Server, conversation: i64) -> Vec<i64> {
    let id = ConversationId::new(conversation).unwrap();
    let stored =
        server.inside(async move |it| it.stores.messages.messages_before(id, None, 10_000).await.unwrap());
    let stored = stored.await;
    let numbers: Vec<i64> = stored.iter().rev().map(|message| message.seq).collect();
    assert!(numbers.iter().copied().eq(1..=i64::try_from(numbers.len()).unwrap()), "{numbers:?}");
    let ids: Vec<i64> = stored.iter().map(|message| message.id.get()).collect();
    assert!(ids.is_sorted_by(|newer, older| newer > older), "{ids:?}");
    ids
}

async fn ask(server: &Remote, verb: Verb, path: &str, token: &str, body: Option<&Value>) -> Answer {
    let mut request = server.http.request(verb, server.url(path)).header("authorization", token);
    if let Some(body) = body {
        request = request.json(body);
    }
    Answer::of(request).await
}

async fn log_in_on_groups(server: &Remote, name: &str, password: &str) -> Answer {
    server.post("/api/v1/login", &json!({"email": name, "password": password})).await
}

/// What stands in the envelope of a success of rooms.
#[track_caller]
fn room_data(answer: &Answer) -> Value {
    let mut body = answer.json();
    assert_eq!((answer.status, &body["code"]), (200, &json!(0)), "{}", answer.text);
    body["data"].take()
}

/// What stands in the envelope of a success of groups.
#[track_caller]
fn group_data(answer: &Answer) -> Value {
    let mut body = answer.json();
    assert_eq!((answer.status, &body["code"]), (200, &json!(200)), "{}", answer.text);
    body["data"].take()
}

/// A text as rooms take it, over HTTP and in frames.
fn room_body(room: i64, content: &str) -> Value {
    json!({"room_id": room, "type": "text", "content": content})
}

/// A text as groups take it over HTTP, for `group_id` or `receiver_id`.
fn group_body(field: &str, id: i64, content: &str) -> Value {
    let mut body = json!({"type": "text", "content": content});
    body[field] = json!(id.to_string());
    body
}

/// The same in a frame.
fn group_frame(field: &str, id: i64, content: &str) -> Value {
    json!({"type": "message", "data": group_body(field, id, content)})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Names with roles, or with texts.
fn lines<const N: usize>(of: [(&str, &str); N]) -> Vec<(String, String)> {
    of.into_iter().map(|(name, more)| (name.to_owned(), more.to_owned())).collect()
}

/// The contents of a list.
fn contents(listed: &[(i64, String)]) -> Vec<&str> {
    listed.iter().map(|(_, content)| content.as_str()).collect()
}
