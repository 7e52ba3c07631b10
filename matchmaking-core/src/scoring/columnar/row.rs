//! A person in the pool: everything that filters and scores, in about a hundred bytes.

use chrono::{Datelike, NaiveDate};

use crate::{
    ids::AccountId,
    model::{profile::Gender, requirements::GenderSet},
    scoring::{
        Audience, Features, Learned,
        distance::Snapped,
        facts::{Between, Facts, day_of},
        features::{Age, TRAITS, Window},
        funnel::Terms,
        requirements::ADULT,
    },
};

/// Interests with a number below this are bits of one word.
pub(super) const INTEREST_BITS: u32 = 64;

/// The date of birth of somebody whose age is unknown.
pub(super) const UNKNOWN_AGE: i32 = i32::MAX;
/// What stands for a stated age: this and the years.
pub(super) const STATED_AGE: i32 = i32::MIN;
/// How many stated ages there can be.
const STATED_AGES: i32 = 256;
/// The row of cells of somebody whose position is unknown.
pub(super) const NO_CELL: i16 = i16::MIN;

/// In `flags`: the gender in the lowest two bits (0 when unset), whom the person seeks in the next three, and whether
pub(super) const GROUP: u8 = 0b1_1111;
/// … they are paused,
pub(super) const PAUSED: u8 = 1 << 5;
/// … and they set an age window.
pub(super) const ASKS_AGE: u8 = 1 << 6;

/// In `wish_flags`, above the three bits of marital statuses: the person wishes their own city,
pub(super) const SAME_CITY: u8 = 1 << 3;
/// … listed cities,
pub(super) const CITIES: u8 = 1 << 4;
/// … and said which traits matter.
pub(super) const STATED: u8 = 1 << 5;

/// A person. What is unknown is 0 unless told otherwise; levels and kinds are one more than their places.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) id: i64,
    /// The date of birth, see [`packed`]; or what stands for another age.
    pub(super) born: i32,
    pub(super) flags: u8,
    pub(super) audience: u8,
    /// Youngest and oldest age sought.
    pub(super) ages: [u8; 2],
    pub(super) active: u16,
    pub(super) height: u8,
    /// Education in the lowest three bits, marital status in the next two, children in the next two (1 none, 2 some).
    pub(super) levels: u8,
    /// Income in the lowest three bits, going out in the next three.
    pub(super) means: u8,
    pub(super) occupation: u8,
    /// Least and greatest height sought; 0 and 255 for none.
    pub(super) heights: [u8; 2],
    pub(super) education_wish: u8,
    pub(super) income_wish: u8,
    pub(super) wish_flags: u8,
    pub(super) occupation_wish: u16,
    /// Numbers of names; the greatest stands for one that is among the extras.
    pub(super) city: u16,
    pub(super) province: u8,
    pub(super) study: u16,
    /// The cell of the grid: row and column.
    pub(super) cell: [i16; 2],
    /// Interests with small numbers, as bits.
    pub(super) interests: u64,
    pub(super) ratings: [u8; TRAITS],
    pub(super) stated: [u8; TRAITS],
    pub(super) learned: Learned,
    pub(super) extra: Option<Box<Extra>>,
}

/// What few people have: names with great numbers, and listed cities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Extra {
    /// Interests with greater numbers, ascending.
    pub(super) interests: Box<[u32]>,
    /// Cities that would do, ascending.
    pub(super) cities: Box<[u32]>,
    /// City and province.
    pub(super) home: [u32; 2],
    pub(super) study: u32,
}

