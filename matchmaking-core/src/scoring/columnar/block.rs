//! Sixty-four people in columns, and what can be said of all of them.

use super::row::{Extra, GROUP, NO_CELL, Row, STATED_AGE, UNKNOWN_AGE};
use crate::scoring::{Learned, distance::Snapped, features::TRAITS};

/// How many people a block has.
pub(super) const LANES: usize = 64;

/// Degrees by which bounding boxes are widened, so that rounding them loses nobody.
const MARGIN: f32 = 1e-4;

/// Declares the columns: a field of [`Row`] each, kept as one array; and those of fields that are arrays themselves, kept
/// as one array for each element.
macro_rules! columns {
    ($($name:ident: $kind:ty = $empty:expr;)+ ; $($many:ident: $element:ty = $none:expr;)+) => {
        /// People in columns. A lane is somebody's while its bit of `live` is set.
        #[derive(Debug, Clone)]
        pub(super) struct Block {
            pub(super) live: u64,
            $(pub(super) $name: [$kind; LANES],)+
            $(pub(super) $many: [[$element; LANES]; $none.len()],)+
            pub(super) learned: LearnedColumns,
            /// Ratings, two to a byte: the lower half first.
            pub(super) ratings: [[u8; LANES]; 3],
            /// By lane, ascending.
            pub(super) extras: Vec<(u8, Box<Extra>)>,
        }

        impl Block {
            pub(super) fn new() -> Self {
                Self {
                    live: 0,
                    $($name: [$empty; LANES],)+
                    $($many: $none.map(|none| [none; LANES]),)+
                    learned: LearnedColumns::new(),
                    ratings: [[0; LANES]; 3],
                    extras: Vec::new(),
                }
            }

            /// The person in this lane.
            pub(super) fn row(&self, lane: usize) -> Row {
                let extra = self.extras.binary_search_by_key(&(lane as u8), |(lane, _)| *lane).ok();
                let [low, middle, high] = self.ratings.map(|column| column[lane]);
                Row {
                    $($name: self.$name[lane],)+
                    $($many: self.$many.each_ref().map(|column| column[lane]),)+
                    learned: self.learned.get(lane),
                    ratings: [low & 15, low >> 4, middle & 15, middle >> 4, high],
                    extra: extra.map(|at| self.extras[at].1.clone()),
                }
            }

            /// Puts a person into this lane.
            pub(super) fn set(&mut self, lane: usize, row: Row) {
                self.live |= 1 << lane;
                $(self.$name[lane] = row.$name;)+
                $(self.$many.iter_mut().zip(row.$many).for_each(|(column, value)| column[lane] = value);)+
                self.learned.set(lane, row.learned);
                let [attractive, sincere, intelligent, fun, ambitious] = row.ratings;
                self.ratings[0][lane] = attractive | sincere << 4;
                self.ratings[1][lane] = intelligent | fun << 4;
                self.ratings[2][lane] = ambitious;
                self.extras.retain(|(other, _)| usize::from(*other) != lane);
                if let Some(extra) = row.extra {
                    let at = self.extras.partition_point(|(other, _)| usize::from(*other) < lane);
                    self.extras.insert(at, (lane as u8, extra));
                    self.extras.shrink_to_fit();
                }
            }
        }
    };
}

columns! {
    id: i64 = 0;
    born: i32 = UNKNOWN_AGE;
    flags: u8 = 0;
    audience: u8 = 0;
    active: u16 = 0;
    height: u8 = 0;
    levels: u8 = 0;
    means: u8 = 0;
    occupation: u8 = 0;
    education_wish: u8 = 0;
    income_wish: u8 = 0;
    wish_flags: u8 = 0;
    occupation_wish: u16 = 0;
    city: u16 = 0;
    province: u8 = 0;
    study: u16 = 0;
    interests: u64 = 0;
    ;
    ages: u8 = [0_u8, 0];
    heights: u8 = [0_u8, u8::MAX];
    cell: i16 = [NO_CELL, 0];
    stated: u8 = [0_u8; TRAITS];
}

/// What was learned, in columns.
#[derive(Debug, Clone)]
pub(super) struct LearnedColumns {
    pub(super) readiness: [i16; LANES],
    pub(super) appeal: [i16; LANES],
    spread: [[u16; 2]; LANES],
    covariance: [i16; LANES],
    pub(super) taste: [[i8; LANES]; TRAITS],
    taste_variance: [[u8; TRAITS]; LANES],
}

