//! Registering, logging in, and who one is.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{PASSWORD, Person, done, refused};
use crate::support::{Answer, Database, Remote, Server, on_every_store};

async fn register(server: &Remote, name: &str, password: &str) -> Answer {
    server.post("/register", &json!({"username": name, "password": password})).await
}

async fn log_in(server: &Remote, name: &str, password: &str) -> Answer {
    server.post("/login", &json!({"username": name, "password": password})).await
}

async fn names_are_compared_as_people_read_them(database: Database) {
    let server = Server::start(&database).await;
    let id = register(&server, "Ｌｉｎ", PASSWORD).await.json()["data"]["ID"].clone();
    for same in ["Ｌｉｎ", "lin", "LIN", "ＬＩＮ"] {
        register(&server, same, PASSWORD).await.is(200, &refused("用户名已存在"));
        let logged_in = log_in(&server, same, PASSWORD).await.json();
        // Shown as its owner wrote it.
        assert_eq!(logged_in["data"]["user"], json!({"ID": id, "username": "Ｌｉｎ"}), "{same}");
    }
    for other in ["lín", "lin ", " lin"] {
        assert_eq!(register(&server, other, PASSWORD).await.json()["code"], 0, "{other}");
    }
}

async fn bounds_are_inclusive(database: Database) {
    let server = Server::start(&database).await;
    let longest = "名".repeat(64);
    for (name, password) in
        [("a", "123456"), (longest.as_str(), &"密".repeat(128)), ("a b\u{3000}🙂", "      ")]
    {
        let registered = register(&server, name, password).await.json();
        assert_eq!(registered["data"]["username"], json!(name));
        assert_eq!(log_in(&server, name, password).await.json()["code"], 0, "{name}");
    }
    for (name, password, reason) in [
        ("", "123456", "用户名不能为空"),
        (" \u{3000}", "123456", "用户名不能为空"),
        (&"名".repeat(65), "123456", "用户名不能超过64个字符"),
        ("a\u{7}", "123456", "用户名包含非法字符"),
        ("a\0", "123456", "用户名包含非法字符"),
        ("b", "12345", "密码不能少于6个字符"),
        ("b", "", "密码不能少于6个字符"),
        ("b", &"密".repeat(129), "密码不能超过128个字符"),
        ("b", "12345\0", "密码包含非法字符"),
        // The first of several.
        ("", "", "用户名不能为空"),
    ] {
        register(&server, name, password).await.is(200, &refused(&format!("注册失败，{reason}")));
    }
    // Nothing of these was made.
    assert_eq!(register(&server, "b", "123456").await.json()["code"], 0);
}

async fn whoever_is_not_let_in_is_not_told_why(database: Database) {
    let server = Server::start(&database).await;
    register(&server, "lin", PASSWORD).await;
    let deactivated = Person::join(&server, "gone").await;
    let account = matchmaking_core::ids::AccountId::new(deactivated.id).unwrap();
    server
        .inside(async move |services| {
            use matchmaking_core::{clock::Millis, model::AccountStatus};
            services.stores.accounts.set_status(account, AccountStatus::Deleted, Millis(1)).await.unwrap();
        })
        .await;
    for (name, password) in [
        ("lin", "wrong"),
        ("lin", ""),
        ("lin", "PASSWORD123"),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("\0", "\0"),
        ("gone", PASSWORD),
        (&"x".repeat(100_000), PASSWORD),
        ("lin", &"x".repeat(100_000)),
    ] {
        log_in(&server, name, password).await.is(200, &refused("用户名或密码错误"));
    }
    assert_eq!(log_in(&server, "lin", PASSWORD).await.json()["code"], 0);
}

async fn of_two_who_want_a_name_at_once_one_gets_it(database: Database) {
    let server = Server::start(&database).await;
    let names = ["lin", "LIN", "Lin", "ｌｉｎ"];
    let answers = join_all(names.map(|name| register(&server, name, PASSWORD))).await;
    let mut codes: Vec<i64> = answers.iter().map(|answer| answer.json()["code"].as_i64().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 1, 1, 1]);
    for answer in answers.iter().filter(|answer| answer.json()["code"] == 1) {
        answer.is(200, &refused("用户名已存在"));
    }
}

async fn everyone_is_told_who_they_are(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let mine = |avatar: &str, name: &str| {
        done("获取成功", json!({"ID": lin.id, "username": "lin", "avatar": avatar, "nike_name": name}))
    };
    lin.get("/api/user/my").await.is(200, &mine("", ""));
    let account = matchmaking_core::ids::AccountId::new(lin.id).unwrap();
    server
        .inside(async move |services| {
            let named = |profile: &mut matchmaking_core::model::Profile| {
                profile.nickname = Some("小林".to_owned());
                profile.avatar_url = Some("https://example.com/a.png".to_owned());
            };
            services.people.edit(account, named).await.unwrap();
        })
        .await;
    lin.get("/api/user/my").await.is(200, &mine("https://example.com/a.png", "小林"));
}

async fn malformed_bodies_are_refused_in_the_routes_words(database: Database) {
    let server = Server::start(&database).await;
    for (path, action) in [("/register", "注册"), ("/login", "登录")] {
        let expected = refused(&format!("{action}失败，请求错误"));
        for body in ["", "{", "[]", "null", "7", "\"x\"", "username=a&password=b", "{\"username\": \"a\"}"] {
            server.post_text(path, body).await.is(200, &expected);
        }
        for body in [
            json!({"username": "a"}),
            json!({"password": PASSWORD}),
            json!({"username": null, "password": PASSWORD}),
            json!({"username": 7, "password": PASSWORD}),
            json!({"username": "a", "password": 1_234_567}),
            json!({"username": ["a"], "password": {"a": 1}}),
            // What cannot be read goes before what breaks a rule.
            json!({"username": "", "password": null}),
        ] {
            server.post(path, &body).await.is(200, &expected);
        }
        // Whatever the body says it is.
        for media_type in ["", "text/plain", "application/x-www-form-urlencoded"] {
            let body = Value::from_iter([("username", "nobody"), ("password", "password")]).to_string();
            let answer = server.post_as(path, media_type, body).await;
            assert_ne!(answer.json()["msg"], expected["msg"], "{media_type}");
        }
    }
}

on_every_store!(
    names_are_compared_as_people_read_them,
    bounds_are_inclusive,
    whoever_is_not_let_in_is_not_told_why,
    of_two_who_want_a_name_at_once_one_gets_it,
    everyone_is_told_who_they_are,
    malformed_bodies_are_refused_in_the_routes_words,
);
