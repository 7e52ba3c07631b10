//! What requests may hold: every field of every route, refused in FastAPI's words.

use serde_json::{Value, json};

use super::{MOUNTS, detail, done, not_done, unknown_user};
use crate::support::{Backend, Database, Server, on_every_store, run};

/// A route, a request that it takes, and what its fields are.
struct Case {
    path: &'static str,
    body: Value,
    /// Identifiers, and the answer to one that is no one's.
    ids: Vec<(&'static str, u16, Value)>,
    /// Other integers: least, greatest, the text that refuses the rest.
    integers: Vec<(&'static str, i64, i64, &'static str)>,
    /// Texts with their greatest length.
    texts: Vec<(&'static str, usize)>,
    /// Whether its one field may be left out.
    optional: bool,
}

impl Case {
    fn new(path: &'static str, body: Value) -> Self {
        Self { path, body, ids: Vec::new(), integers: Vec::new(), texts: Vec::new(), optional: false }
    }

    fn id(mut self, name: &'static str, status: u16, answer: Value) -> Self {
        self.ids.push((name, status, answer));
        self
    }

    fn integer(mut self, name: &'static str, least: i64, greatest: i64, text: &'static str) -> Self {
        self.integers.push((name, least, greatest, text));
        self
    }

    fn text(mut self, name: &'static str, longest: usize) -> Self {
        self.texts.push((name, longest));
        self
    }

    fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The fields in the order in which the documents list them.
    fn fields(&self) -> Vec<&str> {
        self.body.as_object().unwrap().keys().map(String::as_str).collect()
    }

    fn is_integer(&self, field: &str) -> bool {
        !self.texts.iter().any(|(name, _)| *name == field)
    }

    /// The request with this JSON text in place of a field's value.
    fn with(&self, field: &str, value: &str) -> String {
        let mut body = self.body.clone();
        body[field] = json!("@@");
        body.to_string().replace("\"@@\"", value)
    }
}

const GENDER: &str = "性别必须是 1、2、3 中的一个值";
const TARGET: &str = "目标性别必须是 1、2、3 中的一个值";
const AGE: &str = "年龄必须在 18 到 120 之间";
const SCORE: &str = "匹配分数必须在 0 到 100 之间";

/// Every route that takes a body, over two users with a match and a room.
async fn cases(server: &Server) -> Vec<Case> {
    server.users([1, 2]).await;
    let matched = server.pair(1, 2, 50).await;
    let room = server.room(1, 2, matched).await;
    let no_match = || detail("404: Match not found");
    let no_room = || detail("404: 无法创建或获取聊天室");
    let not_sent = || json!({"success": false, "match_id": null});
    vec![
        Case::new(
            "/UserManagement/create_new_user",
            json!({"telegram_user_name": "u1", "telegram_user_id": 1, "gender": 3}),
        )
        .text("telegram_user_name", 256)
        .integer("telegram_user_id", 1, (1 << 53) - 1, "telegram_user_id 必须在 1 到 2^53-1 之间")
        .integer("gender", 1, 3, GENDER),
        Case::new("/UserManagement/edit_user_age", json!({"user_id": 1, "age": 20}))
            .id("user_id", 400, unknown_user())
            .integer("age", 18, 120, AGE),
        Case::new("/UserManagement/edit_target_gender", json!({"user_id": 1, "target_gender": 3}))
            .id("user_id", 400, unknown_user())
            .integer("target_gender", 1, 3, TARGET),
        Case::new("/UserManagement/edit_summary", json!({"user_id": 1, "summary": "s"}))
            .id("user_id", 400, unknown_user())
            .text("summary", 2000),
        Case::new("/UserManagement/save_to_database", json!({"user_id": 1}))
            .id("user_id", 400, detail("404: 要保存的用户在内存中不存在"))
            .optional(),
        Case::new("/UserManagement/get_user_info_with_user_id", json!({"user_id": 1})).id(
            "user_id",
            400,
            unknown_user(),
        ),
        Case::new(
            "/MatchManager/create_match",
            json!({"user_id_1": 1, "user_id_2": 2, "reason_1": "a", "reason_2": "b", "match_score": 5}),
        )
        .id("user_id_1", 400, unknown_user())
        .id("user_id_2", 400, unknown_user())
        .text("reason_1", 5000)
        .text("reason_2", 5000)
        .integer("match_score", 0, 100, SCORE),
        Case::new("/MatchManager/get_match_info", json!({"user_id": 1, "match_id": matched}))
            .id("user_id", 400, no_match())
            .id("match_id", 400, no_match()),
        Case::new("/MatchManager/toggle_like", json!({"match_id": matched})).id("match_id", 200, not_done()),
        Case::new("/MatchManager/save_to_database", json!({"match_id": matched}))
            .id("match_id", 200, not_done())
            .optional(),
        Case::new(
            "/ChatroomManager/get_or_create_chatroom",
            json!({"user_id_1": 1, "user_id_2": 2, "match_id": matched}),
        )
        .id("user_id_1", 400, no_room())
        .id("user_id_2", 400, no_room())
        .id("match_id", 400, no_room()),
        Case::new("/ChatroomManager/get_chat_history", json!({"chatroom_id": room, "user_id": 1}))
            .id("chatroom_id", 200, json!({"success": true, "messages": []}))
            .id("user_id", 400, detail("404: 用户不在该聊天室中")),
        Case::new("/ChatroomManager/save_chatroom_history", json!({"chatroom_id": room}))
            .id("chatroom_id", 200, not_done())
            .optional(),
        Case::new(
            "/ChatroomManager/send_message",
            json!({"chatroom_id": room, "sender_user_id": 1, "message_content": "hi"}),
        )
        .id("chatroom_id", 200, not_sent())
        .id("sender_user_id", 200, not_sent())
        .text("message_content", 5000),
        Case::new("/UserManagement/deactivate_user", json!({"user_id": 4_000_000})).id(
            "user_id",
            200,
            not_done(),
        ),
    ]
}

fn problem(kind: &str, field: &str, message: &str, input: &Value) -> Value {
    json!({"type": kind, "loc": ["body", field], "msg": message, "input": input})
}

fn value_error(field: &str, message: &str, input: &Value) -> Value {
    problem("value_error", field, &format!("Value error, {message}"), input)
}

fn problems(list: &[Value]) -> Value {
    json!({"detail": list})
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The wrong values that a field of this kind is tried with: JSON text, type and message.
const WRONG_INTEGERS: [(&str, &str, &str); 9] = [
    ("null", "int_type", "Input should be a valid integer"),
    ("[]", "int_type", "Input should be a valid integer"),
    ("[1]", "int_type", "Input should be a valid integer"),
    ("{}", "int_type", "Input should be a valid integer"),
    ("\"x\"", "int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
    ("\"\"", "int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
    ("\"12.5\"", "int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
    ("\"１\"", "int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
    ("12.5", "int_from_float", "Input should be a valid integer, got a number with a fractional part"),
];
const WRONG_TEXTS: [&str; 6] = ["null", "5", "1.5", "true", "[]", "{\"a\":\"b\"}"];

#[test]
fn each_wrong_field_is_named_with_its_value() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for case in cases(&server).await {
            for field in case.fields() {
                if case.is_integer(field) {
                    for (value, kind, message) in WRONG_INTEGERS {
                        let answer = server.post_text(case.path, &case.with(field, value)).await;
                        if case.optional && value == "null" {
                            answer.is(200, &done());
                        } else {
                            answer.is(422, &problems(&[problem(kind, field, message, &parse(value))]));
                        }
                    }
                } else {
                    for value in WRONG_TEXTS {
                        let answer = server.post_text(case.path, &case.with(field, value)).await;
                        let message = "Input should be a valid string";
                        answer.is(422, &problems(&[problem("string_type", field, message, &parse(value))]));
                    }
                }
            }
        }
    });
}

#[test]
fn all_offending_fields_are_named_at_once_in_the_order_of_the_schema() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for case in cases(&server).await.iter().filter(|case| !case.optional) {
            for (mount, sent) in MOUNTS.into_iter().zip([json!({}), json!({"unknown": [1], "x": null})]) {
                let missing: Vec<_> = case
                    .fields()
                    .into_iter()
                    .map(|field| problem("missing", field, "Field required", &sent))
                    .collect();
                let answer = server.post(&format!("{mount}{}", case.path), &sent).await;
                answer.is(422, &problems(&missing));
            }
            // The first field missing, the others wrong, in the reverse order.
            let mut sent = json!({});
            for field in case.fields().into_iter().skip(1).rev() {
                sent[field] = json!({"no": "value"});
            }
            let wrong = case.fields().into_iter().enumerate().map(|(place, field)| match place {
                0 => problem("missing", field, "Field required", &sent),
                _ if case.is_integer(field) => {
                    problem("int_type", field, "Input should be a valid integer", &sent[field])
                }
                _ => problem("string_type", field, "Input should be a valid string", &sent[field]),
            });
            let wrong: Vec<_> = wrong.collect();
            server.post(case.path, &sent).await.is(422, &problems(&wrong));
        }
    });
}

#[test]
fn integers_outside_their_range_are_value_errors() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for case in cases(&server).await {
            for &(field, least, greatest, message) in &case.integers {
                let mut outside = vec![(least - 1).to_string(), (greatest + 1).to_string()];
                outside.extend(
                    ["-1e300", "1e300", "9223372036854775807", "9223372036854775808", "-9223372036854775809"]
                        .map(str::to_owned),
                );
                outside.extend([format!("\"{}\"", least - 1), "99999999999999999999999999".to_owned()]);
                for value in outside {
                    let answer = server.post_text(case.path, &case.with(field, &value)).await;
                    answer.is(422, &problems(&[value_error(field, message, &parse(&value))]));
                }
                for inside in [least, greatest] {
                    let answer = server.post_text(case.path, &case.with(field, &inside.to_string())).await;
                    assert_eq!(answer.status, 200, "{field} {inside}: {}", answer.text);
                }
            }
        }
    });
}

