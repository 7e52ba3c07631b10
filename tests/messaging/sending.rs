//! Who may send what, and what comes of sending it again.

use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{PNG, Person, data, each, frame, pair, refused, refused_fields};
use crate::support::{Database, Server, on_durable_stores, on_every_store};
use matchmaking_core::model::profile::Gender;

async fn what_is_wrong_is_told_with_every_field(database: Database) {
    let server = Server::start(&database).await;
    let (lin, _, talk) = pair(&server).await;
    for (body, code, fields) in [
        (json!({}), 40002, &["type"][..]),
        (json!({"type": "text"}), 40002, &["content"]),
        (json!({"type": "image"}), 40002, &["media_url"]),
        (json!({"type": "text", "content": ""}), 40001, &["content"]),
        (json!({"type": "text", "content": "缘".repeat(2_001)}), 40001, &["content"]),
        (json!({"type": "text", "content": "a\u{0}b"}), 40001, &["content"]),
        (json!({"type": "system", "content": "x"}), 40001, &["type"]),
        (json!({"type": 5, "content": []}), 40001, &["type", "content"]),
        (json!({"type": "text", "content": "x", "extra": {"a": "b".repeat(4_096)}}), 40001, &["extra"]),
        (json!({"type": "location", "extra": {"longitude": 1}}), 40002, &["extra.latitude"]),
        (
            json!({"type": "image", "media_url": "https://oss.xxx.com/upload/temp/xxx.jpg"}),
            40001,
            &["media_url"],
        ),
        (
            json!({"type": "text", "content": "x", "client_message_id": "y".repeat(129)}),
            40001,
            &["client_message_id"],
        ),
        (json!([]), 40001, &["body"]),
    ] {
        refused_fields(&lin.send(talk, &body).await, code, fields);
    }
    let deep = format!(
        "{{\"type\":\"text\",\"content\":\"x\",\"extra\":{}{}}}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let path = format!("/v1/conversations/{talk}/messages");
    let request = server.http.post(server.url(&path)).bearer_auth(&lin.token);
    let request = request.header("content-type", "application/json").body(deep);
    refused(&crate::support::Answer::of(request).await, 40001);
    // Without a body every field is missing, by its name.
    let read = format!("/conversations/{talk}/read");
    refused_fields(&lin.ask(Verb::PUT, &read, None).await, 40002, &["last_read_message_id"]);
    let longest = "缘".repeat(2_000);
    assert_eq!(lin.say(talk, &longest).await["seq"], 1);
    assert_eq!(lin.messages(talk, "").await["items"][0]["content"], *longest);
    // What a text has no use for is left out.
    let measured = json!({"type": "text", "content": "x", "width": 5, "height": 6, "duration": 7});
    let sent = data(&lin.send(talk, &measured).await);
    for field in ["width", "height", "duration"] {
        assert!(sent.get(field).is_none_or(Value::is_null), "{sent}");
    }
}

async fn a_conversation_that_is_not_yours_is_unknown(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let said = lin.say(talk, "hi").await;
    let he = Person::join(&server, "he", 3, Gender::Male).await;
    let text = json!({"type": "text", "content": "x"});
    let ids =
        [talk.to_string(), "424242".into(), "0".into(), "-1".into(), "9007199254740992".into(), "x".into()];
    for id in ids {
        let path = format!("/conversations/{id}");
        refused(&he.ask(Verb::GET, &format!("{path}/messages"), None).await, 40401);
        refused(&he.post(&format!("{path}/messages"), &text).await, 40401);
        refused(&he.put(&format!("{path}/read"), &json!({"last_read_message_id": 1})).await, 40401);
        refused(&he.put(&format!("{path}/settings"), &json!({"is_pinned": true})).await, 40401);
    }
    refused(&he.recall(&said).await, 40401);
    refused(&he.put("/messages/999999999999999999999/recall", &json!({})).await, 40401);
    // Whoever is blocked is in it no more, and whoever unblocks is again.
    data(&wu.post(&format!("/users/{}/block", lin.id), &json!({})).await);
    for person in [&lin, &wu] {
        refused(&person.send(talk, &text).await, 40401);
        refused(&person.ask(Verb::GET, &format!("/conversations/{talk}/messages"), None).await, 40401);
        assert_eq!(person.get("/conversations").await["items"], json!([]));
    }
    refused(&lin.recall(&said).await, 40401);
    data(&wu.ask(Verb::DELETE, &format!("/users/{}/block", lin.id), None).await);
    data(&lin.send(talk, &text).await);
    // An ended match is for good.
    let matched = lin.get("/matching/matches").await["items"][0]["match_id"].clone();
    data(&lin.ask(Verb::DELETE, &format!("/matching/matches/{matched}"), None).await);
    refused(&wu.send(talk, &text).await, 40401);
    assert_eq!(wu.get("/conversations").await["total_unread"], 0);
}

async fn a_repeat_is_the_first_message_wherever_it_comes_from(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut socket = lin.connect().await;
    let mut theirs = wu.connect().await;
    let body = json!({"type": "text", "content": "one", "client_message_id": "c1"});
    let first = data(&lin.send(talk, &body).await);
    assert_eq!(frame(&mut socket, "new_message").await["client_message_id"], "c1");
    assert_eq!(names_in(&frame(&mut theirs, "new_message").await, "client_message_id"), None);
    assert_eq!(frame(&mut socket, "message_status").await["status"], "delivered");
    let other = json!({"type": "text", "content": "another", "client_message_id": "c1"});
    let again = data(&lin.send(talk, &other).await);
    assert_eq!((&again["message_id"], &again["content"]), (&first["message_id"], &json!("one")));
    assert_eq!(again["status"], "delivered");
    let data_of = json!({"conversation_id": talk, "content": "more", "client_message_id": "c1"});
    socket.send(json!({"type": "message", "data": data_of})).await;
    assert_eq!(frame(&mut socket, "message_status").await["message_id"], first["message_id"]);
    theirs.nothing_more().await;
    // The same name of somebody else is another.
    assert_eq!(data(&wu.send(talk, &body).await)["seq"], 2);
}

fn names_in(object: &Value, name: &str) -> Option<Value> {
    object.get(name).cloned()
}

async fn ten_at_once_by_both_ways_are_one_message(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    for round in 0..3 {
        let name = format!("round {round}");
        let body = json!({"type": "text", "content": "x", "client_message_id": name});
        let posts = (0..5).map(|_| {
            let (lin, body) = (lin.clone(), body.clone());
            tokio::spawn(async move { data(&lin.send(talk, &body).await)["message_id"].clone() })
        });
        let posts: Vec<_> = posts.collect();
        let mut sockets = Vec::new();
        for _ in 0..5 {
            let mut socket = lin.connect().await;
            let frame = json!({"conversation_id": talk, "content": "x", "client_message_id": name});
            sockets.push(tokio::spawn(async move {
                socket.send(json!({"type": "message", "data": frame})).await;
                loop {
                    let told = socket.json().await;
                    if told["type"] == "message_status" && told["data"].get("client_message_id").is_some() {
                        return told["data"]["message_id"].clone();
                    }
                }
            }));
        }
        let mut ids = Vec::new();
        for task in posts.into_iter().chain(sockets) {
            ids.push(task.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "{ids:?}");
        let listed = wu.messages(talk, "").await;
        assert_eq!(each(&listed, "seq").len(), round + 1);
    }
}

/// What other nodes could not be told is not taken, and a name in the store is no link, whatever it is called.
async fn what_is_too_deep_or_no_link_is_refused(database: Database) {
    let server = Server::start(&database).await;
    let (lin, _, talk) = pair(&server).await;
    let nested = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({"a": inner}));
    let body = |levels| json!({"type": "text", "content": "x", "extra": nested(levels)});
    assert_eq!(data(&lin.send(talk, &body(32)).await)["extra"], nested(32));
    refused_fields(&lin.send(talk, &body(33)).await, 40001, &["extra"]);
    let url = data(&lin.upload("image", PNG).await)["url"].as_str().unwrap().to_owned();
    let key = url.split_once("/media/").unwrap().1.split('?').next().unwrap();
    for kind in ["image", "voice"] {
        let body = json!({"type": kind, "media_url": key, "client_message_id": kind});
        refused(&lin.send(talk, &body).await, 40001);
    }
}

async fn every_dialect_is_told(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut groups = crate::support::Client::open(&server, &format!("/api/v1/ws?token={}", wu.groups)).await;
    assert_eq!(groups.json().await["type"], "connected");
    let rooms = format!("/ws/join?token=Bearer%20{}", wu.rooms);
    let mut rooms = crate::support::Client::open(&server, &rooms).await;
    let mut socket = lin.connect().await;
    lin.say(talk, "hello").await;
    frame(&mut socket, "new_message").await;
    let told = groups.json().await;
    assert_eq!((&told["type"], &told["data"]["content"]), (&json!("message"), &json!("hello")));
    assert_eq!(rooms.json().await["data"]["content"], "hello");
    // What a dialect has no word for is the nearest.
    let place = json!({"type": "location", "extra": {"longitude": 121.5, "latitude": 31.25, "name": "外滩"}});
    let sent = data(&lin.send(talk, &place).await);
    assert_eq!(sent["extra"], place["extra"]);
    let told = groups.json().await;
    assert_eq!(
        (&told["data"]["type"], &told["data"]["content"]),
        (&json!("text"), &json!("[位置] 31.25,121.5"))
    );
    assert_eq!(rooms.json().await["data"]["content"], "[位置] 31.25,121.5");
    // And back: what groups send reaches this one. A picture of elsewhere is a link like any other, and none to load.
    let request = server.http.post(server.url("/api/v1/chat/message")).bearer_auth(&wu.groups);
    let body =
        json!({"type": "image", "content": "https://example.com/a.png", "receiver_id": lin.id.to_string()});
    assert_eq!(crate::support::Answer::of(request.json(&body)).await.status, 200);
    loop {
        let told = socket.json().await;
        if told["type"] == "new_message" && told["data"]["sender_id"] == json!(wu.id) {
            let data = &told["data"];
            assert_eq!((&data["type"], &data["content"]), (&json!("text"), &json!("***")));
            assert_eq!(data.get("media_url"), None);
            break;
        }
    }
}

on_every_store!(
    what_is_wrong_is_told_with_every_field,
    a_conversation_that_is_not_yours_is_unknown,
    a_repeat_is_the_first_message_wherever_it_comes_from,
    what_is_too_deep_or_no_link_is_refused,
    every_dialect_is_told,
);
on_durable_stores!(ten_at_once_by_both_ways_are_one_message);
