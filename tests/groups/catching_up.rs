//! Whoever was away reads what they missed, over HTTP, and goes on.

use serde_json::json;

use super::{Person, message_frame, texts};
use crate::support::{Database, Options, Server, on_durable_stores, on_every_store};

async fn whoever_comes_back_reads_what_they_missed(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let group = lin.group_with("g", &[&wu]).await;
    let mut before = wu.socket().await;
    let known = lin.say_in(&group, "known").await;
    before.expect(message_frame(&known)).await;
    before.close().await;
    for number in 1..=30 {
        lin.say_in(&group, &number.to_string()).await;
    }
    lin.say(&wu, "direct").await;

    // First the socket, then the lists: nothing falls between.
    let mut after = wu.socket().await;
    let conversations = wu.get("/chat/conversations").await.data();
    let unread: Vec<i64> = conversations["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["unread_count"].as_i64().unwrap())
        .collect();
    assert_eq!(unread, [1, 31]);
    let mut missed = Vec::new();
    let mut offset = 0;
    'pages: loop {
        let page = wu.within(&group, &format!("&limit=20&offset={offset}")).await;
        for (id, content) in
            texts(&page["messages"], "message_id").into_iter().zip(texts(&page["messages"], "content"))
        {
            if json!(id) == known["message_id"] {
                break 'pages;
            }
            missed.push(content);
        }
        offset += 20;
    }
    missed.reverse();
    let expected: Vec<String> = (1..=30).map(|number| number.to_string()).collect();
    assert_eq!(missed, expected);
    let next = lin.say_in(&group, "next").await;
    after.expect(message_frame(&next)).await;
    after.nothing_more().await;
}

/// What was acknowledged is there after the server was started again: accounts, groups, messages, receipts, and the
/// names that clients gave.
async fn everything_outlives_the_server(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    lin.put("/user/profile", &json!({"avatar": "a", "phone": "1"})).await.data();
    let group = lin.group_with("g", &[&wu]).await;
    let named = json!({"content": "x", "group_id": group, "client_message_id": "c"});
    let sent = lin.send(&named).await.data();
    lin.say(&wu, "direct").await;
    wu.within(&group, "").await;
    let shown = async |lin: &Person, wu: &Person| {
        let mut shown = Vec::new();
        for path in ["/user/profile", "/groups", "/chat/conversations", &format!("/group/{group}/members")] {
            shown.push(lin.get(path).await.text);
            shown.push(wu.get(path).await.text);
        }
        shown.push(lin.within(&group, "").await.to_string());
        shown.push(lin.with(wu, "").await.to_string());
        shown
    };
    let before = shown(&lin, &wu).await;
    server.stop();

    let server = Server::start_with(&database, Options::default()).await;
    let (lin, wu) = (Person::log_in(&server, "lin").await, Person::log_in(&server, "wu").await);
    assert_eq!(shown(&lin, &wu).await, before);
    assert_eq!(lin.send(&named).await.data(), sent);
    assert_eq!(lin.within(&group, "").await["total"], 1);
}

on_every_store!(whoever_comes_back_reads_what_they_missed);
on_durable_stores!(everything_outlives_the_server);
