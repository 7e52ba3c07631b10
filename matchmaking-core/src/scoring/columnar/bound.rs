//! The most that people can score with one seeker, without scoring them.
//!
//! The chance that both say yes is `M = σ(L₁)·σ(L₂)` with the log-odds of the two directions. `ln σ` bends downwards, so
//! it lies below each of its tangents: for any point `(a, b)`
//!
//! ```text
//! ln M ≤ ln σ(a) + ln σ(b) + (1 − σ(a))·(L₁ − a) + (1 − σ(b))·(L₂ − b)
//! ```
//!
//! which is a plain sum over what is known of the other one, since `L₁` and `L₂` are. Each code of theirs adds what a
//! table made for the seeker says. The nearer `(a, b)` is to the log-odds of the best, the tighter the bound.
//!
//! Here are the bounds of blocks; `lanes` has those of the people in them.

use super::{
    row::{ASKS_AGE, CITIES, DAY_BITS, Row, SAME_CITY, packed, seeks},
    summary::{Mix, Reach, Summary, point},
    tables::{AGES, ANOTHER, ANYWHERE, CITY, ELSEWHERE, MAYBE, PROVINCE, SAME, Tables, UNKNOWN},
};
use crate::scoring::{
    Moment, ReferenceScorer, Weight, closeness,
    facts::{Facts, day_of},
    features::TRAITS,
    learning::step::{TASTE_STEPS, logistic},
    requirements::ADULT,
    wishes,
};

/// The farthest from even odds that a tangent is taken.
const FARTHEST: f64 = 8.0;
/// What a bound may be off by rounding: this, and this share of everything that was added up.
const SLACK: f64 = 1e-4;
const RELATIVE_SLACK: f64 = 1e-5;
/// The greatest effect that can be learned, and the greatest taste.
pub(super) const GREATEST_EFFECT: f64 = 8.0;
const GREATEST_TASTE: f64 = 2.0;

/// Bounds for one seeker, with the tangent at one point.
#[derive(Debug)]
pub(super) struct Bounds<'a> {
    pub(super) seeker: &'a Row,
    pub(super) facts: Facts,
    pub(super) today: i32,
    pub(super) day: u16,
    /// What the log-odds of the seeker's yes and of the other's count for.
    pub(super) slopes: [f64; 2],
    pub(super) tables: Tables,
    /// What is the same whoever the other one is.
    pub(super) constant: f64,
    /// What each of the other's tastes counts for, and what each trait that they said matters.
    pub(super) traits: [f64; TRAITS],
    pub(super) stated: f64,
    /// Where the seeker is, in kilometres from the centre of the earth.
    point: Option<[f64; 3]>,
    mix: Mix,
    /// The most that all those things add of which no summary knows more.
    most_unknown: f64,
    /// The most that a step of taste in each trait adds.
    taste_step: f64,
}

impl<'a> Bounds<'a> {
    /// The bounds for a seeker, best where the log-odds of the two directions are near `at`.
    pub(super) fn new(scorer: &ReferenceScorer, seeker: &'a Row, moment: Moment, at: [f64; 2]) -> Self {
        let (today, day) = (packed(moment.today), day_of(moment.now));
        let facts = seeker.facts(today);
        let at = at.map(|odds| if odds.is_finite() { odds.clamp(-FARTHEST, FARTHEST) } else { 0.0 });
        let slopes = at.map(|odds| 1.0 - logistic(odds));
        let [ours, theirs] = slopes;
        let tangent: f64 =
            at.iter().zip(slopes).map(|(odds, slope)| logistic(*odds).ln() - slope * odds).sum();
        let own = scorer.standing(&facts);
        let traits = wishes::traits(facts.ratings).map(|unit| theirs * unit);
        let mut bounds = Self {
            seeker,
            facts,
            today,
            day,
            slopes,
            tables: Tables::new(scorer, seeker, &facts, day, slopes),
            constant: tangent + ours * own.readiness + theirs * own.appeal,
            traits,
            stated: scorer.weights().of(Weight::TraitWish),
            point: facts.cell.map(point),
            mix: Mix::new(slopes),
            most_unknown: 0.0,
            taste_step: traits.iter().map(|unit| unit.abs()).sum::<f64>() / TASTE_STEPS,
        };
        bounds.constant += SLACK + RELATIVE_SLACK * bounds.size();
        let tables = &bounds.tables;
        let mut most = bounds.stated_at_most() + tables.interests()[1];
        tables.each(|_, greatest| most += greatest);
        most += tables.own_ratings.iter().map(super::tables::Table::most).sum::<f64>();
        bounds.most_unknown = most;
        bounds
    }

