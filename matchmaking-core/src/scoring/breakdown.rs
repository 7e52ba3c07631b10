//! A score and the parts it is the sum of.

/// How well two people suit each other, in millionths: 0 to 1,000,000, where 500,000 is an average pair. An integer, so
/// that rankings are total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Score(u32);

impl Score {
    /// The least score.
    pub const MIN: Self = Self(0);
    /// The greatest score.
    pub const MAX: Self = Self(1_000_000);

    /// The score for a fraction from 0 to 1; anything outside is cut, and what is no number counts as 0.
    #[must_use]
    pub fn from_unit(fraction: f64) -> Self {
        // The cast cuts negative values and NaN to 0.
        Self((fraction * 1e6).round() as u32).cut()
    }

    /// The score for this many millionths, cut to the greatest.
    #[must_use]
    pub const fn from_millionths(millionths: u32) -> Self {
        Self(millionths).cut()
    }

    const fn cut(self) -> Self {
        if self.0 > Self::MAX.0 { Self::MAX } else { self }
    }

    /// The score in millionths.
    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// The `match_score` that people see: an integer from 0 to 100, rounded.
    #[must_use]
    pub const fn percent(self) -> u8 {
        ((self.0 + 5_000) / 10_000) as u8
    }
}

/// Declares the kinds of parts with the codes by which tables and reports name them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $code:literal),+ $(,)?) => {
        /// What a part of the score is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum PartKind { $($(#[$doc])* $variant,)+ }

        impl PartKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name of this kind in tables and reports.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }
    };
}

kinds! {
    /// One's wish about the other's height.
    HeightWish = "height_wish",
    /// One's wish about the other's education.
    EducationWish = "education_wish",
    /// One's wish about the other's field of work.
    OccupationWish = "occupation_wish",
    /// One's wish about the other's income.
    IncomeWish = "income_wish",
    /// One's wish about the other's marital status.
    MaritalWish = "marital_wish",
    /// One's wish about where the other lives.
    CityWish = "city_wish",
    /// The traits that one said matter, as the other rates them in themselves.
    TraitWish = "trait_wish",
    /// That one tends to like the attractive, by what they decided so far; so the next four.
    LikesAttractive = "likes_attractive",
    /// The sincere.
    LikesSincere = "likes_sincere",
    /// The intelligent.
    LikesIntelligent = "likes_intelligent",
    /// The fun.
    LikesFun = "likes_fun",
    /// The ambitious.
    LikesAmbitious = "likes_ambitious",
    /// Interests in common.
    Interests = "interests",
    /// How close the ages are.
    AgeCloseness = "age_closeness",
    /// How close the levels of education are.
    EducationCloseness = "education_closeness",
    /// How close the incomes are.
    IncomeCloseness = "income_closeness",
    /// How alike the two are in going out.
    GoingOut = "going_out",
    /// How near the two live to each other.
    Nearness = "nearness",
    /// How recently both were active.
    Activity = "activity",
    /// Whether both studied the same.
    Study = "same_study",
    /// Whether both work in the same field.
    Work = "same_work",
    /// Whether both have the same marital status.
    Marital = "same_marital_status",
    /// Whether both have children, or neither.
    Family = "same_family",
    /// How readily one says yes. Told to nobody.
    Readiness = "readiness",
    /// How often others say yes to the other one. Told to nobody.
    Appeal = "appeal",
}

/// Whose part it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// How the second meets what the first looks for. Private to the first.
    First,
    /// How the first meets what the second looks for. Private to the second.
    Second,
    /// What the two have between them.
    Both,
}

/// One part of a score. Only what is known is a part: missing data has none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// What it is about.
    pub kind: PartKind,
    /// Whose it is.
    pub side: Side,
    /// How good it is; for wishes and what is shared 0 to 1.
    pub value: f64,
    /// What it adds; negative when it takes away. A point is a hundredth of the chance of a yes where that chance is
    /// about even: log-odds times 25.
    pub points: f64,
}

/// The parts of a score. Those of the first side and of both add up to the log-odds that the first says yes, times 25,
/// those of the second side and of both to the log-odds that the second does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Breakdown {
    /// The parts, in the order of [`PartKind`] within each side.
    pub parts: Vec<Part>,
}

impl Breakdown {
    /// The part of this kind on this side, if it is known.
    #[must_use]
    pub fn get(&self, kind: PartKind, side: Side) -> Option<&Part> {
        self.parts.iter().find(|part| part.kind == kind && part.side == side)
    }

    /// The same seen from the other side: first and second change places.
    #[must_use]
    pub fn swapped(&self) -> Self {
        let swap = |part: &Part| Part {
            side: match part.side {
                Side::First => Side::Second,
                Side::Second => Side::First,
                Side::Both => Side::Both,
            },
            ..*part
        };
        Self { parts: self.parts.iter().map(swap).collect() }
    }
}

/// A score with its parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scored {
    /// How well the two suit each other; the same both ways.
    pub score: Score,
    /// What it is made of.
    pub breakdown: Breakdown,
    /// How likely each says yes to the other, as far as the scorer tells.
    pub chance: Option<Chance>,
}

/// How likely two people say yes to each other, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// That the first says yes to the second.
    pub first: f64,
    /// That the second says yes to the first.
    pub second: f64,
}

impl Chance {
    /// That both do.
    #[must_use]
    pub fn both(self) -> f64 {
        self.first * self.second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_cut_to_their_range() {
        assert_eq!(Score::from_unit(f64::NAN), Score::MIN);
        assert_eq!(Score::from_unit(-3.0), Score::MIN);
        assert_eq!(Score::from_unit(f64::INFINITY), Score::MAX);
        assert_eq!(Score::from_unit(0.925).percent(), 93);
        assert_eq!(Score::MAX.percent(), 100);
        assert_eq!(Score::from_millionths(u32::MAX), Score::MAX);
    }
}
