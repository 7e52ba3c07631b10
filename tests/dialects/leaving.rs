//! Whoever is locked, deleted, or taken out of a group: what ends for them, and what stays for the others.

use matchmaking_core::model::AccountStatus;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{
    MIRACLE_SOCKETS, Mini, Person, ROOMS_SOCKETS, Told, between, contents, group_data, group_frame,
    group_refusal, lines, member_frame, not_a_member, room_body, room_data, room_refusal, text,
    unknown_person,
};
use crate::support::{Client, Database, Server, on_every_store};

async fn an_account_that_ends_ends_in_every_dialect(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let statuses = [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted];
    for (number, status) in statuses.into_iter().enumerate() {
        let name = format!("wu{number}");
        let wu = Person::join(&server, &name).await;
        let group = lin.room_with("g", &[&wu.who]).await;
        room_data(&wu.room_send(group, "by wu").await);
        group_data(&wu.group_send("receiver_id", lin.who.account, "direct").await);
        let direct = between(&server, &lin.who, &wu.who).await;
        let mut on_groups = [wu.groups_socket().await, wu.groups_socket().await];
        let mut on_rooms = [wu.rooms_socket(ROOMS_SOCKETS[0]).await, wu.rooms_socket(ROOMS_SOCKETS[1]).await];
        let mut others = [lin.groups_socket().await, lin.rooms_socket(ROOMS_SOCKETS[1]).await];
        wu.who.becomes(&server, status).await;

        let refused = group_refusal(401, "未授权或 token 无效", "token 无效");
        for client in &mut on_groups {
            client.expect(json!({"type": "error", "data": refused})).await;
            client.expect_close(1008).await;
        }
        for client in &mut on_rooms {
            client.expect_close(1008).await;
        }
        wu.group_get("/user/profile").await.is(401, &refused);
        wu.room_get("/api/room/list").await.is(401, &json!({"error": "token无效"}));
        let body = json!({"username": name, "password": super::PASSWORD});
        server.post("/login", &body).await.is(200, &room_refusal("用户名或密码错误"));
        assert_eq!(super::log_in_on_groups(&server, &name, super::PASSWORD).await.status, 401);

        // What they wrote in the group stays; what the two had is closed.
        let shown = room_data(&lin.room_get(&format!("/api/message/list?room_id={group}")).await);
        let named = if status == AccountStatus::Deleted { "已注销用户" } else { name.as_str() };
        assert_eq!(
            (&shown[0]["sender_id"], &shown[0]["sender_name"], &shown[0]["content"]),
            (&json!(wu.who.account), &json!(named), &json!("by wu"))
        );
        assert_eq!(contents(&lin.group_list("group_id", group).await), ["by wu"]);
        assert_eq!(lin.members(group).await, lines([("lin", "owner")]));
        lin.group_send("receiver_id", wu.who.account, "x").await.is(404, &unknown_person());
        lin.room_send(direct, "x").await.is(200, &room_refusal("发送失败，聊天室不存在"));
        assert!(lin.conversations().await.iter().all(|(shown, ..)| *shown == "g"));
        for client in &mut others {
            client.nothing_more().await;
        }
        // The name is free only when nobody can come back to it.
        let registered = server.post("/register", &body).await.json();
        assert_eq!(registered["code"] == 0, status == AccountStatus::Deleted, "{registered}");
    }
}

