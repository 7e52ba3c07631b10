//! A message that is sent again under the same name is the same message, and nobody hears it twice.

use serde_json::{Value, json};

use super::{
    Ears, MIRACLE_SOCKETS, Mini, Person, ROOMS_SOCKETS, between, group_data, group_frame, numbered, room_data,
};
use crate::support::{Database, Server, on_every_store};

async fn a_repeat_is_answered_and_told_to_nobody(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let group = lin.room_with("g", &[&wu.who, &mei.who]).await;
    group_data(&lin.group_send("receiver_id", mei.who.account, "opened").await);
    let direct = between(&server, &lin.who, &mei.who).await;
    for (field, id, conversation) in [("group_id", group, group), ("receiver_id", mei.who.account, direct)] {
        let mut ears = Ears::default();
        ears.room(&lin, ROOMS_SOCKETS[0]).await;
        if field == "group_id" {
            ears.room(&wu, ROOMS_SOCKETS[1]).await;
            ears.group(&wu).await;
        }
        ears.miracle(&mei, MIRACLE_SOCKETS[0]).await;
        let mut device = lin.groups_socket().await;
        let mut other_device = lin.groups_socket().await;
        let before = numbered(&server, conversation).await.len();
        let mut frame = group_frame(field, id, "once");
        frame["data"]["client_message_id"] = json!("c-1");
        device.send(&frame).await;
        let ack = device.json().await;
        assert_eq!((&ack["type"], &ack["data"]["client_message_id"]), (&json!("message_ack"), &json!("c-1")));
        assert_eq!(other_device.json().await["data"], ack["data"]);
        for ear in &mut ears.0 {
            let heard: Value = ear.client.json().await;
            // The name is its sender's own business.
            assert!(!heard.to_string().contains("c-1"), "{heard}");
        }
        for _ in 0..2 {
            assert_eq!(group_data(&lin.group_post("/chat/message", &frame["data"]).await), ack["data"]);
            other_device.send(&frame).await;
            other_device.expect(&ack).await;
        }
        // What it says does not matter, where it is said does.
        frame["data"]["content"] = json!("otherwise");
        assert_eq!(group_data(&lin.group_post("/chat/message", &frame["data"]).await), ack["data"]);
        ears.nothing_more().await;
        device.nothing_more().await;
        other_device.nothing_more().await;
        assert_eq!(numbered(&server, conversation).await.len(), before + 1);
        assert_eq!(lin.room_list(conversation).await[0].1, "once");
    }
    // The same name by somebody else is another message.
    let mut body = super::group_body("group_id", group, "by wu");
    body["client_message_id"] = json!("c-1");
    group_data(&wu.group_post("/chat/message", &body).await);
    assert_eq!(numbered(&server, group).await.len(), 2);
    // Rooms give no names: the same twice is two messages.
    for _ in 0..2 {
        room_data(&lin.room_send(group, "twice").await);
    }
    assert_eq!(numbered(&server, group).await.len(), 4);
}

/// Many repeats at the same moment, over a socket and over HTTP, are one message that is told once.
async fn repeats_at_once_are_one_message(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let group = lin.room_with("g", &[&wu.who]).await;
    let mut of_wu = wu.rooms_socket(ROOMS_SOCKETS[0]).await;
    let mut device = lin.groups_socket().await;
    let mut frame = group_frame("group_id", group, "once");
    frame["data"]["client_message_id"] = json!("c");
    let over_socket = async {
        for _ in 0..4 {
            device.send(&frame).await;
        }
    };
    let by_http =
        futures_util::future::join_all((0..4).map(|_| lin.group_post("/chat/message", &frame["data"])));
    let ((), answers) = tokio::join!(over_socket, by_http);
    let first = group_data(&answers[0]);
    assert!(answers.iter().all(|answer| group_data(answer) == first));
    assert_eq!(of_wu.json().await["data"]["ID"].to_string(), first["message_id"].as_str().unwrap());
    of_wu.nothing_more().await;
    // Four acknowledgements, and, if it was stored by another way, what every device is told.
    for frame in device.take_until_quiet().await {
        assert_eq!(frame["data"], first);
    }
    assert_eq!(numbered(&server, group).await.len(), 1);
}

on_every_store!(a_repeat_is_answered_and_told_to_nobody, repeats_at_once_are_one_message);
