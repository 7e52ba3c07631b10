//! How much each part of the score weighs.

use super::{PartKind, ScoringError};

/// The weights of the parts of the score, one number each, 0 to 1000. They count against each other and
/// against the neutral part of every mean, which weighs 1.
///
/// Wishes weigh within one person's fit to the other's wishes, common ground within what the two share. The
/// defaults are judgements, not measurements; `docs/matching.md` gives the table and the reasons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Wish: height.
    pub height: f64,
    /// Wish: education.
    pub education: f64,
    /// Wish: field of work.
    pub occupation: f64,
    /// Wish: income.
    pub income: f64,
    /// Wish: marital status.
    pub marital: f64,
    /// Wish: city.
    pub city: f64,
    /// Wish: traits, as weighed by one and self-rated by the other.
    pub traits: f64,
    /// Common ground: interests.
    pub interests: f64,
    /// Common ground: age.
    pub age_closeness: f64,
    /// Common ground: education.
    pub education_closeness: f64,
    /// Common ground: income.
    pub income_closeness: f64,
    /// Common ground: going out as often.
    pub going_out: f64,
    /// Common ground: living near each other.
    pub nearness: f64,
    /// How recently both were active.
    pub activity: f64,
}

impl Weights {
    /// The weights used where nobody says otherwise.
    pub const DEFAULT: Self = Self {
        height: 1.0,
        education: 1.0,
        occupation: 0.7,
        income: 1.0,
        marital: 1.0,
        city: 1.2,
        traits: 1.5,
        interests: 2.0,
        age_closeness: 1.2,
        education_closeness: 0.8,
        income_closeness: 0.5,
        going_out: 0.5,
        nearness: 1.5,
        activity: 0.8,
    };

    /// The weight of this kind of part; 0 for the correction of one-sidedness, which has none.
    #[must_use]
    pub const fn of(&self, kind: PartKind) -> f64 {
        match kind {
            PartKind::HeightWish => self.height,
            PartKind::EducationWish => self.education,
            PartKind::OccupationWish => self.occupation,
            PartKind::IncomeWish => self.income,
            PartKind::MaritalWish => self.marital,
            PartKind::CityWish => self.city,
            PartKind::TraitWish => self.traits,
            PartKind::Interests => self.interests,
            PartKind::AgeCloseness => self.age_closeness,
            PartKind::EducationCloseness => self.education_closeness,
            PartKind::IncomeCloseness => self.income_closeness,
            PartKind::GoingOut => self.going_out,
            PartKind::Nearness => self.nearness,
            PartKind::Activity => self.activity,
            PartKind::OneSidedness => 0.0,
        }
    }

    /// Refuses weights that are negative, over 1000, infinite or no number.
    pub fn check(&self) -> Result<(), ScoringError> {
        for kind in PartKind::ALL {
            if !(0.0..=1000.0).contains(&self.of(*kind)) {
                return Err(ScoringError::BadWeight(kind.code()));
            }
        }
        Ok(())
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_weights_are_named() {
        assert_eq!(Weights::DEFAULT.check(), Ok(()));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let weights = Weights { nearness: bad, ..Weights::DEFAULT };
            assert_eq!(weights.check(), Err(ScoringError::BadWeight("nearness")));
        }
    }
}
