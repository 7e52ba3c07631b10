//! The socket: who is let in, what frames do, and how it ends.

use std::time::Duration;

use matchmaking_core::api::platform::frames::SYNC_BYTES_MAX;
use matchmaking_core::model::profile::Gender;
use matchmaking_core::service::tokens::TokenKind;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{FENCE, MINUTE, Person, data, frame, nobody_is_connected, pair};
use crate::support::{Answer, Backend, Client, Database, Options, Server, on_every_store, run, until};

/// The answer to a handshake.
async fn handshake(server: &Server, path: &str) -> Answer {
    let request =
        server.http.get(server.url(path)).header("connection", "upgrade").header("upgrade", "websocket");
    let request =
        request.header("sec-websocket-version", "13").header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==");
    Answer::of(request).await
}

/// The code of an error frame.
async fn error(client: &mut Client) -> Value {
    frame(client, "error").await["code"].clone()
}

async fn a_token_is_looked_at_before_the_upgrade(database: Database) {
    let server = Server::start(&database).await;
    let (lin, ..) = pair(&server).await;
    let groups = {
        let account = lin.account();
        server.inside(move |services| async move { services.tokens.issue(TokenKind::Groups, account) }).await
    };
    for path in ["/v1", "/v1/ws", "/v1/"] {
        for bad in ["x", "", groups.as_str()] {
            let answer = handshake(&server, &format!("{path}?token={bad}")).await;
            super::refused(&answer, 40103);
        }
        let mut client =
            Client::open(&server, &format!("{path}?token={}&device_id=d&platform=ios", lin.token)).await;
        assert_eq!(frame(&mut client, "auth_success").await, json!({"user_id": lin.id}));
        let plain = Answer::of(server.http.get(server.url(path))).await;
        assert_eq!(plain.status, 426);
    }
    let header = format!("Bearer {}", lin.token);
    let mut client = Client::open_with_header(&server, "/v1", "authorization", &header).await;
    frame(&mut client, "auth_success").await;
    // A token of an hour ago is expired, and said to be.
    server.clock.advance(3 * 60 * MINUTE);
    super::refused(&handshake(&server, &format!("/v1?token={}", lin.token)).await, 40102);
    // The socket outlives its token.
    client.send(json!({"type": "ping"})).await;
    assert_eq!(client.json().await["type"], "pong");
}

async fn without_a_token_the_first_frame_brings_it(database: Database) {
    let options = Options::default().limits(|limits| limits.first_frame_within = Duration::from_millis(300));
    let server = Server::start_with(&database, options).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut client = Client::open(&server, "/v1").await;
    let auth = json!({"type": "auth", "data": {"token": lin.token, "device_id": "d", "platform": "web"}});
    client.send(&auth).await;
    assert_eq!(frame(&mut client, "auth_success").await, json!({"user_id": lin.id}));
    wu.say(talk, "hi").await;
    assert_eq!(frame(&mut client, "new_message").await["content"], "hi");
    // Again is as good; to be somebody else is not.
    client.send(&auth).await;
    frame(&mut client, "auth_success").await;
    client.send(json!({"type": "auth", "data": {"token": wu.token}})).await;
    assert_eq!(error(&mut client).await, 40103);
    for (first, code) in [
        (json!({"type": "ping"}), 40101),
        (json!({"type": "message", "data": {"conversation_id": talk, "content": "x"}}), 40101),
        (json!({"type": "auth", "data": {"token": "x"}}), 40103),
        (json!({"type": "auth", "data": {}}), 40002),
        (json!({"type": "auth"}), 40002),
        (json!([]), 40001),
    ] {
        let mut client = Client::open(&server, "/v1/ws").await;
        client.send(&first).await;
        assert_eq!(error(&mut client).await, code, "{first}");
        client.expect_close(1008).await;
    }
    let mut silent = Client::open(&server, "/v1").await;
    assert_eq!(error(&mut silent).await, 40101);
    silent.expect_close(1008).await;
}

