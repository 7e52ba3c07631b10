//! One state of a pool.

use std::sync::Arc;

use super::{
    block::{Block, LANES},
    blocks::Blocks,
    row::{Row, packed},
    summary::Worth,
};
use crate::scoring::{Moment, ReferenceScorer, average, facts::day_of};

/// One state of a pool: people in order, people who came or moved since they were put in order, and by what they are
/// scored. A copy costs little and stays as it is.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) main: Blocks,
    /// Places of `main` in the order of the numbers of whoever has or had them.
    pub(super) index: Arc<[u32]>,
    pub(super) delta: Blocks,
    pub(super) scorer: ReferenceScorer,
    /// How many people there were when the average pair was last looked for; 0 where it never was.
    pub(super) averaged: usize,
}

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Main(usize),
    Delta(usize),
}

impl Snapshot {
    /// Nobody yet.
    pub(super) fn new(scorer: &ReferenceScorer) -> Self {
        let worth = Arc::new(Worth::new(scorer));
        let (main, delta) = (Blocks::new(Arc::clone(&worth)), Blocks::new(worth));
        Self { main, index: Arc::default(), delta, scorer: *scorer, averaged: 0 }
    }

    /// How many people there are.
    pub(super) const fn len(&self) -> usize {
        self.main.live() + self.delta.live()
    }

    /// Where somebody is among those in order.
    pub(super) fn find_in_main(&self, id: i64) -> Option<Place> {
        let at = self.guess(id);
        // From the guess outwards in longer and longer steps, and then between the last two.
        let of = |at: usize| self.main.id(self.index[at] as usize);
        let (mut low, mut high, mut stride) = (at, at, 1);
        while low > 0 && of(low) > id {
            (high, low, stride) = (low, low.saturating_sub(stride), stride * 2);
        }
        stride = 1;
        while high < self.index.len() && of(high) < id {
            (low, high, stride) = (high, high.saturating_add(stride).min(self.index.len()), stride * 2);
        }
        let part = &self.index[low..self.index.len().min(high + 1)];
        let found = part.binary_search_by_key(&id, |place| self.main.id(*place as usize)).ok()?;
        let place = part[found] as usize;
        self.main.is_live(place).then_some(Place::Main(place))
    }

    /// About where somebody is in the index, as if numbers were given evenly, as they mostly are. It saves most of the
    /// looks at blocks all over the memory.
    fn guess(&self, id: i64) -> usize {
        let [Some(first), Some(last)] = [self.index.first(), self.index.last()]
            .map(|place| place.map(|place| self.main.id(*place as usize) as f64))
        else {
            return 0;
        };
        let share = (id as f64 - first) / (last - first).max(1.0);
        (share.clamp(0.0, 1.0) * (self.index.len() - 1) as f64) as usize
    }

    /// Where somebody is, by looking at everybody who is not in order.
    pub(super) fn find(&self, id: i64) -> Option<Place> {
        self.find_in_main(id).or_else(|| self.delta.find(id).map(Place::Delta))
    }

    /// The number of whoever is or was there.
    pub(super) fn id(&self, place: Place) -> i64 {
        match place {
            Place::Main(place) => self.main.id(place),
            Place::Delta(place) => self.delta.id(place),
        }
    }

    pub(super) fn get(&self, place: Place) -> Option<Row> {
        match place {
            Place::Main(place) => self.main.get(place),
            Place::Delta(place) => self.delta.get(place),
        }
    }

    pub(super) fn set(&mut self, place: Place, row: Row) {
        match place {
            Place::Main(place) => self.main.set(place, row),
            Place::Delta(place) => self.delta.set(place, row),
        }
    }

    pub(super) fn remove(&mut self, place: Place) {
        match place {
            Place::Main(place) => self.main.remove(place),
            Place::Delta(place) => self.delta.remove(place),
        }
    }

    /// Everybody.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        self.main.live_places().map(Place::Main).chain(self.delta.live_places().map(Place::Delta))
    }

    /// The same people, all in order.
    pub(super) fn in_order(&self) -> Self {
        let mut everyone: Vec<(u128, Place)> = Vec::with_capacity(self.len());
        everyone
            .extend(self.places().filter_map(|place| Some((order(&self.get(place)?, &self.scorer), place))));
        everyone.sort_unstable_by_key(|(order, _)| *order);
        let mut main = Blocks::new(Arc::clone(self.main.worth()));
        for group in everyone.chunk_by(|(one, _), (other, _)| one >> GROUP_SHIFT == other >> GROUP_SHIFT) {
            for lanes in group.chunks(LANES) {
                let mut block = Block::new();
                for (lane, (_, place)) in lanes.iter().enumerate() {
                    if let Some(row) = self.get(*place) {
                        block.set(lane, row);
                    }
                }
                main.push_block(block);
            }
        }
        let mut index: Vec<u32> = main.live_places().map(|place| place as u32).collect();
        index.sort_unstable_by_key(|place| main.id(*place as usize));
        Self { main, index: index.into(), ..Self::new(&self.scorer) }
    }

    /// Whether the average pair is to be looked for.
    pub(super) const fn is_due(&self) -> bool {
        average::is_due(self.len(), self.averaged)
    }

    /// The scorer to which the average pair is that of these people.
    pub(super) fn calibrated(&self, moment: Moment) -> Option<ReferenceScorer> {
        let (today, day) = (packed(moment.today), day_of(moment.now));
        // In the order of their numbers, so that every pool looks at the same pairs.
        let mut everyone: Vec<(i64, Place)> = self.places().map(|place| (self.id(place), place)).collect();
        everyone.sort_unstable_by_key(|(id, _)| *id);
        average::calibrated(&self.scorer, everyone.len(), |one, other| {
            let (one, other) = (self.get(everyone[one].1)?, self.get(everyone[other].1)?);
            one.meets(&other, today).then(|| {
                let (ours, theirs) = (one.facts(today), other.facts(today));
                self.scorer.chance(&ours, &theirs, &one.between(&other), day).both()
            })
        })
    }

    /// Bytes of memory that people take here.
    pub(super) fn bytes(&self) -> usize {
        self.main.bytes() + self.delta.bytes() + size_of_val(&*self.index)
    }
}

/// Where the group stands in the order.
const GROUP_SHIFT: u32 = 112;

/// The order of a person as one number: gender and whom they seek, year of birth, city, number.
///
/// Within these, those come first to whom and from whom a yes is likelier, so that blocks differ in it and most can be
/// left out at a glance. Decisions change that and move nobody: the bounds of a block are those of whoever is in it.
fn order(row: &Row, scorer: &ReferenceScorer) -> u128 {
    let (group, year, city) = row.order();
    let standing = scorer.standing(&row.facts(0));
    let rank = ((STANDING_MOST - standing.readiness - standing.appeal) * STANDING_STEPS) as u16;
    let keys = [(u128::from(group), GROUP_SHIFT), (u128::from(year), 96), (u128::from(city), 64)];
    keys.into_iter().fold(u128::from(rank) << 48, |order, (key, shift)| order | key << shift)
}

/// What readiness and appeal together are at most, and in how many steps they are sorted.
const STANDING_MOST: f64 = 32.0;
const STANDING_STEPS: f64 = 1_000.0;
