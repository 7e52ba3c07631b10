//! Sending and listing.

use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{Person, START_SENT, done, refused, text_frame};
use crate::support::{Answer, Database, Server, on_every_store};

/// The contents that are listed for these parameters.
async fn listed(person: &Person, room: i64, rest: &str) -> Vec<String> {
    let listed = person.get(&format!("/api/message/list?room_id={room}{rest}")).await;
    assert_eq!(listed.json()["code"], 0, "{}", listed.text);
    super::texts(&listed.json()["data"], "content")
}

async fn a_history_is_paged_by_the_smallest_number(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let id = lin.room_with("r", &[&wu]).await;
    let elsewhere = lin.room("elsewhere").await;
    let mut ids = Vec::new();
    for number in 1..=45 {
        let writer = if number % 2 == 0 { &wu } else { &lin };
        ids.push(writer.say(id, &number.to_string()).await);
        lin.say(elsewhere, "x").await;
    }
    let expected = |numbers: &mut dyn Iterator<Item = i32>| -> Vec<String> {
        numbers.map(|number| number.to_string()).collect()
    };
    assert_eq!(listed(&wu, id, "").await, expected(&mut (26..=45).rev()));
    assert_eq!(listed(&wu, id, "&limit=0").await, expected(&mut (26..=45).rev()));
    assert_eq!(listed(&wu, id, "&limit=-5").await, expected(&mut (45..=45)));
    assert_eq!(listed(&wu, id, "&limit=1").await, expected(&mut (45..=45)));
    assert_eq!(listed(&wu, id, "&limit=100").await, expected(&mut (1..=45).rev()));
    assert_eq!(listed(&wu, id, "&limit=99999999999999999999").await, expected(&mut (1..=45).rev()));
    // As both generations of clients page: the smallest number so far, until nothing comes.
    let (mut before, mut seen) = (0, Vec::new());
    loop {
        let body = json!({"room_id": id, "last_message_id": before, "limit": 10});
        let page = wu.post("/api/message/list", &body).await.json();
        let page = page["data"].as_array().unwrap().clone();
        let Some(last) = page.last() else { break };
        before = last["ID"].as_i64().unwrap();
        seen.extend(page.iter().map(|message| message["ID"].as_i64().unwrap()));
    }
    ids.reverse();
    assert_eq!(seen, ids);
    // A number that no message here has, too.
    let between = format!("&last_message_id={}", ids[0] + 1);
    assert_eq!(listed(&wu, id, &between).await.len(), 20);
    for (before, count) in
        [("0", 20), ("1", 0), ("-1", 0), ("9007199254740991", 20), ("99999999999999999999", 20)]
    {
        assert_eq!(listed(&wu, id, &format!("&last_message_id={before}")).await.len(), count, "{before}");
    }
}

async fn more_than_a_hundred_are_never_listed_at_once(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let id = lin.room("r").await;
    for number in 0..103 {
        lin.say(id, &number.to_string()).await;
    }
    for limit in ["100", "101", "1000000"] {
        let page = listed(&lin, id, &format!("&limit={limit}")).await;
        assert_eq!((page.len(), page[0].as_str(), page[99].as_str()), (100, "102", "3"));
    }
    assert_eq!(listed(&lin, id, "&limit=99").await.len(), 99);
}

/// The three forms of the question have the same answer, and a body's fields count before the query's.
async fn a_list_is_asked_for_in_three_ways(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let (one, other) = (lin.room("one").await, lin.room("other").await);
    lin.say(one, "in one").await;
    lin.say(other, "in other").await;
    let ask = async |verb: Verb, query: &str, body: Option<Value>| -> Answer {
        lin.ask(verb, &format!("/api/message/list{query}"), body.as_ref()).await
    };
    let content = |answer: &Answer| super::texts(&answer.json()["data"], "content");
    let query = format!("?room_id={one}&limit=5");
    for answer in [
        ask(Verb::GET, &query, None).await,
        ask(Verb::GET, "", Some(json!({"room_id": one}))).await,
        ask(Verb::POST, "", Some(json!({"room_id": one, "last_message_id": null, "limit": null}))).await,
        ask(Verb::POST, &query, Some(json!({}))).await,
        ask(Verb::GET, &format!("?room_id={other}"), Some(json!({"room_id": one}))).await,
        ask(Verb::GET, "?room_id=x", Some(json!({"room_id": one}))).await,
    ] {
        assert_eq!(content(&answer), ["in one"], "{}", answer.text);
    }
    let not_read = refused("历史消息获取失败，请求错误");
    for (query, body) in [
        ("", None),
        ("?room_id=", None),
        ("?room_id=x", None),
        ("?room_id=1.5", None),
        ("?room_id=1&limit=x", None),
        ("?room_id=1&last_message_id=x", None),
        ("?room_id=1", Some(json!([]))),
        ("?room_id=1", Some(json!("x"))),
        ("?room_id=1", Some(json!({"room_id": "1"}))),
        ("?room_id=1", Some(json!({"limit": "5"}))),
        ("", Some(json!({"limit": 5}))),
        ("", Some(json!({"room_id": null}))),
    ] {
        for verb in [Verb::GET, Verb::POST] {
            ask(verb, query, body.clone()).await.is(200, &not_read);
        }
    }
    let broken = lin.server.http.get(lin.server.url("/api/message/list?room_id=1")).body("{");
    Answer::of(broken.header("authorization", lin.token.as_str())).await.is(200, &not_read);
}

