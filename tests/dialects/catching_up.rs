//! Whoever was away reads what they missed by their own dialect's paging.

use serde_json::{Value, json};

use super::{MIRACLE_SOCKETS, Mini, Person, ROOMS_SOCKETS, group_data, numbered, room_data, text};
use crate::support::{Database, Options, Server, on_durable_stores, on_every_store};

/// The contents that are missed, oldest first.
fn missed() -> Vec<String> {
    (0..45).map(|number| format!("missed {number}")).collect()
}

/// What rooms list back to the message that is known, oldest first, each page before the last one's oldest.
async fn back_on_rooms(person: &Person, room: i64, newest: i64, known: i64) -> Vec<String> {
    let (mut before, mut found) = (newest, Vec::new());
    loop {
        let body = json!({"room_id": room, "last_message_id": before, "limit": 20});
        let page = room_data(&person.room_post("/api/message/list", &body).await);
        for message in page.as_array().unwrap() {
            before = message["ID"].as_i64().unwrap();
            if before <= known {
                found.reverse();
                return found;
            }
            found.push(text(&message["content"]));
        }
        assert!(!page.as_array().unwrap().is_empty(), "the known message was never listed");
    }
}

/// The same on groups: what comes before this many of the newest.
async fn back_on_groups(person: &Person, group: i64, newer: usize, known: i64) -> Vec<String> {
    let (mut offset, mut found) = (newer, Vec::new());
    loop {
        let path = format!("/chat/messages?group_id={group}&limit=20&offset={offset}");
        let page = group_data(&person.group_get(&path).await);
        for message in page["messages"].as_array().unwrap() {
            if message["message_id"] == json!(known.to_string()) {
                found.reverse();
                return found;
            }
            found.push(text(&message["content"]));
        }
        offset += 20;
        assert!(offset < 200, "the known message was never listed");
    }
}

async fn each_dialect_reads_what_it_missed(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let xue = Person::join(&server, "xue").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let nuo = Mini::join(&server, 7_002, "nuo", "诺").await;
    let group = lin.room_with("g", &[&wu.who, &xue.who, &mei.who, &nuo.who]).await;
    let mut on_rooms = wu.rooms_socket(ROOMS_SOCKETS[1]).await;
    let mut on_groups = xue.groups_socket().await;
    let mut on_miracle = mei.socket(MIRACLE_SOCKETS[0]).await;
    let known = room_data(&lin.room_send(group, "known").await)["ID"].as_i64().unwrap();
    assert_eq!(on_rooms.json().await["data"]["ID"], known);
    assert_eq!(on_groups.json().await["data"]["message_id"], known.to_string());
    assert_eq!(on_miracle.json().await["content"], "known");
    for client in [on_rooms, on_groups, on_miracle] {
        client.close().await;
    }
    for (number, content) in missed().iter().enumerate() {
        match number % 3 {
            0 => drop(room_data(&lin.room_send(group, content).await)),
            1 => drop(group_data(&lin.group_send("group_id", group, content).await)),
            _ => nuo.says(group, content, None).await,
        }
    }

    // First the socket, then the list: nothing falls between.
    let mut on_rooms = wu.rooms_socket(ROOMS_SOCKETS[1]).await;
    let mut on_groups = xue.groups_socket().await;
    let mut on_miracle = mei.socket(MIRACLE_SOCKETS[0]).await;
    let live = room_data(&lin.room_send(group, "live").await)["ID"].as_i64().unwrap();
    assert_eq!(on_rooms.json().await["data"]["ID"], live);
    assert_eq!(on_groups.json().await["data"]["message_id"], live.to_string());
    assert_eq!(on_miracle.json().await["content"], "live");
    assert_eq!(back_on_rooms(&wu, group, live, known).await, missed());
    assert_eq!(back_on_groups(&xue, group, 1, known).await, missed());
    let mut said: Vec<String> = mei.said(group).await.into_iter().map(|(_, content)| content).collect();
    said.reverse();
    let all: Vec<String> =
        [vec!["known".to_owned()], missed(), vec!["live".to_owned()]].into_iter().flatten().collect();
    assert_eq!(said, all);
    for client in [&mut on_rooms, &mut on_groups, &mut on_miracle] {
        client.nothing_more().await;
    }
}

/// A socket that is opened while messages are being sent, and the list that is asked for after it, are everything.
async fn nothing_falls_between_a_socket_and_a_list(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let group = lin.room_with("g", &[&wu.who]).await;
    let count = 60;
    let sending = async {
        for number in 0..count {
            if number % 2 == 0 {
                room_data(&lin.room_send(group, &number.to_string()).await);
            } else {
                group_data(&lin.group_send("group_id", group, &number.to_string()).await);
            }
        }
    };
    let coming = async {
        let mut heard = Vec::new();
        for round in 0..6 {
            let mut client = if round % 2 == 0 {
                wu.rooms_socket(ROOMS_SOCKETS[1]).await
            } else {
                wu.groups_socket().await
            };
            let listed = if round % 2 == 0 {
                wu.room_list(group).await
            } else {
                wu.group_list("group_id", group).await
            };
            heard.push((client.take_until_quiet().await, listed));
        }
        heard
    };
    let ((), rounds) = tokio::join!(sending, coming);
    let ids = numbered(&server, group).await;
    for (frames, listed) in rounds {
        let number = |frame: &Value| -> i64 {
            let data = &frame["data"];
            data["ID"].as_i64().unwrap_or_else(|| text(&data["message_id"]).parse().unwrap())
        };
        let mut seen: Vec<i64> = listed.iter().map(|(id, _)| *id).chain(frames.iter().map(number)).collect();
        seen.sort_unstable();
        seen.dedup();
        let newest = seen.last().copied().unwrap_or_default();
        let stored = ids.iter().rev().copied().filter(|id| *id <= newest);
        assert!(stored.eq(seen.iter().copied()), "{seen:?} of {ids:?}");
    }
}

/// What was told in one dialect is there in the others after the server was started again.
async fn all_dialects_find_it_again_after_a_restart(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let group = lin.room_with("g", &[&wu.who, &mei.who]).await;
    room_data(&lin.room_send(group, "by rooms").await);
    group_data(&wu.group_send("group_id", group, "by groups").await);
    mei.says(group, "by Miracle", None).await;
    group_data(&lin.group_send("receiver_id", mei.who.account, "direct").await);
    let direct = super::between(&server, &lin.who, &mei.who).await;
    let shown = async |lin: &Person, mei: &Mini| {
        let lists = [lin.room_list(group).await, lin.group_list("group_id", group).await];
        let directs = [lin.room_list(direct).await, lin.group_list("receiver_id", mei.who.account).await];
        (lists, directs, mei.said(group).await, mei.said(direct).await, lin.members(group).await)
    };
    let before = shown(&lin, &mei).await;
    server.stop();
    let server = Server::start_with(&database, Options::default()).await;
    let lin = Person::log_in(&server, "lin").await;
    let mei = Mini { server: (*server).clone(), ..mei };
    assert_eq!(shown(&lin, &mei).await, before);
    let mut client = mei.socket(MIRACLE_SOCKETS[1]).await;
    room_data(&lin.room_send(group, "again").await);
    assert_eq!(client.json().await["content"], "again");
}

on_every_store!(each_dialect_reads_what_it_missed, nothing_falls_between_a_socket_and_a_list);
on_durable_stores!(all_dialects_find_it_again_after_a_restart);