    /// The most that the tastes add that somebody states.
    pub(super) fn stated_at_most(&self) -> f64 {
        let sixth = self.traits.iter().sum::<f64>() / 6.0;
        // All that matters may lie on one trait, or on none of them; shares are rounded up by less than this.
        let stated = self.traits.iter().copied().chain([0.0]).map(|unit| self.stated * (unit - sixth));
        let rounding = self.traits.iter().map(|unit| unit.abs()).sum::<f64>() * self.stated.abs() / 255.0;
        stated.fold(0.0, f64::max) + rounding
    }

    /// How great what is added up can be, for the rounding.
    pub(super) fn size(&self) -> f64 {
        let tables = &self.tables;
        let mut size = 16.0 + self.constant.abs() + tables.nearness.abs();
        let mut add = |least: f64, most: f64| size += least.abs().max(most.abs());
        tables.each(&mut add);
        tables.ratings.iter().for_each(|table| add(table.least(), table.most()));
        tables.own_ratings.iter().for_each(|table| add(table.least(), table.most()));
        let [least, most] = tables.interests();
        add(least, most);
        add(tables.age.least(), tables.age.most());
        add(tables.activity.least(), tables.activity.most());
        add(tables.by_name.least(), tables.by_name.most());
        tables.gender.iter().for_each(|value| add(*value, *value));
        size + self.slopes.iter().sum::<f64>() * GREATEST_EFFECT + self.tastes_at_most()
    }

    /// How great what tastes add can be, learned or stated.
    pub(super) fn tastes_at_most(&self) -> f64 {
        let traits: f64 = self.traits.iter().map(|unit| unit.abs()).sum();
        traits * (GREATEST_TASTE + 1.25 * self.stated.abs())
    }

    /// What nearness adds to somebody so many kilometres away, or farther.
    pub(super) fn nearness_beyond(&self, km: f64) -> f64 {
        let adds = |value: f64| self.tables.nearness * (value - Weight::Nearness.neutral());
        adds(1.0 / (1.0 + km / closeness::KM_SCALE)).max(adds(0.0))
    }

    /// The most that nearness adds to anybody of a block whose position is known; `None` where there is no such one, or
    /// the seeker's is not known.
    pub(super) fn nearness_by_position(&self, summary: &Summary) -> Option<f64> {
        let km = summary.whereabouts.km_from(self.point?)?;
        Some(self.nearness_beyond(f64::from(km)))
    }

    /// The most that nearness adds to anybody of a block whose position, or the seeker's, is not known.
    fn nearness_by_name(&self, summary: &Summary) -> f64 {
        let of = |place: usize| self.tables.by_name.0[place];
        let [cities, provinces] = [summary.cities, summary.provinces.map(u16::from)];
        if cities[1] == u16::MAX || provinces[1] == u16::from(u8::MAX) {
            return of(ANYWHERE);
        }
        let is_within = |[least, most]: [u16; 2], own: u32| own >= u32::from(least) && own <= u32::from(most);
        let mut most = of(ELSEWHERE);
        if cities[0] == 0 {
            most = most.max(of(UNKNOWN));
        }
        if is_within(provinces, self.seeker.province()) {
            most = most.max(of(PROVINCE));
        }
        if is_within(cities, self.seeker.city()) {
            most = most.max(of(CITY));
        }
        most
    }

    /// The most that nearness adds to anybody of a block.
    pub(super) fn nearness_of(&self, summary: &Summary) -> f64 {
        let by_position = self.nearness_by_position(summary);
        if self.point.is_none() || summary.has_unknown_cell {
            return self.nearness_by_name(summary).max(by_position.unwrap_or(f64::MIN));
        }
        by_position.unwrap_or_else(|| self.nearness_by_name(summary))
    }

    /// The most that living in a wished city adds to anybody of a block.
    fn own_city_of(&self, summary: &Summary) -> f64 {
        let of = |place: usize| self.tables.own_city.0[place];
        let [least, most] = summary.cities;
        let own = self.seeker.city();
        let may_be_same = most == u16::MAX || (own >= u32::from(least) && own <= u32::from(most));
        if self.seeker.wish_flags & (SAME_CITY | CITIES) == 0 {
            0.0
        } else if may_be_same {
            of(UNKNOWN).max(of(SAME)).max(of(ANOTHER)).max(of(MAYBE))
        } else {
            of(ANOTHER).max(of(UNKNOWN))
        }
    }

