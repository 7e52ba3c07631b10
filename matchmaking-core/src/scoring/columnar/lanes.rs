//! The most that each of the 64 people of a block can score, all at once: steps are summed in 16 bits a lane.

#![expect(
    clippy::inline_always,
    clippy::needless_bitwise_bool,
    clippy::needless_range_loop,
    reason = "what is compiled for each kind of processor is inlined, without jumps, over lanes of several arrays"
)]

use super::{
    block::{Block, LANES},
    bound::Bounds,
    row::{ASKS_AGE, CITIES, PAUSED, SAME_CITY, STATED, STATED_AGE},
    steps::{DEGREES_PER_CELL, PARABOLA_ROWS, Place, Steps},
    summary::Summary,
    tables::{
        ANOTHER, ANYWHERE, CITY, DAYS_EACH, ELSEWHERE, HALF_MET, HEIGHT_TOLERANCE, MAYBE, MET, NO_HEIGHT,
        NOTHING_ASKED, PROVINCE, SAME, UNKNOWN, UNMET,
    },
    wide::{Bytes, Task, Wide},
};
use crate::scoring::{Audience, closeness, requirements::ADULT};

/// Sums in steps, a lane each.
pub(super) type Sums = [i16; LANES];

/// Degrees of longitude beyond which a degree more counts for nothing.
const WIDEST_DEGREES: f32 = 10.0;
/// Kilometres in a degree along a great circle, rounded down by more than straight lines are shorter than arcs.
const KM_PER_DEGREE: f32 = 111.19 * 0.998;
/// Added to a small number it leaves its nearest whole one in the lowest bits. A cast would not be done in wide lanes,
/// because it cares for numbers that are too great.
const TO_WHOLE: f32 = 12_582_912.0;

/// The bounds of the people of one block.
#[derive(Debug)]
pub(super) struct OfBlock<'a> {
    pub(super) bounds: &'a Bounds<'a>,
    pub(super) steps: &'a Steps,
    pub(super) audience: Audience,
    pub(super) block: &'a Block,
    pub(super) summary: &'a Summary,
    /// What one must be able to score.
    pub(super) least: f64,
    pub(super) sums: &'a mut Sums,
}

/// Who of a block can score enough: a bit a lane, and what everybody of the block has beside their sums.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reaching {
    pub(super) lanes: u64,
    pub(super) base: f64,
}

impl Task for OfBlock<'_> {
    type Outcome = Reaching;

    #[inline(always)]
    fn run<W: Wide>(mut self, wide: W) -> Reaching {
        let none = Reaching { lanes: 0, base: 0.0 };
        let (steps, summary) = (self.steps, self.summary);
        let mut candidates = [0_u8; LANES];
        self.filter(&mut candidates);
        let taste = f64::from(summary.taste);
        let mut base = steps.base + self.bounds.gender_of(summary) + steps.taste_slack * taste * steps.step;
        base += self.add_age(wide, &mut candidates);
        let live = self.block.live & wide.mask(&candidates);
        if live == 0 {
            return none;
        }
        base += self.add_first(wide);
        let enough = (self.least - base) / steps.step;
        self.add_second(wide);
        // What is left can add this much at most: hardly anybody has all of it, and few blocks somebody whom it would
        // bring among the best.
        let [second, tastes] = [steps.rest_most, steps.stated_most + steps.taste_most * taste];
        if live & wide.mask(&reaching(self.sums, enough - second - tastes)) == 0 {
            return none;
        }
        self.add_third(wide);
        if live & wide.mask(&reaching(self.sums, enough - tastes)) == 0 {
            return none;
        }
        self.add_tastes();
        Reaching { lanes: live & wide.mask(&reaching(self.sums, enough)), base }
    }
}

#[inline(always)]
fn reaching(sums: &Sums, enough: f64) -> Bytes {
    let mut lanes = [0; LANES];
    // No sum is greater than the greatest number, and none as small as the least.
    if enough > f64::from(i16::MAX) {
        return lanes;
    }
    let enough = enough.floor() as i16;
    for lane in 0..LANES {
        lanes[lane] = if sums[lane] >= enough { u8::MAX } else { 0 };
    }
    lanes
}

#[inline(always)]
fn add(sums: &mut Sums, values: &Bytes) {
    for lane in 0..LANES {
        sums[lane] += i16::from(values[lane]);
    }
}

