//! Media kept in memory.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;

use super::{MediaError, MediaKey, MediaPart, MediaStore, check_size, cut};

/// How many bytes a [`MemoryMedia`] holds unless told otherwise.
pub const MEMORY_MEDIA_MAX: usize = 256 << 20;

/// Keeps media in memory, up to a bound; a restart keeps nothing.
pub struct MemoryMedia {
    room: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_key: BTreeMap<MediaKey, Bytes>,
    bytes: usize,
}

impl MemoryMedia {
    /// Room for this many bytes.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Self { room, kept: Mutex::default() }
    }

    // Nothing under the lock panics half way.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryMedia {
    fn default() -> Self {
        Self::new(MEMORY_MEDIA_MAX)
    }
}

impl fmt::Debug for MemoryMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.lock();
        f.debug_struct("MemoryMedia")
            .field("room", &self.room)
            .field("things", &kept.by_key.len())
            .field("bytes", &kept.bytes)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl MediaStore for MemoryMedia {
    async fn put(&self, key: &MediaKey, bytes: Bytes) -> Result<(), MediaError> {
        check_size(&bytes)?;
        let mut kept = self.lock();
        let others = kept.bytes - kept.by_key.get(key).map_or(0, Bytes::len);
        if bytes.len() > self.room.saturating_sub(others) {
            return Err(MediaError::Full);
        }
        kept.bytes = others + bytes.len();
        // A copy of its own: what comes may be a slice that holds on to a whole request.
        kept.by_key.insert(key.clone(), Bytes::copy_from_slice(&bytes));
        Ok(())
    }

    async fn get(&self, key: &MediaKey, range: Option<Range<u64>>) -> Result<Option<MediaPart>, MediaError> {
        let kept = self.lock();
        let part = kept.by_key.get(key).map(|bytes| {
            let size = bytes.len() as u64;
            let range = cut(range, size);
            MediaPart { bytes: bytes.slice(range.start as usize..range.end as usize), size }
        });
        Ok(part)
    }

    async fn delete(&self, key: &MediaKey) -> Result<bool, MediaError> {
        let mut kept = self.lock();
        let removed = kept.by_key.remove(key);
        kept.bytes -= removed.as_ref().map_or(0, Bytes::len);
        Ok(removed.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{conformance::keeps_its_contract, tests::key};
    use super::*;

    #[tokio::test]
    async fn it_keeps_the_contract() {
        keeps_its_contract(&MemoryMedia::default()).await;
    }

    #[tokio::test]
    async fn it_is_bounded_and_gives_room_back() {
        let store = MemoryMedia::new(10);
        store.put(&key("a"), Bytes::from_static(b"12345678")).await.unwrap();
        let refused = store.put(&key("b"), Bytes::from_static(b"123")).await;
        assert!(matches!(refused, Err(MediaError::Full)));
        // In place of what was there it fits.
        store.put(&key("a"), Bytes::from_static(b"1234567890")).await.unwrap();
        store.delete(&key("a")).await.unwrap();
        store.put(&key("b"), Bytes::from_static(b"123")).await.unwrap();
        assert_eq!(format!("{store:?}"), "MemoryMedia { room: 10, things: 1, bytes: 3, .. }");
    }
}
