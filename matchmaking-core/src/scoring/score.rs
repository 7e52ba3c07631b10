//! The documented formula: how well two people suit each other.
//!
//! With `w` the weights ([`Weights`]), `x` the values of what is known of a pair and `neutral` the value that neither
//! helps nor harms:
//!
//! ```text
//! L(i→j) = Σ w·(x(i,j) − neutral) + A(i) + P(j) + u(i)·z(j)     log-odds that i says yes to j
//! p      = 1 / (1 + e^−L)
//! M      = p(i→j) · p(j→i)                                      both say yes
//! score  = M·(1 − m) / (M·(1 − m) + m·(1 − M))                  m: an average pair, which has 50 of 100
//! ```
//!
//! `A`, `P` and `u` are learned from decisions ([`Learned`](super::Learned)) and 0 for whoever has no history, so that a
//! cold start is the same formula. What is missing on either side counts as neutral.

use super::{
    Breakdown, Chance, Features, Moment, Part, PartKind, Score, Scored, Side, Weight, Weights, closeness,
    facts::{Between, Facts, day_of},
    features::TRAITS,
    learning::step::logistic,
    wishes,
};
use crate::model::profile::Gender;

/// Says how well two people suit each other. An embedding application may bring its own.
///
/// The contract, on which pools and lists rely: `score` is a function of its arguments alone, is the same
/// both ways round, and equals the score of `explain`; the parts of `explain` for `(b, a)` are those for
/// `(a, b)` with the sides swapped. No input panics.
pub trait Scorer: std::fmt::Debug + Send + Sync {
    /// How well the two suit each other, with the parts that the score is made of.
    fn explain(&self, first: &Features, second: &Features, moment: Moment) -> Scored;

    /// How well the two suit each other.
    fn score(&self, first: &Features, second: &Features, moment: Moment) -> Score {
        self.explain(first, second, moment).score
    }
}

/// The reference scorer: the formula of this module, computed in the plainest way.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReferenceScorer {
    weights: Weights,
}

/// The age that neither helps nor harms, and how many years count as one, in years.
const TYPICAL_AGE: f64 = 27.0;
const AGE_UNIT: f64 = 10.0;
/// The range in which an age counts for more and more, in units.
const AGE_RANGE: [f64; 2] = [-1.0, 2.0];
/// Points of one unit of log-odds.
const POINTS: f64 = 25.0;

/// What holds for one person whoever the other one is, in log-odds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) readiness: f64,
    pub(super) appeal: f64,
}

/// What is known of a directed pair, in the order of [`Weight::ALL`].
pub(super) type Values = [Option<f64>; Weight::COUNT];

impl ReferenceScorer {
    /// A scorer with these weights.
    #[must_use]
    pub const fn new(weights: Weights) -> Self {
        Self { weights }
    }

    /// The weights.
    #[must_use]
    pub const fn weights(&self) -> &Weights {
        &self.weights
    }

    /// What a weight adds for this value.
    pub(super) fn adds(&self, weight: Weight, value: f64) -> f64 {
        self.weights.of(weight) * (value - weight.neutral())
    }

    /// The log-odds that `one` says yes to `other`.
    pub(super) fn log_odds(&self, one: &Facts, other: &Facts, between: &Between, today: u16) -> f64 {
        let values = values(one, other, between, today);
        let known = Weight::ALL.iter().zip(values).filter_map(|(weight, value)| Some((*weight, value?)));
        let sum = known.fold(0.0, |sum, (weight, value)| sum + self.adds(weight, value));
        sum + one.learned.readiness() + other.learned.appeal() + taste(one, other)
    }

    /// How likely each of the two says yes to the other.
    pub(super) fn chance(&self, one: &Facts, other: &Facts, between: &Between, today: u16) -> Chance {
        Chance {
            first: logistic(self.log_odds(one, other, between, today)),
            second: logistic(self.log_odds(other, one, &between.turned(), today)),
        }
    }

