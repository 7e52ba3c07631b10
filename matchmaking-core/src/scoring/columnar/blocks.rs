//! Many blocks, as a value that is cheap to copy and to change in one place.
//!
//! Blocks hang on chunks, and both are shared between copies. Changing one person copies one block and one chunk, a few
//! kilobytes, and leaves every other copy as it was: that is how a query sees one state throughout.

use std::sync::Arc;

use super::{
    block::{Block, LANES},
    row::Row,
    summary::{Reach, Summary, Worth},
};

/// How many blocks a chunk has.
const CHUNK: usize = 128;

/// People by place. Places are never given twice: who is removed leaves a gap.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    worth: Arc<Worth>,
    chunks: Vec<Arc<Chunk>>,
    /// The next place.
    len: usize,
    live: usize,
}

/// Blocks with their summaries side by side, so that going through the summaries touches nothing else.
#[derive(Debug, Clone)]
struct Chunk {
    reach: Reach,
    summaries: Vec<Summary>,
    blocks: Vec<Arc<Block>>,
}

impl Blocks {
    /// Nobody yet, of whom the table of weights thinks like this.
    pub(super) const fn new(worth: Arc<Worth>) -> Self {
        Self { worth, chunks: Vec::new(), len: 0, live: 0 }
    }

    /// What the table of weights thinks of them.
    pub(super) const fn worth(&self) -> &Arc<Worth> {
        &self.worth
    }

    /// How many people there are.
    pub(super) const fn live(&self) -> usize {
        self.live
    }

    /// The first place that nobody has had.
    pub(super) const fn places(&self) -> usize {
        self.len
    }

    fn block(&self, place: usize) -> &Block {
        let block = place / LANES;
        &self.chunks[block / CHUNK].blocks[block % CHUNK]
    }

    /// The number of whoever has or had this place.
    pub(super) fn id(&self, place: usize) -> i64 {
        self.block(place).id[place % LANES]
    }

    /// The person at this place, if there is one.
    pub(super) fn get(&self, place: usize) -> Option<Row> {
        self.is_live(place).then(|| self.block(place).row(place % LANES))
    }

    pub(super) fn is_live(&self, place: usize) -> bool {
        self.block(place).live & (1 << (place % LANES)) != 0
    }

    fn change(&mut self, place: usize, change: impl FnOnce(&mut Block, usize)) {
        let block = place / LANES;
        let chunk = Arc::make_mut(&mut self.chunks[block / CHUNK]);
        let target = Arc::make_mut(&mut chunk.blocks[block % CHUNK]);
        let lane = place % LANES;
        let where_was = |block: &Block| (block.live & 1 << lane, block.cell.map(|column| column[lane]));
        let before = where_was(target);
        change(target, lane);
        let summary = &mut chunk.summaries[block % CHUNK];
        // Most changes move nobody, and where they are is what costs most to sum up.
        *summary = if before == where_was(target) {
            Summary::at(target, &self.worth, summary.whereabouts)
        } else {
            Summary::of(target, &self.worth)
        };
        chunk.reach.add(summary);
    }

    /// Puts a person at a place that somebody has.
    pub(super) fn set(&mut self, place: usize, row: Row) {
        self.change(place, |block, lane| block.set(lane, row));
    }

    /// Takes the person away from a place that somebody has.
    pub(super) fn remove(&mut self, place: usize) {
        self.change(place, |block, lane| {
            block.live &= !(1 << lane);
            block.extras.retain(|(other, _)| usize::from(*other) != lane);
        });
        self.live -= 1;
    }

    /// Puts a person at the next place, and returns it.
    pub(super) fn push(&mut self, row: Row) -> usize {
        let place = self.len;
        if place.is_multiple_of(LANES) {
            self.begin_chunk();
        }
        if place.is_multiple_of(LANES)
            && let Some(chunk) = self.chunks.last_mut()
        {
            let chunk = Arc::make_mut(chunk);
            chunk.summaries.push(Summary::EMPTY);
            chunk.blocks.push(Arc::new(Block::new()));
        }
        self.len += 1;
        self.live += 1;
        self.set(place, row);
        place
    }

    /// Appends a block. No place of a block before it is given from then on.
    pub(super) fn push_block(&mut self, block: Block) {
        self.len = self.len.next_multiple_of(LANES);
        self.begin_chunk();
        if let Some(chunk) = self.chunks.last_mut() {
            let chunk = Arc::make_mut(chunk);
            let summary = Summary::of(&block, &self.worth);
            chunk.reach.add(&summary);
            chunk.summaries.push(summary);
            self.live += block.live.count_ones() as usize;
            chunk.blocks.push(Arc::new(block));
            self.len += LANES;
        }
    }

    /// Makes room for a block at the next place.
    fn begin_chunk(&mut self) {
        if self.len.is_multiple_of(LANES * CHUNK) {
            let (summaries, blocks) = (Vec::with_capacity(CHUNK), Vec::with_capacity(CHUNK));
            self.chunks.push(Arc::new(Chunk { reach: Reach::NOTHING, summaries, blocks }));
        }
    }

    /// Every block with its summary, and the place of its first lane.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Summary, &Block)> {
        let blocks = self.chunks.iter().flat_map(|chunk| chunk.summaries.iter().zip(&chunk.blocks));
        blocks.enumerate().map(|(at, (summary, block))| (at * LANES, summary, &**block))
    }

    /// The blocks of those chunks with their summaries whose reach will do.
    pub(super) fn within(
        &self,
        will_do: impl Fn(&Reach) -> bool,
    ) -> impl Iterator<Item = (&Summary, &Block)> {
        let chunks = self.chunks.iter().filter(move |chunk| will_do(&chunk.reach));
        chunks
            .flat_map(|chunk| chunk.summaries.iter().zip(&chunk.blocks))
            .map(|(summary, block)| (summary, &**block))
    }

    /// The chunks: what holds for all of one, and its blocks with their summaries.
    pub(super) fn chunks(&self) -> impl Iterator<Item = (&Reach, impl Iterator<Item = (&Summary, &Block)>)> {
        self.chunks.iter().map(|chunk| {
            (&chunk.reach, chunk.summaries.iter().zip(chunk.blocks.iter().map(|block| &**block)))
        })
    }

    /// The places of everybody who is there.
    pub(super) fn live_places(&self) -> impl Iterator<Item = usize> {
        self.iter().flat_map(|(first, _, block)| {
            (0..LANES).filter(|lane| block.live & (1 << lane) != 0).map(move |lane| first + lane)
        })
    }

    /// Whoever is first found with this number, by looking at everybody.
    pub(super) fn find(&self, id: i64) -> Option<usize> {
        self.iter().find_map(|(first, _, block)| {
            let mut matching = (0..LANES).filter(|lane| block.id[*lane] == id);
            matching.find(|lane| block.live & (1 << lane) != 0).map(|lane| first + lane)
        })
    }

    /// Bytes of memory that people take here.
    pub(super) fn bytes(&self) -> usize {
        let extras = |block: &Block| {
            let each = size_of::<(u8, Box<super::row::Extra>)>() + size_of::<super::row::Extra>();
            let names = |extra: &super::row::Extra| 4 * (extra.interests.len() + extra.cities.len());
            block.extras.iter().map(|(_, extra)| each + names(extra)).sum::<usize>()
        };
        let block = |block: &Block| size_of::<Block>() + 16 + size_of::<Arc<Block>>() + extras(block);
        self.iter().map(|(_, _, one)| block(one) + size_of::<Summary>()).sum()
    }
}
