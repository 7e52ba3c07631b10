//! People as plain structs, gone through one after the other.

use super::{
    row::{Row, packed},
    scan::{Best, Search},
};
use crate::{
    ids::AccountId,
    scoring::{Audience, Candidate, Moment, Ranked, ReferenceScorer, Score, facts::day_of},
};

/// Everybody of a pool as plain structs: a question filters and scores each of them, by the formula as it stands, and keeps
/// the best in a bounded heap. It answers what the pool answers, and is what the pool is measured against.
#[derive(Debug, Clone)]
pub struct PlainScan {
    rows: Vec<Row>,
    scorer: ReferenceScorer,
}

impl PlainScan {
    pub(super) fn new(mut rows: Vec<Row>, scorer: &ReferenceScorer) -> Self {
        rows.sort_unstable_by_key(|row| row.id);
        Self { rows, scorer: *scorer }
    }

    /// How many people there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The best `k` for one of these people; nobody for somebody who is none of them.
    #[must_use]
    pub fn top(&self, seeker: AccountId, audience: Audience, k: usize, moment: Moment) -> Vec<Ranked> {
        let Ok(at) = self.rows.binary_search_by_key(&seeker.get(), |row| row.id) else { return Vec::new() };
        let search = Search { seeker: &self.rows[at], audience, k, moment, exclude: &|_| false };
        let mut best = Best::new(search, &self.scorer);
        for row in &self.rows {
            best.consider(row, ReferenceScorer::chance);
        }
        best.into_candidates().iter().map(Candidate::ranked).collect()
    }

    /// How well the people at two places of the list suit each other, computed as the pool does; places begin again after
    /// the last.
    #[must_use]
    pub fn score(&self, first: usize, second: usize, moment: Moment) -> Score {
        let (one, other) = (&self.rows[first % self.len()], &self.rows[second % self.len()]);
        let today = packed(moment.today);
        let (ours, theirs) = (one.facts(today), other.facts(today));
        self.scorer.score_of(self.scorer.chance_at_once(
            &ours,
            &theirs,
            &one.between(other),
            day_of(moment.now),
        ))
    }
}
