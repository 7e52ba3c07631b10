//! Registering, logging in, one's profile, and finding each other.

use matchmaking_core::model::AccountStatus;
use serde_json::{Value, json};

use super::{BAD, PASSWORD, Person, SECOND_LATER, START_TIME, address, done, log_in, texts};
use crate::support::{Database, Server, on_every_store};

const FAILED: (&str, &str) = ("登录失败", "邮箱或密码错误");

fn registration(username: &str, email: &str) -> Value {
    json!({"username": username, "email": email, "password": PASSWORD})
}

async fn names_and_addresses_are_unique_however_they_are_written(database: Database) {
    let server = Server::start(&database).await;
    let register = async |username: &str, email: &str| {
        server.post("/api/v1/register", &registration(username, email)).await
    };
    assert_eq!(register("Lin", "lin@example.com").await.status, 200);
    for again in ["Lin", "lin", "LIN", "Ｌｉｎ"] {
        register(again, "other@example.com").await.refuses(400, BAD, "username: 用户名已存在");
    }
    for again in ["lin@example.com", "LIN@Example.com"] {
        register("other", again).await.refuses(400, BAD, "email: 邮箱已被注册");
    }
    // A refused registration has left nothing behind.
    assert_eq!(register("other", "other@example.com").await.status, 200);
    // A name that is somebody's address is a name.
    assert_eq!(register("lin@example.com", "third@example.com").await.status, 200);
    assert_eq!(register("Ω", "fourth@x").await.status, 200);
    register("\u{2126}", "fifth@x").await.refuses(400, BAD, "username: 用户名已存在");
}

async fn bounds_of_a_registration(database: Database) {
    let server = Server::start(&database).await;
    let longest = format!("{}@x", "a".repeat(252));
    let bodies = [
        json!({"username": "a", "email": "a@b", "password": "12345678"}),
        json!({"username": "缘".repeat(64), "email": longest, "password": "密".repeat(64), "phone": "1".repeat(32)}),
        json!({"username": "空 格", "email": "c@d", "password": "        ", "phone": null, "more": [1]}),
        json!({"username": "e", "email": "e@f", "password": "12345678", "phone": ""}),
    ];
    for body in bodies {
        let made = server.post("/api/v1/register", &body).await.data();
        assert_eq!((&made["username"], &made["email"]), (&body["username"], &body["email"]));
        assert_eq!(made["phone"], body["phone"].as_str().unwrap_or_default());
        let password = body["password"].as_str().unwrap();
        let logged_in = log_in(&server, body["email"].as_str().unwrap(), password).await.data();
        assert_eq!(logged_in["user"]["user_id"], made["user_id"]);
    }
}

async fn a_login_is_by_address_or_by_name(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "Lin").await;
    for name in ["Lin@example.com", "lin@EXAMPLE.com", "Lin", "lin", "ＬＩＮ"] {
        let user = log_in(&server, name, PASSWORD).await.data()["user"].clone();
        assert_eq!(user, json!({"user_id": lin.id, "username": "Lin", "email": "Lin@example.com"}), "{name}");
    }
    // Whoever calls themselves by another's address does not get in their way.
    let body = registration("lin@example.com", "wu@example.com");
    let wu = server.post("/api/v1/register", &body).await.data();
    let as_address = log_in(&server, "lin@example.com", PASSWORD).await.data();
    assert_eq!(as_address["user"]["user_id"], lin.id);
    assert_eq!(log_in(&server, "wu@example.com", PASSWORD).await.data()["user"]["user_id"], wu["user_id"]);
}

async fn a_failed_login_tells_nothing(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    for (name, password) in [
        ("lin@example.com", "password124"),
        ("lin", "Password123"),
        ("lin", ""),
        ("wu", PASSWORD),
        ("wu@example.com", PASSWORD),
        ("", ""),
        ("", PASSWORD),
        ("lin@example.com ", "x"),
        ("l".repeat(100_000).as_str(), PASSWORD),
        ("lin", "x".repeat(100_000).as_str()),
        ("'; DROP TABLE accounts; --", PASSWORD),
    ] {
        log_in(&server, name, password).await.refuses(401, FAILED.0, FAILED.1);
    }
    for status in [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted] {
        lin.becomes(&server, status).await;
        log_in(&server, "lin@example.com", PASSWORD).await.refuses(401, FAILED.0, FAILED.1);
    }
}

async fn whoever_fails_too_often_has_to_wait(database: Database) {
    let server = Server::start(&database).await;
    Person::join(&server, "lin").await;
    let mut limited = None;
    for _ in 0..50 {
        let answer = log_in(&server, "lin", "password124").await;
        if answer.status == 429 {
            limited = Some(answer);
            break;
        }
        answer.refuses(401, FAILED.0, FAILED.1);
    }
    let limited = limited.expect("a limit");
    let seconds: u64 = limited.header("retry-after").parse().unwrap();
    limited.refuses(429, "请求过于频繁", &format!("请在 {seconds} 秒后重试"));
    assert_eq!(log_in(&server, "lin", PASSWORD).await.status, 429, "the right one, too");
    server.clock.advance(i64::try_from(seconds).unwrap() * 1_000);
    assert_eq!(log_in(&server, "lin", PASSWORD).await.status, 200);
}

