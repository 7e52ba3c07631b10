//! Bad input, which no store can tell apart.

use serde_json::{Value, json};

use super::{MOUNTS, detail};
use crate::support::{Answer, Backend, Database, Server, run};

fn error(kind: &str, loc: &Value, msg: &str, input: &Value) -> Value {
    json!({"type": kind, "loc": loc, "msg": msg, "input": input})
}

fn errors(errors: &[Value]) -> Value {
    json!({"detail": errors})
}

#[test]
fn every_wrong_field_of_a_body_is_told() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let missing =
            |name: &str, body: &Value| error("missing", &json!(["body", name]), "Field required", body);
        let not_text = |name: &str, input: &Value| {
            error("string_type", &json!(["body", name]), "Input should be a valid string", input)
        };
        let short = |name: &str| {
            let msg = "String should have at least 1 character";
            error("string_too_short", &json!(["body", name]), msg, &json!(""))
        };
        let empty = json!({});
        let long = "长".repeat(8_001);
        let cases = [
            ("/users/", empty.clone(), vec![missing("username", &empty)]),
            (
                "/users/",
                json!({"username": 7, "email": 8}),
                vec![not_text("username", &json!(7)), not_text("email", &json!(8))],
            ),
            ("/users/", json!({"username": ""}), vec![short("username")]),
            (
                "/users/",
                json!({"username": "x".repeat(65)}),
                vec![error(
                    "string_too_long",
                    &json!(["body", "username"]),
                    "String should have at most 64 characters",
                    &json!("x".repeat(65)),
                )],
            ),
            (
                "/users/",
                json!({"username": "a\nb", "email": "nobody"}),
                vec![
                    error(
                        "value_error",
                        &json!(["body", "username"]),
                        "Value error, username must have visible characters and no control characters",
                        &json!("a\nb"),
                    ),
                    error(
                        "value_error",
                        &json!(["body", "email"]),
                        "Value error, email is not a valid email address",
                        &json!("nobody"),
                    ),
                ],
            ),
            ("/conversations/", empty.clone(), vec![missing("user_id", &empty)]),
            (
                "/conversations/",
                json!({"user_id": "x", "name": 1}),
                vec![
                    error(
                        "int_parsing",
                        &json!(["body", "user_id"]),
                        "Input should be a valid integer, unable to parse string as an integer",
                        &json!("x"),
                    ),
                    not_text("name", &json!(1)),
                ],
            ),
            ("/chat", empty.clone(), vec![missing("conversation_id", &empty), missing("message", &empty)]),
            ("/chat", json!({"conversation_id": 1, "message": ""}), vec![short("message")]),
            (
                "/chat",
                json!({"conversation_id": 1.5, "message": null}),
                vec![
                    error(
                        "int_from_float",
                        &json!(["body", "conversation_id"]),
                        "Input should be a valid integer, got a number with a fractional part",
                        &json!(1.5),
                    ),
                    not_text("message", &json!(null)),
                ],
            ),
            (
                "/chat",
                json!({"conversation_id": 1, "message": long}),
                vec![error(
                    "string_too_long",
                    &json!(["body", "message"]),
                    "String should have at most 8000 characters",
                    // Too large to be shown again.
                    &json!(null),
                )],
            ),
            (
                "/chat",
                json!({"conversation_id": 1, "message": "a\u{0}", "model": 7}),
                vec![
                    error(
                        "value_error",
                        &json!(["body", "message"]),
                        "Value error, the text contains a NUL character",
                        &json!("a\u{0}"),
                    ),
                    not_text("model", &json!(7)),
                ],
            ),
            ("/purechat", empty.clone(), vec![missing("message", &empty)]),
        ];
        for (path, body, wrong) in &cases {
            for mount in MOUNTS {
                server.post(&format!("{mount}{path}"), body).await.is(422, &errors(wrong));
            }
        }
    });
}

