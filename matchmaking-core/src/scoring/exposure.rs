//! Fair exposure: who is shown how often, and what can be done so that not everybody is shown the same few.
//!
//! A ranking by the chance of a match shows whoever is liked by many to everyone. They cannot answer all of them, and
//! the others are seen by nobody. Two remedies stand here, both apart from the score, which stays what it is:
//!
//! - [`Discount`] takes something off the chance of whoever was shown much lately: `M / (1 + load/capacity)^g`. It
//!   needs nothing but a count, so it suits lists that are drawn one by one.
//! - [`assign`] shares out everyone's attention at once, as a market with transferable utility would: what somebody
//!   who is wanted by many costs is a price, and everyone's list is ordered by what is left after prices. For lists that
//!   are drawn together.
//!
//! [`gini`] and [`coverage`] say how even a set of lists is.

/// Why something about exposure is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExposureError {
    /// A capacity is no number above 0.
    #[error("a capacity must be a number above 0")]
    BadCapacity,
    /// The strength of the discount is no number from 0 to [`STRENGTH_MAX`].
    #[error("the strength of a discount must be from 0 to {STRENGTH_MAX}")]
    BadStrength,
    /// The sharpness of an assignment is no number above 0 and up to [`SHARPNESS_MAX`].
    #[error("the sharpness of an assignment must be above 0 and at most {SHARPNESS_MAX}")]
    BadSharpness,
    /// A pair names nobody, or one person twice, or its chance is not from 0 to 1; its place in the list.
    #[error("pair {0} cannot be")]
    BadPair(usize),
}

/// The greatest strength of a discount.
pub const STRENGTH_MAX: f64 = 10.0;

/// The greatest sharpness of an assignment.
pub const SHARPNESS_MAX: f64 = 10.0;

/// What is taken off the chance of whoever is shown much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discount {
    capacity: f64,
    strength: f64,
}

impl Discount {
    /// No discount.
    pub const NONE: Self = Self { capacity: 1.0, strength: 0.0 };

    /// A discount for a capacity, in the unit of the load, and of a strength `g`: 0 is none, and with 1 whoever was
    /// shown as often as their capacity counts half.
    ///
    /// # Errors
    ///
    /// [`ExposureError::BadCapacity`], [`ExposureError::BadStrength`].
    pub const fn new(capacity: f64, strength: f64) -> Result<Self, ExposureError> {
        if !(capacity > 0.0 && capacity < f64::INFINITY) {
            return Err(ExposureError::BadCapacity);
        }
        if !(strength >= 0.0 && strength <= STRENGTH_MAX) {
            return Err(ExposureError::BadStrength);
        }
        Ok(Self { capacity, strength })
    }

    /// Whether nothing is ever taken off.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.strength == 0.0
    }

    /// The chance `M`, from 0 to 1, of somebody who was shown `load` times: `M / (1 + load/capacity)^g`. Never more than
    /// `M`, falling with the load, and `M` itself for `g` = 0 or no load. A load below 0 counts as none.
    #[must_use]
    pub fn apply(&self, chance: f64, load: f64) -> f64 {
        chance / (1.0 + load.max(0.0) / self.capacity).powf(self.strength)
    }
}

/// Two people who may be shown to each other, by their places in a list of people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Possible {
    /// The one.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// How likely both say yes, from 0 to 1.
    pub chance: f64,
}

/// Attention as it is shared out.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// For each of the pairs, in their order, how much of the two people's attention goes to each other. The shares of
    /// one person never sum up to more than their capacity.
    pub shares: Vec<f64>,
    /// For each person how much of their capacity nobody gets, at least 0.
    pub unspent: Vec<f64>,
}

/// How often all people are gone through at most. Each time halves the error at least on most markets.
const SWEEPS_MAX: usize = 500;

/// When nobody's part changes by more than this fraction in a sweep, it is enough.
const ENOUGH: f64 = 1e-9;

/// The least chance that counts, so that nothing is divided by 0.
const LEAST_CHANCE: f64 = 1e-9;

