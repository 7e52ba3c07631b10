//! The rows of the platform's socket: every frame that a client sends × who sends it.
//!
//! Whoever is let in says in the handshake who they are. Everyone else has a handshake with their token refused, so
//! that they come without one and send the frame as their first; a row's cells say what those get who are let in.

use matchmaking_core::api::platform::frames::TYPES;
use matchmaking_core::api::route::Surface;
use serde_json::{Value, json};

use super::scene::{ADMIN_TOKEN, Persona, Scene};
use crate::support::{Answer, Client, Database, Options, Server, on_every_store};

/// One frame, and what comes of it.
struct Row {
    kind: &'static str,
    data: fn(&Scene) -> Value,
    /// What the owner, the other one of the match, a stranger and somebody blocked by the owner are told: the type of the
    /// answer, or the code of an error.
    cells: [&'static str; 4],
}

/// What is known to the two of the match alone.
const fn theirs(answer: &'static str) -> [&'static str; 4] {
    [answer, answer, "40401", "40401"]
}

const ROWS: &[Row] = &[
    Row { kind: "ping", data: |_| Value::Null, cells: ["pong"; 4] },
    // Again by the same token.
    Row { kind: "auth", data: |scene| json!({"token": scene.token()}), cells: ["auth_success"; 4] },
    Row {
        kind: "message",
        data: |scene| json!({"conversation_id": scene.talk, "content": "x"}),
        cells: theirs("message_status"),
    },
    // Nobody is told that they may; the pong after it is the answer.
    Row { kind: "typing", data: |scene| json!({"conversation_id": scene.talk}), cells: theirs("pong") },
    Row {
        kind: "sync",
        data: |scene| json!({"conversation_id": scene.talk, "after_seq": 0}),
        cells: theirs("sync_result"),
    },
];

/// What a persona is let in with: the code that refuses their token, and none for those who are let in.
fn refusal(persona: Persona) -> Option<&'static str> {
    match persona {
        Persona::Owner | Persona::Member | Persona::Stranger | Persona::Blocked => None,
        Persona::Anonymous => Some("40101"),
        Persona::Expired => Some("40102"),
        Persona::Locked => Some("40302"),
        Persona::Foreign | Persona::Refresh | Persona::Deleted | Persona::Administrator => Some("40103"),
    }
}

fn expected(row: &Row, persona: Persona) -> &'static str {
    match persona {
        Persona::Owner => row.cells[0],
        Persona::Member => row.cells[1],
        Persona::Stranger => row.cells[2],
        Persona::Blocked => row.cells[3],
        // The token is missing.
        Persona::Anonymous if row.kind == "auth" => "40002",
        // Nothing else is looked at before it is known who asks.
        _ if row.kind != "auth" => "40101",
        _ => refusal(persona).unwrap(),
    }
}

/// The type of a frame, or the code of the error that it is.
fn told(frame: &Value) -> String {
    match frame["type"].as_str().unwrap() {
        "error" => frame["data"]["code"].to_string(),
        kind => kind.to_owned(),
    }
}

/// What is answered to a row's frame, and whether a token that is not good was refused before the upgrade.
async fn answer(server: &Server, row: &Row, persona: Persona, scene: &Scene) -> String {
    let mut data = (row.data)(scene);
    let path = match (refusal(persona), scene.token()) {
        (None, Some(token)) => format!("/v1?token={token}"),
        (Some(code), Some(token)) => {
            let handshake = server.http.get(server.url(&format!("/v1?token={token}")));
            let handshake = handshake.header("connection", "upgrade").header("upgrade", "websocket");
            let handshake = handshake.header("sec-websocket-version", "13");
            let refused = Answer::of(handshake.header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")).await;
            assert_eq!(refused.json()["code"].to_string(), code, "{persona:?}: {}", refused.text);
            "/v1".to_owned()
        }
        (_, None) => {
            if row.kind == "auth" {
                data = json!({});
            }
            "/v1".to_owned()
        }
    };
    let mut client = Client::open(server, &path).await;
    if refusal(persona).is_none() {
        assert_eq!(told(&client.json().await), "auth_success");
    }
    client.send(json!({"type": row.kind, "data": data})).await;
    if refusal(persona).is_some() {
        let said = told(&client.json().await);
        client.expect_close(1008).await;
        return said;
    }
    client.send(json!({"type": "ping"})).await;
    told(&client.json().await)
}

on_every_store!(every_frame_is_answered_as_the_matrix_says);

async fn every_frame_is_answered_as_the_matrix_says(database: Database) {
    let kinds: Vec<_> = ROWS.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, TYPES, "each type of frame has one row");
    let server = Server::start_with(&database, Options::default().back_office(ADMIN_TOKEN)).await;
    let mut wrong = Vec::new();
    for row in ROWS {
        for persona in Persona::of(Surface::Platform) {
            let scene = Scene::set(&server, Surface::Platform, persona).await;
            let (got, must) =
                (answer(&server, row, persona, &scene).await, expected(row, persona).to_owned());
            if got != must {
                wrong.push(format!("{} {persona:?}: {got}, not {must}", row.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
