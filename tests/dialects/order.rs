//! Many at once, from sockets of every dialect: one order for everyone.

use std::time::Duration;

use serde_json::Value;

use super::{
    Client, Dialect, Ear, MIRACLE_SOCKETS, Mini, Person, ROOMS_SOCKETS, contents, group_data, group_frame,
    numbered, room_body, room_data, text,
};
use crate::support::{Backend, Database, Options, Server, on_every_store, run, until};

/// How many each of the five ways sends: together as many as are listed at once.
const EACH: usize = 20;

/// The content of the next message; that of an acknowledgement is none.
async fn next_content(ear: &mut Ear) -> Option<String> {
    let frame: Value = ear.client.json().await;
    match ear.dialect {
        Dialect::Rooms => Some(text(&frame["data"]["content"])),
        Dialect::Groups => (frame["type"] == "message").then(|| text(&frame["data"]["content"])),
        Dialect::Miracle => Some(text(&frame["content"])),
    }
}

async fn everyone_sees_one_order(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let xue = Person::join(&server, "xue").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let nuo = Mini::join(&server, 7_002, "nuo", "诺").await;
    let group = lin.room_with("g", &[&wu.who, &xue.who, &mei.who, &nuo.who]).await;
    let ear = |dialect, client: Client| Ear { account: 0, dialect, client };
    let mut hearing = vec![
        ear(Dialect::Rooms, xue.rooms_socket(ROOMS_SOCKETS[0]).await),
        ear(Dialect::Rooms, lin.rooms_socket(ROOMS_SOCKETS[1]).await),
        ear(Dialect::Groups, xue.groups_socket().await),
        ear(Dialect::Groups, wu.groups_socket().await),
        ear(Dialect::Miracle, nuo.socket(MIRACLE_SOCKETS[0]).await),
        ear(Dialect::Miracle, nuo.socket(MIRACLE_SOCKETS[1]).await),
    ];
    let mut by_lin = lin.groups_socket().await;
    let mut by_wu = wu.rooms_socket(ROOMS_SOCKETS[1]).await;
    let over_groups = async {
        for number in 0..EACH {
            by_lin.send(group_frame("group_id", group, &format!("a {number}"))).await;
        }
    };
    let over_rooms = async {
        for number in 0..EACH {
            by_wu.send(room_body(group, &format!("b {number}"))).await;
        }
    };
    let by_groups = async {
        for number in 0..EACH {
            group_data(&xue.group_send("group_id", group, &format!("c {number}")).await);
        }
    };
    let by_rooms = async {
        for number in 0..EACH {
            room_data(&lin.room_send(group, &format!("d {number}")).await);
        }
    };
    let by_miracle = async {
        for number in 0..EACH {
            mei.says(group, &format!("e {number}"), None).await;
        }
    };
    tokio::join!(over_groups, over_rooms, by_groups, by_rooms, by_miracle);

    let count = 5 * EACH;
    let mut orders = Vec::new();
    for ear in &mut hearing {
        let mut order = Vec::new();
        while order.len() < count {
            order.extend(next_content(ear).await);
        }
        ear.client.nothing_more().await;
        orders.push(order);
    }
    // Whoever sent over a socket of rooms hears everything; over one of groups, everything else, and that each of
    // its own was taken, in its turn.
    let mut by_wu = Ear { account: 0, dialect: Dialect::Rooms, client: by_wu };
    let mut heard = Vec::new();
    while heard.len() < count {
        heard.extend(next_content(&mut by_wu).await);
    }
    orders.push(heard);
    let (mut acknowledged, mut others) = (Vec::new(), Vec::new());
    while acknowledged.len() + others.len() < count {
        let frame = by_lin.json().await;
        let kind = if frame["type"] == "message_ack" { &mut acknowledged } else { &mut others };
        kind.push(text(&frame["data"]["content"]));
    }
    by_wu.client.nothing_more().await;
    by_lin.nothing_more().await;

    let listed = xue.room_list(group).await;
    let mut stored: Vec<String> = contents(&listed).into_iter().map(str::to_owned).collect();
    stored.reverse();
    for (place, order) in orders.iter().enumerate() {
        assert_eq!(*order, stored, "socket {place}");
    }
    let of = |own: bool| stored.iter().filter(move |content| content.starts_with('a') == own);
    assert!(acknowledged.iter().eq(of(true)), "{acknowledged:?}");
    assert!(others.iter().eq(of(false)), "{others:?}");
    for way in ["a", "b", "c", "d", "e"] {
        let own: Vec<_> = stored.iter().filter(|content| content.starts_with(way)).cloned().collect();
        assert_eq!(own, (0..EACH).map(|number| format!("{way} {number}")).collect::<Vec<_>>());
    }
    // The lists, and the numbers in the store.
    let numbers: Vec<i64> = listed.iter().map(|(id, _)| *id).collect();
    assert_eq!(numbered(&server, group).await, numbers);
    for person in [&lin, &wu, &xue] {
        assert_eq!(person.group_list("group_id", group).await, listed);
        assert_eq!(person.room_list(group).await, listed);
    }
    for mini in [&mei, &nuo] {
        let said: Vec<String> = mini.said(group).await.into_iter().map(|(_, text)| text).collect();
        assert_eq!(said.iter().map(String::as_str).collect::<Vec<_>>(), contents(&listed));
    }
}