async fn only_members_read_and_write(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let stranger = Person::join(&server, "stranger").await;
    let id = lin.room("r").await;
    lin.say(id, "hello").await;
    let list = |room: i64| format!("/api/message/list?room_id={room}");
    stranger.send(id, "x").await.is(200, &refused("发送失败，当前用户不在聊天室中"));
    stranger.get(&list(id)).await.is(200, &refused("历史消息获取失败，当前用户不在聊天室中"));
    for unknown in [0, -1, 999, 1 << 53, i64::MAX] {
        lin.send(unknown, "x").await.is(200, &refused("发送失败，聊天室不存在"));
        lin.get(&list(unknown)).await.is(200, &refused("历史消息获取失败，聊天室不存在"));
    }
    // Whoever comes later reads what was said before; whoever left reads nothing any more.
    lin.add(id, stranger.id, "member").await;
    assert_eq!(stranger.hears(id).await, ["hello"]);
    stranger.post("/api/room/leave", &json!({"room_id": id})).await;
    stranger.get(&list(id)).await.is(200, &refused("历史消息获取失败，当前用户不在聊天室中"));
    stranger.send(id, "x").await.is(200, &refused("发送失败，当前用户不在聊天室中"));
    assert_eq!(lin.hears(id).await, ["hello"]);
}

async fn contents_are_kept_to_the_letter(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let id = lin.room("r").await;
    let contents = [
        " a ".to_owned(),
        "一\n二\t\"\\ 🙂 \u{202e}</script>".to_owned(),
        "字".repeat(5_000),
        "0".to_owned(),
    ];
    for content in &contents {
        lin.say(id, content).await;
    }
    let raw = lin.get(&format!("/api/message/list?room_id={id}")).await.text;
    // A client may search the raw body.
    assert!(raw.contains("一\\n二\\t\\\"\\\\ 🙂"), "{raw:.300}");
    assert!(lin.hears(id).await.iter().eq(contents.iter().rev()));
    for (content, reason) in [
        (json!(""), "消息内容不能为空"),
        (json!(" \u{3000}\n"), "消息内容不能为空"),
        (json!("字".repeat(5_001)), "消息内容不能超过5000个字符"),
        (json!("a\0b"), "消息内容包含非法字符"),
        (json!(5), "请求错误"),
        (json!(null), "请求错误"),
        (json!({"file_url": "x"}), "请求错误"),
        (json!(["x"]), "请求错误"),
    ] {
        let body = json!({"room_id": id, "type": "text", "content": content});
        let answer = lin.post("/api/message/send", &body).await;
        answer.is(200, &refused(&format!("发送失败，{reason}")));
    }
    for (body, reason) in [
        (json!({"room_id": id, "type": "text"}), "请求错误"),
        (json!({"type": "text", "content": "x"}), "请求错误"),
        (json!({"room_id": id.to_string(), "content": "x"}), "请求错误"),
        (json!({"room_id": id, "type": 1, "content": "x"}), "请求错误"),
        (json!({"room_id": id, "type": "voice", "content": "x"}), "消息类型错误"),
        (json!({"room_id": id, "type": "", "content": "x"}), "消息类型错误"),
        (json!({"room_id": id, "type": "ping", "content": "x"}), "消息类型错误"),
        (json!([]), "请求错误"),
    ] {
        let answer = lin.post("/api/message/send", &body).await;
        answer.is(200, &refused(&format!("发送失败，{reason}")));
    }
    assert_eq!(lin.hears(id).await.len(), contents.len());
}

async fn the_four_kinds_are_kept(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let id = lin.room("r").await;
    let mut expected = Vec::new();
    for kind in ["text", "image", "file", "video"] {
        let content = format!("https://example.com/{kind}?x=1");
        let sent =
            lin.post("/api/message/send", &json!({"room_id": id, "type": kind, "content": content})).await;
        let mut message = lin.message(sent.json()["data"]["ID"].as_i64().unwrap(), id, &content);
        message["type"] = json!(kind);
        expected.insert(0, message);
    }
    // Without a kind it is a text.
    let sent = lin.post("/api/message/send", &json!({"room_id": id, "content": "hi"})).await;
    expected.insert(0, lin.message(sent.json()["data"]["ID"].as_i64().unwrap(), id, "hi"));
    let listed = lin.get(&format!("/api/message/list?room_id={id}")).await;
    listed.is(200, &done("历史消息获取成功", json!(expected)));
}

