//! What is done on other surfaces, as this one shows it.

use serde_json::{Value, json};

use super::{PASSWORD, Person, done, log_in, texts};
use crate::support::{Answer, Client, Database, Server, on_every_store};

/// Posts to the rooms surface as somebody who has logged in there.
async fn in_rooms(server: &Server, token: &str, path: &str, body: &Value) -> Value {
    let request = server.http.post(server.url(path)).header("authorization", token).json(body);
    let answer = Answer::of(request).await;
    assert_eq!(answer.json()["code"], 0, "{}", answer.text);
    answer.json()["data"].clone()
}

async fn rooms_token(server: &Server, name: &str) -> String {
    let answer = server.post("/login", &json!({"username": name, "password": PASSWORD})).await;
    answer.json()["data"]["token"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

async fn an_account_of_rooms_logs_in_here_and_the_other_way_round(database: Database) {
    let server = Server::start(&database).await;
    let made = server.post("/register", &json!({"username": "lin", "password": PASSWORD})).await;
    let id = made.json()["data"]["ID"].as_i64().unwrap().to_string();
    let user = log_in(&server, "lin", PASSWORD).await.data()["user"].clone();
    // Without an address, as rooms ask for none.
    assert_eq!(user, json!({"user_id": id, "username": "lin", "email": ""}));
    let lin = Person::log_in(&server, "lin").await;
    assert_eq!(lin.get("/user/profile").await.data()["email"], "");
    let wu = Person::join(&server, "wu").await;
    rooms_token(&server, "wu").await;
    let said = wu.say(&lin, "x").await;
    assert_eq!(said["receiver_id"], id);
}

async fn a_room_is_a_group(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let token = rooms_token(&server, "lin").await;
    let made =
        in_rooms(&server, &token, "/api/room/create", &json!({"name": "room", "description": "d"})).await;
    let (room, id) = (made["ID"].clone(), made["ID"].to_string());
    let mut of_wu = wu.socket().await;
    let add = json!({"room_id": room, "user_name": "wu", "role": "admin"});
    in_rooms(&server, &token, "/api/room/add_user", &add).await;
    of_wu.expect(super::member_frame(&id, &wu, "added")).await;
    wu.get(&format!("/group/{id}")).await.is(
        200,
        &done(&json!({
            "group_id": id, "name": "room", "description": "d", "avatar": "", "creator_id": lin.id,
            "created_at": super::START_TIME, "role": "admin",
        })),
    );
    // Said there, heard, listed and read here.
    let send = json!({"room_id": room, "type": "video", "content": "https://x/y.mp4"});
    let said = in_rooms(&server, &token, "/api/message/send", &send).await["ID"].to_string();
    let message = json!({
        "message_id": said, "type": "file", "content": "https://x/y.mp4", "sender_id": lin.id, "receiver_id": "",
        "group_id": id, "created_at": super::START_TIME,
    });
    of_wu.expect(super::message_frame(&message)).await;
    let listed = wu.within(&id, "").await;
    let mut in_list = message;
    in_list["read_by"] = json!([{"user_id": wu.id, "read_at": super::START_TIME}]);
    assert_eq!(listed, json!({"messages": [in_list], "total": 1}));
    // Whoever lists messages there has read them here.
    let answer = wu.say_in(&id, "answer").await;
    of_wu.expect(super::message_frame(&answer)).await;
    in_rooms(&server, &token, "/api/message/list", &json!({"room_id": room})).await;
    of_wu.expect(super::read_frame(&answer, &lin, super::START_TIME)).await;
    let newest = wu.within(&id, "&limit=1").await;
    assert_eq!(texts(&newest["messages"][0]["read_by"], "user_id"), [lin.id.as_str()]);
    in_rooms(&server, &token, "/api/room/leave", &json!({"room_id": room})).await;
    of_wu.expect(super::member_frame(&id, &lin, "removed")).await;
    of_wu.expect(super::member_frame(&id, &wu, "role")).await;
    of_wu.nothing_more().await;
}

/// A file that was uploaded there is shown with a link that is good whenever it is shown.
async fn a_file_of_a_room_can_be_opened(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let group = lin.group_with("g", &[&wu]).await;
    let token = rooms_token(&server, "lin").await;
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"room_id\"\r\n\r\n{group}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--b--\r\n"
    );
    let upload = server.http.post(server.url("/api/message/upload")).header("authorization", token);
    let upload = upload.header("content-type", "multipart/form-data; boundary=b").body(form);
    let uploaded = Answer::of(upload).await.json();
    let link = uploaded["data"]["file_url"].as_str().unwrap_or_else(|| panic!("{uploaded}")).to_owned();
    let file = json!({"type": "file", "content": link, "group_id": group});
    assert_eq!(lin.send(&file).await.data()["content"], json!(link));
    // Said as a text it is a text.
    let text = json!({"type": "text", "content": link, "group_id": group});
    assert_eq!(lin.send(&text).await.data()["content"], json!(link));
    server.clock.advance(3 * 24 * 60 * 60 * 1_000);
    let wu = Person { token: Person::log_in(&server, "wu").await.token, ..wu };
    let contents = texts(&wu.within(&group, "").await["messages"], "content");
    assert_eq!(contents[0], link);
    let (fresh, stale) = (&contents[1], &link);
    assert_ne!(fresh, stale);
    let opened = async |link: &str| {
        let (_, place) = link.split_once("/media/").unwrap();
        server.get(&format!("/media/{place}")).await
    };
    assert_eq!((opened(fresh).await.status, opened(fresh).await.text.as_str()), (200, "hello"));
    assert_eq!(opened(stale).await.status, 403);
}

/// A conversation that a match opened is the same one; whoever is there for the matchmaking alone is answered, though
/// nobody could have begun with them.
async fn somebody_known_by_a_match_is_answered(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    server.users([77]).await;
    let account = lin.account();
    let peer = server
        .inside(move |services| async move {
            let telegram = matchmaking_core::ids::TelegramId::new(77).unwrap();
            let peer = services.telegram.account(telegram).await.unwrap();
            let pair = matchmaking_core::model::Pair::new(account, peer).unwrap();
            services.stores.conversations.open_direct(pair, crate::support::server::START).await.unwrap();
            peer
        })
        .await;
    let mut of_peer = Client::login(&server, "/ws/base", 77).await;
    let body = json!({"type": "text", "content": "你好", "receiver_id": peer.get().to_string()});
    let said = lin.send(&body).await.data();
    assert_eq!(of_peer.json().await["content"], "你好");
    let conversations = lin.get("/chat/conversations").await.data();
    let listed = &conversations["conversations"][0];
    assert_eq!(
        (&listed["name"], &listed["last_message"]["message_id"]),
        (&json!("u77"), &said["message_id"])
    );
    // It may be answered, and not brought into a group: there it has no name of its own.
    let group = lin.group_with("g", &[]).await;
    let added =
        lin.post(&format!("/group/{group}/members"), &json!({"user_id": peer.get().to_string()})).await;
    assert_eq!(added.status, 404);
}

on_every_store!(
    an_account_of_rooms_logs_in_here_and_the_other_way_round,
    a_room_is_a_group,
    a_file_of_a_room_can_be_opened,
    somebody_known_by_a_match_is_answered,
);
