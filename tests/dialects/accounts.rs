//! One account, whatever it was made on.

use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{
    Mini, PASSWORD, Person, ROOMS_SOCKETS, START_TIME, group_data, group_refusal, log_in_on_groups,
    room_data, room_refusal, text,
};
use crate::support::{Answer, Database, Remote, Server, on_every_store};

async fn register_on_rooms(server: &Remote, name: &str, password: &str) -> Answer {
    server.post("/register", &json!({"username": name, "password": password})).await
}

async fn register_on_groups(server: &Remote, name: &str, email: &str) -> Answer {
    let body = json!({"username": name, "email": email, "password": PASSWORD});
    server.post("/api/v1/register", &body).await
}

async fn log_in_on_rooms(server: &Remote, name: &str, password: &str) -> Answer {
    server.post("/login", &json!({"username": name, "password": password})).await
}

async fn an_account_of_rooms_is_one_of_groups(database: Database) {
    let server = Server::start(&database).await;
    // A password that is shorter than groups take from whoever registers there.
    let made = room_data(&register_on_rooms(&server, "Lin", "secret").await);
    let id = made["ID"].as_i64().unwrap().to_string();
    for name in ["Lin", "lin", "ＬＩＮ"] {
        let user = group_data(&log_in_on_groups(&server, name, "secret").await)["user"].clone();
        assert_eq!(user, json!({"user_id": id, "username": "Lin", "email": ""}));
    }
    for (name, password) in
        [("Lin", "Secret"), ("Lin", ""), ("lin2", "secret"), ("Lin@example.com", "secret")]
    {
        let refused = group_refusal(401, "登录失败", "邮箱或密码错误");
        log_in_on_groups(&server, name, password).await.is(401, &refused);
    }
    let token = text(&group_data(&log_in_on_groups(&server, "lin", "secret").await)["token"]);
    let request = server.http.get(server.url("/api/v1/user/profile")).bearer_auth(token);
    let profile = json!({
        "user_id": id, "username": "Lin", "email": "", "phone": "", "avatar": "", "created_at": START_TIME,
        "updated_at": START_TIME,
    });
    assert_eq!(group_data(&Answer::of(request).await), profile);
}

async fn an_account_of_groups_is_one_of_rooms(database: Database) {
    let server = Server::start(&database).await;
    let made = group_data(&register_on_groups(&server, "Wu Tong", "wu@example.com").await);
    let id: i64 = text(&made["user_id"]).parse().unwrap();
    for name in ["Wu Tong", "wu tong", "ｗｕ\u{3000}ｔｏｎｇ"] {
        let user = room_data(&log_in_on_rooms(&server, name, PASSWORD).await)["user"].clone();
        assert_eq!(user, json!({"ID": id, "username": "Wu Tong"}));
    }
    // An address is none of the names that rooms know.
    for (name, password) in [("wu@example.com", PASSWORD), ("Wu Tong", "password124"), ("wu", PASSWORD)] {
        log_in_on_rooms(&server, name, password).await.is(200, &room_refusal("用户名或密码错误"));
    }
}

async fn a_name_is_taken_everywhere(database: Database) {
    let server = Server::start(&database).await;
    room_data(&register_on_rooms(&server, "Lin", PASSWORD).await);
    group_data(&register_on_groups(&server, "Ω", "wu@example.com").await);
    Mini::join(&server, 7, "mei", "小美").await;
    let taken = group_refusal(400, "请求参数错误", "username: 用户名已存在");
    for name in ["Lin", "lin", "ＬＩＮ", "Mei"] {
        register_on_groups(&server, name, "other@example.com").await.is(400, &taken);
    }
    for name in ["Ω", "ω", "\u{2126}", "ＭＥＩ", "mei"] {
        register_on_rooms(&server, name, PASSWORD).await.is(200, &room_refusal("用户名已存在"));
    }
    // Nor can anybody take it later.
    let wu = Person::log_in(&server, "Ω").await;
    for name in ["LIN", "mei"] {
        let body = json!({"username": name});
        wu.group_ask(Verb::PUT, "/user/profile", Some(&body)).await.is(400, &taken);
    }
    // An address is no name, and a name no address.
    room_data(&register_on_rooms(&server, "wu@example.com", PASSWORD).await);
    let logged_in = group_data(&log_in_on_groups(&server, "wu@example.com", PASSWORD).await);
    assert_eq!(logged_in["user"]["user_id"], wu.who.account.to_string(), "the address comes first");
}

/// A name that both dialects are asked for at the same moment is one person's.
async fn two_who_want_one_name_at_once(database: Database) {
    let server = Server::start(&database).await;
    for round in 0..5 {
        let (name, upper) = (format!("name{round}"), format!("NAME{round}"));
        let email = format!("{name}@example.com");
        let (on_rooms, on_groups) = tokio::join!(
            register_on_rooms(&server, &name, PASSWORD),
            register_on_groups(&server, &upper, &email)
        );
        let (rooms, groups) = (on_rooms.json()["code"] == 0, on_groups.status == 200);
        assert!(rooms != groups, "{} {}", on_rooms.text, on_groups.text);
        let person = Person::log_in(&server, &name).await;
        assert_eq!(person.who.username, if rooms { name } else { upper });
    }
}

