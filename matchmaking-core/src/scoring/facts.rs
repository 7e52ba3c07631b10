//! Two people as numbers: what every scorer and every pool computes a pair from.
//!
//! [`Facts`] is one person on one day, [`Between`] what only names can tell of two. Whoever can make these two makes the
//! same score of them, to the last bit: the reference scorer from names, the pool from numbers of names.

use chrono::NaiveDate;

use super::{
    Features, Learned,
    distance::Snapped,
    features::{TRAITS, Window},
};
use crate::{clock::Millis, model::profile::Gender};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// One person on one day, in numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Facts {
    pub(super) gender: Option<Gender>,
    /// In completed years.
    pub(super) age: Option<u8>,
    /// The day of the last activity.
    pub(super) active: u16,
    pub(super) height: Option<u8>,
    pub(super) education: Option<u8>,
    pub(super) occupation: Option<u8>,
    pub(super) income: Option<u8>,
    pub(super) marital: Option<u8>,
    pub(super) has_children: Option<bool>,
    pub(super) going_out: Option<u8>,
    pub(super) ratings: [Option<u8>; TRAITS],
    pub(super) cell: Option<Snapped>,
    pub(super) heights: Window<u8>,
    /// Levels of education looked for, as bits; 0 for none in particular. So the three that follow.
    pub(super) education_wish: u8,
    pub(super) occupation_wish: u16,
    pub(super) income_wish: u8,
    pub(super) marital_wish: u8,
    pub(super) stated: Option<[u8; TRAITS]>,
    pub(super) learned: Learned,
}

/// What names tell of two people, in the order in which they were given.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Between {
    /// How many interests both have, and how many each.
    pub(super) shared: usize,
    pub(super) interests: [usize; 2],
    /// Whether they live in the same city; `None` where one did not tell.
    pub(super) same_city: Option<bool>,
    pub(super) same_province: bool,
    /// Whether they studied the same; `None` where one did not tell.
    pub(super) same_study: Option<bool>,
    /// Whether the second's city is one that the first wishes, and the other way round; `None` where that cannot be
    /// told.
    pub(super) city_wish: [Option<bool>; 2],
}

impl Facts {
    /// The facts of a person on this day.
    pub(super) fn of(features: &Features, today: NaiveDate) -> Self {
        let wishes = &features.wishes;
        let bits = |codes: &mut dyn Iterator<Item = u8>| codes.fold(0_u16, |bits, code| bits | 1 << code);
        Self {
            gender: features.gender,
            age: features.age.on(today),
            active: day_of(features.last_active_at),
            height: features.height_cm,
            education: features.education.map(|level| level as u8),
            occupation: features.occupation.map(|kind| kind as u8),
            income: features.income.map(|range| range as u8),
            marital: features.marital.map(|status| status as u8),
            has_children: features.has_children,
            going_out: features.going_out,
            ratings: features.ratings(),
            cell: features.home.cell,
            heights: wishes.heights,
            education_wish: bits(&mut wishes.education.iter().map(|level| *level as u8)) as u8,
            occupation_wish: bits(&mut wishes.occupations.iter().map(|kind| *kind as u8)),
            income_wish: bits(&mut wishes.incomes.iter().map(|range| *range as u8)) as u8,
            marital_wish: bits(&mut wishes.marital.iter().map(|status| *status as u8)) as u8,
            stated: wishes.stated,
            learned: features.learned,
        }
    }
}

impl Between {
    /// What the names of two people tell.
    pub(super) fn of(one: &Features, other: &Features) -> Self {
        let same = |a: &Option<Box<str>>, b: &Option<Box<str>>| Some(a.as_ref()? == b.as_ref()?);
        Self {
            shared: one.interests.shared_with(&other.interests),
            interests: [one.interests.len(), other.interests.len()],
            same_city: same(&one.home.city, &other.home.city),
            same_province: same(&one.home.province, &other.home.province) == Some(true),
            same_study: same(&one.study, &other.study),
            city_wish: [city_wish(one, other), city_wish(other, one)],
        }
    }

    /// The same with the two exchanged.
    pub(super) const fn turned(self) -> Self {
        let ([first, second], [one, other]) = (self.interests, self.city_wish);
        Self { interests: [second, first], city_wish: [other, one], ..self }
    }
}

/// Whether the other lives in a city that would do: the seeker's own, when that is asked for, or a listed one.
fn city_wish(seeker: &Features, other: &Features) -> Option<bool> {
    let wishes = &seeker.wishes;
    let theirs = other.home.city.as_ref()?;
    let own = seeker.home.city.as_ref().filter(|_| wishes.same_city);
    if own.is_none() && wishes.cities.is_empty() {
        return None;
    }
    Some(own == Some(theirs) || wishes.cities.contains(theirs))
}

/// The day of a moment since 1970, in UTC; what lies before is the first, what lies after 2149 the last.
pub(super) fn day_of(at: Millis) -> u16 {
    at.0.div_euclid(DAY).clamp(0, i64::from(u16::MAX)) as u16
}
