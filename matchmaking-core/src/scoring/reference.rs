//! The plainest pool: look at everyone, keep the best in a bounded heap.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    num::NonZeroUsize,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{
    Audience, Candidate, Decision, Entry, Features, Learned, Matcher, Moment, Query, Ranked, ReferenceScorer,
    Score, Scored, Scorer, ScoringError, Weights, average,
    facts::{Between, Facts, day_of},
    funnel::{Counter, Funnel, Terms},
    learning::{departed::Departed, step, sweep},
    requirements::{is_candidate, meet_each_other},
    wishes,
};
use crate::{clock::Millis, ids::AccountId, model::Person};

/// A pool that scores everyone at each question. Exact, and the measure of every faster one; good for tens of
/// thousands of people.
#[derive(Debug)]
pub struct ReferencePool {
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    scorer: Arc<dyn Scorer>,
    /// What decisions are judged by, where the scorer is the documented one; another scorer does not learn, and knows by
    /// itself what an average pair is.
    learner: Option<ReferenceScorer>,
    people: BTreeMap<AccountId, (Features, Audience)>,
    departed: Departed,
    /// How many people there were when the average pair was last looked for; 0 where it never was.
    averaged: usize,
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
        Self { state: RwLock::new(State::of(scorer)) }
    }

    /// An empty pool that scores by the documented formula with these weights, and learns.
    #[must_use]
    pub fn with_weights(weights: Weights) -> Self {
        let scorer = ReferenceScorer::new(weights);
        let state = State { learner: Some(scorer), ..State::of(Arc::new(scorer)) };
        Self { state: RwLock::new(state) }
    }

    /// The state that a question at this moment looks at: where the pool is to look for its average pair, the one after
    /// that.
    fn read_at(&self, moment: Moment) -> RwLockReadGuard<'_, State> {
        let state = self.read();
        if !state.is_due() {
            return state;
        }
        drop(state);
        let mut state = self.write();
        if state.is_due() {
            state.calibrate(moment);
        }
        drop(state);
        self.read()
    }

    // A panic elsewhere cannot leave the map half changed: every change is one call on it.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Nobody yet.
    fn of(scorer: Arc<dyn Scorer>) -> Self {
        Self { scorer, learner: None, people: BTreeMap::new(), departed: Departed::default(), averaged: 0 }
    }

    fn learned(&self, id: AccountId) -> Learned {
        self.people.get(&id).map_or_else(Learned::default, |(features, _)| features.learned)
    }

    /// A person with what the pool has learned of them.
    fn read_person(&self, person: &Person, moment: Moment) -> Result<Features, ScoringError> {
        let learned = self.learned(person.id);
        Ok(Features { learned, ..Features::read(person)?.born_by(moment.today)? })
    }

    /// Who asks, if the question is a good one.
    fn asking(&self, query: &Query<'_>) -> Result<Features, ScoringError> {
        if query.k == 0 {
            return Err(ScoringError::NobodyAsked);
        }
        self.read_person(query.seeker, query.moment)
    }

    /// The best of these people.
    fn best(&self, query: &Query<'_>, seeker: &Features) -> Vec<Ranked> {
        // The heap holds the best so far, the worst of them on top.
        let mut best: BinaryHeap<Reverse<(Score, Reverse<AccountId>)>> = BinaryHeap::new();
        for (id, (features, audience)) in &self.people {
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

    fn forget(&mut self) {
        self.people.values_mut().for_each(|(features, _)| features.learned = Learned::default());
        self.departed.clear();
    }

    /// Whether the average pair is to be looked for.
    fn is_due(&self) -> bool {
        self.learner.is_some() && average::is_due(self.people.len(), self.averaged)
    }

    /// Looks for the average pair.
    fn calibrate(&mut self, moment: Moment) {
        let Some(scorer) = self.learner else { return };
        self.averaged = self.people.len();
        let everyone: Vec<&Features> = self.people.values().map(|(features, _)| features).collect();
        let calibrated = average::calibrated(&scorer, everyone.len(), |one, other| {
            let (one, other) = (everyone[one], everyone[other]);
            meet_each_other(one, other, moment.today).then(|| {
                let (ours, theirs) = (Facts::of(one, moment.today), Facts::of(other, moment.today));
                scorer.chance(&ours, &theirs, &Between::of(one, other), day_of(moment.now)).both()
            })
        });
        if let Some(scorer) = calibrated {
            self.scorer = Arc::new(scorer);
            self.learner = Some(scorer);
        }
    }
}

impl Matcher for ReferencePool {
    fn upsert(&self, entry: &Entry<'_>) -> Result<(), ScoringError> {
        let mut features = Features::read(entry.person)?;
        let State { people, departed, .. } = &mut *self.write();
        let known = people.get(&features.id).map(|(known, _)| known.learned);
        features.learned = known.or_else(|| departed.take(features.id)).unwrap_or_default();
        people.insert(features.id, (features, entry.audience));
        Ok(())
    }

    fn remove(&self, id: AccountId) -> bool {
        let State { people, departed, .. } = &mut *self.write();
        let Some((features, _)) = people.remove(&id) else { return false };
        departed.keep(id, features.learned);
        true
    }

    fn erase(&self, id: AccountId) -> bool {
        let State { people, departed, .. } = &mut *self.write();
        departed.take(id);
        people.remove(&id).is_some()
    }

    fn contains(&self, id: AccountId) -> bool {
        self.read().people.contains_key(&id)
    }

    fn len(&self) -> usize {
        self.read().people.len()
    }

    fn touch(&self, id: AccountId, at: Millis) -> bool {
        self.write().people.get_mut(&id).map(|(features, _)| features.last_active_at = at).is_some()
    }

    fn top(&self, query: &Query<'_>) -> Result<Vec<Ranked>, ScoringError> {
        let state = self.read_at(query.moment);
        let seeker = state.asking(query)?;
        Ok(state.best(query, &seeker))
    }

    fn top_of_each(
        &self,
        queries: &[Query<'_>],
        _threads: NonZeroUsize,
    ) -> Vec<Result<Vec<Candidate>, ScoringError>> {
        let answer = |query: &Query<'_>| {
            let state = self.read_at(query.moment);
            let seeker = state.asking(query)?;
            let chance = |id| {
                let (features, _) = state.people.get(&id)?;
                state.scorer.explain(&seeker, features, query.moment).chance
            };
            let best = state.best(query, &seeker).into_iter();
            Ok(best.map(|Ranked { id, score }| Candidate { id, score, chance: chance(id) }).collect())
        };
        queries.iter().map(answer).collect()
    }

    fn funnel(&self, query: &Query<'_>) -> Result<Funnel, ScoringError> {
        let today = query.moment.today;
        let seeker = Features::read(query.seeker)?.born_by(today)?;
        let mut counter = Counter::new(Terms::of(&seeker, today));
        for (id, (features, audience)) in &self.read().people {
            if audience.meets(query.audience) && *id != seeker.id {
                counter.count(&Terms::of(features, today), || (query.exclude)(*id));
            }
        }
        Ok(counter.end())
    }

    fn score(&self, first: &Person, second: &Person, moment: Moment) -> Result<Scored, ScoringError> {
        let state = self.read_at(moment);
        let (first, second) = (state.read_person(first, moment)?, state.read_person(second, moment)?);
        let scorer = Arc::clone(&state.scorer);
        drop(state);
        Ok(scorer.explain(&first, &second, moment))
    }

    fn observe(&self, decision: Decision, moment: Moment) {
        let State { people, learner, .. } = &mut *self.write();
        let Some(scorer) = learner else { return };
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
        self.write().forget();
    }

    fn relearn(&self, decisions: &[Decision], moment: Moment) {
        let mut state = self.write();
        let Some(scorer) = state.learner else { return };
        state.forget();
        let people = &mut state.people;
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
        self.read().learned(id)
    }

    fn settle(&self, moment: Moment) {
        self.write().calibrate(moment);
    }
}