/// Numeric strings, whole floats and `true` are integers, too.
#[test]
fn integers_are_taken_in_every_form_that_clients_send() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for case in cases(&server).await {
            // Asked once before, so that what the first answer changes is changed.
            server.post(case.path, &case.body).await;
            let plain = server.post(case.path, &case.body).await;
            assert_eq!(plain.status, 200, "{}: {}", case.path, plain.text);
            for field in case.fields().into_iter().filter(|field| case.is_integer(field)) {
                let value = case.body[field].as_i64().unwrap();
                let mut forms = vec![
                    format!("{value}.0"),
                    format!("{value}e0"),
                    format!("\"{value}\""),
                    format!("\" {value} \""),
                    format!("\"{value}.0\""),
                    format!("\"+{value}\""),
                    format!("\"00{value}\""),
                ];
                if value == 1 {
                    forms.push("true".to_owned());
                }
                for form in forms {
                    let answer = server.post_text(case.path, &case.with(field, &form)).await;
                    assert_eq!((answer.status, &answer.text), (200, &plain.text), "{} {form}", case.path);
                }
            }
        }
        server.create(9, "n", 3).await;
        let gender = json!({"telegram_user_name": "n", "telegram_user_id": "9", "gender": true});
        server
            .post("/UserManagement/create_new_user", &gender)
            .await
            .is(200, &json!({"success": true, "user_id": 9}));
        assert_eq!(server.info(9).await.json()["gender"], 1);
        let gender = json!({"telegram_user_name": "n", "telegram_user_id": 9, "gender": false});
        let refused = problems(&[value_error("gender", GENDER, &json!(false))]);
        server.post("/UserManagement/create_new_user", &gender).await.is(422, &refused);
    });
}

