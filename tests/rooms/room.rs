//! Making, listing, showing, changing, leaving and ending rooms.

use serde_json::{Value, json};

use super::{Person, START_TIME, done, refused};
use crate::support::{Backend, Database, Options, Server, on_every_store, run};

const MINUTE: i64 = 60_000;

fn room(id: i64, updated_at: &str, name: &str, description: &str) -> Value {
    json!({
        "ID": id, "CreatedAt": START_TIME, "UpdatedAt": updated_at, "DeletedAt": null,
        "name": name, "description": description,
    })
}

fn gone(action: &str) -> Value {
    refused(&format!("{action}失败，聊天室不存在"))
}

async fn a_room_is_made_with_what_was_said(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let (name, about) = ("名".repeat(128), "述".repeat(1_000));
    for (body, name, about) in [
        (json!({"name": name, "description": about}), name.as_str(), about.as_str()),
        (json!({"name": " 周末 ", "description": ""}), " 周末 ", ""),
        (json!({"name": "x\ny", "description": null, "ID": 5, "owner": 7}), "x\ny", ""),
        (json!({"name": "x"}), "x", ""),
    ] {
        let made = lin.post("/api/room/create", &body).await;
        let id = made.json()["data"]["ID"].as_i64().unwrap();
        made.is(200, &done("创建成功", room(id, START_TIME, name, about)));
    }
    for (body, expected) in [
        (json!({"name": ""}), "创建失败"),
        (json!({"name": " \u{3000}\n"}), "创建失败"),
        (json!({"name": "名".repeat(129)}), "创建失败，房间名称不能超过128个字符"),
        (json!({"name": "x", "description": "述".repeat(1_001)}), "创建失败，房间描述不能超过1000个字符"),
        (json!({"name": "x\0"}), "创建失败，房间名称包含非法字符"),
        (json!({}), "创建失败，请求错误"),
        (json!({"name": null}), "创建失败，请求错误"),
        (json!({"name": 5}), "创建失败，请求错误"),
        (json!({"name": "x", "description": []}), "创建失败，请求错误"),
        (json!([]), "创建失败，请求错误"),
    ] {
        lin.post("/api/room/create", &body).await.is(200, &refused(expected));
    }
    let listed = lin.get("/api/room/list").await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 4);
}

async fn everyone_lists_their_own_rooms_oldest_first(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let first = lin.room("first").await;
    server.clock.advance(-MINUTE);
    let other = wu.room("other").await;
    let second = lin.room("second").await;
    wu.add(other, lin.id, "member").await;
    let ids = async |person: &Person| -> Vec<i64> {
        let listed = person.get("/api/room/list").await.json();
        listed["data"].as_array().unwrap().iter().map(|room| room["ID"].as_i64().unwrap()).collect()
    };
    // By their numbers: a clock that was set back changes nothing.
    assert_eq!(ids(&lin).await, [first, other, second]);
    assert_eq!(ids(&wu).await, [other]);
}

async fn a_room_is_shown_to_its_members(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let stranger = Person::join(&server, "stranger").await;
    let id = lin.room_with("r", &[&wu]).await;
    let path = format!("/api/room/info?room_id={id}");
    for (person, role) in [(&lin, "owner"), (&wu, "member")] {
        let mut expected = room(id, START_TIME, "r", "test room");
        expected["role"] = json!(role);
        person.get(&path).await.is(200, &done("获取成功", expected));
    }
    stranger.get(&path).await.is(200, &refused("获取失败，当前用户不在聊天室中"));
    for unknown in ["999", "0", "-1", "9007199254740991", "9007199254740992", "99999999999999999999999"] {
        lin.get(&format!("/api/room/info?room_id={unknown}")).await.is(200, &gone("获取"));
    }
    for bad in ["", "?room_id=", "?room_id=x", "?room_id=1.5", "?id=1"] {
        lin.get(&format!("/api/room/info{bad}")).await.is(200, &refused("获取失败，请求错误"));
    }
}