/// Shares out the attention of people among those whom they may be shown to.
///
/// The equilibrium of a matching market with transferable utility and logit tastes (Choo and Siow, *Who marries whom and
/// why*, JPE 114(1), 2006), of which Tomita, Togashi, Hashizume and Ohsaka (*Fast and examination-agnostic reciprocal
/// recommendation in matching markets*, RecSys 2023) make lists for online dating: a pair's share is
/// `μ(i,j) = a(i)·a(j)·K(i,j)` with `a(i)² + Σ_j μ(i,j) = capacity(i)`, where `a(i)²` is what remains unspent. With
/// everything else given each `a(i)` is the root of a quadratic equation; taking the people in turns is the iterative
/// proportional fitting of Galichon and Salanié (*Cupid's invisible hand*, Review of Economic Studies 89(5), 2022), and
/// without the part that is unspent it would be Sinkhorn and Knopp's scaling (1967). Here people need not be of two
/// sides. `K = (M/mean M)^sharpness`: the greater the sharpness, the nearer the shares come to those pairs that are
/// best, and an average pair is worth as much as attention that is kept.
///
/// What converges slowly is cut off after a bounded number of sweeps; shares are then scaled down to the capacities.
///
/// # Errors
///
/// [`ExposureError::BadCapacity`], [`ExposureError::BadSharpness`], [`ExposureError::BadPair`].
pub fn assign(capacities: &[f64], pairs: &[Possible], sharpness: f64) -> Result<Assignment, ExposureError> {
    if !capacities.iter().all(|capacity| capacity.is_finite() && *capacity > 0.0) {
        return Err(ExposureError::BadCapacity);
    }
    if !(sharpness > 0.0 && sharpness <= SHARPNESS_MAX) {
        return Err(ExposureError::BadSharpness);
    }
    let people = capacities.len();
    let is_bad = |pair: &Possible| {
        let is_there = pair.one < people && pair.other < people && pair.one != pair.other;
        !(is_there && (0.0..=1.0).contains(&pair.chance))
    };
    if let Some(place) = pairs.iter().position(is_bad) {
        return Err(ExposureError::BadPair(place));
    }
    let chance = |pair: &Possible| pair.chance.max(LEAST_CHANCE);
    let mean = pairs.iter().map(chance).sum::<f64>() / pairs.len().max(1) as f64;
    let kernel: Vec<f64> = pairs.iter().map(|pair| (chance(pair) / mean).powf(sharpness)).collect();
    let mut with = vec![Vec::new(); people];
    for (pair, kernel) in pairs.iter().zip(&kernel) {
        with[pair.one].push((pair.other, *kernel));
        with[pair.other].push((pair.one, *kernel));
    }
    let mut parts: Vec<f64> = capacities.iter().map(|capacity| capacity.sqrt()).collect();
    for _ in 0..SWEEPS_MAX {
        let mut changed: f64 = 0.0;
        for (person, with) in with.iter().enumerate() {
            // The root of a² + s·a = capacity, in the form that loses no digits when s is great.
            let half = with.iter().map(|(other, kernel)| kernel * parts[*other]).sum::<f64>() / 2.0;
            let capacity = capacities[person];
            let part = capacity / (half + (half * half + capacity).sqrt());
            changed = changed.max((part - parts[person]).abs() / part);
            parts[person] = part;
        }
        if changed < ENOUGH {
            break;
        }
    }
    let mut shares: Vec<f64> = pairs
        .iter()
        .zip(&kernel)
        .map(|(pair, kernel)| parts[pair.one] * parts[pair.other] * kernel)
        .collect();
    let spent = spent(people, pairs, &shares);
    let over: Vec<f64> =
        spent.iter().zip(capacities).map(|(spent, capacity)| (capacity / spent).min(1.0)).collect();
    for (share, pair) in shares.iter_mut().zip(pairs) {
        *share *= over[pair.one].min(over[pair.other]);
    }
    let spent = self::spent(people, pairs, &shares);
    let unspent = capacities.iter().zip(spent).map(|(capacity, spent)| (capacity - spent).max(0.0)).collect();
    Ok(Assignment { shares, unspent })
}

fn spent(people: usize, pairs: &[Possible], shares: &[f64]) -> Vec<f64> {
    let mut spent = vec![0.0; people];
    for (pair, share) in pairs.iter().zip(shares) {
        spent[pair.one] += share;
        spent[pair.other] += share;
    }
    spent
}

/// The Gini coefficient of how often each was shown: 0 when all were shown as often, near 1 when one has everything. 0
/// of nobody, and where nobody was shown.
#[must_use]
pub fn gini(shown: &[u64]) -> f64 {
    let mut shown = shown.to_vec();
    shown.sort_unstable();
    let (count, sum) = (shown.len() as f64, shown.iter().sum::<u64>() as f64);
    if sum == 0.0 {
        return 0.0;
    }
    let weighted: f64 =
        shown.iter().enumerate().map(|(place, times)| (place + 1) as f64 * *times as f64).sum();
    2.0 * weighted / (count * sum) - (count + 1.0) / count
}

