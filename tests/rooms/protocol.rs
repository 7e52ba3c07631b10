//! Paths, methods, sizes, and HTTP itself, in this surface's words.

use std::num::NonZeroU32;
use std::time::Duration;

use matchmaking_core::api::rooms::ROUTES;
use matchmaking_core::api::route::{Body, Method};
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{Person, done, refused};
use crate::support::raw::Raw;
use crate::support::{Answer, Backend, Database, Options, Server, run};

#[test]
fn unknown_paths_and_wrong_methods_are_refused_in_the_same_form() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for path in [
            "/register/x",
            "/login/x",
            "/api/room",
            "/api/room/nope",
            "/api/room/create/x",
            "/api/message",
            "/api/message/nope",
            "/api/user",
            "/api/user/nope",
            "/ws/join/x",
        ] {
            for verb in [Verb::GET, Verb::POST, Verb::DELETE] {
                let answer = Answer::of(server.http.request(verb, server.url(path))).await;
                answer.is(404, &refused("接口不存在"));
            }
        }
        let methods = |path: &str| -> Vec<Method> {
            ROUTES.iter().filter(|it| it.route.path == path).map(|it| it.route.method).collect()
        };
        for listed in ROUTES {
            let path = listed.route.path;
            let allowed = methods(path);
            for verb in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"] {
                if allowed.iter().any(|method| method.as_str() == verb) {
                    continue;
                }
                let request =
                    server.http.request(Verb::from_bytes(verb.as_bytes()).unwrap(), server.url(path));
                let answer = Answer::of(request).await;
                answer.is(405, &refused("请求方法错误"));
                for method in &allowed {
                    assert!(answer.header("allow").contains(method.as_str()), "{verb} {path}");
                }
            }
        }
    });
}

#[test]
fn a_trailing_slash_and_unknown_fields_are_ignored() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let body = json!({"username": "lin", "password": "123456", "email": 5, "x": [{}]});
        assert_eq!(server.post("/register/", &body).await.json()["code"], 0);
        assert_eq!(server.post("/login/", &body).await.json()["code"], 0);
        let lin = Person::join(&server, "wu").await;
        let id = lin.room("r").await;
        for path in [
            "/api/room/list/".to_owned(),
            format!("/api/room/members/?room_id={id}&x=1"),
            format!("/api/room/info/?x&room_id=9&room_id={id}"),
            format!("/api/message/list/?room_id={id}"),
            "/api/user/my/".to_owned(),
        ] {
            assert_eq!(lin.get(&path).await.json()["code"], 0, "{path}");
        }
    });
}

#[test]
fn large_bodies_are_refused_and_the_refusal_is_read() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let padded = |size: usize| {
            let empty = json!({"pad": ""}).to_string().len();
            json!({"pad": "x".repeat(size - empty)})
        };
        for listed in ROUTES {
            let Body::Json(limit) = listed.route.body else { continue };
            let verb = Verb::from_bytes(listed.route.method.as_str().as_bytes()).unwrap();
            let action = listed.route.success.unwrap().strip_suffix("成功").unwrap();
            let path = listed.route.path;
            let fits = lin.ask(verb.clone(), path, Some(&padded(limit))).await;
            fits.is(200, &refused(&format!("{action}失败，请求错误")));
            let too_large = lin.ask(verb, path, Some(&padded(limit + 1))).await;
            too_large.is(413, &refused(&format!("{action}失败，请求内容过大")));
        }
    });
}

#[test]
fn a_body_that_does_not_arrive_is_given_up() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().limits(|limits| {
            limits.body_chunk_timeout = Duration::from_millis(100);
        });
        let server = Server::start_with(&database, options).await;
        let mut raw = Raw::connect(&server).await;
        raw.write("POST /register HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{").await;
        let answer = raw.answer().await.unwrap();
        assert_eq!((answer.status, answer.body), (408, refused("注册失败，请求超时").to_string()));
    });
}

#[test]
fn too_many_requests_are_told_when_to_come_again() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().limits(|limits| {
            limits.address_rate = Some((NonZeroU32::MIN, NonZeroU32::new(3).unwrap()));
        });
        let server = Server::start_with(&database, options).await;
        let mut refusals = Vec::new();
        for _ in 0..9 {
            let answer = server.post("/login", &json!({"username": "a", "password": "b"})).await;
            if answer.status != 200 {
                refusals.push(answer);
            }
        }
        assert!(!refusals.is_empty());
        for answer in refusals {
            answer.is(429, &refused("登录失败，请求过于频繁，请稍后再试"));
            assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
        }
    });
}

/// After ten failures nobody gets in under that name from that address, for a while.
#[test]
fn guessing_passwords_is_ended() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let guess = async |password: &str| {
            server.post("/login", &json!({"username": "lin", "password": password})).await
        };
        for _ in 0..10 {
            guess("wrong password").await.is(200, &refused("用户名或密码错误"));
        }
        for password in ["wrong password", super::PASSWORD] {
            let answer = guess(password).await;
            answer.is(429, &refused("登录失败，请求过于频繁，请稍后再试"));
            assert!(answer.header("retry-after").parse::<u64>().unwrap() > 60);
        }
        // Others are not kept out, and neither is she, once that is over; her session goes on.
        Person::join(&server, "wu").await;
        assert_eq!(lin.get("/api/room/list").await.status, 200);
        server.clock.advance(15 * 60_000);
        assert_eq!(guess(super::PASSWORD).await.json()["code"], 0);
    });
}

#[test]
fn pages_of_any_origin_may_call() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let preflight = server
            .http
            .request(Verb::OPTIONS, server.url("/api/room/create"))
            .header("origin", "http://localhost:5173")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type");
        let answer = Answer::of(preflight).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("access-control-allow-headers").to_lowercase().contains("authorization"));
        let request = server.http.get(server.url("/api/room/list")).header("origin", "http://localhost:5173");
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, "*"));
    });
}

#[test]
fn head_follows_get() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let got = lin.get("/api/room/list").await;
        got.is(200, &done("获取成功", Value::Array(Vec::new())));
        let head = lin.ask(Verb::HEAD, "/api/room/list", None).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
        assert_eq!(head.header("content-length"), got.text.len().to_string());
    });
}
