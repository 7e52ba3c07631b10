//! Kinds of messages, each shown as the nearest that a dialect has a word for.

use std::sync::Arc;

use matchmaking_core::ids::ConversationId;
use matchmaking_core::model::MessageKind;
use matchmaking_core::service::chat::Outgoing;
use serde_json::{Value, json};

use super::{MIRACLE_SOCKETS, Mini, Person, ROOMS_SOCKETS, Who, group_data, room_data, text};
use crate::support::{Answer, Database, Server, on_every_store};

/// Sends something of a kind that none of these dialects can send.
async fn send(server: &Server, from: &Who, conversation: i64, kind: MessageKind, content: &str) {
    let (id, from, content) = (ConversationId::new(conversation).unwrap(), from.id(), content.to_owned());
    server
        .inside(async move |services| {
            let thread = services.chat.thread(id, from).await.unwrap();
            let sender = Arc::new(services.accounts.sender(from).await.unwrap().unwrap());
            let outgoing = Outgoing { kind, ..Outgoing::text(&thread, sender, content) };
            services.chat.send(outgoing).await.unwrap();
        })
        .await;
}

async fn each_kind_is_shown_as_the_nearest(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let group = lin.room_with("g", &[&wu.who, &mei.who]).await;
    let mut on_rooms = wu.rooms_socket(ROOMS_SOCKETS[0]).await;
    let mut on_groups = wu.groups_socket().await;
    let mut on_miracle = mei.socket(MIRACLE_SOCKETS[1]).await;
    let content = "https://example.com/x?y=1";
    let mut shown = Vec::new();
    for (kind, on, room, other) in [
        ("image", "groups", "image", "image"),
        ("file", "groups", "file", "file"),
        ("image", "rooms", "image", "image"),
        ("file", "rooms", "file", "file"),
        ("video", "rooms", "video", "file"),
        ("voice", "the service", "text", "file"),
        ("location", "the service", "text", "text"),
        ("system", "the service", "text", "text"),
    ] {
        match on {
            "groups" => {
                let body = json!({"type": kind, "content": content, "group_id": group.to_string()});
                assert_eq!(group_data(&lin.group_post("/chat/message", &body).await)["type"], kind);
            }
            "rooms" => {
                let body = json!({"room_id": group, "type": kind, "content": content});
                room_data(&lin.room_post("/api/message/send", &body).await);
            }
            _ => {
                let kind = match kind {
                    "voice" => MessageKind::Voice,
                    "location" => MessageKind::Location,
                    _ => MessageKind::System,
                };
                send(&server, &lin.who, group, kind, content).await;
            }
        }
        let heard = on_rooms.json().await["data"].clone();
        assert_eq!((&heard["type"], &heard["content"]), (&json!(room), &json!(content)), "{kind} by {on}");
        let heard = on_groups.json().await["data"].clone();
        assert_eq!((&heard["type"], &heard["content"]), (&json!(other), &json!(content)), "{kind} by {on}");
        let heard = on_miracle.json().await;
        assert_eq!((&heard["type"], &heard["content"]), (&json!("private_message"), &json!(content)));
        shown.insert(0, (room.to_owned(), other.to_owned()));
    }
    let types = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|message| text(&message["type"])).collect()
    };
    let on_rooms = room_data(&wu.room_get(&format!("/api/message/list?room_id={group}")).await);
    let on_groups = group_data(&wu.group_get(&format!("/chat/messages?group_id={group}")).await);
    assert_eq!(types(&on_rooms).into_iter().zip(types(&on_groups["messages"])).collect::<Vec<_>>(), shown);
    assert_eq!(mei.said(group).await.len(), shown.len());
    // The preview, too, and what one dialect does not know it does not take.
    let preview = group_data(&wu.group_get("/chat/conversations").await);
    assert_eq!(preview["conversations"][0]["last_message"]["type"], "text");
    let video = json!({"type": "video", "content": content, "group_id": group.to_string()});
    assert_eq!(lin.group_post("/chat/message", &video).await.status, 400);
}

/// A picture of one pixel, as far as its first bytes tell.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

/// What is uploaded on rooms, everyone in the conversation can fetch, whatever they speak, and for as long as they can
/// read the message.
async fn an_uploaded_picture_is_seen_in_every_dialect(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let group = lin.room_with("g", &[&wu.who, &mei.who]).await;
    let mut on_rooms = wu.rooms_socket(ROOMS_SOCKETS[0]).await;
    let mut on_groups = wu.groups_socket().await;
    let mut of_lin = lin.groups_socket().await;
    let mut on_miracle = mei.socket(MIRACLE_SOCKETS[1]).await;
    let mut form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"room_id\"\r\n\r\n{group}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"x.png\"\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(PNG);
    form.extend_from_slice(b"\r\n--b--\r\n");
    let request = server.http.post(server.url("/api/message/upload")).body(form);
    let request = request.header("authorization", &lin.of_rooms);
    let uploaded = Answer::of(request.header("content-type", "multipart/form-data; boundary=b")).await;
    let link = text(&room_data(&uploaded)["file_url"]);

    let fetched = async |link: &Value| -> u16 {
        let link = text(link);
        let Some((_, path)) = link.split_once("/media/") else { panic!("{link}") };
        server.get(&format!("/media/{path}")).await.status
    };
    let body = json!({"room_id": group, "type": "image", "content": link});
    room_data(&lin.room_post("/api/message/send", &body).await);
    assert_eq!(fetched(&on_rooms.json().await["data"]["content"]).await, 200);
    for client in [&mut on_groups, &mut of_lin] {
        assert_eq!(fetched(&client.json().await["data"]["content"]).await, 200);
    }
    assert_eq!(fetched(&on_miracle.json().await["content"]).await, 200);
    // Days later the link of then is good no more, but every list has one that is.
    server.clock.advance(3 * 24 * 3_600_000);
    assert_eq!(fetched(&json!(link)).await, 403);
    let lin = Person::log_in(&server, "lin").await;
    let listed = room_data(&lin.room_get(&format!("/api/message/list?room_id={group}")).await);
    assert_eq!(fetched(&listed[0]["content"]).await, 200);
    let listed = group_data(&lin.group_get(&format!("/chat/messages?group_id={group}")).await);
    assert_eq!(fetched(&listed["messages"][0]["content"]).await, 200);
    let listed = group_data(&lin.group_get("/chat/conversations").await);
    assert_eq!(fetched(&listed["conversations"][0]["last_message"]["content"]).await, 200);
    assert_eq!(fetched(&json!(mei.said(group).await[0].1)).await, 200);
    // Whoever sends it on over groups sends the picture, not the link of that day.
    let body = json!({"type": "image", "content": listed["conversations"][0]["last_message"]["content"]});
    let mut body = body;
    body["group_id"] = json!(group.to_string());
    let sent = group_data(&lin.group_post("/chat/message", &body).await);
    assert_eq!(fetched(&sent["content"]).await, 200);
    server.clock.advance(3 * 24 * 3_600_000);
    let lin = Person::log_in(&server, "lin").await;
    let listed = room_data(&lin.room_get(&format!("/api/message/list?room_id={group}")).await);
    assert_eq!(fetched(&listed[0]["content"]).await, 200);
    assert_eq!(fetched(&listed[1]["content"]).await, 200);
}

on_every_store!(each_kind_is_shown_as_the_nearest, an_uploaded_picture_is_seen_in_every_dialect);
