//! What was learned about one person, and how a decision changes it.

use crate::scoring::features::TRAITS;

/// Steps of the effects in one unit of log-odds.
pub(in crate::scoring) const EFFECT_STEPS: f64 = 4096.0;
/// Steps of the variances of the effects in one unit.
const VARIANCE_STEPS: f64 = 32_768.0;
/// Steps of a taste in one unit of log-odds per unit of a trait.
pub(in crate::scoring) const TASTE_STEPS: f64 = 64.0;
/// Steps of the variance of a taste in one unit.
const TASTE_VARIANCE_STEPS: f64 = 4096.0;

/// Variance of readiness and of appeal among people of whom nothing is known.
pub(super) const PRIOR_VARIANCE: f64 = 1.1;
/// Covariance of the two: who is liked much is a little choosier.
pub(super) const PRIOR_COVARIANCE: f64 = -0.35;
/// Variance of a taste among people of whom nothing is known.
pub(super) const TASTE_VARIANCE: f64 = 0.03;

/// What was learned about one person from decisions: how readily they say yes, how often others say yes to them, and
/// which traits they like beyond what they said. Everything is zero for somebody without history, and how sure it is
/// stands beside it.
///
/// Numbers are kept in small fixed steps, 24 bytes a person, and every step of learning is rounded to them, so that
/// each pool that was told the same in the same order knows the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Learned {
    pub(in crate::scoring) readiness: i16,
    pub(in crate::scoring) appeal: i16,
    pub(in crate::scoring) readiness_variance: u16,
    pub(in crate::scoring) appeal_variance: u16,
    pub(in crate::scoring) covariance: i16,
    pub(in crate::scoring) taste: [i8; TRAITS],
    pub(in crate::scoring) taste_variance: [u8; TRAITS],
}

impl Default for Learned {
    fn default() -> Self {
        Self {
            readiness: 0,
            appeal: 0,
            readiness_variance: (PRIOR_VARIANCE * VARIANCE_STEPS).round() as u16,
            appeal_variance: (PRIOR_VARIANCE * VARIANCE_STEPS).round() as u16,
            covariance: (PRIOR_COVARIANCE * VARIANCE_STEPS).round() as i16,
            taste: [0; TRAITS],
            taste_variance: [(TASTE_VARIANCE * TASTE_VARIANCE_STEPS).round() as u8; TRAITS],
        }
    }
}

impl Learned {
    /// Readiness and appeal, their variances and covariance, tastes and their variances.
    pub(super) fn new(
        [readiness, appeal]: [f64; 2],
        covariances: [f64; 3],
        taste: [f64; TRAITS],
        taste_variances: [f64; TRAITS],
    ) -> Self {
        let mut learned = Self::default();
        learned.set_readiness(readiness);
        learned.set_appeal(appeal);
        learned.set_covariances(covariances);
        learned.set_taste(taste);
        learned.taste_variance =
            taste_variances.map(|variance| (variance * TASTE_VARIANCE_STEPS).round() as u8);
        learned
    }

    /// How readily this person says yes, in log-odds against somebody without history.
    #[must_use]
    pub fn readiness(&self) -> f64 {
        f64::from(self.readiness) / EFFECT_STEPS
    }

    /// How often others say yes to this person, in log-odds against somebody without history.
    #[must_use]
    pub fn appeal(&self) -> f64 {
        f64::from(self.appeal) / EFFECT_STEPS
    }

    /// What each trait adds for this person beyond what they said, in log-odds per unit of the trait.
    #[must_use]
    pub fn taste(&self) -> [f64; TRAITS] {
        self.taste.map(|steps| f64::from(steps) / TASTE_STEPS)
    }

    /// Whether nothing was learned yet.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    fn set_readiness(&mut self, value: f64) {
        self.readiness = (value * EFFECT_STEPS).round() as i16;
    }

    fn set_appeal(&mut self, value: f64) {
        self.appeal = (value * EFFECT_STEPS).round() as i16;
    }

    fn set_taste(&mut self, taste: [f64; TRAITS]) {
        self.taste = taste.map(|value| (value * TASTE_STEPS).round() as i8);
    }

    fn covariances(&self) -> [f64; 3] {
        [
            f64::from(self.readiness_variance) / VARIANCE_STEPS,
            f64::from(self.covariance) / VARIANCE_STEPS,
            f64::from(self.appeal_variance) / VARIANCE_STEPS,
        ]
    }

    fn set_covariances(&mut self, [readiness, both, appeal]: [f64; 3]) {
        self.readiness_variance = (readiness * VARIANCE_STEPS).round() as u16;
        self.covariance = (both * VARIANCE_STEPS).round() as i16;
        self.appeal_variance = (appeal * VARIANCE_STEPS).round() as u16;
    }
}

