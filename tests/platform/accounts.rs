//! Registering, logging in, names, and the end of an account.

use matchmaking_core::model::AccountStatus;
use serde_json::json;

use super::{OTHER, PASSWORD, PHONE, Person, code, data, log_in, names, refresh, refused, register, text};
use crate::support::{Answer, Database, Options, Server, on_every_store};

on_every_store!(
    the_documented_examples_work,
    what_is_refused_says_why,
    codes_are_sent_as_often_as_they_may_be,
    a_code_is_good_for_its_time_its_purpose_and_once,
    nobody_is_told_whether_a_phone_is_known,
    a_password_is_changed_or_reset,
    names_open_the_other_dialects,
    a_deleted_account_is_gone_and_its_phone_free,
);

async fn the_documented_examples_work(database: Database) {
    let server = Server::start(&database).await;
    let sent = server.post("/v1/auth/sms-code/send", &json!({"phone": PHONE, "type": "register"})).await;
    assert_eq!(sent.json()["message"], "验证码发送成功");
    assert_eq!(data(&sent), json!({"expire_seconds": 300, "send_interval": 60}));
    let code = server.outbox.code(PHONE);
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");

    let body = json!({"phone": PHONE, "code": code, "password": PASSWORD, "invite_code": "ABC123"});
    let made = server.post("/v1/auth/register", &body).await;
    assert_eq!(made.json()["message"], "注册成功");
    let made = data(&made);
    assert_eq!(names(&made), ["user_id", "access_token", "refresh_token", "expires_in", "user"]);
    assert_eq!(made["expires_in"], 7_200);
    let user = &made["user"];
    assert_eq!(names(user), ["id", "phone", "status", "profile_completion_rate", "created_at"]);
    assert_eq!(
        (&user["id"], &user["phone"], &user["status"]),
        (&made["user_id"], &json!("138****8000"), &json!(1))
    );
    assert_eq!(user["created_at"], "2026-02-05T10:30:00.123Z");

    let device = json!({
        "device_id": "device_xxx", "device_type": "ios", "device_model": "iPhone14,2", "os_version": "16.0",
        "app_version": "1.0.0",
    });
    let body = json!({"phone": PHONE, "password": PASSWORD, "device_info": device});
    let logged = server.post("/v1/auth/login", &body).await;
    assert_eq!(logged.json()["message"], "登录成功");
    let logged = data(&logged);
    assert_eq!(logged["is_new_device"], true);
    assert_eq!(data(&server.post("/v1/auth/login", &body).await)["is_new_device"], false);
    let user = &logged["user"];
    for field in ["id", "nickname", "avatar_url", "vip_level", "profile_completion_rate"] {
        assert!(user.get(field).is_some(), "{field}: {user}");
    }
    assert_eq!((&user["id"], &user["vip_level"]), (&made["user_id"], &json!(0)));

    let next = data(&refresh(&server, &text(&logged["refresh_token"])).await);
    assert_eq!(names(&next), ["access_token", "refresh_token", "expires_in"]);
    assert_ne!(next["refresh_token"], logged["refresh_token"]);
}

