//! The columnar pool: a million people, the exact best of them in a moment.
//!
//! People are kept in blocks of 64 columns, sorted by what filters: gender and whom they seek, year of birth, city. A
//! question goes through the summaries of blocks, leaves out those in which nobody can be among the best, bounds the
//! others person by person, and scores exactly whoever is left (`bound`, `scan`). Its answer is what scoring everybody
//! would give, scores and order.
//!
//! A change is seen by every question that begins after it. Who stays where they are sorted is changed in place; others
//! go to a small unsorted part, which is sorted in beside the questions when it has grown. Questions hold no lock: they
//! look at a `snapshot`, which changes leave as it is.

mod block;
mod blocks;
mod bound;
mod lanes;
mod names;
mod plain;
mod row;
mod scan;
mod snapshot;
mod steps;
mod summary;
mod tables;
#[cfg(test)]
mod tests;
mod tile;
mod wide;

use std::{
    collections::{HashMap, HashSet},
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

pub use plain::PlainScan;

use self::{
    block::LANES,
    names::Names,
    row::{Row, packed},
    scan::{Search, top},
    snapshot::{Place, Snapshot},
    tile::best_of_each,
};
use super::{
    Audience, Candidate, Decision, Entry, Features, Learned, Matcher, Moment, Query, Ranked, ReferenceScorer,
    Scored, Scorer, ScoringError, Weights,
    facts::day_of,
    funnel::{Counter, Funnel},
    learning::{departed::Departed, step, sweep},
    wishes,
};
use crate::{clock::Millis, ids::AccountId, model::Person};

/// How many people may be out of order before they are sorted in, at least.
const DELTA_LEAST: usize = 4_096;
/// Beyond that, the part of those in order that may be out of it.
const DELTA_SHARE: usize = 16;

/// A pool that scores by the documented formula and learns, for up to millions of people.
#[derive(Debug)]
pub struct ColumnarPool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    names: RwLock<Names>,
    published: RwLock<Arc<Snapshot>>,
    ledger: Mutex<Ledger>,
    /// Held while people are sorted in, so that it is done once at a time.
    sorting: Mutex<()>,
    /// Held while the average pair is looked for.
    averaging: Mutex<()>,
}

/// What only those who change a pool need to know.
#[derive(Debug, Default)]
struct Ledger {
    /// Where people are who are out of order.
    delta: HashMap<i64, usize>,
    /// Who was changed since a sorting began.
    changed: Option<HashSet<i64>>,
    departed: Departed,
}

/// What changes a pool, one change after the other.
#[derive(Debug)]
struct Writer<'a> {
    snapshot: &'a mut Snapshot,
    ledger: &'a mut Ledger,
}

impl Default for ColumnarPool {
    fn default() -> Self {
        Self::new(Weights::DEFAULT)
    }
}

impl ColumnarPool {
    /// An empty pool that scores with these weights.
    #[must_use]
    pub fn new(weights: Weights) -> Self {
        let inner = Inner {
            names: RwLock::default(),
            published: RwLock::new(Arc::new(Snapshot::new(&ReferenceScorer::new(weights)))),
            ledger: Mutex::default(),
            sorting: Mutex::default(),
            averaging: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The weights in use; the average pair is the one that the pool found, see [`Matcher::settle`].
    #[must_use]
    pub fn weights(&self) -> Weights {
        *self.inner.snapshot().scorer.weights()
    }

    /// Takes many people in at once, which is faster than one after the other.
    ///
    /// # Errors
    ///
    /// [`ScoringError::BadPerson`] for data that no person can have, [`ScoringError::Twice`] for a person who is there
    /// twice; nobody was taken in then.
    pub fn extend<'a>(&self, entries: impl IntoIterator<Item = Entry<'a>>) -> Result<(), ScoringError> {
        let mut seen = HashSet::new();
        let mut read = Vec::new();
        for entry in entries {
            if !seen.insert(entry.person.id) {
                return Err(ScoringError::Twice(entry.person.id));
            }
            read.push((Features::read(entry.person)?, entry.audience));
        }
        for (features, audience) in read {
            self.inner.upsert(&features, audience);
        }
        Ok(())
    }

    /// Everybody as plain structs, to be gone through one after the other: what this pool is measured against.
    #[must_use]
    pub fn to_plain(&self) -> PlainScan {
        let snapshot = self.inner.snapshot();
        let rows = snapshot.places().filter_map(|place| snapshot.get(place)).collect();
        PlainScan::new(rows, &snapshot.scorer)
    }

    /// Bytes of memory that the people of this pool take, the names that they have in common not counted.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.inner.snapshot().bytes()
    }

