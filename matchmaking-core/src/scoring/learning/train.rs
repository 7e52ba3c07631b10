//! Fitting the table of weights to decisions.

use std::collections::HashMap;

use super::{
    Decision,
    linear::solve,
    step::logistic,
    sweep::{Effects, Seen},
};
use crate::{
    ids::AccountId,
    scoring::{
        Features, Moment, ReferenceScorer, ScoringError, Weight, Weights,
        facts::{Between, Facts, day_of},
        requirements::meet_each_other,
        sample::pairs,
        score::values,
        wishes,
    },
};

/// How firmly a weight stays where the table has it: as if so many decisions spoke for that, in which its value varies
/// as in those that are learned from.
const FIRMNESS: f64 = 150.0;
/// The same for the two bases.
const BASE_FIRMNESS: f64 = 1.0;
/// The same for weights of which the decisions say nothing, because their value never varies: they do not move.
const FIXED: f64 = 1e12;
/// Most times that weights and effects are found in turn.
const ROUNDS: usize = 200;
/// The greatest move of a weight at which the training ends.
const SETTLED: f64 = 1e-5;
/// How many pairs are looked at for the average one.
const PAIRS: usize = 20_000;

/// A table that was fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The table.
    pub weights: Weights,
    /// How many decisions it was fitted to.
    pub decisions: usize,
    /// How many people made them or were decided about.
    pub people: usize,
    /// The mean log loss of these decisions before and after, with what was learned of each person.
    pub log_loss: [f64; 2],
}

/// A decision as numbers.
struct Example {
    x: [f64; Weight::COUNT],
    seen: Seen,
}

/// Fits the weights to decisions, starting from `start` and staying near it where the decisions say little. What holds
/// for one person alone is learned beside and does not go into the table.
///
/// # Errors
///
/// [`ScoringError::Twice`] for a person who is there twice, [`ScoringError::BadDecision`] for a decision of or about
/// somebody who is not there, or about oneself.
pub fn train(
    people: &[Features],
    decisions: &[Decision],
    moment: Moment,
    start: Weights,
) -> Result<Trained, ScoringError> {
    let mut places: HashMap<AccountId, u32> = HashMap::with_capacity(people.len());
    for (place, person) in (0_u32..).zip(people) {
        if places.insert(person.id, place).is_some() {
            return Err(ScoringError::Twice(person.id));
        }
    }
    let examples = read(people, &places, decisions, moment)?;
    let seen: Vec<Seen> = examples.iter().map(|example| example.seen).collect();
    let firmness = firmness(&examples);
    let before = *start.all();
    let mut weights = before;
    let mut effects = Effects::new(people.len(), &seen);
    let mut log_loss = [0.0; 2];
    for round in 0..ROUNDS {
        effects.round(&seen, |at| dot(&examples[at].x, &weights));
        if round == 1 {
            log_loss[0] = loss(&examples, &effects, &weights);
        }
        if newton(&examples, &effects, &mut weights, &before, &firmness) < SETTLED {
            break;
        }
    }
    log_loss[1] = loss(&examples, &effects, &weights);
    let mut table = start;
    for (weight, value) in Weight::ALL.iter().zip(weights) {
        table = table.with(*weight, value)?;
    }
    let learned: Vec<Features> = (people.iter().enumerate())
        .map(|(place, person)| {
            let learned = effects.learned(place, &seen, |at| dot(&examples[at].x, &weights));
            Features { learned, ..person.clone() }
        })
        .collect();
    if let Some(average) = average(&learned, &table, moment) {
        table = table.with_average(average)?;
    }
    let mut met: Vec<u32> = seen.iter().flat_map(|one| [one.actor, one.target]).collect();
    met.sort_unstable();
    met.dedup();
    Ok(Trained { weights: table, decisions: decisions.len(), people: met.len(), log_loss })
}

