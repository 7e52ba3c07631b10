//! Users.

use serde_json::json;

use super::{MOUNTS, NOW, detail};
use crate::support::{Database, Server, on_every_store};

async fn a_user_is_made_and_found(database: Database) {
    let server = Server::start(&database).await;
    for (number, mount) in (1..).zip(MOUNTS) {
        let name = format!("user{number}");
        let email = format!("{name}@example.com");
        let expected = json!({"username": name, "email": email, "id": number, "created_at": NOW});
        let body = json!({"username": name, "email": email, "unknown": 1});
        server.post(&format!("{mount}/users/"), &body).await.is(200, &expected);
        for path in [format!("{mount}/users/{name}"), format!("{mount}/users/{name}/")] {
            server.get(&path).await.is(200, &expected);
        }
    }
    for (name, email) in [("third", json!(null)), ("fourth", json!(""))] {
        let made = server.post("/api/v1/users", &json!({"username": name, "email": email})).await;
        let id = made.number("id");
        made.is(200, &json!({"username": name, "email": null, "id": id, "created_at": NOW}));
    }
}

async fn names_are_taken_once(database: Database) {
    let server = Server::start(&database).await;
    let make = async |username: &str, email: &str| {
        server.post("/api/v1/users/", &json!({"username": username, "email": email})).await
    };
    make("Lin", "lin@example.com").await.number("id");
    for name in ["Lin", "lin", "ＬＩＮ"] {
        make(name, "other@example.com").await.is(400, &detail("Username already registered"));
    }
    make("wu", "LIN@example.com").await.is(400, &detail("Email already registered"));
    // Where both are taken, the first is told.
    make("lin", "lin@example.com").await.is(400, &detail("Username already registered"));
    make("wu", "wu@example.com").await.number("id");
    // However it is written, a name is the same, and shown as its owner wrote it.
    assert_eq!(server.get("/api/v1/users/lIN").await.json()["username"], "Lin");
    server.get("/api/v1/users/nobody").await.is(404, &detail("User not found"));
}

async fn a_name_of_digits_is_a_name(database: Database) {
    let server = Server::start(&database).await;
    let first = server.assistant_user("first").await;
    let digits = server.assistant_user("12345").await;
    assert_eq!(server.get("/api/v1/users/12345").await.number("id"), digits);
    server.get(&format!("/api/v1/users/{first}")).await.is(404, &detail("User not found"));
    let chinese = server.assistant_user("林 小姐/1?").await;
    let path = "/api/v1/users/%E6%9E%97%20%E5%B0%8F%E5%A7%90%2F1%3F";
    assert_eq!(server.get(path).await.number("id"), chinese);
}

/// Whoever has a password is out of reach; names are one, addresses are not.
async fn nobody_acts_for_whom_a_password_protects(database: Database) {
    let server = Server::start(&database).await;
    let registered = json!({"username": "lin", "email": "lin@example.com", "password": "password123"});
    let account = server.post("/api/v1/register", &registered).await.json()["data"]["user_id"].clone();
    let account: i64 = account.as_str().unwrap().parse().unwrap();
    server.get("/api/v1/users/lin").await.is(404, &detail("User not found"));
    let taken = server.post("/api/v1/users/", &json!({"username": "lin"})).await;
    taken.is(400, &detail("Username already registered"));
    let made = server.post("/api/v1/conversations/", &json!({"user_id": account})).await;
    made.is(404, &detail("User not found"));
    server.get(&format!("/api/v1/users/{account}/conversations")).await.is(200, &json!([]));
    // The address of somebody with a password may be given, and given again to somebody with one.
    let wu = json!({"username": "wu", "email": "lin@example.com"});
    server.post("/api/v1/users/", &wu).await.number("id");
    let again = json!({"username": "li", "email": "li@example.com"});
    server.post("/api/v1/users/", &again).await.number("id");
    let register = json!({"username": "li2", "email": "li@example.com", "password": "password123"});
    assert_eq!(server.post("/api/v1/register", &register).await.status, 200);
    // And nobody logs in by an address that nobody verified.
    let login = json!({"email": "wu", "password": "password123"});
    assert_eq!(server.post("/api/v1/login", &login).await.status, 401);
}

async fn one_of_many_gets_a_name(database: Database) {
    let server = Server::start(&database).await;
    for round in 0..5 {
        let body = json!({"username": format!("lin{round}"), "email": format!("{round}@example.com")});
        let made = (0..4).map(|_| server.post("/api/v1/users/", &body));
        let made = futures_util::future::join_all(made).await;
        let refused = made.iter().filter(|answer| answer.status == 400).count();
        assert_eq!((made.iter().filter(|answer| answer.status == 200).count(), refused), (1, 3));
    }
}

on_every_store!(
    a_user_is_made_and_found,
    names_are_taken_once,
    a_name_of_digits_is_a_name,
    nobody_acts_for_whom_a_password_protects,
    one_of_many_gets_a_name,
);