async fn owners_and_admins_change_a_room(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let admin = Person::join(&server, "admin").await;
    let wu = Person::join(&server, "wu").await;
    let stranger = Person::join(&server, "stranger").await;
    let id = lin.room_with("r", &[&wu]).await;
    lin.add(id, admin.id, "admin").await;
    server.clock.advance(MINUTE);
    let later = "2026-02-05T18:31:00.123+08:00";
    for (person, body, name, about) in [
        (&lin, json!({"room_id": id, "name": "a", "description": "b"}), "a", "b"),
        (&admin, json!({"room_id": id, "name": "c"}), "c", "b"),
        (&admin, json!({"room_id": id, "name": null, "description": ""}), "c", ""),
        (&lin, json!({"room_id": id}), "c", ""),
    ] {
        let expected = done("更新成功", room(id, later, name, about));
        person.post("/api/room/update", &body).await.is(200, &expected);
    }
    for (person, body, reason) in [
        (&wu, json!({"room_id": id, "name": "x"}), "更新失败，没有权限"),
        (&stranger, json!({"room_id": id, "name": "x"}), "更新失败，当前用户不在聊天室中"),
        (&lin, json!({"room_id": 999, "name": "x"}), "更新失败，聊天室不存在"),
        (&lin, json!({"room_id": -1, "name": "x"}), "更新失败，聊天室不存在"),
        (&lin, json!({"room_id": id, "name": " "}), "更新失败"),
        (&lin, json!({"room_id": id, "name": "x".repeat(129)}), "更新失败，房间名称不能超过128个字符"),
        (&lin, json!({"room_id": id, "name": 5}), "更新失败，请求错误"),
        (&lin, json!({"room_id": id.to_string(), "name": "x"}), "更新失败，请求错误"),
        (&lin, json!({"name": "x"}), "更新失败，请求错误"),
    ] {
        person.post("/api/room/update", &body).await.is(200, &refused(reason));
    }
    let shown = wu.get(&format!("/api/room/info?room_id={id}")).await.json();
    assert_eq!((&shown["data"]["name"], &shown["data"]["description"]), (&json!("c"), &json!("")));
}

async fn when_the_owner_leaves_the_eldest_admin_or_member_owns_the_room(database: Database) {
    let server = Server::start(&database).await;
    let mut people = Vec::new();
    for name in ["owner", "elder", "admin", "younger"] {
        people.push(Person::join(&server, name).await);
        server.clock.advance(MINUTE);
    }
    let [owner, elder, admin, younger] = &people[..] else { unreachable!() };
    let id = owner.room("r").await;
    for (person, role) in [(elder, "member"), (admin, "admin"), (younger, "member")] {
        server.clock.advance(MINUTE);
        owner.add(id, person.id, role).await;
    }
    let leave = json!({"room_id": id});
    let roles = async |person: &Person| -> Vec<String> {
        person.members(id).await.into_iter().map(|(name, role)| format!("{name} {role}")).collect()
    };
    assert_eq!(roles(elder).await, ["owner owner", "elder member", "admin admin", "younger member"]);
    owner.post("/api/room/leave", &leave).await.is(200, &done("退出成功", Value::Null));
    assert_eq!(roles(elder).await, ["elder member", "admin owner", "younger member"]);
    owner.post("/api/room/leave", &leave).await.is(200, &refused("退出失败，当前用户不在聊天室中"));
    owner.get("/api/room/list").await.is(200, &done("获取成功", json!([])));
    // No admin is left: the eldest member.
    admin.post("/api/room/leave", &leave).await.is(200, &done("退出成功", Value::Null));
    assert_eq!(roles(younger).await, ["elder owner", "younger member"]);
    // A member who goes leaves everything as it is.
    younger.post("/api/room/leave", &leave).await.is(200, &done("退出成功", Value::Null));
    assert_eq!(roles(elder).await, ["elder owner"]);
    // Who comes back is a member.
    elder.add(id, owner.id, "member").await;
    assert_eq!(roles(owner).await, ["elder owner", "owner member"]);
    owner.post("/api/room/leave", &leave).await;
    // The last one out ends it.
    elder.post("/api/room/leave", &leave).await.is(200, &done("退出成功", Value::Null));
    for person in &people {
        person.post("/api/room/leave", &leave).await.is(200, &gone("退出"));
        person.get("/api/room/list").await.is(200, &done("获取成功", json!([])));
    }
}