/// Bytes that are made lane by lane.
#[inline(always)]
fn each(value: impl Fn(usize) -> u8) -> Bytes {
    let mut values = [0; LANES];
    for lane in 0..LANES {
        values[lane] = value(lane);
    }
    values
}

/// Whether a table says the same for everybody.
fn is_flat<const N: usize>(steps: &[u8; N]) -> bool {
    steps.iter().all(|one| *one == steps[0])
}

impl OfBlock<'_> {
    /// Who is shown and passes what filters, but for their age.
    #[inline(always)]
    fn filter(&self, candidates: &mut Bytes) {
        let Self { block, bounds, .. } = self;
        let audience = self.audience.bits();
        for lane in 0..LANES {
            let is_shown = (block.flags[lane] & PAUSED == 0) & (block.audience[lane] & audience != 0);
            candidates[lane] = if is_shown { u8::MAX } else { 0 };
        }
        let [youngest, oldest] = &block.ages;
        match bounds.facts.age {
            Some(own) => {
                for lane in 0..LANES {
                    let suits = (youngest[lane] <= own) & (own <= oldest[lane]);
                    candidates[lane] = if suits { candidates[lane] } else { 0 };
                }
            }
            None => {
                for lane in 0..LANES {
                    let suits = block.flags[lane] & ASKS_AGE == 0;
                    candidates[lane] = if suits { candidates[lane] } else { 0 };
                }
            }
        }
        if self.summary.group.is_none() {
            for lane in 0..LANES {
                candidates[lane] = if bounds.suits(block.flags[lane]) { candidates[lane] } else { 0 };
            }
        }
    }

    /// Leaves out who is too young or too old, and begins the sums with age. Returns what all of them have beside.
    #[inline(always)]
    fn add_age<W: Wide>(&mut self, wide: W, candidates: &mut Bytes) -> f64 {
        let Self { block, bounds, steps, summary, .. } = *self;
        let seeker = bounds.seeker;
        *self.sums = [0; LANES];
        if bounds.seeks_all_ages_of(summary) {
            // Of one year or two, mostly.
            return bounds.age_of(summary).unwrap_or(steps.age_least) - steps.age_least;
        }
        let mut years = [0_i16; LANES];
        for lane in 0..LANES {
            let born = block.born[lane];
            let stated = born.wrapping_sub(STATED_AGE);
            let from_date = bounds.today.wrapping_sub(born) >> super::row::DAY_BITS;
            let age = if (0..256).contains(&stated) { stated } else { from_date };
            years[lane] = if (0..256).contains(&age) { age as i16 } else { -1 };
        }
        let [least, greatest] = [i16::from(seeker.ages[0].max(ADULT)), i16::from(seeker.ages[1])];
        let may_be_unknown = seeker.flags & ASKS_AGE == 0;
        for lane in 0..LANES {
            let age = years[lane];
            let suits = if age < 0 { may_be_unknown } else { (age >= least) & (age <= greatest) };
            candidates[lane] = if suits { candidates[lane] } else { 0 };
        }
        let (from, by_age) = self.ages();
        let codes = each(|lane| (years[lane] - from).clamp(0, 15) as u8);
        add(self.sums, &wide.look_up(&by_age, &codes));
        0.0
    }

    /// Adds what differs most. Returns what all of them have beside.
    #[inline(always)]
    fn add_first<W: Wide>(&mut self, wide: W) -> f64 {
        let Self { block, bounds, steps, .. } = *self;
        let [ours, theirs] = steps.effects.map(i32::from);
        let (appeal, readiness) = (&block.effects.appeal, &block.effects.readiness);
        for lane in 0..LANES {
            let appeal = (i32::from(appeal[lane]) * ours) >> 16;
            let readiness = (i32::from(readiness[lane]) * theirs) >> 16;
            self.sums[lane] += appeal as i16 + readiness as i16;
        }
        let days = |lane: usize| bounds.day.saturating_sub(block.active[lane]);
        let recent = wide.look_up(&steps.activity, &each(|lane| days(lane).min(15) as u8));
        let longer = wide.look_up(&steps.longer, &each(|lane| (days(lane) / DAYS_EACH).min(15) as u8));
        add(self.sums, &each(|lane| recent[lane].min(longer[lane])));

        self.add_interests(wide);
        self.add_places(wide)
    }

    /// Adds what cities and positions do. Returns what all of them have beside.
    #[inline(always)]
    fn add_places<W: Wide>(&mut self, wide: W) -> f64 {
        let Self { block, bounds, steps, summary, .. } = *self;
        let own = u16::try_from(bounds.seeker.city()).ok().filter(|own| *own != u16::MAX);
        let (is_known, own) = (own.is_some(), own.unwrap_or(0));
        let [least, greatest] = summary.cities;
        // Most blocks are of one city.
        let is_one = least == greatest;
        let cities = if is_one {
            [same_code(least, own, is_known); LANES]
        } else {
            each(|lane| same_code(block.city[lane], own, is_known))
        };
        if !is_flat(&steps.own_city) {
            add(self.sums, &wide.look_up(&steps.own_city, &cities));
        }
        if !is_flat(&steps.city_wish) {
            let asked = each(|lane| {
                let flags = block.wish_flags[lane];
                let own = if flags & SAME_CITY == 0 { UNKNOWN as u8 } else { cities[lane] };
                if flags & CITIES == 0 { own } else { MAYBE as u8 }
            });
            add(self.sums, &wide.look_up(&steps.city_wish, &asked));
        }
        let nearness = bounds.nearness_of(summary);
        if nearness < steps.near {
            // So far away that more would tell little.
            return nearness - steps.nearness_least;
        }
        self.add_nearness(wide, &cities);
        0.0
    }

    /// The first age of a table of sixteen, and the table: as the ages of this block are.
    #[inline(always)]
    fn ages(&self) -> (i16, [u8; 16]) {
        let Self { bounds, steps, summary, .. } = self;
        let in_steps = |value: f64| ((value - steps.age_least) / steps.step).ceil() as u8;
        let (known, has_unknown) = bounds.ages_of(summary);
        let ranges = known.into_iter().filter(|[from, to]| from <= to);
        let range = ranges.reduce(|[from, to], [first, last]| [from.min(first), to.max(last)]);
        match range {
            Some([from, to]) if !has_unknown && to - from < 16 => {
                let age = |at: usize| bounds.tables.age.0[(from as usize + at).min(to as usize)];
                let mut table = [0; 16];
                for (at, steps) in table.iter_mut().enumerate().take((to - from) as usize + 1) {
                    *steps = in_steps(age(at));
                }
                (from as i16, table)
            }
            _ => (0, [bounds.age_of(summary).map_or(0, in_steps); 16]),
        }
    }

    #[inline(always)]
    fn add_interests<W: Wide>(&mut self, wide: W) {
        let Self { block, bounds, steps, .. } = *self;
        if steps.interests.iter().flatten().all(|one| *one == 0) {
            return;
        }
        let (mut counts, mut shared) = ([0_u8; LANES], [0_u8; LANES]);
        for (column, own) in block.interests.iter().zip(bounds.seeker.interests.to_le_bytes()) {
            for lane in 0..LANES {
                counts[lane] += column[lane].count_ones() as u8;
            }
            if own != 0 {
                for lane in 0..LANES {
                    shared[lane] += (column[lane] & own).count_ones() as u8;
                }
            }
        }
        for lane in 0..LANES {
            counts[lane] = counts[lane].min(15);
            shared[lane] = shared[lane].min(15);
        }
        let mut found = wide.look_up(&steps.interests[0], &counts);
        let most = bounds.seeker.interests.count_ones().min(15) as u8;
        for number in 1..=most {
            let values = wide.look_up(&steps.interests[usize::from(number)], &counts);
            for lane in 0..LANES {
                // As a mask, because a condition would be compiled to a jump for each lane.
                let is_so = u8::from(shared[lane] == number).wrapping_neg();
                found[lane] = (values[lane] & is_so) | (found[lane] & !is_so);
            }
        }
        // Those with more interests than fit a word share something between nothing and everything.
        for (lane, _) in &block.extras {
            found[usize::from(*lane)] = steps.interests_most;
        }
        add(self.sums, &found);
    }

    #[inline(always)]
    fn add_nearness<W: Wide>(&mut self, wide: W, cities: &Bytes) {
        let Self { block, bounds, steps, summary, .. } = *self;
        let own = bounds.seeker.province();
        let own = u8::try_from(own).ok().filter(|own| *own != u8::MAX && *own != 0).unwrap_or(u8::MAX);
        let names = each(|lane| {
            let province = block.province[lane];
            let elsewhere = if province == own { PROVINCE as u8 } else { ELSEWHERE as u8 };
            let elsewhere = if province == u8::MAX { ANYWHERE as u8 } else { elsewhere };
            let city = cities[lane];
            let known = if city == SAME as u8 { CITY as u8 } else { elsewhere };
            let known = if city == MAYBE as u8 { ANYWHERE as u8 } else { known };
            if city == UNKNOWN as u8 { UNKNOWN as u8 } else { known }
        });
        let by_name = wide.look_up(&steps.by_name, &names);
        let Some(of_block) = bounds.nearness_by_position(summary) else {
            add(self.sums, &by_name);
            return;
        };
        let mut nearness = [((of_block - steps.nearness_least) / steps.step).ceil() as i16; LANES];
        if let Some(place) = &steps.place {
            place.add(block, &mut nearness);
        }
        let rows = &block.cell[0];
        for lane in 0..LANES {
            let by_name = i16::from(by_name[lane]);
            self.sums[lane] += if rows[lane] == super::row::NO_CELL { by_name } else { nearness[lane] };
        }
    }

    /// Adds what differs less, of a few columns.
    #[inline(always)]
    fn add_second<W: Wide>(&mut self, wide: W) {
        let Self { block, steps, .. } = *self;
        add(self.sums, &wide.look_up(&steps.education, &each(|lane| block.levels[lane] & 7)));
        add(self.sums, &wide.look_up(&steps.family, &each(|lane| block.levels[lane] >> 3)));
        add(self.sums, &wide.look_up(&steps.income, &each(|lane| block.means[lane] & 7)));
        add(self.sums, &wide.look_up(&steps.going_out, &each(|lane| block.means[lane] >> 3)));
        let [low, middle, high] = &block.ratings;
        for (at, column) in [low, low, middle, middle, high].into_iter().enumerate() {
            let codes = if at % 2 == 0 { *column } else { each(|lane| column[lane] >> 4) };
            add(self.sums, &wide.look_up(&steps.ratings[at], &codes));
        }
    }

    /// Adds all the rest but tastes.
    #[inline(always)]
    fn add_third<W: Wide>(&mut self, wide: W) {
        let Self { block, bounds, steps, .. } = *self;
        let seeker = bounds.seeker;
        let by_occupation =
            wide.look_up(&steps.occupation, &each(|lane| block.occupation[lane].wrapping_sub(1)));
        let none = steps.no_occupation;
        add(self.sums, &each(|lane| if block.occupation[lane] == 0 { none } else { by_occupation[lane] }));
        if let Some(level) = bounds.facts.education {
            add(self.sums, &wide.look_up(&steps.education_wish, &near(&block.education_wish, level)));
        }
        if let Some(income) = bounds.facts.income {
            add(self.sums, &wide.look_up(&steps.income_wish, &near(&block.income_wish, income)));
        }
        if let Some(kind) = bounds.facts.occupation {
            let bit = 1_u16 << kind;
            let codes = each(|lane| {
                let asked = block.occupation_wish[lane];
                let met = if asked & bit == 0 { UNMET as u8 } else { MET as u8 };
                if asked == 0 { NOTHING_ASKED as u8 } else { met }
            });
            add(self.sums, &wide.look_up(&steps.occupation_wish, &codes));
        }
        add(self.sums, &wide.look_up(&steps.marital_wish, &block.wish_flags));
        if !is_flat(&steps.height) {
            let [least, greatest] = seeker.heights;
            let codes = each(|lane| outside(block.height[lane], least, greatest));
            let codes = each(|lane| if block.height[lane] == 0 { NO_HEIGHT as u8 } else { codes[lane] });
            add(self.sums, &wide.look_up(&steps.height, &codes));
        }
        if let Some(height) = bounds.facts.height {
            let [least, greatest] = &block.heights;
            let codes = each(|lane| {
                let asks_nothing = (least[lane] == 0) & (greatest[lane] == u8::MAX);
                let out = outside(height, least[lane], greatest[lane]);
                if asks_nothing { NO_HEIGHT as u8 } else { out }
            });
            add(self.sums, &wide.look_up(&steps.height_wish, &codes));
        }
        if !is_flat(&steps.study) {
            let own = u16::try_from(seeker.study()).ok().filter(|own| *own != u16::MAX);
            let (known, own) = (own.is_some(), own.unwrap_or(0));
            let codes = each(|lane| same_code(block.study[lane], own, known));
            add(self.sums, &wide.look_up(&steps.study, &codes));
        }
    }

    #[inline(always)]
    fn add_tastes(&mut self) {
        let Self { block, steps, .. } = *self;
        let mut tastes = [0_i16; LANES];
        for (column, factor) in block.taste.iter().zip(steps.tastes) {
            for lane in 0..LANES {
                tastes[lane] += i16::from(column[lane]) * factor;
            }
        }
        let mut shares = [0_i16; LANES];
        for (column, factor) in block.stated.iter().zip(steps.shares) {
            for lane in 0..LANES {
                shares[lane] = shares[lane].wrapping_add(i16::from(column[lane]) * factor);
            }
        }
        let (taste, share) = (i32::from(steps.tastes_factor), i32::from(steps.shares_factor));
        for lane in 0..LANES {
            let stated = ((i32::from(shares[lane]) * share) >> 16) as i16 + steps.shares_none;
            let stated = if block.wish_flags[lane] & STATED == 0 { 0 } else { stated };
            self.sums[lane] += ((i32::from(tastes[lane]) * taste) >> 16) as i16 + stated;
        }
    }
}

