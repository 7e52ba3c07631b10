//! A crowd in which everybody draws lists, and what comes of them if everybody decides as the engine expects.

use std::{cmp::Reverse, collections::BTreeSet};

use matchmaking_core::{
    model::{Pair, Person},
    scoring::{
        Decision, Features, Matcher, Moment, ScoringError,
        exposure::{Discount, ExposureError, Possible, assign, coverage, gini},
        requirements::meet_each_other,
    },
    service::daily::{DAILY_CANDIDATES, DAILY_PEOPLE},
};

use crate::cli::progress;

/// Somebody who may be shown to somebody.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// Who.
    other: usize,
    /// How likely both say yes.
    both: f64,
    /// How likely the one says yes to whom they are shown.
    first: f64,
    /// Which of the pairs it is.
    pair: usize,
}

/// Who may be shown to whom, and how likely they say yes.
#[derive(Debug)]
pub(super) struct Market {
    /// For everybody the others, the likeliest match first.
    candidates: Vec<Vec<Candidate>>,
    pairs: Vec<Possible>,
}

/// How lists are made.
#[derive(Debug)]
pub(super) enum Way {
    /// As the daily service does, with this discount.
    Discounted(Discount),
    /// By how much of both's attention goes to each other, for each pair.
    Assigned(Vec<f64>),
}

/// What lists come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    /// How many pairs are expected to say yes to each other, if everybody answers whoever likes them.
    pub(super) matches: f64,
    /// The same if nobody answers more people who like them than their own lists show.
    pub(super) answered: f64,
    /// Which part of those who may be shown was.
    pub(super) coverage: f64,
    /// The Gini coefficient of how often each of them was.
    pub(super) gini: f64,
}

impl Market {
    /// The market of these people, without the pairs that were decided about.
    pub(super) fn new(
        people: &[Person],
        decisions: &[Decision],
        matcher: &dyn Matcher,
        moment: Moment,
    ) -> Result<Self, ScoringError> {
        let decided: BTreeSet<Pair> =
            decisions.iter().filter_map(|one| Pair::new(one.actor, one.target)).collect();
        let features: Vec<Option<Features>> = people.iter().map(|one| Features::read(one).ok()).collect();
        let mut candidates = vec![Vec::new(); people.len()];
        let mut pairs = Vec::new();
        let bar = progress::bar(people.len() as u64, "{pos} of {len} people");
        for (one, ours) in features.iter().enumerate() {
            for (other, theirs) in features.iter().enumerate().skip(one + 1) {
                let (Some(ours), Some(theirs)) = (ours, theirs) else { continue };
                let is_open = !ours.paused && !theirs.paused && meet_each_other(ours, theirs, moment.today);
                let pair = Pair::new(ours.id, theirs.id).filter(|pair| is_open && !decided.contains(pair));
                if pair.is_none() {
                    continue;
                }
                let scored = matcher.score(&people[one], &people[other], moment)?;
                let Some(chance) = scored.chance else { continue };
                let (both, pair) = (chance.both(), pairs.len());
                candidates[one].push(Candidate { other, both, first: chance.first, pair });
                candidates[other].push(Candidate { other: one, both, first: chance.second, pair });
                pairs.push(Possible { one, other, chance: both });
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        for mine in &mut candidates {
            mine.sort_by(|a, b| b.both.total_cmp(&a.both).then(a.other.cmp(&b.other)));
        }
        Ok(Self { candidates, pairs })
    }

    /// How many people there are.
    pub(super) fn people(&self) -> usize {
        self.candidates.len()
    }

    /// How many pairs may be shown to each other.
    pub(super) fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// Lists by shares of attention, of which everybody has so much.
    pub(super) fn assigned(&self, sharpness: f64, attention: f64) -> Result<Way, ExposureError> {
        Ok(Way::Assigned(assign(&vec![attention; self.people()], &self.pairs, sharpness)?.shares))
    }

    /// What comes of it if everybody draws a list a day, one after the other, and decides about everyone in it.
    pub(super) fn outcome(&self, way: &Way, days: usize) -> Outcome {
        let mut open = self.candidates.clone();
        if let Way::Assigned(shares) = way {
            for mine in &mut open {
                mine.sort_by(|a, b| shares[b.pair].total_cmp(&shares[a.pair]).then(a.other.cmp(&b.other)));
            }
        }
        let mut loads = vec![0_u64; self.people()];
        // For each pair whether the one was shown the other, and the other way round.
        let mut shown = vec![[false; 2]; self.pairs.len()];
        let mut likes = vec![0.0; self.people()];
        for day in 0..days {
            for viewer in order(self.people(), day) {
                for candidate in list(&mut open[viewer], way, &loads) {
                    loads[candidate.other] += 1;
                    likes[candidate.other] += candidate.first;
                    shown[candidate.pair][usize::from(self.pairs[candidate.pair].one == viewer)] = true;
                }
            }
        }
        let attention = (days * DAILY_PEOPLE) as f64;
        let answers = |person: usize| (attention / likes[person]).min(1.0);
        let (mut matches, mut answered) = (0.0, 0.0);
        for (pair, shown) in self.pairs.iter().zip(&shown) {
            let answer = match shown {
                [false, false] => continue,
                // Who meets the other in their own list decides there.
                [true, true] => 1.0,
                [true, false] => answers(pair.one),
                [false, true] => answers(pair.other),
            };
            matches += pair.chance;
            answered += pair.chance * answer;
        }
        let may_be_shown =
            |(load, candidates): (&u64, &Vec<Candidate>)| (!candidates.is_empty()).then_some(*load);
        let loads: Vec<u64> = loads.iter().zip(&self.candidates).filter_map(may_be_shown).collect();
        Outcome { matches, answered, coverage: coverage(&loads), gini: gini(&loads) }
    }
}

/// Takes a list out of those whom somebody was not shown yet.
fn list(open: &mut Vec<Candidate>, way: &Way, loads: &[u64]) -> Vec<Candidate> {
    if let Way::Discounted(discount) = way
        && !discount.is_none()
    {
        let best = open.len().min(DAILY_CANDIDATES);
        let worth = |one: &Candidate| discount.apply(one.both, loads[one.other] as f64);
        open[..best].sort_by(|a, b| worth(b).total_cmp(&worth(a)));
        let list: Vec<Candidate> = open.drain(..best.min(DAILY_PEOPLE)).collect();
        let rest = best - list.len();
        open[..rest].sort_by(|a, b| b.both.total_cmp(&a.both).then(a.other.cmp(&b.other)));
        return list;
    }
    open.drain(..open.len().min(DAILY_PEOPLE)).collect()
}

/// Everybody in an order that looks random and is another one each day: by a mixed number (splitmix64).
fn order(people: usize, day: usize) -> Vec<usize> {
    let mixed = |person: usize| {
        let mut z = ((day as u64) << 32 | person as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Reverse(z ^ (z >> 31))
    };
    let mut everyone: Vec<usize> = (0..people).collect();
    everyone.sort_by_key(|person| mixed(*person));
    everyone
}
