//! Refresh tokens: the secret of a session, whose it is, and a running number, under a signature.
//!
//! The store keeps a hash of the secret and the number of the token that is good. So every token that was ever given
//! out is recognised, and what is in the store makes no token; nor does the key alone, without the secret.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac as _;
use sha2::{Digest as _, Sha256};

use super::{Auth, SessionError, TokenPair};
use crate::{
    clock::Millis,
    ids::AccountId,
    model::AccountStatus,
    service::tokens::{TokenKey, mac},
    store::RefreshOutcome,
};

/// How long a session lasts without being refreshed, in days.
pub const REFRESH_DAYS: i64 = 30;

/// The most bytes of a refresh token that is looked at. One of ours has 86.
pub const REFRESH_TOKEN_BYTES_MAX: usize = 4 << 10;

const SECRET_BYTES: usize = 16;
const BODY_BYTES: usize = SECRET_BYTES + 8 + 8;
const MAC_BYTES: usize = 32;

/// When a session ends that is opened or refreshed at this moment.
pub(super) const fn end_of(at: Millis) -> Millis {
    at.plus(REFRESH_DAYS * 86_400_000)
}

/// What a refresh token says.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct RefreshToken {
    secret: [u8; SECRET_BYTES],
    account: AccountId,
    generation: i64,
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken").field("account", &self.account).finish_non_exhaustive()
    }
}

impl RefreshToken {
    /// The first token of a new session.
    pub(super) fn first(account: AccountId) -> Self {
        Self { secret: rand::random(), account, generation: 0 }
    }

    /// The hash of its secret, by which its session is found.
    pub(super) fn family(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret))
    }

    fn body(&self) -> [u8; BODY_BYTES] {
        let mut body = [0; BODY_BYTES];
        body[..SECRET_BYTES].copy_from_slice(&self.secret);
        body[SECRET_BYTES..SECRET_BYTES + 8].copy_from_slice(&self.account.get().to_be_bytes());
        body[SECRET_BYTES + 8..].copy_from_slice(&self.generation.to_be_bytes());
        body
    }
}

/// Writes and reads refresh tokens.
#[derive(Clone)]
pub(super) struct RefreshTokens([u8; 32]);

impl RefreshTokens {
    pub(super) fn new(key: &TokenKey) -> Self {
        Self(key.derived("refresh tokens"))
    }

    pub(super) fn text(&self, token: &RefreshToken) -> String {
        let body = token.body();
        let signature = mac(&self.0).chain_update(body).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&body[..], &signature[..]].concat())
    }

    /// What a token says that we gave out.
    pub(super) fn read(&self, text: &str) -> Option<RefreshToken> {
        if text.len() > REFRESH_TOKEN_BYTES_MAX {
            return None;
        }
        let bytes =
            URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == BODY_BYTES + MAC_BYTES)?;
        let (body, signature) = bytes.split_at(BODY_BYTES);
        // In constant time.
        mac(&self.0).chain_update(body).verify_slice(signature).ok()?;
        let (secret, numbers) = body.split_first_chunk()?;
        let (account, generation) = numbers.split_first_chunk()?;
        Some(RefreshToken {
            secret: *secret,
            account: AccountId::new(i64::from_be_bytes(*account))?,
            generation: i64::from_be_bytes(*generation.first_chunk()?),
        })
    }
}

impl Auth {
    /// Spends a refresh token for the next pair. One that was spent before ends its session, unless the answer may have
    /// been lost: see [`SessionStore::refresh_session`](crate::store::SessionStore::refresh_session).
    pub async fn refresh(&self, token: &str) -> Result<TokenPair, SessionError> {
        let token = self.refresh.read(token).ok_or(SessionError::Bad)?;
        let at = self.clock.now();
        let sessions = &self.stores.sessions;
        match sessions.refresh_session(&token.family(), token.generation, at, end_of(at)).await? {
            RefreshOutcome::Refreshed { session, account, generation } if account == token.account => {
                let next = RefreshToken { generation, ..token };
                Ok(TokenPair {
                    access: self.tokens.issue_for_session(account, session),
                    refresh: self.refresh.text(&next),
                })
            }
            RefreshOutcome::Reused { account } => {
                tracing::warn!(
                    account = account.get(),
                    "a spent refresh token came again: its session is ended"
                );
                self.hub.end_account(account);
                Err(SessionError::Bad)
            }
            RefreshOutcome::Expired => Err(SessionError::Expired),
            RefreshOutcome::Refreshed { .. } | RefreshOutcome::Unknown => {
                // A lock ends sessions, and whoever had one is told why.
                let account = self.stores.accounts.account(token.account).await?;
                let is_locked = account.is_some_and(|account| account.status == AccountStatus::Locked);
                Err(if is_locked { SessionError::Locked } else { SessionError::Bad })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_as_they_were_written_and_no_others() {
        let tokens = RefreshTokens::new(&TokenKey::new(&[7; 32]));
        let account = AccountId::new(7).unwrap();
        let first = RefreshToken::first(account);
        let text = tokens.text(&first);
        assert_eq!((text.len(), tokens.read(&text).as_ref()), (86, Some(&first)));
        assert_ne!(RefreshToken::first(account).family(), first.family());
        let next = RefreshToken { generation: 1, ..first.clone() };
        assert_eq!((next.family(), tokens.text(&next) == text), (first.family(), false));
        assert!(!format!("{first:?}").contains("secret"));

        let other = RefreshTokens::new(&TokenKey::new(&[8; 32])).text(&first);
        let mut turned = URL_SAFE_NO_PAD.decode(&text).unwrap();
        turned[BODY_BYTES - 1] ^= 1;
        for bad in
            ["", "x", "a.b.c", &text[1..], &format!("{text}A"), &other, &URL_SAFE_NO_PAD.encode(turned), "缘"]
        {
            assert_eq!(tokens.read(bad), None, "{bad}");
        }
    }
}
