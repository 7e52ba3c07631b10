//! The two sockets.

use std::num::NonZeroU32;
use std::time::Duration;

use matchmaking_core::model::AccountStatus;
use serde_json::{Value, json};

use super::{FENCE, Person, SOCKETS, done, new_message, refused, text_frame};
use crate::support::{Backend, Client, Database, Options, Server, on_every_store, run};

/// Opens one of the sockets by query, as browsers must; a greeting is read.
async fn open(person: &Person, path: &str) -> Client {
    let mut client =
        Client::open(&person.server, &format!("{path}?token={}", person.token)).await.fenced_by(FENCE);
    if path == "/api/message/ws" {
        client.expect(done("连接成功", Value::Null)).await;
    }
    client
}

async fn a_token_is_taken_from_the_header_and_from_the_query(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let id = lin.room("r").await;
    let token = &lin.token;
    for path in SOCKETS {
        let greets = path == "/api/message/ws";
        let mut clients = Vec::new();
        for header in [token.clone(), format!("Bearer {token}"), format!("bearer {token}")] {
            clients.push(Client::open_with_header(&server, path, "authorization", &header).await);
        }
        for query in [token.clone(), format!("Bearer%20{token}"), format!("Bearer+{token}")] {
            clients.push(Client::open(&server, &format!("{path}?token={query}")).await);
            clients.push(Client::open(&server, &format!("{path}/?x=1&token={query}")).await);
        }
        let said = lin.say(id, path).await;
        for client in clients {
            let mut client = client.fenced_by(FENCE);
            if greets {
                client.expect(done("连接成功", Value::Null)).await;
            }
            client.expect(new_message(lin.message(said, id, path))).await;
            client.nothing_more().await;
        }
    }
}

async fn everyone_in_the_room_hears_everything_in_one_order(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let stranger = Person::join(&server, "stranger").await;
    let id = lin.room_with("r", &[&wu]).await;
    let elsewhere = wu.room("elsewhere").await;
    // Two sockets of one person, of both kinds.
    let mut of_lin = open(&lin, SOCKETS[0]).await;
    let mut also_lin = open(&lin, SOCKETS[1]).await;
    let mut of_wu = open(&wu, SOCKETS[1]).await;
    let mut deaf = open(&stranger, SOCKETS[0]).await;
    of_lin.send(text_frame(id, "from a socket")).await;
    let first = of_lin.json().await;
    assert_eq!(first["data"]["content"], "from a socket");
    of_wu.send(text_frame(id, "from another")).await;
    let second = of_lin.json().await;
    let third = wu.say(id, "over HTTP").await;
    of_lin.expect(new_message(wu.message(third, id, "over HTTP"))).await;
    wu.say(elsewhere, "elsewhere").await;
    for client in [&mut also_lin, &mut of_wu] {
        client.expect(&first).await;
        client.expect(&second).await;
        client.expect(new_message(wu.message(third, id, "over HTTP"))).await;
    }
    assert_eq!(of_wu.json().await["data"]["room_id"], elsewhere);
    for client in [&mut of_lin, &mut also_lin, &mut of_wu, &mut deaf] {
        client.nothing_more().await;
    }
    // Whoever is added hears from then on, on the socket they have; whoever left does not.
    wu.add(id, stranger.id, "member").await;
    let fourth = lin.say(id, "welcome").await;
    deaf.expect(new_message(lin.message(fourth, id, "welcome"))).await;
    stranger.post("/api/room/leave", &json!({"room_id": id})).await;
    lin.say(id, "gone").await;
    deaf.nothing_more().await;
}

async fn what_is_refused_is_told_and_the_socket_goes_on(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let id = lin.room("r").await;
    let others = wu.room("others").await;
    let long = "字".repeat(5_001);
    for path in SOCKETS {
        let mut client = open(&lin, path).await;
        for text in ["", "x", "{", "[]", "null", "5", "\"ping\"", "{\"room_id\": 1e999}", &"[".repeat(60_000)]
        {
            client.send_text(text).await;
            client.expect(refused("请求错误")).await;
        }
        client.send_binary(b"{\"type\": \"ping\"}").await;
        client.expect(refused("请求错误")).await;
        for (frame, reason) in [
            (json!({}), "请求错误"),
            (json!({"type": "text"}), "请求错误"),
            (json!({"room_id": id}), "请求错误"),
            (json!({"room_id": id.to_string(), "content": "x"}), "请求错误"),
            (json!({"room_id": id, "content": 5}), "请求错误"),
            (json!({"room_id": id, "content": null}), "请求错误"),
            (json!({"room_id": id, "type": 5, "content": "x"}), "请求错误"),
            (json!({"room_id": id, "type": "pong", "content": "x"}), "消息类型错误"),
            (text_frame(id, ""), "消息内容不能为空"),
            (text_frame(id, " \u{3000}"), "消息内容不能为空"),
            (text_frame(id, "\0"), "消息内容包含非法字符"),
            (text_frame(id, &long), "消息内容不能超过5000个字符"),
            (text_frame(others, "x"), "当前用户不在聊天室中"),
            (text_frame(999, "x"), "聊天室不存在"),
            (text_frame(-1, "x"), "聊天室不存在"),
        ] {
            client.send(&frame).await;
            client.expect(refused(&format!("发送失败，{reason}"))).await;
        }
        for ping in [json!({"type": "ping"}), json!({"type": "ping", "room_id": others, "content": "x"})] {
            client.send(ping).await;
            client.expect(json!({"code": 2, "msg": "ok", "data": null})).await;
        }
        client.send(text_frame(id, path)).await;
        assert_eq!(client.json().await["data"]["content"], path);
    }
    assert_eq!(lin.hears(id).await, ["/ws/join", "/api/message/ws"]);
    assert_eq!(wu.hears(others).await, Vec::<String>::new());
}

