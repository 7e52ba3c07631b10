//! Replies, in both formats, to the byte.

use std::time::Duration;

use matchmaking_core::ports::assistant::AssistantError;
use serde_json::{Value, json};

use super::{MOUNTS, detail, model::scripted, said};
use crate::support::{Database, Options, Remote, Server, on_every_store, server::START};

async fn a_reply_comes_as_it_is_written(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let user = server.assistant_user("lin").await;
    for mount in MOUNTS {
        let id = server.dialogue(user).await;
        let body = json!({"conversation_id": id, "message": "天空?", "unknown": 1});
        let mut stream = server.stream(&format!("{mount}/chat"), &body).await;
        let header = |name: &str| stream.response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/event-stream; charset=utf-8");
        assert_eq!(
            (header("cache-control"), header("x-accel-buffering")),
            ("no-cache".to_owned(), "no".to_owned())
        );
        let exchange = asked.next().await;
        assert_eq!(exchange.heard(), [("user", "天空?")]);
        assert_eq!(exchange.question.asker.map(i64::from), Some(user));
        // The question is stored before the first byte.
        assert_eq!(server.told(id).await, said([("user", "天空?")]));
        for (piece, event) in [
            ("The", "data: The"),
            (" sky", "data:  sky"),
            ("  is\n\n - ", "data:   is\ndata: \ndata:  - "),
            ("蓝的 👩‍❤️‍👨", "data: 蓝的 👩‍❤️‍👨"),
            ("event: x\r\ndata: y\rz", "data: event: x\ndata: data: y\ndata: z"),
            ("\n", "data: \ndata: "),
        ] {
            exchange.writer.write(piece).await.unwrap();
            assert_eq!(stream.event().await.as_deref(), Some(event));
        }
        // Nothing to say is no event, and what no store keeps is not said.
        for piece in ["", "\0", "."] {
            exchange.writer.write(piece).await.unwrap();
        }
        exchange.writer.end().await.unwrap();
        assert_eq!(stream.event().await.as_deref(), Some("data: ."));
        assert_eq!(stream.event().await, None, "there is no end marker");
        let whole = "The sky  is\n\n - 蓝的 👩‍❤️‍👨event: x\ndata: y\nz\n.";
        assert_eq!(server.told(id).await, said([("user", "天空?"), ("assistant", whole)]));
    }
}

/// Chunks of a reply, and what is said in the last ones.
async fn chunks(server: &Remote, path: &str, body: &Value) -> String {
    let request = server.http.post(server.url(path)).header("x-request-id", "r-1").json(body);
    crate::support::Answer::of(request).await.text
}

