//! Sixty-four people in columns.

use super::row::{Extra, NO_CELL, Row, UNKNOWN_AGE, terms};
use crate::scoring::{Learned, features::TRAITS, funnel::Terms};

/// How many people a block has.
pub(super) const LANES: usize = 64;

/// Declares the columns: a field of [`Row`] each, kept as one array; and those of fields that are arrays themselves, kept
/// as one array for each element. A question looks at those that come first in every block and at the others in few, and
/// what lies close together comes into the processor together.
macro_rules! columns {
    (
        $($first:ident: $first_kind:ty = $first_empty:expr;)+
        ; $($pair:ident: $pair_kind:ty = $pair_empty:expr;)+
        ; $($name:ident: $kind:ty = $empty:expr;)+
        ; $($many:ident: $element:ty = $none:expr;)+
        ; $($rare:ident: $rare_kind:ty = $rare_empty:expr;)+
        ; $($rare_many:ident: $rare_element:ty = $rare_none:expr;)+
    ) => {
        /// People in columns. A lane is somebody's while its bit of `live` is set.
        #[derive(Debug, Clone)]
        #[repr(C)]
        pub(super) struct Block {
            /// Interests with small numbers, as bits: the lowest eight first.
            pub(super) interests: [[u8; LANES]; 8],
            $(pub(super) $first: [$first_kind; LANES],)+
            $(pub(super) $pair: [[$pair_kind; LANES]; $pair_empty.len()],)+
            /// Ratings, two to a byte: the lower half first.
            pub(super) ratings: [[u8; LANES]; 3],
            pub(super) effects: EffectColumns,
            $(pub(super) $name: [$kind; LANES],)+
            $(pub(super) $many: [[$element; LANES]; $none.len()],)+
            pub(super) taste: [[i8; LANES]; TRAITS],
            $(pub(super) $rare: [$rare_kind; LANES],)+
            $(pub(super) $rare_many: [[$rare_element; LANES]; $rare_none.len()],)+
            sureness: SurenessColumns,
            /// By lane, ascending.
            pub(super) extras: Vec<(u8, Box<Extra>)>,
            pub(super) live: u64,
        }

        impl Block {
            pub(super) fn new() -> Self {
                Self {
                    interests: [[0; LANES]; 8],
                    $($first: [$first_empty; LANES],)+
                    $($pair: $pair_empty.map(|none| [none; LANES]),)+
                    ratings: [[0; LANES]; 3],
                    effects: EffectColumns { readiness: [0; LANES], appeal: [0; LANES] },
                    $($name: [$empty; LANES],)+
                    $($many: $none.map(|none| [none; LANES]),)+
                    taste: [[0; LANES]; TRAITS],
                    $($rare: [$rare_empty; LANES],)+
                    $($rare_many: $rare_none.map(|none| [none; LANES]),)+
                    sureness: SurenessColumns::new(),
                    extras: Vec::new(),
                    live: 0,
                }
            }

            /// The person in this lane.
            pub(super) fn row(&self, lane: usize) -> Row {
                let extra = self.extras.binary_search_by_key(&(lane as u8), |(lane, _)| *lane).ok();
                let [low, middle, high] = self.ratings.map(|column| column[lane]);
                Row {
                    $($first: self.$first[lane],)+
                    $($pair: self.$pair.each_ref().map(|column| column[lane]),)+
                    $($name: self.$name[lane],)+
                    $($many: self.$many.each_ref().map(|column| column[lane]),)+
                    $($rare: self.$rare[lane],)+
                    $($rare_many: self.$rare_many.each_ref().map(|column| column[lane]),)+
                    learned: self.learned(lane),
                    ratings: [low & 15, low >> 4, middle & 15, middle >> 4, high],
                    interests: u64::from_le_bytes(self.interests.each_ref().map(|column| column[lane])),
                    extra: extra.map(|at| self.extras[at].1.clone()),
                }
            }

            /// Puts a person into this lane.
            pub(super) fn set(&mut self, lane: usize, row: Row) {
                self.live |= 1 << lane;
                $(self.$first[lane] = row.$first;)+
                $(self.$pair.iter_mut().zip(row.$pair).for_each(|(column, value)| column[lane] = value);)+
                $(self.$name[lane] = row.$name;)+
                $(self.$many.iter_mut().zip(row.$many).for_each(|(column, value)| column[lane] = value);)+
                $(self.$rare[lane] = row.$rare;)+
                $(self.$rare_many.iter_mut().zip(row.$rare_many).for_each(|(column, value)| column[lane] = value);)+
                self.set_learned(lane, row.learned);
                let [attractive, sincere, intelligent, fun, ambitious] = row.ratings;
                self.ratings[0][lane] = attractive | sincere << 4;
                self.ratings[1][lane] = intelligent | fun << 4;
                self.ratings[2][lane] = ambitious;
                let interests = row.interests.to_le_bytes();
                self.interests.iter_mut().zip(interests).for_each(|(column, bits)| column[lane] = bits);
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
    active: u16 = 0;
    flags: u8 = 0;
    audience: u8 = 0;
    levels: u8 = 0;
    means: u8 = 0;
    wish_flags: u8 = 0;
    ;
    ages: u8 = [0_u8, 0];
    ;
    study: u16 = 0;
    occupation_wish: u16 = 0;
    height: u8 = 0;
    occupation: u8 = 0;
    education_wish: u8 = 0;
    income_wish: u8 = 0;
    ;
    heights: u8 = [0_u8, u8::MAX];
    stated: u8 = [0_u8; TRAITS];
    ;
    city: u16 = 0;
    province: u8 = 0;
    born: i32 = UNKNOWN_AGE;
    id: i64 = 0;
    ;
    cell: i16 = [NO_CELL, 0];
}

/// The learned effects.
#[derive(Debug, Clone)]
#[repr(C)]
pub(super) struct EffectColumns {
    pub(super) readiness: [i16; LANES],
    pub(super) appeal: [i16; LANES],
}

/// How sure what was learned is: nothing that scores.
#[derive(Debug, Clone)]
struct SurenessColumns {
    spread: [[u16; 2]; LANES],
    covariance: [i16; LANES],
    taste_variance: [[u8; TRAITS]; LANES],
}

impl SurenessColumns {
    const fn new() -> Self {
        Self { spread: [[0; 2]; LANES], covariance: [0; LANES], taste_variance: [[0; TRAITS]; LANES] }
    }
}

impl Block {
    /// What filters of the person in this lane.
    pub(super) fn terms(&self, lane: usize, today: i32) -> Terms {
        terms(self.flags[lane], self.born[lane], self.ages.each_ref().map(|column| column[lane]), today)
    }

    /// What was learned of the person in this lane.
    fn learned(&self, lane: usize) -> Learned {
        let [readiness_variance, appeal_variance] = self.sureness.spread[lane];
        Learned {
            readiness: self.effects.readiness[lane],
            appeal: self.effects.appeal[lane],
            readiness_variance,
            appeal_variance,
            covariance: self.sureness.covariance[lane],
            taste: self.taste.each_ref().map(|column| column[lane]),
            taste_variance: self.sureness.taste_variance[lane],
        }
    }

    fn set_learned(&mut self, lane: usize, learned: Learned) {
        self.effects.readiness[lane] = learned.readiness;
        self.effects.appeal[lane] = learned.appeal;
        self.taste.iter_mut().zip(learned.taste).for_each(|(column, taste)| column[lane] = taste);
        self.sureness.spread[lane] = [learned.readiness_variance, learned.appeal_variance];
        self.sureness.covariance[lane] = learned.covariance;
        self.sureness.taste_variance[lane] = learned.taste_variance;
    }
}
