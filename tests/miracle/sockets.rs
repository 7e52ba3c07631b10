//! What the three sockets have in common: who is let in, what is too much, and how they end.

use std::num::NonZeroU32;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::done;
use crate::support::raw::Raw;
use crate::support::{Backend, Client, Database, Options, Server, on_every_store, run};

const SOCKETS: [&str; 3] = ["/ws/base", "/ws/message", "/ws/match"];

fn failed() -> Value {
    json!({"error": "Authentication failed"})
}

async fn the_first_frame_says_who_it_is(database: Database) {
    let server = Server::start(&database).await;
    server.users([7, (1 << 53) - 1]).await;
    for path in SOCKETS {
        for (frame, id) in [
            (r#"{"user_id": 7}"#, "7"),
            (r#"{"user_id": "7"}"#, "7"),
            (r#"{"user_id": " 7 ", "type": "x", "token": null}"#, "7"),
            (r#"{"user_id": 9007199254740991}"#, "9007199254740991"),
            (r#"{"user_id": "9007199254740991"}"#, "9007199254740991"),
        ] {
            let mut client = Client::open(&server, path).await;
            client.send_text(frame).await;
            // Without a type, and the number as a text.
            client.expect(json!({"status": "authenticated", "user_id": id})).await;
        }
        let mut client = Client::open(&server, &format!("{path}/?x=1")).await;
        client.authenticate(7).await;
    }
}

async fn whoever_is_nobody_is_told_and_closed(database: Database) {
    let server = Server::start(&database).await;
    server.users([7, 8]).await;
    server.deactivate(8).await.is(200, &done());
    let deep = "[".repeat(60_000);
    for path in SOCKETS {
        for frame in ["", "x", "{", "{\"user_id\": }", "{'user_id': 7}", "{\"user_id\": 1e400}", &deep] {
            let mut client = Client::open(&server, path).await;
            client.send_text(frame).await;
            client.expect(json!({"error": "Invalid JSON format"})).await;
            client.expect_close(1000).await;
        }
        let mut client = Client::open(&server, path).await;
        client.send_binary(b"{\"user_id\": 7}").await;
        client.expect(json!({"error": "Invalid JSON format"})).await;
        client.expect_close(1000).await;
        for frame in [
            json!({}),
            json!({"user": 7}),
            json!({"user_id": 9}),
            json!({"user_id": 8}),
            json!({"user_id": null}),
            json!({"user_id": "seven"}),
            json!({"user_id": ""}),
            json!({"user_id": [7]}),
            json!({"user_id": {"id": 7}}),
            json!({"user_id": true}),
            json!({"user_id": 7.5}),
            json!({"user_id": 0}),
            json!({"user_id": -7}),
            json!({"user_id": 1_i64 << 53}),
            json!({"user_id": u64::MAX}),
            json!({"user_id": 1e300}),
            json!({"user_id": "9".repeat(5000)}),
            json!([]),
            json!([{"user_id": 7}]),
            json!(7),
            json!("7"),
            json!(null),
        ] {
            let mut client = Client::open(&server, path).await;
            client.send(&frame).await;
            client.expect(failed()).await;
            client.expect_close(1000).await;
        }
    }
}

/// A silent socket, and one that only pings, which says nothing about who it is.
#[test]
fn whoever_says_nothing_is_told_and_closed() {
    run(Backend::Memory, async |database: Database| {
        let options =
            Options::default().limits(|limits| limits.first_frame_within = Duration::from_millis(100));
        let server = Server::start_with(&database, options).await;
        server.users([1]).await;
        for path in SOCKETS {
            let mut client = Client::open(&server, path).await;
            client.expect(failed()).await;
            client.expect_close(1000).await;
            let mut client = Client::open(&server, path).await;
            client.send_ping().await;
            client.expect(failed()).await;
            client.expect_close(1000).await;
        }
    });
}

/// Whoever has said who they are may be silent, as long as their pongs come.
#[test]
fn silence_is_broken_by_pongs() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().limits(|limits| {
            limits.first_frame_within = Duration::from_millis(100);
            limits.socket_ping_every = Duration::from_millis(20);
            limits.socket_silence_max = Duration::from_millis(1500);
        });
        let server = Server::start_with(&database, options).await;
        server.users([1, 2]).await;
        let mut talking = Client::login(&server, "/ws/message", 1).await;
        let mut silent = Client::login(&server, "/ws/base", 2).await;
        // Longer than any silence may be, counted in the server's own pings.
        tokio::join!(talking.pings(100), silent.pings(100));
        talking.send(json!({"content": "still here"})).await;
        assert_eq!(talking.json().await["type"], "broadcast_status");
        assert_eq!(silent.json().await["type"], "broadcast_message");
    });
}

#[test]
fn whoever_is_gone_without_a_word_is_closed() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().limits(|limits| {
            limits.socket_ping_every = Duration::from_millis(50);
            limits.socket_silence_max = Duration::from_millis(300);
        });
        let server = Server::start_with(&database, options).await;
        server.users([1, 2]).await;
        let mut other = Client::login(&server, "/ws/message", 2).await;
        // Reads nothing, hence answers no ping, but keeps its connection.
        let gone = Client::login(&server, "/ws/message", 1).await;
        other.expect(json!({"type": "user_joined", "user_id": "1"})).await;
        other.expect(json!({"type": "user_left", "user_id": "1"})).await;
        drop(gone);
    });
}

