//! `/ws/message`.

use matchmaking_core::ids::{MatchId, TelegramId};
use serde_json::{Value, json};

use super::{detail, done, not_done, unknown_user};
use crate::support::server::START;
use crate::support::{Client, Database, Server, on_every_store};

const BASE: &str = "/ws/base";
const MESSAGE: &str = "/ws/message";

/// Users 1 and 2 with a match and its room, and user 3; what they are called is `u` and their number.
struct Talk {
    server: Server,
    matched: i64,
    room: i64,
}

impl Talk {
    async fn start(database: &Database) -> Self {
        let server = Server::start(database).await;
        server.users([1, 2, 3]).await;
        let matched = server.pair(1, 2, 50).await;
        let room = server.room(1, 2, matched).await;
        Self { server, matched, room }
    }

    fn private_message(&self, from: i64, content: &str, timestamp: &Value) -> Value {
        json!({
            "type": "private_message", "from": from, "sender_id": from, "sender_name": format!("u{from}"),
            "content": content, "chatroom_id": self.room, "match_id": self.matched, "timestamp": timestamp,
        })
    }

    fn status(&self, target: i64, delivered: bool, content: &str) -> Value {
        json!({
            "type": "message_status", "target_user_id": target, "chatroom_id": self.room,
            "match_id": self.matched, "delivered": delivered, "saved_to_database": true, "content": content,
        })
    }

    fn private(&self, target: i64, content: &str) -> Value {
        json!({"type": "private", "target_user_id": target, "chatroom_id": self.room, "content": content})
    }
}

fn joined(user: i64) -> Value {
    json!({"type": "user_joined", "user_id": user.to_string()})
}

fn left(user: i64) -> Value {
    json!({"type": "user_left", "user_id": user.to_string()})
}

async fn joined_and_left_are_told_at_the_first_and_the_last_socket(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    let mut on_base = Client::login(&server, BASE, 1).await;
    let mut on_message = Client::login(&server, MESSAGE, 2).await;
    on_base.expect(joined(2)).await;

    let mut first = Client::login(&server, MESSAGE, 3).await;
    on_base.expect(joined(3)).await;
    on_message.expect(joined(3)).await;
    let mut second = Client::login(&server, MESSAGE, 3).await;
    first.nothing_more().await;
    second.nothing_more().await;
    on_base.nothing_more().await;
    first.close().await;
    // One's own comings and goings are for the others.
    second.nothing_more().await;
    on_base.nothing_more().await;
    on_message.nothing_more().await;
    second.close().await;
    on_base.expect(left(3)).await;
    on_message.expect(left(3)).await;
    let mut again = Client::login(&server, MESSAGE, 3).await;
    on_base.expect(joined(3)).await;
    on_message.expect(joined(3)).await;
    on_message.close().await;
    on_base.expect(left(2)).await;
    again.expect(left(2)).await;
    again.nothing_more().await;
}

async fn a_broadcast_goes_to_everyone_else_and_its_status_to_the_sender(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3, 4]).await;
    let mut on_base = Client::login(&server, BASE, 2).await;
    let mut on_message = Client::login(&server, MESSAGE, 3).await;
    let mut on_match = Client::login(&server, "/ws/match", 4).await;
    assert_eq!(on_match.json().await["type"], "match_info");
    let mut sender = Client::login(&server, MESSAGE, 1).await;
    let mut sender_elsewhere = Client::login(&server, BASE, 1).await;
    on_base.expect(joined(3)).await;
    // 4 was matched with the first who suits: 1, who was not there yet.
    on_base.expect(joined(1)).await;
    on_message.expect(joined(1)).await;

    let long = "话".repeat(5000);
    for (frame, content, timestamp) in [
        (json!({"type": "broadcast", "content": "大家好"}), "大家好", Value::Null),
        // Without a type a frame is a broadcast.
        (json!({"content": "没有类型"}), "没有类型", Value::Null),
        (json!({"content": "x", "timestamp": "2026-02-05 10:30"}), "x", json!("2026-02-05 10:30")),
        (json!({"content": "x", "timestamp": 1.50}), "x", json!(1.5)),
        (json!({"content": " x ", "timestamp": {"a": [1]}, "more": 1}), " x ", json!({"a": [1]})),
        (json!({"content": long, "timestamp": null}), long.as_str(), Value::Null),
    ] {
        sender.send(frame).await;
        let status = sender.json().await;
        let said = status["message"].clone();
        assert!(said.as_str().is_some_and(|said| !said.is_empty()));
        let expected =
            json!({"type": "broadcast_status", "content": content, "delivered": true, "message": said});
        assert_eq!(status.to_string(), expected.to_string());
        let heard =
            json!({"type": "broadcast_message", "from": "1", "content": content, "timestamp": timestamp});
        on_base.expect(&heard).await;
        on_message.expect(&heard).await;
    }
    sender.nothing_more().await;
    sender_elsewhere.nothing_more().await;
    on_base.nothing_more().await;
    on_message.nothing_more().await;
    on_match.nothing_more().await;
}

