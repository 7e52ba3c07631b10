//! The socket.

use std::time::Duration;

use futures_util::future::join_all;
use matchmaking_core::model::{AccountStatus, Role};
use serde_json::json;

use super::{
    BAD, FORBIDDEN, Person, UNAUTHORIZED, UNKNOWN, ack_frame, error_frame, member_frame, message_frame,
    text_in, text_to,
};
use crate::support::{Backend, Client, Database, Options, Server, on_every_store, run, until};

async fn a_message_is_acknowledged_to_its_socket_and_told_to_all_others(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    let group = lin.group_with("g", &[&wu]).await;
    let mut of_lin = lin.socket().await;
    let mut also_lin = lin.socket().await;
    let mut of_wu = wu.socket().await;
    let mut also_wu = wu.socket().await;
    let mut of_third = third.socket().await;
    for (frame, receiver, to_group) in
        [(text_to(&wu, "你好"), json!(wu.id), json!("")), (text_in(&group, "你好"), json!(""), json!(group))]
    {
        of_lin.send(frame).await;
        let ack = of_lin.json().await;
        let message = json!({
            "message_id": ack["data"]["message_id"], "type": "text", "content": "你好", "sender_id": lin.id,
            "receiver_id": receiver, "group_id": to_group, "created_at": super::START_TIME,
        });
        assert_eq!(ack.to_string(), ack_frame(&message).to_string());
        for client in [&mut also_lin, &mut of_wu, &mut also_wu] {
            client.expect(message_frame(&message)).await;
        }
        for client in [&mut of_lin, &mut also_lin, &mut of_wu, &mut also_wu, &mut of_third] {
            client.nothing_more().await;
        }
    }
    assert_eq!(lin.with(&wu, "").await["total"], 1);
    assert_eq!(lin.within(&group, "").await["total"], 1);
}

async fn what_is_sent_over_http_is_told_to_every_socket(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mut of_lin = lin.socket().await;
    let mut of_wu = wu.socket().await;
    let body = json!({"type": "image", "content": "https://x/y.png", "receiver_id": wu.id, "client_message_id": "c"});
    let mut sent = lin.send(&body).await.data();
    assert_eq!(sent["client_message_id"], "c");
    // The sender's own sockets know it again by its name, which is nobody else's business.
    of_lin.expect(message_frame(&sent)).await;
    sent.as_object_mut().unwrap().remove("client_message_id");
    of_wu.expect(message_frame(&sent)).await;
    lin.send(&body).await.data();
    of_lin.nothing_more().await;
    of_wu.nothing_more().await;
}

async fn a_repeat_over_a_socket_is_acknowledged_and_not_told_again(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mut of_lin = lin.socket().await;
    let mut also_lin = lin.socket().await;
    let mut of_wu = wu.socket().await;
    let mut frame = text_to(&wu, "x");
    frame["data"]["client_message_id"] = json!("c-1");
    of_lin.send(&frame).await;
    let ack = of_lin.json().await;
    assert_eq!(ack["data"]["client_message_id"], "c-1");
    also_lin.expect(message_frame(&ack["data"])).await;
    of_wu.json().await;
    for client in [&mut of_lin, &mut also_lin] {
        client.send(&frame).await;
        client.expect(&ack).await;
    }
    let over_http = lin.send(&frame["data"]).await.data();
    assert_eq!(over_http, ack["data"]);
    for client in [&mut of_lin, &mut also_lin, &mut of_wu] {
        client.nothing_more().await;
    }
    assert_eq!(wu.with(&lin, "").await["total"], 1);
}

