//! The best k of a snapshot for one seeker, exactly.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    block::{Block, LANES, Summary},
    bound::Bounds,
    row::{Row, packed},
    snapshot::Snapshot,
};
use crate::{
    ids::AccountId,
    scoring::{
        Audience, Chance, Moment, Ranked, ReferenceScorer, Score,
        facts::{Facts, day_of},
    },
};

/// How many blocks are looked at first, the most promising ones, to learn how good the best are.
const SEEDS: usize = 24;
/// How many are noted before they are scored.
const NOTED: usize = 1_024;
/// The log-odds that the best are thought to have before anything is known of them.
const FIRST_POINT: [f64; 2] = [1.0, 1.0];

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Search<'a> {
    pub(super) seeker: &'a Row,
    pub(super) audience: Audience,
    pub(super) k: usize,
    pub(super) moment: Moment,
    pub(super) exclude: &'a (dyn Fn(AccountId) -> bool + Sync),
}

/// One of the best so far.
#[derive(Debug, Clone, Copy)]
struct Found {
    score: Score,
    id: i64,
    chance: Chance,
}

impl Found {
    /// Better ones are greater.
    fn key(&self) -> (Score, Reverse<i64>) {
        (self.score, Reverse(self.id))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Found {}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// Somebody who can be among the best.
#[derive(Debug)]
struct Noted<'a> {
    /// The most that they can score.
    most: f32,
    block: &'a Block,
    lane: usize,
}

/// The best so far, and what one must reach to be among them.
pub(super) struct Best<'a> {
    search: Search<'a>,
    scorer: &'a ReferenceScorer,
    facts: Facts,
    today: i32,
    day: u16,
    arch: pulp::Arch,
    heap: BinaryHeap<Reverse<Found>>,
    /// The logarithm of the chance that both say yes below which nobody is among the best.
    least: f32,
}

impl<'a> Best<'a> {
    pub(super) fn new(search: Search<'a>, scorer: &'a ReferenceScorer) -> Self {
        let today = packed(search.moment.today);
        let facts = search.seeker.facts(today);
        let day = day_of(search.moment.now);
        // Room for as many as there may be is not taken before they are found: `k` may be anything.
        Self {
            search,
            scorer,
            facts,
            today,
            day,
            arch: pulp::Arch::new(),
            heap: BinaryHeap::new(),
            least: f32::NEG_INFINITY,
        }
    }

    /// Scores a person, and keeps them if they are a candidate and among the best.
    pub(super) fn consider(&mut self, row: &Row) {
        let Search { seeker, audience, k, exclude, .. } = self.search;
        if !seeker.may_be_shown(row, audience, self.today) {
            return;
        }
        let chance = self.scorer.chance(&self.facts, &row.facts(self.today), &seeker.between(row), self.day);
        let found = Found { score: self.scorer.score_of(chance), id: row.id, chance };
        let is_full = self.heap.len() >= k;
        if is_full && self.heap.peek().is_some_and(|Reverse(worst)| found < *worst) {
            return;
        }
        if row.account().is_none_or(exclude) {
            return;
        }
        self.heap.push(Reverse(found));
        if is_full {
            self.heap.pop();
        }
        if self.heap.len() >= k
            && let Some(Reverse(worst)) = self.heap.peek()
        {
            self.least = self.scorer.least_for(worst.score) as f32 - f32::EPSILON * 64.0;
        }
    }

    /// The mean log-odds of the best so far, in both directions.
    fn point(&self) -> [f64; 2] {
        let count = self.heap.len().max(1) as f64;
        let odds = |chance: f64| (chance / (1.0 - chance)).ln().clamp(-20.0, 20.0);
        let sum = self.heap.iter().fold([0.0, 0.0], |[first, second], Reverse(found)| {
            [first + odds(found.chance.first), second + odds(found.chance.second)]
        });
        if self.heap.is_empty() { FIRST_POINT } else { sum.map(|sum| sum / count) }
    }

