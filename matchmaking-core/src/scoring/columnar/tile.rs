//! Many questions at once: a tile of them looks at a block while it is near to the processor.
//!
//! Who looks for the same people is put into one tile. Each of its questions finds by summaries which blocks are
//! promising, as alone; then all of them go through the blocks strip by strip, each looking at those that are promising
//! for it, so that people are fetched from memory once for all of a tile. The strips that promise most come first.

use std::{
    num::NonZeroUsize,
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    block::Block,
    bound::Bounds,
    scan::{Best, FIRST_POINT, NOTED, Noted, Search, top},
    snapshot::Snapshot,
    steps::Steps,
    summary::{Reach, Summary},
};
use crate::scoring::{Candidate, ReferenceScorer};

/// How many questions a tile has.
const TILE: usize = 16;
/// How many blocks a strip has: so many as lie near to the processor beside what is known of the questions.
const STRIP: usize = 32;

/// The best for each of these questions, in their order.
pub(super) fn best_of_each(
    snapshot: &Snapshot,
    searches: &[Search<'_>],
    threads: NonZeroUsize,
) -> Vec<Vec<Candidate>> {
    if let [alone] = searches {
        return vec![top(snapshot, *alone)];
    }
    let mut order: Vec<usize> = (0..searches.len()).collect();
    order.sort_by_cached_key(|at| (searches[*at].seeker.order(), searches[*at].seeker.id));
    let chunks = snapshot.main.chunks().chain(snapshot.delta.chunks());
    let strips: Vec<Strip<'_>> = chunks
        .flat_map(|(reach, blocks)| {
            let blocks: Vec<_> = blocks.collect();
            blocks.chunks(STRIP).map(|strip| (reach, strip.to_vec())).collect::<Vec<_>>()
        })
        .collect();
    let tiles: Vec<&[usize]> = order.chunks(TILE).collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![Vec::new(); searches.len()]);
    let work = || {
        while let Some(tile) = tiles.get(next.fetch_add(1, Ordering::Relaxed)) {
            let answers = answer(&snapshot.scorer, &strips, tile.iter().map(|at| searches[*at]));
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            for (at, answer) in tile.iter().zip(answers) {
                found[*at] = answer;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.get().min(tiles.len()) {
            // Without a thread the others do its part.
            let _ = std::thread::Builder::new().name("tiles".to_owned()).spawn_scoped(scope, work);
        }
        work();
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Blocks that lie near to the processor together, and what holds for everybody in them.
type Strip<'a> = (&'a Reach, Vec<(&'a Summary, &'a Block)>);

/// A question of a tile.
struct Asking<'a> {
    best: Best<'a>,
    bounds: Bounds<'a>,
    steps: Steps,
    /// Blocks in which there may be one of the best, with the most that anybody in them can score.
    promising: Vec<(f64, &'a Summary, &'a Block)>,
    /// Which of them are in which strip.
    strips: Vec<Range<usize>>,
    /// Who was scored before.
    before: Vec<Noted<'a>>,
    noted: Vec<Noted<'a>>,
}

/// The best for each of the questions of a tile.
fn answer<'a>(
    scorer: &'a ReferenceScorer,
    strips: &[Strip<'a>],
    searches: impl Iterator<Item = Search<'a>>,
) -> Vec<Vec<Candidate>> {
    let mut askings: Vec<Asking<'a>> = searches.map(|search| Asking::new(scorer, search, strips)).collect();
    // Where the most is promised comes first: whoever knows good ones early scores few others.
    let promise = |strip: usize| {
        let of = |asking: &Asking<'_>| {
            let blocks = &asking.promising[asking.strips[strip].clone()];
            blocks.iter().map(|(most, ..)| *most).fold(f64::NEG_INFINITY, f64::max)
        };
        askings.iter().map(of).fold(f64::NEG_INFINITY, f64::max)
    };
    let mut order: Vec<(f64, usize)> = (0..strips.len()).map(|strip| (promise(strip), strip)).collect();
    order.sort_unstable_by(|(one, _), (other, _)| other.total_cmp(one));
    for (_, strip) in order {
        for asking in &mut askings {
            asking.look_at(strip);
        }
    }
    askings.into_iter().map(Asking::end).collect()
}

impl<'a> Asking<'a> {
    /// A question that knows which blocks are promising, and some good ones of the most promising.
    fn new(scorer: &'a ReferenceScorer, search: Search<'a>, all: &[Strip<'a>]) -> Self {
        let mut best = Best::new(search, scorer);
        let bounds = Bounds::new(scorer, search.seeker, search.moment, FIRST_POINT);
        let (mut promising, mut strips) = (Vec::new(), Vec::with_capacity(all.len()));
        for (reach, blocks) in all {
            let first = promising.len();
            if bounds.may_be_in(reach) {
                let may_have = |(summary, block): &(&'a Summary, &'a Block)| {
                    Some((bounds.of_block(summary)?, *summary, *block))
                };
                promising.extend(blocks.iter().filter_map(may_have));
            }
            strips.push(first..promising.len());
        }
        let before = best.seed(&bounds, &promising);
        // As for a question that is asked alone.
        let bounds = Bounds::new(scorer, search.seeker, search.moment, best.point());
        let steps = Steps::new(&bounds);
        Self { best, bounds, steps, promising, strips, before, noted: Vec::new() }
    }

    fn look_at(&mut self, strip: usize) {
        for (most, summary, block) in &self.promising[self.strips[strip].clone()] {
            if *most >= self.best.least() {
                self.best.note((&self.bounds, &self.steps), summary, block, &mut self.noted);
            }
            if self.noted.len() >= NOTED {
                self.best.consider_noted(&mut self.noted, &self.before);
            }
        }
    }

    fn end(mut self) -> Vec<Candidate> {
        self.best.consider_noted(&mut self.noted, &self.before);
        self.best.into_candidates()
    }
}
