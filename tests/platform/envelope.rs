//! What stands around every answer.

use std::num::NonZeroU32;

use matchmaking_core::model::{Level, Membership};
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{OTHER, PASSWORD, PHONE, Person, code, data, log_in, refused, register};
use crate::support::{Answer, Backend, Database, Options, Server, on_every_store, run};

on_every_store!(
    a_store_that_fails_says_nothing_of_it,
    passwords_and_phones_are_what_they_must_be,
    who_invited_whom_is_linked,
    logging_in_tells_who_one_is,
);

/// A request with these headers.
async fn with(server: &Server, verb: Verb, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.http.request(verb, server.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request).await
}

#[test]
fn a_well_formed_request_id_is_echoed() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let id =
            |answer: &Answer| (answer.json()["request_id"].clone(), answer.header("x-request-id").to_owned());
        let longest = "x".repeat(128);
        for good in ["req_123456789", "!", r#"a"b\c"#, longest.as_str()] {
            for path in ["/v1/profile", "/v1/nothing", "/v2/profile"] {
                let answer = with(&server, Verb::GET, path, &[("x-request-id", good)]).await;
                assert_eq!(id(&answer), (json!(good), good.to_owned()), "{path}");
            }
        }
        let too_long = "x".repeat(129);
        for bad in ["", "a b", "\u{e9}", too_long.as_str()] {
            let (body, header) = id(&with(&server, Verb::GET, "/v1/profile", &[("x-request-id", bad)]).await);
            assert_eq!(body, json!(header));
            assert!(body != bad && !header.is_empty(), "{bad}");
        }
    });
}

#[test]
fn refusals_are_readable_in_two_languages() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let message = async |headers: &[(&str, &str)]| {
            let answer = with(&server, Verb::GET, "/v1/profile", headers).await;
            refused(&answer, 40101);
            answer.json()["message"].as_str().unwrap().to_owned()
        };
        assert_eq!(message(&[]).await, "未授权，缺少Token");
        assert_eq!(message(&[("accept-language", "zh-CN,en;q=0.9")]).await, "未授权，缺少Token");
        assert_eq!(message(&[("accept-language", "en-US,zh;q=0.9")]).await, "No access token");
        // What a client says of itself is never a reason to refuse.
        let odd = [("x-platform", "toaster"), ("x-client-version", "?"), ("x-device-id", "\u{e9}")];
        assert_eq!(message(&odd).await, "未授权，缺少Token");
        let body = json!({"phone": "1", "type": "login"}).to_string();
        let request = server.http.post(server.url("/v1/auth/sms-code/send")).body(body);
        let request = request.header("content-type", "application/json").header("accept-language", "en");
        let answer = Answer::of(request).await;
        assert_eq!(refused(&answer, 40001), ["phone"]);
        assert!(answer.text.is_ascii(), "{}", answer.text);
    });
}

#[test]
fn what_is_not_there_is_refused_in_the_dialect() {
    run(Backend::Memory, async |database: Database| {
        let options = Options::default().back_office("the operator's token of the envelope");
        let server = Server::start_with(&database, options).await;
        for path in ["/v1/nothing", "/v2/profile", "/v2/auth/login", "/admin/v1/nothing", "/v1/users"] {
            refused(&with(&server, Verb::GET, path, &[]).await, 40401);
        }
        for (verb, path) in
            [(Verb::PUT, "/v1/profile"), (Verb::GET, "/v1/auth/logout"), (Verb::PATCH, "/v1/account")]
        {
            let answer = with(&server, verb, path, &[]).await;
            refused(&answer, 40501);
            assert!(!answer.header("allow").is_empty());
        }
        // A trailing slash is of no matter.
        refused(&with(&server, Verb::GET, "/v1/profile/", &[]).await, 40101);
    });
}

#[test]
fn who_asks_too_often_is_told_when_to_come_again() {
    run(Backend::Memory, async |database: Database| {
        let (rate, burst) = (NonZeroU32::MIN, NonZeroU32::new(3).unwrap());
        let options = Options::default().limits(|limits| limits.address_rate = Some((rate, burst)));
        let server = Server::start_with(&database, options).await;
        let mut answers = Vec::new();
        for _ in 0..8 {
            answers.push(with(&server, Verb::GET, "/v1/profile", &[]).await);
        }
        let limited = answers.iter().find(|answer| answer.status == 429).expect("a refusal");
        refused(limited, 42901);
        assert!(limited.header("retry-after").parse::<u64>().unwrap() > 0);
    });
}

