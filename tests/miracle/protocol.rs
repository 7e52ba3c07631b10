//! Paths, methods, and HTTP itself, in this surface's words.

use std::fmt::Write as _;
use std::time::Duration;

use matchmaking_core::api::miracle::ROUTES;
use matchmaking_core::api::route::{Listed, Method};
use reqwest::Method as Verb;
use serde_json::json;

use super::{detail, done};
use crate::support::raw::Raw;
use crate::support::{Answer, Backend, Database, Options, Remote, Server, run};

async fn ask(server: &Server, verb: Verb, path: &str) -> Answer {
    Answer::of(server.http.request(verb, server.url(path))).await
}

#[test]
fn the_root_greets_whoever_polls_it() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let answer = server.get("/").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        assert!(answer.json()["message"].as_str().is_some_and(|message| !message.is_empty()));
        // A token is accepted and ignored.
        for token in ["Bearer x", "Bearer", "Basic eDp5", ""] {
            let request = server.http.get(server.url("/")).header("authorization", token);
            assert_eq!(Answer::of(request).await.text, answer.text);
        }
        for again in ["/api/v1", "/api/v1/", "/?x=1"] {
            assert_eq!(server.get(again).await.text, answer.text);
        }
        let head = ask(&server, Verb::HEAD, "/").await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
        assert_eq!(head.header("content-length"), answer.text.len().to_string());
        // A client that knows the server by the second mount polls that one.
        for path in ["/api/v1", "/api/v1/"] {
            assert_eq!(server.get(path).await.text, answer.text, "{path}");
            assert_eq!(ask(&server, Verb::HEAD, path).await.status, 200, "{path}");
        }
        for (accept, is_page) in [
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/plain, */*", false),
            ("text/html", true),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
        ] {
            let got = Answer::of(server.http.get(server.url("/")).header("accept", accept)).await;
            assert_eq!(got.status, 200);
            if is_page {
                assert_eq!(got.header("content-type"), "text/html; charset=utf-8");
                assert!(got.text.starts_with("<!doctype html>"), "{:.40}", got.text);
            } else {
                assert_eq!(got.text, answer.text, "{accept}");
            }
        }
    });
}

#[test]
fn a_token_is_accepted_and_ignored_everywhere() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        server.users([1]).await;
        let request = server.http.post(server.url("/UserManagement/get_user_info_with_user_id"));
        let with_token = Answer::of(request.bearer_auth("whatever").json(&json!({"user_id": 1}))).await;
        assert_eq!(with_token.text, server.info(1).await.text);
    });
}

#[test]
fn unknown_paths_and_wrong_methods_are_refused_in_json() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for path in [
            "/nope",
            "/UserManagement",
            "/UserManagement/nope",
            "/usermanagement/create_new_user",
            "/UserManagement//create_new_user",
            "/UserManagement/create_new_user/x",
            "/UserManagement/create_new_user//",
            "/api/v1/nope",
            "/api/v1/UserManagement/nope",
            "/api/v2/UserManagement/create_new_user",
            "/ws",
            "/ws/nope",
            "/%ff",
            "/缘",
            "///",
        ] {
            for verb in [Verb::GET, Verb::POST, Verb::DELETE] {
                ask(&server, verb, path).await.is(404, &detail("Not Found"));
            }
            let head = ask(&server, Verb::HEAD, path).await;
            assert_eq!((head.status, head.text.as_str()), (404, ""));
        }
        for listed in ROUTES {
            let allowed = listed.route.method;
            let allow = if allowed == Method::Get { "GET, HEAD" } else { allowed.as_str() };
            for path in listed.route.paths() {
                for verb in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "post"] {
                    if verb == allowed.as_str() {
                        continue;
                    }
                    let answer = ask(&server, Verb::from_bytes(verb.as_bytes()).unwrap(), &path).await;
                    answer.is(405, &detail("Method Not Allowed"));
                    assert_eq!(answer.header("allow"), allow, "{verb} {path}");
                }
            }
        }
    });
}

#[test]
fn a_trailing_slash_is_accepted_and_ignored() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let posts = |listed: &&Listed| listed.route.method == Method::Post;
        for listed in ROUTES.iter().filter(posts) {
            for path in listed.route.paths() {
                let (plain, slashed) =
                    (server.post_text(&path, "{").await, server.post_text(&format!("{path}/"), "{").await);
                assert_eq!((plain.status, slashed.status), (422, 422), "{path}");
                assert_eq!(plain.text, slashed.text);
            }
        }
        server.users([1]).await;
        let save = server.post("/api/v1/UserManagement/save_to_database/?x=1", &json!({"user_id": 1})).await;
        save.is(200, &done());
    });
}

#[test]
fn a_socket_asked_for_without_a_handshake_says_so() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for path in ["/ws/base", "/ws/message", "/ws/match", "/ws/base/"] {
            let answer = server.get(path).await;
            answer.is(426, &detail("Upgrade Required"));
            assert_eq!(answer.header("upgrade"), "websocket");
            // At the root only.
            assert_eq!(server.get(&format!("/api/v1{path}")).await.status, 404);
        }
        let upgrade = server.http.get(server.url("/ws/base")).header("connection", "upgrade");
        let answer = Answer::of(upgrade.header("upgrade", "websocket")).await;
        answer.is(426, &detail("Upgrade Required"));
    });
}

#[test]
fn a_body_over_the_limit_is_refused_and_the_server_goes_on() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        server.users([1]).await;
        let path = "/UserManagement/edit_summary";
        let huge = "x".repeat((1 << 20) + 1);
        let body = json!({"user_id": 1, "summary": huge});
        server.post(path, &body).await.is(413, &detail("Request Entity Too Large"));
        // Not declared, but sent in pieces.
        let mut raw = Raw::connect(&server).await;
        raw.write(format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        ))
        .await;
        for _ in 0..17 {
            raw.write(format!("10000\r\n{}\r\n", "x".repeat(0x10000))).await;
        }
        raw.write("0\r\n\r\n").await;
        let answer = raw.answer().await.unwrap();
        assert_eq!((answer.status, answer.body), (413, detail("Request Entity Too Large").to_string()));
        assert!(raw.is_closed().await);
        // Exactly at the limit is fine for the kit, and too long for the field.
        let fill = (1 << 20) - json!({"user_id": 1, "summary": ""}).to_string().len();
        let body = json!({"user_id": 1, "summary": "x".repeat(fill)});
        assert_eq!(server.post(path, &body).await.status, 422);
        assert_eq!(server.info(1).await.status, 200);
    });
}

#[test]
fn half_a_request_costs_only_its_own_connection() {
    run(Backend::Memory, async |database: Database| {
        let short = Duration::from_millis(200);
        let options = Options::default().limits(|limits| {
            limits.header_timeout = short;
            limits.body_chunk_timeout = short;
        });
        let server = Server::start_with(&database, options).await;
        let mut half_a_head = Raw::connect(&server).await;
        half_a_head.write("POST /UserManagement/create_new_user HTTP/1.1\r\nHost: loc").await;
        let mut half_a_body = Raw::connect(&server).await;
        half_a_body
            .write(
                "POST /UserManagement/create_new_user HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"te",
            )
            .await;
        server.users([1]).await;
        assert!(half_a_head.is_closed().await);
        let answer = half_a_body.answer().await.unwrap();
        assert_eq!((answer.status, answer.body), (408, detail("Request Timeout").to_string()));
        assert!(half_a_body.is_closed().await);
        // A new connection: one that was kept may be on its end, having been idle for as long.
        assert_eq!(Remote::at(server.address).info(1).await.status, 200);
    });
}

#[test]
fn what_is_no_http_is_refused_and_the_server_goes_on() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for bytes in [
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
            b"GET / HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18446744073709551616\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            b"\0\0\0\0\r\n\r\n",
        ] {
            let mut raw = Raw::connect(&server).await;
            raw.write(bytes).await;
            if let Some(answer) = raw.answer().await {
                assert!((400..500).contains(&answer.status), "{}", answer.head);
                assert_eq!(answer.body, "");
            }
            assert!(raw.is_closed().await);
        }
        let mut raw = Raw::connect(&server).await;
        raw.write("GET / HTTP/1.1\r\nHost: localhost\r\n").await;
        for number in 0..200 {
            raw.write(format!("x-{number}: {number}\r\n")).await;
        }
        raw.write("\r\n").await;
        if let Some(answer) = raw.answer().await {
            assert_eq!((answer.status, answer.body.as_str()), (431, ""));
        }
        assert_eq!(server.get("/").await.status, 200);
    });
}

/// Requests that came in one piece are answered in their order.
#[test]
fn pipelined_requests_are_answered_in_order() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        server.users([1]).await;
        let mut raw = Raw::connect(&server).await;
        let mut requests = String::new();
        for age in 18..=120 {
            let body = json!({"user_id": 1, "age": age}).to_string();
            let length = body.len();
            let head = "POST /UserManagement/edit_user_age HTTP/1.1\r\nHost: localhost";
            write!(requests, "{head}\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
            requests.push_str("GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        raw.write(requests).await;
        for _ in 18..=120 {
            let edited = raw.answer().await.unwrap();
            assert_eq!((edited.status, edited.body), (200, done().to_string()));
            assert_eq!(raw.answer().await.unwrap().status, 404);
        }
        assert_eq!(server.info(1).await.json()["age"], 120);
    });
}