async fn a_user_of_miracle_who_is_deleted_has_no_name(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let nuo = Mini::join(&server, 7_002, "nuo", "诺").await;
    let group = lin.room_with("g", &[&mei.who, &nuo.who]).await;
    mei.says(group, "by mei", None).await;
    let mut clients = Vec::new();
    for path in MIRACLE_SOCKETS {
        clients.push(mei.socket(path).await);
    }
    let mut of_nuo = nuo.socket(MIRACLE_SOCKETS[0]).await;
    mei.who.becomes(&server, AccountStatus::Deleted).await;
    for client in &mut clients {
        client.expect(json!({"error": "Authentication failed"})).await;
        client.expect_close(1000).await;
    }
    of_nuo.expect(json!({"type": "user_left", "user_id": "7001"})).await;
    assert_eq!(server.info(7_001).await.status, 400);
    server.say(group, 7_001, "x").await.is(200, &json!({"success": false, "match_id": null}));
    let shown = room_data(&lin.room_get(&format!("/api/message/list?room_id={group}")).await);
    assert_eq!(shown[0]["sender_name"], "已注销用户");
    assert_eq!(nuo.said(group).await, lines([("已注销用户", "by mei")]));
    // The same number and name again is somebody else, who is in nothing.
    let again = Mini::join(&server, 7_001, "mei", "小美").await;
    assert_ne!(again.who.account, mei.who.account);
    assert_eq!(server.history(group, 7_001).await.status, 400);
    assert_eq!(lin.members(group).await, lines([("lin", "owner"), ("nuo", "member")]));
    of_nuo.nothing_more().await;
}

/// Deleting the only owner passes the group on, as groups and rooms show alike.
async fn the_group_of_a_deleted_owner_goes_on(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let xue = Person::join(&server, "xue").await;
    let group = lin.room_with("g", &[&wu.who]).await;
    lin.room_add(group, &xue.who, "admin").await;
    room_data(&lin.room_send(group, "by lin").await);
    lin.who.becomes(&server, AccountStatus::Deleted).await;
    assert_eq!(wu.members(group).await, lines([("wu", "member"), ("xue", "owner")]));
    let change = json!({"name": "xue's"});
    let path = format!("/group/{group}");
    group_data(&xue.group_ask(Verb::PUT, &path, Some(&change)).await);
    let mut of_wu = wu.rooms_socket(ROOMS_SOCKETS[0]).await;
    let sent = group_data(&xue.group_send("group_id", group, "by xue").await);
    let id: i64 = text(&sent["message_id"]).parse().unwrap();
    of_wu.expect(Told::in_group(&xue.who, group, "by xue").on_rooms(id)).await;
}

/// Reads until what was sent over this socket of groups was taken.
async fn until_acknowledged(client: &mut Client) {
    while client.json().await["type"] != "message_ack" {}
}

async fn who_is_taken_out_hears_nothing_more(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let group = lin.room_with("g", &[&wu.who, &mei.who]).await;
    let mut on_groups = [wu.groups_socket().await, wu.groups_socket().await];
    let mut others = vec![wu.rooms_socket(ROOMS_SOCKETS[0]).await, wu.rooms_socket(ROOMS_SOCKETS[1]).await];
    for path in MIRACLE_SOCKETS {
        others.push(mei.socket(path).await);
    }
    let mut of_lin = lin.groups_socket().await;
    room_data(&lin.room_send(group, "before").await);
    for client in on_groups.iter_mut().chain(&mut others) {
        client.json().await;
    }
    group_data(&lin.group_remove(group, &wu.who).await);
    group_data(&lin.group_remove(group, &mei.who).await);
    for client in &mut on_groups {
        client.expect(member_frame(group, &wu.who, "removed")).await;
    }
    room_data(&lin.room_send(group, "meanwhile").await);
    of_lin.send(group_frame("group_id", group, "meanwhile, too")).await;
    until_acknowledged(&mut of_lin).await;
    for client in on_groups.iter_mut().chain(&mut others) {
        client.nothing_more().await;
    }
    // Neither reading nor writing, in any dialect.
    let reason = "当前用户不在聊天室中";
    wu.room_send(group, "x").await.is(200, &room_refusal(&format!("发送失败，{reason}")));
    let listed = wu.room_get(&format!("/api/message/list?room_id={group}")).await;
    listed.is(200, &room_refusal(&format!("历史消息获取失败，{reason}")));
    let members = wu.room_get(&format!("/api/room/members?room_id={group}")).await;
    members.is(200, &room_refusal(&format!("获取失败，{reason}")));
    others[0].send(room_body(group, "x")).await;
    others[0].expect(room_refusal(&format!("发送失败，{reason}"))).await;
    wu.group_send("group_id", group, "x").await.is(403, &not_a_member());
    wu.group_get(&format!("/chat/messages?group_id={group}")).await.is(403, &not_a_member());
    wu.group_get(&format!("/group/{group}/members")).await.is(403, &not_a_member());
    on_groups[0].send(group_frame("group_id", group, "x")).await;
    on_groups[0].expect(json!({"type": "error", "data": not_a_member()})).await;
    server.say(group, 7_001, "x").await.is(200, &json!({"success": false, "match_id": null}));
    assert_eq!(server.history(group, 7_001).await.status, 400);
    assert_eq!(wu.conversations().await, []);

    // Who is added again reads everything, and hears on the sockets that they have.
    lin.group_add(group, &wu.who).await;
    lin.room_add(group, &mei.who, "member").await;
    let all = ["meanwhile, too", "meanwhile", "before"];
    assert_eq!(contents(&wu.room_list(group).await), all);
    assert_eq!(contents(&wu.group_list("group_id", group).await), all);
    assert_eq!(mei.said(group).await, all.map(|text| ("lin".to_owned(), text.to_owned())));
    for client in &mut on_groups {
        client.expect(member_frame(group, &wu.who, "added")).await;
        client.expect(member_frame(group, &mei.who, "added")).await;
    }
    room_data(&lin.room_send(group, "again").await);
    for client in on_groups.iter_mut().chain(&mut others) {
        let frame: Value = client.json().await;
        let content =
            if frame["content"].is_string() { &frame["content"] } else { &frame["data"]["content"] };
        assert_eq!(content, "again");
        client.nothing_more().await;
    }
}

