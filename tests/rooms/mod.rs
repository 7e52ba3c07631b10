//! The rooms surface over the wire.

mod access;
mod accounts;
mod across;
mod catching_up;
mod documented;
mod messages;
mod people;
mod protocol;
mod races;
mod room;
mod sockets;
mod uploads;

mod walk;

use reqwest::Method as Verb;
use serde_json::{Value, json};

use crate::support::socket::Fence;
use crate::support::{Answer, Client, Remote};

/// The password of everyone here.
const PASSWORD: &str = "password123";

/// The moment of the manual clock's start, as this surface writes it.
const START_TIME: &str = "2026-02-05T18:30:00.123+08:00";

/// The same in messages.
const START_SENT: &str = "2026-02-05 18:30:00";

/// The two sockets.
const SOCKETS: [&str; 2] = ["/api/message/ws", "/ws/join"];

/// `{code: 0, msg, data}`
fn done(msg: &str, data: Value) -> Value {
    let mut done = json!({"code": 0, "msg": msg});
    done["data"] = data;
    done
}

/// `{code: 1, msg, data: null}`
fn refused(msg: &str) -> Value {
    json!({"code": 1, "msg": msg, "data": null})
}

/// What a socket is told of a message.
fn new_message(message: Value) -> Value {
    done("新消息", message)
}

/// Somebody who has logged in.
#[derive(Debug, Clone)]
struct Person {
    server: Remote,
    id: i64,
    name: String,
    token: String,
}

impl Person {
    /// Registers somebody by this name, and logs them in.
    async fn join(server: &Remote, name: &str) -> Self {
        let body = json!({"username": name, "password": PASSWORD});
        let registered = server.post("/register", &body).await;
        let id = registered.json()["data"]["ID"].as_i64().unwrap_or_else(|| panic!("{}", registered.text));
        Self::log_in(server, name, id).await
    }

    /// Logs somebody in who is there already.
    async fn log_in(server: &Remote, name: &str, id: i64) -> Self {
        let logged_in = server.post("/login", &json!({"username": name, "password": PASSWORD})).await.json();
        let token = logged_in["data"]["token"].as_str().unwrap_or_else(|| panic!("{logged_in}")).to_owned();
        Self { server: server.clone(), id, name: name.to_owned(), token }
    }

    async fn ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.server.http.request(verb, self.server.url(path));
        request = request.header("authorization", self.token.as_str());
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

    async fn delete(&self, path: &str) -> Answer {
        self.ask(Verb::DELETE, path, None).await
    }

    /// Makes a room; returns its number.
    async fn room(&self, name: &str) -> i64 {
        let made = self.post("/api/room/create", &json!({"name": name, "description": "test room"})).await;
        made.json()["data"]["ID"].as_i64().unwrap_or_else(|| panic!("{}", made.text))
    }

    async fn add(&self, room: i64, user: i64, role: &str) -> Answer {
        self.post("/api/room/add_user", &json!({"room_id": room, "user_id": user, "role": role})).await
    }

    /// Makes a room with these people in it.
    async fn room_with(&self, name: &str, others: &[&Self]) -> i64 {
        let room = self.room(name).await;
        for other in others {
            self.add(room, other.id, "member").await.is(200, &added());
        }
        room
    }

    async fn send(&self, room: i64, content: &str) -> Answer {
        self.post("/api/message/send", &json!({"room_id": room, "type": "text", "content": content})).await
    }

    /// Sends a text; returns the message's number.
    async fn say(&self, room: i64, content: &str) -> i64 {
        let sent = self.send(room, content).await;
        sent.json()["data"]["ID"].as_i64().unwrap_or_else(|| panic!("{}", sent.text))
    }

    /// The contents of the newest messages of a room, newest first.
    async fn hears(&self, room: i64) -> Vec<String> {
        let listed = self.get(&format!("/api/message/list?room_id={room}&limit=100")).await;
        assert_eq!(listed.json()["code"], 0, "{}", listed.text);
        texts(&listed.json()["data"], "content")
    }

    /// The names and roles of a room's members.
    async fn members(&self, room: i64) -> Vec<(String, String)> {
        let listed = self.get(&format!("/api/room/members?room_id={room}")).await.json();
        let (names, roles) = (texts(&listed["data"], "username"), texts(&listed["data"], "role"));
        names.into_iter().zip(roles).collect()
    }

    /// A text of theirs, as it is shown.
    fn message(&self, id: i64, room: i64, content: &str) -> Value {
        json!({
            "ID": id, "send_time": START_SENT, "room_id": room, "sender_id": self.id,
            "sender_name": self.name, "type": "text", "content": content,
        })
    }

    /// Opens the socket that does not greet.
    async fn socket(&self) -> Client {
        let client = Client::open_with_header(&self.server, "/ws/join", "authorization", &self.token).await;
        client.fenced_by(FENCE)
    }
}

/// Pings tell that everything before was dealt with.
const FENCE: Fence = Fence::ROOMS;

/// The frame that sends a text.
fn text_frame(room: i64, content: &str) -> Value {
    json!({"room_id": room, "type": "text", "content": content})
}

/// The answer to whoever added somebody.
fn added() -> Value {
    done("添加用户到聊天室成功", Value::Null)
}

/// A field of each element of a list.
fn texts(list: &Value, field: &str) -> Vec<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    list.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}