async fn frames_over_the_limit_close_the_socket(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let id = lin.room("r").await;
    let frame = |size: usize| {
        let empty = json!({"room_id": id, "content": "x", "y": ""}).to_string().len();
        json!({"room_id": id, "content": "x", "y": "a".repeat(size - empty)}).to_string()
    };
    for path in SOCKETS {
        let mut client = open(&lin, path).await;
        client.send_text(frame(64 << 10)).await;
        assert_eq!(client.json().await["data"]["content"], "x");
        client.send_text(frame((64 << 10) + 1)).await;
        client.expect_close(1009).await;
        let mut client = open(&lin, path).await;
        client.send_in_pieces(&frame((64 << 10) + 1), 1000).await;
        client.expect_close(1009).await;
    }
    assert_eq!(lin.hears(id).await.len(), 2);
}

/// Whose account is taken away loses the sockets with it.
async fn whoever_may_not_be_here_any_more_is_closed(database: Database) {
    let server = Server::start(&database).await;
    for status in [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted] {
        let name = format!("{status:?}");
        let person = Person::join(&server, &name).await;
        let mut client = open(&person, SOCKETS[0]).await;
        server.set_status(person.id, status).await;
        let account = matchmaking_core::ids::AccountId::new(person.id).unwrap();
        server.inside(async move |services| services.hub.end_account(account)).await;
        client.expect_close(1008).await;
    }
}

/// A token's time may end while a socket is open, which goes on.
async fn a_socket_outlives_its_token(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let id = lin.room("r").await;
    let mut client = open(&lin, SOCKETS[1]).await;
    server.clock.advance(24 * 3_600_000);
    lin.get("/api/room/list").await.is(401, &json!({"error": "token已过期"}));
    client.send(text_frame(id, "still here")).await;
    assert_eq!(client.json().await["data"]["content"], "still here");
}

#[test]
fn frames_are_counted_against_the_accounts_rate() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().limits(|limits| {
            limits.account_rate = Some((NonZeroU32::MIN, NonZeroU32::new(8).unwrap()));
        });
        let server = Server::start_with(&database, options).await;
        let lin = Person::join(&server, "lin").await;
        let mut client = open(&lin, SOCKETS[1]).await;
        let mut refusals = 0;
        for _ in 0..20 {
            client.send(json!({"type": "ping"})).await;
            let answer = client.json().await;
            if answer["code"] == 1 {
                assert_eq!(answer, refused("发送失败，请求过于频繁，请稍后再试"));
                refusals += 1;
            }
        }
        assert!(refusals > 0);
        let answer = lin.get("/api/room/list").await;
        answer.is(429, &refused("获取失败，请求过于频繁，请稍后再试"));
        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    });
}

/// More answers than a queue holds are no reason to close the socket of a client that reads them.
#[test]
fn a_client_that_asks_for_much_at_once_gets_it_all() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let id = lin.room("r").await;
        let mut client = open(&lin, SOCKETS[0]).await;
        for number in 0..600 {
            client.send(text_frame(id, &number.to_string())).await;
        }
        for number in 0..600 {
            assert_eq!(client.json().await["data"]["content"], number.to_string());
        }
    });
}

/// A bounded queue each; what does not drain is closed, never waited for, and reads again what it missed.
#[test]
fn a_client_that_never_reads_is_closed_and_the_others_go_on() {
    run(Backend::Memory, async |database: Database| {
        let options =
            Options::default().limits(|limits| limits.socket_write_timeout = Duration::from_millis(200));
        let server = Server::start_with(&database, options).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let id = lin.room_with("r", &[&wu]).await;
        let mut client = open(&lin, SOCKETS[1]).await;
        let path = format!("{}?token={}", SOCKETS[1], wu.token);
        let deaf = Client::open_with_little_room(&server, &path).await;
        assert_eq!(server.connections(), 2);
        let content = "话".repeat(5_000);
        let mut sent = 0;
        while server.connections() > 1 {
            client.send(text_frame(id, &content)).await;
            assert_eq!(client.json().await["data"]["content"], json!(content));
            sent += 1;
        }
        drop(deaf);
        let listed = wu.get(&format!("/api/message/list?room_id={id}&limit=1")).await.json();
        assert_eq!(listed["data"][0]["content"], json!(content), "after {sent}");
        client.nothing_more().await;
    });
}

#[test]
fn when_the_server_goes_down_sockets_are_closed_with_1012() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let mut clients = Vec::new();
        for path in SOCKETS {
            clients.push(open(&lin, path).await);
        }
        server.begin_shutdown();
        for client in &mut clients {
            client.expect_close(1012).await;
        }
    });
}

/// A plain GET is told what the route is, whoever asks.
#[test]
fn a_plain_request_on_a_socket_is_426() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        for path in SOCKETS {
            for answer in [server.get(path).await, lin.get(path).await] {
                answer.is(426, &refused("需要WebSocket连接"));
                assert_eq!(answer.header("upgrade"), "websocket");
            }
        }
    });
}

on_every_store!(
    a_token_is_taken_from_the_header_and_from_the_query,
    everyone_in_the_room_hears_everything_in_one_order,
    what_is_refused_is_told_and_the_socket_goes_on,
    frames_over_the_limit_close_the_socket,
    whoever_may_not_be_here_any_more_is_closed,
    a_socket_outlives_its_token,
);
