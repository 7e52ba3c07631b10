//! Paths, methods, and HTTP itself, in this surface's words.

use matchmaking_core::api::groups::ROUTES;
use reqwest::Method as Verb;
use serde_json::json;

use super::{PASSWORD, Person, UNKNOWN, refused};
use crate::support::{Answer, Backend, Database, Server, run};

async fn ask(server: &Server, verb: Verb, path: &str) -> Answer {
    Answer::of(server.http.request(verb, server.url(path))).await
}

#[test]
fn unknown_paths_and_wrong_methods_are_refused_in_json() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for path in [
            "/api/v1/register/x",
            "/api/v1/login/x",
            "/api/v1/user/nope",
            "/api/v1/user/profile/x",
            "/api/v1/chat/nope",
            "/api/v1/chat/messages/1",
            "/api/v1/group/1/nope",
            "/api/v1/group/1/members/2/x",
            "/api/v1/groups/1",
            "/api/v1/ws/x",
        ] {
            for verb in [Verb::GET, Verb::POST, Verb::DELETE] {
                ask(&server, verb, path).await.refuses(404, UNKNOWN, "路径不存在");
            }
        }
        for listed in ROUTES {
            let path = listed.route.paths().next().unwrap().replace(['{', '}'], "");
            let all = ROUTES
                .iter()
                .map(|other| (other.route.paths().next().unwrap().replace(['{', '}'], ""), other));
            let allowed: Vec<_> = all
                .filter(|(other, _)| *other == path)
                .map(|(_, other)| other.route.method.as_str())
                .collect();
            for verb in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                if allowed.contains(&verb) {
                    continue;
                }
                let answer = ask(&server, verb.parse().unwrap(), &path).await;
                answer.refuses(405, "请求方法不允许", "该路径不支持此请求方法");
                let allow: Vec<_> =
                    answer.header("allow").split(", ").filter(|verb| *verb != "HEAD").collect();
                assert_eq!(allow.len(), allowed.len(), "{path}: {allow:?}");
                assert!(allowed.iter().all(|verb| allow.contains(verb)), "{path}: {allow:?}");
            }
        }
    });
}

#[test]
fn a_trailing_slash_is_accepted_and_ignored() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let body = json!({"username": "lin", "email": "lin@example.com", "password": PASSWORD});
        assert_eq!(server.post("/api/v1/register/", &body).await.status, 200);
        let lin = Person::log_in(&server, "lin").await;
        let group = lin.group_with("g", &[]).await;
        for path in ["/user/profile", "/groups", "/chat/conversations", &format!("/group/{group}")] {
            let (plain, slashed) = (lin.get(path).await, lin.get(&format!("{path}/")).await);
            assert_eq!((plain.status, plain.text), (200, slashed.text), "{path}");
        }
        let listed = lin.get(&format!("/chat/messages/?group_id={group}")).await.data();
        assert_eq!(listed["total"], 0);
        let head = lin.ask(Verb::HEAD, "/user/profile", None).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
    });
}

#[test]
fn a_body_over_the_limit_is_refused() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let huge = format!("{{\"username\": \"{}\"}}", "x".repeat(1 << 20));
        let answer = server.post_text("/api/v1/register", &huge).await;
        answer.refuses(413, "请求体过大", "请求体不能超过 1048576 字节");
    });
}

#[test]
fn a_socket_asked_for_without_a_handshake_says_so() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for path in ["/api/v1/ws", "/api/v1/ws/", "/api/v1/ws?token=x"] {
            let answer = server.get(path).await;
            answer.is(426, &refused(426, "需要升级协议", "该路径只接受 WebSocket 连接"));
            assert_eq!(answer.header("upgrade"), "websocket");
        }
    });
}

#[test]
fn pages_of_other_origins_may_call() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let preflight = server.http.request(Verb::OPTIONS, server.url("/api/v1/user/profile"));
        let preflight =
            preflight.header("origin", "https://app.example").header("access-control-request-method", "PUT");
        let answer = Answer::of(preflight.header("access-control-request-headers", "authorization")).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, "*"));
        // Of any address, unlike the surfaces without a login.
        let lin = Person::join(&server, "lin").await;
        let request = server.http.get(server.url("/api/v1/groups")).bearer_auth(&lin.token);
        let answer =
            Answer::of(request.header("origin", "https://app.example").header("host", "chat.example")).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"));
    });
}