impl Row {
    /// The row of somebody with these interests among the first and these numbers of other names.
    pub(super) fn of(features: &Features, interests: u64, extra: Extra) -> Self {
        let Features { id, wishes, .. } = features;
        let facts = Facts::of(features, NaiveDate::default());
        let one_more = |code: Option<u8>| code.map_or(0, |code| code + 1);
        let small = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        let [city, province] = extra.home;
        let [city, study] = [city, extra.study].map(small);
        let province = u8::try_from(province).unwrap_or(u8::MAX);
        let is_asking = |asked: bool, flag: u8| if asked { flag } else { 0 };
        let is_plain = extra.interests.is_empty()
            && extra.cities.is_empty()
            && city != u16::MAX
            && study != u16::MAX
            && province != u8::MAX;
        Self {
            id: id.get(),
            born: match features.age {
                Age::Unknown => UNKNOWN_AGE,
                Age::Born(date) => packed(date),
                Age::Stated(years) => STATED_AGE + i32::from(years),
            },
            flags: one_more(features.gender.map(|gender| gender as u8))
                | wishes.genders.bits() << 2
                | is_asking(features.paused, PAUSED)
                | is_asking(wishes.ages.is_set(), ASKS_AGE),
            audience: 0,
            ages: [wishes.ages.min.unwrap_or(0), wishes.ages.max.unwrap_or(u8::MAX)],
            active: day_of(features.last_active_at),
            height: features.height_cm.unwrap_or(0),
            levels: one_more(facts.education)
                | one_more(facts.marital) << 3
                | one_more(facts.has_children.map(u8::from)) << 5,
            means: one_more(facts.income) | facts.going_out.unwrap_or(0) << 3,
            occupation: one_more(facts.occupation),
            heights: [wishes.heights.min.unwrap_or(0), wishes.heights.max.unwrap_or(u8::MAX)],
            education_wish: facts.education_wish,
            income_wish: facts.income_wish,
            wish_flags: facts.marital_wish
                | is_asking(wishes.same_city, SAME_CITY)
                | is_asking(!extra.cities.is_empty(), CITIES)
                | is_asking(wishes.stated.is_some(), STATED),
            occupation_wish: facts.occupation_wish,
            city,
            province,
            study,
            cell: features.home.cell.map_or([NO_CELL, 0], |cell| [cell.row, cell.column]),
            interests,
            ratings: features.ratings().map(|rating| rating.unwrap_or(0)),
            stated: wishes.stated.unwrap_or_default(),
            learned: features.learned,
            extra: (!is_plain).then(|| Box::new(extra)),
        }
    }

    pub(super) fn account(&self) -> Option<AccountId> {
        AccountId::new(self.id)
    }

    pub(super) fn city(&self) -> u32 {
        self.extra.as_ref().map_or(u32::from(self.city), |extra| extra.home[0])
    }

    pub(super) fn province(&self) -> u32 {
        self.extra.as_ref().map_or(u32::from(self.province), |extra| extra.home[1])
    }

    pub(super) fn study(&self) -> u32 {
        self.extra.as_ref().map_or(u32::from(self.study), |extra| extra.study)
    }

    fn more_interests(&self) -> &[u32] {
        self.extra.as_ref().map_or(&[], |extra| &extra.interests)
    }

    fn cities(&self) -> &[u32] {
        self.extra.as_ref().map_or(&[], |extra| &extra.cities)
    }

    pub(super) fn interest_count(&self) -> usize {
        self.interests.count_ones() as usize + self.more_interests().len()
    }

    pub(super) fn gender(&self) -> Option<Gender> {
        gender(self.flags)
    }

    /// The person as numbers on the day that is packed in `today`.
    pub(super) fn facts(&self, today: i32) -> Facts {
        let one_less = |code: u8| code.checked_sub(1);
        let some = |value: u8| (value != 0).then_some(value);
        let [row, column] = self.cell;
        Facts {
            gender: self.gender(),
            age: age_on(self.born, today),
            active: self.active,
            height: some(self.height),
            education: one_less(self.levels & 0b111),
            occupation: one_less(self.occupation),
            income: one_less(self.means & 0b111),
            marital: one_less(self.levels >> 3 & 0b11),
            has_children: one_less(self.levels >> 5).map(|children| children == 1),
            going_out: some(self.means >> 3),
            ratings: self.ratings.map(some),
            cell: (row != NO_CELL).then_some(Snapped { row, column }),
            heights: Window {
                min: some(self.heights[0]),
                max: Some(self.heights[1]).filter(|max| *max != u8::MAX),
            },
            education_wish: self.education_wish,
            occupation_wish: self.occupation_wish,
            income_wish: self.income_wish,
            marital_wish: self.wish_flags & 0b111,
            stated: (self.wish_flags & STATED != 0).then_some(self.stated),
            learned: self.learned,
        }
    }

    /// What the names of two people tell.
    pub(super) fn between(&self, other: &Self) -> Between {
        let same = |one: u32, other: u32| (one != 0 && other != 0).then_some(one == other);
        let (more, theirs) = (self.more_interests(), other.more_interests());
        let shared_more = more.iter().filter(|number| theirs.binary_search(number).is_ok()).count();
        Between {
            shared: (self.interests & other.interests).count_ones() as usize + shared_more,
            interests: [self.interest_count(), other.interest_count()],
            same_city: same(self.city(), other.city()),
            same_province: same(self.province(), other.province()) == Some(true),
            same_study: same(self.study(), other.study()),
            city_wish: [self.city_wish(other), other.city_wish(self)],
        }
    }

    /// Whether the other lives in a city that would do.
    fn city_wish(&self, other: &Self) -> Option<bool> {
        let (own, theirs) = (self.city(), other.city());
        let own = if self.wish_flags & SAME_CITY == 0 { 0 } else { own };
        let is_asking = own != 0 || !self.cities().is_empty();
        (theirs != 0 && is_asking).then(|| own == theirs || self.cities().binary_search(&theirs).is_ok())
    }