impl LearnedColumns {
    fn new() -> Self {
        Self {
            readiness: [0; LANES],
            appeal: [0; LANES],
            spread: [[0; 2]; LANES],
            covariance: [0; LANES],
            taste: [[0; LANES]; TRAITS],
            taste_variance: [[0; TRAITS]; LANES],
        }
    }

    fn get(&self, lane: usize) -> Learned {
        let [readiness_variance, appeal_variance] = self.spread[lane];
        Learned {
            readiness: self.readiness[lane],
            appeal: self.appeal[lane],
            readiness_variance,
            appeal_variance,
            covariance: self.covariance[lane],
            taste: self.taste.each_ref().map(|column| column[lane]),
            taste_variance: self.taste_variance[lane],
        }
    }

    fn set(&mut self, lane: usize, learned: Learned) {
        self.readiness[lane] = learned.readiness;
        self.appeal[lane] = learned.appeal;
        self.spread[lane] = [learned.readiness_variance, learned.appeal_variance];
        self.covariance[lane] = learned.covariance;
        self.taste.iter_mut().zip(learned.taste).for_each(|(column, taste)| column[lane] = taste);
        self.taste_variance[lane] = learned.taste_variance;
    }
}

/// What holds for everybody in a block: enough to tell that nobody in it can be among the best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Summary {
    /// Gender and whom they seek, where all have the same.
    pub(super) group: Option<u8>,
    /// Least and greatest date of birth; of nobody when the least is the greater.
    pub(super) born: [i32; 2],
    /// The same of stated ages.
    pub(super) stated: [i32; 2],
    pub(super) has_unknown_age: bool,
    pub(super) readiness: i16,
    pub(super) appeal: i16,
    pub(super) active: u16,
    /// Least and greatest taste of each trait.
    pub(super) tastes: [[i8; 2]; TRAITS],
    pub(super) has_unknown_cell: bool,
    /// South, north, west and east end in degrees; of nobody when the first is the greater.
    pub(super) bounds: [f32; 4],
}

impl Summary {
    /// The summary of nobody.
    pub(super) const EMPTY: Self = Self {
        group: None,
        born: [i32::MAX, i32::MIN],
        stated: [i32::MAX, i32::MIN],
        has_unknown_age: false,
        readiness: i16::MIN,
        appeal: i16::MIN,
        active: 0,
        tastes: [[i8::MAX, i8::MIN]; TRAITS],
        has_unknown_cell: false,
        bounds: [f32::MAX, f32::MIN, f32::MAX, f32::MIN],
    };

    /// The summary of those who are live in a block.
    pub(super) fn of(block: &Block) -> Self {
        let mut summary = Self::EMPTY;
        let mut live = block.live;
        let first = live.trailing_zeros() as usize;
        if first < LANES {
            summary.group = Some(block.flags[first] & GROUP);
        }
        while live != 0 {
            let lane = live.trailing_zeros() as usize;
            live &= live - 1;
            summary.add(block, lane);
        }
        summary
    }

    fn add(&mut self, block: &Block, lane: usize) {
        self.group = self.group.filter(|group| *group == block.flags[lane] & GROUP);
        match block.born[lane] {
            UNKNOWN_AGE => self.has_unknown_age = true,
            stated if stated < STATED_AGE + 256 => widen(&mut self.stated, stated - STATED_AGE),
            born => widen(&mut self.born, born),
        }
        self.readiness = self.readiness.max(block.learned.readiness[lane]);
        self.appeal = self.appeal.max(block.learned.appeal[lane]);
        self.active = self.active.max(block.active[lane]);
        for ([least, greatest], column) in self.tastes.iter_mut().zip(&block.learned.taste) {
            let taste = column[lane];
            (*least, *greatest) = ((*least).min(taste), (*greatest).max(taste));
        }
        let [row, column] = block.cell.each_ref().map(|column| column[lane]);
        if row == NO_CELL {
            self.has_unknown_cell = true;
        } else {
            let (north, east) = Snapped { row, column }.centre();
            let [south, up, west, right] = &mut self.bounds;
            *south = south.min(north as f32 - MARGIN);
            *up = up.max(north as f32 + MARGIN);
            *west = west.min(east as f32 - MARGIN);
            *right = right.max(east as f32 + MARGIN);
        }
    }
}

fn widen([least, greatest]: &mut [i32; 2], value: i32) {
    *least = (*least).min(value);
    *greatest = (*greatest).max(value);
}