    /// Notes everybody of a block who can be among the best.
    fn note<'s>(
        &mut self,
        bounds: &Bounds<'_>,
        summary: &Summary,
        block: &'s Block,
        noted: &mut Vec<Noted<'s>>,
    ) {
        let Some(looked_up) = bounds.look_up_at_most(summary) else { return };
        // With the widest instructions that this processor has.
        let reckoned = self.arch.dispatch(|| bounds.reckon(block, summary));
        let least = self.least - looked_up;
        let mut lanes = 0;
        for (lane, reckoned) in reckoned.iter().enumerate() {
            lanes |= u64::from(*reckoned >= least) << lane;
        }
        lanes &= block.live;
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            let most = reckoned[lane] + bounds.look_up(block, lane);
            if most >= self.least && self.may_pass(block, lane) {
                noted.push(Noted { most, block, lane });
            }
        }
        if noted.len() >= NOTED {
            self.consider_noted(noted);
        }
    }

    /// Scores those who were noted, the most promising first.
    fn consider_noted(&mut self, noted: &mut Vec<Noted<'_>>) {
        noted.sort_unstable_by(|one, other| other.most.total_cmp(&one.most));
        for Noted { most, block, lane } in noted.drain(..) {
            if most >= self.least {
                self.consider(&block.row(lane));
            }
        }
    }

    /// Whether somebody may be a candidate, as far as a few columns tell.
    fn may_pass(&self, block: &Block, lane: usize) -> bool {
        let seeker = self.search.seeker;
        let flags = block.flags[lane];
        flags & super::row::PAUSED == 0
            && block.audience[lane] & self.search.audience.bits() != 0
            && super::row::seeks(seeker.flags, flags)
            && super::row::seeks(flags, seeker.flags)
            && match super::row::age_on(block.born[lane], self.today) {
                Some(years) => (seeker.ages[0]..=seeker.ages[1]).contains(&years),
                None => seeker.flags & super::row::ASKS_AGE == 0,
            }
            && self.facts.age.is_none_or(|years| {
                let [least, greatest] = &block.ages;
                (least[lane]..=greatest[lane]).contains(&years)
            })
    }

    /// The best in order.
    pub(super) fn into_ranked(self) -> Vec<Ranked> {
        let found = self.heap.into_sorted_vec().into_iter();
        found
            .filter_map(|Reverse(found)| Some(Ranked { id: AccountId::new(found.id)?, score: found.score }))
            .collect()
    }
}

/// The best for a seeker.
pub(super) fn top<'a>(snapshot: &'a Snapshot, search: Search<'a>) -> Vec<Ranked> {
    let mut best = Best::new(search, &snapshot.scorer);
    let bounds = Bounds::new(&snapshot.scorer, search.seeker, search.moment, FIRST_POINT);
    let blocks = snapshot.main.iter().chain(snapshot.delta.iter()).filter(|(_, _, block)| block.live != 0);
    let mut promising: Vec<(f32, &Summary, &Block)> =
        blocks.filter_map(|(_, summary, block)| Some((bounds.of_block(summary)?, summary, block))).collect();
    if promising.len() > SEEDS {
        promising.select_nth_unstable_by(SEEDS - 1, |(one, ..), (other, ..)| other.total_cmp(one));
    }
    let (seeds, others) = promising.split_at(SEEDS.min(promising.len()));
    look_at_all(&mut best, &bounds, seeds);
    // Now that the best are about known, the bounds are made anew where they are tight for such people.
    let bounds = Bounds::new(&snapshot.scorer, search.seeker, search.moment, best.point());
    look_at_all(&mut best, &bounds, others);
    best.into_ranked()
}

fn look_at_all(best: &mut Best<'_>, bounds: &Bounds<'_>, blocks: &[(f32, &Summary, &Block)]) {
    let mut noted = Vec::new();
    for (_, summary, block) in blocks {
        if bounds.of_block(summary).is_some_and(|most| most >= best.least) {
            best.note(bounds, summary, block, &mut noted);
        }
    }
    best.consider_noted(&mut noted);
}

const _: () = assert!(LANES == u64::BITS as usize, "a lane is a bit of a word");
