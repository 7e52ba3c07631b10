//! Tokens that this server did not make.

use std::sync::Arc;

use matchmaking_core::clock::{Clock as _, ManualClock};
use matchmaking_core::ids::SessionId;
use matchmaking_core::service::tokens::{TokenKey, TokenKind, Tokens};

use super::{OTHER, PHONE, Person, data, refused};
use crate::support::server::token_key;
use crate::support::{Database, Server, on_every_store};

on_every_store!(forged_tokens_open_nothing);

/// `{"alg":"none","typ":"JWT"}`, as a token begins.
const NO_ALGORITHM: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";

/// `{"alg":"HS384","typ":"JWT"}`.
const OTHER_ALGORITHM: &str = "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9";

async fn forged_tokens_open_nothing(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    let sessions = data(&person.get("/account/sessions").await);
    let session = SessionId::new(sessions["items"][0]["session_id"].as_i64().unwrap()).unwrap();
    let account = person.account();
    let now = Arc::new(ManualClock::new(server.clock.now()));
    let ours = Tokens::new(&token_key(), Arc::clone(&now) as _);
    let theirs = Tokens::new(&TokenKey::new(b"another key of thirty-two bytes.."), now);

    let good = ours.issue_for_session(account, session);
    data(&Person { access: good.clone(), ..person.clone() }.knocks().await);
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
    let other = Person::join(&server, OTHER).await;
    let others: Vec<_> = other.access.split('.').collect();
    for forged in [
        format!("{NO_ALGORITHM}.{claims}."),
        format!("{NO_ALGORITHM}.{claims}.{signature}"),
        format!("{OTHER_ALGORITHM}.{claims}.{signature}"),
        format!("{header}.{}.{signature}", others[1]),
        format!("{header}.{claims}.{}", others[2]),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{header}.{claims}.{signature}.{signature}"),
        theirs.issue_for_session(account, session),
        ours.issue(TokenKind::Groups, account),
        ours.issue(TokenKind::Rooms, account),
        ours.issue_for_session(account, SessionId::new(424_242).unwrap()),
        ours.issue_for_session(other.account(), session),
        person.refresh.clone(),
        "x".repeat(10_000),
        String::from("."),
    ] {
        refused(&Person { access: forged, ..person.clone() }.knocks().await, 40103);
    }
    data(&person.knocks().await);
}
