//! Sending over HTTP, and reading page by page.

use matchmaking_core::model::AccountStatus;
use serde_json::{Value, json};

use super::{FORBIDDEN, Person, UNKNOWN, done, texts};
use crate::support::{Database, Server, on_every_store};

async fn a_direct_conversation_is_one_whoever_opened_it(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    for person in [&lin, &wu] {
        let other = if person.id == lin.id { &wu } else { &lin };
        assert_eq!(person.with(other, "").await, json!({"messages": [], "total": 0}));
    }
    let first = lin.say(&wu, "在吗").await;
    assert_eq!(first, lin.message(&first["message_id"], &wu, "在吗"));
    let second = wu.say(&lin, "在").await;
    assert_eq!(second, wu.message(&second["message_id"], &lin, "在"));
    for (person, other) in [(&lin, &wu), (&wu, &lin)] {
        let listed = person.with(other, "").await;
        assert_eq!(
            (texts(&listed["messages"], "content"), &listed["total"]),
            (vec!["在".into(), "在吗".into()], &json!(2))
        );
        let (newest, oldest) = (&listed["messages"][0], &listed["messages"][1]);
        assert_eq!((&newest["sender_id"], &newest["receiver_id"]), (&json!(wu.id), &json!(lin.id)));
        assert_eq!((&oldest["sender_id"], &oldest["receiver_id"]), (&json!(lin.id), &json!(wu.id)));
    }
    assert_eq!(third.with(&lin, "").await["total"], 0);
    assert_eq!(third.with(&wu, "").await["total"], 0);
}

async fn pages_are_counted_from_the_newest(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let group = lin.group_with("g", &[&wu]).await;
    for number in 1..=25 {
        let person = if number % 3 == 0 { &wu } else { &lin };
        person.say_in(&group, &number.to_string()).await;
    }
    let newest_first: Vec<String> = (1..=25).rev().map(|number| number.to_string()).collect();
    for (more, expected) in [
        ("", &newest_first[..20]),
        ("&limit=5", &newest_first[..5]),
        ("&limit=5&offset=5", &newest_first[5..10]),
        ("&limit=100", &newest_first[..]),
        ("&limit=10&offset=20", &newest_first[20..]),
        ("&limit=1&offset=24", &newest_first[24..]),
        ("&offset=25", &[]),
        ("&offset=1000000", &[]),
        ("&offset=9223372036854775807", &[]),
    ] {
        let listed = wu.within(&group, more).await;
        assert_eq!(texts(&listed["messages"], "content"), expected, "{more}");
        assert_eq!(listed["total"], 25, "{more}");
    }
    let ids = texts(&lin.within(&group, "&limit=100").await["messages"], "message_id");
    let ids: Vec<i64> = ids.iter().map(|id| id.parse().unwrap()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] > pair[1]), "{ids:?}");
}

async fn whoever_is_not_there_is_not_reached(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let gone = Person::join(&server, "gone").await;
    lin.say(&gone, "before").await;
    // An account that is there for the matchmaking alone, which has no name here.
    let created = server.create(77, "telegram", 1).await;
    assert_eq!(created.status, 200);
    let matched: Vec<i64> = (1..=20)
        .filter(|id| id.to_string() != lin.id && id.to_string() != wu.id && id.to_string() != gone.id)
        .collect();
    for id in matched {
        let body = json!({"type": "text", "content": "x", "receiver_id": id.to_string()});
        lin.send(&body).await.refuses(404, UNKNOWN, "用户不存在");
    }
    let unreachable = |person: &Person| {
        let (lin, id) = (lin.clone(), person.id.clone());
        async move {
            let body = json!({"type": "text", "content": "x", "receiver_id": id});
            lin.send(&body).await.refuses(404, UNKNOWN, "用户不存在");
            lin.get(&format!("/chat/messages?receiver_id={id}")).await.refuses(404, UNKNOWN, "用户不存在");
        }
    };
    for status in [AccountStatus::Locked, AccountStatus::Deactivated] {
        gone.becomes(&server, status).await;
        unreachable(&gone).await;
        gone.becomes(&server, AccountStatus::Active).await;
        assert_eq!(lin.with(&gone, "").await["total"], 1);
    }
    gone.becomes(&server, AccountStatus::Deleted).await;
    unreachable(&gone).await;
    // Blocking closes it for both, whoever did it.
    lin.say(&wu, "before").await;
    wu.block(&server, &lin).await;
    unreachable(&wu).await;
    let body = json!({"type": "text", "content": "x", "receiver_id": lin.id});
    wu.send(&body).await.refuses(404, UNKNOWN, "用户不存在");
}

async fn strangers_neither_read_nor_write_in_a_group(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let group = lin.group_with("g", &[]).await;
    lin.say_in(&group, "x").await;
    lin.say(&wu, "direct").await;
    let body = json!({"type": "text", "content": "x", "group_id": group});
    let list = format!("/chat/messages?group_id={group}");
    wu.send(&body).await.refuses(403, FORBIDDEN, "不是群组成员");
    wu.get(&list).await.refuses(403, FORBIDDEN, "不是群组成员");
    lin.add(&group, &wu).await.data();
    assert_eq!(wu.within(&group, "").await["total"], 1);
    lin.remove(&group, &wu).await.data();
    wu.send(&body).await.refuses(403, FORBIDDEN, "不是群组成员");
    wu.get(&list).await.refuses(403, FORBIDDEN, "不是群组成员");
    assert_eq!(lin.within(&group, "").await["total"], 1);
    lin.delete(&format!("/group/{group}")).await.data();
    for person in [&lin, &wu] {
        person.send(&body).await.refuses(404, UNKNOWN, "群组不存在");
        person.get(&list).await.refuses(404, UNKNOWN, "群组不存在");
    }
    // A direct conversation is no group, whatever its number: not for the two, and not for others.
    let third = Person::join(&server, "third").await;
    let other: i64 = group.parse::<i64>().unwrap() + 1;
    for person in [&lin, &wu, &third] {
        person.get(&format!("/chat/messages?group_id={other}")).await.refuses(404, UNKNOWN, "群组不存在");
        let body = json!({"type": "text", "content": "x", "group_id": other.to_string()});
        person.send(&body).await.refuses(404, UNKNOWN, "群组不存在");
        person.get(&format!("/group/{other}")).await.refuses(404, UNKNOWN, "群组不存在");
    }
}