    /// A person as a row that is compared with those of this pool, with what was learned of them.
    fn visitor(&self, snapshot: &Snapshot, person: &Person, moment: Moment) -> Result<Row, ScoringError> {
        let features = Features::read(person)?.born_by(moment.today)?;
        let mut row = read(&self.inner.names).visitor(&features);
        row.learned = snapshot.learned(row.id);
        Ok(row)
    }
}

impl Snapshot {
    /// Whether so many are out of order that they are to be sorted in.
    fn is_untidy(&self) -> bool {
        self.delta.places() > DELTA_LEAST.max(self.main.live() / DELTA_SHARE)
    }

    fn learned(&self, id: i64) -> Learned {
        let row = self.find(id).and_then(|place| self.get(place));
        row.map_or_else(Learned::default, |row| row.learned)
    }
}

impl Writer<'_> {
    fn place(&self, id: i64) -> Option<Place> {
        let delta = self.ledger.delta.get(&id).map(|place| Place::Delta(*place));
        delta.or_else(|| self.snapshot.find_in_main(id))
    }

    fn row(&self, id: i64) -> Option<(Place, Row)> {
        let place = self.place(id)?;
        Some((place, self.snapshot.get(place)?))
    }

    /// Puts a person where they belong; what was learned of them stays.
    fn put(&mut self, mut row: Row) {
        let id = row.id;
        self.note(id);
        if let Some((place, old)) = self.row(id) {
            row.learned = old.learned;
            // Among those in order only somebody who stays there; among the others any place will do.
            if matches!(place, Place::Delta(_)) || old.order() == row.order() {
                self.snapshot.set(place, row);
                return;
            }
            self.snapshot.remove(place);
        } else if let Some(learned) = row.account().and_then(|id| self.ledger.departed.take(id)) {
            row.learned = learned;
        }
        let place = self.snapshot.delta.push(row);
        self.ledger.delta.insert(id, place);
    }

    fn remove(&mut self, id: AccountId) -> bool {
        let Some((place, row)) = self.row(id.get()) else { return false };
        self.note(row.id);
        self.snapshot.remove(place);
        self.ledger.delta.remove(&row.id);
        self.ledger.departed.keep(id, row.learned);
        true
    }

    fn note(&mut self, id: i64) {
        if let Some(changed) = &mut self.ledger.changed {
            changed.insert(id);
        }
    }

    fn observe(&mut self, decision: Decision, moment: Moment) {
        let Decision { actor, target, said_yes } = decision;
        let (Some((ours, mut one)), Some((theirs, mut other))) =
            (self.row(actor.get()), self.row(target.get()))
        else {
            return;
        };
        if actor == target {
            return;
        }
        let today = packed(moment.today);
        let (actor, target) = (one.facts(today), other.facts(today));
        let log_odds =
            self.snapshot.scorer.log_odds(&actor, &target, &one.between(&other), day_of(moment.now));
        let traits = wishes::traits(target.ratings);
        step::observe(&mut one.learned, &mut other.learned, log_odds, traits, said_yes);
        for (place, row) in [(ours, one), (theirs, other)] {
            self.note(row.id);
            self.snapshot.set(place, row);
        }
    }

    /// Takes over what was sorted meanwhile, and does to it what was done since.
    fn adopt(&mut self, mut sorted: Snapshot) {
        let changed = self.ledger.changed.take().unwrap_or_default();
        let mut delta = HashMap::new();
        (sorted.scorer, sorted.averaged) = (self.snapshot.scorer, self.snapshot.averaged);
        for id in changed {
            let now = self.row(id).map(|(_, row)| row);
            match (sorted.find_in_main(id), now) {
                (Some(place), Some(row)) => match sorted.get(place) {
                    Some(old) if old.order() == row.order() => sorted.set(place, row),
                    _ => {
                        sorted.remove(place);
                        delta.insert(id, sorted.delta.push(row));
                    }
                },
                (Some(place), None) => sorted.remove(place),
                (None, Some(row)) => {
                    delta.insert(id, sorted.delta.push(row));
                }
                (None, None) => {}
            }
        }
        *self.snapshot = sorted;
        self.ledger.delta = delta;
    }
}