async fn everyone_hears_everything_in_one_order(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    let group = lin.group_with("g", &[&wu, &third]).await;
    let mut hearing = [third.socket().await, third.socket().await, third.socket().await];
    let mut of_lin = lin.socket().await;
    let rounds = 20;
    let over_socket = async {
        for number in 0..rounds {
            of_lin.send(text_in(&group, &format!("lin {number}"))).await;
        }
    };
    let over_http = async {
        for number in 0..rounds {
            wu.say_in(&group, &format!("wu {number}")).await;
        }
    };
    tokio::join!(over_socket, over_http);
    let mut orders = Vec::new();
    for client in &mut hearing {
        let mut order = Vec::new();
        for _ in 0..2 * rounds {
            order.push(client.json().await["data"]["content"].as_str().unwrap().to_owned());
        }
        client.nothing_more().await;
        orders.push(order);
    }
    let listed = third.within(&group, "&limit=100").await;
    let mut stored = super::texts(&listed["messages"], "content");
    stored.reverse();
    assert!(orders.iter().all(|order| *order == stored), "{orders:?}");
    for name in ["lin", "wu"] {
        let own: Vec<_> = stored.iter().filter(|content| content.starts_with(name)).collect();
        assert!(
            own.iter().enumerate().all(|(place, content)| **content == format!("{name} {place}")),
            "{own:?}"
        );
    }
}

async fn typing_is_relayed_to_the_others(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    let group = lin.group_with("g", &[&wu]).await;
    let mut of_lin = lin.socket().await;
    let mut also_lin = lin.socket().await;
    let mut of_wu = wu.socket().await;
    let mut of_third = third.socket().await;
    let told = |receiver: &str, group: &str| json!({"type": "typing", "data": {"user_id": lin.id, "receiver_id": receiver, "group_id": group}});
    for _ in 0..2 {
        // Before and after the two have talked.
        of_lin.send(json!({"type": "typing", "data": {"receiver_id": wu.id}})).await;
        of_wu.expect(told(&wu.id, "")).await;
        lin.say(&wu, "x").await;
        for client in [&mut of_lin, &mut also_lin, &mut of_wu] {
            assert_eq!(client.json().await["type"], "message");
        }
    }
    of_lin.send(json!({"type": "typing", "data": {"receiver_id": "", "group_id": group}})).await;
    of_wu.expect(told("", &group)).await;
    for client in [&mut of_lin, &mut also_lin, &mut of_wu, &mut of_third] {
        client.nothing_more().await;
    }
    wu.block(&server, &lin).await;
    of_lin.send(json!({"type": "typing", "data": {"receiver_id": wu.id}})).await;
    of_lin.expect(error_frame(404, UNKNOWN, "用户不存在")).await;
    of_lin.send(json!({"type": "typing", "data": {"group_id": group}})).await;
    of_lin.nothing_more().await;
    of_wu.nothing_more().await;
}

async fn changes_of_membership_are_told_to_everyone_concerned(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    let stranger = Person::join(&server, "stranger").await;
    let id = lin.group_with("g", &[&wu]).await;
    let mut of_lin = lin.socket().await;
    let mut of_wu = wu.socket().await;
    let mut of_third = third.socket().await;
    let mut deaf = stranger.socket().await;
    wu.add(&id, &third).await.data();
    for client in [&mut of_lin, &mut of_wu, &mut of_third] {
        client.expect(member_frame(&id, &third, "added")).await;
    }
    wu.add(&id, &third).await.refuses(400, BAD, "user_id: 该用户已是群组成员");
    lin.remove(&id, &third).await.data();
    for client in [&mut of_lin, &mut of_wu, &mut of_third] {
        client.expect(member_frame(&id, &third, "removed")).await;
    }
    // The owner goes; who inherits has another role.
    lin.remove(&id, &lin).await.data();
    of_lin.expect(member_frame(&id, &lin, "removed")).await;
    of_wu.expect(member_frame(&id, &lin, "removed")).await;
    of_wu.expect(member_frame(&id, &wu, "role")).await;
    // Changing what a group is called concerns nobody's part in it.
    wu.put(&format!("/group/{id}"), &json!({"name": "neu"})).await.data();
    wu.delete(&format!("/group/{id}")).await.data();
    of_wu.expect(member_frame(&id, &wu, "removed")).await;
    for client in [&mut of_lin, &mut of_wu, &mut of_third, &mut deaf] {
        client.nothing_more().await;
    }
}

