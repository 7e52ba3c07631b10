//! Who is let in.

use std::num::NonZeroU32;

use matchmaking_core::api::groups::ROUTES;
use matchmaking_core::api::route::{Auth, Method, RouteKind};
use matchmaking_core::model::AccountStatus;
use serde_json::json;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::{PASSWORD, Person, UNAUTHORIZED, done, refused};
use crate::support::{Answer, Backend, Client, Database, Options, Server, on_every_store, run};

/// How long a token is good, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The answer of every guarded route to this header, by its path.
async fn asked_with(server: &Server, header: Option<&str>) -> Vec<(String, Answer)> {
    let mut answers = Vec::new();
    for listed in ROUTES.iter().filter(|listed| listed.route.auth != Auth::Open) {
        let path = listed.route.paths().next().unwrap().replace("{group_id}", "1").replace("{user_id}", "1");
        let verb = listed.route.method.as_str().parse().unwrap();
        let mut request = server.http.request(verb, server.url(&path));
        if listed.route.kind == RouteKind::Socket {
            for (name, value) in [
                ("connection", "Upgrade"),
                ("upgrade", "websocket"),
                ("sec-websocket-version", "13"),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ] {
                request = request.header(name, value);
            }
        }
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        // Whoever is not let in is not told what is wrong with what they sent.
        if matches!(listed.route.method, Method::Post | Method::Put) {
            request = request.body("{");
        }
        answers.push((format!("{} {path}", listed.route.method.as_str()), Answer::of(request).await));
    }
    assert_eq!(answers.len(), 15);
    answers
}

async fn every_guarded_route_wants_a_token_of_its_own(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let elsewhere = server.post("/login", &json!({"username": "lin", "password": PASSWORD})).await.json();
    let rooms = elsewhere["data"]["token"].as_str().unwrap();
    let forged = {
        let (rest, signature) = lin.token.rsplit_once('.').unwrap();
        let first = if signature.starts_with('A') { "B" } else { "A" };
        format!("{rest}.{first}{}", &signature[1..])
    };
    for (header, error) in [
        (None, "缺少 token"),
        (Some(String::new()), "缺少 token"),
        (Some("Bearer".to_owned()), "缺少 token"),
        (Some("Bearer ".to_owned()), "缺少 token"),
        (Some("Basic bGluOng=".to_owned()), "缺少 token"),
        (Some(lin.token.clone()), "缺少 token"),
        (Some("Bearer x".to_owned()), "token 无效"),
        (Some("Bearer a.b.c".to_owned()), "token 无效"),
        (Some(format!("Bearer {forged}")), "token 无效"),
        (Some(format!("Bearer {rooms}")), "token 无效"),
        (Some(format!("Bearer {}", "x".repeat(10_000))), "token 无效"),
    ] {
        for (route, answer) in asked_with(&server, header.as_deref()).await {
            assert_eq!(answer.text, refused(401, UNAUTHORIZED, error).to_string(), "{route} {header:?}");
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"), "{route}");
        }
    }
    // A token in the query is for the socket alone.
    let answer = server.get(&format!("/api/v1/user/profile?token={}", lin.token)).await;
    answer.refuses(401, UNAUTHORIZED, "缺少 token");
}

async fn a_token_is_good_for_a_day(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    server.clock.advance(DAY - 1_000);
    assert_eq!(lin.get("/user/profile").await.status, 200);
    let mut open = lin.socket().await;
    server.clock.advance(1_000);
    for (route, answer) in asked_with(&server, Some(&format!("Bearer {}", lin.token))).await {
        assert_eq!(answer.text, refused(401, UNAUTHORIZED, "token 已过期").to_string(), "{route}");
    }
    // A socket outlives the token that opened it.
    open.nothing_more().await;
    let again = Person::log_in(&server, "lin").await;
    assert_ne!(again.token, lin.token);
    assert_eq!(again.get("/user/profile").await.status, 200);
}

