//! What holds for everybody in a block, or in many: enough to tell that nobody in it can be among the best.

use super::{
    block::{Block, LANES},
    row::{GROUP, NO_CELL, STATED_AGE, UNKNOWN_AGE},
};
use crate::scoring::{
    ReferenceScorer, Weight,
    distance::{EARTH_RADIUS_KM, Snapped},
    features::TRAITS,
    learning::step::EFFECT_STEPS,
    score::{APPEAL_TRAITS, READINESS_TRAITS},
    wishes,
};

/// Kilometres by which the reach of a block is widened, so that rounding it loses nobody.
const MARGIN_KM: f64 = 0.05;

/// Appeal and readiness count for as much as the cosine and the sine of these parts of a right angle.
const DIRECTIONS: usize = 5;

/// What all people of one pool are worth by the table of weights, before anything is known of who looks at them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Worth {
    /// What each rating of each trait adds to appeal and to readiness.
    traits: [[[f32; 16]; TRAITS]; 2],
}

impl Worth {
    pub(super) fn new(scorer: &ReferenceScorer) -> Self {
        let of = |first: usize| {
            std::array::from_fn(|at| {
                let weight = scorer.weights().of(Weight::ALL[first + at]);
                std::array::from_fn(|rating| (weight * trait_unit(rating)) as f32)
            })
        };
        Self { traits: [of(APPEAL_TRAITS), of(READINESS_TRAITS)] }
    }

    /// Appeal and readiness of somebody, as far as ratings and decisions make them.
    fn of(&self, block: &Block, lane: usize) -> [f32; 2] {
        let [low, middle, high] = block.ratings.each_ref().map(|column| column[lane]);
        let ratings = [low & 15, low >> 4, middle & 15, middle >> 4, high & 15];
        let learned = [block.effects.appeal[lane], block.effects.readiness[lane]];
        let mut worth = learned.map(|steps| f32::from(steps) / EFFECT_STEPS as f32);
        for (worth, traits) in worth.iter_mut().zip(&self.traits) {
            *worth +=
                traits.iter().zip(ratings).map(|(table, rating)| table[usize::from(rating)]).sum::<f32>();
        }
        worth
    }
}

/// How far a trait of this rating lies above the typical one; 0 for one that was not rated.
pub(super) fn trait_unit(rating: usize) -> f64 {
    wishes::traits([Some(rating as u8).filter(|rating| *rating != 0); TRAITS])[0]
}

/// The most that a sum of appeal and readiness comes to among the people of a block, in some directions. What it comes
/// to in between is at most what the two neighbouring directions add up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Most([f32; DIRECTIONS]);

impl Most {
    const NOTHING: Self = Self([f32::MIN; DIRECTIONS]);

    /// Cosines and sines of the directions.
    const UNITS: [[f32; 2]; DIRECTIONS] = [
        [1.0, 0.0],
        [0.923_879_5, 0.382_683_43],
        [std::f32::consts::FRAC_1_SQRT_2, std::f32::consts::FRAC_1_SQRT_2],
        [0.382_683_43, 0.923_879_5],
        [0.0, 1.0],
    ];

    fn add(&mut self, [appeal, readiness]: [f32; 2]) {
        for (most, [cosine, sine]) in self.0.iter_mut().zip(Self::UNITS) {
            *most = most.max(cosine * appeal + sine * readiness);
        }
    }

    /// The most where appeal and readiness count for this much, neither of it less than nothing.
    pub(super) fn of(&self, mix: &Mix) -> f32 {
        let Mix { first, shares: [one, other] } = *mix;
        one * self.0[first] + other * self.0[first + 1]
    }
}

/// How much appeal and readiness count, as shares of two neighbouring directions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mix {
    first: usize,
    shares: [f32; 2],
}

impl Mix {
    pub(super) fn new([appeal, readiness]: [f64; 2]) -> Self {
        let angle = readiness.atan2(appeal) / std::f64::consts::FRAC_PI_2 * (DIRECTIONS - 1) as f64;
        let first = (angle as usize).min(DIRECTIONS - 2);
        let [[a, b], [c, d]] = [Most::UNITS[first], Most::UNITS[first + 1]].map(|unit| unit.map(f64::from));
        let area = a * d - b * c;
        let shares = [(appeal * d - readiness * c) / area, (readiness * a - appeal * b) / area];
        Self { first, shares: shares.map(|share| share.max(0.0) as f32) }
    }
}

/// Where the people of a block live: nobody is farther from the middle than the reach, both in kilometres through the
/// earth, from its centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Whereabouts {
    middle: [f32; 3],
    /// Less than nothing when there is nobody.
    reach: f32,
}

impl Whereabouts {
    const NOWHERE: Self = Self { middle: [0.0; 3], reach: -1.0 };

    fn of(block: &Block) -> Self {
        let known = || {
            let lanes = (0..LANES).filter(|lane| block.live & (1 << lane) != 0);
            lanes.filter_map(|lane| {
                let [row, column] = block.cell.each_ref().map(|column| column[lane]);
                (row != NO_CELL).then(|| point(Snapped { row, column }))
            })
        };
        let count = known().count();
        if count == 0 {
            return Self::NOWHERE;
        }
        let sum = known().fold([0.0; 3], |sum, point| std::array::from_fn(|at| sum[at] + point[at]));
        let middle = sum.map(|sum| (sum / count as f64) as f32);
        let reach = known().map(|point| apart(middle.map(f64::from), point)).fold(0.0, f64::max);
        Self { middle, reach: (reach + MARGIN_KM) as f32 }
    }

