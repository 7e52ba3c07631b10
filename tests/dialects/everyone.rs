//! One group in which every dialect is spoken: who hears what, in which form, and once.

use serde_json::json;

use super::{
    Ears, MIRACLE_SOCKETS, Mini, Person, ROOMS_SOCKETS, Told, contents, group_body, group_data, group_frame,
    lines, numbered, room_body, room_data,
};
use crate::support::{Database, Server, on_every_store};

async fn a_message_reaches_everyone_in_their_own_form(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let xue = Person::join(&server, "xue").await;
    let stranger = Person::join(&server, "stranger").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let nuo = Mini::join(&server, 7_002, "", "诺").await;
    let group = lin.room_with("g", &[&wu.who, &xue.who, &mei.who]).await;

    let mut ears = Ears::default();
    let by_wu = ears.room(&wu, ROOMS_SOCKETS[0]).await;
    ears.room(&wu, ROOMS_SOCKETS[1]).await;
    let by_lin = ears.room(&lin, ROOMS_SOCKETS[0]).await;
    ears.room(&lin, ROOMS_SOCKETS[1]).await;
    let one_device = ears.group(&lin).await;
    let other_device = ears.group(&lin).await;
    let by_xue = ears.group(&xue).await;
    for path in MIRACLE_SOCKETS {
        ears.miracle(&mei, path).await;
    }
    let mut deaf = vec![nuo.socket(MIRACLE_SOCKETS[0]).await, stranger.groups_socket().await];
    for path in ROOMS_SOCKETS {
        deaf.push(stranger.rooms_socket(path).await);
    }

    let mut ids = Vec::new();
    for device in [one_device, other_device] {
        ears.send(device, group_frame("group_id", group, "by a socket of groups")).await;
        let told = Told::in_group(&lin.who, group, "by a socket of groups");
        ids.push(ears.hear(&told, Some(device)).await);
    }
    let sent = group_data(&lin.group_send("group_id", group, "by groups").await);
    ids.push(ears.hear(&Told::in_group(&lin.who, group, "by groups"), None).await);
    assert_eq!(sent["message_id"], ids[2].to_string());
    let sent = room_data(&lin.room_send(group, "by rooms").await);
    ids.push(ears.hear(&Told::in_group(&lin.who, group, "by rooms"), None).await);
    assert_eq!(sent["ID"], ids[3]);
    // Whoever writes by rooms is told of it like everyone else.
    for (person, socket) in [(&lin, by_lin), (&wu, by_wu)] {
        ears.send(socket, room_body(group, "by a socket of rooms")).await;
        ids.push(ears.hear(&Told::in_group(&person.who, group, "by a socket of rooms"), None).await);
    }
    ears.send(by_xue, group_frame("group_id", group, "by xue")).await;
    ids.push(ears.hear(&Told::in_group(&xue.who, group, "by xue"), Some(by_xue)).await);
    mei.says(group, "by Miracle", None).await;
    ids.push(ears.hear(&Told::in_group(&mei.who, group, "by Miracle").by_miracle(), None).await);
    ears.nothing_more().await;
    for client in &mut deaf {
        client.nothing_more().await;
    }

    // The lists are the same in every dialect, newest first but for Miracle's.
    ids.reverse();
    let listed = lin.room_list(group).await;
    assert_eq!(listed.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
    assert_eq!(numbered(&server, group).await, ids);
    for person in [&lin, &wu, &xue] {
        assert_eq!(person.room_list(group).await, listed);
        assert_eq!(person.group_list("group_id", group).await, listed);
    }
    let said = mei.said(group).await;
    assert_eq!(said.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), contents(&listed));
    let names: Vec<&str> = said.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["I", "xue", "wu", "lin", "lin", "lin", "lin", "lin"]);
    // As rooms show the same names, whoever wrote.
    let shown = room_data(&wu.room_get(&format!("/api/message/list?room_id={group}&limit=2")).await);
    assert_eq!((&shown[0]["sender_name"], &shown[1]["sender_name"]), (&json!("mei"), &json!("xue")));
    assert_eq!(
        lin.members(group).await,
        lines([("lin", "owner"), ("wu", "member"), ("xue", "member"), ("mei", "member")])
    );
}

