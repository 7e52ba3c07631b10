//! A room is a group: the same number, members and roles.

use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{
    Mini, Person, ROOMS_SOCKETS, START_TIME, contents, group_data, group_refusal, lines, member_frame,
    not_a_member, room_data, room_refusal, text, unknown_group,
};
use crate::support::{Database, Server, on_every_store};

fn not_owner() -> Value {
    group_refusal(403, "权限不足", "只有群主可以执行此操作")
}

async fn a_room_is_a_group(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let body = json!({"name": "周末爬山", "description": "香山"});
    let id = room_data(&lin.room_post("/api/room/create", &body).await)["ID"].as_i64().unwrap();
    lin.room_add(id, &wu.who, "admin").await;
    let shown = |role: &str| {
        json!({
            "group_id": id.to_string(), "name": "周末爬山", "description": "香山", "avatar": "",
            "creator_id": lin.who.account.to_string(), "created_at": START_TIME, "role": role,
        })
    };
    for (person, role) in [(&lin, "owner"), (&wu, "admin")] {
        assert_eq!(group_data(&person.group_get(&format!("/group/{id}")).await), shown(role));
        assert_eq!(group_data(&person.group_get("/groups").await), json!({"groups": [shown(role)]}));
        assert_eq!(person.conversations().await, [("周末爬山".to_owned(), String::new(), 0)]);
        assert_eq!(person.members(id).await, lines([("lin", "owner"), ("wu", "admin")]));
    }
}

async fn a_group_is_a_room(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let body = json!({"name": "g", "description": "d", "avatar": "https://example.com/a.png"});
    let id: i64 = text(&group_data(&lin.group_post("/group", &body).await)["group_id"]).parse().unwrap();
    lin.group_add(id, &wu.who).await;
    let time = "2026-02-05T18:30:00.123+08:00";
    let shown = json!({
        "ID": id, "CreatedAt": time, "UpdatedAt": time, "DeletedAt": null, "name": "g", "description": "d",
    });
    for (person, role) in [(&lin, "owner"), (&wu, "member")] {
        assert_eq!(room_data(&person.room_get("/api/room/list").await), json!([shown]));
        let mut shown = shown.clone();
        shown["role"] = json!(role);
        assert_eq!(room_data(&person.room_get(&format!("/api/room/info?room_id={id}")).await), shown);
        assert_eq!(person.members(id).await, lines([("lin", "owner"), ("wu", "member")]));
    }
    // What rooms have no word for, they leave as it is.
    let body = json!({"room_id": id, "name": "r"});
    room_data(&lin.room_post("/api/room/update", &body).await);
    let shown = group_data(&lin.group_get(&format!("/group/{id}")).await);
    assert_eq!(
        (&shown["name"], &shown["description"], &shown["avatar"]),
        (&json!("r"), &json!("d"), &json!("https://example.com/a.png"))
    );
    assert_eq!(lin.conversations().await, [("r".to_owned(), String::new(), 0)]);
    let change = json!({"name": "g2", "description": ""});
    group_data(&lin.group_ask(Verb::PUT, &format!("/group/{id}"), Some(&change)).await);
    let shown = room_data(&wu.room_get(&format!("/api/room/info?room_id={id}")).await);
    assert_eq!((&shown["name"], &shown["description"]), (&json!("g2"), &json!("")));
}

/// What each role may do is each dialect's own rule, about the same roles.
async fn roles_are_the_same_and_what_they_may_do_is_each_dialects(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let admin = Person::join(&server, "admin").await;
    let other = Person::join(&server, "other").await;
    let id = lin.room_with("g", &[]).await;
    lin.room_add(id, &admin.who, "admin").await;
    room_data(&admin.room_post("/api/room/update", &json!({"room_id": id, "name": "by an admin"})).await);
    let path = format!("/group/{id}");
    admin.group_ask(Verb::PUT, &path, Some(&json!({"name": "x"}))).await.is(403, &not_owner());
    admin.group_delete(&path).await.is(403, &not_owner());
    let deleted = admin.room_ask(Verb::DELETE, &format!("/api/room/delete?room_id={id}"), None).await;
    deleted.is(200, &room_refusal("删除失败，没有权限"));
    assert_eq!(group_data(&lin.group_get(&path).await)["name"], "by an admin");
    // A second owner, whom only rooms can make, is one on groups, too.
    lin.room_add(id, &other.who, "owner").await;
    group_data(&other.group_remove(id, &admin.who).await);
    assert_eq!(lin.members(id).await, lines([("lin", "owner"), ("other", "owner")]));
    group_data(&other.group_ask(Verb::PUT, &path, Some(&json!({"name": "by the other"}))).await);
    assert_eq!(room_data(&lin.room_get("/api/room/list").await)[0]["name"], "by the other");
}