impl Place {
    /// Puts in how many steps the nearness of each lane comes to, where that is less.
    #[inline(always)]
    fn add(&self, block: &Block, nearness: &mut Sums) {
        let [rows, columns] = &block.cell;
        let [constant, slope, bend] = self.parabola;
        let [span, farthest] = self.steps;
        for lane in 0..LANES {
            let away = f32::from(rows[lane]) - f32::from(self.row);
            let width = constant + away * (slope + away * bend);
            let longitude = (f32::from(columns[lane]) + 0.5) * width;
            let degrees = (longitude - self.longitude).abs();
            let degrees = lesser(degrees, 360.0 - degrees) - self.slack;
            let degrees = lesser(if degrees > 0.0 { degrees } else { 0.0 }, WIDEST_DEGREES) * self.cosine;
            let degrees = if away.abs() <= PARABOLA_ROWS { degrees } else { 0.0 };
            let north = away * DEGREES_PER_CELL;
            let km = (north * north + degrees * degrees).sqrt() * KM_PER_DEGREE;
            let steps = span / (1.0 + km * (1.0 / closeness::KM_SCALE as f32)) + farthest;
            // Rounded to the nearest, and one more, so that it is not rounded down.
            let steps = ((steps + TO_WHOLE).to_bits() as i16).wrapping_add(1);
            nearness[lane] = nearness[lane].min(steps);
        }
    }
}