async fn refused_frames_are_answered_and_the_socket_goes_on(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let mut other = Client::login(&server, BASE, 2).await;
    let mut sender = Client::login(&server, MESSAGE, 1).await;
    other.expect(joined(1)).await;
    let empty = json!({"error": "message content cannot be empty"});
    for frame in [
        json!({}),
        json!({"type": "broadcast"}),
        json!({"type": "broadcast", "content": ""}),
        json!({"content": " \t\n\u{3000}"}),
        json!({"content": null}),
    ] {
        sender.send(frame).await;
        sender.expect(&empty).await;
    }
    for content in
        [json!(5), json!(["x"]), json!({"x": 1}), json!(true), json!("a\0b"), json!("x".repeat(5001))]
    {
        sender.send(json!({"type": "broadcast", "content": content})).await;
        let refusal = sender.json().await;
        assert!(refusal["error"].is_string() && refusal.as_object().unwrap().len() == 1, "{refusal}");
    }
    for (kind, told) in [
        (json!("dance"), "dance"),
        (json!(""), ""),
        (json!("message"), "message"),
        (json!("PRIVATE"), "PRIVATE"),
        (json!("中文"), "中文"),
        (json!(5), "5"),
        (json!(null), "null"),
        (json!(["private"]), "[\"private\"]"),
    ] {
        sender.send(json!({"type": kind, "content": "x"})).await;
        sender.expect(json!({"error": format!("Unknown message type: {told}")})).await;
    }
    let invalid = json!({"error": "Invalid JSON format"});
    let deep = "{\"a\":".repeat(10_000);
    for text in ["", "x", "{", "[]", "[{\"content\":\"x\"}]", "null", "5", "\"text\"", &deep] {
        sender.send_text(text).await;
        sender.expect(&invalid).await;
    }
    sender.send_binary(b"{\"content\":\"x\"}").await;
    sender.expect(&invalid).await;
    sender.send(json!({"content": "still here"})).await;
    assert_eq!(sender.json().await["type"], "broadcast_status");
    other
        .expect(json!({"type": "broadcast_message", "from": "1", "content": "still here", "timestamp": null}))
        .await;
    other.nothing_more().await;
}

async fn a_private_chat_is_opened_step_by_step(database: Database) {
    let server = Server::start(&database).await;
    server.create(1, "阿强", 2).await;
    server.create(2, "小美", 1).await;
    let matched = server.pair(1, 2, 50).await;
    let mut client = Client::login(&server, MESSAGE, 1).await;
    let init = json!({"type": "private_chat_init", "target_user_id": 2, "match_id": matched});
    let mut history = json!([]);
    let mut room = Value::Null;
    for round in 0..3 {
        client.send(&init).await;
        let mut words = Vec::new();
        let mut step = async |number: u8, status: &str, more: Value| {
            let frame = client.json().await;
            words.push(frame["message"].as_str().unwrap().to_owned());
            let mut expected = json!({
                "type": "private_chat_progress", "step": number, "status": status, "message": frame["message"],
            });
            expected.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let more_of_frame: Value = frame.clone();
            if room.is_null() && !more_of_frame["chatroom_id"].is_null() {
                room = more_of_frame["chatroom_id"].clone();
            }
            if number == 1 && status == "completed" {
                expected["chatroom_id"] = room.clone();
            }
            assert_eq!(frame.to_string(), expected.to_string());
        };
        step(1, "in_progress", json!({})).await;
        step(1, "completed", json!({})).await;
        step(2, "in_progress", json!({})).await;
        step(2, "completed", json!({"chat_history": history})).await;
        assert!(words.iter().all(|said| !said.is_empty()));
        let last = client.json().await;
        assert!(last["message"].as_str().is_some_and(|said| !said.is_empty()));
        let expected = json!({
            "type": "private_chat_init_complete", "chatroom_id": room, "target_user_id": 2, "match_id": matched,
            "chat_history": history, "message": last["message"],
        });
        assert_eq!(last.to_string(), expected.to_string());
        client.nothing_more().await;
        assert_eq!(server.room(2, 1, matched).await, room);

        // Oldest first, the own name I, and numbers of people as numbers.
        if round == 0 {
            server.say(room.as_i64().unwrap(), 2, "在吗").await;
            let told = client.json().await;
            assert_eq!(told["type"], "private_message");
            server.clock.advance(1000);
            client
                .send(json!({"type": "private", "target_user_id": 2, "chatroom_id": room, "content": "在"}))
                .await;
            assert_eq!(client.json().await["type"], "message_status");
            history = json!([
                ["在吗", "2026-02-05T10:30:00.123Z", 2, "小美"],
                ["在", "2026-02-05T10:30:01.123Z", 1, "I"],
            ]);
        }
    }
    // The other side sees the same from its side; numeric strings will do.
    let mut other = Client::login(&server, MESSAGE, 2).await;
    client.expect(joined(2)).await;
    other
        .send(json!({"type": "private_chat_init", "target_user_id": "1", "match_id": matched.to_string()}))
        .await;
    let mut frames = Vec::new();
    for _ in 0..5 {
        frames.push(other.json().await);
    }
    assert_eq!(frames[4]["target_user_id"], 1);
    assert_eq!(
        frames[4]["chat_history"],
        json!([["在吗", "2026-02-05T10:30:00.123Z", 2, "I"], ["在", "2026-02-05T10:30:01.123Z", 1, "阿强"],])
    );
    client.nothing_more().await;
}

