//! What was said while nobody listened is read again.

use serde_json::{Value, json};

use super::{Person, text_frame};
use crate::support::{Backend, Database, Server, on_durable_stores, run};

/// A client that comes again lists back to the last message that it knows.
#[test]
fn who_comes_again_reads_what_was_missed() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let id = lin.room_with("r", &[&wu]).await;
        let mut socket = wu.socket().await;
        let known = lin.say(id, "heard").await;
        assert_eq!(socket.json().await["data"]["ID"], known);
        socket.close().await;
        let missed: Vec<_> = (0..45).map(|number| format!("missed {number}")).collect();
        for content in &missed {
            lin.say(id, content).await;
        }
        let mut socket = wu.socket().await;
        lin.say(id, "live").await;
        let live = socket.json().await["data"]["ID"].as_i64().unwrap();
        let (mut before, mut found) = (live, Vec::new());
        'paging: loop {
            let body = json!({"room_id": id, "last_message_id": before, "limit": 20});
            let page = wu.post("/api/message/list", &body).await.json();
            for message in page["data"].as_array().unwrap() {
                before = message["ID"].as_i64().unwrap();
                if before <= known {
                    break 'paging;
                }
                found.insert(0, message["content"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(found, missed);
        socket.nothing_more().await;
    });
}

/// Everything that was answered, and everything that was told, outlives the server.
async fn what_was_said_outlives_the_server(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let id = lin.room("r").await;
    lin.add(id, wu.id, "admin").await;
    let mut socket = wu.socket().await;
    lin.say(id, "over HTTP").await;
    socket.json().await;
    socket.send(text_frame(id, "over a socket")).await;
    let heard = socket.json().await;
    let before: Value = lin.get(&format!("/api/message/list?room_id={id}")).await.json();
    let rooms = lin.get("/api/room/list").await.text;
    drop(socket);
    server.stop();
    let server = Server::start(&database).await;
    // Nothing but tokens was kept by the process: without a configured secret each makes its own.
    let lin = Person::log_in(&server, "lin", lin.id).await;
    let wu = Person::log_in(&server, "WU", wu.id).await;
    assert_eq!(lin.get("/api/room/list").await.text, rooms);
    let after = wu.get(&format!("/api/message/list?room_id={id}")).await.json();
    assert_eq!(after, before);
    assert_eq!(after["data"][0], heard["data"]);
    let roles: Vec<_> = wu.members(id).await.into_iter().map(|(_, role)| role).collect();
    assert_eq!(roles, ["owner", "admin"]);
    // Numbers go on where they were.
    assert!(wu.say(id, "again").await > heard["data"]["ID"].as_i64().unwrap());
}

on_durable_stores!(what_was_said_outlives_the_server);
