//! The best k of a snapshot for one seeker, exactly.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    block::{Block, LANES},
    blocks::Blocks,
    bound::Bounds,
    lanes::OfBlock,
    row::{Row, packed},
    snapshot::Snapshot,
    steps::Steps,
    summary::Summary,
    wide::{dispatch, prefetch},
};
use crate::{
    ids::AccountId,
    scoring::{
        Audience, Candidate, Chance, Moment, ReferenceScorer, Score,
        facts::{Between, Facts, day_of},
    },
};

/// How many blocks are looked at first, the most promising ones, to learn how good the best are.
const SEEDS: usize = 24;
/// How many are noted before they are scored: so few that what is known of them is still near to the processor.
pub(super) const NOTED: usize = 64;
/// How many of those blocks' people are scored before the tangent is taken anew, for each one asked for and at most.
const FIRST_SCORED: usize = 2;
const FIRST_SCORED_MOST: usize = 256;
/// How many blocks ahead the processor is told what is looked at.
const PREFETCHED: usize = 2;
/// The log-odds that the best are thought to have before anything is known of them.
pub(super) const FIRST_POINT: [f64; 2] = [1.0, 1.0];
/// By how much the logarithm of a chance may be off.
const ROUNDING: f64 = 1e-5;

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
pub(super) struct Noted<'a> {
    /// The most that they can score.
    most: f64,
    block: &'a Block,
    lane: usize,
}

impl Noted<'_> {
    /// Whether this is the same person.
    fn is(&self, other: &Self) -> bool {
        self.lane == other.lane && std::ptr::eq(self.block, other.block)
    }
}

/// The best so far, and what one must reach to be among them.
pub(super) struct Best<'a> {
    search: Search<'a>,
    scorer: &'a ReferenceScorer,
    facts: Facts,
    today: i32,
    day: u16,
    heap: BinaryHeap<Reverse<Found>>,
    /// The logarithm of the chance that both say yes below which nobody is among the best.
    least: f64,
}

impl<'a> Best<'a> {
    pub(super) fn new(search: Search<'a>, scorer: &'a ReferenceScorer) -> Self {
        let today = packed(search.moment.today);
        let facts = search.seeker.facts(today);
        let day = day_of(search.moment.now);
        // Room for as many as there may be is not taken before they are found: `k` may be anything.
        Self { search, scorer, facts, today, day, heap: BinaryHeap::new(), least: f64::NEG_INFINITY }
    }

