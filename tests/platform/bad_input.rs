//! What no client should send, on every route. Decoding knows no store, so that these run on memory only.

use matchmaking_core::api::platform::{NOTICE_BYTES_MAX, ROUTES};
use matchmaking_core::api::route::{Auth, Body, Listed, Method};
use matchmaking_server::config::limits::DRAIN_BYTES_MAX;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{PHONE, Person, data, refused};
use crate::support::raw::Raw;
use crate::support::{Answer, Backend, Database, Server, run};

/// Routes that ask for nothing in their body, and do not look at what is there.
const WITHOUT_FIELDS: [&str; 6] = [
    "/auth/logout",
    "/events/{event_id}/waitlist",
    "/messages/{message_id}/recall",
    "/matching/undo",
    "/matching/matches/{match_id}/unlock-contact",
    "/users/{user_id}/block",
];

/// Routes whose body may be missing altogether, because every field may.
const MAY_BE_EMPTY: [&str; 2] =
    ["/events/{event_id}/register", "/events/registrations/{registration_id}/cancel"];

fn verb(listed: &Listed) -> Verb {
    listed.route.method.as_str().parse().unwrap()
}

/// A route's path, with a number of nothing in the place of each parameter.
fn path(listed: &Listed) -> String {
    let parts = listed.route.path.split('/').map(|part| if part.starts_with('{') { "424242" } else { part });
    format!("/v1{}", parts.collect::<Vec<_>>().join("/"))
}

/// Routes that read fields from a JSON body.
fn with_fields() -> impl Iterator<Item = (&'static Listed, usize)> {
    ROUTES.iter().filter_map(|listed| match listed.route.body {
        Body::Json(limit) if !WITHOUT_FIELDS.contains(&listed.route.path) => Some((listed, limit)),
        _ => None,
    })
}

async fn send(person: &Person, listed: &Listed, media_type: &str, body: String) -> Answer {
    let server = &person.server;
    let request = server.http.request(verb(listed), server.url(&path(listed))).bearer_auth(&person.access);
    Answer::of(request.header("content-type", media_type).body(body)).await
}

/// Says that it will send a body of this size, and sends as much of it as the server passes over.
async fn too_large(server: &Server, person: &Person, listed: &Listed, size: usize) {
    let mut raw = Raw::connect(server).await;
    raw.write(format!(
        "{} {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {size}\r\n\r\n",
        listed.route.method.as_str(),
        path(listed),
        person.access
    ))
    .await;
    raw.write(vec![b'x'; DRAIN_BYTES_MAX]).await;
    let answer = raw.answer().await.expect("an answer");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((answer.status, &body["code"]), (413, &json!(41301)), "{}", listed.route.path);
}

/// Everything of a person's own that a request could have changed.
async fn whole(person: &Person) -> Value {
    data(&person.get("/account/export").await)
}

#[test]
fn bodies_that_are_no_requests_are_refused_and_change_nothing() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let person = Person::join(&server, PHONE).await;
        let before = whole(&person).await;
        let deep = "[".repeat(100_000);
        for (listed, limit) in with_fields() {
            for body in ["", "{", "[]", "[{}]", "1", "null", "\"x\"", "{\"a\":1", "{}{}", "{'a':1}", &deep] {
                let answer = send(&person, listed, "application/json", body.to_owned()).await;
                let code = answer.json()["code"].as_u64().unwrap();
                if body.is_empty() && MAY_BE_EMPTY.contains(&listed.route.path) {
                    assert_eq!(code, 40401, "{}: {}", listed.route.path, answer.text);
                    continue;
                }
                assert!([40001, 40002].contains(&code), "{} {body:.20}: {}", listed.route.path, answer.text);
            }
            let media = send(&person, listed, "text/plain", "{}".to_owned()).await;
            refused(&media, 41501);
            too_large(&server, &person, listed, limit.max(10 << 20) + 1).await;
        }
        assert_eq!(whole(&person).await, before);
        data(&person.knocks().await);
    });
}

/// How the OpenAPI document describes a route's body.
fn request_of<'a>(document: &'a Value, listed: &Listed) -> &'a Value {
    let route = &document["paths"][format!("/v1{}", listed.route.path)];
    let body = &route[listed.route.method.as_str().to_lowercase()]["requestBody"];
    let schema = body["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
    document.pointer(&schema[1..]).unwrap_or_else(|| panic!("no {schema}"))
}