async fn what_a_dialect_has_no_word_for_it_does_not_hear(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let nuo = Mini::join(&server, 7_002, "", "诺").await;
    let group = lin.room_with("g", &[&wu.who, &mei.who]).await;
    let mut of_nuo = nuo.socket(MIRACLE_SOCKETS[0]).await;
    let mut of_mei = mei.socket(MIRACLE_SOCKETS[1]).await;
    of_nuo.expect(json!({"type": "user_joined", "user_id": "7001"})).await;
    let mut on_groups = [lin.groups_socket().await, wu.groups_socket().await];
    let mut on_rooms = [lin.rooms_socket(ROOMS_SOCKETS[0]).await, wu.rooms_socket(ROOMS_SOCKETS[1]).await];

    // That somebody is writing is for groups.
    on_groups[0].send(json!({"type": "typing", "data": {"group_id": group.to_string()}})).await;
    let typing = json!({
        "user_id": lin.who.account.to_string(), "receiver_id": "", "group_id": group.to_string(),
    });
    on_groups[1].expect(json!({"type": "typing", "data": typing})).await;
    // What Miracle says to all is for Miracle, and so is who comes and goes there.
    of_mei.send(json!({"content": "大家好"})).await;
    assert_eq!(of_mei.json().await["type"], "broadcast_status");
    of_nuo
        .expect(json!({"type": "broadcast_message", "from": "7001", "content": "大家好", "timestamp": null}))
        .await;
    let another = nuo.socket(MIRACLE_SOCKETS[1]).await;
    of_mei.expect(json!({"type": "user_joined", "user_id": "7002"})).await;
    drop(another);
    of_mei.expect(json!({"type": "user_left", "user_id": "7002"})).await;
    // A group has no room of two: Miracle's frame for those does not reach it.
    let private = json!({"type": "private", "target_user_id": 7_002, "chatroom_id": group, "content": "x"});
    of_mei.send(private).await;
    let refused = of_mei.json().await;
    assert_eq!((&refused["type"], &refused["saved_to_database"]), (&json!("message_status"), &json!(false)));
    // Reading is told to senders on groups.
    room_data(&lin.room_send(group, "x").await);
    for client in on_groups.iter_mut().chain(&mut on_rooms).chain([&mut of_mei]) {
        client.json().await;
    }
    wu.room_list(group).await;
    assert_eq!(on_groups[0].json().await["type"], "read");
    for client in on_groups.iter_mut().chain(&mut on_rooms).chain([&mut of_mei, &mut of_nuo]) {
        client.nothing_more().await;
    }
}

/// Who has read what is told on groups, wherever it was written and read.
async fn what_is_written_on_rooms_is_read_on_groups(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let group = lin.room_with("g", &[&wu.who, &mei.who]).await;
    let sent = room_data(&lin.room_send(group, "by rooms").await)["ID"].as_i64().unwrap();
    let mut devices = [lin.groups_socket().await, lin.groups_socket().await];
    let mut on_rooms = lin.rooms_socket(ROOMS_SOCKETS[0]).await;
    let path = format!("/chat/messages?group_id={group}");
    let readers =
        async |person: &Person| group_data(&person.group_get(&path).await)["messages"][0]["read_by"].clone();
    assert_eq!(readers(&lin).await, json!([]));
    let mark = json!({"user_id": wu.who.account.to_string(), "read_at": super::START_TIME});
    // Whoever lists has read it, as their own answer says.
    assert_eq!(readers(&wu).await, json!([mark]));
    let told = json!({
        "message_id": sent.to_string(), "user_id": wu.who.account.to_string(), "read_at": super::START_TIME,
    });
    for client in &mut devices {
        client.expect(json!({"type": "read", "data": told})).await;
    }
    assert_eq!(readers(&lin).await, json!([mark]));
    // The same by the frame, of what Miracle wrote: nobody there is to be told.
    mei.says(group, "by Miracle", None).await;
    on_rooms.json().await;
    let heard = devices[0].json().await["data"]["message_id"].clone();
    devices[1].json().await;
    devices[0].send(json!({"type": "read", "data": {"message_id": heard}})).await;
    devices[0].settle().await;
    let listed = readers(&wu).await;
    let lin_first = [lin.who.account, wu.who.account].map(|id| json!(id.to_string()));
    assert_eq!([listed[0]["user_id"].clone(), listed[1]["user_id"].clone()], lin_first);
    // And on rooms, listing is reading.
    let sent = group_data(&wu.group_send("group_id", group, "by groups").await);
    let mut of_wu = wu.groups_socket().await;
    assert_eq!(lin.conversations().await[0].2, 1);
    lin.room_list(group).await;
    let read = of_wu.json().await;
    assert_eq!((&read["type"], &read["data"]["message_id"]), (&json!("read"), &sent["message_id"]));
    assert_eq!(lin.conversations().await[0].2, 0);
    for client in &mut devices {
        assert_eq!(client.json().await["data"]["content"], "by groups");
        client.nothing_more().await;
    }
    assert_eq!(on_rooms.json().await["data"]["content"], "by groups");
    on_rooms.nothing_more().await;
    of_wu.nothing_more().await;
}

/// The longest text, of characters that take the most room, passes every dialect unchanged.
async fn texts_are_the_same_to_the_letter(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let group = lin.room_with("g", &[&wu.who, &mei.who]).await;
    let mut ears = Ears::default();
    ears.room(&wu, ROOMS_SOCKETS[0]).await;
    ears.group(&wu).await;
    ears.miracle(&mei, MIRACLE_SOCKETS[1]).await;
    let long = "🙂".repeat(5_000);
    let texts = [" a ", "一\n二\t\"\\ \u{202e}</script>", "{\"type\":\"ping\"}", "0", long.as_str()];
    for content in texts {
        room_data(&lin.room_send(group, content).await);
        ears.hear(&Told::in_group(&lin.who, group, content), None).await;
        group_data(&lin.group_post("/chat/message", &group_body("group_id", group, content)).await);
        ears.hear(&Told::in_group(&lin.who, group, content), None).await;
        mei.says(group, content, None).await;
        ears.hear(&Told::in_group(&mei.who, group, content).by_miracle(), None).await;
    }
    ears.nothing_more().await;
    let listed = wu.room_list(group).await;
    assert!(contents(&listed).into_iter().eq(texts.iter().rev().flat_map(|text| [*text; 3])));
    assert_eq!(wu.group_list("group_id", group).await, listed);
}

on_every_store!(
    a_message_reaches_everyone_in_their_own_form,
    what_a_dialect_has_no_word_for_it_does_not_hear,
    what_is_written_on_rooms_is_read_on_groups,
    texts_are_the_same_to_the_letter,
);