async fn a_token_is_worth_what_its_account_is(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    assert_eq!(lin.get("/user/profile").await.status, 200);
    lin.becomes(&server, AccountStatus::Locked).await;
    for (route, answer) in asked_with(&server, Some(&format!("Bearer {}", lin.token))).await {
        assert_eq!(answer.text, refused(401, UNAUTHORIZED, "token 无效").to_string(), "{route}");
    }
    lin.becomes(&server, AccountStatus::Active).await;
    assert_eq!(lin.get("/user/profile").await.status, 200);
    lin.becomes(&server, AccountStatus::Deleted).await;
    lin.get("/user/profile").await.refuses(401, UNAUTHORIZED, "token 无效");
}

async fn the_word_before_a_token_is_read_however_it_is_written(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    for word in ["Bearer ", "bearer ", "BEARER  "] {
        let request = server.http.get(server.url("/api/v1/groups"));
        let header = format!("{word}{}", lin.token);
        Answer::of(request.header("authorization", header)).await.is(200, &done(&json!({"groups": []})));
    }
}

async fn a_socket_takes_its_token_from_the_header_or_the_query(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    lin.socket().await.nothing_more().await;
    for query in [
        format!("?token={}", lin.token),
        format!("?x=1&token={}", lin.token),
        format!("?token=Bearer%20{}", lin.token),
        format!("/?token={}", lin.token),
    ] {
        let client = Client::open(&server, &format!("/api/v1/ws{query}")).await;
        lin.greeted(client).await.nothing_more().await;
    }
    for query in ["", "?token=", "?token=x", "?Token=x"] {
        let url = format!("ws://{}/api/v1/ws{query}", server.address);
        let refusal = tokio_tungstenite::connect_async(url).await.unwrap_err();
        let Error::Http(answer) = refusal else { panic!("{refusal}") };
        assert_eq!(answer.status(), 401, "{query}");
        let error = if query == "?token=x" { "token 无效" } else { "缺少 token" };
        let body = answer.body().as_deref().unwrap();
        assert_eq!(String::from_utf8_lossy(body), refused(401, UNAUTHORIZED, error).to_string(), "{query}");
    }
    let mut both = format!("ws://{}/api/v1/ws?token=x", server.address).into_client_request().unwrap();
    let header = format!("Bearer {}", lin.token);
    both.headers_mut().insert("authorization", header.parse().unwrap());
    assert!(tokio_tungstenite::connect_async(both).await.is_ok(), "the header counts");
    assert_eq!(server.get(&format!("/api/v1/ws?token={}", lin.token)).await.status, 426);
}

on_every_store!(
    every_guarded_route_wants_a_token_of_its_own,
    a_token_is_good_for_a_day,
    a_token_is_worth_what_its_account_is,
    the_word_before_a_token_is_read_however_it_is_written,
    a_socket_takes_its_token_from_the_header_or_the_query,
);

/// A rate that a test uses up in a moment and that hardly fills while it runs.
fn slow(burst: u32) -> (NonZeroU32, NonZeroU32) {
    (NonZeroU32::MIN, NonZeroU32::new(burst).unwrap())
}

#[test]
fn an_account_has_a_rate_and_others_have_theirs() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().limits(|limits| limits.account_rate = Some(slow(5)));
        let server = Server::start_with(&database, options).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let mut limited = None;
        for _ in 0..1_000 {
            let answer = lin.get("/groups").await;
            if answer.status == 429 {
                limited = Some(answer);
                break;
            }
        }
        let limited = limited.expect("a limit");
        assert_eq!(limited.header("retry-after"), "1");
        limited.refuses(429, "请求过于频繁", "请在 1 秒后重试");
        assert_eq!(wu.get("/groups").await.status, 200);
    });
}

#[test]
fn frames_are_counted_like_requests() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().limits(|limits| limits.account_rate = Some(slow(20)));
        let server = Server::start_with(&database, options).await;
        let lin = Person::join(&server, "lin").await;
        let mut client = lin.socket().await;
        let mut limited = false;
        for _ in 0..1_000 {
            client.send(json!({"type": "ping"})).await;
            let answer = client.json().await;
            if answer["type"] == "error" {
                assert_eq!(answer["data"], refused(429, "请求过于频繁", "请在 1 秒后重试"));
                limited = true;
                break;
            }
            assert_eq!(answer, json!({"type": "pong"}));
        }
        assert!(limited);
        // The socket goes on.
        loop {
            client.send(json!({"type": "ping"})).await;
            if client.json().await == json!({"type": "pong"}) {
                break;
            }
        }
    });
}
