//! The identifier by which a client and the log speak of the same request.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;

/// 1 to 128 visible ASCII characters: what the client sent, or one of ours.
#[derive(Debug, Clone)]
pub struct RequestId(Digits);

#[derive(Debug, Clone)]
enum Digits {
    /// As the client wants it.
    Given(HeaderValue),
    /// Of the server's making, kept here: most answers need it once, as a header.
    Made([u8; 16]),
}

impl RequestId {
    /// The client's, if it is well formed.
    pub(super) fn given(value: &HeaderValue) -> Option<Self> {
        let bytes = value.as_bytes();
        let well_formed = (1..=128).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
        well_formed.then(|| Self(Digits::Given(value.clone())))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Visible ASCII, so this never falls back.
        match &self.0 {
            Digits::Given(value) => value.to_str().unwrap_or(""),
            Digits::Made(digits) => std::str::from_utf8(digits).unwrap_or(""),
        }
    }

    pub(super) fn header(&self) -> HeaderValue {
        match &self.0 {
            Digits::Given(value) => value.clone(),
            Digits::Made(digits) => {
                HeaderValue::from_bytes(digits).unwrap_or(HeaderValue::from_static("none"))
            }
        }
    }
}

/// Makes identifiers that differ within a server, and between servers but for chance.
#[derive(Debug)]
pub(super) struct RequestIds {
    hasher: RandomState,
    count: AtomicU64,
}

impl RequestIds {
    pub(super) fn new() -> Self {
        Self { hasher: RandomState::new(), count: AtomicU64::new(0) }
    }

    pub(super) fn next(&self) -> RequestId {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        // Hashed with a random key: the numbers tell nothing about how many requests there were.
        let number = self.hasher.hash_one(count);
        RequestId(Digits::Made(std::array::from_fn(|place| HEX[(number >> (60 - 4 * place)) as usize & 15])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_visible_ascii_of_a_sane_length_is_echoed() {
        let given = |text: &str| RequestId::given(&HeaderValue::from_bytes(text.as_bytes()).unwrap());
        assert!(given("abc-1").is_some());
        assert!(given(&"x".repeat(128)).is_some());
        assert!(given(&"x".repeat(129)).is_none());
        assert!(given("").is_none());
        assert!(given("a b").is_none());
        assert!(given("缘").is_none());
    }

    #[test]
    fn made_ones_are_well_formed_and_differ() {
        let ids = RequestIds::new();
        let (first, second) = (ids.next(), ids.next());
        assert_ne!(first.as_str(), second.as_str());
        assert_eq!(first.as_str().len(), 16);
    }
}
