//! The documented formula: how well two people suit each other.
//!
//! With `w` the weights ([`Weights`]), `v` the values of the parts that are known (0 to 1, 0.5 is neutral)
//! and a neutral part of weight 1 in every mean, so that little knowledge moves a score little:
//!
//! ```text
//! F(i→j) = (0.5 + Σ w·v) / (1 + Σ w)      over the wishes of i that can be checked on j
//! H      = 2·F(i→j)·F(j→i) / (F(i→j) + F(j→i))      harmonic mean: both must be met
//! C      = (0.5 + Σ w·v) / (1 + Σ w)      over what the two have between them
//! score  = 0.5·H + 0.5·C
//! ```
//!
//! What is missing on either side is no part, and so moves nothing: a pair about whom nothing is known has
//! 0.5. The harmonic mean is that of reciprocal recommenders (Pizzato et al., RECON, RecSys 2010).

use super::{
    Breakdown, Features, Moment, Part, PartKind, Score, Scored, ScoringError, Side, Weights, closeness,
    wishes,
};

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

/// A part that could be known: its kind, and its value if it is.
type Valued = (PartKind, Option<f64>);

/// The value that is neither good nor bad.
const NEUTRAL: f64 = 0.5;
/// The weight of the neutral part in every mean.
const PRIOR: f64 = 1.0;
/// What the wishes weigh in the score, the harmonic mean of both sides.
const WISHES: f64 = 0.5;
/// What the common ground weighs in the score.
const COMMON: f64 = 0.5;

impl ReferenceScorer {
    /// A scorer with these weights.
    ///
    /// # Errors
    ///
    /// [`ScoringError::BadWeight`] for a weight that is negative, infinite or no number.
    pub fn new(weights: Weights) -> Result<Self, ScoringError> {
        weights.check()?;
        Ok(Self { weights })
    }

    /// The mean of the known values, pulled towards neutral, and the weight it was divided by.
    fn mean(&self, parts: &[Valued]) -> (f64, f64) {
        let (mut weight, mut sum) = (PRIOR, PRIOR * NEUTRAL);
        for (kind, value) in parts {
            if let Some(value) = value {
                weight += self.weights.of(*kind);
                sum += self.weights.of(*kind) * value;
            }
        }
        (sum / weight, weight)
    }

    /// Each known part with what it adds to the score, its group weighing `share` of the score.
    fn parts<'a>(
        &'a self,
        parts: &'a [Valued],
        side: Side,
        share: f64,
        total: f64,
    ) -> impl Iterator<Item = Part> + 'a {
        parts.iter().filter_map(move |(kind, value)| {
            let value = (*value)?;
            let points = 100.0 * share * self.weights.of(*kind) * (value - NEUTRAL) / total;
            Some(Part { kind: *kind, side, value, points })
        })
    }
}

impl Scorer for ReferenceScorer {
    fn score(&self, first: &Features, second: &Features, moment: Moment) -> Score {
        let (to_second, _) = self.mean(&wished(first, second));
        let (to_first, _) = self.mean(&wished(second, first));
        let (common, _) = self.mean(&shared(first, second, moment));
        Score::from_unit(WISHES * harmonic_mean(to_second, to_first) + COMMON * common)
    }

    fn explain(&self, first: &Features, second: &Features, moment: Moment) -> Scored {
        let (ours, theirs, both) =
            (wished(first, second), wished(second, first), shared(first, second, moment));
        let ((to_second, our_weight), (to_first, their_weight)) = (self.mean(&ours), self.mean(&theirs));
        let (_, common_weight) = self.mean(&both);
        // The harmonic mean is the plain mean less what one-sidedness costs; so the parts add up exactly.
        let loss = harmonic_mean(to_second, to_first) - f64::midpoint(to_second, to_first);
        let mut parts: Vec<Part> = Vec::new();
        parts.extend(self.parts(&ours, Side::First, WISHES / 2.0, our_weight));
        parts.extend(self.parts(&theirs, Side::Second, WISHES / 2.0, their_weight));
        parts.extend(self.parts(&both, Side::Both, COMMON, common_weight));
        if loss < 0.0 {
            let (kind, points) = (PartKind::OneSidedness, 100.0 * WISHES * loss);
            parts.push(Part { kind, side: Side::Both, value: NEUTRAL + loss, points });
        }
        Scored { score: self.score(first, second, moment), breakdown: Breakdown { parts } }
    }
}

/// The wishes of the seeker, as far as they can be checked on the other.
fn wished(seeker: &Features, other: &Features) -> [Valued; 7] {
    [
        (PartKind::HeightWish, wishes::height(seeker, other)),
        (PartKind::EducationWish, wishes::education(seeker, other)),
        (PartKind::OccupationWish, wishes::occupation(seeker, other)),
        (PartKind::IncomeWish, wishes::income(seeker, other)),
        (PartKind::MaritalWish, wishes::marital(seeker, other)),
        (PartKind::CityWish, wishes::city(seeker, other)),
        (PartKind::TraitWish, wishes::traits(seeker, other)),
    ]
}

/// What the two have between them.
fn shared(one: &Features, other: &Features, moment: Moment) -> [Valued; 7] {
    [
        (PartKind::Interests, closeness::interests(one, other)),
        (PartKind::AgeCloseness, closeness::age(one, other, moment.today)),
        (PartKind::EducationCloseness, closeness::education(one, other)),
        (PartKind::IncomeCloseness, closeness::income(one, other)),
        (PartKind::GoingOut, closeness::going_out(one, other)),
        (PartKind::Nearness, closeness::nearness(one, other)),
        (PartKind::Activity, Some(closeness::activity(one, other, moment.now))),
    ]
}

/// The harmonic mean of two positive numbers.
fn harmonic_mean(one: f64, other: f64) -> f64 {
    2.0 * one * other / (one + other)
}