    /// The most that activity adds to anybody of a block.
    fn activity_of(&self, summary: &Summary) -> f64 {
        let days = self.day.saturating_sub(summary.active);
        let tables = &self.tables;
        // Who was active longer ago has less where activity helps, and more where it harms.
        let longest = tables.longer.0[15];
        let exact = tables.activity.0[usize::from(days.min(15))];
        exact.min(tables.longer.0[usize::from(days / super::tables::DAYS_EACH).min(15)]).max(longest)
    }

    /// From and to which age there are people in a block whom the seeker looks for, born and stated, and whether there
    /// may be any of unknown age.
    pub(super) fn ages_of(&self, summary: &Summary) -> ([[i32; 2]; 2], bool) {
        let years = |born: i32| (self.today - born) >> DAY_BITS;
        let mut born = [1, 0];
        // A birth more than 255 years back is an unknown age; one that is to come is taken for one here.
        let mut has_unknown = summary.has_unknown_age;
        if summary.born[0] <= summary.born[1] {
            born = [years(summary.born[1]), years(summary.born[0])];
            has_unknown |= born[0] < 0 || born[1] > 255;
        }
        let (least, greatest) = (i32::from(self.seeker.ages[0].max(ADULT)), i32::from(self.seeker.ages[1]));
        let has_unknown = has_unknown && self.seeker.flags & ASKS_AGE == 0;
        (
            [born, summary.stated.map(i32::from)].map(|[from, to]| [from.max(least), to.min(greatest)]),
            has_unknown,
        )
    }

    /// The most that age adds to a candidate of a block; `None` where nobody has an age that the seeker looks for.
    pub(super) fn age_of(&self, summary: &Summary) -> Option<f64> {
        let (known, has_unknown) = self.ages_of(summary);
        let known = known.into_iter().flat_map(|[from, to]| from..=to).map(|years| years as usize);
        let unknown = has_unknown.then_some(AGES - 1);
        known.chain(unknown).map(|years| self.tables.age.0[years]).reduce(f64::max)
    }

    /// Whether everybody in a block has a known age that the seeker looks for.
    pub(super) fn seeks_all_ages_of(&self, summary: &Summary) -> bool {
        let is_born = summary.born[0] <= summary.born[1] && summary.stated[0] > summary.stated[1];
        if !is_born || summary.has_unknown_age {
            return false;
        }
        let [oldest, youngest] = summary.born.map(|born| (self.today - born) >> DAY_BITS);
        youngest >= i32::from(self.seeker.ages[0].max(ADULT)) && oldest <= i32::from(self.seeker.ages[1])
    }

    /// What the gender of a block's people adds, who all have the same one, or at most.
    pub(super) fn gender_of(&self, summary: &Summary) -> f64 {
        match summary.group {
            Some(group) => self.tables.gender[usize::from(group & 3)],
            None => self.tables.gender.into_iter().fold(f64::MIN, f64::max),
        }
    }

    /// Whether people of this gender who seek these may be candidates.
    pub(super) fn suits(&self, group: u8) -> bool {
        seeks(self.seeker.flags, group) && seeks(group, self.seeker.flags)
    }

    /// Whether there can be a candidate among the people of many blocks.
    pub(super) fn may_be_in(&self, reach: &Reach) -> bool {
        let has_group = (0..32).any(|group| reach.groups & (1 << group) != 0 && self.suits(group));
        let [first, last] = reach.born.map(|born| self.today.saturating_sub(born) >> DAY_BITS);
        let [least, greatest] = self.seeker.ages.map(i32::from);
        // A birth more than 255 years back is an unknown age; one that is to come is taken for one here.
        let has_age = reach.has_other_ages || last < 0 || first > 255 || (last <= greatest && first >= least);
        has_group && has_age
    }

    /// The most that anybody of a block can score; `None` where nobody of it can be a candidate.
    pub(super) fn of_block(&self, summary: &Summary) -> Option<f64> {
        if summary.group.is_some_and(|group| !self.suits(group)) {
            return None;
        }
        let age = self.age_of(summary)?;
        let known = age
            + self.gender_of(summary)
            + self.activity_of(summary)
            + self.nearness_of(summary)
            + self.own_city_of(summary)
            + f64::from(summary.worth.of(&self.mix))
            + self.taste_step * f64::from(summary.taste);
        Some(self.constant + self.most_unknown + known)
    }
}