/// The lesser of two numbers; the plainest way becomes one instruction for many lanes.
#[inline(always)]
fn lesser(one: f32, other: f32) -> f32 {
    if one < other { one } else { other }
}

/// The place of a number of a name in the tables of what is the same or not.
#[inline(always)]
fn same_code(number: u16, own: u16, is_own_known: bool) -> u8 {
    let told = if (number == own) & is_own_known { SAME as u8 } else { ANOTHER as u8 };
    let told = if number == u16::MAX { MAYBE as u8 } else { told };
    if number == 0 { UNKNOWN as u8 } else { told }
}

/// How far a height lies outside a window, in centimetres, as far as it counts.
#[inline(always)]
fn outside(height: u8, least: u8, greatest: u8) -> u8 {
    least.saturating_sub(height).max(height.saturating_sub(greatest)).min(HEIGHT_TOLERANCE as u8)
}

/// The places of wishes for some of several levels when the seeker has this one. They are looked up afterwards: picked from
/// a table at once they would be fetched lane by lane.
#[inline(always)]
fn near(wishes: &Bytes, own: u8) -> Bytes {
    let bit = 1_u16 << own;
    let (own, next) = (bit as u8, (bit << 1 | bit >> 1) as u8);
    each(|lane| {
        let asked = wishes[lane];
        let near = if asked & next == 0 { UNMET as u8 } else { HALF_MET as u8 };
        let met = if asked & own == 0 { near } else { MET as u8 };
        if asked == 0 { NOTHING_ASKED as u8 } else { met }
    })
}