async fn a_private_chat_without_a_match_is_refused(database: Database) {
    let talk = Talk::start(&database).await;
    let theirs = talk.server.pair(2, 3, 50).await;
    let mut client = Client::login(&talk.server, MESSAGE, 1).await;
    for (target, matched) in [
        (json!(3), json!(talk.matched)),
        (json!(2), json!(theirs)),
        (json!(2), json!(theirs + 1)),
        (json!(1), json!(talk.matched)),
        (json!(9), json!(talk.matched)),
        (json!(-2), json!(talk.matched)),
        (json!(2), json!(9_007_199_254_740_992_i64)),
        (json!(2), json!(1e300)),
        (json!("two"), json!(talk.matched)),
        (json!(2.5), json!(talk.matched)),
        (json!(null), json!(talk.matched)),
        (json!(2), json!([talk.matched])),
    ] {
        client
            .send(json!({"type": "private_chat_init", "target_user_id": target, "match_id": matched}))
            .await;
        let refusal = client.json().await;
        assert_eq!(refusal["type"], "private_chat_error", "{target} {matched}: {refusal}");
        assert!(refusal["error"].is_string() && refusal.as_object().unwrap().len() == 2, "{refusal}");
    }
    for frame in [
        json!({"type": "private_chat_init"}),
        json!({"type": "private_chat_init", "target_user_id": 2}),
        json!({"type": "private_chat_init", "match_id": talk.matched}),
    ] {
        client.send(frame).await;
        assert_eq!(client.json().await["type"], "private_chat_error");
    }
    client.nothing_more().await;
}

async fn a_private_message_goes_to_the_other_one_only(database: Database) {
    let talk = Talk::start(&database).await;
    let server = &talk.server;
    let mut sender = Client::login(server, MESSAGE, 1).await;
    let mut sender_elsewhere = Client::login(server, MESSAGE, 1).await;
    let mut target = Client::login(server, MESSAGE, 2).await;
    let mut target_elsewhere = Client::login(server, MESSAGE, 2).await;
    let mut stranger = Client::login(server, MESSAGE, 3).await;
    let mut target_on_match = Client::login(server, "/ws/match", 2).await;
    assert_eq!(target_on_match.json().await["type"], "match_info");
    for client in [&mut sender, &mut sender_elsewhere] {
        client.expect(joined(2)).await;
        client.expect(joined(3)).await;
    }
    for client in [&mut target, &mut target_elsewhere] {
        client.expect(joined(3)).await;
    }

    let long = "话".repeat(5000);
    for (number, (content, timestamp)) in [
        ("你好", Value::Null),
        (" hi \"there\"\n", json!("2026-02-05T10:30:00+08:00")),
        ("x", json!(1_770_287_400_123_i64)),
        ("x", json!({"any": ["thing"]})),
        (&long, json!("")),
    ]
    .into_iter()
    .enumerate()
    {
        let mut frame = talk.private(2, content);
        if !timestamp.is_null() {
            frame["timestamp"] = timestamp.clone();
        }
        if number == 1 {
            // Numeric strings are numbers, too.
            frame["target_user_id"] = json!("2");
            frame["chatroom_id"] = json!(format!(" {} ", talk.room));
        }
        sender.send(frame).await;
        sender.expect(talk.status(2, true, content)).await;
        target.expect(talk.private_message(1, content, &timestamp)).await;
        target_elsewhere.expect(talk.private_message(1, content, &timestamp)).await;
    }
    target.send(talk.private(1, "回")).await;
    target.expect(talk.status(1, true, "回")).await;
    for client in [&mut sender, &mut sender_elsewhere] {
        client.expect(talk.private_message(2, "回", &Value::Null)).await;
    }
    for client in [
        &mut sender,
        &mut sender_elsewhere,
        &mut target,
        &mut target_elsewhere,
        &mut stranger,
        &mut target_on_match,
    ] {
        client.nothing_more().await;
    }
    let said = server.said(talk.room, 1).await;
    let texts: Vec<_> = said.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["你好", " hi \"there\"\n", "x", "x", &long, "回"]);
}

