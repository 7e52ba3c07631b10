//! The sweep: the effects of everybody that explain all decisions best, found person by person.
//!
//! One step a decision sees each decision once, in its order. The sweep goes over everybody's own decisions and those
//! about them again, each time with what it knows of the others by then, until nothing moves: the most probable effects
//! under the same prior.

use super::{
    linear::{invert, solve},
    step::{Learned, PRIOR_COVARIANCE, PRIOR_VARIANCE, TASTE_VARIANCE, logistic},
};
use crate::scoring::features::TRAITS;

/// Most times that everybody is gone through.
const ROUNDS: usize = 60;
/// The greatest move of an effect at which the sweep ends.
const SETTLED: f64 = 1e-4;
/// How many effects a person has: readiness, appeal, and a taste for each trait.
const EFFECTS: usize = 2 + TRAITS;

/// One decision, with people by their places.
#[derive(Debug, Clone, Copy)]
pub(in crate::scoring) struct Seen {
    pub(in crate::scoring) actor: u32,
    pub(in crate::scoring) target: u32,
    pub(in crate::scoring) said_yes: bool,
    /// The log-odds of a yes without anybody's effects.
    pub(in crate::scoring) log_odds: f64,
    /// The target's traits.
    pub(in crate::scoring) traits: [f64; TRAITS],
}

/// The effects of everybody while they are looked for.
#[derive(Debug)]
pub(super) struct Effects {
    of: Vec<[f64; EFFECTS]>,
    /// Places of decisions by the actor and by the target.
    made: Vec<Vec<u32>>,
    met: Vec<Vec<u32>>,
    prior: [[f64; EFFECTS]; EFFECTS],
}

impl Effects {
    pub(super) fn new(people: usize, seen: &[Seen]) -> Self {
        let (mut made, mut met) = (vec![Vec::new(); people], vec![Vec::new(); people]);
        for (at, one) in (0_u32..).zip(seen) {
            made[one.actor as usize].push(at);
            met[one.target as usize].push(at);
        }
        let mut prior = [[0.0; EFFECTS]; EFFECTS];
        let determinant = PRIOR_VARIANCE * PRIOR_VARIANCE - PRIOR_COVARIANCE * PRIOR_COVARIANCE;
        prior[0][0] = PRIOR_VARIANCE / determinant;
        prior[1][1] = prior[0][0];
        prior[0][1] = -PRIOR_COVARIANCE / determinant;
        prior[1][0] = prior[0][1];
        for (at, row) in prior.iter_mut().enumerate().skip(2) {
            row[at] = 1.0 / TASTE_VARIANCE;
        }
        Self { of: vec![[0.0; EFFECTS]; people], made, met, prior }
    }

    /// What the effects add to the log-odds of a decision.
    pub(super) fn add(&self, seen: &Seen) -> f64 {
        let (actor, target) = (&self.of[seen.actor as usize], &self.of[seen.target as usize]);
        let taste: f64 = actor[2..].iter().zip(seen.traits).map(|(taste, value)| taste * value).sum();
        actor[0] + target[1] + taste
    }

    /// Goes through everybody once; returns the greatest move. `log_odds` are those of decisions without effects.
    pub(super) fn round(&mut self, seen: &[Seen], log_odds: impl Fn(usize) -> f64) -> f64 {
        let mut greatest: f64 = 0.0;
        for person in 0..self.of.len() {
            let (gradient, curvature) = self.slopes(person, seen, &log_odds);
            // The prior makes the curvature positive definite.
            let Some(step) = solve(curvature, gradient) else { continue };
            for (effect, step) in self.of[person].iter_mut().zip(step) {
                *effect += step;
                greatest = greatest.max(step.abs());
            }
        }
        greatest
    }

    /// The first and the negative second derivative of the log-posterior by the effects of a person.
    fn slopes(
        &self,
        person: usize,
        seen: &[Seen],
        log_odds: impl Fn(usize) -> f64,
    ) -> ([f64; EFFECTS], [[f64; EFFECTS]; EFFECTS]) {
        let effects = &self.of[person];
        let mut gradient = [0.0; EFFECTS];
        for (slope, row) in gradient.iter_mut().zip(&self.prior) {
            *slope = -row.iter().zip(effects).map(|(weight, effect)| weight * effect).sum::<f64>();
        }
        let mut curvature = self.prior;
        let mut learn = |at: u32, is_actor: bool| {
            let one = &seen[at as usize];
            let p = logistic(log_odds(at as usize) + self.add(one));
            let mut moved = [0.0; EFFECTS];
            if is_actor {
                moved[0] = 1.0;
                moved[2..].copy_from_slice(&one.traits);
            } else {
                moved[1] = 1.0;
            }
            let (surprise, s) = (f64::from(u8::from(one.said_yes)) - p, p * (1.0 - p));
            for row in 0..EFFECTS {
                gradient[row] += surprise * moved[row];
                for column in 0..EFFECTS {
                    curvature[row][column] += s * moved[row] * moved[column];
                }
            }
        };
        self.made[person].iter().for_each(|at| learn(*at, true));
        self.met[person].iter().for_each(|at| learn(*at, false));
        (gradient, curvature)
    }

    /// The effects of a person with how sure they are.
    pub(super) fn learned(&self, person: usize, seen: &[Seen], log_odds: impl Fn(usize) -> f64) -> Learned {
        let (_, curvature) = self.slopes(person, seen, log_odds);
        let spread = invert(curvature).unwrap_or_default();
        let [readiness, appeal, taste @ ..] = self.of[person];
        Learned::new(
            [readiness, appeal],
            [spread[0][0], spread[0][1], spread[1][1]],
            taste,
            std::array::from_fn(|at| spread[at + 2][at + 2]),
        )
    }
}

/// What all these decisions teach of so many people, in the order of their places.
pub(in crate::scoring) fn sweep(people: usize, seen: &[Seen]) -> Vec<Learned> {
    let mut effects = Effects::new(people, seen);
    let log_odds = |at: usize| seen[at].log_odds;
    for _ in 0..ROUNDS {
        if effects.round(seen, log_odds) < SETTLED {
            break;
        }
    }
    (0..people).map(|person| effects.learned(person, seen, log_odds)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(actor: u32, target: u32, said_yes: bool) -> Seen {
        Seen { actor, target, said_yes, log_odds: -0.5, traits: [0.0; TRAITS] }
    }

    #[test]
    fn who_is_liked_has_appeal_and_who_likes_is_ready() {
        let all: Vec<Seen> = (1..9).flat_map(|other| [seen(0, other, true), seen(other, 0, false)]).collect();
        let found = sweep(10, &all);
        assert!(found[0].readiness() > 0.8 && found[0].appeal() < -0.6, "{:?}", found[0]);
        assert!(found[1].appeal() > 0.0 && found[1].readiness() < 0.0);
        assert!(found[9].is_blank(), "{:?}", found[9]);
    }

    #[test]
    fn the_order_of_decisions_does_not_matter() {
        let mut all: Vec<Seen> = (1..9).map(|other| seen(0, other, other % 3 == 0)).collect();
        let found = sweep(9, &all);
        all.reverse();
        assert_eq!(sweep(9, &all), found);
        assert!(sweep(0, &[]).is_empty());
    }
}