on_every_store!(everyone_sees_one_order);

/// A socket that is not read is closed, and the others, of whatever dialect, get everything.
#[test]
fn who_does_not_read_is_closed_and_the_others_get_everything() {
    run(Backend::Memory, async |database: Database| {
        // The writer is patient, so that it is the queue that runs full.
        let options = Options::default().limits(|limits| {
            limits.socket_queue = 4;
            limits.socket_write_timeout = Duration::from_secs(50);
        });
        let server = Server::start_with(&database, options).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let mei = Mini::join(&server, 7_001, "mei", "小美").await;
        let group = lin.room_with("g", &[&wu.who, &mei.who]).await;
        let path = format!("{}?token={}", ROOMS_SOCKETS[1], wu.of_rooms);
        let mut slow = Client::open_with_little_room(&server, &path).await;
        let mut quick = [
            Ear { account: 0, dialect: Dialect::Groups, client: wu.groups_socket().await },
            Ear { account: 0, dialect: Dialect::Groups, client: lin.groups_socket().await },
            Ear { account: 0, dialect: Dialect::Rooms, client: wu.rooms_socket(ROOMS_SOCKETS[0]).await },
            Ear { account: 0, dialect: Dialect::Miracle, client: mei.socket(MIRACLE_SOCKETS[0]).await },
        ];
        assert_eq!(server.connections(), 5);
        let long = "话".repeat(4_990);
        let mut sent = 0;
        until("the end of the slow one", async || {
            room_data(&lin.room_send(group, &format!("{sent} {long}")).await);
            for ear in &mut quick {
                let heard = next_content(ear).await;
                assert!(heard.unwrap().starts_with(&format!("{sent} ")));
            }
            sent += 1;
            server.connections() == 4
        })
        .await;
        for ear in &mut quick {
            ear.client.nothing_more().await;
        }
        // What it had been sent before it reads in order, and then that it was too slow.
        let mut read = 0;
        let end = loop {
            match slow.hear_or_close().await {
                Ok(frame) => {
                    let content = text(&frame["data"]["content"]);
                    assert!(content.starts_with(&format!("{read} ")), "{content:.10} instead of {read}");
                    read += 1;
                }
                Err(code) => break code,
            }
        };
        assert_eq!(end, Some(1013));
        assert!(read < sent, "{read} of {sent}");
        // And it finds the rest in the list.
        let listed = wu.room_list(group).await;
        let oldest = sent - listed.len();
        for (place, (_, content)) in listed.iter().rev().enumerate() {
            assert!(content.starts_with(&format!("{} ", oldest + place)), "{content:.10}");
        }
        assert_eq!(numbered(&server, group).await.len(), sent);
        assert_eq!(wu.group_list("group_id", group).await, listed);
    });
}