async fn what_is_refused_is_told_and_the_socket_goes_on(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let others = wu.group_with("g", &[]).await;
    let mut client = lin.socket().await;
    let mut of_wu = wu.socket().await;
    let not_json = |place: usize| format!("不是合法的 JSON：第 {place} 个字符之后无法解析");
    for (text, error) in [
        ("", not_json(0)),
        ("x", not_json(0)),
        ("{", not_json(1)),
        ("[]", "请求体: 必须是 JSON 对象".to_owned()),
        ("null", "请求体: 必须是 JSON 对象".to_owned()),
        ("\"ping\"", "请求体: 必须是 JSON 对象".to_owned()),
        ("{}", "type: 缺失".to_owned()),
        (r#"{"type": 5}"#, "type: 必须是字符串".to_owned()),
        (r#"{"type": "dance"}"#, "type: 必须是 message、read、typing、ping 之一".to_owned()),
        (r#"{"type": "message"}"#, "data: 缺失".to_owned()),
        (r#"{"type": "message", "data": "x"}"#, "data: 必须是 JSON 对象".to_owned()),
        (r#"{"type": "read", "data": {}}"#, "data.message_id: 缺失".to_owned()),
        (r#"{"type": "typing", "data": {}}"#, "data.receiver_id: 与 group_id 必须填写其中一个".to_owned()),
        (
            r#"{"type": "message", "data": {"type": "voice", "content": " ", "receiver_id": "1", "group_id": "1"}}"#,
            "data.type: 必须是 text、image、file 之一; data.content: 不能为空; data.group_id: 与 receiver_id 只能填写其中一个".to_owned(),
        ),
    ] {
        client.send_text(text).await;
        client.expect(error_frame(400, BAD, &error)).await;
    }
    client.send_text("[".repeat(60_000)).await;
    assert_eq!(client.json().await["data"]["code"], 400);
    client.send_binary(br#"{"type": "ping"}"#).await;
    client.expect(error_frame(400, BAD, "请求体: 必须是 JSON 对象")).await;
    for (frame, code, message, error) in [
        (text_to(&lin, "x"), 400, BAD, "receiver_id: 不能是自己"),
        (text_in(&others, "x"), 403, FORBIDDEN, "不是群组成员"),
        (text_in("999", "x"), 404, UNKNOWN, "群组不存在"),
        (text_in("x", "x"), 404, UNKNOWN, "群组不存在"),
        (
            json!({"type": "message", "data": {"content": "x", "receiver_id": "999"}}),
            404,
            UNKNOWN,
            "用户不存在",
        ),
        (json!({"type": "typing", "data": {"receiver_id": lin.id}}), 400, BAD, "receiver_id: 不能是自己"),
        (json!({"type": "typing", "data": {"receiver_id": "999"}}), 404, UNKNOWN, "用户不存在"),
        (json!({"type": "typing", "data": {"group_id": others}}), 403, FORBIDDEN, "不是群组成员"),
        (json!({"type": "typing", "data": {"group_id": "999"}}), 404, UNKNOWN, "群组不存在"),
    ] {
        client.send(frame).await;
        client.expect(error_frame(code, message, error)).await;
    }
    client.send(text_to(&wu, "still here")).await;
    assert_eq!(client.json().await["type"], "message_ack");
    assert_eq!(of_wu.json().await["data"]["content"], "still here");
    of_wu.nothing_more().await;
}

async fn an_account_that_ends_ends_its_sockets(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mut clients = [lin.socket().await, lin.socket().await];
    let mut other = wu.socket().await;
    let account = lin.account();
    lin.becomes(&server, AccountStatus::Locked).await;
    server.inside(move |services| async move { services.hub.end_account(account) }).await;
    for client in &mut clients {
        client.expect(error_frame(401, UNAUTHORIZED, "token 无效")).await;
        client.expect_close(1008).await;
    }
    other.nothing_more().await;
}

async fn sockets_come_and_go_without_a_trace(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mut of_wu = wu.socket().await;
    for _ in 0..3 {
        let clients = join_all((0..5).map(|_| lin.socket())).await;
        assert_eq!(server.connections(), 6);
        for client in clients {
            client.close().await;
        }
        until("the end of sockets", async || server.connections() == 1).await;
    }
    of_wu.nothing_more().await;
}

on_every_store!(
    a_message_is_acknowledged_to_its_socket_and_told_to_all_others,
    what_is_sent_over_http_is_told_to_every_socket,
    a_repeat_over_a_socket_is_acknowledged_and_not_told_again,
    everyone_hears_everything_in_one_order,
    typing_is_relayed_to_the_others,
    changes_of_membership_are_told_to_everyone_concerned,
    what_is_refused_is_told_and_the_socket_goes_on,
    an_account_that_ends_ends_its_sockets,
    sockets_come_and_go_without_a_trace,
);

#[test]
fn a_frame_over_the_limit_closes_the_socket() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let mut client = lin.socket().await;
        // The longest text, each character of which takes four bytes and is escaped to twelve.
        let longest = "\\ud83d\\ude42".repeat(5_000);
        let frame = format!(
            r#"{{"type": "message", "data": {{"content": "{longest}", "receiver_id": "{}"}}}}"#,
            wu.id
        );
        client.send_text(frame).await;
        assert_eq!(client.json().await["data"]["content"], "🙂".repeat(5_000));
        client.send_text(format!("{{\"type\": \"ping\", \"x\": \"{}\"}}", "x".repeat(64 << 10))).await;
        client.expect_close(1009).await;
    });
}

/// Many frames at once are answered one after the other, as they are read.
#[test]
fn whoever_sends_much_at_once_and_reads_it_all_is_answered_all() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let mut client = lin.socket().await;
        let count = 1_000;
        for number in 0..count {
            client.send(text_to(&wu, &number.to_string())).await;
        }
        for number in 0..count {
            let ack = client.json().await;
            assert_eq!(
                (&ack["type"], &ack["data"]["content"]),
                (&json!("message_ack"), &json!(number.to_string()))
            );
        }
        assert_eq!(lin.with(&wu, "").await["total"], count);
    });
}

#[test]
fn whoever_does_not_keep_up_is_closed_and_the_others_are_not() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().limits(|limits| {
            limits.socket_queue = 4;
            limits.socket_write_timeout = Duration::from_millis(200);
        });
        let server = Server::start_with(&database, options).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let path = format!("/api/v1/ws?token={}", wu.token);
        let slow = wu.greeted(Client::open_with_little_room(&server, &path).await).await;
        let mut quick = wu.socket().await;
        let long = "字".repeat(5_000);
        let mut sent = 0;
        until("the end of the slow one", async || {
            lin.say(&wu, &long).await;
            sent += 1;
            assert_eq!(quick.json().await["type"], "message");
            server.connections() == 1
        })
        .await;
        drop(slow);
        quick.nothing_more().await;
        assert_eq!(wu.with(&lin, "").await["total"], sent);
    });
}

#[test]
fn the_shutdown_tells_clients_to_come_again() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let mut client = lin.socket().await;
        server.begin_shutdown();
        client.expect_close(1012).await;
    });
}

#[test]
fn what_another_surface_does_with_a_group_is_told_here() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let id = lin.group_with("g", &[]).await;
        let mut of_lin = lin.socket().await;
        let (group, by, account) = (id.parse::<i64>().unwrap(), lin.account(), wu.account());
        server
            .inside(move |services| async move {
                let group = matchmaking_core::ids::ConversationId::new(group).unwrap();
                services.groups.add(group, by, account, Role::Admin).await.unwrap();
            })
            .await;
        of_lin.expect(member_frame(&id, &wu, "added")).await;
    });
}
