//! What a person has paid for.

use super::Language;
use crate::clock::Millis;

/// How much a member may do; higher levels may more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// Everyone who has nothing more.
    #[default]
    Regular,
    /// Silver.
    Silver,
    /// Gold.
    Gold,
    /// Diamond.
    Diamond,
}

impl Level {
    /// Every level, ascending.
    pub const ALL: [Self; 4] = [Self::Regular, Self::Silver, Self::Gold, Self::Diamond];

    /// The number by which APIs and stores know the level.
    #[must_use]
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// The level with this number.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }

    /// What members of this level are called.
    #[must_use]
    pub const fn name(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::Regular => ("普通会员", "Regular member"),
            Self::Silver => ("银卡会员", "Silver member"),
            Self::Gold => ("金卡会员", "Gold member"),
            Self::Diamond => ("钻石会员", "Diamond member"),
        };
        language.pick(zh, en)
    }

    /// How many super-likes a member of this level has a day.
    #[must_use]
    pub const fn super_likes_a_day(self) -> i64 {
        match self {
            Self::Regular => 1,
            Self::Silver => 5,
            Self::Gold | Self::Diamond => 20,
        }
    }

    /// Whether members of this level see who likes them.
    #[must_use]
    pub fn sees_who_likes(self) -> bool {
        self > Self::Regular
    }
}

/// A membership as it was given. The default is what everyone has who was given none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Membership {
    /// The level that was given.
    pub level: Level,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Millis>,
}

impl Membership {
    /// The level that counts at this moment: an expired membership is none.
    #[must_use]
    pub fn level_at(self, now: Millis) -> Level {
        if self.expires_at.is_none_or(|end| now < end) { self.level } else { Level::Regular }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_membership_counts_as_none() {
        let gold = Membership { level: Level::Gold, expires_at: Some(Millis(10)) };
        assert_eq!((gold.level_at(Millis(9)), gold.level_at(Millis(10))), (Level::Gold, Level::Regular));
        assert_eq!(Membership { expires_at: None, ..gold }.level_at(Millis(i64::MAX)), Level::Gold);
    }

    #[test]
    fn levels_have_numbers_and_ascend() {
        for (number, level) in Level::ALL.into_iter().enumerate() {
            assert_eq!(Level::from_code(number as i64), Some(level));
        }
        assert_eq!((Level::from_code(-1), Level::from_code(4)), (None, None));
        assert!(!Level::Regular.sees_who_likes() && Level::Silver.sees_who_likes());
    }
}
