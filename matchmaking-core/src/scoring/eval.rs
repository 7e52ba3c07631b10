//! How good predictions are, once what came of them is known.

use std::cmp::Ordering;

/// Chances nearer to 0 or 1 than this count as this far, so that one wrong certainty does not outweigh everything.
const LEAST_CHANCE: f64 = 1e-4;

/// A prediction and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// What was predicted; a greater one means that it is likelier.
    pub predicted: f64,
    /// Whether it came so.
    pub came: bool,
}

/// The area under the ROC curve: how likely something that came was predicted higher than something that did not, ties
/// counted half. `None` when nothing came or everything did.
#[must_use]
pub fn auc(outcomes: &[Outcome]) -> Option<f64> {
    let mut sorted: Vec<&Outcome> = outcomes.iter().collect();
    sorted.sort_by(|one, other| one.predicted.total_cmp(&other.predicted));
    let came = outcomes.iter().filter(|outcome| outcome.came).count() as f64;
    let not = outcomes.len() as f64 - came;
    let (mut below, mut pairs) = (0.0, 0.0);
    for tied in sorted.chunk_by(|one, other| one.predicted.total_cmp(&other.predicted) == Ordering::Equal) {
        let came = tied.iter().filter(|outcome| outcome.came).count() as f64;
        let not = tied.len() as f64 - came;
        pairs += came * (below + not / 2.0);
        below += not;
    }
    (came > 0.0 && not > 0.0).then(|| pairs / (came * not))
}

/// The normalised discounted cumulative gain of the first `k` of one person's list: 1 when those who came stand first.
/// Of equal predictions the earlier in the slice stands first. `None` when nothing came or everything did.
#[must_use]
pub fn ndcg(outcomes: &[Outcome], k: usize) -> Option<f64> {
    let came = outcomes.iter().filter(|outcome| outcome.came).count();
    if came == 0 || came == outcomes.len() {
        return None;
    }
    let mut sorted: Vec<&Outcome> = outcomes.iter().collect();
    sorted.sort_by(|one, other| other.predicted.total_cmp(&one.predicted));
    let gain = |place: usize| 1.0 / (place as f64 + 2.0).log2();
    let found = sorted.iter().take(k).enumerate().filter(|(_, outcome)| outcome.came);
    let best: f64 = (0..came.min(k)).map(gain).sum();
    (best > 0.0).then(|| found.map(|(place, _)| gain(place)).sum::<f64>() / best)
}

/// The mean logarithmic loss of chances; `None` of nothing.
#[must_use]
pub fn log_loss(outcomes: &[Outcome]) -> Option<f64> {
    let loss = |outcome: &Outcome| {
        let chance = outcome.predicted.clamp(LEAST_CHANCE, 1.0 - LEAST_CHANCE);
        -(if outcome.came { chance } else { 1.0 - chance }).ln()
    };
    (!outcomes.is_empty()).then(|| outcomes.iter().map(loss).sum::<f64>() / outcomes.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(all: &[(f64, bool)]) -> Vec<Outcome> {
        all.iter().map(|(predicted, came)| Outcome { predicted: *predicted, came: *came }).collect()
    }

    #[test]
    fn order_decides_the_area() {
        assert_eq!(auc(&outcomes(&[(0.9, true), (0.5, false), (0.1, false)])), Some(1.0));
        assert_eq!(auc(&outcomes(&[(0.9, false), (0.1, true)])), Some(0.0));
        assert_eq!(auc(&outcomes(&[(0.5, false), (0.5, true), (0.5, true)])), Some(0.5));
        assert_eq!(auc(&outcomes(&[(0.5, true)])), None);
    }

    #[test]
    fn who_came_should_stand_first() {
        assert_eq!(ndcg(&outcomes(&[(0.9, true), (0.5, false)]), 5), Some(1.0));
        let second = ndcg(&outcomes(&[(0.9, false), (0.5, true)]), 5).unwrap();
        assert!((second - 1.0 / 3.0_f64.log2()).abs() < 1e-12);
        assert_eq!(ndcg(&outcomes(&[(0.9, false), (0.5, true)]), 1), Some(0.0));
        assert_eq!(ndcg(&outcomes(&[(0.9, false)]), 5), None);
    }

    #[test]
    fn certainty_that_is_wrong_costs_most() {
        let even = log_loss(&outcomes(&[(0.5, true)])).unwrap();
        assert!((even - std::f64::consts::LN_2).abs() < 1e-12);
        let wrong = log_loss(&outcomes(&[(0.0, true)])).unwrap();
        assert!((wrong - -(1e-4_f64.ln())).abs() < 1e-9);
        assert_eq!(log_loss(&[]), None);
    }
}
