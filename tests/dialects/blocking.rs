//! Two people of whom one has blocked the other do not meet in any dialect.

use serde_json::{Value, json};

use super::{
    MIRACLE_SOCKETS, Mini, Person, ROOMS_SOCKETS, between, contents, group_data, group_frame, lines,
    member_frame, room_body, room_data, room_refusal, text, unknown_person,
};
use crate::support::{Database, Server, on_every_store};

async fn a_direct_conversation_is_closed_everywhere(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    for other in [&wu.who, &mei.who] {
        group_data(&lin.group_send("receiver_id", other.account, "hello").await);
        let id = between(&server, &lin.who, other).await;
        assert_eq!(lin.conversations().await.len(), 1);
        let mut of_lin = lin.groups_socket().await;
        let mut on_rooms = lin.rooms_socket(ROOMS_SOCKETS[0]).await;
        let mut of_wu = wu.groups_socket().await;
        let mut of_mei = mei.socket(MIRACLE_SOCKETS[1]).await;
        other.blocks(&server, &lin.who).await;

        lin.group_send("receiver_id", other.account, "x").await.is(404, &unknown_person());
        let listed = lin.group_get(&format!("/chat/messages?receiver_id={}", other.account)).await;
        listed.is(404, &unknown_person());
        let found = group_data(&lin.group_get(&format!("/user/search?q={}", other.username)).await);
        assert_eq!(found, json!({"users": []}));
        of_lin.send(group_frame("receiver_id", other.account, "x")).await;
        assert_eq!(of_lin.json().await["data"]["code"], 404);
        let typing = json!({"type": "typing", "data": {"receiver_id": other.account.to_string()}});
        of_lin.send(typing).await;
        assert_eq!(of_lin.json().await["data"]["code"], 404);
        lin.room_send(id, "x").await.is(200, &room_refusal("发送失败，聊天室不存在"));
        on_rooms.send(room_body(id, "x")).await;
        on_rooms.expect(room_refusal("发送失败，聊天室不存在")).await;
        let listed = lin.room_get(&format!("/api/message/list?room_id={id}")).await;
        listed.is(200, &room_refusal("历史消息获取失败，聊天室不存在"));
        assert_eq!(lin.conversations().await, []);
        // It is closed for who blocked, too.
        if other.account == wu.who.account {
            wu.group_send("receiver_id", lin.who.account, "x").await.is(404, &unknown_person());
            wu.room_send(id, "x").await.is(200, &room_refusal("发送失败，聊天室不存在"));
            assert_eq!(wu.conversations().await, []);
        } else {
            server.say(id, 7_001, "x").await.is(200, &json!({"success": false, "match_id": null}));
            server.history(id, 7_001).await.is(200, &json!({"success": true, "messages": []}));
        }
        for client in [&mut of_lin, &mut on_rooms, &mut of_wu, &mut of_mei] {
            client.nothing_more().await;
        }
    }
}

