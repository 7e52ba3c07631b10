//! Encryption of what must not be read by whoever reads the database.

use std::{fmt, sync::Arc};

use aes_gcm::{
    Aes256Gcm,
    aead::{Aead as _, KeyInit as _, Payload},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::tokens::TokenKey;

/// What the key that encrypts is made for.
const KEY_USAGE: &str = "matchmaking: identity data";

/// With what a sealed text begins: how it was sealed, so that another way can follow.
const VERSION: &str = "v1.";

/// How many bytes of a sealed text say with which nonce.
const NONCE_BYTES: usize = 12;

/// The secret that identity data is encrypted with. All nodes of one system must have the same, and what was sealed with
/// one is lost without it.
#[derive(Clone)]
pub struct DataKey(Arc<Aes256Gcm>);

impl DataKey {
    /// The key of this secret, of which there should be at least 32 bytes that nobody can guess.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(Arc::new(Aes256Gcm::new(&TokenKey::new(secret).derived(KEY_USAGE).into())))
    }

    /// A new one. What is sealed with it can be read as long as the process lasts.
    #[must_use]
    pub fn random() -> Self {
        Self::new(&rand::random::<[u8; 32]>())
    }

    /// Encrypts a text (AES-256-GCM under a random nonce) so that it can be read only where it belongs: `place` must be
    /// the same when it is opened. `None` if it is too long for any cipher, which none of ours is.
    #[must_use]
    pub(super) fn seal(&self, place: &str, text: &str) -> Option<String> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let sealed = self.0.encrypt(&nonce.into(), payload).ok()?;
        Some(format!("{VERSION}{}", URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())))
    }

    /// Reads what was sealed; `None` if it was sealed with another key or for another place, or changed since.
    #[must_use]
    pub(super) fn open(&self, place: &str, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(VERSION)?).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        String::from_utf8(self.0.decrypt(&(*nonce).into(), payload).ok()?).ok()
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_by_its_key_in_its_place_only() {
        let key = DataKey::new(&[7; 32]);
        let sealed = key.seal("7", "佘秋婧 310101199501011234").unwrap();
        assert!(!sealed.contains("310101") && sealed.starts_with("v1."));
        assert_eq!(DataKey::new(&[7; 32]).open("7", &sealed).as_deref(), Some("佘秋婧 310101199501011234"));
        assert_ne!(key.seal("7", "佘秋婧 310101199501011234").unwrap(), sealed);
        assert_eq!(key.open("8", &sealed), None);
        assert_eq!(DataKey::random().open("7", &sealed), None);
        let mut changed = sealed.clone().into_bytes();
        let middle = changed.len() / 2;
        changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
        assert_eq!(key.open("7", &String::from_utf8(changed).unwrap()), None);
        for bad in ["", "v1.", "v1.AAAA", "v2.", "缘分", &sealed[3..], &sealed[..sealed.len() - 1]] {
            assert_eq!(key.open("7", bad), None, "{bad}");
        }
        assert_eq!(format!("{key:?}"), "DataKey(…)");
    }
}