fn chunk(model: &str, delta: &Value, finish: &Value) -> String {
    let created = START.0 / 1_000;
    let chunk = json!({
        "id": "chatcmpl-r-1", "object": "chat.completion.chunk", "created": created, "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    });
    format!("data: {chunk}\n\n")
}

async fn chunks_come_when_they_are_asked_for(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let id = server.new_dialogue("lin").await;
    for (path, more, model) in [
        ("/api/v1/chat", json!({"stream_format": "openai"}), "scripted"),
        ("/chat-api-svc/api/v1/chat", json!({"model": "wise"}), "wise"),
        ("/api/v1/chat", json!({"model": "", "stream_format": "text"}), "scripted"),
        ("/api/v1/purechat", json!({"stream_format": "openai"}), "scripted"),
        ("/chat-api-svc/api/v1/purechat/", json!({"model": "wise", "stream_format": null}), "wise"),
    ] {
        let mut body = json!({"conversation_id": id, "message": "why?"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answering = async {
            let exchange = asked.next().await;
            assert_eq!(exchange.question.model.as_deref(), Some("wise").filter(|_| model == "wise"));
            exchange.say(&["The", " \"sky\"\n", "是蓝的"]).await;
        };
        let (told, ()) = tokio::join!(chunks(&server, path, &body), answering);
        let null = json!(null);
        let expected = [
            chunk(model, &json!({"role": "assistant", "content": ""}), &null),
            chunk(model, &json!({"content": "The"}), &null),
            chunk(model, &json!({"content": " \"sky\"\n"}), &null),
            chunk(model, &json!({"content": "是蓝的"}), &null),
            chunk(model, &json!({}), &json!("stop")),
            "data: [DONE]\n\n".to_owned(),
        ];
        assert_eq!(told, expected.concat());
    }
    // Three were asked in the conversation, and none of the others is in it.
    assert_eq!(server.told(id).await.len(), 6);
}

async fn plain_chat_is_answered_and_forgotten(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    for mount in MOUNTS {
        let stream = server.stream(&format!("{mount}/purechat"), &json!({"message": "why?"})).await;
        let exchange = asked.next().await;
        assert_eq!((exchange.heard(), exchange.question.asker), (vec![("user", "why?")], None));
        exchange.say(&["because", "\nso"]).await;
        assert_eq!(stream.rest().await, "data: because\n\ndata: \ndata: so\n\n");
    }
}

async fn a_model_that_fails_is_told_and_what_it_said_is_kept(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let broken = "An error occurred during streaming: the assistant's reply broke off";
    let id = server.new_dialogue("lin").await;
    // Midway.
    let stream = server.ask(id, "one").await;
    let exchange = asked.next().await;
    exchange.writer.write("well").await.unwrap();
    drop(exchange);
    assert_eq!(stream.rest().await, format!("data: well\n\ndata: {broken}\n\n"));
    // At once: there is nothing to keep.
    let stream = server.ask(id, "two").await;
    let exchange = asked.next().await;
    exchange.writer.fail(AssistantError::Busy { retry_after_secs: Some(7) }).await.unwrap();
    let busy = "An error occurred during streaming: the assistant has too much to do";
    assert_eq!(stream.rest().await, format!("data: {busy}\n\n"));
    // As a chunk before the end.
    let body = json!({"conversation_id": id, "message": "three", "model": "m"});
    let failing = async { drop(asked.next().await) };
    let (told, ()) = tokio::join!(chunks(&server, "/api/v1/chat", &body), failing);
    let created = START.0 / 1_000;
    let last = json!({
        "id": "chatcmpl-r-1", "object": "chat.completion.chunk", "created": created, "model": "m",
        "choices": [{"index": 0, "delta": {"content": broken}, "finish_reason": "stop"}],
        "error": {"message": broken, "type": "server_error"},
    });
    let first = chunk("m", &json!({"role": "assistant", "content": ""}), &json!(null));
    assert_eq!(told, format!("{first}data: {last}\n\ndata: [DONE]\n\n"));
    let kept = said([("user", "one"), ("assistant", "well"), ("user", "two"), ("user", "three")]);
    assert_eq!(server.told(id).await, kept);
    // And the conversation goes on.
    let stream = server.ask(id, "four").await;
    asked.next().await.say(&["fine"]).await;
    assert_eq!(stream.rest().await, "data: fine\n\n");
}

async fn the_model_is_shown_the_last_messages(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let id = server.new_dialogue("lin").await;
    for round in 0..12 {
        let stream = server.ask(id, &format!("question {round}")).await;
        let exchange = asked.next().await;
        assert_eq!(exchange.heard().len(), (2 * round + 1).min(20));
        assert_eq!(exchange.heard().last(), Some(&("user", format!("question {round}").as_str())));
        if round == 11 {
            assert_eq!(exchange.heard()[0], ("assistant", "answer 1"));
            assert_eq!(exchange.heard()[1], ("user", "question 2"));
        }
        exchange.say(&[&format!("answer {round}")]).await;
        stream.rest().await;
    }
    assert_eq!(server.told(id).await.len(), 24);
}

async fn an_idle_stream_is_kept_open(database: Database) {
    let (model, mut asked) = scripted();
    let options = Options::default().assistant(model);
    let options = options.limits(|limits| limits.event_comment_every = Duration::from_millis(5));
    let server = Server::start_with(&database, options).await;
    let id = server.new_dialogue("lin").await;
    let mut stream = server.ask(id, "why?").await;
    let exchange = asked.next().await;
    for _ in 0..3 {
        assert_eq!(stream.event().await.as_deref(), Some(": still there"));
    }
    exchange.say(&["because"]).await;
    let rest = stream.rest().await;
    let events: Vec<&str> = rest.split("\n\n").filter(|event| !event.starts_with(':')).collect();
    assert_eq!(events, ["data: because", ""]);
}

async fn what_is_refused_is_refused_before_the_stream(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let id = server.new_dialogue("lin").await;
    server.refused(id + 1, "why?").await.is(404, &detail("Conversation not found"));
    let stream = server.ask(id, "one").await;
    let exchange = asked.next().await;
    let busy = detail("A reply is already being generated");
    server.refused(id, "two").await.is(409, &busy);
    let body = json!({"conversation_id": id, "message": "three", "stream_format": "openai"});
    server.post("/chat-api-svc/api/v1/chat", &body).await.is(409, &busy);
    exchange.say(&["fine"]).await;
    assert_eq!(stream.rest().await, "data: fine\n\n");
    // What was refused is nowhere; and once a reply's end is told, there is no reply under way.
    assert_eq!(server.told(id).await, said([("user", "one"), ("assistant", "fine")]));
    let stream = server.ask(id, "four").await;
    asked.next().await.say(&["fine"]).await;
    stream.rest().await;
}

on_every_store!(
    a_reply_comes_as_it_is_written,
    chunks_come_when_they_are_asked_for,
    plain_chat_is_answered_and_forgotten,
    a_model_that_fails_is_told_and_what_it_said_is_kept,
    the_model_is_shown_the_last_messages,
    an_idle_stream_is_kept_open,
    what_is_refused_is_refused_before_the_stream,
);
