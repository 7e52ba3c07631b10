//! What two people both like.

use crate::text::fold;

/// Names of interests as they are compared: folded, trimmed, sorted, none twice, none empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InterestSet(Box<[Box<str>]>);

impl InterestSet {
    /// The set of these names.
    #[must_use]
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut folded: Vec<Box<str>> = names.into_iter().map(key).filter(|name| !name.is_empty()).collect();
        folded.sort_unstable();
        folded.dedup();
        Self(folded.into())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names as they are compared, in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// How many names both sets hold.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> usize {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = 0;
        while let (Some(one), Some(two)) = (left.peek(), right.peek()) {
            match one.cmp(two) {
                std::cmp::Ordering::Less => {
                    left.next();
                }
                std::cmp::Ordering::Greater => {
                    right.next();
                }
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    left.next();
                    right.next();
                }
            }
        }
        shared
    }
}

/// How much two sets overlap that have so many names each and so many in common, from 0 towards 1.
///
/// `shared / (√(n·m) + 2)`: the cosine of the two sets, with two imagined interests more on either side, so that one
/// common name between two people who named one each is not a perfect overlap.
#[must_use]
pub fn overlap(shared: usize, one: usize, other: usize) -> f64 {
    shared as f64 / ((one as f64 * other as f64).sqrt() + 2.0)
}

/// The names that both lists hold, as the first writes them and in the first's order.
#[must_use]
pub fn common<'a>(first: &'a [String], second: &[String]) -> Vec<&'a str> {
    let theirs: Vec<Box<str>> = second.iter().map(|name| key(name)).collect();
    let mut told: Vec<Box<str>> = Vec::new();
    let mut both = Vec::new();
    for name in first {
        let folded = key(name);
        if !folded.is_empty() && theirs.contains(&folded) && !told.contains(&folded) {
            both.push(name.trim());
            told.push(folded);
        }
    }
    both
}

/// The form in which two names are compared.
fn key(name: &str) -> Box<str> {
    fold(name.trim()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_counts_what_both_named() {
        let one = InterestSet::new(["旅行", "Yoga", " yoga ", ""]);
        let two = InterestSet::new(["ＹＯＧＡ", "摄影", "旅行"]);
        assert_eq!(one.len(), 2);
        assert_eq!(one.shared_with(&two), 2);
        assert_eq!(two.shared_with(&one), 2);
        assert_eq!(one.shared_with(&InterestSet::new(["围棋"])), 0);
        assert_eq!(overlap(2, 2, 2), 0.5);
    }

    #[test]
    fn common_names_keep_the_first_ones_spelling_and_order() {
        let mine = ["Yoga".to_owned(), "yoga".to_owned(), "旅行".to_owned()];
        let theirs = ["旅行".to_owned(), "YOGA".to_owned()];
        assert_eq!(common(&mine, &theirs), ["Yoga", "旅行"]);
    }
}
