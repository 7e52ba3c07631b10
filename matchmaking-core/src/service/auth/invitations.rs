//! Invite codes.

use rand::RngExt as _;

use super::Auth;
use crate::{
    error::{StoreError, StoreResult},
    ids::AccountId,
    store::InviteCodeOutcome,
};

/// How many characters an invite code has.
pub const INVITE_CODE_CHARS: usize = 8;

/// Of what invite codes are made: what nobody takes for another when it is written down.
const INVITE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The longest text that is looked at as an invite code, in bytes.
const INVITE_CODE_BYTES_MAX: usize = 64;

/// How often another code is tried when somebody has the one that was made: of 32^8, nearly never twice.
const INVITE_CODE_TRIES: usize = 8;

impl Auth {
    /// The invite code of an account, which is made when it is asked for first; `None` for an account that is not there.
    pub async fn invite_code(&self, account: AccountId) -> StoreResult<Option<String>> {
        for _ in 0..INVITE_CODE_TRIES {
            match self.stores.invitations.invite_code(account, &new_code()).await? {
                InviteCodeOutcome::Code(code) => return Ok(Some(code)),
                InviteCodeOutcome::Taken => {}
                InviteCodeOutcome::Unknown => return Ok(None),
            }
        }
        Err(StoreError::Unavailable(None))
    }

    /// Links a new account to whoever has this code. That it fails is no reason to keep its owner out.
    pub(super) async fn invited(&self, account: AccountId, code: &str) {
        let code = code.trim().to_ascii_uppercase();
        if code.is_empty() || code.len() > INVITE_CODE_BYTES_MAX || code.contains('\0') {
            return;
        }
        if let Err(error) = self.stores.invitations.link_inviter(account, &code).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(account = account.get(), error, "an inviter was not linked");
        }
    }
}

fn new_code() -> String {
    let mut rng = rand::rng();
    let letter = |_| char::from(INVITE_ALPHABET[rng.random_range(0..INVITE_ALPHABET.len())]);
    (0..INVITE_CODE_CHARS).map(letter).collect()
}