/// People come and go while others write. Whoever was answered that they are out can read nothing; whoever was
/// answered that they are in has, between the list and the socket, everything.
async fn coming_and_going_while_others_write(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let xue = Person::join(&server, "xue").await;
    let group = lin.room_with("g", &[&xue.who]).await;
    let rounds = 15;
    let done = std::cell::Cell::new(false);
    let writing = async {
        let mut sent = 0;
        while !done.get() {
            let content = sent.to_string();
            if sent % 2 == 0 {
                room_data(&xue.room_send(group, &content).await);
            } else {
                group_data(&lin.group_send("group_id", group, &content).await);
            }
            sent += 1;
        }
    };
    let coming = async {
        let mut client = wu.groups_socket().await;
        for round in 0..rounds {
            if round % 2 == 0 {
                lin.group_add(group, &wu.who).await;
            } else {
                lin.room_add(group, &wu.who, "member").await;
            }
            let listed = wu.group_list("group_id", group).await;
            room_data(&wu.room_send(group, "in").await);
            let mut frames = client.take_until_quiet().await;
            if round % 2 == 0 {
                group_data(&lin.group_remove(group, &wu.who).await);
            } else {
                room_data(&wu.room_post("/api/room/leave", &json!({"room_id": group})).await);
            }
            wu.group_send("group_id", group, "out").await.is(403, &not_a_member());
            frames.extend(client.take_until_quiet().await);
            let heard: Vec<i64> = frames
                .iter()
                .filter(|frame| frame["type"] == "message")
                .map(|frame| text(&frame["data"]["message_id"]).parse().unwrap())
                .collect();
            assert!(heard.is_sorted_by(|older, newer| older < newer), "{heard:?}");
            let last = heard.last().copied().unwrap();
            // Everything from the oldest of the list on.
            let oldest = listed.last().map_or(0, |(id, _)| *id);
            let mut seen: Vec<i64> = listed.iter().map(|(id, _)| *id).chain(heard).collect();
            seen.sort_unstable();
            seen.dedup();
            let stored = super::numbered(&server, group).await;
            let expected = stored.iter().rev().copied().filter(|id| (oldest..=last).contains(id));
            assert!(expected.eq(seen.iter().copied()), "round {round}: {seen:?} of {stored:?}");
        }
        done.set(true);
    };
    tokio::join!(writing, coming);
}

on_every_store!(
    an_account_that_ends_ends_in_every_dialect,
    a_user_of_miracle_who_is_deleted_has_no_name,
    the_group_of_a_deleted_owner_goes_on,
    who_is_taken_out_hears_nothing_more,
    coming_and_going_while_others_write,
);
