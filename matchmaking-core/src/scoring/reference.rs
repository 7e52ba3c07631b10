//! The plainest pool: look at everyone, keep the best in a bounded heap.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    num::NonZeroUsize,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{
    Audience, Candidate, Decision, Entry, Features, Learned, Matcher, Moment, Query, Ranked, ReferenceScorer,
    Score, Scored, Scorer, ScoringError, Weights,
    facts::{Between, Facts, day_of},
    funnel::{Counter, Funnel, Terms},
    learning::{step, sweep},
    requirements::is_candidate,
    wishes,
};
use crate::{clock::Millis, ids::AccountId, model::Person};

/// A pool that scores everyone at each question. Exact, and the measure of every faster one; good for tens of
/// thousands of people.
#[derive(Debug)]
pub struct ReferencePool {
    scorer: Arc<dyn Scorer>,
    /// What decisions are judged by, where the scorer is the documented one; another scorer does not learn.
    learner: Option<ReferenceScorer>,
    people: RwLock<BTreeMap<AccountId, (Features, Audience)>>,
}

impl Default for ReferencePool {
    fn default() -> Self {
        Self::with_weights(Weights::DEFAULT)
    }
}

impl ReferencePool {
    /// An empty pool that scores with a scorer of its own, and does not learn.
    #[must_use]
    pub fn new(scorer: Arc<dyn Scorer>) -> Self {
        Self { scorer, learner: None, people: RwLock::default() }
    }

    /// An empty pool that scores by the documented formula with these weights, and learns.
    #[must_use]
    pub fn with_weights(weights: Weights) -> Self {
        let scorer = ReferenceScorer::new(weights);
        Self { scorer: Arc::new(scorer), learner: Some(scorer), people: RwLock::default() }
    }

    /// A person with what the pool has learned of them.
    fn read_person(&self, person: &Person) -> Result<Features, ScoringError> {
        let learned = self.learned(person.id);
        Ok(Features { learned, ..Features::read(person)? })
    }

    /// Who asks, if the question is a good one.
    fn asking(&self, query: &Query<'_>) -> Result<Features, ScoringError> {
        if query.k == 0 {
            return Err(ScoringError::NobodyAsked);
        }
        self.read_person(query.seeker)
    }

    /// The best of these people.
    fn best(
        &self,
        people: &BTreeMap<AccountId, (Features, Audience)>,
        query: &Query<'_>,
        seeker: &Features,
    ) -> Vec<Ranked> {
        // The heap holds the best so far, the worst of them on top.
        let mut best: BinaryHeap<Reverse<(Score, Reverse<AccountId>)>> = BinaryHeap::new();
        for (id, (features, audience)) in people {
            if !audience.meets(query.audience)
                || !is_candidate(seeker, features, query.moment.today)
                || (query.exclude)(*id)
            {
                continue;
            }
            let score = self.scorer.score(seeker, features, query.moment);
            best.push(Reverse((score, Reverse(*id))));
            if best.len() > query.k {
                best.pop();
            }
        }
        let ranked = best.into_sorted_vec();
        ranked.into_iter().map(|Reverse((score, Reverse(id)))| Ranked { id, score }).collect()
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
        let mut features = Features::read(entry.person)?;
        let mut people = self.write();
        if let Some((known, _)) = people.get(&features.id) {
            features.learned = known.learned;
        }
        people.insert(features.id, (features, entry.audience));
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
        let seeker = self.asking(query)?;
        Ok(self.best(&self.read(), query, &seeker))
    }

    fn top_of_each(
        &self,
        queries: &[Query<'_>],
        _threads: NonZeroUsize,
    ) -> Vec<Result<Vec<Candidate>, ScoringError>> {
        let answer = |query: &Query<'_>| {
            let seeker = self.asking(query)?;
            let people = self.read();
            let chance = |id| {
                let (features, _) = people.get(&id)?;
                self.scorer.explain(&seeker, features, query.moment).chance
            };
            let best = self.best(&people, query, &seeker).into_iter();
            Ok(best.map(|Ranked { id, score }| Candidate { id, score, chance: chance(id) }).collect())
        };
        queries.iter().map(answer).collect()
    }

    fn funnel(&self, query: &Query<'_>) -> Result<Funnel, ScoringError> {
        let seeker = Features::read(query.seeker)?;
        let today = query.moment.today;
        let mut counter = Counter::new(Terms::of(&seeker, today));
        for (id, (features, audience)) in &*self.read() {
            if audience.meets(query.audience) && *id != seeker.id {
                counter.count(&Terms::of(features, today), || (query.exclude)(*id));
            }
        }
        Ok(counter.end())
    }

    fn score(&self, first: &Person, second: &Person, moment: Moment) -> Result<Scored, ScoringError> {
        Ok(self.scorer.explain(&self.read_person(first)?, &self.read_person(second)?, moment))
    }

    fn observe(&self, decision: Decision, moment: Moment) {
        let Some(scorer) = &self.learner else { return };
        let mut people = self.write();
        let known = people.get(&decision.actor).zip(people.get(&decision.target));
        let Some(((one, _), (other, _))) = known.filter(|_| decision.actor != decision.target) else {
            return;
        };
        let (actor, target) = (Facts::of(one, moment.today), Facts::of(other, moment.today));
        let log_odds = scorer.log_odds(&actor, &target, &Between::of(one, other), day_of(moment.now));
        let (mut ours, mut theirs) = (actor.learned, target.learned);
        step::observe(&mut ours, &mut theirs, log_odds, wishes::traits(target.ratings), decision.said_yes);
        for (id, learned) in [(decision.actor, ours), (decision.target, theirs)] {
            if let Some((features, _)) = people.get_mut(&id) {
                features.learned = learned;
            }
        }
    }

    fn forget(&self) {
        self.write().values_mut().for_each(|(features, _)| features.learned = Learned::default());
    }

    fn relearn(&self, decisions: &[Decision], moment: Moment) {
        let Some(scorer) = &self.learner else { return };
        let mut people = self.write();
        people.values_mut().for_each(|(features, _)| features.learned = Learned::default());
        let all: Vec<(&Features, Facts)> =
            people.values().map(|(features, _)| (features, Facts::of(features, moment.today))).collect();
        let place = |id| all.binary_search_by_key(&id, |(features, _)| features.id).ok();
        let seen = |decision: &Decision| {
            let (actor, target) = (place(decision.actor)?, place(decision.target)?);
            let ((one, ours), (other, theirs)) = (&all[actor], &all[target]);
            let log_odds = scorer.log_odds(ours, theirs, &Between::of(one, other), day_of(moment.now));
            let (actor, target, traits) = (actor as u32, target as u32, wishes::traits(theirs.ratings));
            (actor != target).then_some(sweep::Seen {
                actor,
                target,
                said_yes: decision.said_yes,
                log_odds,
                traits,
            })
        };
        let seen: Vec<sweep::Seen> = decisions.iter().filter_map(seen).collect();
        let found = sweep::sweep(all.len(), &seen);
        for ((features, _), learned) in people.values_mut().zip(found) {
            features.learned = learned;
        }
    }

    fn learned(&self, id: AccountId) -> Learned {
        self.read().get(&id).map_or_else(Learned::default, |(features, _)| features.learned)
    }
}
