//! Nothing is lost: a server that is killed at any moment has kept every message that it acknowledged.
//!
//! The server is a process of its own. Three rounds, twenty with `TEST_LONG=1`. The moments are chosen by a generator
//! whose seed is printed and may be given as `KILL_SEED`.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use matchmaking_core::ids::ConversationId;
use matchmaking_core::store;
use serde_json::json;

use crate::support::model::{EVENTS, ModelServer, event};
use crate::support::process::Process;
use crate::support::rng::Rng;
use crate::support::{Client, Database, Remote, on_durable_stores, until};

/// Pairs of users who talk, a room each.
const PAIRS: i64 = 3;
/// How many send at once: the first half over sockets, the others over HTTP.
const LANES: usize = 12;

/// A pair's room, and what was said in it.
struct Room {
    users: [i64; 2],
    id: i64,
    /// The history as it was seen last; what comes later is added behind it.
    history: Vec<String>,
}

/// One sender's texts: all those acknowledged, and the one that may or may not have been taken.
struct Lane {
    room: usize,
    acknowledged: Vec<String>,
    in_doubt: String,
}

async fn every_acknowledged_message_survives_a_kill(database: Database) {
    let seed = std::env::var("KILL_SEED").ok().map_or_else(Rng::any_seed, |seed| seed.parse().unwrap());
    println!("KILL_SEED={seed}");
    let mut rng = Rng::new(seed);
    let rounds = if std::env::var("TEST_LONG").is_ok_and(|long| long == "1") { 20 } else { 3 };
    let folder = tempfile::tempdir().unwrap();

    let mut server = Process::start(&database, folder.path()).await;
    let mut rooms = Vec::new();
    for pair in 0..PAIRS {
        let users = [2 * pair + 1, 2 * pair + 2];
        server.remote.users(users).await;
        let matched = server.remote.pair(users[0], users[1], 50).await;
        let id = server.remote.room(users[0], users[1], matched).await;
        rooms.push(Room { users, id, history: Vec::new() });
    }
    for round in 0..rounds {
        let lanes = talk_until_killed(server, &rooms, round, rng.below(250)).await;
        check_numbers(&database, &rooms).await;
        server = Process::start(&database, folder.path()).await;
        for (place, room) in rooms.iter_mut().enumerate() {
            let said = server.remote.said(room.id, room.users[0]).await;
            let said: Vec<String> = said.into_iter().map(|(_, text)| text).collect();
            // What was there before is there still, in the same order and at the beginning.
            assert!(said.starts_with(&room.history), "round {round}: the past has changed");
            let new = &said[room.history.len()..];
            let mut told = 0;
            for lane in lanes.iter().filter(|lane| lane.room == place) {
                let prefix = lane.in_doubt.rsplit_once('/').unwrap().0;
                let kept: Vec<_> =
                    new.iter().filter(|text| text.starts_with(&format!("{prefix}/"))).collect();
                told += kept.len();
                // Each once and in order; and at most the one in doubt behind them.
                let sure = lane.acknowledged.len();
                assert!(kept.iter().copied().take(sure).eq(&lane.acknowledged), "round {round}: {kept:?}");
                assert!(
                    kept[sure..].is_empty() || kept[sure..] == [&lane.in_doubt],
                    "round {round}: {kept:?}"
                );
            }
            assert_eq!(told, new.len(), "round {round}: something was said by no one");
            room.history = said;
        }
    }
    let all: usize = rooms.iter().map(|room| room.history.len()).sum();
    println!("{rounds} kills, {all} messages");
    server.kill();
}