async fn frames_over_the_limit_close_the_socket(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let mut other = Client::login(&server, "/ws/base", 2).await;
    let frame = |size: usize| {
        let empty = json!({"x": ""}).to_string().len();
        json!({"x": "a".repeat(size - empty)}).to_string()
    };
    // Before and after saying who it is.
    for path in SOCKETS {
        let mut client = Client::open(&server, path).await;
        client.send_text(frame((64 << 10) + 1)).await;
        client.expect_close(1009).await;
    }
    let mut client = Client::login(&server, "/ws/base", 1).await;
    let largest = frame(64 << 10);
    client.send_text(&largest).await;
    assert_eq!(other.text().await, format!("{{\"type\":\"message\",\"from\":\"1\",\"content\":{largest}}}"));
    client.send_text(frame((64 << 10) + 1)).await;
    client.expect_close(1009).await;
    // In pieces, of which none is too large.
    let mut client = Client::login(&server, "/ws/base", 1).await;
    client.send_in_pieces(&frame((64 << 10) + 1), 1000).await;
    client.expect_close(1009).await;
    let mut client = Client::login(&server, "/ws/base", 1).await;
    client.send_in_pieces(&largest, 1000).await;
    assert!(other.text().await.contains(&largest));
    other.nothing_more().await;
}

/// Frames as no client library would send them.
#[test]
fn broken_frames_close_only_their_own_socket() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        server.users([1, 2]).await;
        let mut other = Client::login(&server, "/ws/base", 2).await;
        let handshake = "GET /ws/base HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        let long_ping = [&b"\x89\xfe\x01\0\0\0\0\0"[..], &[b'x'; 256]].concat();
        for (bytes, code) in [
            // A text that is not masked.
            (&b"\x81\x02{}"[..], 1002),
            // A reserved opcode.
            (b"\x83\x80\0\0\0\0", 1002),
            // A reserved bit.
            (b"\xc1\x80\0\0\0\0", 1002),
            // A continuation of nothing.
            (b"\x80\x80\0\0\0\0", 1002),
            // A text that is no UTF-8.
            (b"\x81\x82\0\0\0\0\xff\xfe", 1007),
            // A text that says it has 2^62 bytes.
            (b"\x81\xff\x40\0\0\0\0\0\0\0\0\0\0\0", 1009),
            // A ping longer than pings may be.
            (&long_ping, 1002),
        ] {
            let mut raw = Raw::connect(&server).await;
            raw.write(handshake).await;
            let answer = raw.answer().await.unwrap();
            assert_eq!(answer.status, 101, "{}", answer.head);
            assert!(
                answer.head.to_ascii_lowercase().contains("s3pplmbitxaq9kygzzhzrbk+xoo="),
                "{}",
                answer.head
            );
            raw.write(bytes).await;
            let farewell = raw.rest().await;
            let code: u16 = code;
            let close =
                farewell.iter().position(|byte| *byte == 0x88).unwrap_or_else(|| panic!("{farewell:?}"));
            assert_eq!(farewell[close + 2..close + 4], code.to_be_bytes(), "{bytes:?}: {farewell:?}");
        }
        // Half a frame, and gone.
        let mut raw = Raw::connect(&server).await;
        raw.write(handshake).await;
        assert_eq!(raw.answer().await.unwrap().status, 101);
        raw.write(b"\x81\x85\0\0").await;
        drop(raw);
        // A frame on the heels of the handshake is not lost.
        let mut raw = Raw::connect(&server).await;
        let mut both = handshake.as_bytes().to_vec();
        both.extend_from_slice(b"\x81\x8d\0\0\0\0{\"user_id\":1}");
        raw.write(both).await;
        assert_eq!(raw.answer().await.unwrap().status, 101);
        let told = raw.exactly(2 + 40).await;
        assert_eq!(&told[2..], br#"{"status":"authenticated","user_id":"1"}"#.as_slice());
        other.nothing_more().await;
    });
}