async fn bad_frames_are_told_and_the_socket_goes_on(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let he = Person::join(&server, "he", 3, Gender::Male).await;
    let foreign = he.meets(&server, &wu).await;
    let mut client = lin.connect().await;
    for text in [
        "",
        "x",
        "{",
        "[]",
        "null",
        "5",
        "\"ping\"",
        "{\"type\": []}",
        "{\"type\": \"dance\"}",
        "{\"type\":\"pong\"}",
    ] {
        client.send_text(text).await;
        assert_eq!(error(&mut client).await, 40001, "{text}");
    }
    client.send_text("[".repeat(60_000)).await;
    assert_eq!(error(&mut client).await, 40001);
    client.send_binary(b"{\"type\":\"ping\"}").await;
    assert_eq!(error(&mut client).await, 40001);
    client.send_text("{}").await;
    assert_eq!(error(&mut client).await, 40002);
    let message = |data: Value| json!({"type": "message", "data": data});
    for (asked, code) in [
        (json!({"type": "message"}), 40002),
        (json!({"type": "message", "data": 5}), 40001),
        (message(json!({})), 40002),
        (message(json!({"conversation_id": talk, "content": ""})), 40001),
        (message(json!({"conversation_id": "1", "content": "x"})), 40001),
        (message(json!({"conversation_id": foreign, "content": "x"})), 40401),
        (message(json!({"conversation_id": 0, "content": "x"})), 40401),
        (message(json!({"conversation_id": 424_242, "content": "x"})), 40401),
        (message(json!({"conversation_id": talk, "type": "voice"})), 40002),
        (message(json!({"conversation_id": talk, "type": "image", "media_url": "x"})), 40001),
        (json!({"type": "typing", "data": {"conversation_id": foreign}}), 40401),
        (json!({"type": "typing", "data": {}}), 40002),
        (json!({"type": "sync", "data": {"conversation_id": foreign, "after_seq": 0}}), 40401),
        (json!({"type": "sync", "data": {"conversation_id": talk, "after_seq": "0"}}), 40001),
    ] {
        client.send(&asked).await;
        assert_eq!(error(&mut client).await, code, "{asked}");
    }
    client.send(message(json!({"conversation_id": talk, "content": "", "client_message_id": "c7"}))).await;
    let told = frame(&mut client, "error").await;
    assert_eq!(
        told.to_string(),
        json!({"code": 40001, "message": "参数错误", "client_message_id": "c7"}).to_string()
    );
    client.nothing_more().await;
    client.send_text(format!("{{\"type\":\"{}\"}}", "x".repeat(70_000))).await;
    client.expect_close(1009).await;
}

async fn every_device_is_told(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let (mut one, mut two) = (lin.connect().await, lin.again(&server).await.connect().await);
    let mut theirs = wu.connect().await;
    let body = json!({"conversation_id": talk, "content": "hi", "client_message_id": "c1"});
    one.send(json!({"type": "message", "data": body})).await;
    assert_eq!(frame(&mut one, "message_status").await["status"], "sent");
    let told = frame(&mut two, "new_message").await;
    assert_eq!((&told["content"], &told["client_message_id"]), (&json!("hi"), &json!("c1")));
    assert!(frame(&mut theirs, "new_message").await.get("client_message_id").is_none());
    for device in [&mut one, &mut two] {
        assert_eq!(frame(device, "message_status").await["status"], "delivered");
    }
    // One's own typing is shown to the other alone.
    one.send(json!({"type": "typing", "data": {"conversation_id": talk}})).await;
    frame(&mut theirs, "user_typing").await;
    one.nothing_more().await;
    two.nothing_more().await;
}

async fn ten_sockets_are_a_person_s_and_the_eldest_goes_first(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(lin.connect().await);
    }
    let mut other = wu.connect().await;
    let mut eleventh = lin.connect().await;
    sockets.remove(0).expect_close(1008).await;
    wu.say(talk, "hi").await;
    for socket in sockets.iter_mut().chain([&mut eleventh]) {
        assert_eq!(frame(socket, "new_message").await["content"], "hi");
    }
    frame(&mut other, "new_message").await;
}

