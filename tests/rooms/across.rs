//! One system: what is made or said on another surface is seen here, and the other way round.

use matchmaking_core::ids::{AccountId, TelegramId};
use matchmaking_core::store::MatchTerms;
use serde_json::{Value, json};

use super::{PASSWORD, Person, START_SENT, START_TIME, added, done, new_message, refused, text_frame};
use crate::support::{Answer, Client, Database, Server, on_every_store};

/// Somebody on the groups surface.
struct Neighbour<'a> {
    server: &'a Server,
    id: String,
    token: String,
}

impl<'a> Neighbour<'a> {
    async fn log_in(server: &'a Server, email: &str) -> Self {
        let body = json!({"email": email, "password": PASSWORD});
        let logged_in = server.post("/api/v1/login", &body).await.json();
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{logged_in}")).to_owned();
        let data = &logged_in["data"];
        Self { server, id: text(&data["user"]["user_id"]), token: text(&data["token"]) }
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.server.http.post(self.server.url(path)).bearer_auth(&self.token).json(body);
        let answer = Answer::of(request).await;
        assert_eq!(answer.json()["code"], 200, "{}", answer.text);
        answer.json()["data"].clone()
    }

    async fn get(&self, path: &str) -> Value {
        let answer = Answer::of(self.server.http.get(self.server.url(path)).bearer_auth(&self.token)).await;
        assert_eq!(answer.json()["code"], 200, "{}", answer.text);
        answer.json()["data"].clone()
    }
}

/// Registers somebody on groups.
async fn register_on_groups(server: &Server, name: &str) {
    let body = json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD});
    assert_eq!(server.post("/api/v1/register", &body).await.status, 200);
}

async fn accounts_are_one(database: Database) {
    let server = Server::start(&database).await;
    register_on_groups(&server, "wu").await;
    let neighbour = Neighbour::log_in(&server, "wu@example.com").await;
    let wu = Person::log_in(&server, "WU", neighbour.id.parse().unwrap()).await;
    let mine = json!({"ID": wu.id, "username": "wu", "avatar": "", "nike_name": ""});
    wu.get("/api/user/my").await.is(200, &done("获取成功", mine));
    // The address is no user name here.
    let by_email = json!({"username": "wu@example.com", "password": PASSWORD});
    server.post("/login", &by_email).await.is(200, &refused("用户名或密码错误"));
    let taken = json!({"username": "Wu", "password": PASSWORD});
    server.post("/register", &taken).await.is(200, &refused("用户名已存在"));
    // An account of rooms logs in there by its name.
    let lin = Person::join(&server, "lin").await;
    let lin_there = Neighbour::log_in(&server, "lin").await;
    assert_eq!(lin_there.id, lin.id.to_string());
    // Each surface takes its own tokens only.
    let with = async |path: &str, token: &str| {
        Answer::of(server.http.get(server.url(path)).bearer_auth(token)).await.status
    };
    assert_eq!(with("/api/room/list", &lin_there.token).await, 401);
    assert_eq!(with("/api/v1/user/profile", &lin.token).await, 401);
}

async fn a_group_is_a_room(database: Database) {
    let server = Server::start(&database).await;
    register_on_groups(&server, "wu").await;
    let lin = Person::join(&server, "lin").await;
    let there = Neighbour::log_in(&server, "wu@example.com").await;
    let wu = Person::log_in(&server, "wu", there.id.parse().unwrap()).await;
    // Made there, it is listed, filled, written to and read here.
    let group = there.post("/api/v1/group", &json!({"name": "g", "description": "d"})).await;
    let id: i64 = group["group_id"].as_str().unwrap().parse().unwrap();
    let room = json!({
        "ID": id, "CreatedAt": START_TIME, "UpdatedAt": START_TIME, "DeletedAt": null,
        "name": "g", "description": "d",
    });
    wu.get("/api/room/list").await.is(200, &done("获取成功", json!([room])));
    wu.add(id, lin.id, "admin").await.is(200, &added());
    let mut socket = lin.socket().await;
    let sent = there
        .post("/api/v1/chat/message", &json!({"group_id": id.to_string(), "type": "text", "content": "hi"}))
        .await;
    let number: i64 = sent["message_id"].as_str().unwrap().parse().unwrap();
    socket.expect(new_message(wu.message(number, id, "hi"))).await;
    assert_eq!(lin.hears(id).await, ["hi"]);
    // Who lists messages has read them.
    let path = format!("/api/v1/chat/messages?group_id={id}&limit=10&offset=0");
    let seen = there.get(&path).await;
    assert_eq!(seen["messages"][0]["read_by"][0]["user_id"], json!(lin.id.to_string()), "{seen}");
    // What is said here is read there.
    socket.send(text_frame(id, "hi yourself")).await;
    socket.json().await;
    let seen = there.get(&path).await;
    assert_eq!(super::texts(&seen["messages"], "content"), ["hi yourself", "hi"]);
}

/// The two of a match talk, one as a client of miracle, the other as one of rooms.
async fn a_match_talks_across_dialects(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    server.create(77, "阿明", 2).await;
    let account = AccountId::new(lin.id).unwrap();
    let (room, other) = server
        .inside(async move |services| {
            let telegram = TelegramId::new(77).unwrap();
            let other = services.telegram.account(telegram).await.unwrap();
            let terms =
                MatchTerms { reason_for_first: String::new(), reason_for_second: String::new(), score: 90 };
            let matched = services.matchmaking.create(account, other, terms).await.unwrap();
            let room = services.chat.open_match(matched.id, account, other).await.unwrap();
            (room.id.get(), other.get())
        })
        .await;
    let mut here = lin.socket().await;
    let mut there = Client::login(&server, "/ws/message", 77).await;
    let said = server.say(room, 77, "你好").await;
    assert_eq!(said.json()["success"], json!(true), "{}", said.text);
    let heard = here.json().await;
    let expected = json!({
        "ID": heard["data"]["ID"], "send_time": START_SENT, "room_id": room, "sender_id": other,
        "sender_name": "阿明", "type": "text", "content": "你好",
    });
    assert_eq!(heard.to_string(), new_message(expected.clone()).to_string());
    let listed = lin.get(&format!("/api/message/list?room_id={room}")).await;
    listed.is(200, &done("历史消息获取成功", json!([expected])));
    here.send(text_frame(room, "你好！")).await;
    assert_eq!(here.json().await["data"]["content"], "你好！");
    let heard = there.json().await;
    assert_eq!((&heard["type"], &heard["content"]), (&json!("private_message"), &json!("你好！")));
    assert_eq!(heard["chatroom_id"], json!(room));
    // The other one is there for the matchmaking alone: nobody here brings them into a room.
    let own = lin.room("own").await;
    lin.add(own, other, "member").await.is(200, &refused("添加用户到聊天室失败，用户不存在"));
}

on_every_store!(accounts_are_one, a_group_is_a_room, a_match_talks_across_dialects);