impl Inner {
    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&read(&self.published))
    }

    /// The state that a question at this moment looks at: where the pool is to look for its average pair, the one after
    /// that.
    fn snapshot_at(&self, moment: Moment) -> Arc<Snapshot> {
        let snapshot = self.snapshot();
        if !snapshot.is_due() {
            return snapshot;
        }
        // It is looked for once. Whoever asks meanwhile is answered by the former one.
        let Ok(_alone) = self.averaging.try_lock() else { return snapshot };
        drop(snapshot);
        let snapshot = self.snapshot();
        if snapshot.is_due() {
            self.calibrate(snapshot, moment);
        }
        self.snapshot()
    }

    /// Looks for the average pair. `averaging` is held by whoever calls this.
    fn calibrate(&self, snapshot: Arc<Snapshot>, moment: Moment) {
        let (scorer, people) = (snapshot.calibrated(moment), snapshot.len());
        // A snapshot that is held would be copied.
        drop(snapshot);
        self.change(|writer| {
            writer.snapshot.averaged = people;
            writer.snapshot.scorer = scorer.unwrap_or(writer.snapshot.scorer);
        });
    }

    /// Changes one or two people; questions that begin after this see it.
    ///
    /// What no question looks at any more is changed in place. Only of what some question still looks at, a copy is made
    /// of the blocks that change. Questions that are about to begin wait for it, so it must be short.
    fn change<T>(&self, change: impl FnOnce(&mut Writer<'_>) -> T) -> T {
        let mut ledger = lock(&self.ledger);
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut Writer { snapshot: Arc::make_mut(&mut published), ledger: &mut ledger })
    }

    /// Changes many people on a copy, for which no question waits; questions that begin after this see it.
    fn change_many<T>(&self, change: impl FnOnce(&mut Writer<'_>) -> T) -> T {
        let mut ledger = lock(&self.ledger);
        let mut snapshot = Snapshot::clone(&self.snapshot());
        let outcome = change(&mut Writer { snapshot: &mut snapshot, ledger: &mut ledger });
        let snapshot = Arc::new(snapshot);
        let last =
            std::mem::replace(&mut *self.published.write().unwrap_or_else(PoisonError::into_inner), snapshot);
        // It may be the only one to hold many blocks, and nobody needs to wait until they are given back.
        drop(ledger);
        drop(last);
        outcome
    }

    fn upsert(self: &Arc<Self>, features: &Features, audience: super::Audience) {
        let mut row = self.names.write().unwrap_or_else(PoisonError::into_inner).row(features);
        row.audience = audience.bits();
        let is_untidy = self.change(|writer| {
            writer.put(row);
            writer.snapshot.is_untidy()
        });
        if is_untidy {
            self.sort_beside();
        }
    }

    /// Sorts people in on a thread of its own, unless one is at it.
    fn sort_beside(self: &Arc<Self>) {
        let Ok(free) = self.sorting.try_lock() else { return };
        drop(free);
        let inner = Arc::clone(self);
        // Without a thread the pool answers as well, only slower; the next change tries again.
        let _ = std::thread::Builder::new().name("pool".to_owned()).spawn(move || {
            if let Ok(_alone) = inner.sorting.try_lock()
                && inner.snapshot().is_untidy()
            {
                inner.sort();
            }
        });
    }

    /// Sorts people in. `sorting` is held by whoever calls this.
    fn sort(&self) {
        let before = {
            let mut ledger = lock(&self.ledger);
            ledger.changed = Some(HashSet::new());
            self.snapshot()
        };
        let sorted = before.in_order();
        drop(before);
        self.change_many(|writer| writer.adopt(sorted));
    }
}