async fn a_member_of_one_is_a_member_of_the_other(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let xue = Person::join(&server, "xue").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let nameless = Mini::join(&server, 7_002, "", "诺").await;
    let id = lin.room_with("g", &[]).await;
    let mut of_lin = lin.groups_socket().await;
    let mut of_wu = wu.groups_socket().await;
    let mut on_rooms = [lin.rooms_socket(ROOMS_SOCKETS[0]).await, wu.rooms_socket(ROOMS_SOCKETS[1]).await];
    // Groups are told what rooms do; rooms have no word for it.
    lin.room_add(id, &wu.who, "admin").await;
    for client in [&mut of_lin, &mut of_wu] {
        client.expect(member_frame(id, &wu.who, "added")).await;
    }
    wu.group_add(id, &xue.who).await;
    xue.room_add(id, &mei.who, "member").await;
    for client in [&mut of_lin, &mut of_wu] {
        client.expect(member_frame(id, &xue.who, "added")).await;
        client.expect(member_frame(id, &mei.who, "added")).await;
    }
    // Nobody can be added twice, or who is not to be reached.
    let again = json!({"user_id": xue.who.account.to_string()});
    let refused = group_refusal(400, "请求参数错误", "user_id: 该用户已是群组成员");
    lin.group_post(&format!("/group/{id}/members"), &again).await.is(400, &refused);
    let again = json!({"room_id": id, "user_id": xue.who.account});
    let refused = room_refusal("添加用户到聊天室失败，用户已在聊天室中");
    lin.room_post("/api/room/add_user", &again).await.is(200, &refused);
    let out_of_reach = json!({"user_id": nameless.who.account.to_string()});
    assert_eq!(lin.group_post(&format!("/group/{id}/members"), &out_of_reach).await.status, 404);
    let out_of_reach = json!({"room_id": id, "user_id": nameless.who.account});
    let refused = room_refusal("添加用户到聊天室失败，用户不存在");
    lin.room_post("/api/room/add_user", &out_of_reach).await.is(200, &refused);
    let everyone = lines([("lin", "owner"), ("wu", "admin"), ("xue", "member"), ("mei", "member")]);
    for person in [&lin, &wu, &xue] {
        assert_eq!(person.members(id).await, everyone);
    }

    // The owner goes on rooms; the admin inherits, as groups are told.
    room_data(&lin.room_post("/api/room/leave", &json!({"room_id": id})).await);
    for client in [&mut of_lin, &mut of_wu] {
        client.expect(member_frame(id, &lin.who, "removed")).await;
    }
    of_wu.expect(member_frame(id, &wu.who, "role")).await;
    assert_eq!(xue.members(id).await, lines([("wu", "owner"), ("xue", "member"), ("mei", "member")]));
    lin.group_get(&format!("/group/{id}")).await.is(403, &not_a_member());
    assert_eq!(group_data(&lin.group_get("/groups").await), json!({"groups": []}));
    assert_eq!(lin.conversations().await, []);
    // And on groups, as rooms show.
    group_data(&wu.group_remove(id, &wu.who).await);
    of_wu.expect(member_frame(id, &wu.who, "removed")).await;
    assert_eq!(xue.members(id).await, lines([("xue", "owner"), ("mei", "member")]));
    let refused = room_refusal("获取失败，当前用户不在聊天室中");
    wu.room_get(&format!("/api/room/info?room_id={id}")).await.is(200, &refused);
    for client in on_rooms.iter_mut().chain([&mut of_lin, &mut of_wu]) {
        client.nothing_more().await;
    }
}