/// Which part of them was shown at all, from 0 to 1; 0 of nobody.
#[must_use]
pub fn coverage(shown: &[u64]) -> f64 {
    shown.iter().filter(|times| **times > 0).count() as f64 / shown.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::properties::Numbers;

    fn unit(n: &mut Numbers) -> f64 {
        n.below(1_000_001) as f64 / 1e6
    }

    #[test]
    fn whoever_is_shown_more_counts_less_and_nobody_more_than_before() {
        let mut n = Numbers(1);
        for _ in 0..500 {
            let discount = Discount::new(0.5 + 50.0 * unit(&mut n), 3.0 * unit(&mut n)).unwrap();
            let (chance, load) = (unit(&mut n), 100.0 * unit(&mut n));
            let more = discount.apply(chance, load + unit(&mut n));
            assert!(more <= discount.apply(chance, load) && discount.apply(chance, load) <= chance);
            assert!(discount.apply(chance / 2.0, load) <= discount.apply(chance, load));
            assert_eq!(discount.apply(chance, 0.0), chance);
            assert_eq!(discount.apply(chance, -1.0), chance);
            assert_eq!(Discount::NONE.apply(chance, load), chance);
        }
        assert!(Discount::NONE.is_none());
        let half = Discount::new(8.0, 1.0).unwrap();
        assert_eq!(half.apply(0.5, 8.0), 0.25);
    }

    #[test]
    fn what_is_no_discount_is_refused() {
        for capacity in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Discount::new(capacity, 1.0), Err(ExposureError::BadCapacity));
        }
        for strength in [-0.1, 10.1, f64::NAN] {
            assert_eq!(Discount::new(1.0, strength), Err(ExposureError::BadStrength));
        }
    }

    /// People of whom some are liked by all.
    fn market(people: usize, n: &mut Numbers, may: impl Fn(usize, usize) -> bool) -> Vec<Possible> {
        let appeal: Vec<f64> = (0..people).map(|_| unit(n)).collect();
        let mut pairs = Vec::new();
        for other in 0..people {
            for one in (0..other).filter(|one| may(*one, other)) {
                pairs.push(Possible { one, other, chance: unit(n) * appeal[one] * appeal[other] });
            }
        }
        pairs
    }

    #[test]
    fn capacities_are_kept_and_what_is_not_spent_is_the_rest() {
        let mut n = Numbers(2);
        for trial in 0..40 {
            let people = 2 + trial;
            let pairs = match trial % 2 {
                0 => market(people, &mut n, |_, _| true),
                _ => market(people, &mut n, |one, other| one % 3 == 0 && other % 3 > 0),
            };
            let capacities: Vec<f64> = (0..people).map(|_| 0.5 + 8.0 * unit(&mut n)).collect();
            for sharpness in [0.5, 1.0, 4.0] {
                let Assignment { shares, unspent } = assign(&capacities, &pairs, sharpness).unwrap();
                let spent = spent(people, &pairs, &shares);
                for (person, capacity) in capacities.iter().enumerate() {
                    assert!(spent[person] <= capacity * (1.0 + 1e-12));
                    assert!((spent[person] + unspent[person] - capacity).abs() < 1e-9);
                }
                assert!(shares.iter().all(|share| share.is_finite() && *share >= 0.0));
            }
        }
    }

    #[test]
    fn it_is_the_equilibrium() {
        let pairs = market(30, &mut Numbers(3), |one, other| (one < 12) != (other < 12));
        let capacities = vec![4.0; 30];
        let Assignment { shares, unspent } = assign(&capacities, &pairs, 1.0).unwrap();
        let mean = pairs.iter().map(|pair| pair.chance.max(LEAST_CHANCE)).sum::<f64>() / pairs.len() as f64;
        for (pair, share) in pairs.iter().zip(&shares) {
            // Choo and Siow: the share over the geometric mean of what both keep is what the pair is worth.
            let worth = share / (unspent[pair.one] * unspent[pair.other]).sqrt();
            assert!((worth / (pair.chance.max(LEAST_CHANCE) / mean) - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn who_is_wanted_by_all_is_shared_out() {
        // Everyone of five likes the same one best, and somebody of their own nearly as much.
        let mut pairs = Vec::new();
        for one in 0..5 {
            for other in 5..10 {
                let chance = if other == 5 {
                    0.9
                } else if other == one + 5 {
                    0.8
                } else {
                    0.1
                };
                pairs.push(Possible { one, other, chance });
            }
        }
        let Assignment { shares, .. } = assign(&[1.0; 10], &pairs, 4.0).unwrap();
        for one in 1..5 {
            let share = |other: usize| {
                shares[pairs.iter().position(|pair| pair.one == one && pair.other == other).unwrap()]
            };
            assert!(share(one + 5) > share(5));
        }
    }

    #[test]
    fn what_is_no_market_is_refused() {
        let pair = Possible { one: 0, other: 1, chance: 0.5 };
        assert_eq!(assign(&[1.0, 0.0], &[pair], 1.0), Err(ExposureError::BadCapacity));
        assert_eq!(assign(&[1.0, 1.0], &[pair], 0.0), Err(ExposureError::BadSharpness));
        for bad in [
            Possible { other: 2, ..pair },
            Possible { other: 0, ..pair },
            Possible { chance: f64::NAN, ..pair },
            Possible { chance: 1.1, ..pair },
        ] {
            assert_eq!(assign(&[1.0, 1.0], &[pair, bad], 1.0), Err(ExposureError::BadPair(1)));
        }
        assert_eq!(assign(&[], &[], 1.0), Ok(Assignment { shares: vec![], unspent: vec![] }));
        assert_eq!(assign(&[2.0], &[], 1.0).unwrap().unspent, [2.0]);
    }

    #[test]
    fn evenness_has_a_measure() {
        assert_eq!((gini(&[]), gini(&[0, 0]), gini(&[3, 3, 3])), (0.0, 0.0, 0.0));
        assert!((gini(&[0, 0, 0, 8]) - 0.75).abs() < 1e-12);
        assert!((gini(&[1, 2, 3]) - 2.0 / 9.0).abs() < 1e-12);
        assert_eq!((coverage(&[0, 1, 5, 0]), coverage(&[])), (0.5, 0.0));
    }
}