/// More answers than a queue holds are no reason to close the socket of a client that reads them.
#[test]
fn a_client_that_asks_for_much_at_once_gets_it_all() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        server.users([1, 2]).await;
        let matched = server.pair(1, 2, 50).await;
        let mut client = Client::login(&server, "/ws/message", 1).await;
        let init = json!({"type": "private_chat_init", "target_user_id": 2, "match_id": matched});
        for _ in 0..100 {
            client.send(&init).await;
        }
        for _ in 0..100 {
            for _ in 0..4 {
                assert_eq!(client.json().await["type"], "private_chat_progress");
            }
            assert_eq!(client.json().await["type"], "private_chat_init_complete");
        }
    });
}

/// A bounded queue each; what does not drain is closed, never waited for.
#[test]
fn a_client_that_never_reads_is_closed_and_the_others_go_on() {
    run(Backend::Memory, async |database: Database| {
        let options =
            Options::default().limits(|limits| limits.socket_write_timeout = Duration::from_millis(200));
        let server = Server::start_with(&database, options).await;
        server.users([1, 2, 3]).await;
        let mut sender = Client::login(&server, "/ws/message", 1).await;
        let mut reader = Client::login(&server, "/ws/message", 3).await;
        sender.expect(json!({"type": "user_joined", "user_id": "3"})).await;
        let mut deaf = Client::open_with_little_room(&server, "/ws/message").await;
        deaf.send(json!({"user_id": 2})).await;
        for client in [&mut sender, &mut reader] {
            client.expect(json!({"type": "user_joined", "user_id": "2"})).await;
        }
        // Each is heard by the one who reads before the next is sent, while the deaf one's share piles up.
        let content = "话".repeat(5000);
        let mut left = 0;
        let left_frame = json!({"type": "user_left", "user_id": "2"});
        while left < 2 {
            sender.send(json!({"content": content})).await;
            for client in [&mut sender, &mut reader] {
                loop {
                    let frame = client.json().await;
                    if frame == left_frame {
                        left += 1;
                        continue;
                    }
                    assert_eq!(frame["content"], json!(content));
                    break;
                }
            }
        }
        for client in [&mut sender, &mut reader] {
            client.nothing_more().await;
        }
        assert_eq!(server.connections(), 2);
        drop(deaf);
    });
}

#[test]
fn when_the_server_goes_down_sockets_are_closed_with_1012() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        server.users([1]).await;
        let mut clients = Vec::new();
        for path in SOCKETS {
            let mut client = Client::login(&server, path, 1).await;
            if path == "/ws/match" {
                assert_eq!(client.json().await["type"], "match_error");
            }
            clients.push(client);
        }
        // One that has not said yet who it is, too.
        clients.push(Client::open(&server, "/ws/base").await);
        server.begin_shutdown();
        for client in &mut clients {
            client.expect_close(1012).await;
        }
        drop(clients);
        server.stop();
    });
}

#[test]
fn more_sockets_than_there_may_be_are_refused() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().limits(|limits| limits.sockets = 2);
        let server = Server::start_with(&database, options).await;
        server.users([1]).await;
        let first = Client::login(&server, "/ws/base", 1).await;
        let _second = Client::login(&server, "/ws/base", 1).await;
        let refused = tokio_tungstenite::connect_async(format!("ws://{}/ws/base", server.address)).await;
        let Err(tokio_tungstenite::tungstenite::Error::Http(answer)) = refused else { panic!("not refused") };
        assert_eq!(answer.status().as_u16(), 503);
        let body: Value = serde_json::from_slice(answer.body().as_ref().unwrap()).unwrap();
        assert!(body["detail"].is_string());
        // A place that was given back is free again.
        first.close().await;
        crate::support::until("a free place", async || {
            tokio_tungstenite::connect_async(format!("ws://{}/ws/base", server.address)).await.is_ok()
        })
        .await;
    });
}

/// Whoever sends too fast is told so, frame by frame, and the socket goes on.
#[test]
fn too_many_frames_are_refused_one_by_one() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default()
            .limits(|limits| limits.account_rate = Some((NonZeroU32::MIN, NonZeroU32::new(20).unwrap())));
        let server = Server::start_with(&database, options).await;
        server.users([1, 2]).await;
        let mut other = Client::login(&server, "/ws/base", 2).await;
        let mut client = Client::login(&server, "/ws/message", 1).await;
        other.expect(json!({"type": "user_joined", "user_id": "1"})).await;
        let (mut sent, mut refused) = (0, 0);
        for number in 0..60 {
            client.send(json!({"content": number.to_string()})).await;
            let answer = client.json().await;
            if answer["type"] == "broadcast_status" {
                sent += 1;
                assert_eq!(other.json().await["content"], number.to_string());
            } else {
                refused += 1;
                assert!(answer["error"].is_string() && answer.as_object().unwrap().len() == 1, "{answer}");
            }
        }
        assert!(sent > 0 && refused > 0, "{sent} sent, {refused} refused");
    });
}