async fn what_ends_on_one_is_unknown_on_the_other(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    for by_rooms in [true, false] {
        let id = lin.room_with("g", &[&wu.who, &mei.who]).await;
        room_data(&wu.room_send(id, "hello").await);
        let mut of_wu = wu.groups_socket().await;
        let mut on_rooms = wu.rooms_socket(ROOMS_SOCKETS[1]).await;
        if by_rooms {
            let path = format!("/api/room/delete?room_id={id}");
            room_data(&lin.room_ask(Verb::DELETE, &path, None).await);
        } else {
            group_data(&lin.group_delete(&format!("/group/{id}")).await);
        }
        of_wu.expect(member_frame(id, &wu.who, "removed")).await;
        for person in [&lin, &wu] {
            person.group_get(&format!("/group/{id}")).await.is(404, &unknown_group());
            person.group_get(&format!("/group/{id}/members")).await.is(404, &unknown_group());
            person.group_get(&format!("/chat/messages?group_id={id}")).await.is(404, &unknown_group());
            person.group_send("group_id", id, "x").await.is(404, &unknown_group());
            assert_eq!(group_data(&person.group_get("/groups").await), json!({"groups": []}));
            assert_eq!(person.conversations().await, []);
            let info = person.room_get(&format!("/api/room/info?room_id={id}")).await;
            info.is(200, &room_refusal("获取失败，聊天室不存在"));
            person.room_send(id, "x").await.is(200, &room_refusal("发送失败，聊天室不存在"));
            let listed = person.room_get(&format!("/api/message/list?room_id={id}")).await;
            listed.is(200, &room_refusal("历史消息获取失败，聊天室不存在"));
            assert_eq!(room_data(&person.room_get("/api/room/list").await), json!([]));
        }
        server.say(id, 7_001, "x").await.is(200, &json!({"success": false, "match_id": null}));
        server.history(id, 7_001).await.is(200, &json!({"success": true, "messages": []}));
        of_wu.nothing_more().await;
        on_rooms.nothing_more().await;
    }
}

/// Both dialects change a group at the same moment, and everyone sees one thing in the end.
async fn both_dialects_change_a_group_at_once(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let id = lin.room_with("g", &[]).await;
    let members = format!("/group/{id}/members");
    for _ in 0..5 {
        let (on_rooms, on_groups) = (
            json!({"room_id": id, "user_id": wu.who.account}),
            json!({"user_id": wu.who.account.to_string()}),
        );
        let (rooms, groups) = tokio::join!(
            lin.room_post("/api/room/add_user", &on_rooms),
            lin.group_post(&members, &on_groups)
        );
        assert!((rooms.json()["code"] == 0) != (groups.status == 200), "{} {}", rooms.text, groups.text);
        assert_eq!(lin.members(id).await, lines([("lin", "owner"), ("wu", "member")]));
        room_data(&wu.room_send(id, "x").await);
        let leaving = json!({"room_id": id});
        let (rooms, groups) =
            tokio::join!(wu.room_post("/api/room/leave", &leaving), lin.group_remove(id, &wu.who));
        assert!((rooms.json()["code"] == 0) != (groups.status == 200), "{} {}", rooms.text, groups.text);
        assert_eq!(lin.members(id).await, lines([("lin", "owner")]));
        room_data(&lin.room_send(id, "y").await);
    }
    let listed = lin.group_list("group_id", id).await;
    assert_eq!(contents(&listed), ["y", "x", "y", "x", "y", "x", "y", "x", "y", "x"]);
}

on_every_store!(
    a_room_is_a_group,
    a_group_is_a_room,
    roles_are_the_same_and_what_they_may_do_is_each_dialects,
    a_member_of_one_is_a_member_of_the_other,
    what_ends_on_one_is_unknown_on_the_other,
    both_dialects_change_a_group_at_once,
);