fn read(
    people: &[Features],
    places: &HashMap<AccountId, u32>,
    decisions: &[Decision],
    moment: Moment,
) -> Result<Vec<Example>, ScoringError> {
    let today = day_of(moment.now);
    let facts: Vec<Facts> = people.iter().map(|person| Facts::of(person, moment.today)).collect();
    let example = |decision: &Decision| {
        let Decision { actor, target, said_yes } = *decision;
        let known = places.get(&actor).zip(places.get(&target)).filter(|(actor, target)| actor != target);
        let (&actor, &target) = known.ok_or(ScoringError::BadDecision { actor, target })?;
        let (one, other) = (actor as usize, target as usize);
        let between = Between::of(&people[one], &people[other]);
        let values = values(&facts[one], &facts[other], &between, today);
        let mut x = [0.0; Weight::COUNT];
        for ((x, weight), value) in x.iter_mut().zip(Weight::ALL).zip(values) {
            *x = value.map_or(0.0, |value| value - weight.neutral());
        }
        let traits = wishes::traits(facts[other].ratings);
        Ok(Example { x, seen: Seen { actor, target, said_yes, log_odds: 0.0, traits } })
    };
    decisions.iter().map(example).collect()
}

/// How firmly each weight stays.
fn firmness(examples: &[Example]) -> [f64; Weight::COUNT] {
    let count = examples.len().max(1) as f64;
    std::array::from_fn(|at| {
        let mean = examples.iter().map(|example| example.x[at]).sum::<f64>() / count;
        let spread = examples.iter().map(|example| (example.x[at] - mean).powi(2)).sum::<f64>() / count;
        let is_base = matches!(Weight::ALL[at], Weight::BaseFemale | Weight::BaseMale);
        match (is_base, spread > 1e-9) {
            (true, _) => BASE_FIRMNESS,
            (false, true) => FIRMNESS * spread,
            (false, false) => FIXED,
        }
    })
}

/// One step of Newton's method for the weights; returns the greatest move.
fn newton(
    examples: &[Example],
    effects: &Effects,
    weights: &mut [f64; Weight::COUNT],
    before: &[f64; Weight::COUNT],
    firmness: &[f64; Weight::COUNT],
) -> f64 {
    let mut gradient: [f64; Weight::COUNT] =
        std::array::from_fn(|at| firmness[at] * (before[at] - weights[at]));
    let mut curvature = [[0.0; Weight::COUNT]; Weight::COUNT];
    for (at, row) in curvature.iter_mut().enumerate() {
        row[at] = firmness[at];
    }
    for Example { x, seen } in examples {
        let p = logistic(dot(x, weights) + effects.add(seen));
        let (surprise, s) = (f64::from(u8::from(seen.said_yes)) - p, p * (1.0 - p));
        for (row, value) in x.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            gradient[row] += surprise * value;
            for (cell, other) in curvature[row].iter_mut().zip(x) {
                *cell += s * value * other;
            }
        }
    }
    // The firmness makes the curvature positive definite.
    let Some(step) = solve(curvature, gradient) else { return 0.0 };
    weights.iter_mut().zip(step).fold(0.0, |greatest: f64, (weight, step)| {
        *weight += step;
        greatest.max(step.abs())
    })
}

fn loss(examples: &[Example], effects: &Effects, weights: &[f64; Weight::COUNT]) -> f64 {
    let of = |example: &Example| {
        let p = logistic(dot(&example.x, weights) + effects.add(&example.seen));
        -(if example.seen.said_yes { p } else { 1.0 - p }).max(f64::MIN_POSITIVE).ln()
    };
    examples.iter().map(of).sum::<f64>() / examples.len().max(1) as f64
}

/// The chance that an average eligible pair of these people says yes to each other; `None` without any such pair.
fn average(people: &[Features], weights: &Weights, moment: Moment) -> Option<f64> {
    let (scorer, today) = (ReferenceScorer::new(*weights), day_of(moment.now));
    let eligible = pairs(people.len(), PAIRS).filter_map(|(one, other)| {
        let (one, other) = (&people[one], &people[other]);
        let facts = |person| Facts::of(person, moment.today);
        meet_each_other(one, other, moment.today)
            .then(|| scorer.chance(&facts(one), &facts(other), &Between::of(one, other), today).both())
    });
    let (count, sum) = eligible.fold((0_u32, 0.0), |(count, sum), both| (count + 1, sum + both));
    (count > 0).then(|| (sum / f64::from(count)).clamp(1e-6, 1.0 - 1e-6))
}

fn dot(x: &[f64; Weight::COUNT], weights: &[f64; Weight::COUNT]) -> f64 {
    x.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}
