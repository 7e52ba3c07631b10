//! One state of a pool.

use std::sync::Arc;

use super::{
    block::{Block, LANES},
    blocks::Blocks,
    row::Row,
};
use crate::scoring::ReferenceScorer;

/// One state of a pool: people in order, people who came or moved since they were put in order, and by what they are
/// scored. A copy costs little and stays as it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot {
    pub(super) main: Blocks,
    /// Places of `main` in the order of the numbers of whoever has or had them.
    pub(super) index: Arc<[u32]>,
    pub(super) delta: Blocks,
    pub(super) scorer: ReferenceScorer,
}

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Main(usize),
    Delta(usize),
}

impl Snapshot {
    /// How many people there are.
    pub(super) const fn len(&self) -> usize {
        self.main.live() + self.delta.live()
    }

    /// Where somebody is among those in order.
    pub(super) fn find_in_main(&self, id: i64) -> Option<Place> {
        let at = self.index.binary_search_by_key(&id, |place| self.main.id(*place as usize)).ok()?;
        let place = self.index[at] as usize;
        self.main.is_live(place).then_some(Place::Main(place))
    }

    /// Where somebody is, by looking at everybody who is not in order.
    pub(super) fn find(&self, id: i64) -> Option<Place> {
        self.find_in_main(id).or_else(|| self.delta.find(id).map(Place::Delta))
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
        let mut main = Blocks::default();
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
        Self { main, index: index.into(), delta: Blocks::default(), scorer: self.scorer }
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