async fn a_store_that_fails_says_nothing_of_it(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    server.inside(|services| async move { services.stores.upkeep.close().await }).await;
    for answer in [
        person.get("/profile").await,
        person.get("/account/export").await,
        person.post("/matching/interaction", &json!({"target_user_id": 1, "action": "like"})).await,
        log_in(&server, PHONE, PASSWORD).await,
    ] {
        assert_eq!(refused(&answer, 50001), Vec::<String>::new());
        assert_eq!(answer.json()["data"], Value::Null);
        assert_eq!(answer.json()["message"], "服务器内部错误");
    }
}

async fn passwords_and_phones_are_what_they_must_be(database: Database) {
    let server = Server::start(&database).await;
    let good = code(&server, PHONE, "register").await;
    let set = async |password: &str| {
        let body = json!({"phone": PHONE, "code": good, "password": password});
        server.post("/v1/auth/register", &body).await
    };
    let (longest, too_long) = (format!("a1{}", "长".repeat(62)), format!("a1{}", "长".repeat(63)));
    for bad in ["", "Abc12!@", "12345678", "abcdefgh", "密码密码密码密码", too_long.as_str(), "Abc123!\0"]
    {
        assert_eq!(refused(&set(bad).await, 40001), ["password"], "{bad}");
    }
    Person::entered(&server, &set(&longest).await);
    data(&log_in(&server, PHONE, &longest).await);
    for bad in [
        "",
        "1380013800",
        "138001380000",
        "12800138000",
        "+8613800138000",
        "13800138 00",
        "１３８００１３８０００",
        "13800138000\n",
    ] {
        let answer = server.post("/v1/auth/sms-code/send", &json!({"phone": bad, "type": "login"})).await;
        assert_eq!(refused(&answer, 40001), ["phone"], "{bad}");
        assert_eq!(refused(&log_in(&server, bad, PASSWORD).await, 40001), ["phone"], "{bad}");
    }
    for wrong in [json!(13_800_138_000_i64), json!(null), json!([PHONE]), json!({"phone": PHONE})] {
        let answer = server.post("/v1/auth/login", &json!({"phone": wrong, "password": PASSWORD})).await;
        let code = if wrong.is_null() { 40002 } else { 40001 };
        assert_eq!(refused(&answer, code), ["phone"], "{wrong}");
    }
}

async fn who_invited_whom_is_linked(database: Database) {
    let server = Server::start(&database).await;
    let inviter = Person::join(&server, PHONE).await;
    let invite = data(&inviter.get("/profile").await)["membership"]["invite_code"].take();
    let sent = code(&server, OTHER, "register").await;
    let body = json!({"phone": OTHER, "code": sent, "password": PASSWORD, "invite_code": invite});
    let invited = Person::entered(&server, &server.post("/v1/auth/register", &body).await);
    let (account, expected) = (invited.account(), inviter.account());
    let linked = server
        .inside(move |services| async move { services.stores.invitations.inviter(account).await.unwrap() })
        .await;
    assert_eq!(linked, Some(expected));
    // A new account has a code of its own.
    assert_ne!(data(&invited.get("/profile").await)["membership"]["invite_code"], invite);
    let wrong = json!({"phone": "13700137000", "code": "000000", "password": PASSWORD, "invite_code": 7});
    assert_eq!(refused(&server.post("/v1/auth/register", &wrong).await, 40001), ["invite_code"]);
    refused(&register(&server, OTHER, "000000").await, 40901);
}

async fn logging_in_tells_who_one_is(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    data(&person.put("/profile/basic", &json!({"nickname": "佘秋婧", "gender": "female"})).await);
    let account = person.account();
    server
        .inside(move |services| async move {
            let membership = Membership { level: Level::Gold, expires_at: None };
            services.office.set_membership(account, membership).await.unwrap();
        })
        .await;
    let user = data(&log_in(&server, PHONE, PASSWORD).await)["user"].take();
    let expected = json!({
        "id": person.id, "nickname": "佘秋婧", "avatar_url": null, "vip_level": 2, "profile_completion_rate": 15,
        "status": 1,
    });
    assert_eq!(user, expected);
    let membership = data(&person.get("/profile").await)["membership"].take();
    assert_eq!((&membership["level"], &membership["level_name"]), (&json!(2), &json!("金卡会员")));
}
