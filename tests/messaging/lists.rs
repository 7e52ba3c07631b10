//! The list of conversations, and pages of messages.

use matchmaking_core::model::profile::Gender;
use reqwest::Method as Verb;
use serde_json::json;

use super::{MINUTE, Person, data, each, pair, refused_fields};
use crate::support::{Database, Server, on_every_store, until};

/// The list is given again while nothing changes: neither in the store nor among those who are connected.
async fn what_changes_is_in_the_list_at_once(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let list = async || lin.get("/conversations").await["items"][0].clone();
    assert_eq!(list().await, list().await);
    assert_eq!(list().await["user"]["is_online"], false);
    let socket = wu.connect().await;
    assert_eq!(list().await["user"]["is_online"], true);
    drop(socket);
    until("wu is gone", async || list().await["user"]["is_online"] == json!(false)).await;
    for text in ["one", "two"] {
        wu.say(talk, text).await;
        assert_eq!(list().await["last_message"]["content"], text);
    }
    assert_eq!(list().await["unread_count"], 2);
    assert_eq!(wu.put("/profile/basic", &json!({"nickname": "吴"})).await.status, 200);
    assert_eq!(list().await["user"]["nickname"], "吴");
}

async fn pinned_ones_come_first_then_the_latest(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin", 0, Gender::Female).await;
    let mut talks = Vec::new();
    let mut people = Vec::new();
    for number in 1..=5 {
        let other = Person::join(&server, "he", number, Gender::Male).await;
        server.clock.advance(MINUTE);
        talks.push(lin.meets(&server, &other).await);
        people.push(other);
    }
    let listed = async |query: &str| {
        let list = lin.get(&format!("/conversations{query}")).await;
        let ids: Vec<i64> = each(&list, "conversation_id").iter().map(|id| id.as_i64().unwrap()).collect();
        ids.iter().map(|id| talks.iter().position(|talk| talk == id).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, [4, 3, 2, 1, 0]);
    server.clock.advance(MINUTE);
    people[1].say(talks[1], "hi").await;
    server.clock.advance(MINUTE);
    lin.say(talks[0], "hi").await;
    assert_eq!(listed("").await, [0, 1, 4, 3, 2]);
    let settings = async |talk: usize, body| {
        data(&lin.put(&format!("/conversations/{}/settings", talks[talk]), &body).await)
    };
    let set = settings(2, json!({"is_pinned": true, "is_muted": true})).await;
    assert_eq!(set, json!({"conversation_id": talks[2], "is_pinned": true, "is_muted": true}));
    settings(4, json!({"is_pinned": true})).await;
    assert_eq!(listed("").await, [4, 2, 0, 1, 3]);
    // Another's list is their own.
    let theirs = people[2].get("/conversations").await;
    assert_eq!(each(&theirs, "is_pinned"), [json!(false)]);
    // Muted ones count, too.
    people[2].say(talks[2], "a").await;
    people[2].say(talks[2], "b").await;
    let list = lin.get("/conversations").await;
    assert_eq!((&list["total_unread"], &list["items"][0]["unread_count"]), (&json!(3), &json!(2)));
    assert_eq!(list["items"][0]["is_muted"], true);
    for (query, expected, next, prev) in [
        ("?page_size=2", &[2, 4][..], true, false),
        ("?page_size=2&page=2", &[0, 1], true, true),
        ("?page_size=2&page=3", &[3], false, true),
        ("?page_size=2&page=4", &[], false, true),
        ("?page=4294967295&page_size=100", &[], false, true),
    ] {
        assert_eq!(listed(query).await, expected, "{query}");
        let list = lin.get(&format!("/conversations{query}")).await;
        assert_eq!(
            (&list["pagination"]["has_next"], &list["pagination"]["has_prev"]),
            (&json!(next), &json!(prev))
        );
        let size = list["pagination"]["page_size"].as_u64().unwrap();
        let totals = (&list["pagination"]["total"], &list["pagination"]["total_pages"]);
        assert_eq!(totals, (&json!(5), &json!(5_u64.div_ceil(size))));
        assert_eq!(list["total_unread"], 3);
    }
    // The same list from its end.
    assert_eq!(listed("?order=asc&page_size=3&sort=created_at").await, [3, 1, 0]);
    settings(2, json!({"is_pinned": false})).await;
    settings(4, json!({"is_pinned": false})).await;
    assert_eq!(listed("?page_size=3").await, [2, 0, 1]);
    // Whoever is out of sight is out of the list and its sum.
    data(&lin.post(&format!("/users/{}/block", people[2].id), &json!({})).await);
    assert_eq!(listed("").await, [0, 1, 4, 3]);
    assert_eq!(lin.get("/conversations").await["pagination"]["total"], 4);
    assert_eq!(lin.get("/conversations").await["total_unread"], 1);
    for bad in ["?page=0", "?page_size=101", "?page=x"] {
        let answer = lin.ask(Verb::GET, &format!("/conversations{bad}"), None).await;
        refused_fields(&answer, 40001, &[bad[1..].split('=').next().unwrap()]);
    }
    let path = format!("/conversations/{}/settings", talks[0]);
    refused_fields(
        &lin.put(&path, &json!({"is_pinned": 1, "is_muted": "no"})).await,
        40001,
        &["is_pinned", "is_muted"],
    );
}

async fn messages_come_in_pages_from_any_place(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let he = Person::join(&server, "he", 3, Gender::Male).await;
    let elsewhere = he.meets(&server, &lin).await;
    let mut ids = Vec::new();
    for number in 0..7 {
        // Numbers of messages have gaps in a conversation.
        he.say(elsewhere, "x").await;
        let by = if number % 2 == 0 { &lin } else { &wu };
        ids.push(by.say(talk, &number.to_string()).await["message_id"].as_i64().unwrap());
    }
    let page = async |query: String| {
        let list = wu.messages(talk, &query).await;
        let contents: Vec<String> =
            each(&list, "content").iter().map(|text| text.as_str().unwrap().to_owned()).collect();
        (contents.concat(), list["has_more"].as_bool().unwrap())
    };
    let told = |contents: &str, more| (contents.to_owned(), more);
    assert_eq!(page(String::new()).await, told("0123456", false));
    assert_eq!(page("?page_size=3".into()).await, told("456", true));
    assert_eq!(page(format!("?page_size=3&before_id={}", ids[4])).await, told("123", true));
    assert_eq!(page(format!("?page_size=3&before_id={}", ids[1])).await, told("0", false));
    assert_eq!(page(format!("?page_size=7&before_id={}", ids[6] + 1)).await, told("0123456", false));
    // One that is of another conversation, or of none, is a place, too.
    assert_eq!(page(format!("?page_size=3&before_id={}", ids[3] - 1)).await, told("012", false));
    for (before, expected) in [
        ("0", ""),
        ("-5", ""),
        ("-99999999999999999999", ""),
        ("9007199254740991", "0123456"),
        ("9007199254740992", "0123456"),
        ("99999999999999999999", "0123456"),
    ] {
        assert_eq!(page(format!("?before_id={before}")).await, told(expected, false), "{before}");
    }
    for (query, field) in
        [("before_id=x", "before_id"), ("page_size=0", "page_size"), ("page_size=101", "page_size")]
    {
        let path = format!("/conversations/{talk}/messages?{query}");
        refused_fields(&wu.ask(Verb::GET, &path, None).await, 40001, &[field]);
    }
}

on_every_store!(
    pinned_ones_come_first_then_the_latest,
    what_changes_is_in_the_list_at_once,
    messages_come_in_pages_from_any_place,
);