impl Matcher for ColumnarPool {
    fn upsert(&self, entry: &Entry<'_>) -> Result<(), ScoringError> {
        self.inner.upsert(&Features::read(entry.person)?, entry.audience);
        Ok(())
    }

    fn remove(&self, id: AccountId) -> bool {
        self.inner.change(|writer| writer.remove(id))
    }

    fn erase(&self, id: AccountId) -> bool {
        self.inner.change(|writer| {
            let was_in = writer.remove(id);
            writer.ledger.departed.take(id);
            was_in
        })
    }

    fn contains(&self, id: AccountId) -> bool {
        self.inner.snapshot().find(id.get()).is_some()
    }

    fn len(&self) -> usize {
        self.inner.snapshot().len()
    }

    fn touch(&self, id: AccountId, at: Millis) -> bool {
        self.inner.change(|writer| {
            let Some((place, mut row)) = writer.row(id.get()) else { return false };
            row.active = day_of(at);
            writer.note(id.get());
            writer.snapshot.set(place, row);
            true
        })
    }

    fn top(&self, query: &Query<'_>) -> Result<Vec<Ranked>, ScoringError> {
        if query.k == 0 {
            return Err(ScoringError::NobodyAsked);
        }
        let snapshot = self.inner.snapshot_at(query.moment);
        let seeker = self.visitor(&snapshot, query.seeker, query.moment)?;
        let Query { audience, k, moment, exclude, .. } = *query;
        let best = top(&snapshot, Search { seeker: &seeker, audience, k, moment, exclude });
        Ok(best.iter().map(Candidate::ranked).collect())
    }

    fn top_of_each(
        &self,
        queries: &[Query<'_>],
        threads: NonZeroUsize,
    ) -> Vec<Result<Vec<Candidate>, ScoringError>> {
        let Some(first) = queries.first() else { return Vec::new() };
        let snapshot = self.inner.snapshot_at(first.moment);
        let seeker = |query: &Query<'_>| match query.k {
            0 => Err(ScoringError::NobodyAsked),
            _ => self.visitor(&snapshot, query.seeker, query.moment),
        };
        let seekers: Vec<Result<Row, ScoringError>> = queries.iter().map(seeker).collect();
        let asked = queries.iter().zip(&seekers).filter_map(|(query, seeker)| {
            let Query { audience, k, moment, exclude, .. } = *query;
            Some(Search { seeker: seeker.as_ref().ok()?, audience, k, moment, exclude })
        });
        let asked: Vec<Search<'_>> = asked.collect();
        let mut answers = best_of_each(&snapshot, &asked, threads).into_iter();
        let answer = |seeker: &Result<Row, ScoringError>| match seeker {
            Ok(_) => Ok(answers.next().unwrap_or_default()),
            Err(refused) => Err(refused.clone()),
        };
        seekers.iter().map(answer).collect()
    }