async fn in_a_common_group_they_do_not_meet(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let xue = Person::join(&server, "xue").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let id = xue.room_with("g", &[&lin.who, &wu.who, &mei.who]).await;
    room_data(&wu.room_send(id, "by wu, before").await);
    mei.says(id, "by mei, before", None).await;
    room_data(&lin.room_send(id, "by lin, before").await);
    let mut of_lin = [lin.rooms_socket(ROOMS_SOCKETS[0]).await, lin.groups_socket().await];
    let mut of_wu = [wu.rooms_socket(ROOMS_SOCKETS[1]).await, wu.groups_socket().await];
    let mut of_mei = mei.socket(MIRACLE_SOCKETS[0]).await;
    let mut of_xue = [xue.rooms_socket(ROOMS_SOCKETS[1]).await, xue.groups_socket().await];
    lin.who.blocks(&server, &wu.who).await;
    mei.who.blocks(&server, &lin.who).await;

    // Who lists what: members, messages, counts, previews.
    assert_eq!(xue.members(id).await.len(), 4);
    assert_eq!(lin.members(id).await, lines([("lin", "member"), ("xue", "owner")]));
    assert_eq!(wu.members(id).await, lines([("wu", "member"), ("xue", "owner"), ("mei", "member")]));
    assert_eq!(lin.conversations().await, [("g".to_owned(), "by lin, before".to_owned(), 0)]);
    assert_eq!(wu.conversations().await, [("g".to_owned(), "by mei, before".to_owned(), 1)]);
    assert_eq!(contents(&lin.group_list("group_id", id).await), ["by lin, before"]);
    assert_eq!(contents(&lin.room_list(id).await), ["by lin, before"]);
    assert_eq!(contents(&wu.room_list(id).await), ["by mei, before", "by wu, before"]);
    // wu has read what mei wrote, who has no socket that tells of it; the others hear nothing of it.
    assert_eq!(mei.said(id).await, lines([("I", "by mei, before"), ("wu", "by wu, before")]));
    for client in of_lin.iter_mut().chain(&mut of_wu).chain([&mut of_mei]) {
        client.nothing_more().await;
    }

    // What is said now, whichever way.
    let [of_lin_rooms, of_lin_groups] = &mut of_lin;
    let [of_wu_rooms, of_wu_groups] = &mut of_wu;
    room_data(&lin.room_send(id, "1").await);
    of_lin_groups.send(group_frame("group_id", id, "2")).await;
    assert_eq!(of_lin_groups.json().await["data"]["content"], "1");
    assert_eq!(of_lin_groups.json().await["type"], "message_ack");
    of_wu_rooms.send(room_body(id, "3")).await;
    assert_eq!(of_wu_rooms.json().await["data"]["content"], "3");
    group_data(&wu.group_send("group_id", id, "4").await);
    mei.says(id, "5", None).await;
    room_data(&xue.room_send(id, "6").await);
    let content = |frame: &Value| -> String {
        text(if frame["content"].is_string() { &frame["content"] } else { &frame["data"]["content"] })
    };
    for (client, expected) in [
        (&mut *of_lin_rooms, &["1", "2", "6"][..]),
        (&mut *of_lin_groups, &["6"][..]),
        (&mut *of_wu_rooms, &["4", "5", "6"][..]),
        (&mut *of_wu_groups, &["3", "4", "5", "6"][..]),
        (&mut of_mei, &["3", "4", "6"][..]),
    ] {
        for expected in expected {
            assert_eq!(content(&client.json().await), *expected);
        }
        client.nothing_more().await;
    }
    for client in &mut of_xue {
        for expected in ["1", "2", "3", "4", "5", "6"] {
            assert_eq!(content(&client.json().await), expected);
        }
    }
    assert_eq!(contents(&lin.room_list(id).await), ["6", "2", "1", "by lin, before"]);
    assert_eq!(
        contents(&wu.group_list("group_id", id).await),
        ["6", "5", "4", "3", "by mei, before", "by wu, before"]
    );
    assert_eq!(xue.room_list(id).await.len(), 9);

    // Nor are they told that the other one is writing, reading, comes or goes.
    for client in of_xue.iter_mut().chain([&mut *of_lin_groups, &mut *of_wu_groups]) {
        client.take_until_quiet().await;
    }
    of_lin_groups.send(json!({"type": "typing", "data": {"group_id": id.to_string()}})).await;
    assert_eq!(of_xue[1].json().await["type"], "typing");
    room_data(&wu.room_post("/api/room/leave", &json!({"room_id": id})).await);
    of_wu_groups.expect(member_frame(id, &wu.who, "removed")).await;
    of_xue[1].expect(member_frame(id, &wu.who, "removed")).await;
    xue.room_add(id, &wu.who, "member").await;
    of_wu_groups.expect(member_frame(id, &wu.who, "added")).await;
    of_xue[1].expect(member_frame(id, &wu.who, "added")).await;
    for client in of_xue.iter_mut().chain([of_lin_rooms, of_lin_groups, of_wu_rooms, of_wu_groups]) {
        client.nothing_more().await;
    }
    of_mei.nothing_more().await;
}

/// The number of a message of whom one does not see is no way to them either.
async fn a_message_of_theirs_cannot_be_read_by_its_number(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let xue = Person::join(&server, "xue").await;
    let id = xue.room_with("g", &[&lin.who, &wu.who]).await;
    lin.who.blocks(&server, &wu.who).await;
    let sent = room_data(&lin.room_send(id, "by lin").await)["ID"].as_i64().unwrap();
    let mut of_wu = wu.groups_socket().await;
    let mut of_lin = lin.groups_socket().await;
    of_wu.send(json!({"type": "read", "data": {"message_id": sent.to_string()}})).await;
    assert_eq!(of_wu.json().await["data"]["code"], 404);
    of_lin.nothing_more().await;
    // Nobody is among the readers whom one does not see.
    room_data(&xue.room_send(id, "by xue").await);
    wu.room_list(id).await;
    let listed = group_data(&lin.group_get(&format!("/chat/messages?group_id={id}")).await);
    let readers: Vec<&Value> =
        listed["messages"].as_array().unwrap().iter().map(|message| &message["read_by"]).collect();
    let own = json!([{"user_id": lin.who.account.to_string(), "read_at": super::START_TIME}]);
    assert_eq!(readers, [&own, &json!([])]);
    // Paging by a number that is not shown goes on where it would be.
    let path = format!("/api/message/list?room_id={id}&last_message_id={sent}");
    assert_eq!(room_data(&wu.room_get(&path).await), json!([]));
}

on_every_store!(
    a_direct_conversation_is_closed_everywhere,
    in_a_common_group_they_do_not_meet,
    a_message_of_theirs_cannot_be_read_by_its_number,
);
