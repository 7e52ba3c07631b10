//! Tokens and sessions.

use serde_json::{Value, json};

use super::{OTHER, PASSWORD, PHONE, Person, data, names, refresh, refused, text};
use crate::support::{Answer, Database, Server, on_every_store};

on_every_store!(
    access_tokens_are_good_for_two_hours,
    refresh_tokens_are_good_once,
    a_session_lasts_thirty_days_without_being_refreshed,
    sessions_are_listed_and_ended,
    the_device_may_be_named_in_a_header,
);

async fn access_tokens_are_good_for_two_hours(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    server.clock.advance(7_200_000 - 1_000);
    data(&person.knocks().await);
    server.clock.advance(1_000);
    refused(&person.knocks().await, 40102);
    refused(&server.get("/v1/account/sessions").await, 40101);
    for bad in ["x", "eyJhbGciOiJIUzI1NiIs...", person.refresh.as_str()] {
        refused(&Person { access: bad.to_owned(), ..person.clone() }.knocks().await, 40103);
    }
}

async fn refresh_tokens_are_good_once(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    let first = data(&refresh(&server, &person.refresh).await);
    // An answer that was lost on its way is given again.
    server.clock.advance(9_999);
    let again = data(&refresh(&server, &person.refresh).await);
    assert_eq!(again["refresh_token"], first["refresh_token"]);
    let second = data(&refresh(&server, &text(&first["refresh_token"])).await);
    for not_one in [text(&second["access_token"]), "eyJhbGciOiJIUzI1NiIs...".to_owned(), "x".repeat(9_000)] {
        refused(&refresh(&server, &not_one).await, 40103);
    }
    let second = Person { access: text(&second["access_token"]), ..person.clone() };
    data(&second.knocks().await);
    // One that was spent ends the session, with all its tokens.
    refused(&refresh(&server, &person.refresh).await, 40103);
    refused(&second.knocks().await, 40103);
    refused(&person.knocks().await, 40103);
    assert_eq!(refused(&server.post("/v1/auth/refresh", &json!({})).await, 40002), ["refresh_token"]);
}

async fn a_session_lasts_thirty_days_without_being_refreshed(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    server.clock.advance(30 * 86_400_000 - 1);
    let next = data(&refresh(&server, &person.refresh).await);
    server.clock.advance(30 * 86_400_000);
    refused(&refresh(&server, &text(&next["refresh_token"])).await, 40102);
}

fn ids(sessions: &Value) -> Vec<i64> {
    sessions["items"].as_array().unwrap().iter().map(|item| item["session_id"].as_i64().unwrap()).collect()
}

async fn sessions_are_listed_and_ended(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    let stranger = Person::join(&server, OTHER).await;
    let device = json!({"device_id": "device_xxx", "device_type": "ios"});
    let body = json!({"phone": PHONE, "password": PASSWORD, "device_info": device});
    let second = Person::entered(&server, &server.post("/v1/auth/login", &body).await);
    let listed = data(&person.get("/account/sessions").await);
    let [newest, oldest] = ids(&listed)[..] else { panic!("{listed}") };
    let view = &listed["items"][0];
    assert_eq!(
        names(view),
        [
            "session_id",
            "device_id",
            "device_type",
            "device_model",
            "os_version",
            "app_version",
            "is_current",
            "created_at",
            "last_active_at",
            "expires_at",
        ]
    );
    assert_eq!((&view["device_id"], &view["is_current"]), (&json!("device_xxx"), &json!(false)));
    assert_eq!(listed["items"][1]["is_current"], true);

    for unknown in [newest.to_string(), "0".to_owned(), "x".to_owned(), "9007199254740992".to_owned()] {
        refused(&stranger.delete(&format!("/account/sessions/{unknown}")).await, 40401);
    }
    data(&second.knocks().await);
    assert_eq!(data(&person.delete(&format!("/account/sessions/{newest}")).await), json!(null));
    refused(&second.knocks().await, 40103);
    refused(&refresh(&server, &second.refresh).await, 40103);
    refused(&person.delete(&format!("/account/sessions/{newest}")).await, 40401);
    assert_eq!(ids(&data(&person.get("/account/sessions").await)), [oldest]);

    assert_eq!(data(&person.post("/auth/logout", &json!({})).await), json!(null));
    refused(&person.knocks().await, 40103);
    refused(&refresh(&server, &person.refresh).await, 40103);
    refused(&person.post("/auth/logout", &json!({})).await, 40103);
    data(&stranger.knocks().await);
}

async fn the_device_may_be_named_in_a_header(database: Database) {
    let server = Server::start(&database).await;
    Person::join(&server, PHONE).await;
    let log_in = async |device: Option<&str>, header: &str| {
        let body = json!({"phone": PHONE, "password": PASSWORD, "device_info": {"device_id": device}});
        let request = server.http.post(server.url("/v1/auth/login")).json(&body);
        data(&Answer::of(request.header("x-device-id", header)).await)["is_new_device"].clone()
    };
    assert_eq!(log_in(None, "phone").await, true);
    assert_eq!(log_in(None, "phone").await, false);
    assert_eq!(log_in(Some("phone"), "other").await, false);
    assert_eq!(log_in(None, "other").await, true);
    // None that can be a name is no reason to refuse.
    assert_eq!(log_in(None, &"x".repeat(500)).await, false);
}
