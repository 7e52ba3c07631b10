//! Access tokens: JSON Web Tokens signed with HS256, of one surface each.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, crypto::aws_lc};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::auth::Caller;
use crate::{
    clock::Clock,
    ids::{AccountId, SessionId},
};

/// How long a token is good, in hours.
pub const TOKEN_HOURS: i64 = 24;

/// How long an access token of a session is good, in seconds. The session goes on with the next one.
pub const SESSION_TOKEN_SECONDS: i64 = 7_200;

/// For whom the access tokens of sessions are. They are no [`TokenKind`]: what they are worth depends on the session.
const OF_SESSIONS: &str = "platform";

/// The most bytes of a token that is looked at. One of ours has about 200.
pub const TOKEN_BYTES_MAX: usize = 4 << 10;

/// The most tokens whose signatures are remembered as right; when there are more, all are forgotten.
pub const TOKENS_REMEMBERED: usize = 4_096;

/// Who made our tokens, as they say.
const ISSUER: &str = "matchmaking";

/// The secret that tokens and links are signed with.
#[derive(Clone)]
pub struct TokenKey(Arc<[u8]>);

impl TokenKey {
    /// This secret, of which there should be at least 32 bytes that nobody can guess.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(secret.into())
    }

    /// A new one. What is signed with it is good as long as the process lasts.
    #[must_use]
    pub fn random() -> Self {
        Self(Arc::new(rand::random::<[u8; 32]>()))
    }

    /// A key for another use, from which neither this one nor those for further uses can be told: the HMAC-SHA256 of the
    /// use's name.
    #[must_use]
    pub fn derived(&self, usage: &str) -> [u8; 32] {
        mac(&self.0).chain_update(usage).finalize().into_bytes().into()
    }
}

/// HMAC-SHA256 with this key.
pub(super) fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

/// What a token opens. A token of one kind is worth nothing where another is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// The rooms surface.
    Rooms,
    /// The groups surface.
    Groups,
}

impl TokenKind {
    /// The name by which tokens say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rooms => "rooms",
            Self::Groups => "groups",
        }
    }
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not one of ours, or of another kind.
    #[error("bad token")]
    Bad,
    /// It was good until its time was over.
    #[error("expired token")]
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    user_id: AccountId,
    exp: i64,
    iat: i64,
    iss: String,
    aud: String,
    /// The session, where tokens belong to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<SessionId>,
}

/// What a token says that was signed here.
#[derive(Clone, Copy)]
struct Said {
    audience: &'static str,
    account: AccountId,
    session: Option<SessionId>,
    /// In seconds since 1970.
    expires: i64,
}

