//! Parts of long lists.

/// Which part of a list is asked for, and from which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Whether the latest comes first.
    pub newest_first: bool,
    /// How many to leave out.
    pub skip: usize,
    /// How many at most.
    pub limit: usize,
}

impl Slice {
    /// The first `limit`, the latest first.
    #[must_use]
    pub const fn newest(limit: usize) -> Self {
        Self { newest_first: true, skip: 0, limit }
    }

    /// This part of a list that is there as a whole, the oldest first.
    #[must_use]
    pub fn of<T>(self, mut oldest_first: Vec<T>) -> Sliced<T> {
        let total = oldest_first.len();
        if self.newest_first {
            oldest_first.reverse();
        }
        Sliced { total, items: oldest_first.into_iter().skip(self.skip).take(self.limit).collect() }
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sliced<T> {
    /// How many there are in all.
    pub total: usize,
    /// The part.
    pub items: Vec<T>,
}

impl<T> Sliced<T> {
    /// The same with other items.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Sliced<U> {
        Sliced { total: self.total, items: self.items.into_iter().map(change).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_counted_from_the_end_that_comes_first() {
        let slice = Slice { newest_first: true, skip: 1, limit: 2 };
        assert_eq!(slice.of(vec![1, 2, 3, 4]), Sliced { total: 4, items: vec![3, 2] });
        let slice = Slice { newest_first: false, skip: 3, limit: usize::MAX };
        assert_eq!(slice.of(vec![1, 2, 3, 4]), Sliced { total: 4, items: vec![4] });
        assert_eq!(Slice { skip: usize::MAX, ..slice }.of(vec![1]), Sliced { total: 1, items: vec![] });
    }
}
