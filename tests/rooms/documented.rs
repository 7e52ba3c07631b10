//! The examples of the surface's document, in its order, to the byte.

use matchmaking_core::api::rooms::ROUTES;
use serde_json::{Value, json};

use super::{Person, START_SENT, START_TIME, done, new_message, refused, text_frame};
use crate::support::{Client, Database, Server, on_every_store};

async fn accounts(database: Database) {
    let server = Server::start(&database).await;
    let sample = json!({"username": "user12345", "password": "password12345"});
    let registered = server.post("/register", &sample).await;
    let id = registered.json()["data"]["ID"].as_i64().unwrap();
    registered.is(200, &done("注册成功", json!({"ID": id, "username": "user12345"})));
    server.post("/register", &sample).await.is(200, &refused("用户名已存在"));
    let logged_in = server.post("/login", &sample).await;
    let token = logged_in.json()["data"]["token"].clone();
    assert_eq!(token.as_str().unwrap().split('.').count(), 3, "{token}");
    let user = json!({"ID": id, "username": "user12345"});
    logged_in.is(200, &done("登录成功", json!({"token": token, "user": user})));
    for (name, password) in [("user12345", "password1234"), ("user1234", "password12345")] {
        let body = json!({"username": name, "password": password});
        server.post("/login", &body).await.is(200, &refused("用户名或密码错误"));
    }
}

async fn rooms(database: Database) {
    let server = Server::start(&database).await;
    let user1 = Person::join(&server, "user1").await;
    let user2 = Person::join(&server, "user2").await;
    let room = |id: i64, name: &str| {
        json!({
            "ID": id, "CreatedAt": START_TIME, "UpdatedAt": START_TIME, "DeletedAt": null,
            "name": name, "description": "test room",
        })
    };
    user1.get("/api/room/list").await.is(200, &done("获取成功", json!([])));
    let mut ids = Vec::new();
    for name in ["room1", "room2"] {
        let body = json!({"name": name, "description": "test room"});
        let made = user1.post("/api/room/create", &body).await;
        ids.push(made.json()["data"]["ID"].as_i64().unwrap());
        made.is(200, &done("创建成功", room(*ids.last().unwrap(), name)));
    }
    let blank = json!({"name": "", "description": "test room"});
    user1.post("/api/room/create", &blank).await.is(200, &refused("创建失败"));
    let both = json!([room(ids[0], "room1"), room(ids[1], "room2")]);
    user1.get("/api/room/list").await.is(200, &done("获取成功", both));
    let add = json!({"room_id": ids[0], "user_id": user2.id, "role": "member"});
    user1.post("/api/room/add_user", &add).await.is(200, &done("添加用户到聊天室成功", Value::Null));
    let again = user1.post("/api/room/add_user", &add).await;
    again.is(200, &refused("添加用户到聊天室失败，用户已在聊天室中"));
    let member = |person: &Person, role: &str| {
        json!({
            "ID": person.id, "CreatedAt": START_TIME, "UpdatedAt": START_TIME, "DeletedAt": null,
            "username": person.name, "role": role,
        })
    };
    let members = done("获取成功", json!([member(&user1, "owner"), member(&user2, "member")]));
    for person in [&user1, &user2] {
        person.get(&format!("/api/room/members?room_id={}", ids[0])).await.is(200, &members);
    }
}

async fn messages(database: Database) {
    let server = Server::start(&database).await;
    let user1 = Person::join(&server, "user1").await;
    let user2 = Person::join(&server, "user2").await;
    let room = user1.room_with("room1", &[&user2]).await;
    let sent = user1.post("/api/message/send", &text_frame(room, "hello")).await;
    let first = sent.json()["data"]["ID"].as_i64().unwrap();
    sent.is(200, &done("发送成功", json!({"ID": first, "send_time": START_SENT})));
    let second = user2.say(room, "world").await;
    assert!(second > first);
    let newest_first = json!([user2.message(second, room, "world"), user1.message(first, room, "hello")]);
    let listed = done("历史消息获取成功", newest_first);
    let body = json!({"room_id": room, "last_message_id": 0, "limit": 20});
    user1.ask(reqwest::Method::GET, "/api/message/list", Some(&body)).await.is(200, &listed);
    user2.post("/api/message/list", &body).await.is(200, &listed);
    let path = format!("/api/message/list?room_id={room}&last_message_id=0&limit=20");
    user2.get(&path).await.is(200, &listed);
    let before = json!({"room_id": room, "last_message_id": second, "limit": 20});
    let earlier = done("历史消息获取成功", json!([user1.message(first, room, "hello")]));
    user2.post("/api/message/list", &before).await.is(200, &earlier);
}

async fn sockets(database: Database) {
    let server = Server::start(&database).await;
    let user1 = Person::join(&server, "user1").await;
    let user2 = Person::join(&server, "user2").await;
    let room = user1.room_with("room1", &[&user2]).await;
    let path = "/api/message/ws";
    let mut one = Client::open_with_header(&server, path, "authorization", &user1.token).await;
    let mut other = Client::open_with_header(&server, path, "authorization", &user2.token).await;
    for client in [&mut one, &mut other] {
        client.expect(done("连接成功", Value::Null)).await;
    }
    one.send(text_frame(room, "hello")).await;
    let heard = one.json().await;
    let id = heard["data"]["ID"].as_i64().unwrap();
    let expected = new_message(user1.message(id, room, "hello"));
    assert_eq!(heard.to_string(), expected.to_string());
    other.expect(expected).await;
    one.send(json!({"type": "ping"})).await;
    one.expect(json!({"code": 2, "msg": "ok", "data": null})).await;
}

/// The routes of the surface's document, and those that its clients call beyond it.
#[test]
fn the_surface_has_the_routes_of_its_document() {
    let routes = |documented: bool| -> Vec<String> {
        let routes = ROUTES.iter().filter(|listed| listed.route.documented == documented);
        routes
            .flat_map(|listed| {
                listed.route.paths().map(|path| format!("{} {path}", listed.route.method.as_str()))
            })
            .collect()
    };
    let documented = [
        "POST /register",
        "POST /login",
        "POST /api/room/create",
        "GET /api/room/list",
        "GET /api/room/members",
        "POST /api/room/add_user",
        "POST /api/message/send",
        "GET /api/message/list",
        "GET /api/message/ws",
    ];
    let beyond = [
        "GET /api/user/my",
        "GET /api/room/info",
        "POST /api/room/update",
        "DELETE /api/room/delete",
        "POST /api/room/leave",
        "POST /api/message/list",
        "POST /api/message/upload",
        "GET /ws/join",
    ];
    assert_eq!(routes(true), documented);
    assert_eq!(routes(false), beyond);
}

on_every_store!(accounts, rooms, messages, sockets);