#[test]
fn every_field_of_a_wrong_type_is_named() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let person = Person::join(&server, PHONE).await;
        let document = server.get("/openapi.json").await.json();
        let mut fields = 0;
        for (listed, _) in with_fields() {
            let schema = request_of(&document, listed);
            for field in schema["properties"].as_object().unwrap().keys() {
                // What is computed is not looked at, and comes back from whoever read it.
                if ["/profile/basic"].contains(&listed.route.path)
                    && ["verification", "photos", "stats", "membership"].contains(&field.as_str())
                {
                    continue;
                }
                // A list of a list is no field's value. Which fields a message has depends on its type.
                let mut body = json!({field: [[1]]});
                if listed.route.path.ends_with("/messages") && field != "type" {
                    body["type"] = json!("image");
                }
                let answer = send(&person, listed, "application/json", body.to_string()).await;
                let named = refused(&answer, 40001);
                let is_named = named.iter().any(|name| {
                    name.strip_prefix(field.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                });
                assert!(is_named, "{} {field}: {}", listed.route.path, answer.text);
                fields += 1;
            }
        }
        assert!(fields > 50, "{fields}");
    });
}

#[test]
fn every_missing_field_is_named() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let person = Person::join(&server, PHONE).await;
        let document = server.get("/openapi.json").await.json();
        let mut fields = 0;
        for (listed, _) in with_fields() {
            let required = request_of(&document, listed)["required"].as_array().cloned().unwrap_or_default();
            let answer = send(&person, listed, "application/json", "{}".to_owned()).await;
            if required.is_empty() {
                // Nothing is missing, unless what the path names is.
                if listed.route.path.contains('{') {
                    refused(&answer, 40401);
                } else {
                    data(&answer);
                }
                continue;
            }
            let named = refused(&answer, 40002);
            for field in required {
                assert!(
                    named.iter().any(|name| field == name.as_str()),
                    "{} {field}: {}",
                    listed.route.path,
                    answer.text
                );
                fields += 1;
            }
        }
        assert!(fields > 20, "{fields}");
    });
}

#[test]
fn parts_of_lists_are_within_their_bounds() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let person = Person::join(&server, PHONE).await;
        data(&person.put("/profile/basic", &json!({"gender": "female", "birth_date": "1995-01-01"})).await);
        let lists = ROUTES.iter().filter(|listed| listed.route.query.contains(&"page"));
        let mut count = 0;
        for listed in lists {
            let ask = async |query: &str| person.get(&format!("{}?{query}", listed.route.path)).await;
            for (query, field) in [
                ("page=0", "page"),
                ("page=-1", "page"),
                ("page=1.5", "page"),
                ("page=", "page"),
                ("page=4294967296", "page"),
                ("page=9223372036854775808", "page"),
                ("page=99999999999999999999999", "page"),
                ("page_size=0", "page_size"),
                ("page_size=101", "page_size"),
                ("page_size=NaN", "page_size"),
                ("sort=id", "sort"),
                ("sort=created_at%20DESC;%20DROP%20TABLE%20accounts", "sort"),
                ("sort=(SELECT%201)", "sort"),
                ("order=random()", "order"),
                ("order=DESC", "order"),
                ("sort=%00", "sort"),
            ] {
                assert_eq!(refused(&ask(query).await, 40001), [field], "{} {query}", listed.route.path);
            }
            let last = data(&ask("page=4294967295&page_size=100&sort=created_at&order=asc").await);
            assert_eq!(last["items"], json!([]), "{}", listed.route.path);
            assert_eq!(last["pagination"]["has_next"], false);
            // Of two, the last counts; and what is not known is ignored.
            data(&ask("page=0&page=1&colour=red").await);
            count += 1;
        }
        assert_eq!(count, 8);
    });
}

