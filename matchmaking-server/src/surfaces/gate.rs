//! Whom a request is from, by its access token: the same on every surface whose document asks for one.

use std::sync::Arc;

use matchmaking_core::api::fault::Fault;
use matchmaking_core::api::route::Auth;
use matchmaking_core::ids::AccountId;
use matchmaking_core::service::{Services, tokens::TokenKind};

use crate::http::{Asked, Gate};

/// Lets requests pass that carry a token of one kind, and counts them against the rate of their account.
#[derive(Debug, Clone)]
pub struct TokenGate {
    services: Arc<Services>,
    kind: TokenKind,
}

impl TokenGate {
    /// The gate for tokens of this kind.
    #[must_use]
    pub fn new(services: &Arc<Services>, kind: TokenKind) -> Self {
        Self { services: Arc::clone(services), kind }
    }
}

impl Gate for TokenGate {
    type Who = AccountId;

    async fn admit(&self, asked: &Asked) -> Result<AccountId, Fault> {
        caller(asked, &self.services, self.kind).await
    }
}

/// Whom a request is from, for handlers without a gate: sockets, and what reads its body itself. The token is in
/// `Authorization`, or, where the route allows it ([`Auth::BearerOrQuery`]), in the query.
pub async fn caller(asked: &Asked, services: &Services, kind: TokenKind) -> Result<AccountId, Fault> {
    let may_be_in_query = asked.listed().is_some_and(|listed| listed.route.auth == Auth::BearerOrQuery);
    let in_query = if may_be_in_query { asked.query_value("token") } else { None };
    let token = token(asked.header("authorization"), in_query.as_deref(), kind).ok_or(Fault::NoToken)?;
    let account = services.accounts.authenticate(kind, token).await?;
    asked.charge_account(account.get())?;
    Ok(account)
}

/// The token that a request carries. The clients of rooms send it with and without the word before it; in a query
/// everyone's may.
fn token<'a>(header: Option<&'a str>, query: Option<&'a str>, kind: TokenKind) -> Option<&'a str> {
    let needs_word = match kind {
        TokenKind::Rooms => false,
        TokenKind::Groups => true,
    };
    let in_header = || {
        let (word, token) = split(header?);
        (word || !needs_word).then_some(token).filter(|token| !token.is_empty())
    };
    in_header().or_else(|| Some(split(query?).1).filter(|token| !token.is_empty()))
}

/// Whether the word `Bearer` stands before a token, in whatever case, and the token.
fn split(text: &str) -> (bool, &str) {
    let text = text.trim();
    match text.split_at_checked(6) {
        Some((word, rest))
            if word.eq_ignore_ascii_case("bearer") && !rest.starts_with(|c: char| c != ' ') =>
        {
            (true, rest.trim())
        }
        _ => (false, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_where_clients_put_them() {
        for (header, query, rooms, groups) in [
            (None, None, None, None),
            (Some("Bearer a.b.c"), None, Some("a.b.c"), Some("a.b.c")),
            (Some("bearer   a.b.c "), None, Some("a.b.c"), Some("a.b.c")),
            (Some("BEARER a.b.c"), Some("x"), Some("a.b.c"), Some("a.b.c")),
            (Some("a.b.c"), None, Some("a.b.c"), None),
            (Some("bearera.b.c"), None, Some("bearera.b.c"), None),
            (Some("Basic a"), None, Some("Basic a"), None),
            (Some(""), None, None, None),
            (Some("Bearer"), None, None, None),
            (Some("Bearer "), None, None, None),
            (Some("Bearer "), Some("b"), Some("b"), Some("b")),
            (None, Some("a.b.c"), Some("a.b.c"), Some("a.b.c")),
            (None, Some("Bearer a.b.c"), Some("a.b.c"), Some("a.b.c")),
            (None, Some(""), None, None),
            (None, Some("Bearer "), None, None),
            (Some("Basic a"), Some("b"), Some("Basic a"), Some("b")),
            (None, Some("缘分缘分"), Some("缘分缘分"), Some("缘分缘分")),
        ] {
            assert_eq!(token(header, query, TokenKind::Rooms), rooms, "{header:?} {query:?}");
            assert_eq!(token(header, query, TokenKind::Groups), groups, "{header:?} {query:?}");
        }
    }
}