    /// Scores a person by this function, and keeps them if they are a candidate and among the best.
    pub(super) fn consider(
        &mut self,
        row: &Row,
        chance: impl Fn(&ReferenceScorer, &Facts, &Facts, &Between, u16) -> Chance,
    ) {
        let Search { seeker, audience, k, exclude, .. } = self.search;
        if !seeker.may_be_shown(row, audience, self.today) {
            return;
        }
        let (theirs, between) = (row.facts(self.today), seeker.between(row));
        let chance = chance(self.scorer, &self.facts, &theirs, &between, self.day);
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
            self.least = self.scorer.least_for(worst.score) - ROUNDING;
        }
    }

    /// The mean log-odds of the best so far, in both directions.
    pub(super) fn point(&self) -> [f64; 2] {
        let count = self.heap.len().max(1) as f64;
        let odds = |chance: f64| (chance / (1.0 - chance)).ln().clamp(-20.0, 20.0);
        let sum = self.heap.iter().fold([0.0, 0.0], |[first, second], Reverse(found)| {
            [first + odds(found.chance.first), second + odds(found.chance.second)]
        });
        if self.heap.is_empty() { FIRST_POINT } else { sum.map(|sum| sum / count) }
    }

    /// Notes everybody of a block who can be among the best.
    pub(super) fn note<'s>(
        &mut self,
        (bounds, steps): (&Bounds<'_>, &Steps),
        summary: &Summary,
        block: &'s Block,
        noted: &mut Vec<Noted<'s>>,
    ) {
        let mut sums = [0; LANES];
        let Search { audience, .. } = self.search;
        let least = self.least;
        let mut reaching =
            dispatch(OfBlock { bounds, steps, audience, block, summary, least, sums: &mut sums });
        while reaching.lanes != 0 {
            let lane = reaching.lanes.trailing_zeros() as usize;
            reaching.lanes &= reaching.lanes - 1;
            noted.push(Noted { most: steps.most(reaching.base, sums[lane]), block, lane });
        }
    }

    /// Scores those who were noted, the most promising first, but nobody who was scored before.
    pub(super) fn consider_noted(&mut self, noted: &mut Vec<Noted<'_>>, before: &[Noted<'_>]) {
        noted.sort_unstable_by(|one, other| other.most.total_cmp(&one.most));
        for one in noted.drain(..) {
            if one.most >= self.least && !before.iter().any(|before| before.is(&one)) {
                self.consider(&one.block.row(one.lane), ReferenceScorer::chance_at_once);
            }
        }
    }

    /// What one must reach to be among the best, as the logarithm of the chance that both say yes.
    pub(super) const fn least(&self) -> f64 {
        self.least
    }

    /// Looks at the most promising of these blocks, and scores the most promising people in them, who tell about how good
    /// the best are. Returns whom it has scored.
    pub(super) fn seed<'s>(
        &mut self,
        bounds: &Bounds<'_>,
        promising: &[(f64, &'s Summary, &'s Block)],
    ) -> Vec<Noted<'s>> {
        let mut seeds: Vec<(f64, usize)> = promising.iter().map(|(most, ..)| *most).zip(0..).collect();
        if seeds.len() > SEEDS {
            seeds.select_nth_unstable_by(SEEDS - 1, |(one, _), (other, _)| other.total_cmp(one));
        }
        let mut noted = Vec::new();
        let steps = Steps::new(bounds);
        for (_, at) in seeds.into_iter().take(SEEDS) {
            let (_, summary, block) = promising[at];
            self.note((bounds, &steps), summary, block, &mut noted);
        }
        // The others get another look, like everybody.
        let count = self.search.k.saturating_mul(FIRST_SCORED).min(FIRST_SCORED_MOST).min(noted.len());
        if count > 0 {
            noted.select_nth_unstable_by(count - 1, |one, other| other.most.total_cmp(&one.most));
            noted.truncate(count);
        }
        for one in &noted {
            self.consider(&one.block.row(one.lane), ReferenceScorer::chance_at_once);
        }
        noted
    }

    /// The best in order, with the chances.
    pub(super) fn into_candidates(self) -> Vec<Candidate> {
        let found = self.heap.into_sorted_vec().into_iter();
        let candidate = |Found { score, id, chance }| {
            Some(Candidate { id: AccountId::new(id)?, score, chance: Some(chance) })
        };
        found.filter_map(|Reverse(found)| candidate(found)).collect()
    }
}

/// The best for a seeker.
pub(super) fn top<'a>(snapshot: &'a Snapshot, search: Search<'a>) -> Vec<Candidate> {
    let mut best = Best::new(search, &snapshot.scorer);
    let bounds = Bounds::new(&snapshot.scorer, search.seeker, search.moment, FIRST_POINT);
    let within = |blocks: &'a Blocks| blocks.within(|reach| bounds.may_be_in(reach));
    let blocks = within(&snapshot.main).chain(within(&snapshot.delta));
    // These stay as they lie in memory, which is how they are looked at fastest.
    let promising: Vec<(f64, &Summary, &Block)> =
        blocks.filter_map(|(summary, block)| Some((bounds.of_block(summary)?, summary, block))).collect();
    let noted = best.seed(&bounds, &promising);
    // Now the bounds are made anew where they are tight for such people.
    let bounds = Bounds::new(&snapshot.scorer, search.seeker, search.moment, best.point());
    look_at_all(&mut best, &bounds, &promising, &noted);
    best.into_candidates()
}

/// Looks at everybody of these blocks but at those who were scored before.
fn look_at_all(
    best: &mut Best<'_>,
    bounds: &Bounds<'_>,
    blocks: &[(f64, &Summary, &Block)],
    before: &[Noted<'_>],
) {
    let mut noted = Vec::new();
    let steps = Steps::new(bounds);
    for (at, (first, summary, block)) in blocks.iter().enumerate() {
        if let Some((.., next)) = blocks.get(at + PREFETCHED) {
            prefetch(next);
        }
        if *first >= best.least {
            best.note((bounds, &steps), summary, block, &mut noted);
        }
        if noted.len() >= NOTED {
            best.consider_noted(&mut noted, before);
        }
    }
    best.consider_noted(&mut noted, before);
}

const _: () = assert!(LANES == u64::BITS as usize, "a lane is a bit of a word");