async fn a_private_message_to_someone_offline_is_stored(database: Database) {
    let talk = Talk::start(&database).await;
    let server = &talk.server;
    let mut sender = Client::login(server, MESSAGE, 1).await;
    sender.send(talk.private(2, "睡了吗")).await;
    sender.expect(talk.status(2, false, "睡了吗")).await;
    // A socket of the other audience shows no messages, so that having one is being offline.
    let mut elsewhere = Client::login(server, "/ws/match", 2).await;
    assert_eq!(elsewhere.json().await["type"], "match_info");
    sender.send(talk.private(2, "?")).await;
    sender.expect(talk.status(2, false, "?")).await;
    elsewhere.nothing_more().await;
    elsewhere.close().await;
    let mut target = Client::login(server, MESSAGE, 2).await;
    sender.expect(joined(2)).await;
    sender.send(talk.private(2, "醒了")).await;
    sender.expect(talk.status(2, true, "醒了")).await;
    target.expect(talk.private_message(1, "醒了", &Value::Null)).await;
    target.close().await;
    sender.expect(left(2)).await;
    sender.send(talk.private(2, "又睡了")).await;
    sender.expect(talk.status(2, false, "又睡了")).await;
    let said = server.said(talk.room, 2).await;
    let texts: Vec<_> = said.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(texts, [("u1", "睡了吗"), ("u1", "?"), ("u1", "醒了"), ("u1", "又睡了")]);
}

async fn a_sender_is_shown_by_the_name_they_have_now(database: Database) {
    let talk = Talk::start(&database).await;
    let mut sender = Client::login(&talk.server, MESSAGE, 1).await;
    let mut target = Client::login(&talk.server, MESSAGE, 2).await;
    sender.expect(joined(2)).await;
    talk.server.create(1, "新名字", 3).await.is(200, &json!({"success": true, "user_id": 1}));
    sender.send(talk.private(2, "改名了")).await;
    sender.expect(talk.status(2, true, "改名了")).await;
    let mut told = talk.private_message(1, "改名了", &Value::Null);
    told["sender_name"] = json!("新名字");
    target.expect(told).await;
}