/// Learns from one decision: an extended Kalman step in constant time.
///
/// `log_odds` are those that the actor would say yes, before the decision; `traits` are the target's, as far from the
/// typical as the taste counts them, 0 where not told. With `p` the chance of a yes and `s = p(1 − p)`, every effect
/// moves by its share of the surprise `y − p`, and becomes surer by what the decision told.
pub(in crate::scoring) fn observe(
    actor: &mut Learned,
    target: &mut Learned,
    log_odds: f64,
    traits: [f64; TRAITS],
    said_yes: bool,
) {
    let p = logistic(log_odds);
    let s = p * (1.0 - p);
    let [ready, ready_both, ready_appeal] = actor.covariances();
    let [liked_ready, liked_both, liked] = target.covariances();
    let variances = actor.taste_variance.map(|steps| f64::from(steps) / TASTE_VARIANCE_STEPS);
    let taste_spread: f64 = variances.iter().zip(traits).map(|(v, z)| v * z * z).sum();
    let scale = 1.0 / (1.0 + s * (ready + liked + taste_spread));
    let surprise = (f64::from(u8::from(said_yes)) - p) * scale;

    actor.set_readiness(actor.readiness() + ready * surprise);
    actor.set_appeal(actor.appeal() + ready_both * surprise);
    let known = s * scale;
    actor.set_covariances([
        ready - known * ready * ready,
        ready_both - known * ready * ready_both,
        ready_appeal - known * ready_both * ready_both,
    ]);
    target.set_appeal(target.appeal() + liked * surprise);
    target.set_readiness(target.readiness() + liked_both * surprise);
    target.set_covariances([
        liked_ready - known * liked_both * liked_both,
        liked_both - known * liked * liked_both,
        liked - known * liked * liked,
    ]);
    let mut taste = actor.taste();
    for (at, (v, z)) in variances.into_iter().zip(traits).enumerate() {
        taste[at] += v * z * surprise;
        actor.taste_variance[at] = ((v - known * (v * z).powi(2)) * TASTE_VARIANCE_STEPS).round() as u8;
    }
    actor.set_taste(taste);
}

/// The chance that belongs to these log-odds.
pub(in crate::scoring) fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_raises_both_effects_and_makes_them_surer() {
        let (mut actor, mut target) = (Learned::default(), Learned::default());
        observe(&mut actor, &mut target, 0.0, [1.0, 0.0, 0.0, 0.0, 0.0], true);
        assert!(actor.readiness() > 0.2 && target.appeal() > 0.2, "{actor:?} {target:?}");
        assert!(actor.appeal() < 0.0 && target.readiness() < 0.0);
        assert!(actor.taste()[0] > 0.0 && actor.taste()[1] == 0.0);
        assert!(actor.readiness_variance < Learned::default().readiness_variance);
        assert!(!actor.is_blank() && Learned::default().is_blank());
    }

    #[test]
    fn however_often_the_numbers_stay_in_range() {
        for said_yes in [true, false] {
            let (mut actor, mut target) = (Learned::default(), Learned::default());
            for _ in 0..20_000 {
                let log_odds = actor.readiness() + target.appeal();
                observe(&mut actor, &mut target, log_odds, [1.1, -3.4, 1.1, 0.0, 1.1], said_yes);
            }
            let sign = if said_yes { 1.0 } else { -1.0 };
            assert!((1.0..8.0).contains(&(sign * actor.readiness())), "{actor:?}");
            assert!((1.0..8.0).contains(&(sign * target.appeal())), "{target:?}");
        }
    }

    #[test]
    fn extreme_odds_do_not_panic() {
        for log_odds in [f64::MAX, f64::MIN, 40.0, -40.0] {
            let (mut actor, mut target) = (Learned::default(), Learned::default());
            observe(&mut actor, &mut target, log_odds, [0.0; TRAITS], false);
            assert!(actor.readiness().abs() < 8.0);
        }
    }
}
