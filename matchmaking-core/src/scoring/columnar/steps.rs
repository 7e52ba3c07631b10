//! The tables of a seeker in whole steps.
//!
//! Everything that the tables say is rounded up to whole steps, so fine that no table spans more than a byte. What must not
//! be too small is never rounded down: sums that are may be so by [`ROUNDED_DOWN`] steps, which everybody gets on top.

use super::bound::{Bounds, GREATEST_EFFECT};
use crate::scoring::{
    Weight,
    features::TRAITS,
    learning::step::{EFFECT_STEPS, TASTE_STEPS},
};

/// How many steps the widest table spans.
const WIDEST: f64 = 254.0;
/// How many steps effects and tastes may come to together, so that sums fit 16 bits beside 40 tables.
const EFFECTS_MOST: f64 = 20_000.0;
/// Products are of 16 bits, of which the upper half is kept; their factors are less than half of this.
const ONE: f64 = 65_536.0;
/// By how many steps a sum can be too small: five products lose less than one and a quarter each, nearness one.
const ROUNDED_DOWN: f64 = 8.0;
/// The greatest factors by which stated shares and tastes are multiplied, so that five products of bytes fit 16 bits.
const SHARE_FACTOR: f64 = 120.0;
const TASTE_FACTOR: f64 = 50.0;
/// From how many kilometres on everybody of a block counts as being as near as the nearest of it may be.
const NEAR_KM: f64 = 120.0;
/// Degrees of latitude beyond which longitudes are left out.
const FARTHEST_NORTH: f64 = 66.0;
/// Rows of cells within which longitudes are told from rows by a parabola.
pub(super) const PARABOLA_ROWS: f32 = 100.0;
/// Degrees of latitude in a row of cells.
pub(super) const DEGREES_PER_CELL: f32 = 0.01;

/// The tables of a seeker in steps.
#[derive(Debug)]
pub(super) struct Steps {
    /// What a step is worth.
    pub(super) step: f64,
    /// What everybody has beside their steps.
    pub(super) base: f64,
    /// The most steps that adds what is looked at third, and what people state.
    pub(super) rest_most: f64,
    pub(super) stated_most: f64,
    /// The most steps that a taste of one step in each trait adds.
    pub(super) taste_most: f64,
    pub(super) age_least: f64,
    pub(super) nearness_least: f64,
    /// Who has less nearness than this is left at what their block has.
    pub(super) near: f64,
    pub(super) activity: [u8; 16],
    pub(super) longer: [u8; 16],
    pub(super) interests: [[u8; 16]; 16],
    pub(super) interests_most: u8,
    pub(super) by_name: [u8; 16],
    pub(super) ratings: [[u8; 16]; TRAITS],
    pub(super) education: [u8; 16],
    pub(super) family: [u8; 16],
    pub(super) income: [u8; 16],
    pub(super) going_out: [u8; 16],
    pub(super) occupation: [u8; 16],
    pub(super) no_occupation: u8,
    pub(super) education_wish: [u8; 16],
    pub(super) income_wish: [u8; 16],
    pub(super) occupation_wish: [u8; 16],
    pub(super) marital_wish: [u8; 16],
    pub(super) city_wish: [u8; 16],
    pub(super) own_city: [u8; 16],
    pub(super) height: [u8; 16],
    pub(super) height_wish: [u8; 16],
    pub(super) study: [u8; 16],
    /// Factors of appeal and readiness.
    pub(super) effects: [i16; 2],
    pub(super) shares: [i16; TRAITS],
    /// What a product of a share and its factor counts for, and what everybody has who stated something.
    pub(super) shares_factor: i16,
    pub(super) shares_none: i16,
    pub(super) tastes: [i16; TRAITS],
    pub(super) tastes_factor: i16,
    /// Steps by which tastes may be off for each step of the greatest taste of a block.
    pub(super) taste_slack: f64,
    pub(super) place: Option<Place>,
}

/// Where the seeker is, on the plane of rows and degrees.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) row: i16,
    /// Degrees of longitude, and those for each column of a cell by rows away: the parabola.
    pub(super) longitude: f32,
    pub(super) parabola: [f32; 3],
    /// Degrees by which longitudes may be off.
    pub(super) slack: f32,
    /// Degrees along the parallel in a degree of longitude, at least.
    pub(super) cosine: f32,
    /// The steps of nearness: those of the nearest above those of the farthest, and those.
    pub(super) steps: [f32; 2],
}

fn padded<const N: usize>(steps: [u8; N]) -> [u8; 16] {
    std::array::from_fn(|at| steps[at.min(N - 1)])
}