async fn foreign_rooms_and_wrong_targets_are_refused_and_nothing_is_stored(database: Database) {
    let talk = Talk::start(&database).await;
    let server = &talk.server;
    let theirs = server.pair(2, 3, 50).await;
    let their_room = server.room(2, 3, theirs).await;
    let mut target = Client::login(server, MESSAGE, 2).await;
    let mut stranger = Client::login(server, MESSAGE, 3).await;
    target.expect(joined(3)).await;
    let mut sender = Client::login(server, MESSAGE, 1).await;
    target.expect(joined(1)).await;
    stranger.expect(joined(1)).await;
    for (to, room) in [
        (2, their_room),
        (3, their_room),
        (3, talk.room),
        (1, talk.room),
        (9, talk.room),
        (2, their_room + 1),
        (2, 9_007_199_254_740_991),
    ] {
        sender
            .send(json!({"type": "private", "target_user_id": to, "chatroom_id": room, "content": "x"}))
            .await;
        let refusal = sender.json().await;
        assert!(refusal["error"].as_str().is_some_and(|error| !error.is_empty()), "{refusal}");
        let expected = json!({
            "type": "message_status", "target_user_id": to, "chatroom_id": room, "match_id": null,
            "delivered": false, "saved_to_database": false, "content": "x", "error": refusal["error"],
        });
        assert_eq!(refusal.to_string(), expected.to_string());
    }
    for (field, value) in [
        ("content", json!("")),
        ("content", json!("  ")),
        ("content", json!(5)),
        ("content", json!(null)),
        ("content", json!("a\0b")),
        ("content", json!("x".repeat(5001))),
        ("target_user_id", json!("two")),
        ("target_user_id", json!(null)),
        ("target_user_id", json!(0)),
        ("target_user_id", json!(-1)),
        ("target_user_id", json!(9_007_199_254_740_992_i64)),
        ("chatroom_id", json!(1.5)),
        ("chatroom_id", json!([])),
        ("chatroom_id", json!(u64::MAX)),
        ("chatroom_id", json!(-1e300)),
    ] {
        let mut frame = talk.private(2, "x");
        frame[field] = value.clone();
        sender.send(&frame).await;
        let refusal = sender.json().await;
        let flags = (&refusal["type"], &refusal["delivered"], &refusal["saved_to_database"]);
        assert_eq!(flags, (&json!("message_status"), &json!(false), &json!(false)), "{field} = {value}");
        assert!(refusal["error"].is_string(), "{field} = {value}: {refusal}");
        frame.as_object_mut().unwrap().remove(field);
        sender.send(&frame).await;
        let refusal = sender.json().await;
        let flags = (&refusal["type"], &refusal["delivered"], &refusal["saved_to_database"]);
        assert_eq!(flags, (&json!("message_status"), &json!(false), &json!(false)), "without {field}");
        assert!(refusal["error"].is_string(), "without {field}: {refusal}");
    }
    sender.nothing_more().await;
    target.nothing_more().await;
    stranger.nothing_more().await;
    for (room, user) in [(talk.room, 1), (their_room, 2)] {
        assert!(server.said(room, user).await.is_empty());
    }
}

async fn what_is_sent_over_http_is_pushed(database: Database) {
    let talk = Talk::start(&database).await;
    let server = &talk.server;
    let mut sender = Client::login(server, MESSAGE, 1).await;
    let mut target = Client::login(server, MESSAGE, 2).await;
    sender.expect(joined(2)).await;
    let mut stranger = Client::login(server, BASE, 3).await;
    server.say(talk.room, 1, "经由 HTTP").await.is(200, &json!({"success": true, "match_id": talk.matched}));
    target.expect(talk.private_message(1, "经由 HTTP", &json!("2026-02-05T10:30:00.123Z"))).await;
    target.nothing_more().await;
    sender.nothing_more().await;
    stranger.nothing_more().await;
}

/// Base and message share one audience: what is private reaches its target on both.
async fn private_messages_reach_their_target_on_base_too(database: Database) {
    let talk = Talk::start(&database).await;
    let mut target = Client::login(&talk.server, BASE, 2).await;
    let mut sender = Client::login(&talk.server, MESSAGE, 1).await;
    target.expect(joined(1)).await;
    sender.send(talk.private(2, "x")).await;
    sender.expect(talk.status(2, true, "x")).await;
    target.expect(talk.private_message(1, "x", &Value::Null)).await;
}

async fn match_update_goes_to_both_on_base_and_message(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    let mut first = Client::login(&server, BASE, 1).await;
    let mut second = Client::login(&server, MESSAGE, 2).await;
    first.expect(joined(2)).await;
    let mut stranger = Client::login(&server, BASE, 3).await;
    let update = json!({"type": "match_update"});
    let matched = server.pair(1, 2, 50).await;
    for round in 0..3 {
        first.expect(&update).await;
        second.expect(&update).await;
        if round < 2 {
            server.toggle_like(matched).await.is(200, &done());
        }
    }
    // Nothing was made, nothing flipped.
    assert_eq!(server.pair(2, 1, 50).await, matched);
    server.toggle_like(matched + 1).await;
    let body = json!({"user_id_1": 1, "user_id_2": 1, "reason_1": "", "reason_2": "", "match_score": 1});
    assert_eq!(server.post("/MatchManager/create_match", &body).await.status, 400);
    first.nothing_more().await;
    second.nothing_more().await;
    stranger.nothing_more().await;
    // A match that the scorer made is one, too.
    let mut on_match = Client::login(&server, "/ws/match", 3).await;
    assert_eq!(on_match.json().await["type"], "match_info");
    stranger.expect(&update).await;
    on_match.nothing_more().await;
}