    /// The same to the last bit, for whoever scores many pairs: what is the same both ways is computed once.
    pub(super) fn chance_at_once(&self, one: &Facts, other: &Facts, between: &Between, today: u16) -> Chance {
        let shared = shared_values(one, other, between, today);
        let shared: [f64; SHARED.len()] = std::array::from_fn(|at| {
            // Adding nothing leaves a sum as it is.
            shared[at].map_or(0.0, |value| self.adds(SHARED[at].0, value))
        });
        let log_odds = |one: &Facts, other: &Facts, between: &Between| {
            let add = |sum: f64, (weight, value): (&Weight, Option<f64>)| {
                value.map_or(sum, |value| sum + self.adds(*weight, value))
            };
            let sum = Weight::ALL.iter().zip(wish_values(one, other, between)).fold(0.0, add);
            let sum = shared.iter().fold(sum, |sum, adds| sum + adds);
            let standing = Weight::ALL[FIRST_STANDING..].iter().zip(standing_values(one, other));
            let sum = standing.fold(sum, add);
            sum + one.learned.readiness() + other.learned.appeal() + taste(one, other)
        };
        Chance {
            first: logistic(log_odds(one, other, between)),
            second: logistic(log_odds(other, one, &between.turned())),
        }
    }

    /// The score of a pair that says yes to each other with this chance.
    pub(super) fn score_of(&self, chance: Chance) -> Score {
        let (both, average) = (chance.both(), self.weights.average());
        let good = both * (1.0 - average);
        Score::from_unit(good / (good + average * (1.0 - both)))
    }

    /// The logarithm of the chance that a pair says yes to each other which it must reach at least to have this score.
    pub(super) fn least_for(&self, score: Score) -> f64 {
        // Scores are rounded to the nearest.
        let least = (f64::from(score.millionths()) - 0.5) / 1e6 - 1e-9;
        let average = self.weights.average();
        let both = least * average / ((1.0 - average) * (1.0 - least) + least * average);
        if both > 0.0 { both.ln() } else { f64::NEG_INFINITY }
    }

    /// How readily somebody says yes and how often others say yes to them, before anything is known of the other one.
    pub(super) fn standing(&self, facts: &Facts) -> Standing {
        let age = facts.age.map(age);
        let add = |weight: Weight, value: Option<f64>| value.map_or(0.0, |value| self.adds(weight, value));
        let traits = |first: usize| {
            let weights = &self.weights.all()[first..first + TRAITS];
            weights
                .iter()
                .zip(wishes::traits(facts.ratings))
                .map(|(weight, value)| weight * value)
                .sum::<f64>()
        };
        Standing {
            readiness: self.base(facts.gender)
                + add(Weight::ReadinessAge, age)
                + traits(READINESS_TRAITS)
                + facts.learned.readiness(),
            appeal: add(Weight::AppealAge, age) + traits(APPEAL_TRAITS) + facts.learned.appeal(),
        }
    }

    /// The log-odds that somebody of this gender says yes when all else is neutral.
    pub(super) fn base(&self, gender: Option<Gender>) -> f64 {
        [(Weight::BaseFemale, Gender::Female), (Weight::BaseMale, Gender::Male)]
            .into_iter()
            .filter_map(|(weight, of)| Some(self.adds(weight, base(gender, of)?)))
            .sum()
    }

    /// The parts of one direction, but for what is the same both ways.
    fn parts(&self, one: &Facts, other: &Facts, values: &Values, side: Side) -> Vec<Part> {
        let part = |kind, value, log_odds: f64| Part { kind, side, value, points: POINTS * log_odds };
        let mut parts = Vec::new();
        for (weight, kind) in WISHES {
            if let Some(value) = values[weight as usize] {
                parts.push(part(kind, value, self.adds(weight, value)));
            }
        }
        let sum = |weights: &[Weight]| {
            let known =
                weights.iter().filter_map(|weight| Some(self.adds(*weight, values[*weight as usize]?)));
            known.sum::<f64>()
        };
        let traits = wishes::traits(other.ratings);
        for ((kind, taste), value) in TASTES.into_iter().zip(one.learned.taste()).zip(traits) {
            if taste * value != 0.0 {
                parts.push(part(kind, value, taste * value));
            }
        }
        let ready = sum(&READINESS) + one.learned.readiness();
        parts.push(part(PartKind::Readiness, ready, ready));
        let appeal = sum(&APPEAL) + other.learned.appeal();
        parts.push(part(PartKind::Appeal, appeal, appeal));
        parts
    }
}

