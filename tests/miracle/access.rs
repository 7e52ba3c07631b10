//! Who reaches a surface whose document knows no authentication, and from where.

use std::num::NonZeroU32;

use matchmaking_core::api::miracle::ROUTES;
use matchmaking_core::api::route::{Method, RouteKind};
use matchmaking_server::http::OpenSurfaces;
use serde_json::json;

use super::done;
use crate::support::{Answer, Backend, Client, Database, Options, Server, run};

/// One answer with one header for a route, whatever the route.
async fn with_header(server: &Server, method: Method, path: &str, name: &str, value: &str) -> Answer {
    let request = match method {
        Method::Get => server.http.get(server.url(path)),
        _ => server.http.post(server.url(path)),
    };
    Answer::of(request.header(name, value)).await
}

#[test]
fn without_a_key_only_this_machine_is_answered() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for listed in ROUTES {
            for path in listed.route.paths() {
                for (name, value) in [
                    ("host", "example.com"),
                    ("origin", "https://example.com"),
                    ("origin", "null"),
                    ("forwarded", "for=10.0.0.1"),
                    ("x-forwarded-for", "10.0.0.1"),
                    ("x-forwarded-proto", "https"),
                    ("x-forwarded-host", "localhost"),
                ] {
                    let answer = with_header(&server, listed.route.method, &path, name, value).await;
                    assert_eq!(answer.status, 403, "{path} {name}: {value}: {}", answer.text);
                    let body = answer.json();
                    assert!(body["detail"].is_string() && body.as_object().unwrap().len() == 1, "{body}");
                }
                for (name, value) in
                    [("host", "localhost:1"), ("host", "[::1]"), ("origin", "http://localhost:5173")]
                {
                    let answer = with_header(&server, listed.route.method, &path, name, value).await;
                    assert_ne!(answer.status, 403, "{path} {name}: {value}");
                }
            }
        }
    });
}

#[test]
fn with_a_key_only_who_has_it_is_answered() {
    run(Backend::Memory, async |database: Database| {
        let key = "a key of the operator's";
        let options = Options::default().open_surfaces(OpenSurfaces::Key(key.to_owned()));
        let server = Server::start_with(&database, options).await;
        for listed in ROUTES {
            for path in listed.route.paths() {
                for (name, value) in [("x-none", "x"), ("x-api-key", "wrong"), ("x-api-key", "")] {
                    let answer = with_header(&server, listed.route.method, &path, name, value).await;
                    assert_eq!(answer.status, 401, "{path}: {}", answer.text);
                    assert!(answer.json()["detail"].is_string());
                }
                let answer = with_header(&server, listed.route.method, &path, "x-api-key", key).await;
                let expected = match (listed.route.kind, listed.route.method) {
                    (RouteKind::Socket, _) => 426,
                    (_, Method::Get) => 200,
                    // The save routes take an empty body.
                    _ if path.contains("/save_") => 200,
                    _ => 422,
                };
                assert_eq!(answer.status, expected, "{path}: {}", answer.text);
            }
        }
        // In the query for sockets, which browsers can give no header, and nowhere else.
        let in_query = "?api_key=a%20key+of%20the%20operator%27s";
        assert_eq!(server.get(&format!("/{in_query}")).await.status, 401);
        let create = server.http.post(server.url("/UserManagement/create_new_user")).header("x-api-key", key);
        let body = json!({"telegram_user_name": "", "telegram_user_id": 1, "gender": 1});
        assert_eq!(Answer::of(create.json(&body)).await.status, 200);
        for path in ["/ws/base", "/ws/message", "/ws/match"] {
            let refused =
                tokio_tungstenite::connect_async(format!("ws://{}{path}?api_key=x", server.address));
            assert!(refused.await.is_err());
            Client::login(&server, &format!("{path}{in_query}"), 1).await;
        }
    });
}

#[test]
fn behind_a_gateway_everyone_is_answered() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().open_surfaces(OpenSurfaces::Allowed);
        let server = Server::start_with(&database, options).await;
        for (name, value) in
            [("host", "example.com"), ("origin", "https://example.com"), ("x-forwarded-for", "10.0.0.1")]
        {
            assert_eq!(with_header(&server, Method::Get, "/", name, value).await.status, 200);
        }
    });
}

#[test]
fn pages_of_other_origins_may_call() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().open_surfaces(OpenSurfaces::Allowed);
        let server = Server::start_with(&database, options).await;
        server.users([1]).await;
        let path = server.url("/UserManagement/save_to_database");
        let preflight =
            server.http.request(reqwest::Method::OPTIONS, &path).header("origin", "https://app.example");
        let preflight = preflight
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type, authorization");
        let answer = Answer::of(preflight).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("access-control-allow-methods").contains("POST"));
        let allowed = answer.header("access-control-allow-headers").to_ascii_lowercase();
        assert!(allowed.contains("content-type") || allowed == "*", "{allowed}");

        for (path, status) in [
            (path.as_str(), 200),
            (&server.url("/nope"), 404),
            (&server.url("/MatchManager/toggle_like"), 422),
        ] {
            let answer = Answer::of(server.http.post(path).header("origin", "https://app.example")).await;
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, "*"));
            let exposed = answer.header("access-control-expose-headers").to_ascii_lowercase();
            assert!(exposed.contains("retry-after") && exposed.contains("x-request-id"), "{exposed}");
        }
    });
}

#[test]
fn too_many_requests_are_refused_in_json() {
    run(Backend::Memory, async |database: Database| {
        let one = NonZeroU32::MIN;
        let five = NonZeroU32::new(5).unwrap();
        // One an hour would be clearer, but the limit is by the second: what is asked at once is over it.
        let options = Options::default().limits(|limits| limits.account_rate = Some((one, five)));
        let server = Server::start_with(&database, options).await;
        server.users([1, 2]).await;
        let body = json!({"user_id": 1, "age": 20});
        let asked = (0..40).map(|_| server.post("/UserManagement/edit_user_age", &body));
        let answers = futures_util::future::join_all(asked).await;
        let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
        assert!(!refused.is_empty());
        for answer in &refused {
            answer.is(429, &json!({"detail": "Too Many Requests"}));
            assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
        }
        for answer in answers.iter().filter(|answer| answer.status != 429) {
            answer.is(200, &done());
        }
        // Somebody else is not held up by it.
        server.edit_age(2, 20).await;
    });
}