/// One rule stands behind every read and every push. Blocks and ended matches come from other surfaces and hold here.
async fn people_who_may_not_see_each_other_do_not(database: Database) {
    for ended in [false, true] {
        let talk = Talk::start(&database).await;
        let server = &talk.server;
        server.say(talk.room, 1, "before").await;
        let mut one = Client::login(server, MESSAGE, 1).await;
        let mut other = Client::login(server, BASE, 2).await;
        let matched = talk.matched;
        server
            .inside(move |services| async move {
                let account =
                    async |id| services.telegram.account(TelegramId::new(id).unwrap()).await.unwrap();
                let (one, other) = (account(1).await, account(2).await);
                if ended {
                    let id = MatchId::new(matched).unwrap();
                    assert!(services.stores.matches.end_match(id, other, START).await.unwrap());
                } else {
                    services.stores.safety.block(other, one, START).await.unwrap();
                }
            })
            .await;
        one.send(talk.private(2, "after")).await;
        let refusal = one.json().await;
        assert_eq!((&refusal["saved_to_database"], &refusal["delivered"]), (&json!(false), &json!(false)));
        one.send(json!({"type": "private_chat_init", "target_user_id": 2, "match_id": matched})).await;
        assert_eq!(one.json().await["type"], "private_chat_error");
        for (user, peer) in [(1, 2), (2, 1)] {
            server.match_info(user, matched).await.is(400, &detail("404: Match not found"));
            server.history(talk.room, user).await.is(200, &json!({"success": true, "messages": []}));
            server.say(talk.room, user, "after").await.is(200, &json!({"success": false, "match_id": null}));
            assert!(server.match_ids(user).await.is_empty());
            server.open_room(user, peer, matched).await.is(400, &detail("404: 无法创建或获取聊天室"));
            let body = json!({
                "user_id_1": user, "user_id_2": peer, "reason_1": "", "reason_2": "", "match_score": 1,
            });
            server.post("/MatchManager/create_match", &body).await.is(400, &unknown_user());
        }
        server.toggle_like(matched).await.is(200, &not_done());
        one.nothing_more().await;
        other.nothing_more().await;
        if !ended {
            server
                .inside(|services| async move {
                    let account =
                        async |id| services.telegram.account(TelegramId::new(id).unwrap()).await.unwrap();
                    let (one, other) = (account(1).await, account(2).await);
                    assert!(services.stores.safety.unblock(other, one).await.unwrap());
                })
                .await;
            assert_eq!(server.match_ids(1).await, [matched]);
            assert_eq!(server.said(talk.room, 2).await.last().unwrap().1, "before");
        }
    }
}

async fn a_deactivated_users_sockets_end_and_say_nothing_more(database: Database) {
    let talk = Talk::start(&database).await;
    let server = &talk.server;
    let mut other = Client::login(server, BASE, 2).await;
    let mut gone = Client::login(server, MESSAGE, 1).await;
    other.expect(joined(1)).await;
    let mut gone_on_base = Client::login(server, BASE, 1).await;
    server.deactivate(1).await.is(200, &done());
    other.expect(left(1)).await;
    for client in [&mut gone, &mut gone_on_base] {
        client.expect(json!({"error": "Authentication failed"})).await;
        client.expect_close(1000).await;
    }
    let mut writer = Client::login(server, MESSAGE, 2).await;
    writer.send(talk.private(1, "?")).await;
    let refusal = writer.json().await;
    assert_eq!((&refusal["saved_to_database"], &refusal["delivered"]), (&json!(false), &json!(false)));
    server.create(1, "u1", 3).await;
    assert!(server.said(talk.room, 1).await.is_empty());
}

on_every_store!(
    joined_and_left_are_told_at_the_first_and_the_last_socket,
    a_broadcast_goes_to_everyone_else_and_its_status_to_the_sender,
    refused_frames_are_answered_and_the_socket_goes_on,
    a_private_chat_is_opened_step_by_step,
    a_private_chat_without_a_match_is_refused,
    a_private_message_goes_to_the_other_one_only,
    a_private_message_to_someone_offline_is_stored,
    a_sender_is_shown_by_the_name_they_have_now,
    foreign_rooms_and_wrong_targets_are_refused_and_nothing_is_stored,
    what_is_sent_over_http_is_pushed,
    private_messages_reach_their_target_on_base_too,
    match_update_goes_to_both_on_base_and_message,
    people_who_may_not_see_each_other_do_not,
    a_deactivated_users_sockets_end_and_say_nothing_more,
);