impl Scorer for ReferenceScorer {
    fn score(&self, first: &Features, second: &Features, moment: Moment) -> Score {
        let (one, other) = (Facts::of(first, moment.today), Facts::of(second, moment.today));
        let between = Between::of(first, second);
        self.score_of(self.chance(&one, &other, &between, day_of(moment.now)))
    }

    fn explain(&self, first: &Features, second: &Features, moment: Moment) -> Scored {
        let (one, other) = (Facts::of(first, moment.today), Facts::of(second, moment.today));
        let (between, today) = (Between::of(first, second), day_of(moment.now));
        let (there, back) =
            (values(&one, &other, &between, today), values(&other, &one, &between.turned(), today));
        let mut parts = self.parts(&one, &other, &there, Side::First);
        parts.extend(self.parts(&other, &one, &back, Side::Second));
        for (weight, kind) in SHARED {
            if let Some(value) = there[weight as usize] {
                let points = POINTS * self.adds(weight, value);
                parts.push(Part { kind, side: Side::Both, value, points });
            }
        }
        let chance = self.chance(&one, &other, &between, today);
        Scored { score: self.score_of(chance), breakdown: Breakdown { parts }, chance: Some(chance) }
    }
}

/// The wishes of one side.
const WISHES: [(Weight, PartKind); 7] = [
    (Weight::HeightWish, PartKind::HeightWish),
    (Weight::EducationWish, PartKind::EducationWish),
    (Weight::OccupationWish, PartKind::OccupationWish),
    (Weight::IncomeWish, PartKind::IncomeWish),
    (Weight::MaritalWish, PartKind::MaritalWish),
    (Weight::CityWish, PartKind::CityWish),
    (Weight::TraitWish, PartKind::TraitWish),
];

/// What one tends to like, in the order of the traits.
const TASTES: [PartKind; TRAITS] = [
    PartKind::LikesAttractive,
    PartKind::LikesSincere,
    PartKind::LikesIntelligent,
    PartKind::LikesFun,
    PartKind::LikesAmbitious,
];

/// What is the same both ways.
const SHARED: [(Weight, PartKind); 11] = [
    (Weight::Interests, PartKind::Interests),
    (Weight::AgeCloseness, PartKind::AgeCloseness),
    (Weight::EducationCloseness, PartKind::EducationCloseness),
    (Weight::IncomeCloseness, PartKind::IncomeCloseness),
    (Weight::GoingOut, PartKind::GoingOut),
    (Weight::Nearness, PartKind::Nearness),
    (Weight::Activity, PartKind::Activity),
    (Weight::Study, PartKind::Study),
    (Weight::Work, PartKind::Work),
    (Weight::Marital, PartKind::Marital),
    (Weight::Family, PartKind::Family),
];

/// What makes somebody readier to say yes, whoever the other one is.
const READINESS: [Weight; 8] = [
    Weight::ReadinessAge,
    Weight::ReadinessAttractive,
    Weight::ReadinessSincere,
    Weight::ReadinessIntelligent,
    Weight::ReadinessFun,
    Weight::ReadinessAmbitious,
    Weight::BaseFemale,
    Weight::BaseMale,
];

/// What makes others say yes to somebody, whoever they are.
const APPEAL: [Weight; 6] = [
    Weight::AppealAge,
    Weight::AppealAttractive,
    Weight::AppealSincere,
    Weight::AppealIntelligent,
    Weight::AppealFun,
    Weight::AppealAmbitious,
];

/// Where in the table stands what holds for one person whoever the other one is: after the wishes and what is shared.
const FIRST_STANDING: usize = WISHES.len() + SHARED.len();
const STANDING: usize = Weight::COUNT - FIRST_STANDING;