async fn what_is_refused_says_why(database: Database) {
    let server = Server::start(&database).await;
    let send = async |body| server.post("/v1/auth/sms-code/send", &body).await;
    assert_eq!(refused(&send(json!({})).await, 40002), ["phone", "type"]);
    assert_eq!(refused(&send(json!({"phone": "12800138000", "type": "x"})).await, 40001), ["phone", "type"]);
    let named = send(json!({"phone": "1", "type": "login"})).await;
    assert_eq!(named.json()["data"]["errors"][0]["message"], "手机号格式不正确");
    refused(&server.post_text("/v1/auth/login", "{").await, 40001);
    refused(&server.post_as("/v1/auth/login", "text/plain", "{}").await, 41501);
    assert_eq!(refused(&server.post("/v1/auth/login", &json!({"phone": PHONE})).await, 40002), ["password"]);

    let good = code(&server, PHONE, "register").await;
    let body = json!({"phone": PHONE, "code": good, "password": "letters-only"});
    assert_eq!(refused(&server.post("/v1/auth/register", &body).await, 40001), ["password"]);
    assert_eq!(refused(&register(&server, PHONE, "wrong").await, 40001), ["code"]);
    // Neither has spent the code.
    Person::entered(&server, &register(&server, PHONE, &good).await);
    refused(&register(&server, PHONE, "000000").await, 40901);
    let taken = send(json!({"phone": PHONE, "type": "register"})).await;
    refused(&taken, 40901);
    assert_eq!(taken.json()["message"], "手机号已注册");
    refused(&log_in(&server, PHONE, "wrong").await, 40104);
    refused(&log_in(&server, OTHER, PASSWORD).await, 40104);
    refused(&server.get("/v1/auth/login").await, 40501);

    server.outbox.is_broken(true);
    let failed = send(json!({"phone": OTHER, "type": "register"})).await;
    refused(&failed, 50002);
    assert!(!failed.text.contains("down"), "{}", failed.text);
    server.outbox.is_broken(false);
    data(&send(json!({"phone": OTHER, "type": "register"})).await);
}

async fn codes_are_sent_as_often_as_they_may_be(database: Database) {
    let server = Server::start(&database).await;
    let send = async |server: &Server| {
        server.post("/v1/auth/sms-code/send", &json!({"phone": PHONE, "type": "register"})).await
    };
    data(&send(&server).await);
    server.clock.advance(1_000);
    let soon = send(&server).await;
    refused(&soon, 42901);
    assert_eq!(soon.header("retry-after"), "59");
    for _ in 1..10 {
        code(&server, PHONE, "register").await;
    }
    server.clock.advance(60_000);
    refused(&send(&server).await, 42901);
    server.clock.advance(86_400_000);
    data(&send(&server).await);
    // Without limits there is neither, and what is known of the telephone stands.
    server.stop();
    let server = Server::start_with(&database, Options::default().free_codes()).await;
    for _ in 0..12 {
        data(&send(&server).await);
    }
}

async fn a_code_is_good_for_its_time_its_purpose_and_once(database: Database) {
    let server = Server::start(&database).await;
    let late = code(&server, PHONE, "register").await;
    server.clock.advance(300_000);
    assert_eq!(refused(&register(&server, PHONE, &late).await, 40001), ["code"]);
    Person::join(&server, PHONE).await;
    let login = code(&server, PHONE, "login").await;
    let reset = json!({"phone": PHONE, "code": login, "new_password": "another1"});
    assert_eq!(refused(&server.post("/v1/auth/password/reset", &reset).await, 40001), ["code"]);
    let by_code = json!({"phone": PHONE, "code": login});
    data(&server.post("/v1/auth/login", &by_code).await);
    assert_eq!(refused(&server.post("/v1/auth/login", &by_code).await, 40001), ["code"]);
    // Five wrong ones burn the right one, and a new one of the same day is burnt as well.
    for _ in 0..2 {
        let good = code(&server, OTHER, "register").await;
        for _ in 0..5 {
            assert_eq!(refused(&register(&server, OTHER, "000").await, 40001), ["code"]);
        }
        assert_eq!(refused(&register(&server, OTHER, &good).await, 40001), ["code"]);
    }
}

async fn nobody_is_told_whether_a_phone_is_known(database: Database) {
    let server = Server::start(&database).await;
    for purpose in ["login", "reset"] {
        server.clock.advance(60_000);
        let body = json!({"phone": OTHER, "type": purpose});
        data(&server.post("/v1/auth/sms-code/send", &body).await);
        refused(&server.post("/v1/auth/sms-code/send", &body).await, 42901);
    }
    assert_eq!(server.outbox.sent_to(OTHER), []);
    let by_code = json!({"phone": OTHER, "code": "123456"});
    assert_eq!(refused(&server.post("/v1/auth/login", &by_code).await, 40001), ["code"]);
}