async fn a_repeat_is_answered_with_the_first_message(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let group = lin.group_with("g", &[&wu]).await;
    let mut hearing = wu.socket().await;
    let to_wu = |name: &str, content: &str| json!({"type": "text", "content": content, "receiver_id": wu.id, "client_message_id": name});
    let first = lin.send(&to_wu("c-1", "first")).await;
    let mut message = lin.message(&first.json()["data"]["message_id"], &wu, "first");
    hearing.expect(super::message_frame(&message)).await;
    message["client_message_id"] = json!("c-1");
    first.is(200, &done(&message));
    server.clock.advance(5_000);
    // Whatever the repeat says: the name is what counts.
    for content in ["first", "second"] {
        lin.send(&to_wu("c-1", content)).await.is(200, &done(&message));
    }
    assert_eq!(lin.with(&wu, "").await["total"], 1);
    hearing.nothing_more().await;
    // Another name, another conversation, another sender: other messages.
    let longest = "名".repeat(128);
    for (sender, body) in [
        (&lin, to_wu("C-1", "x")),
        (&lin, to_wu(&longest, "x")),
        (&lin, json!({"content": "x", "group_id": group, "client_message_id": "c-1"})),
        (&wu, json!({"content": "x", "receiver_id": lin.id, "client_message_id": "c-1"})),
        (&wu, json!({"content": "x", "group_id": group, "client_message_id": "c-1"})),
    ] {
        let sent = sender.send(&body).await.data();
        assert_eq!((&sent["content"], &sent["client_message_id"]), (&json!("x"), &body["client_message_id"]));
        assert_ne!(sent["message_id"], message["message_id"]);
    }
    assert_eq!(lin.with(&wu, "").await["total"], 4);
    assert_eq!(lin.within(&group, "").await["total"], 2);
    // An empty name is none, and is not shown.
    for _ in 0..2 {
        let sent = lin.send(&to_wu("", "unnamed")).await.data();
        assert_eq!(sent.get("client_message_id"), None);
    }
    assert_eq!(lin.with(&wu, "").await["total"], 6);
}

async fn contents_come_back_as_they_were(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    for content in [
        "缘分".to_owned(),
        " blanks around ".to_owned(),
        "\u{1}\u{7f}\u{feff}\u{2028}".to_owned(),
        "<script>alert('x')</script> & \"quotes\" \\ /".to_owned(),
        "🙂".repeat(5_000),
        "字".repeat(5_000),
    ] {
        let sent = lin.send(&json!({"content": content, "receiver_id": wu.id})).await;
        assert_eq!(sent.data()["content"], json!(content));
        let listed = wu.with(&lin, "&limit=1").await;
        assert_eq!(listed["messages"][0]["content"], json!(content));
    }
    // Not escaped: clients search raw bodies.
    let sent = lin.send(&json!({"content": "缘分", "receiver_id": wu.id})).await;
    assert!(sent.text.contains("缘分"), "{}", sent.text);
}

/// Blocked people in one group do not see what the other writes there.
async fn blocked_people_do_not_hear_each_other_in_a_group(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    let group = lin.group_with("g", &[&wu, &third]).await;
    lin.say_in(&group, "by lin").await;
    wu.say_in(&group, "by wu").await;
    wu.block(&server, &lin).await;
    third.say_in(&group, "by third").await;
    wu.say_in(&group, "by wu again").await;
    for (person, expected) in [
        (&lin, vec!["by third", "by lin"]),
        (&wu, vec!["by wu again", "by third", "by wu"]),
        (&third, vec!["by wu again", "by third", "by wu", "by lin"]),
    ] {
        let listed = person.within(&group, "").await;
        assert_eq!(texts(&listed["messages"], "content"), expected);
        assert_eq!(listed["total"], json!(expected.len()));
        let second = person.within(&group, "&limit=1&offset=1").await;
        assert_eq!(texts(&second["messages"], "content"), expected[1..2]);
        let names: Vec<_> = person.members(&group).await.into_iter().map(|(name, _)| name).collect();
        let blocked = if person.id == lin.id { "wu" } else { "lin" };
        assert_eq!(names.contains(&blocked.to_owned()), person.id == third.id, "{names:?}");
    }
    let readers = |listed: &Value, content: &str| {
        let messages = listed["messages"].as_array().unwrap();
        let message = messages.iter().find(|message| message["content"] == content).unwrap();
        texts(&message["read_by"], "user_id")
    };
    let listed = third.within(&group, "").await;
    assert_eq!(readers(&listed, "by third"), [lin.id.as_str(), wu.id.as_str()]);
    assert_eq!(readers(&lin.within(&group, "").await, "by third"), [lin.id.as_str()]);
}

on_every_store!(
    a_direct_conversation_is_one_whoever_opened_it,
    pages_are_counted_from_the_newest,
    whoever_is_not_there_is_not_reached,
    strangers_neither_read_nor_write_in_a_group,
    a_repeat_is_answered_with_the_first_message,
    contents_come_back_as_they_were,
    blocked_people_do_not_hear_each_other_in_a_group,
);