    /// What filters of the person.
    pub(super) fn terms(&self, today: i32) -> Terms {
        terms(self.flags, self.born, self.ages, today)
    }

    /// Whether `candidate` may be proposed to this one, as
    /// [`is_candidate`](crate::scoring::requirements::is_candidate) says.
    pub(super) fn may_be_shown(&self, candidate: &Self, audience: Audience, today: i32) -> bool {
        candidate.flags & PAUSED == 0
            && Audience::from_bits(candidate.audience).meets(audience)
            && self.id != candidate.id
            && self.passes(candidate, today)
            && candidate.passes(self, today)
    }

    /// Whether the other passes what this one requires.
    fn passes(&self, other: &Self, today: i32) -> bool {
        seeks(self.flags, other.flags)
            && match age_on(other.born, today) {
                Some(years) => years >= ADULT && (self.ages[0]..=self.ages[1]).contains(&years),
                None => self.flags & ASKS_AGE == 0,
            }
    }

    /// Whether the two meet what each other requires, whoever asks.
    pub(super) fn meets(&self, other: &Self, today: i32) -> bool {
        self.id != other.id && self.passes(other, today) && other.passes(self, today)
    }

    /// What people of a pool are sorted by: gender and whom they seek, year of birth, city.
    pub(super) fn order(&self) -> (u8, u16, u32) {
        let year = match self.born {
            UNKNOWN_AGE => 0,
            stated if stated < STATED_AGE + STATED_AGES => 1 + (stated - STATED_AGE) as u16,
            // A table of years is long enough from 1000 on; who is older or not yet born stands at its ends.
            born => 300 + (born >> DAY_BITS).clamp(1000, 3000) as u16,
        };
        (self.flags & GROUP, year, self.city())
    }
}

/// What filters of somebody with these flags, this date of birth and these youngest and oldest ages sought.
pub(super) fn terms(flags: u8, born: i32, [youngest, oldest]: [u8; 2], today: i32) -> Terms {
    let asked = |age: u8| (flags & ASKS_AGE != 0).then_some(age);
    Terms {
        paused: flags & PAUSED != 0,
        gender: gender(flags),
        genders: GenderSet::from_bits(flags >> 2),
        age: age_on(born, today),
        // One that was not set is such that everybody meets it.
        ages: Window { min: asked(youngest), max: asked(oldest) },
    }
}

fn gender(flags: u8) -> Option<Gender> {
    let code = usize::from(flags & 0b11);
    code.checked_sub(1).map(|at| Gender::ALL[at])
}

/// Whether someone with these flags seeks someone with those. An unset gender passes only someone who seeks anyone.
pub(super) const fn seeks(seeker: u8, other: u8) -> bool {
    let sought = seeker >> 2 & 0b111;
    match other & 0b11 {
        0 => sought == GenderSet::ANY.bits(),
        gender => sought & (1 << (gender - 1)) != 0,
    }
}

/// How far a year is shifted in a packed date.
pub(super) const DAY_BITS: u32 = 9;

/// A date as a number: years times 512, and within a year the month and the day. Of two such numbers the difference,
/// divided by 512 and rounded down, is the completed years between them.
pub(super) fn packed(date: NaiveDate) -> i32 {
    (date.year() << DAY_BITS) | (date.month() << 5 | date.day()) as i32
}

/// The completed years on a day, 0 before the birth; `None` when unknown, or when the birth lies more than 255 years back.
pub(super) fn age_on(born: i32, today: i32) -> Option<u8> {
    if born == UNKNOWN_AGE {
        return None;
    }
    let years = if born < STATED_AGE + STATED_AGES { born - STATED_AGE } else { (today - born) >> DAY_BITS };
    u8::try_from(years.max(0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_dates_count_completed_years() {
        let days = [
            "1996-02-29",
            "1996-03-01",
            "1995-12-31",
            "2000-01-01",
            "2025-02-28",
            "2025-03-01",
            "1600-01-01",
        ];
        for born in days.map(|day| day.parse::<NaiveDate>().unwrap()) {
            for today in days.map(|day| day.parse::<NaiveDate>().unwrap()) {
                let expected = Age::Born(born).on(today);
                assert_eq!(age_on(packed(born), packed(today)), expected, "{born} {today}");
            }
        }
        for born in [NaiveDate::MIN, NaiveDate::MAX] {
            assert_eq!(age_on(packed(born), packed(NaiveDate::MIN)), Age::Born(born).on(NaiveDate::MIN));
        }
        assert_eq!(age_on(STATED_AGE + 44, 0), Some(44));
    }
}