/// Kinds that this dialect has no word for are shown as text.
async fn other_kinds_are_shown_as_text(database: Database) {
    use matchmaking_core::{ids, model::MessageKind, service::chat::Outgoing};
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let id = lin.room("r").await;
    let (room, account) = (ids::ConversationId::new(id).unwrap(), ids::AccountId::new(lin.id).unwrap());
    let mut socket = lin.socket().await;
    for (kind, content) in
        [(MessageKind::Voice, "https://example.com/v"), (MessageKind::Location, "31.2,121.5")]
    {
        server
            .inside(async move |services| {
                let thread = services.chat.thread(room, account).await.unwrap();
                let sender = services.accounts.sender(account).await.unwrap().unwrap();
                let text = Outgoing::text(&thread, std::sync::Arc::new(sender), content.to_owned());
                services.chat.send(Outgoing { kind, ..text }).await.unwrap();
            })
            .await;
        let heard = socket.json().await;
        assert_eq!((&heard["data"]["type"], &heard["data"]["content"]), (&json!("text"), &json!(content)));
    }
    assert_eq!(lin.hears(id).await, ["31.2,121.5", "https://example.com/v"]);
}

/// A message is shown by the name that its sender has now, and by none when they are gone for good.
async fn senders_are_shown_by_the_names_they_have(database: Database) {
    use matchmaking_core::model::AccountStatus;
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let id = lin.room_with("r", &[&wu]).await;
    wu.say(id, "hello").await;
    let name = async || {
        let listed = lin.get(&format!("/api/message/list?room_id={id}")).await.json();
        listed["data"][0]["sender_name"].as_str().unwrap().to_owned()
    };
    assert_eq!(name().await, "wu");
    let account = matchmaking_core::ids::AccountId::new(wu.id).unwrap();
    server.inside(async move |services| services.accounts.rename(account, "Wu Tong").await.unwrap()).await;
    assert_eq!(name().await, "Wu Tong");
    wu.post("/api/room/leave", &json!({"room_id": id})).await;
    assert_eq!(name().await, "Wu Tong");
    server.set_status(wu.id, AccountStatus::Deleted).await;
    assert_eq!(name().await, "已注销用户");
    assert_eq!(lin.hears(id).await, ["hello"]);
}

/// A conversation of two that was opened elsewhere is no room, but its messages reach both, who can answer.
async fn a_direct_conversation_is_read_and_written_by_its_number(database: Database) {
    use matchmaking_core::ids::AccountId;
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let stranger = Person::join(&server, "stranger").await;
    let (one, other) = (AccountId::new(lin.id).unwrap(), AccountId::new(wu.id).unwrap());
    let id = server
        .inside(async move |services| services.chat.open_with(one, other).await.unwrap().id().get())
        .await;
    let (mut of_lin, mut of_wu) = (lin.socket().await, wu.socket().await);
    let sent = wu.post("/api/message/send", &text_frame(id, "hi")).await;
    let number = sent.json()["data"]["ID"].as_i64().unwrap();
    sent.is(200, &done("发送成功", json!({"ID": number, "send_time": START_SENT})));
    for socket in [&mut of_lin, &mut of_wu] {
        socket.expect(super::new_message(wu.message(number, id, "hi"))).await;
    }
    of_lin.send(text_frame(id, "hi yourself")).await;
    assert_eq!(of_wu.json().await["data"]["content"], "hi yourself");
    assert_eq!(wu.hears(id).await, ["hi yourself", "hi"]);
    stranger.send(id, "x").await.is(200, &refused("发送失败，当前用户不在聊天室中"));
    // But it is no room, for nobody.
    lin.get("/api/room/list").await.is(200, &done("获取成功", json!([])));
    for person in [&lin, &stranger] {
        person.get(&format!("/api/room/info?room_id={id}")).await.is(200, &refused("获取失败，聊天室不存在"));
        person
            .get(&format!("/api/room/members?room_id={id}"))
            .await
            .is(200, &refused("获取失败，聊天室不存在"));
        person.add(id, stranger.id, "member").await.is(200, &refused("添加用户到聊天室失败，聊天室不存在"));
        let body = json!({"room_id": id, "name": "x"});
        person.post("/api/room/update", &body).await.is(200, &refused("更新失败，聊天室不存在"));
        person.post("/api/room/leave", &body).await.is(200, &refused("退出失败，聊天室不存在"));
        let deleted = person.delete(&format!("/api/room/delete?room_id={id}")).await;
        deleted.is(200, &refused("删除失败，聊天室不存在"));
    }
    // Blocking closes it.
    server.block(lin.id, wu.id).await;
    for person in [&lin, &wu] {
        person.send(id, "x").await.is(200, &refused("发送失败，聊天室不存在"));
        let listed = person.get(&format!("/api/message/list?room_id={id}")).await;
        listed.is(200, &refused("历史消息获取失败，聊天室不存在"));
    }
}

on_every_store!(
    a_history_is_paged_by_the_smallest_number,
    more_than_a_hundred_are_never_listed_at_once,
    a_list_is_asked_for_in_three_ways,
    only_members_read_and_write,
    contents_are_kept_to_the_letter,
    the_four_kinds_are_kept,
    other_kinds_are_shown_as_text,
    senders_are_shown_by_the_names_they_have,
    a_direct_conversation_is_read_and_written_by_its_number,
);