async fn owners_end_a_room(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let admin = Person::join(&server, "admin").await;
    let stranger = Person::join(&server, "stranger").await;
    let id = lin.room("r").await;
    lin.add(id, admin.id, "admin").await;
    lin.say(id, "hello").await;
    let path = format!("/api/room/delete?room_id={id}");
    admin.delete(&path).await.is(200, &refused("删除失败，没有权限"));
    stranger.delete(&path).await.is(200, &refused("删除失败，当前用户不在聊天室中"));
    lin.delete("/api/room/delete?room_id=999").await.is(200, &gone("删除"));
    for bad in ["", "?room_id=x", "?room_id="] {
        lin.delete(&format!("/api/room/delete{bad}")).await.is(200, &refused("删除失败，请求错误"));
    }
    lin.delete(&path).await.is(200, &done("删除成功", Value::Null));
    for person in [&lin, &admin, &stranger] {
        person.delete(&path).await.is(200, &gone("删除"));
        person.get(&format!("/api/room/info?room_id={id}")).await.is(200, &gone("获取"));
        person.get(&format!("/api/room/members?room_id={id}")).await.is(200, &gone("获取"));
        person.get(&format!("/api/message/list?room_id={id}")).await.is(200, &gone("历史消息获取"));
        person.send(id, "x").await.is(200, &gone("发送"));
        person.add(id, stranger.id, "member").await.is(200, &gone("添加用户到聊天室"));
        person.post("/api/room/update", &json!({"room_id": id, "name": "x"})).await.is(200, &gone("更新"));
        person.get("/api/room/list").await.is(200, &done("获取成功", json!([])));
    }
}

/// Of several owners each may go without an heir.
async fn a_room_may_have_several_owners(database: Database) {
    let server = Server::start(&database).await;
    let one = Person::join(&server, "one").await;
    let other = Person::join(&server, "other").await;
    let member = Person::join(&server, "member").await;
    let id = one.room_with("r", &[&member]).await;
    one.add(id, other.id, "owner").await;
    one.post("/api/room/leave", &json!({"room_id": id})).await;
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(name, role)| ((*name).to_owned(), (*role).to_owned())).collect()
    };
    assert_eq!(other.members(id).await, pairs(&[("other", "owner"), ("member", "member")]));
    other.delete(&format!("/api/room/delete?room_id={id}")).await.is(200, &done("删除成功", Value::Null));
}

#[test]
fn times_are_told_in_the_servers_zone() {
    run(Backend::Memory, async |database: Database| {
        for (zone, made, sent) in [
            ("UTC", "2026-02-05T10:30:00.123+00:00", "2026-02-05 10:30:00"),
            ("America/New_York", "2026-02-05T05:30:00.123-05:00", "2026-02-05 05:30:00"),
            ("Asia/Kathmandu", "2026-02-05T16:15:00.123+05:45", "2026-02-05 16:15:00"),
            ("Pacific/Kiritimati", "2026-02-06T00:30:00.123+14:00", "2026-02-06 00:30:00"),
        ] {
            let server = Server::start_with(&database, Options::default().time_zone(zone)).await;
            let lin = Person::join(&server, "lin").await;
            let id = lin.room("r").await;
            let info = lin.get(&format!("/api/room/info?room_id={id}")).await.json();
            assert_eq!(info["data"]["CreatedAt"], made, "{zone}");
            let mut socket = lin.socket().await;
            assert_eq!(lin.send(id, "x").await.json()["data"]["send_time"], sent, "{zone}");
            assert_eq!(socket.json().await["data"]["send_time"], sent, "{zone}");
            let listed = lin.get(&format!("/api/message/list?room_id={id}")).await.json();
            assert_eq!(listed["data"][0]["send_time"], sent, "{zone}");
        }
    });
}

on_every_store!(
    a_room_is_made_with_what_was_said,
    everyone_lists_their_own_rooms_oldest_first,
    a_room_is_shown_to_its_members,
    owners_and_admins_change_a_room,
    when_the_owner_leaves_the_eldest_admin_or_member_owns_the_room,
    owners_end_a_room,
    a_room_may_have_several_owners,
);