/// The weights of the five traits in [`READINESS`] and in [`APPEAL`].
pub(super) const READINESS_TRAITS: usize = Weight::ReadinessAttractive as usize;
pub(super) const APPEAL_TRAITS: usize = Weight::AppealAttractive as usize;

/// What is known of how well `other` would suit `one`.
pub(super) fn values(one: &Facts, other: &Facts, between: &Between, today: u16) -> Values {
    let mut values = [None; Weight::COUNT];
    let (wishes, rest) = values.split_at_mut(WISHES.len());
    let (shared, standing) = rest.split_at_mut(SHARED.len());
    wishes.copy_from_slice(&wish_values(one, other, between));
    shared.copy_from_slice(&shared_values(one, other, between, today));
    standing.copy_from_slice(&standing_values(one, other));
    values
}

/// How far `other` is what `one` wishes, in the order of [`WISHES`].
fn wish_values(one: &Facts, other: &Facts, between: &Between) -> [Option<f64>; WISHES.len()] {
    [
        wishes::height(one, other),
        wishes::education(one, other),
        wishes::occupation(one, other),
        wishes::income(one, other),
        wishes::marital(one, other),
        wishes::city(between),
        trait_wish(one, other),
    ]
}

/// What is the same both ways, in the order of [`SHARED`].
fn shared_values(one: &Facts, other: &Facts, between: &Between, today: u16) -> [Option<f64>; SHARED.len()] {
    [
        closeness::interests(between),
        closeness::age(one, other),
        closeness::education(one, other),
        closeness::income(one, other),
        closeness::going_out(one, other),
        closeness::nearness(one, other, between),
        Some(closeness::activity(one, other, today)),
        between.same_study.map(|same| f64::from(u8::from(same))),
        closeness::same(one.occupation, other.occupation),
        closeness::same(one.marital, other.marital),
        closeness::same(one.has_children, other.has_children),
    ]
}

/// What makes `one` readier to say yes to anybody, and anybody to `other`, in the order of the table.
fn standing_values(one: &Facts, other: &Facts) -> [Option<f64>; STANDING] {
    let mut values = [None; STANDING];
    let mut set = |weight: Weight, value| values[weight as usize - FIRST_STANDING] = value;
    set(Weight::ReadinessAge, one.age.map(age));
    set(Weight::AppealAge, other.age.map(age));
    set(Weight::BaseFemale, base(one.gender, Gender::Female));
    set(Weight::BaseMale, base(one.gender, Gender::Male));
    let (mine, theirs) = (wishes::traits(one.ratings), wishes::traits(other.ratings));
    for at in 0..TRAITS {
        values[READINESS_TRAITS - FIRST_STANDING + at] = Some(mine[at]);
        values[APPEAL_TRAITS - FIRST_STANDING + at] = Some(theirs[at]);
    }
    values
}

/// An age in units from the typical one.
pub(super) fn age(years: u8) -> f64 {
    let [least, most] = AGE_RANGE;
    ((f64::from(years) - TYPICAL_AGE) / AGE_UNIT).clamp(least, most)
}

/// How much of the base of this gender counts for somebody.
fn base(gender: Option<Gender>, of: Gender) -> Option<f64> {
    match gender {
        Some(Gender::Female | Gender::Male) => (gender == Some(of)).then_some(1.0),
        Some(Gender::Other) | None => Some(0.5),
    }
}

/// The traits that one said matter, as the other rates them in themselves; `None` when nothing was said.
fn trait_wish(one: &Facts, other: &Facts) -> Option<f64> {
    one.stated?;
    let traits = wishes::traits(other.ratings);
    Some(wishes::stated(one.stated).iter().zip(traits).fold(0.0, |sum, (share, trait_)| sum + share * trait_))
}

/// The traits that one tends to like, as the other rates them in themselves.
fn taste(one: &Facts, other: &Facts) -> f64 {
    let traits: [f64; TRAITS] = wishes::traits(other.ratings);
    one.learned.taste().iter().zip(traits).fold(0.0, |sum, (taste, trait_)| sum + taste * trait_)
}
