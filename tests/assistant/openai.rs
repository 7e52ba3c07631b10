//! The assistant behind a language model, whose server is as nasty as servers are.

use std::{sync::Arc, time::Duration};

use matchmaking_server::{
    config::Secret,
    ports::openai::{OpenAi, Patience},
};
use serde_json::json;

use super::said;
use crate::support::model::{EVENTS, ModelServer, event};
use crate::support::{Backend, Database, Options, Server, run};

const KEY: &str = "sk-a-secret-key";

/// A server whose assistant is this model's.
async fn server(database: &Database, model: &ModelServer, patience: Patience) -> Server {
    let key = Secret::new(KEY);
    let assistant = OpenAi::new(&format!("{}/", model.base()), None, Some(&key), patience).unwrap();
    assert!(!format!("{assistant:?}").contains(KEY));
    Server::start_with(database, Options::default().assistant(Arc::new(assistant))).await
}

/// What a client is told, and what is stored, when the model's server answers with these bytes and closes.
fn heard(bytes: &str) -> (String, Vec<(String, String)>) {
    let heard = std::sync::Mutex::new(None);
    run(Backend::Memory, async |database: Database| {
        let model = ModelServer::start().await;
        let server = server(&database, &model, Patience::default()).await;
        let id = server.new_dialogue("lin").await;
        let stream = server.ask(id, "why?").await;
        model.next().await.answer(bytes).await;
        let told = stream.rest().await;
        *heard.lock().unwrap() = Some((told, server.told(id).await));
    });
    heard.into_inner().unwrap().unwrap()
}

fn fails(with: &str) -> String {
    format!("data: An error occurred during streaming: the assistant{with}\n\n")
}

const UNAVAILABLE: &str = " is unavailable";
const BROKEN_OFF: &str = "'s reply broke off";
const UNREADABLE: &str = "'s reply could not be read";

