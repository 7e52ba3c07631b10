//! Who is let in: every route against every kind of token.

use matchmaking_core::api::rooms::ROUTES;
use matchmaking_core::api::route::{Auth, Listed, RouteKind};
use matchmaking_core::ids::AccountId;
use matchmaking_core::model::AccountStatus;
use matchmaking_core::service::tokens::TokenKind;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::Person;
use crate::support::{Answer, Database, Server, on_every_store};

fn unauthorized(text: &str) -> Value {
    json!({ "error": text })
}

fn verb(listed: &Listed) -> Verb {
    Verb::from_bytes(listed.route.method.as_str().as_bytes()).unwrap()
}

/// Asks for a route with this header; a socket's is asked for with a handshake.
async fn ask(server: &Server, listed: &Listed, query: &str, header: Option<&str>) -> Answer {
    let mut request = server.http.request(verb(listed), server.url(&format!("{}{query}", listed.route.path)));
    if let Some(header) = header {
        request = request.header("authorization", header);
    }
    if listed.route.kind == RouteKind::Socket {
        request = request
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
    Answer::of(request).await
}

async fn without_a_good_token_nobody_is_let_in(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let account = AccountId::new(lin.id).unwrap();
    let of_groups =
        server.inside(async move |services| services.tokens.issue(TokenKind::Groups, account)).await;
    let unknown = AccountId::new(999).unwrap();
    let of_nobody =
        server.inside(async move |services| services.tokens.issue(TokenKind::Rooms, unknown)).await;
    let last = lin.token.chars().next_back().unwrap();
    let forged = format!("{}{}", &lin.token[..lin.token.len() - 1], if last == 'A' { 'Q' } else { 'A' });
    let closed: Vec<_> = ROUTES.iter().filter(|listed| listed.route.auth != Auth::Open).collect();
    assert_eq!(closed.len(), ROUTES.len() - 2);
    for listed in closed {
        let path = listed.route.path;
        for header in [None, Some(""), Some("Bearer"), Some("Bearer ")] {
            ask(&server, listed, "", header).await.is(401, &unauthorized("请先登录"));
        }
        for header in ["x", "Bearer x", "Basic eDp5", "eyJhb.eyJleHO.KNzZ", &of_groups, &of_nobody, &forged] {
            let answer = ask(&server, listed, "", Some(header)).await;
            answer.is(401, &unauthorized("token无效"));
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
        }
        // In the query a token counts for sockets only.
        let in_query = ask(&server, listed, &format!("?token={}", lin.token), None).await;
        assert_eq!(
            in_query.status == 401,
            listed.route.kind != RouteKind::Socket,
            "{path}: {}",
            in_query.text
        );
        for header in [lin.token.clone(), format!("Bearer {}", lin.token)] {
            let answer = ask(&server, listed, "", Some(&header)).await;
            assert_ne!(answer.status, 401, "{path}: {}", answer.text);
        }
    }
}

async fn a_token_is_good_for_a_day(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    server.clock.advance(24 * 3_600_000 - 1_000);
    assert_eq!(lin.get("/api/room/list").await.status, 200);
    server.clock.advance(1_000);
    for listed in ROUTES.iter().filter(|listed| listed.route.auth != Auth::Open) {
        ask(&server, listed, "", Some(&lin.token)).await.is(401, &unauthorized("token已过期"));
    }
    let again = Person::log_in(&server, "lin", lin.id).await;
    assert_eq!(again.get("/api/room/list").await.status, 200);
}

async fn a_token_is_worth_what_its_account_is(database: Database) {
    let server = Server::start(&database).await;
    for status in [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted] {
        let person = Person::join(&server, &format!("{status:?}")).await;
        server.set_status(person.id, status).await;
        for listed in ROUTES.iter().filter(|listed| listed.route.auth != Auth::Open) {
            ask(&server, listed, "", Some(&person.token)).await.is(401, &unauthorized("token无效"));
        }
    }
}

/// Who may not call learns nothing of what was wrong with the call.
async fn a_token_is_looked_at_before_the_body(database: Database) {
    let server = Server::start(&database).await;
    let large = "x".repeat((1 << 20) + 1);
    for listed in ROUTES.iter().filter(|listed| listed.route.auth == Auth::Bearer) {
        for body in ["{", &large] {
            let request =
                server.http.request(verb(listed), server.url(listed.route.path)).body(body.to_owned());
            Answer::of(request).await.is(401, &unauthorized("请先登录"));
        }
    }
}

/// Registering and logging in ask for no token, and look at none.
async fn a_token_is_ignored_where_none_is_needed(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    for path in ["/register", "/login"] {
        for header in ["x", "Bearer x", &lin.token] {
            let request = server.http.post(server.url(path)).header("authorization", header);
            assert_eq!(Answer::of(request.json(&json!({}))).await.status, 200, "{path} {header}");
        }
    }
}

on_every_store!(
    without_a_good_token_nobody_is_let_in,
    a_token_is_good_for_a_day,
    a_token_is_worth_what_its_account_is,
    a_token_is_looked_at_before_the_body,
    a_token_is_ignored_where_none_is_needed,
);