/// Everyone sees what one sender says in the same order as the history, each exactly once, however it was sent: over
/// several sockets and over HTTP at the same time.
async fn everyone_sees_the_order_of_the_history(database: Database) {
    const EACH: usize = 40;
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let matched = server.pair(1, 2, 50).await;
    let room = server.room(1, 2, matched).await;
    let mut readers = Vec::new();
    for path in ["/ws/message", "/ws/message", "/ws/base"] {
        readers.push(Client::login(&server, path, 2).await);
    }
    // The first of them sees nobody come, for they are the same person.
    let over_socket = async |lane: usize| {
        let mut client = Client::login(&server, "/ws/message", 1).await;
        for number in 0..EACH {
            let content = format!("{lane}/{number}");
            client
                .send(
                    json!({"type": "private", "target_user_id": 2, "chatroom_id": room, "content": content}),
                )
                .await;
            let status = client.json().await;
            assert_eq!(
                (&status["type"], &status["saved_to_database"], &status["content"]),
                (&json!("message_status"), &json!(true), &json!(content))
            );
        }
    };
    let over_http = async |lane: usize| {
        for number in 0..EACH {
            let answer = server.say(room, 1, &format!("{lane}/{number}")).await;
            answer.is(200, &json!({"success": true, "match_id": matched}));
        }
    };
    let sockets = join_all((0..4).map(over_socket));
    let requests = join_all((4..10).map(over_http));
    let reading = join_all(readers.iter_mut().map(async |reader| {
        let mut heard = Vec::new();
        while heard.len() < 10 * EACH {
            let frame = reader.json().await;
            if frame["type"] == "private_message" {
                heard.push(frame["content"].as_str().unwrap().to_owned());
            }
        }
        heard
    }));
    let (_, _, heard) = tokio::join!(sockets, requests, reading);
    let said: Vec<String> = server.said(room, 2).await.into_iter().map(|(_, text)| text).collect();
    assert_eq!(said.len(), 10 * EACH);
    for lane in 0..10 {
        let of_lane = said.iter().filter_map(|text| text.strip_prefix(&format!("{lane}/")));
        assert!(of_lane.map(|number| number.parse::<usize>().unwrap()).eq(0..EACH));
    }
    for heard in heard {
        assert_eq!(heard, said);
    }
    // Numbered from 1 without gaps, in the store.
    server
        .inside(move |services| async move {
            let room = matchmaking_core::ids::ConversationId::new(room).unwrap();
            let messages = services.stores.messages.messages_after(room, 0, usize::MAX >> 1).await.unwrap();
            assert!(messages.iter().map(|message| message.seq).eq(1..=(10 * EACH) as i64));
            assert!(messages.is_sorted_by_key(|message| message.id));
        })
        .await;
}

/// A message is pushed although its sender was gone before the answer.
async fn a_sender_who_leaves_at_once_is_heard_all_the_same(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let matched = server.pair(1, 2, 50).await;
    let room = server.room(1, 2, matched).await;
    let mut reader = Client::login(&server, "/ws/base", 2).await;
    for number in 0..20 {
        let body = json!({"chatroom_id": room, "sender_user_id": 1, "message_content": number.to_string()});
        let body = body.to_string();
        let mut raw = Raw::connect(&server).await;
        raw.write(format!(
            "POST /ChatroomManager/send_message HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await;
        drop(raw);
    }
    // What of these was stored was pushed, and in that order; a request may be lost with its connection.
    let last = server.say(room, 1, "last").await;
    last.is(200, &json!({"success": true, "match_id": matched}));
    let mut heard = Vec::new();
    while heard.last().is_none_or(|text| text != "last") {
        heard.push(reader.json().await["content"].as_str().unwrap().to_owned());
    }
    let said: Vec<String> = server.said(room, 2).await.into_iter().map(|(_, text)| text).collect();
    let until_last = said.iter().position(|text| text == "last").unwrap() + 1;
    assert_eq!(heard, said[..until_last]);
}

on_every_store!(
    the_first_frame_says_who_it_is,
    whoever_is_nobody_is_told_and_closed,
    frames_over_the_limit_close_the_socket,
    everyone_sees_the_order_of_the_history,
    a_sender_who_leaves_at_once_is_heard_all_the_same,
);
