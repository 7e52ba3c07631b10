//! What people look for in each other.

use serde::{Deserialize, Serialize};

use super::profile::{EducationLevel, Gender, IncomeRange, MaritalStatus, OccupationType};

/// A set of genders; never empty where it is used as something sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Gender>", into = "Vec<Gender>")]
pub struct GenderSet(u8);

impl GenderSet {
    /// Anyone.
    pub const ANY: Self = Self(0b111);

    /// Just this gender.
    #[must_use]
    pub const fn only(gender: Gender) -> Self {
        Self(1 << gender as u8)
    }

    /// The set with these [`bits`](Self::bits).
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ANY.0)
    }

    /// Whether this gender is in the set.
    #[must_use]
    pub const fn contains(self, gender: Gender) -> bool {
        self.0 & (1 << gender as u8) != 0
    }

    /// The set as bits: 1 female, 2 male, 4 other.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

impl From<Vec<Gender>> for GenderSet {
    fn from(genders: Vec<Gender>) -> Self {
        Self(genders.into_iter().fold(0, |bits, gender| bits | Self::only(gender).0))
    }
}

impl From<GenderSet> for Vec<Gender> {
    fn from(set: GenderSet) -> Self {
        Gender::ALL.iter().copied().filter(|gender| set.contains(*gender)).collect()
    }
}

/// How a person shares out 100 points of importance among six qualities of a partner.
///
/// The qualities are those of the speed-dating literature (Fisman et al., QJE 121(2), 2006). The numbers are
/// non-negative and need not add up to exactly 100.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TraitWeights {
    /// Attractive.
    pub attractive: f32,
    /// Sincere.
    pub sincere: f32,
    /// Intelligent.
    pub intelligent: f32,
    /// Fun.
    pub fun: f32,
    /// Ambitious.
    pub ambitious: f32,
    /// Shares my interests.
    pub shared_interests: f32,
}

/// What a person looks for. `None` and empty lists ask for nothing.
///
/// The gender sought and the age window are hard: they filter, on both sides. Everything else is a wish that
/// weighs in the score.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Requirements {
    /// Whom the person seeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genders: Option<GenderSet>,
    /// Youngest age, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_min: Option<u8>,
    /// Oldest age, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_max: Option<u8>,
    /// Least height in centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_min: Option<u16>,
    /// Greatest height in centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_max: Option<u16>,
    /// Levels of education.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub education_levels: Vec<EducationLevel>,
    /// Fields of work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occupation_types: Vec<OccupationType>,
    /// Incomes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub income_ranges: Vec<IncomeRange>,
    /// Marital statuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marital_status: Vec<MaritalStatus>,
    /// Whether to live in the same city.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub same_city: bool,
    /// Other cities that would do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acceptable_cities: Vec<String>,
    /// Anything else, in the person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// What matters how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trait_weights: Option<TraitWeights>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_genders_hold_what_was_put_in() {
        let women = GenderSet::only(Gender::Female);
        assert!(women.contains(Gender::Female) && !women.contains(Gender::Male));
        assert_eq!(GenderSet::from(Gender::ALL.to_vec()), GenderSet::ANY);
        assert_eq!(Vec::from(GenderSet::ANY), Gender::ALL);
        assert_eq!(women.bits(), 1);
    }
}
