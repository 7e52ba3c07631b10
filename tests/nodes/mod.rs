//! Two servers, each a process of its own, over one database and on one bus. Where no NATS server is at its usual place,
//! the tests say so and pass.

use serde_json::{Value, json};

use crate::support::process::{NATS, Process, nats_is_here};
use crate::support::rng::Rng;
use crate::support::{Backend, Client, Database, run};

/// The next of these that a client hears.
async fn hear(client: &mut Client, kind: &str) -> Value {
    loop {
        let told = client.json().await;
        if told["type"] == kind {
            return told;
        }
    }
}

#[test]
fn what_is_said_at_one_node_arrives_at_sockets_on_the_other() {
    run(Backend::Postgres, async |database: Database| {
        if !nats_is_here() {
            eprintln!("NOT RUN: there is no NATS server at {NATS}");
            return;
        }
        let subject = format!("matchmaking.test.{}", Rng::any_seed());
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let one = Process::start_on_bus(&database, folders[0].path(), &subject).await;
        let other = Process::start_on_bus(&database, folders[1].path(), &subject).await;
        one.remote.users([1, 2]).await;
        let matched = one.remote.pair(1, 2, 50).await;
        let room = one.remote.room(1, 2, matched).await;
        let mut here = Client::login(&one.remote, "/ws/message", 1).await;
        let mut there = Client::login(&other.remote, "/ws/message", 2).await;
        // Both ways, over sockets and over HTTP.
        for (number, from, to) in [(1, 1, 2), (2, 2, 1), (3, 1, 2), (4, 2, 1)] {
            let content = format!("message {number}");
            let (sender, receiver) =
                if from == 1 { (&mut here, &mut there) } else { (&mut there, &mut here) };
            if number <= 2 {
                let frame =
                    json!({"type": "private", "target_user_id": to, "chatroom_id": room, "content": content});
                sender.send(&frame).await;
                assert_eq!(hear(sender, "message_status").await["saved_to_database"], true);
            } else {
                let remote = if from == 1 { &one.remote } else { &other.remote };
                remote.say(room, from, &content).await;
            }
            let told = hear(receiver, "private_message").await;
            assert_eq!((&told["content"], &told["from"]), (&json!(content), &json!(from)), "{told}");
        }
        one.stop();
        other.stop();
    });
}