async fn a_password_is_changed_or_reset(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    let elsewhere = Person::log_in(&server, PHONE).await;
    let change = |old: &str, new: &str| json!({"old_password": old, "new_password": new});
    let wrong = person.put("/account/password", &change("wrong", "another1")).await;
    assert_eq!(refused(&wrong, 40001), ["old_password"]);
    let weak = person.put("/account/password", &change(PASSWORD, "short1")).await;
    assert_eq!(refused(&weak, 40001), ["new_password"]);
    assert_eq!(data(&person.put("/account/password", &change(PASSWORD, "another1")).await), json!(null));
    data(&person.knocks().await);
    refused(&elsewhere.knocks().await, 40103);
    refused(&refresh(&server, &elsewhere.refresh).await, 40103);
    refused(&log_in(&server, PHONE, PASSWORD).await, 40104);

    let good = code(&server, PHONE, "reset").await;
    let reset = json!({"phone": PHONE, "code": good, "new_password": PASSWORD});
    data(&server.post("/v1/auth/password/reset", &reset).await);
    refused(&person.knocks().await, 40103);
    Person::log_in(&server, PHONE).await;
}

async fn names_open_the_other_dialects(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    let other = Person::join(&server, OTHER).await;
    let names = json!({"username": "林", "email": "lin@example.com"});
    let added = data(&person.put("/account/identities", &names).await);
    assert_eq!(added, json!({"phone": "138****8000", "username": "林", "email": "lin@example.com"}));
    let groups =
        server.post("/api/v1/login", &json!({"email": "lin@example.com", "password": PASSWORD})).await;
    assert_eq!(groups.json()["data"]["user"]["user_id"], json!(person.id.to_string()), "{}", groups.text);
    // Its token opens nothing here, nor does that of a session there.
    let foreign = Person { access: text(&groups.json()["data"]["token"]), ..person.clone() };
    refused(&foreign.knocks().await, 40103);
    let there = server.http.get(server.url("/api/v1/user/profile")).bearer_auth(&person.access);
    assert_eq!(Answer::of(there).await.status, 401);

    let taken =
        other.put("/account/identities", &json!({"username": "wu", "email": "LIN@example.com"})).await;
    refused(&taken, 40901);
    let nothing = data(&other.put("/account/identities", &json!({})).await);
    assert_eq!(nothing["username"], json!(null), "not by halves");
    let bad = other.put("/account/identities", &json!({"username": " ", "email": "x", "password": 1})).await;
    assert_eq!(refused(&bad, 40001), ["username", "email", "password"]);
    let wrong = other.put("/account/identities", &json!({"username": "wu", "password": "another1"})).await;
    assert_eq!(refused(&wrong, 40001), ["password"]);
}

async fn a_deleted_account_is_gone_and_its_phone_free(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    let delete = async |body| person.ask(reqwest::Method::DELETE, "/account", Some(&body)).await;
    assert_eq!(refused(&delete(json!({})).await, 40002), ["password"]);
    assert_eq!(refused(&delete(json!({"password": "wrong"})).await, 40001), ["password"]);
    assert_eq!(data(&delete(json!({"password": PASSWORD})).await), json!(null));
    refused(&person.knocks().await, 40103);
    refused(&refresh(&server, &person.refresh).await, 40103);
    refused(&log_in(&server, PHONE, PASSWORD).await, 40104);
    // What was counted of the telephone is not: who registers anew waits for the next code as anybody does.
    let body = json!({"phone": PHONE, "type": "register"});
    refused(&server.post("/v1/auth/sms-code/send", &body).await, 42901);
    let again = Person::join(&server, PHONE).await;
    assert_ne!(again.id, person.id);

    again.becomes(&server, AccountStatus::Locked).await;
    refused(&again.knocks().await, 40302);
    refused(&refresh(&server, &again.refresh).await, 40302);
    refused(&log_in(&server, PHONE, PASSWORD).await, 40302);
    refused(&log_in(&server, PHONE, "wrong").await, 40104);
}