async fn a_new_name_counts_everywhere_at_once(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let room = lin.room_with("r", &[&wu.who]).await;
    room_data(&lin.room_send(room, "before").await);
    let mut of_wu = wu.rooms_socket(ROOMS_SOCKETS[1]).await;
    let mut of_lin = lin.rooms_socket(ROOMS_SOCKETS[1]).await;
    let body = json!({"username": "林", "avatar": "https://example.com/a.png"});
    group_data(&lin.group_ask(Verb::PUT, "/user/profile", Some(&body)).await);

    log_in_on_rooms(&server, "lin", PASSWORD).await.is(200, &room_refusal("用户名或密码错误"));
    let again = Person::log_in(&server, "林").await;
    assert_eq!(again.who.account, lin.who.account);
    // What was opened before goes on, under the new name.
    of_lin.send(super::room_body(room, "after")).await;
    for client in [&mut of_lin, &mut of_wu] {
        assert_eq!(client.json().await["data"]["sender_name"], "林");
    }
    let listed = room_data(&wu.room_get(&format!("/api/message/list?room_id={room}")).await);
    let names: Vec<String> =
        listed.as_array().unwrap().iter().map(|message| text(&message["sender_name"])).collect();
    assert_eq!(names, ["林", "林"]);
    assert_eq!(wu.members(room).await[0].0, "林");
    let me = json!({
        "ID": lin.who.account, "username": "林", "avatar": "https://example.com/a.png", "nike_name": "",
    });
    assert_eq!(room_data(&lin.room_get("/api/user/my").await), me);
    // The former one is free, and whoever takes it is somebody else.
    let other = Person::join(&server, "lin").await;
    assert_ne!(other.who.account, lin.who.account);
    let added = json!({"room_id": room, "user_name": "lin"});
    room_data(&wu.room_post("/api/room/add_user", &added).await);
    assert_eq!(wu.members(room).await.len(), 3);
}

/// Opens a socket by hand; returns the status of the answer.
async fn handshake(server: &Remote, path: &str, token: &str) -> u16 {
    let mut request = server.http.get(server.url(path)).bearer_auth(token);
    for (name, value) in [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ] {
        request = request.header(name, value);
    }
    request.send().await.unwrap().status().as_u16()
}

async fn a_token_is_good_for_one_dialect(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let crossed = Person { of_rooms: lin.of_groups.clone(), of_groups: lin.of_rooms.clone(), ..lin.clone() };
    for path in ["/api/room/list", "/api/user/my", "/api/message/list?room_id=1"] {
        crossed.room_get(path).await.is(401, &json!({"error": "token无效"}));
    }
    let refused = group_refusal(401, "未授权或 token 无效", "token 无效");
    for path in ["/user/profile", "/groups", "/chat/conversations"] {
        crossed.group_get(path).await.is(401, &refused);
    }
    for path in ROOMS_SOCKETS {
        assert_eq!(handshake(&server, path, &lin.of_rooms).await, 101);
        assert_eq!(handshake(&server, path, &lin.of_groups).await, 401);
        let by_query = format!("{path}?token={}", lin.of_groups);
        assert_eq!(server.get(&by_query).await.status, 426, "no handshake at all");
        assert_eq!(handshake(&server, &by_query, "").await, 401);
    }
    assert_eq!(handshake(&server, "/api/v1/ws", &lin.of_groups).await, 101);
    assert_eq!(handshake(&server, "/api/v1/ws", &lin.of_rooms).await, 401);
    let by_query = format!("/api/v1/ws?token={}", lin.of_rooms);
    assert_eq!(handshake(&server, &by_query, "").await, 401);
}

/// The tries of a login are counted together, or whoever guesses would have twice as many.
async fn failed_logins_count_everywhere(database: Database) {
    let server = Server::start(&database).await;
    Person::join(&server, "lin").await;
    let mut failures = 0;
    loop {
        let on_rooms = log_in_on_rooms(&server, "Lin", "password124").await;
        if on_rooms.status == 429 {
            break;
        }
        assert_eq!(on_rooms.json()["msg"], "用户名或密码错误");
        failures += 1;
        assert!(failures < 100, "there is no bound");
    }
    assert_eq!(log_in_on_groups(&server, "lin", PASSWORD).await.status, 429);
    assert_eq!(log_in_on_groups(&server, "ＬＩＮ", PASSWORD).await.status, 429);
}

/// An account without a password is nobody's to log in to.
async fn nobody_logs_in_without_a_password(database: Database) {
    let server = Server::start(&database).await;
    Mini::join(&server, 7, "mei", "小美").await;
    for password in ["", PASSWORD] {
        log_in_on_rooms(&server, "mei", password).await.is(200, &room_refusal("用户名或密码错误"));
        let refused = group_refusal(401, "登录失败", "邮箱或密码错误");
        log_in_on_groups(&server, "mei", password).await.is(401, &refused);
    }
    // Nor does Miracle act for anybody who has one.
    let lin = Person::join(&server, "lin").await;
    let answer = server.info(lin.who.account).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    let sent: Value = server.say(1, lin.who.account, "x").await.json();
    assert_eq!(sent["success"], false);
}

on_every_store!(
    an_account_of_rooms_is_one_of_groups,
    an_account_of_groups_is_one_of_rooms,
    a_name_is_taken_everywhere,
    two_who_want_one_name_at_once,
    a_new_name_counts_everywhere_at_once,
    a_token_is_good_for_one_dialect,
    failed_logins_count_everywhere,
    nobody_logs_in_without_a_password,
);
