//! What an average pair of a pool is: the one that has 50 of 100.

use super::{ReferenceScorer, sample::pairs};

/// How many pairs are looked at.
const PAIRS: usize = 8_192;
/// How many of them must be eligible, so that chance plays no great part.
const ELIGIBLE_LEAST: usize = 400;
/// How many people a pool must have to have an average of its own.
const PEOPLE_LEAST: usize = 100;
/// By how many times a pool must have grown or shrunk to look for it anew.
const TIMES: usize = 2;

/// Whether a pool of so many people is to look for its average pair, which it last did when it had as many as that, or 0
/// where it never did.
pub(super) const fn is_due(people: usize, last: usize) -> bool {
    people >= PEOPLE_LEAST && (people >= last.saturating_mul(TIMES) || people.saturating_mul(TIMES) <= last)
}

/// The same scorer, to which the average pair is that of these people, of whom two at different places say yes to each
/// other with this chance, or are not eligible; `None` where too few are.
pub(super) fn calibrated(
    scorer: &ReferenceScorer,
    people: usize,
    chance: impl Fn(usize, usize) -> Option<f64>,
) -> Option<ReferenceScorer> {
    if people < PEOPLE_LEAST {
        return None;
    }
    let eligible = pairs(people, PAIRS).filter_map(|(one, other)| chance(one, other));
    let (count, sum) = eligible.fold((0_usize, 0.0), |(count, sum), both| (count + 1, sum + both));
    if count < ELIGIBLE_LEAST {
        return None;
    }
    let average = (sum / count as f64).clamp(1e-6, 1.0 - 1e-6);
    scorer.weights().with_average(average).ok().map(ReferenceScorer::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_for_when_the_pool_has_doubled_or_halved() {
        assert!(!is_due(99, 0) && is_due(100, 0));
        assert!(!is_due(199, 100) && is_due(200, 100));
        assert!(!is_due(1_001, 2_000) && is_due(1_000, 2_000));
        assert!(!is_due(50, 2_000), "of so few there is none");
    }

    #[test]
    fn it_is_the_mean_of_those_who_are_eligible() {
        let scorer = ReferenceScorer::default();
        let all = calibrated(&scorer, 100, |_, _| Some(0.25)).unwrap();
        assert_eq!(all.weights().average(), 0.25);
        // One in a hundred: some eighty pairs.
        assert_eq!(calibrated(&scorer, 100, |one, _| (one == 0).then_some(0.25)), None);
        assert_eq!(calibrated(&scorer, 99, |_, _| Some(0.25)), None);
        let never = calibrated(&scorer, 100, |_, _| Some(0.0)).unwrap();
        assert!(never.weights().average() > 0.0);
    }
}