#[test]
fn paths_that_name_nothing_are_unknown() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let person = Person::join(&server, PHONE).await;
        let named = ROUTES.iter().filter(|listed| listed.route.path.contains('{'));
        // Whatever a route asks for, so that nothing but the name is wrong.
        let whole = json!({
            "reason": "spam", "type": "text", "content": "x", "last_read_message_id": 1, "is_pinned": true,
            "payment_channel": "wechat", "check_in_code": "x", "rating": 5, "user_ids": [1],
        });
        for listed in named.filter(|listed| listed.route.auth == Auth::Bearer) {
            for name in [
                "0",
                "-1",
                "1.0",
                "1e3",
                "x",
                "%00",
                "%27%20OR%201=1",
                "9007199254740992",
                "99999999999999999999",
                "%F0%9F%92%94",
            ] {
                let begin = listed.route.path.find('{').unwrap();
                let end = listed.route.path.find('}').unwrap();
                let path = format!("{}{name}{}", &listed.route.path[..begin], &listed.route.path[end + 1..]);
                let body = (listed.route.method != Method::Get).then_some(&whole);
                refused(&person.ask(verb(listed), &path, body).await, 40401);
            }
        }
    });
}

#[test]
fn filters_outside_of_their_words_are_refused() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let person = Person::join(&server, PHONE).await;
        let history = "/conversations/424242/messages";
        for (path, field, values) in [
            (history, "before_id", &["x", "", "1.5", "-", "%00"][..]),
            (history, "page_size", &["0", "101", "-1", "x", "99999999999999999999999"]),
            ("/events", "status", &["draft", "OPEN", "%00", "1"]),
            ("/events", "date_from", &["2026-13-01", "2026-02-30", "today", "1770000000000", "%00"]),
            ("/events", "date_to", &["2026-2-1x", "99999999999", "%27"]),
            ("/events", "city", &["%00"]),
            ("/events/my-registrations", "status", &["registering", "PAID", "%00"]),
        ] {
            for value in values {
                let answer = person.get(&format!("{path}?{field}={value}")).await;
                assert_eq!(refused(&answer, 40001), [field], "{path} {field}={value}");
            }
        }
    });
}

#[test]
fn notices_and_payments_of_nothing_change_nothing() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let send = async |path: &str, body: Vec<u8>| {
            let request = server.http.post(server.url(path)).header("x-sandbox-signature", "bm90aGluZw==");
            Answer::of(request.body(body)).await
        };
        for channel in ["sandbox", "wechat", "alipay", "x", "%00", "..%2F..", "%F0%9F%92%94"] {
            for body in ["", "{", "null", "{\"order_no\":1}", "order_no=1&outcome=paid", "\u{0}"] {
                let answer = send(&format!("/v1/payments/notify/{channel}"), body.into()).await;
                let code = answer.json()["code"].as_u64().unwrap();
                assert!([40301, 40401].contains(&code), "{channel} {body}: {}", answer.text);
            }
        }
        let much = vec![b'x'; NOTICE_BYTES_MAX + 1];
        refused(&send("/v1/payments/notify/wechat", much).await, 41301);
        for order in ["x", "PAY20260205001", "0", "%00", "%27%20OR%201=1", "%F0%9F%92%94"] {
            refused(&send(&format!("/sandbox/payments/{order}/confirm"), Vec::new()).await, 40401);
        }
    });
}

#[test]
fn forms_without_end_or_of_ten_thousand_parts_add_nothing() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let person = Person::join(&server, PHONE).await;
        let part = "--cut\r\ncontent-disposition: form-data; name=\"x\"\r\n\r\nx\r\n";
        let file = "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
        for path in ["/v1/profile/photos", "/v1/messages/upload"] {
            let form = |body: String| {
                let request = server.http.post(server.url(path)).bearer_auth(&person.access);
                request.header("content-type", "multipart/form-data; boundary=cut").body(body)
            };
            refused(&Answer::of(form(format!("{}--cut--\r\n", part.repeat(10_000)))).await, 41301);
            for half in [
                file.to_owned(),
                format!("{file}half of a picture"),
                "--cut".to_owned(),
                "no form".to_owned(),
            ] {
                refused(&Answer::of(form(half)).await, 40001);
            }
            let without_boundary = server.http.post(server.url(path)).bearer_auth(&person.access);
            refused(
                &Answer::of(without_boundary.header("content-type", "multipart/form-data").body("x")).await,
                41501,
            );
        }
        // A client that goes away in the middle of its picture.
        let mut gone = Raw::connect(&server).await;
        gone.write(format!(
            "POST /v1/profile/photos HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 100000\r\n\
             content-type: multipart/form-data; boundary=cut\r\n\r\n{file}half of a picture",
            person.access
        ))
        .await;
        drop(gone);
        assert_eq!(data(&person.get("/profile").await)["photos"]["album"], json!([]));
    });
}