async fn a_socket_ends_with_its_session(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, _) = pair(&server).await;
    let second = lin.again(&server).await;
    let (mut one, mut two, mut theirs) = (lin.connect().await, second.connect().await, wu.connect().await);
    data(&lin.ask(Verb::DELETE, &format!("/account/sessions/{}", second.session), None).await);
    assert_eq!(error(&mut two).await, 40103);
    two.expect_close(1008).await;
    one.nothing_more().await;
    data(&lin.post("/auth/logout", &json!({})).await);
    assert_eq!(error(&mut one).await, 40103);
    one.expect_close(1008).await;
    // A lock ends all.
    let id = wu.account();
    server
        .inside(move |services| async move { services.office.lock(id, true, String::new()).await.unwrap() })
        .await;
    assert_eq!(error(&mut theirs).await, 40302);
    theirs.expect_close(1008).await;
    nobody_is_connected(&server).await;
}

async fn whoever_is_silent_is_closed(database: Database) {
    let options = Options::default().limits(|limits| {
        limits.socket_silence_max = Duration::from_millis(400);
        limits.socket_ping_every = Duration::from_mins(1);
    });
    let server = Server::start_with(&database, options).await;
    let (lin, ..) = pair(&server).await;
    let mut client = lin.connect().await;
    client.expect_close(1001).await;
}

async fn what_was_missed_is_told(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut sending = wu.connect().await;
    for number in 1..=203 {
        let body = json!({"conversation_id": talk, "content": number.to_string(), "client_message_id": format!("c{number}")});
        sending.send(json!({"type": "message", "data": body})).await;
        frame(&mut sending, "message_status").await;
    }
    let mut client = lin.connect().await;
    let mut sync = async |after: Value| {
        client.send(json!({"type": "sync", "data": {"conversation_id": talk, "after_seq": after}})).await;
        let told = frame(&mut client, "sync_result").await;
        assert_eq!(told["conversation_id"], talk);
        let messages = told["messages"].as_array().unwrap().clone();
        let seqs: Vec<i64> = messages.iter().map(|message| message["seq"].as_i64().unwrap()).collect();
        (seqs, told["has_more"].as_bool().unwrap(), messages)
    };
    let (seqs, more, messages) = sync(json!(0)).await;
    assert_eq!((seqs, more), ((1..=200).collect(), true));
    assert_eq!((&messages[0]["status"], &messages[0]["is_me"]), (&json!("delivered"), &json!(false)));
    assert!(messages[0].get("client_message_id").is_none());
    let (seqs, more, _) = sync(json!(200)).await;
    assert_eq!((seqs, more), (vec![201, 202, 203], false));
    let (seqs, more, _) = sync(json!(-99_999)).await;
    assert_eq!((seqs.len(), more), (200, true));
    let (seqs, more, _) = sync(Value::Null).await;
    assert_eq!((seqs.len(), more), (200, true));
    for beyond in [203_i64, 204, i64::MAX] {
        assert_eq!(sync(json!(beyond)).await.0, Vec::<i64>::new());
    }
    assert_eq!(sync(json!(1e300)).await.0, Vec::<i64>::new());
    // What one's own client sent is known by its name.
    sending.send(json!({"type": "sync", "data": {"conversation_id": talk, "after_seq": 202}})).await;
    let told = loop {
        // Receipts come before.
        let told = sending.json().await;
        if told["type"] == "sync_result" {
            break told["data"].clone();
        }
    };
    assert_eq!(told["messages"][0]["client_message_id"], "c203");
}

async fn a_sync_tells_at_most_128_kib_of_text(database: Database) {
    assert_eq!(SYNC_BYTES_MAX, 128 << 10);
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let (content, extra) = ("缘".repeat(2_000), json!({"more": "x".repeat(4_000)}));
    let bytes = content.len() + extra.to_string().len();
    let fitting = (SYNC_BYTES_MAX / bytes) as i64;
    let all = fitting * 2 + 1;
    for _ in 0..all {
        data(&wu.send(talk, &json!({"type": "text", "content": content, "extra": extra})).await);
    }
    let mut client = lin.connect().await;
    let mut seen = 0;
    for (count, more) in [(fitting, true), (fitting, true), (1, false), (0, false)] {
        client.send(json!({"type": "sync", "data": {"conversation_id": talk, "after_seq": seen}})).await;
        let told = frame(&mut client, "sync_result").await;
        let seqs: Vec<_> = told["messages"].as_array().unwrap().iter().map(|it| it["seq"].as_i64()).collect();
        assert_eq!((seqs, &told["has_more"]), ((seen + 1..=seen + count).map(Some).collect(), &json!(more)));
        seen += count;
    }
    assert_eq!(seen, all);
}

