//! Pictures, voices and films, kept as bytes by key.

use std::{fmt, ops::Range, str::FromStr};

use async_trait::async_trait;
use bytes::Bytes;

use super::Cause;

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod file;
mod memory;

pub use file::FileMedia;
pub use memory::{MEMORY_MEDIA_MAX, MemoryMedia};

/// The most bytes of one thing that is kept: more than any surface lets anyone upload.
pub const MEDIA_BYTES_MAX: usize = 64 << 20;

/// The most bytes of a key.
pub const KEY_BYTES_MAX: usize = 200;

/// The most segments of a key.
const KEY_SEGMENTS_MAX: usize = 8;

/// The name of something that is kept: segments of lower-case letters, digits, `-`, `_` and `.` between slashes. No
/// segment is empty or begins with a dot, so that no key leads out of the place where a store keeps things, whatever
/// the store takes keys for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaKey(String);

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no key: keys are segments of a-z, 0-9, '-', '_' and '.' between slashes, none of them beginning with a dot"
)]
pub struct BadKey;

impl MediaKey {
    /// The key as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MediaKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let fits = |segment: &str| {
            let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
            !segment.is_empty() && !segment.starts_with('.') && segment.bytes().all(plain)
        };
        let bounded = text.len() <= KEY_BYTES_MAX && text.split('/').count() <= KEY_SEGMENTS_MAX;
        if bounded && text.split('/').all(fits) { Ok(Self(text.to_owned())) } else { Err(BadKey) }
    }
}

impl fmt::Display for MediaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of something that is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaPart {
    /// The bytes asked for, as far as there are so many.
    pub bytes: Bytes,
    /// How many bytes the whole has.
    pub size: u64,
}

impl fmt::Debug for MediaPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = format_args!("{} bytes", self.bytes.len());
        f.debug_struct("MediaPart").field("bytes", &shown).field("size", &self.size).finish()
    }
}

/// Why something was not kept, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// It has more than [`MEDIA_BYTES_MAX`] bytes.
    #[error("{bytes} bytes are too many to be kept")]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// There is no room for it.
    #[error("there is no room for more media")]
    Full,
    /// The store cannot be reached, or does not do what it is asked. Trying again later may help.
    #[error("the media store is unavailable")]
    Unavailable(#[source] Cause),
}

/// Keeps bytes by key. Who may read them is decided by whoever asks.
///
/// A key that is kept must not be the beginning of another's segments: where there is `a/b`, there is no `a`.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MediaStore: Send + Sync {
    /// Keeps these bytes, in place of what the key had. Readers see the old or the new, never a mixture or a part.
    /// When it returns, a restart keeps them, if the store outlives one at all. Dropping the future keeps all or
    /// nothing.
    async fn put(&self, key: &MediaKey, bytes: Bytes) -> Result<(), MediaError>;

    /// The whole, or the bytes of this range as far as there are so many: none for a range that begins at or after
    /// the end, or is empty. `None` when the key has nothing. Large things are best read range by range.
    async fn get(&self, key: &MediaKey, range: Option<Range<u64>>) -> Result<Option<MediaPart>, MediaError>;

    /// Removes what the key has; returns whether it had something.
    async fn delete(&self, key: &MediaKey) -> Result<bool, MediaError>;
}

fn check_size(bytes: &Bytes) -> Result<(), MediaError> {
    if bytes.len() > MEDIA_BYTES_MAX { Err(MediaError::TooLarge { bytes: bytes.len() }) } else { Ok(()) }
}

/// The range cut to what there is.
fn cut(range: Option<Range<u64>>, size: u64) -> Range<u64> {
    let range = range.unwrap_or(0..size);
    let start = range.start.min(size);
    start..range.end.clamp(start, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn key(text: &str) -> MediaKey {
        text.parse().unwrap()
    }

    #[test]
    fn no_key_leads_anywhere_else() {
        for good in ["a", "photos/12/3f-x_y.thumb.jpg", "0/1/2/3/4/5/6/7"] {
            assert_eq!(key(good).to_string(), good);
        }
        let long = "a".repeat(KEY_BYTES_MAX + 1);
        for bad in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "../a",
            "a/../b",
            "a/..",
            ".hidden",
            "a/.b",
            "A",
            "a b",
            "a\\b",
            "a\0",
            "a:b",
            "照片",
            "%2e%2e/a",
            "0/1/2/3/4/5/6/7/8",
            &long,
        ] {
            assert_eq!(bad.parse::<MediaKey>(), Err(BadKey), "{bad:?}");
        }
    }

    #[test]
    fn debug_shows_no_picture() {
        let part = MediaPart { bytes: Bytes::from_static(b"secret"), size: 9 };
        assert_eq!(format!("{part:?}"), "MediaPart { bytes: 6 bytes, size: 9 }");
    }
}