async fn identifiers_that_can_be_no_ones_are_unknown(database: Database) {
    let server = Server::start(&database).await;
    for case in cases(&server).await {
        for (field, status, expected) in &case.ids {
            for value in [
                "0",
                "-1",
                "false",
                "4000000",
                "9007199254740991",
                "9007199254740992",
                "9223372036854775807",
                "9223372036854775808",
                "18446744073709551616",
                "-9223372036854775808",
                "-9223372036854775809",
                "1e300",
                "\"99999999999999999999999\"",
            ] {
                let answer = server.post_text(case.path, &case.with(field, value)).await;
                assert_eq!(
                    (answer.status, answer.text.as_str()),
                    (*status, expected.to_string().as_str()),
                    "{} with {field} = {value}",
                    case.path
                );
            }
        }
    }
}

#[test]
fn texts_with_nul_or_too_long_are_refused() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for case in cases(&server).await {
            for &(field, longest) in &case.texts {
                let mut body = case.body.clone();
                for text in ["\0", "a\0b", "缘\0"] {
                    body[field] = json!(text);
                    let message = "the text contains a NUL character";
                    let refusal = problems(&[value_error(field, message, &body[field])]);
                    server.post(case.path, &body).await.is(422, &refusal);
                }
                for unit in ["a", "缘", "🙂"] {
                    body[field] = json!(unit.repeat(longest + 1));
                    let answer = server.post(case.path, &body).await;
                    let message = format!("String should have at most {longest} characters");
                    let refusal = problem("string_too_long", field, &message, &body[field]);
                    let mut told = answer.json();
                    // What is too large to be shown again is shown as null.
                    let shown = &mut told["detail"][0]["input"];
                    assert!(*shown == body[field] || (shown.is_null() && (longest + 1) * unit.len() > 4000));
                    *shown = body[field].clone();
                    assert_eq!((answer.status, told), (422, problems(&[refusal])));

                    body[field] = json!(unit.repeat(longest));
                    let answer = server.post(case.path, &body).await;
                    assert_eq!(answer.status, 200, "{} {field}: {}", case.path, answer.text);
                }
                // A surrogate without its other half is no text at all.
                let answer = server.post_text(case.path, &case.with(field, "\"\\ud800\"")).await;
                assert_eq!(
                    (answer.status, &answer.json()["detail"][0]["type"]),
                    (422, &json!("json_invalid"))
                );
            }
        }
    });
}