async fn matches_and_notices_are_told(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin", 1, Gender::Female).await;
    let wu = Person::join(&server, "wu", 2, Gender::Male).await;
    let (mut mine, mut theirs) = (lin.connect().await, wu.connect().await);
    let like = async |one: &Person, other: &Person| {
        data(&one.post("/matching/interaction", &json!({"target_user_id": other.id, "action": "like"})).await)
    };
    like(&lin, &wu).await;
    let matched = like(&wu, &lin).await["match_id"].clone();
    for (socket, id, name) in [(&mut mine, wu.id, "wu"), (&mut theirs, lin.id, "lin")] {
        let told = frame(socket, "match_notification").await;
        let user = json!({"user_id": id, "nickname": name, "avatar": null, "age": 31, "location": null});
        let expected = json!({"match_id": matched, "user": user, "matched_at": super::START_TIME});
        assert_eq!(told.to_string(), expected.to_string());
    }
    // A repeated like is no new match.
    like(&lin, &wu).await;
    mine.nothing_more().await;

    let file = reqwest::multipart::Part::bytes(super::PNG).file_name("a.png");
    let form = reqwest::multipart::Form::new().part("file", file).text("type", "life");
    let request = server.http.post(server.url("/v1/profile/photos")).bearer_auth(&lin.token).multipart(form);
    data(&Answer::of(request).await);
    server
        .inside(|services| async move {
            let filter = matchmaking_core::store::ReviewFilter { kind: None, status: None };
            let reviews =
                services.profiles.reviews(filter, matchmaking_core::service::Slice::newest(1)).await.unwrap();
            services
                .profiles
                .decide(reviews.items[0].review.id, false, Some("太暗".to_owned()))
                .await
                .unwrap();
        })
        .await;
    let told = frame(&mut mine, "system_notification").await;
    let expected = json!({"title": "照片审核未通过", "content": "您提交的照片审核未通过：太暗"});
    assert_eq!(told.to_string(), expected.to_string());
    theirs.nothing_more().await;
}

#[test]
fn a_client_that_does_not_read_is_closed_and_catches_up() {
    run(Backend::Memory, deaf);
}

async fn deaf(database: Database) {
    let options = Options::default().limits(|limits| {
        limits.socket_queue = 4;
        limits.socket_write_timeout = Duration::from_millis(200);
    });
    let server = Server::start_with(&database, options).await;
    let (lin, wu, talk) = pair(&server).await;
    let path = format!("/v1?token={}", lin.token);
    let mut slow = Client::open_with_little_room(&server, &path).await.fenced_by(FENCE);
    let body = json!({"type": "text", "content": "缘".repeat(2_000), "extra": {"more": "x".repeat(4_000)}});
    until("the end of the slow one", async || {
        data(&wu.send(talk, &body).await);
        server.connections() == 0
    })
    .await;
    while slow.hear_or_close().await.is_ok() {}
    let last = wu.say(talk, "last").await["seq"].as_i64().unwrap();
    let mut again = lin.connect().await;
    let mut seen = 0;
    while seen < last {
        again.send(json!({"type": "sync", "data": {"conversation_id": talk, "after_seq": seen}})).await;
        let told = frame(&mut again, "sync_result").await;
        let messages = told["messages"].as_array().unwrap();
        for message in messages {
            seen += 1;
            assert_eq!(message["seq"], seen);
        }
    }
}

on_every_store!(
    a_token_is_looked_at_before_the_upgrade,
    without_a_token_the_first_frame_brings_it,
    bad_frames_are_told_and_the_socket_goes_on,
    every_device_is_told,
    ten_sockets_are_a_person_s_and_the_eldest_goes_first,
    a_socket_ends_with_its_session,
    whoever_is_silent_is_closed,
    what_was_missed_is_told,
    a_sync_tells_at_most_128_kib_of_text,
    matches_and_notices_are_told,
);