#[test]
fn it_is_asked_as_openai_is_and_streams_as_it_comes() {
    run(Backend::Memory, async |database: Database| {
        let model = ModelServer::start().await;
        let server = server(&database, &model, Patience::default()).await;
        let id = server.new_dialogue("lin").await;
        for round in 0..2 {
            let mut stream = server.ask(id, &format!("why {round}?")).await;
            let mut asking = model.next().await;
            assert!(asking.head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{}", asking.head);
            assert!(asking.head.contains(&format!("authorization: Bearer {KEY}")), "{}", asking.head);
            assert_eq!((&asking.body["model"], &asking.body["stream"]), (&json!("default"), &json!(true)));
            let mut messages = vec![json!({"role": "user", "content": "why 0?"})];
            if round == 1 {
                messages.push(json!({"role": "assistant", "content": "缘分"}));
                messages.push(json!({"role": "user", "content": "why 1?"}));
            }
            assert_eq!(asking.body["messages"], json!(messages));
            asking.write(EVENTS).await;
            for text in ["缘", "分"] {
                asking.write(event(text)).await;
                assert_eq!(stream.event().await, Some(format!("data: {text}")));
            }
            asking.answer("data: [DONE]\n\n").await;
            assert_eq!(stream.event().await, None);
        }
        // Whoever asks may wish for a model where the operator named none.
        let body = json!({"conversation_id": id, "message": "why?", "model": "wise"});
        let stream = server.stream("/api/v1/chat", &body).await;
        let asking = model.next().await;
        assert_eq!(asking.body["model"], "wise");
        asking.answer(format!("{EVENTS}{}", event("so"))).await;
        assert!(stream.rest().await.contains(r#""model":"wise""#));
    });
}

#[test]
fn events_may_be_cut_anywhere() {
    run(Backend::Memory, async |database: Database| {
        let model = ModelServer::start().await;
        let server = server(&database, &model, Patience::default()).await;
        let id = server.new_dialogue("lin").await;
        let stream = server.ask(id, "why?").await;
        let mut asking = model.next().await;
        asking.write(EVENTS).await;
        let role = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\r\n\r\n";
        let events = format!(": hello\n\n{role}{}: ping\n\n{}data: [DONE]\n\n", event("缘分"), event("👩‍❤️‍👨"));
        for byte in events.as_bytes() {
            asking.write([*byte]).await;
        }
        assert_eq!(stream.rest().await, "data: 缘分\n\ndata: 👩‍❤️‍👨\n\n");
        assert_eq!(server.told(id).await, said([("user", "why?"), ("assistant", "缘分👩‍❤️‍👨")]));
    });
}

#[test]
fn whatever_a_server_answers_is_understood_or_told() {
    let (a, error) = (event("a"), "data: {\"error\": {\"message\": \"sk-a-secret-key is wrong\"}}\n\n");
    let chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let broken_off = format!("{chunked}{:x}\r\n{a}\r\n", a.len());
    let json = |body: &str| {
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
    };
    let status = |line: &str| format!("HTTP/1.1 {line}\r\ncontent-length: 2\r\n\r\n{{}}");
    let said_a = "data: a\n\n".to_owned();
    for (bytes, told, kept) in [
        // No `[DONE]`, and nothing behind the last event.
        (format!("{EVENTS}{a}"), said_a.clone(), Some("a")),
        (format!("{EVENTS}{}", a.trim_end()), said_a.clone(), Some("a")),
        // What comes behind the end is not waited for.
        (format!("{EVENTS}{a}data: [DONE]\n\n{a}"), said_a.clone(), Some("a")),
        // An error in the middle, and at once.
        (format!("{EVENTS}{a}{error}"), format!("{said_a}{}", fails(UNAVAILABLE)), Some("a")),
        (format!("{EVENTS}{error}"), fails(UNAVAILABLE), None),
        (json("{\"error\": \"no such model\"}"), fails(UNAVAILABLE), None),
        // The connection breaks.
        (broken_off, format!("{said_a}{}", fails(BROKEN_OFF)), Some("a")),
        // A whole reply instead of a stream.
        (json("{\"choices\": [{\"message\": {\"content\": \"a\"}}]}"), said_a.clone(), Some("a")),
        // Nothing that is a reply.
        (format!("{EVENTS}data: nonsense\n\n"), fails(UNREADABLE), None),
        (format!("{EVENTS}data: [1]\n\n"), fails(UNREADABLE), None),
        (format!("{EVENTS}<html>"), fails(UNREADABLE), None),
        (json("{}"), fails(UNREADABLE), None),
        (status("401 Unauthorized"), fails(UNAVAILABLE), None),
        (status("500 Internal Server Error"), fails(UNAVAILABLE), None),
        (status("302 Found\r\nlocation: http://127.0.0.1:9/"), fails(UNAVAILABLE), None),
        (status("429 Too Many Requests\r\nretry-after: 3600"), fails(" has too much to do"), None),
    ] {
        let (stream, messages) = heard(&bytes);
        assert_eq!(stream, told, "{bytes}");
        let mut expected = said([("user", "why?")]);
        expected.extend(kept.map(|kept| ("assistant".to_owned(), kept.to_owned())));
        assert_eq!(messages, expected, "{bytes}");
    }
}

#[test]
fn a_server_with_too_much_to_do_is_asked_again_and_not_for_ever() {
    run(Backend::Memory, async |database: Database| {
        let model = ModelServer::start().await;
        let server = server(&database, &model, Patience::default()).await;
        let busy = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let id = server.new_dialogue("lin").await;
        let stream = server.ask(id, "one").await;
        model.next().await.answer(busy).await;
        model.next().await.answer(busy.replace("429 Too Many Requests", "503 Service Unavailable")).await;
        model.next().await.answer(format!("{EVENTS}{}", event("a"))).await;
        assert_eq!(stream.rest().await, "data: a\n\n");
        let stream = server.ask(id, "two").await;
        for _ in 0..3 {
            model.next().await.answer(busy).await;
        }
        assert_eq!(stream.rest().await, fails(" has too much to do"));
    });
}

#[test]
fn patience_ends() {
    run(Backend::Memory, async |database: Database| {
        let model = ModelServer::start().await;
        let brief = Duration::from_millis(100);
        let too_long = fails(" took too long");
        let patience = Patience { idle: brief, ..Patience::default() };
        let idle = server(&database, &model, patience).await;
        let id = idle.new_dialogue("lin").await;
        // Before the answer, and between two parts of it.
        let stream = idle.ask(id, "one").await;
        let mut asking = model.next().await;
        assert_eq!(stream.rest().await, too_long);
        asking.closed().await;
        let stream = idle.ask(id, "two").await;
        let mut asking = model.next().await;
        asking.write(EVENTS.to_owned() + &event("a")).await;
        assert_eq!(stream.rest().await, format!("data: a\n\n{too_long}"));
        asking.closed().await;
        drop(idle);
        // As a whole, however busy.
        let patience = Patience { total: brief, ..Patience::default() };
        let total = server(&database, &model, patience).await;
        let id = total.new_dialogue("wu").await;
        let stream = total.ask(id, "one").await;
        let mut asking = model.next().await;
        asking.write(EVENTS).await;
        let speaking = async {
            for _ in 0..10_000 {
                asking.try_write(event("a")).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let told = tokio::select! { told = stream.rest() => told, () = speaking => panic!("it never ends") };
        assert!(told.ends_with(&too_long), "{told}");
        drop(total);
        // And it is read no further than is bearable.
        let patience = Patience { bytes: 1_000, ..Patience::default() };
        let bounded = server(&database, &model, patience).await;
        let id = bounded.new_dialogue("li").await;
        let stream = bounded.ask(id, "one").await;
        let mut asking = model.next().await;
        asking.try_write(format!("{EVENTS}: {}\n\n", "x".repeat(2_000))).await;
        assert_eq!(stream.rest().await, fails(UNREADABLE));
        asking.closed().await;
    });
}

#[test]
fn whoever_leaves_ends_the_work_of_the_server() {
    run(Backend::Memory, async |database: Database| {
        let model = ModelServer::start().await;
        let server = server(&database, &model, Patience::default()).await;
        let id = server.new_dialogue("lin").await;
        // Before the answer begins.
        let stream = server.ask(id, "one").await;
        let mut asking = model.next().await;
        drop(stream);
        asking.closed().await;
        let kept = said([("user", "one")]);
        crate::support::until("it is free", async || server.told(id).await == kept).await;
        // In the middle of it.
        let mut stream = loop {
            let body = json!({"conversation_id": id, "message": "two"});
            let response = server.http.post(server.url("/api/v1/chat")).json(&body).send().await.unwrap();
            if response.status() == 200 {
                break super::Stream { response, read: Vec::new() };
            }
        };
        let mut asking = model.next().await;
        asking.write(EVENTS.to_owned() + &event("a")).await;
        assert_eq!(stream.event().await.as_deref(), Some("data: a"));
        drop(stream);
        asking.closed().await;
        let kept = said([("user", "one"), ("user", "two"), ("assistant", "a")]);
        crate::support::until("it is stored", async || server.told(id).await == kept).await;
    });
}

#[test]
fn a_server_that_is_not_there_is_told() {
    run(Backend::Memory, async |database: Database| {
        let model = ModelServer::start().await;
        let nobody = ModelServer::start().await;
        let assistant = OpenAi::new(&nobody.base(), None, None, Patience::default()).unwrap();
        drop((model, nobody));
        let options = Options::default().assistant(Arc::new(assistant));
        let server = Server::start_with(&database, options).await;
        let stream = server.stream("/api/v1/purechat", &json!({"message": "why?"})).await;
        assert_eq!(stream.rest().await, fails(UNAVAILABLE));
    });
    let patience = Patience::default();
    for base in ["", "model/v1", "mailto:x", "http://"] {
        assert!(OpenAi::new(base, None, None, patience).is_err(), "{base}");
    }
    assert!(OpenAi::new("http://model/v1", None, Some(&Secret::new("a\nb")), patience).is_err());
}