impl Steps {
    pub(super) fn new(bounds: &Bounds<'_>) -> Self {
        let tables = &bounds.tables;
        let [ours, theirs] = bounds.slopes;
        let neutral = Weight::Nearness.neutral();
        let nearness = [1.0, 0.0].map(|value| tables.nearness * (value - neutral));
        let nearness_least = nearness[0].min(nearness[1]).min(tables.by_name.least());
        let nearness_most = nearness[0].max(nearness[1]).max(tables.by_name.most());
        let [interests_least, interests_most] = tables.interests();
        let activity_least = tables.activity.least().min(tables.longer.least());
        let activity_most = tables.activity.most().max(tables.longer.most());

        let (mut widest, mut base) = (0.0_f64, 0.0);
        let mut take_in = |least: f64, most: f64| {
            widest = widest.max(most - least);
            base += least;
        };
        tables.each(&mut take_in);
        tables.ratings.iter().for_each(|table| take_in(table.least(), table.most()));
        take_in(tables.own_city.least(), tables.own_city.most());
        take_in(interests_least, interests_most);
        take_in(activity_least, activity_most);
        take_in(nearness_least, nearness_most);
        take_in(tables.age.least(), tables.age.most());

        let unit = bounds.traits.iter().map(|unit| unit.abs()).fold(0.0, f64::max);
        // What one product of a share, of a taste and of an effect is worth.
        let share = unit * bounds.stated.abs() / 255.0 / SHARE_FACTOR;
        let taste = unit / TASTE_STEPS / TASTE_FACTOR;
        let effect = ours.max(theirs) / EFFECT_STEPS;
        let effects_most = (ours + theirs) * GREATEST_EFFECT + bounds.tastes_at_most();
        let products = share.max(taste).max(effect);
        // Never nothing, so that nothing is divided by it.
        let step = (widest / WIDEST).max(effects_most / EFFECTS_MOST).max(2.1 * products).max(1e-9);
        let factor = |worth: f64| (worth / step * ONE).round() as i16;
        let coefficients = |most: f64| {
            bounds.traits.map(|one| if unit > 0.0 { (one / unit * most).round() as i16 } else { 0 })
        };
        let sign = if bounds.stated < 0.0 { -1 } else { 1 };

        let span = |least: f64, most: f64| ((most - least) / step).ceil();
        let mut rest_most = 0.0;
        tables.each(|least, most| rest_most += span(least, most));
        for table in [&tables.education, &tables.family, &tables.income, &tables.going_out] {
            rest_most -= span(table.least(), table.most());
        }
        let none = -bounds.stated * bounds.traits.iter().sum::<f64>() / 6.0 / step;
        // Shares are at most 258 together, so what their factors are off by is at most half of that.
        let off = 129.0 * share / step;
        let occupation = tables.occupation.in_steps(step);
        Self {
            step,
            base: base + bounds.constant + (ROUNDED_DOWN + off) * step,
            rest_most,
            stated_most: bounds.stated_at_most() / step + 4.0,
            taste_most: bounds.traits.iter().map(|unit| unit.abs()).sum::<f64>() / TASTE_STEPS / step,
            age_least: tables.age.least(),
            nearness_least,
            near: bounds.nearness_beyond(NEAR_KM),
            activity: tables.activity.in_steps_above(activity_least, step),
            longer: tables.longer.in_steps_above(activity_least, step),
            interests: tables.interests.each_ref().map(|table| table.in_steps_above(interests_least, step)),
            interests_most: ((interests_most - interests_least) / step).ceil() as u8,
            by_name: padded(tables.by_name.in_steps_above(nearness_least, step)),
            ratings: tables.ratings.each_ref().map(|table| table.in_steps(step)),
            education: tables.education.in_steps(step),
            family: tables.family.in_steps(step),
            income: tables.income.in_steps(step),
            going_out: tables.going_out.in_steps(step),
            occupation: std::array::from_fn(|kind| occupation[kind + 1]),
            no_occupation: occupation[0],
            education_wish: padded(tables.education_wish.in_steps(step)),
            income_wish: padded(tables.income_wish.in_steps(step)),
            occupation_wish: padded(tables.occupation_wish.in_steps(step)),
            marital_wish: tables.marital_wish.in_steps(step),
            city_wish: padded(tables.city_wish.in_steps(step)),
            own_city: padded(tables.own_city.in_steps(step)),
            height: tables.height.in_steps(step),
            height_wish: tables.height_wish.in_steps(step),
            study: padded(tables.study.in_steps(step)),
            effects: [ours, theirs].map(|slope| factor(slope / EFFECT_STEPS)),
            shares: coefficients(SHARE_FACTOR).map(|one| one * sign),
            shares_factor: factor(share),
            shares_none: none.ceil() as i16,
            tastes: coefficients(TASTE_FACTOR),
            tastes_factor: factor(taste),
            taste_slack: 0.5 * TRAITS as f64 * taste / step,
            place: Place::new(bounds, nearness_least, step),
        }
    }

    /// What this sum in a block of this base comes to: the most that somebody can score.
    pub(super) fn most(&self, base: f64, sum: i16) -> f64 {
        base + f64::from(sum) * self.step
    }
}

impl Place {
    fn new(bounds: &Bounds<'_>, nearness_least: f64, step: f64) -> Option<Self> {
        let (cell, nearness) = (bounds.facts.cell?, bounds.tables.nearness);
        let (latitude, longitude) = cell.centre();
        // Where nearness harms, whoever is far away has the most of it, and nothing is told from distances.
        if latitude.abs() > FARTHEST_NORTH || nearness <= 0.0 {
            return None;
        }
        let secant = |degrees: f64| 1.0 / degrees.to_radians().cos();
        let tangent = |degrees: f64| degrees.to_radians().tan();
        let (s, t) = (secant(latitude), tangent(latitude));
        let row = f64::from(DEGREES_PER_CELL).to_radians();
        let reach = f64::from(PARABOLA_ROWS) * row;
        let edge = latitude.abs() + reach.to_degrees() + 0.1;
        // The third derivative of the secant; a column counts its width times the cosine.
        let third = secant(edge) * tangent(edge) * (6.0 * secant(edge).powi(2) - 1.0);
        let neutral = Weight::Nearness.neutral();
        Some(Self {
            row: cell.row,
            longitude: longitude as f32,
            parabola: [s, s * t * row, s * (2.0 * s * s - 1.0) / 2.0 * row * row]
                .map(|part| (part * f64::from(DEGREES_PER_CELL)) as f32),
            slack: (third / 6.0 * reach.powi(3) * 180.0 + 5e-4) as f32,
            cosine: (latitude.to_radians().cos() * edge.to_radians().cos()).sqrt() as f32,
            steps: [nearness, -nearness * neutral - nearness_least].map(|part| (part / step) as f32),
        })
    }
}
