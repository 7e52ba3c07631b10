//! What several do at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Person, text_frame};
use crate::support::{Client, Database, Server, on_every_store};

async fn everyone_hears_those_who_write_at_once_in_the_same_order(database: Database) {
    const EACH: usize = 25;
    let server = Server::start(&database).await;
    let one = Person::join(&server, "one").await;
    let other = Person::join(&server, "other").await;
    let third = Person::join(&server, "third").await;
    let id = one.room_with("r", &[&other, &third]).await;
    let (mut of_one, mut of_other) = (one.socket().await, other.socket().await);
    let mut of_third = third.socket().await;
    let write = async |client: &mut Client, name: &str| {
        for number in 0..EACH {
            client.send(text_frame(id, &format!("{name} {number}"))).await;
        }
    };
    let over_http = async {
        for number in 0..EACH {
            third.say(id, &format!("third {number}")).await;
        }
    };
    tokio::join!(write(&mut of_one, "one"), write(&mut of_other, "other"), over_http);
    let mut heard: Vec<Vec<Value>> = Vec::new();
    for client in [&mut of_one, &mut of_other, &mut of_third] {
        let mut frames = Vec::new();
        for _ in 0..3 * EACH {
            frames.push(client.json().await["data"].clone());
        }
        client.nothing_more().await;
        heard.push(frames);
    }
    assert!(heard[0] == heard[1] && heard[1] == heard[2]);
    // As they are listed, and each one's own in the order in which they were written.
    let ids: Vec<_> = heard[0].iter().map(|message| message["ID"].as_i64().unwrap()).collect();
    assert!(ids.is_sorted());
    let listed = one.hears(id).await;
    let contents: Vec<_> =
        heard[0].iter().rev().map(|message| message["content"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, contents);
    for name in ["one", "other", "third"] {
        let own = contents.iter().rev().filter(|content| content.starts_with(&format!("{name} ")));
        assert!(own.cloned().eq((0..EACH).map(|number| format!("{name} {number}"))), "{name}");
    }
}

async fn of_two_who_add_somebody_at_once_one_does(database: Database) {
    let server = Server::start(&database).await;
    let owner = Person::join(&server, "owner").await;
    let member = Person::join(&server, "member").await;
    let id = owner.room_with("r", &[&member]).await;
    for number in 0..10 {
        let guest = Person::join(&server, &format!("guest{number}")).await;
        let answers = tokio::join!(owner.add(id, guest.id, "member"), member.add(id, guest.id, "member"));
        let mut messages = [answers.0.json()["msg"].clone(), answers.1.json()["msg"].clone()];
        messages.sort_by_key(ToString::to_string);
        let expected = ["添加用户到聊天室失败，用户已在聊天室中", "添加用户到聊天室成功"];
        assert_eq!(messages, expected.map(Value::from));
    }
    assert_eq!(owner.members(id).await.len(), 12);
}

/// Whoever goes at the same moment: what is left always has an owner, or is ended.
async fn a_room_is_never_without_an_owner(database: Database) {
    let server = Server::start(&database).await;
    let mut people = Vec::new();
    for number in 0..4 {
        people.push(Person::join(&server, &format!("p{number}")).await);
    }
    for round in 0..5 {
        let owner = &people[0];
        let id = owner.room_with("r", &[&people[1], &people[2], &people[3]]).await;
        let body = json!({"room_id": id});
        let leaving = people[..3].iter().map(|person| person.post("/api/room/leave", &body));
        for answer in join_all(leaving).await {
            assert_eq!(answer.json()["msg"], "退出成功", "round {round}");
        }
        assert_eq!(people[3].members(id).await, [("p3".to_owned(), "owner".to_owned())]);
        // The last one leaves while somebody is brought in: either they are in, or the room is ended.
        let (left, added) =
            tokio::join!(people[3].post("/api/room/leave", &body), people[3].add(id, owner.id, "member"));
        assert_eq!(left.json()["msg"], "退出成功");
        let shown = owner.get(&format!("/api/room/info?room_id={id}")).await.json();
        if added.json()["code"] == 0 {
            assert_eq!(shown["data"]["role"], "owner");
        } else {
            assert_eq!(shown["msg"], "获取失败，聊天室不存在");
        }
    }
}

/// Who is out hears nothing that is written afterwards, and cannot write.
async fn whoever_leaves_while_others_write_is_out(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    for _ in 0..10 {
        let id = lin.room_with("r", &[&wu]).await;
        let mut socket = wu.socket().await;
        let body = json!({"room_id": id});
        let writing = async {
            for number in 0..5 {
                lin.say(id, &number.to_string()).await;
            }
        };
        let (left, ()) = tokio::join!(wu.post("/api/room/leave", &body), writing);
        assert_eq!(left.json()["code"], 0);
        lin.say(id, "afterwards").await;
        // However many came before: the one after is not among them.
        loop {
            socket.send(json!({"type": "ping"})).await;
            let frame = socket.json().await;
            if frame["code"] == 2 {
                break;
            }
            assert_ne!(frame["data"]["content"], "afterwards");
        }
        assert_eq!(wu.send(id, "x").await.json()["code"], 1);
        socket.close().await;
    }
}

on_every_store!(
    everyone_hears_those_who_write_at_once_in_the_same_order,
    of_two_who_add_somebody_at_once_one_does,
    a_room_is_never_without_an_owner,
    whoever_leaves_while_others_write_is_out,
);
