//! The memory that bodies of uploads take while they are read and kept: so much in all, and of that so much a person, so
//! that whoever sends slowly keeps no place that others wait for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use matchmaking_core::api::fault::Fault;

/// After how many seconds there may be room again.
const ROOM_AFTER: u64 = 5;

/// The memory that all uploads of a server share.
#[derive(Debug)]
pub(super) struct UploadRoom {
    in_all: usize,
    each: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    by: HashMap<i64, usize>,
}

/// What one request has taken of it, until this is dropped.
#[derive(Debug)]
pub(super) struct Share {
    room: Arc<UploadRoom>,
    account: i64,
    bytes: usize,
}

impl UploadRoom {
    /// Room for so many bytes in all, and so many of each account.
    pub(super) fn new(in_all: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { in_all, each, taken: Mutex::default() })
    }

    /// A share of an account, of nothing yet.
    pub(super) fn share(self: &Arc<Self>, account: i64) -> Share {
        Share { room: Arc::clone(self), account, bytes: 0 }
    }
}

impl Share {
    /// Takes room for so many bytes more. When there is none it is refused, not waited for: those who wait with half a
    /// file in their hands would wait for each other.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Fault> {
        let mut taken = self.room.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.by.get(&self.account).copied().unwrap_or(0);
        if own + bytes > self.room.each || taken.in_all + bytes > self.room.in_all {
            return Err(Fault::RateLimited { retry_after: ROOM_AFTER });
        }
        taken.by.insert(self.account, own + bytes);
        taken.in_all += bytes;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.room.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all -= self.bytes;
        let left = taken.by.get(&self.account).map_or(0, |own| own - self.bytes);
        if left == 0 {
            taken.by.remove(&self.account);
        } else {
            taken.by.insert(self.account, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_the_room_of_others() {
        let room = UploadRoom::new(100, 60);
        let mut first = room.share(1);
        first.grow(50).unwrap();
        let mut second = room.share(1);
        second.grow(10).unwrap();
        assert!(matches!(second.grow(1), Err(Fault::RateLimited { .. })), "60 are one person's");
        let mut other = room.share(2);
        assert!(other.grow(41).is_err(), "100 in all");
        other.grow(40).unwrap();
        drop(first);
        second.grow(50).unwrap();
        drop((second, other));
        let taken = room.taken.lock().unwrap();
        assert_eq!((taken.in_all, taken.by.len()), (0, 0));
    }
}