/// Everyone sends until the server is gone, which it is when so many messages are acknowledged.
async fn talk_until_killed(server: Process, rooms: &[Room], round: usize, enough: u64) -> Vec<Lane> {
    let acknowledged = &AtomicU64::new(0);
    let remote = &server.remote.clone();
    let sender_of = |number: usize| rooms[number % rooms.len()].users[number % 2];
    let mut sockets = Vec::new();
    for number in 0..LANES {
        let over_socket = number < LANES / 2;
        sockets.push(if over_socket {
            Some(Client::login(remote, "/ws/message", sender_of(number)).await)
        } else {
            None
        });
    }
    let lane = async |(number, mut socket): (usize, Option<Client>)| {
        let place = number % rooms.len();
        let room = &rooms[place];
        let (sender, target) = (sender_of(number), sender_of(number + rooms.len()));
        let mut lane = Lane { room: place, acknowledged: Vec::new(), in_doubt: String::new() };
        for count in 0.. {
            lane.in_doubt = format!("{round}/{number}/{count}");
            let taken = if let Some(socket) = &mut socket {
                say_over_socket(socket, target, room.id, &lane.in_doubt).await
            } else {
                let body = json!({
                    "chatroom_id": room.id, "sender_user_id": sender, "message_content": lane.in_doubt,
                });
                let answer = remote.try_post("/ChatroomManager/send_message", &body).await;
                answer.inspect(|answer| assert_eq!(answer["success"], true)).is_some()
            };
            if !taken {
                break;
            }
            acknowledged.fetch_add(1, Ordering::SeqCst);
            lane.acknowledged.push(std::mem::take(&mut lane.in_doubt));
        }
        lane
    };
    let killing = async {
        until("enough messages", async || acknowledged.load(Ordering::SeqCst) >= enough).await;
        server.kill();
    };
    let (lanes, ()) = tokio::join!(join_all(sockets.into_iter().enumerate().map(lane)), killing);
    lanes
}

/// Sends over a socket on which others' messages arrive, too, until the answer comes or the server is gone.
async fn say_over_socket(socket: &mut Client, target: i64, room: i64, content: &str) -> bool {
    let frame = json!({"type": "private", "target_user_id": target, "chatroom_id": room, "content": content});
    let mut answer = socket.ask(&frame).await;
    while let Some(told) = answer {
        if told["type"] == "message_status" {
            assert_eq!(
                (&told["saved_to_database"], &told["content"]),
                (&json!(true), &json!(content)),
                "{told}"
            );
            return true;
        }
        answer = socket.hear().await;
    }
    false
}

/// Messages are numbered from 1 without gaps, and identifiers grow with the numbers.
async fn check_numbers(database: &Database, rooms: &[Room]) {
    let stores = store::open(&database.url()).await.unwrap();
    for room in rooms {
        let id = ConversationId::new(room.id).unwrap();
        let conversation = stores.conversations.conversation(id).await.unwrap().unwrap();
        let messages = stores.messages.messages_after(id, 0, usize::MAX >> 1).await.unwrap();
        assert!(messages.iter().map(|message| message.seq).eq(1..=conversation.last_seq));
        assert!(messages.is_sorted_by(|one, next| one.id < next.id));
    }
    stores.upkeep.close().await;
}

/// A server that is killed in the middle of a reply has kept the question; the next one is answered at once or when the
/// dead server's turn has run out, and nothing is blocked.
async fn a_conversation_goes_on_after_a_kill(database: Database) {
    let model = ModelServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start_with_model(&database, folder.path(), &model.base()).await;
    let user = server.remote.post("/api/v1/users/", &json!({"username": "lin"})).await.number("id");
    let id = server.remote.post("/api/v1/conversations/", &json!({"user_id": user})).await.number("id");
    let ask = async |remote: &Remote, message: &str| {
        let body = json!({"conversation_id": id, "message": message});
        remote.http.post(remote.url("/api/v1/chat")).json(&body).send().await.unwrap()
    };
    let mut stream = ask(&server.remote, "before").await;
    let mut asking = model.next().await;
    asking.write(EVENTS.to_owned() + &event("half of ")).await;
    assert_eq!(stream.chunk().await.unwrap().unwrap(), "data: half of \n\n");
    server.kill();
    asking.closed().await;

    let server = Process::start_with_model(&database, folder.path(), &model.base()).await;
    let answering = async {
        let asking = model.next().await;
        let said = |content| json!({"role": "user", "content": content});
        assert_eq!(asking.body["messages"], json!([said("before"), said("after")]));
        asking.answer(EVENTS.to_owned() + &event("an answer")).await;
    };
    let asking = async {
        let answer = ask(&server.remote, "after").await;
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    };
    let (told, ()) = tokio::join!(asking, answering);
    assert_eq!(told, "data: an answer\n\n");
    let shown = server.remote.get(&format!("/api/v1/conversations/{id}")).await.json();
    let said: Vec<_> = shown["messages"].as_array().unwrap().iter().map(|it| it["content"].clone()).collect();
    assert_eq!(said, [json!("before"), json!("after"), json!("an answer")]);
    server.kill();
}

on_durable_stores!(every_acknowledged_message_survives_a_kill, a_conversation_goes_on_after_a_kill);