    /// Kilometres that nobody of a block is nearer to a point than; `None` when nobody has a position. A straight line
    /// through the earth is no longer than the way around it.
    pub(super) fn km_from(&self, point: [f64; 3]) -> Option<f32> {
        (self.reach >= 0.0)
            .then(|| (apart(self.middle.map(f64::from), point) - f64::from(self.reach)).max(0.0) as f32)
    }
}

/// The centre of a cell, in kilometres from the centre of the earth.
pub(super) fn point(cell: Snapped) -> [f64; 3] {
    let (latitude, longitude) = cell.centre();
    let ((sine, cosine), (east, ahead)) = (latitude.to_radians().sin_cos(), longitude.to_radians().sin_cos());
    [cosine * ahead, cosine * east, sine].map(|part| part * EARTH_RADIUS_KM)
}

fn apart(one: [f64; 3], other: [f64; 3]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}

/// What holds for everybody in a block. After changes it may hold for more people than there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Summary {
    /// Gender and whom they seek, where all have the same.
    pub(super) group: Option<u8>,
    pub(super) has_unknown_age: bool,
    pub(super) has_unknown_cell: bool,
    /// The greatest step that any taste of anybody is away from none.
    pub(super) taste: u8,
    pub(super) active: u16,
    /// Least and greatest date of birth; of nobody when the least is the greater.
    pub(super) born: [i32; 2],
    /// Least and greatest stated age, in years.
    pub(super) stated: [u8; 2],
    pub(super) worth: Most,
    pub(super) whereabouts: Whereabouts,
    /// Least and greatest number of a city and of a province.
    pub(super) cities: [u16; 2],
    pub(super) provinces: [u8; 2],
}

impl Summary {
    /// The summary of nobody.
    pub(super) const EMPTY: Self = Self {
        group: None,
        has_unknown_age: false,
        has_unknown_cell: false,
        taste: 0,
        active: 0,
        born: [i32::MAX, i32::MIN],
        stated: [u8::MAX, 0],
        worth: Most::NOTHING,
        whereabouts: Whereabouts::NOWHERE,
        cities: [u16::MAX, 0],
        provinces: [u8::MAX, 0],
    };

    /// The summary of those who are live in a block.
    pub(super) fn of(block: &Block, worth: &Worth) -> Self {
        Self::at(block, worth, Whereabouts::of(block))
    }

    /// The same, where it is known where they live.
    pub(super) fn at(block: &Block, worth: &Worth, whereabouts: Whereabouts) -> Self {
        let mut summary = Self { whereabouts, ..Self::EMPTY };
        let mut live = block.live;
        let first = live.trailing_zeros() as usize;
        if first < LANES {
            summary.group = Some(block.flags[first] & GROUP);
        }
        while live != 0 {
            let lane = live.trailing_zeros() as usize;
            live &= live - 1;
            summary.add(block, lane, worth);
        }
        summary
    }

    fn add(&mut self, block: &Block, lane: usize, worth: &Worth) {
        self.group = self.group.filter(|group| *group == block.flags[lane] & GROUP);
        match block.born[lane] {
            UNKNOWN_AGE => self.has_unknown_age = true,
            stated if stated < STATED_AGE + 256 => widen(&mut self.stated, (stated - STATED_AGE) as u8),
            born => widen(&mut self.born, born),
        }
        self.worth.add(worth.of(block, lane));
        self.active = self.active.max(block.active[lane]);
        for column in &block.taste {
            self.taste = self.taste.max(column[lane].unsigned_abs());
        }
        self.has_unknown_cell |= block.cell[0][lane] == NO_CELL;
        widen(&mut self.cities, block.city[lane]);
        widen(&mut self.provinces, block.province[lane]);
    }
}

/// What holds for everybody in many blocks, as far as it tells in which of them there are no candidates at all. It is
/// only ever widened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// A bit for each gender with whom they seek.
    pub(super) groups: u32,
    /// Least and greatest date of birth; of nobody when the least is the greater.
    pub(super) born: [i32; 2],
    /// Whether there may be somebody whose age is stated or unknown.
    pub(super) has_other_ages: bool,
}

impl Reach {
    /// The reach of nobody.
    pub(super) const NOTHING: Self = Self { groups: 0, born: [i32::MAX, i32::MIN], has_other_ages: false };

    /// Takes in the people of a block.
    pub(super) fn add(&mut self, summary: &Summary) {
        let is_born = summary.born[0] <= summary.born[1];
        let has_others = summary.has_unknown_age || summary.stated[0] <= summary.stated[1];
        if is_born || has_others {
            self.groups |= summary.group.map_or(u32::MAX, |group| 1 << group);
        }
        if is_born {
            widen(&mut self.born, summary.born[0]);
            widen(&mut self.born, summary.born[1]);
        }
        self.has_other_ages |= has_others;
    }
}

fn widen<T: Ord + Copy>([least, greatest]: &mut [T; 2], value: T) {
    *least = (*least).min(value);
    *greatest = (*greatest).max(value);
}