    fn funnel(&self, query: &Query<'_>) -> Result<Funnel, ScoringError> {
        let snapshot = self.inner.snapshot();
        let seeker = self.visitor(&snapshot, query.seeker, query.moment)?;
        let today = packed(query.moment.today);
        let mut counter = Counter::new(seeker.terms(today));
        for (_, _, block) in snapshot.main.iter().chain(snapshot.delta.iter()) {
            for lane in (0..LANES).filter(|lane| block.live & (1 << lane) != 0) {
                let id = block.id[lane];
                if Audience::from_bits(block.audience[lane]).meets(query.audience) && id != seeker.id {
                    let is_left_out = || AccountId::new(id).is_none_or(query.exclude);
                    counter.count(&block.terms(lane, today), is_left_out);
                }
            }
        }
        Ok(counter.end())
    }

    fn score(&self, first: &Person, second: &Person, moment: Moment) -> Result<Scored, ScoringError> {
        let snapshot = self.inner.snapshot_at(moment);
        let features = |person: &Person| {
            let learned = snapshot.learned(person.id.get());
            Ok(Features { learned, ..Features::read(person)?.born_by(moment.today)? })
        };
        Ok(snapshot.scorer.explain(&features(first)?, &features(second)?, moment))
    }

    fn observe(&self, decision: Decision, moment: Moment) {
        self.inner.change(|writer| writer.observe(decision, moment));
    }

    fn observe_all(&self, decisions: &[Decision], moment: Moment) {
        self.inner
            .change_many(|writer| decisions.iter().for_each(|decision| writer.observe(*decision, moment)));
    }

    fn forget(&self) {
        self.inner.change_many(|writer| {
            writer.ledger.departed.clear();
            let everyone: Vec<Place> = writer.snapshot.places().collect();
            for place in everyone {
                let Some(row) = writer.snapshot.get(place).filter(|row| !row.learned.is_blank()) else {
                    continue;
                };
                writer.note(row.id);
                writer.snapshot.set(place, Row { learned: Learned::default(), ..row });
            }
        });
    }

    fn relearn(&self, decisions: &[Decision], moment: Moment) {
        self.forget();
        self.inner.change_many(|writer| {
            // In the order of their numbers, so that every pool goes through them in the same one.
            let mut ids: Vec<AccountId> = decisions.iter().flat_map(|one| [one.actor, one.target]).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.retain(|id| writer.place(id.get()).is_some());
            let people: Vec<(Place, Row)> = ids.iter().filter_map(|id| writer.row(id.get())).collect();
            let known = |id: AccountId| ids.binary_search(&id).ok().map(|place| place as u32);
            let pairs: Vec<(u32, u32, bool)> = decisions
                .iter()
                .filter(|decision| decision.actor != decision.target)
                .filter_map(|decision| {
                    Some((known(decision.actor)?, known(decision.target)?, decision.said_yes))
                })
                .collect();
            let (scorer, today, day) = (writer.snapshot.scorer, packed(moment.today), day_of(moment.now));
            let seen = |&(actor, target, said_yes): &(u32, u32, bool)| {
                let (one, other) = (&people[actor as usize].1, &people[target as usize].1);
                let (ours, theirs) = (one.facts(today), other.facts(today));
                let log_odds = scorer.log_odds(&ours, &theirs, &one.between(other), day);
                sweep::Seen { actor, target, said_yes, log_odds, traits: wishes::traits(theirs.ratings) }
            };
            let seen: Vec<sweep::Seen> = pairs.iter().map(seen).collect();
            for ((place, row), learned) in people.iter().zip(sweep::sweep(people.len(), &seen)) {
                writer.note(row.id);
                writer.snapshot.set(*place, Row { learned, ..row.clone() });
            }
        });
    }

    fn learned(&self, id: AccountId) -> Learned {
        self.inner.snapshot().learned(id.get())
    }

    fn settle(&self, moment: Moment) {
        let _alone = lock(&self.inner.sorting);
        self.inner.sort();
        let _alone = lock(&self.inner.averaging);
        self.inner.calibrate(self.inner.snapshot(), moment);
    }
}

// What is done under these locks does not panic, so nothing that they guard is ever half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}