async fn a_profile_keeps_what_is_absent_and_drops_what_is_empty(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let profile = async || lin.get("/user/profile").await.data();
    let put = async |body: Value| lin.put("/user/profile", &body).await;
    put(json!({"avatar": "a", "phone": "1"})).await.data();
    for nothing in [json!({}), json!({"username": null, "avatar": null, "phone": null, "email": "x@y"})] {
        server.clock.advance(1_000);
        put(nothing).await.is(
            200,
            &done(&json!({
                "user_id": lin.id, "username": "lin", "avatar": "a", "phone": "1", "updated_at": START_TIME,
            })),
        );
    }
    let expected = json!({
        "user_id": lin.id, "username": "lin", "email": "lin@example.com", "phone": "1", "avatar": "a",
        "created_at": START_TIME, "updated_at": START_TIME,
    });
    assert_eq!(profile().await, expected);
    put(json!({"phone": ""})).await.data();
    assert_eq!((&profile().await["phone"], &profile().await["avatar"]), (&json!(""), &json!("a")));
    put(json!({"avatar": ""})).await.data();
    assert_eq!((&profile().await["phone"], &profile().await["avatar"]), (&json!(""), &json!("")));
    let (avatar, phone) = ("图".repeat(2_048), "1".repeat(32));
    put(json!({"avatar": avatar, "phone": phone})).await.data();
    assert_eq!((&profile().await["phone"], &profile().await["avatar"]), (&json!(phone), &json!(avatar)));
}

async fn a_refused_change_changes_nothing(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    Person::join(&server, "wu").await;
    let before = lin.get("/user/profile").await.text;
    server.clock.advance(1_000);
    for (username, error) in [
        (json!("WU"), "username: 用户名已存在"),
        (json!(""), "username: 不能为空"),
        (json!(" \u{3000}"), "username: 不能为空"),
        (json!("a\nb"), "username: 不能包含控制字符"),
        (json!("x".repeat(65)), "username: 不能超过 64 个字符"),
        (json!(5), "username: 必须是字符串"),
    ] {
        let body = json!({"username": username, "avatar": "new", "phone": "new"});
        lin.put("/user/profile", &body).await.refuses(400, BAD, error);
        assert_eq!(lin.get("/user/profile").await.text, before, "{username}");
    }
    let body = json!({"username": "neu", "avatar": 5, "phone": "x".repeat(33)});
    lin.put("/user/profile", &body).await.refuses(
        400,
        BAD,
        "avatar: 必须是字符串; phone: 不能超过 32 个字符",
    );
    assert_eq!(lin.get("/user/profile").await.text, before);
}

async fn a_new_name_is_the_name_everywhere_and_frees_the_old_one(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    lin.say(&wu, "x").await;
    server.clock.advance(1_000);
    let renamed = lin.put("/user/profile", &json!({"username": "林"})).await.data();
    assert_eq!((&renamed["username"], &renamed["updated_at"]), (&json!("林"), &json!(SECOND_LATER)));
    // Written otherwise it is still one's own.
    lin.put("/user/profile", &json!({"username": "林"})).await.data();
    assert_eq!(log_in(&server, "lin", PASSWORD).await.status, 401);
    assert_eq!(log_in(&server, "林", PASSWORD).await.data()["user"]["user_id"], lin.id);
    assert_eq!(log_in(&server, &address("lin"), PASSWORD).await.data()["user"]["username"], "林");
    let conversations = wu.get("/chat/conversations").await.data();
    assert_eq!(conversations["conversations"][0]["name"], "林");
    wu.put("/user/profile", &json!({"username": "lin"})).await.data();
    lin.put("/user/profile", &json!({"username": "lin"})).await.refuses(400, BAD, "username: 用户名已存在");
}

async fn people_are_found_by_exactly_what_they_are_called(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "Lin").await;
    let wu = Person::join(&server, "wu").await;
    let found = async |q: &str| {
        // What counts in a query is escaped.
        let q = q.replace('%', "%25").replace('@', "%40").replace(' ', "+").replace('\'', "%27");
        texts(&lin.get(&format!("/user/search?q={q}")).await.data()["users"], "user_id")
    };
    for q in ["wu", "WU", " wu ", "wu@example.com", "WU@example.COM"] {
        assert_eq!(found(q).await, [wu.id.as_str()], "{q}");
    }
    // Oneself, too.
    assert_eq!(found("lin").await, [lin.id.as_str()]);
    for q in ["w", "wu2", "example.com", "%", "*", "wu@example", "' OR 1=1 --"] {
        assert_eq!(found(q).await, Vec::<String>::new(), "{q}");
    }
    // Somebody's address may be somebody else's name.
    let third = server.post("/api/v1/register", &registration("wu@example.com", "third@example.com")).await;
    let third = third.data()["user_id"].as_str().unwrap().to_owned();
    assert_eq!(found("wu@example.com").await, [third, wu.id.clone()]);
    // Nobody is shown whom they blocked, or who blocked them.
    wu.block(&server, &lin).await;
    assert_eq!(found("wu").await, Vec::<String>::new());
}

on_every_store!(
    names_and_addresses_are_unique_however_they_are_written,
    bounds_of_a_registration,
    a_login_is_by_address_or_by_name,
    a_failed_login_tells_nothing,
    whoever_fails_too_often_has_to_wait,
    a_profile_keeps_what_is_absent_and_drops_what_is_empty,
    a_refused_change_changes_nothing,
    a_new_name_is_the_name_everywhere_and_frees_the_old_one,
    people_are_found_by_exactly_what_they_are_called,
);