#[test]
fn bodies_that_are_no_object() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let not_an_object = |input: Value| {
            problems(&[json!({
                "type": "model_attributes_type",
                "loc": ["body"],
                "msg": "Input should be a valid dictionary or object to extract fields from",
                "input": input,
            })])
        };
        for case in cases(&server).await {
            for body in ["null", "[]", "[{}]", "\"text\"", "5", "1.5", "true"] {
                let answer = server.post_text(case.path, body).await;
                answer.is(422, &not_an_object(parse(body)));
            }
            // Not sent as JSON: a text, whatever is in it.
            let text = case.body.to_string();
            for media_type in [
                "text/plain",
                "application/x-www-form-urlencoded",
                "text/json",
                "application/octet-stream",
                "json",
            ] {
                let answer = server.post_as(case.path, media_type, text.clone()).await;
                answer.is(422, &not_an_object(json!(text)));
            }
            for media_type in
                ["", "application/json; charset=utf-8", "Application/JSON", "application/x+json"]
            {
                let answer = server.post_as(case.path, media_type, text.clone()).await;
                assert_eq!(answer.status, 200, "{media_type}: {}", answer.text);
            }
            // Nothing at all: on the save routes as good as an empty object.
            for media_type in ["", "application/json", "text/plain"] {
                let answer = server.post_as(case.path, media_type, "").await;
                if case.optional {
                    answer.is(200, &done());
                } else {
                    let missing =
                        json!({"type": "missing", "loc": ["body"], "msg": "Field required", "input": null});
                    answer.is(422, &problems(&[missing]));
                }
            }
        }
    });
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let deep = |unit: &str| unit.repeat(100_000);
        let (arrays, objects) = (deep("["), deep("{\"a\":"));
        for case in cases(&server).await {
            for (body, place) in [
                ("{", 1),
                ("{\"user_id\": }", 12),
                ("{\"缘\": x}", 6),
                ("{'user_id': 1}", 1),
                ("{\"user_id\": 1,}", 14),
                ("{\"user_id\": 01}", 13),
                ("{\"user_id\": NaN}", 12),
                (" ", 1),
            ] {
                let answer = server.post_text(case.path, body).await;
                let malformed = json!({
                    "type": "json_invalid",
                    "loc": ["body", place],
                    "msg": "JSON decode error",
                    "input": {},
                });
                answer.is(422, &problems(&[malformed]));
            }
            for body in
                [arrays.as_str(), objects.as_str(), "{\"user_id\": 1e400}", "{} {}", "{\"a\": \"\u{1}\"}"]
            {
                let answer = server.post_text(case.path, body).await;
                assert_eq!(
                    (answer.status, &answer.json()["detail"][0]["type"]),
                    (422, &json!("json_invalid"))
                );
            }
            for bytes in [&b"{\"user_id\": \"\xff\"}"[..], b"\xff\xfe{}", b"\xc3(", b"\0"] {
                let answer = server.post_as(case.path, "application/json", bytes).await;
                assert_eq!(
                    (answer.status, &answer.json()["detail"][0]["type"]),
                    (422, &json!("json_invalid"))
                );
            }
        }
    });
}

/// Unknown fields are ignored, of a repeated one the last counts, and a byte order mark is no part of the body.
#[test]
fn what_does_not_matter_is_ignored() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for case in cases(&server).await {
            server.post(case.path, &case.body).await;
            let plain = server.post(case.path, &case.body).await.text;
            let mut more = case.body.clone();
            more["extra"] = json!({"deep": [[[1]]]});
            assert_eq!(server.post(case.path, &more).await.text, plain);
            let (first, text) = (case.fields()[0].to_owned(), case.body.to_string());
            let twice = format!("{{\"{first}\":[],{}", &text[1..]);
            assert_eq!(server.post_text(case.path, &twice).await.text, plain);
            assert_eq!(server.post_text(case.path, &format!("\u{feff}{text}")).await.text, plain);
        }
    });
}

on_every_store!(identifiers_that_can_be_no_ones_are_unknown);