/// Issues and checks tokens. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    keys: Arc<(EncodingKey, DecodingKey)>,
    clock: Arc<dyn Clock>,
    /// The tokens whose signatures were found right.
    known: Arc<RwLock<HashMap<String, Said>>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// Tokens signed with this key, whose time this clock tells.
    #[must_use]
    pub fn new(key: &TokenKey, clock: Arc<dyn Clock>) -> Self {
        // Named, because without it the library panics in an application that has its other backend as well. Whoever
        // named one before is right.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        let keys = (EncodingKey::from_secret(&key.0), DecodingKey::from_secret(&key.0));
        Self { keys: Arc::new(keys), clock, known: Arc::default() }
    }

    /// A token of this kind for this account, good for [`TOKEN_HOURS`].
    #[must_use]
    pub fn issue(&self, kind: TokenKind, account: AccountId) -> String {
        self.sign(kind.name(), TOKEN_HOURS * 3_600, account, None)
    }

    /// An access token for a session of this account, good for [`SESSION_TOKEN_SECONDS`].
    #[must_use]
    pub fn issue_for_session(&self, account: AccountId, session: SessionId) -> String {
        self.sign(OF_SESSIONS, SESSION_TOKEN_SECONDS, account, Some(session))
    }

    fn sign(&self, audience: &str, seconds: i64, account: AccountId, session: Option<SessionId>) -> String {
        let now = self.clock.now().0.div_euclid(1_000);
        let claims = Claims {
            user_id: account,
            exp: now.saturating_add(seconds),
            iat: now,
            iss: ISSUER.to_owned(),
            aud: audience.to_owned(),
            sid: session,
        };
        let head = jsonwebtoken::Header::new(Algorithm::HS256);
        jsonwebtoken::encode(&head, &claims, &self.keys.0).unwrap_or_else(|error| {
            // Plain data and a symmetric key: this cannot happen. An empty token opens nothing.
            tracing::error!(%error, "a token could not be signed");
            String::new()
        })
    }

    /// Whose token of this kind it is.
    pub fn check(&self, kind: TokenKind, token: &str) -> Result<AccountId, TokenError> {
        self.read(kind.name(), token).map(|said| said.account)
    }

    /// Whose access token it is, and of which session. Whether that goes on is for the store to say.
    pub fn check_session(&self, token: &str) -> Result<Caller, TokenError> {
        let Said { account, session, .. } = self.read(OF_SESSIONS, token)?;
        Ok(Caller { account, session: session.ok_or(TokenError::Bad)? })
    }

    fn read(&self, audience: &'static str, token: &str) -> Result<Said, TokenError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(token).copied();
        let said = match known {
            Some(said) if said.audience == audience => said,
            Some(_) => return Err(TokenError::Bad),
            None => self.verify(audience, token)?,
        };
        if self.clock.now().0.div_euclid(1_000) < said.expires { Ok(said) } else { Err(TokenError::Expired) }
    }

    /// What a token says, whose signature is looked at, and remembered if it is right.
    fn verify(&self, audience: &'static str, token: &str) -> Result<Said, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Bad);
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[audience]);
        // The library knows the machine's time only: ours is compared by who asks.
        validation.validate_exp = false;
        validation.leeway = 0;
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.keys.1, &validation);
        let Claims { user_id: account, sid: session, exp: expires, .. } =
            decoded.map_err(|_| TokenError::Bad)?.claims;
        let said = Said { audience, account, session, expires };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TOKENS_REMEMBERED {
            known.clear();
        }
        known.insert(token.to_owned(), said);
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, Millis};
    use serde_json::{Value, json};

    const START: Millis = Millis(1_770_287_400_123);

    fn tokens() -> (Tokens, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new(START));
        (Tokens::new(&TokenKey::new(&[7; 32]), Arc::clone(&clock) as _), clock)
    }

    fn account(id: i64) -> AccountId {
        AccountId::new(id).unwrap()
    }

    /// A token with any claims, signed with the right key.
    fn signed(algorithm: Algorithm, claims: &Value) -> String {
        let key = EncodingKey::from_secret(&[7; 32]);
        jsonwebtoken::encode(&jsonwebtoken::Header::new(algorithm), claims, &key).unwrap()
    }

    #[test]
    fn a_token_is_good_for_a_day_and_for_its_kind_only() {
        let (tokens, clock) = tokens();
        let token = tokens.issue(TokenKind::Rooms, account(7));
        assert!(token.len() < TOKEN_BYTES_MAX / 10, "{}", token.len());
        assert_eq!(tokens.check(TokenKind::Rooms, &token), Ok(account(7)));
        assert_eq!(tokens.check(TokenKind::Groups, &token), Err(TokenError::Bad));
        // The token's times are whole seconds.
        clock.advance(TOKEN_HOURS * 3_600_000 - 124);
        assert_eq!(tokens.check(TokenKind::Rooms, &token), Ok(account(7)));
        clock.advance(1);
        assert_eq!(tokens.check(TokenKind::Rooms, &token), Err(TokenError::Expired));
        assert_eq!(tokens.check(TokenKind::Groups, &token), Err(TokenError::Bad));
    }

    #[test]
    fn tokens_of_sessions_are_good_for_two_hours_and_nowhere_else() {
        let (tokens, clock) = tokens();
        let caller = Caller { account: account(7), session: SessionId::new(9).unwrap() };
        let token = tokens.issue_for_session(caller.account, caller.session);
        assert_eq!(tokens.check_session(&token), Ok(caller));
        for kind in [TokenKind::Rooms, TokenKind::Groups] {
            assert_eq!(tokens.check(kind, &token), Err(TokenError::Bad));
            assert_eq!(tokens.check_session(&tokens.issue(kind, caller.account)), Err(TokenError::Bad));
        }
        let now = START.0 / 1_000;
        let claims =
            json!({"user_id": 7, "exp": now + 60, "iat": now, "iss": "matchmaking", "aud": "platform"});
        assert_eq!(tokens.check_session(&signed(Algorithm::HS256, &claims)), Err(TokenError::Bad));
        clock.advance(SESSION_TOKEN_SECONDS * 1_000 - 124);
        assert_eq!(tokens.check_session(&token), Ok(caller));
        clock.advance(1);
        assert_eq!(tokens.check_session(&token), Err(TokenError::Expired));
    }

    #[test]
    fn no_more_tokens_are_remembered_than_that() {
        let (tokens, _) = tokens();
        for id in (1..).take(TOKENS_REMEMBERED + 1) {
            let token = tokens.issue(TokenKind::Rooms, account(id));
            assert_eq!(tokens.check(TokenKind::Rooms, &token), Ok(account(id)));
        }
        assert_eq!(tokens.known.read().unwrap().len(), 1);
    }

    #[test]
    fn the_claims_are_those_that_clients_read() {
        let (tokens, _) = tokens();
        let token = tokens.issue(TokenKind::Groups, account(7));
        let claims: Value = jsonwebtoken::dangerous::insecure_decode(&token).unwrap().claims;
        let now = START.0 / 1_000;
        let expected =
            json!({"user_id": 7, "exp": now + 86_400, "iat": now, "iss": "matchmaking", "aud": "groups"});
        assert_eq!(claims, expected);
    }

    #[test]
    fn what_is_not_ours_is_bad() {
        let (tokens, clock) = tokens();
        let good = tokens.issue(TokenKind::Rooms, account(7));
        let parts: Vec<&str> = good.split('.').collect();
        let other_key = Tokens::new(&TokenKey::random(), clock).issue(TokenKind::Rooms, account(7));
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
        let now = START.0 / 1_000;
        let claims = json!({"user_id": 7, "exp": now + 60, "iat": now, "iss": "matchmaking", "aud": "rooms"});
        assert_eq!(tokens.check(TokenKind::Rooms, &signed(Algorithm::HS256, &claims)), Ok(account(7)));
        let mut bad = vec![
            String::new(),
            "x".to_owned(),
            "..".to_owned(),
            "a.b.c".to_owned(),
            "\0".to_owned(),
            "缘".to_owned(),
            format!("{good} "),
            format!("{good}."),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}.{}", parts[0], parts[1], parts[1]),
            "a".repeat(TOKEN_BYTES_MAX + 1),
            other_key,
            unsigned,
            signed(Algorithm::HS384, &claims),
            signed(Algorithm::HS512, &claims),
        ];
        for (claim, values) in [
            ("user_id", vec![json!(0), json!(-1), json!("7"), json!(7.5), json!(i64::MAX), Value::Null]),
            ("exp", vec![json!("tomorrow"), Value::Null]),
            ("iss", vec![json!("elsewhere"), Value::Null]),
            ("aud", vec![json!("groups"), json!(["groups"]), json!(["rooms", "groups"]), Value::Null]),
        ] {
            for value in values {
                let mut changed = claims.clone();
                changed[claim] = value;
                bad.push(signed(Algorithm::HS256, &changed));
            }
            let mut without = claims.clone();
            without.as_object_mut().unwrap().remove(claim);
            bad.push(signed(Algorithm::HS256, &without));
        }
        for token in bad {
            assert_eq!(tokens.check(TokenKind::Rooms, &token), Err(TokenError::Bad), "{token}");
        }
    }

    #[test]
    fn keys_do_not_show_themselves_and_differ_by_use() {
        let key = TokenKey::new(b"hunter2");
        let shown = format!("{key:?} {:?}", Tokens::new(&key, Arc::new(ManualClock::new(START))));
        assert!(!shown.contains("hunter2") && !shown.contains("104"), "{shown}");
        assert_eq!(key.derived("a"), TokenKey::new(b"hunter2").derived("a"));
        assert_ne!(key.derived("a"), key.derived("b"));
        assert_ne!(key.derived("a"), TokenKey::random().derived("a"));
    }
}
