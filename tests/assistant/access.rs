//! Who reaches a surface whose document knows no authentication, and from where.

use std::num::NonZeroU32;

use matchmaking_core::api::assistant::ROUTES;
use matchmaking_server::http::OpenSurfaces;
use serde_json::json;

use super::detail;
use crate::support::{Answer, Backend, Database, Options, Server, run};

async fn with_header(server: &Server, method: &str, path: &str, name: &str, value: &str) -> Answer {
    let request = server.http.request(method.parse().unwrap(), server.url(path));
    Answer::of(request.header(name, value)).await
}

#[test]
fn without_a_key_only_this_machine_is_answered() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for listed in ROUTES {
            let method = listed.route.method.as_str();
            for path in listed.route.paths() {
                for (name, value) in [
                    ("host", "example.com"),
                    ("origin", "https://example.com"),
                    ("forwarded", "for=10.0.0.1"),
                    ("x-forwarded-for", "10.0.0.1"),
                ] {
                    let answer = with_header(&server, method, &path, name, value).await;
                    assert_eq!(answer.status, 403, "{path} {name}: {value}: {}", answer.text);
                    let body = answer.json();
                    assert!(body["detail"].is_string() && body.as_object().unwrap().len() == 1, "{body}");
                }
                let answer = with_header(&server, method, &path, "host", "localhost:1").await;
                assert_ne!(answer.status, 403, "{path}");
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
            let method = listed.route.method.as_str();
            for path in listed.route.paths() {
                for (name, value) in [("x-none", "x"), ("x-api-key", "wrong")] {
                    let answer = with_header(&server, method, &path, name, value).await;
                    answer.is(401, &detail("Invalid or missing API key"));
                }
                let answer = with_header(&server, method, &path, "x-api-key", key).await;
                assert_ne!(answer.status, 401, "{path}");
            }
        }
        let create = server.http.post(server.url("/api/v1/users/")).header("x-api-key", key);
        Answer::of(create.json(&json!({"username": "lin"}))).await.number("id");
    });
}

#[test]
fn too_many_requests_are_refused_in_json() {
    run(Backend::Memory, async |database: Database| {
        let (one, five) = (NonZeroU32::MIN, NonZeroU32::new(5).unwrap());
        let options = Options::default().limits(|limits| limits.account_rate = Some((one, five)));
        let server = Server::start_with(&database, options).await;
        let user = server.assistant_user("lin").await;
        let body = json!({"user_id": user});
        let asked = (0..40).map(|_| server.post("/api/v1/conversations/", &body));
        let answers = futures_util::future::join_all(asked).await;
        let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
        assert!(!refused.is_empty());
        for answer in refused {
            answer.is(429, &detail("Too Many Requests"));
            assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
        }
        // Somebody else is not held up by it.
        server.new_dialogue("wu").await;
    });
}
