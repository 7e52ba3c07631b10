//! What people decide about each other, and the matches that come of it.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    ids::{AccountId, InteractionId, MatchId},
};

/// Two different people, in no order: `(a, b)` and `(b, a)` are the same pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    low: AccountId,
    high: AccountId,
}

impl Pair {
    /// The pair of these two; `None` when they are one and the same.
    #[must_use]
    pub fn new(one: AccountId, other: AccountId) -> Option<Self> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Some(Self { low: one, high: other }),
            std::cmp::Ordering::Greater => Some(Self { low: other, high: one }),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// The one with the smaller number.
    #[must_use]
    pub const fn low(self) -> AccountId {
        self.low
    }

    /// The one with the greater number.
    #[must_use]
    pub const fn high(self) -> AccountId {
        self.high
    }

    /// Whether this person is one of the two.
    #[must_use]
    pub fn contains(self, account: AccountId) -> bool {
        account == self.low || account == self.high
    }

    /// The other one of the two; `None` for a third person.
    #[must_use]
    pub fn other(self, account: AccountId) -> Option<AccountId> {
        if account == self.low {
            Some(self.high)
        } else if account == self.high {
            Some(self.low)
        } else {
            None
        }
    }
}

/// What one person decides about another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Yes.
    Like,
    /// Yes, with emphasis.
    SuperLike,
    /// No, for good.
    Dislike,
    /// Not today.
    Skip,
}

impl Action {
    /// Whether it says yes.
    #[must_use]
    pub const fn is_like(self) -> bool {
        matches!(self, Self::Like | Self::SuperLike)
    }

    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Like => 1,
            Self::SuperLike => 2,
            Self::Dislike => 3,
            Self::Skip => 4,
        }
    }

    /// The action that a store keeps as `code`.
    #[must_use]
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Like),
            2 => Some(Self::SuperLike),
            3 => Some(Self::Dislike),
            4 => Some(Self::Skip),
            _ => None,
        }
    }
}

/// A decision of one person about another. A later one replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// Its identifier, kept when a later decision replaces it.
    pub id: InteractionId,
    /// Who decided.
    pub actor: AccountId,
    /// About whom.
    pub target: AccountId,
    /// What.
    pub action: Action,
    /// When, last.
    pub at: Millis,
}

/// Two people brought together. A pair has one match for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Its identifier.
    pub id: MatchId,
    /// The person named first when it was made.
    pub first: AccountId,
    /// The person named second.
    pub second: AccountId,
    /// Why, told to the first.
    pub reason_for_first: String,
    /// Why, told to the second.
    pub reason_for_second: String,
    /// How well the two suit each other, 0 to 100, as computed or given when it was made.
    pub score: u8,
    /// The one flag that both see and either may flip.
    pub liked: bool,
    /// When it was made.
    pub created_at: Millis,
    /// When one of the two ended it.
    pub ended_at: Option<Millis>,
}

impl Match {
    /// The other one of the two; `None` for a third person.
    #[must_use]
    pub fn partner_of(&self, account: AccountId) -> Option<AccountId> {
        if account == self.first {
            Some(self.second)
        } else if account == self.second {
            Some(self.first)
        } else {
            None
        }
    }

    /// The reason meant for this person; `None` for a third person.
    #[must_use]
    pub fn reason_for(&self, account: AccountId) -> Option<&str> {
        if account == self.first {
            Some(&self.reason_for_first)
        } else if account == self.second {
            Some(&self.reason_for_second)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_has_no_order_and_no_one_is_paired_with_themselves() {
        let id = |raw| AccountId::new(raw).unwrap();
        let pair = Pair::new(id(7), id(3)).unwrap();
        assert_eq!(Some(pair), Pair::new(id(3), id(7)));
        assert_eq!((pair.low(), pair.high()), (id(3), id(7)));
        assert_eq!(pair.other(id(3)), Some(id(7)));
        assert_eq!(pair.other(id(4)), None);
        assert_eq!(Pair::new(id(3), id(3)), None);
    }
}
