//! The plainest pool: look at everyone, keep the best in a bounded heap.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{
    Audience, Entry, Features, Matcher, Moment, Query, Ranked, ReferenceScorer, Score, Scored, Scorer,
    ScoringError, requirements::is_candidate,
};
use crate::{clock::Millis, ids::AccountId, model::Person};

/// A pool that scores everyone at each question. Exact, and the measure of every faster one; good for tens of
/// thousands of people.
#[derive(Debug)]
pub struct ReferencePool {
    scorer: Arc<dyn Scorer>,
    people: RwLock<BTreeMap<AccountId, (Features, Audience)>>,
}

impl Default for ReferencePool {
    fn default() -> Self {
        Self::new(Arc::new(ReferenceScorer::default()))
    }
}

impl ReferencePool {
    /// An empty pool that scores with this scorer.
    #[must_use]
    pub fn new(scorer: Arc<dyn Scorer>) -> Self {
        Self { scorer, people: RwLock::default() }
    }

    // A panic elsewhere cannot leave the map half changed: every change is one call on it.
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<AccountId, (Features, Audience)>> {
        self.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<AccountId, (Features, Audience)>> {
        self.people.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Matcher for ReferencePool {
    fn upsert(&self, entry: &Entry<'_>) -> Result<(), ScoringError> {
        let features = Features::read(entry.person)?;
        self.write().insert(entry.person.id, (features, entry.audience));
        Ok(())
    }

    fn remove(&self, id: AccountId) -> bool {
        self.write().remove(&id).is_some()
    }

    fn contains(&self, id: AccountId) -> bool {
        self.read().contains_key(&id)
    }

    fn len(&self) -> usize {
        self.read().len()
    }

    fn touch(&self, id: AccountId, at: Millis) -> bool {
        self.write().get_mut(&id).map(|(features, _)| features.last_active_at = at).is_some()
    }

    fn top(&self, query: &Query<'_>) -> Result<Vec<Ranked>, ScoringError> {
        if query.k == 0 {
            return Err(ScoringError::NobodyAsked);
        }
        let seeker = Features::read(query.seeker)?;
        // The heap holds the best so far, the worst of them on top.
        let mut best: BinaryHeap<Reverse<(Score, Reverse<AccountId>)>> = BinaryHeap::new();
        for (id, (features, audience)) in &*self.read() {
            if !audience.meets(query.audience)
                || !is_candidate(&seeker, features, query.moment.today)
                || (query.exclude)(*id)
            {
                continue;
            }
            let score = self.scorer.score(&seeker, features, query.moment);
            best.push(Reverse((score, Reverse(*id))));
            if best.len() > query.k {
                best.pop();
            }
        }
        let ranked = best.into_sorted_vec();
        Ok(ranked.into_iter().map(|Reverse((score, Reverse(id)))| Ranked { id, score }).collect())
    }

    fn score(&self, first: &Person, second: &Person, moment: Moment) -> Result<Scored, ScoringError> {
        Ok(self.scorer.explain(&Features::read(first)?, &Features::read(second)?, moment))
    }
}