#[test]
fn paths_and_queries_are_checked() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let unreadable = |part: &str, name: &str, input: &str| {
            let msg = "Input should be a valid integer, unable to parse string as an integer";
            error("int_parsing", &json!([part, name]), msg, &json!(input))
        };
        let user = unreadable("path", "user_id", "lin");
        server.get("/api/v1/users/lin/conversations").await.is(422, &errors(&[user]));
        let id = unreadable("path", "conversation_id", "x");
        server.get("/api/v1/conversations/x").await.is(422, &errors(std::slice::from_ref(&id)));
        let delete = server.http.delete(server.url("/api/v1/conversations/x"));
        Answer::of(delete).await.is(422, &errors(std::slice::from_ref(&id)));
        let body = json!({});
        let patch = server.http.patch(server.url("/api/v1/conversations/x")).json(&body);
        let name = error("missing", &json!(["body", "name"]), "Field required", &body);
        Answer::of(patch).await.is(422, &errors(&[id, name]));
        let least = |name: &str, least: i64, input: &str| {
            let msg = format!("Input should be greater than or equal to {least}");
            error("greater_than_equal", &json!(["query", name]), &msg, &json!(input))
        };
        let most = error(
            "less_than_equal",
            &json!(["query", "limit"]),
            "Input should be less than or equal to 100",
            &json!("101"),
        );
        for (query, wrong) in [
            ("skip=-1", vec![least("skip", 0, "-1")]),
            ("limit=0", vec![least("limit", 1, "0")]),
            ("skip=x&limit=101", vec![unreadable("query", "skip", "x"), most]),
        ] {
            let listed = server.get(&format!("/api/v1/users/1/conversations?{query}")).await;
            listed.is(422, &errors(&wrong));
        }
    });
}

#[test]
fn what_is_no_json_is_told() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for path in ["/api/v1/chat", "/chat-api-svc/api/v1/purechat", "/api/v1/users/"] {
            let broken = server.post_text(path, "{\"message\": ").await;
            assert_eq!(broken.status, 422, "{}", broken.text);
            let broken = &broken.json()["detail"][0];
            assert_eq!((&broken["type"], &broken["loc"][0]), (&json!("json_invalid"), &json!("body")));
            let no_object = "Input should be a valid dictionary or object to extract fields from";
            let list = error("model_attributes_type", &json!(["body"]), no_object, &json!([1]));
            server.post_text(path, "[1]").await.is(422, &errors(&[list]));
            let text = error("model_attributes_type", &json!(["body"]), no_object, &json!("x"));
            server.post_as(path, "text/plain", "x").await.is(422, &errors(&[text]));
            let nothing = error("missing", &json!(["body"]), "Field required", &json!(null));
            server.post_text(path, "").await.is(422, &errors(&[nothing]));
            let large = server.post_text(path, &" ".repeat((1 << 20) + 1)).await;
            large.is(413, &detail("Request Entity Too Large"));
        }
    });
}

#[test]
fn what_is_not_there_is_told_in_the_dialect() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for mount in MOUNTS {
            for path in ["/users/a/b", "/conversations/1/messages", "/purechat/x", "/nope"] {
                server.get(&format!("{mount}{path}")).await.is(404, &detail("Not Found"));
            }
            for (method, path, allow) in [
                ("GET", "/chat", "POST"),
                ("GET", "/purechat/", "POST"),
                ("GET", "/users", "POST"),
                ("POST", "/users/lin", "GET, HEAD"),
                ("POST", "/conversations/1", "GET, HEAD, PATCH, DELETE"),
                ("PUT", "/users/1/conversations/", "GET, HEAD"),
            ] {
                let url = server.url(&format!("{mount}{path}"));
                let answer = Answer::of(server.http.request(method.parse().unwrap(), url)).await;
                answer.is(405, &detail("Method Not Allowed"));
                assert_eq!(answer.header("allow"), allow, "{method} {path}");
            }
        }
    });
}
