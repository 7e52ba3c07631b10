//! A person as the scorer reads them.

use std::ops::RangeInclusive;

use chrono::{Days, Months, NaiveDate};

use super::{Learned, ScoringError, distance::Snapped, interests::InterestSet};
use crate::{
    clock::Millis,
    ids::AccountId,
    model::{
        Person, Profile,
        profile::{
            EducationLevel, Gender, IncomeRange, MaritalStatus, OccupationType, TraitRatings, completed_years,
        },
        requirements::{GenderSet, TraitWeights},
    },
    text::fold,
};

/// Ages that a person may state or look for, in years.
const AGES: RangeInclusive<u8> = 18..=120;
/// Heights that a person may have or look for, in centimetres: what the interfaces take.
const HEIGHTS: RangeInclusive<u16> = 100..=250;
/// Ratings of a trait in oneself.
const RATINGS: RangeInclusive<u8> = 1..=10;
/// How often somebody goes out.
const GOING_OUT: RangeInclusive<u8> = 1..=7;
/// Points of what matters: up to the largest number that a form would send, so that sums of six stay finite.
const POINTS: RangeInclusive<f32> = 0.0..=1e6;
/// How many years back somebody may be born.
const OLDEST_YEARS: u32 = 120;
/// The day by which births are judged, at the earliest. There is no clock here, and the last activity is the latest that is
/// known of a person; but it may be unknown and said to be long ago.
const LATER_THAN: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// How many traits people rate in themselves and weigh in others: attractive, sincere, intelligent, fun,
/// ambitious, in this order.
pub const TRAITS: usize = 5;

/// A person as the scorer reads them: checked, folded, snapped. Everything may be unknown, and what is
/// unknown is `None` or empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// Whose they are.
    pub id: AccountId,
    /// Whether the person has taken themselves out of everyone's lists.
    pub paused: bool,
    /// When the person was last active.
    pub last_active_at: Millis,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth, or the age in years as stated where there is none.
    pub age: Age,
    /// Height in centimetres, 100 to 250.
    pub height_cm: Option<u8>,
    /// Highest level of education.
    pub education: Option<EducationLevel>,
    /// Field of work.
    pub occupation: Option<OccupationType>,
    /// Yearly income.
    pub income: Option<IncomeRange>,
    /// Marital status.
    pub marital: Option<MaritalStatus>,
    /// Whether there are children.
    pub has_children: Option<bool>,
    /// Field of study, as compared.
    pub study: Option<Box<str>>,
    /// Where the person lives, as compared.
    pub home: Home,
    /// Names of interests.
    pub interests: InterestSet,
    /// Self-ratings on five traits, each 1 to 10.
    pub traits: TraitRatings,
    /// How often the person goes out: 1 several times a week to 7 almost never.
    pub going_out: Option<u8>,
    /// What the person looks for.
    pub wishes: Wishes,
    /// What was learned from the person's decisions and from those about them.
    pub learned: Learned,
}

/// How an age is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Age {
    /// Not at all.
    Unknown,
    /// By the date of birth.
    Born(NaiveDate),
    /// As stated, in years.
    Stated(u8),
}

impl Age {
    /// Completed years on `today`, 0 before the birth; `None` when unknown, or when the birth lies more than 255 years
    /// back.
    #[must_use]
    pub fn on(self, today: NaiveDate) -> Option<u8> {
        match self {
            Self::Unknown => None,
            Self::Stated(years) => Some(years),
            Self::Born(birth) => u8::try_from(completed_years(birth, today).max(0)).ok(),
        }
    }
}

/// Where a person lives: names as they are compared (see [`place_key`]), and the cell of the 1 km grid.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Home {
    /// Province or municipality.
    pub province: Option<Box<str>>,
    /// City.
    pub city: Option<Box<str>>,
    /// Cell of the grid.
    pub cell: Option<Snapped>,
}

/// What a person looks for, as the scorer reads it. Empty lists and open windows ask for nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Wishes {
    /// Whom the person seeks. Hard.
    pub genders: GenderSet,
    /// Youngest and oldest age, inclusive. Hard.
    pub ages: Window<u8>,
    /// Least and greatest height in centimetres, inclusive.
    pub heights: Window<u8>,
    /// Levels of education.
    pub education: Box<[EducationLevel]>,
    /// Fields of work.
    pub occupations: Box<[OccupationType]>,
    /// Incomes.
    pub incomes: Box<[IncomeRange]>,
    /// Marital statuses.
    pub marital: Box<[MaritalStatus]>,
    /// Whether to live in the same city.
    pub same_city: bool,
    /// Other cities that would do, as compared.
    pub cities: Box<[Box<str>]>,
    /// How much of what matters lies on each of the five traits, in 255ths of all that was shared out.
    pub stated: Option<[u8; TRAITS]>,
}

/// An inclusive window, open where a bound is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Window<T> {
    /// Lower bound.
    pub min: Option<T>,
    /// Upper bound.
    pub max: Option<T>,
}

impl<T: PartialOrd + Copy> Window<T> {
    /// Whether it bounds anything.
    pub fn is_set(self) -> bool {
        self.min.is_some() || self.max.is_some()
    }

    /// Whether the value lies within.
    pub fn contains(self, value: T) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }

    fn is_inverted(self) -> bool {
        matches!((self.min, self.max), (Some(min), Some(max)) if min > max)
    }
}

impl Features {
    /// Reads a person.
    ///
    /// # Errors
    ///
    /// [`ScoringError::BadPerson`] names the first field whose value no person can have:
    ///
    /// - a date of birth after the last activity or more than 120 years before it (where the last activity is before
    ///   2026, 1 January 2026 counts in its place), a stated age outside 18 to 120;
    /// - a height outside 100 to 250 cm, a position off the earth or not finite;
    /// - a self-rating outside 1 to 10, `going_out` outside 1 to 7;
    /// - an age or a height looked for outside the same ranges, a window with its minimum above its maximum;
    /// - a trait weight that is negative, above a million or not finite, an empty set of genders sought.
    pub fn read(person: &Person) -> Result<Self, ScoringError> {
        let profile = &person.profile;
        if let Some(field) = impossible(person) {
            return Err(ScoringError::BadPerson { id: person.id, field });
        }
        Ok(Self {
            id: person.id,
            paused: profile.paused,
            last_active_at: person.last_active_at,
            gender: profile.gender,
            age: match (profile.birth_date, profile.stated_age) {
                (Some(birth), _) => Age::Born(birth),
                (None, Some(years)) => Age::Stated(years),
                (None, None) => Age::Unknown,
            },
            height_cm: profile.height_cm.and_then(centimetres),
            education: profile.education.level,
            occupation: profile.occupation.kind,
            income: profile.economy.income,
            marital: profile.marital_status,
            has_children: profile.has_children,
            study: profile.education.major.as_deref().and_then(name_key),
            home: Home {
                province: profile.current.province.as_deref().and_then(place_key),
                city: profile.current.city.as_deref().and_then(place_key),
                cell: profile.position.and_then(Snapped::new),
            },
            interests: InterestSet::new(profile.interests.iter().map(String::as_str)),
            traits: profile.traits,
            going_out: profile.going_out,
            wishes: wishes(profile),
            learned: Learned::default(),
        })
    }

    /// The same, if the person was born by this day.
    ///
    /// # Errors
    ///
    /// [`ScoringError::BadPerson`] for who was not.
    pub fn born_by(self, today: NaiveDate) -> Result<Self, ScoringError> {
        match self.age {
            Age::Born(birth) if birth > today => {
                Err(ScoringError::BadPerson { id: self.id, field: "birth_date" })
            }
            _ => Ok(self),
        }
    }

    /// The five self-ratings in the order of the traits.
    #[must_use]
    pub const fn ratings(&self) -> [Option<u8>; TRAITS] {
        let TraitRatings { attractive, sincere, intelligent, fun, ambitious } = self.traits;
        [attractive, sincere, intelligent, fun, ambitious]
    }
}

fn wishes(profile: &Profile) -> Wishes {
    let asked = &profile.requirements;
    Wishes {
        genders: asked.genders.unwrap_or(GenderSet::ANY),
        ages: Window { min: asked.age_min, max: asked.age_max },
        heights: Window {
            min: asked.height_min.and_then(centimetres),
            max: asked.height_max.and_then(centimetres),
        },
        education: asked.education_levels.as_slice().into(),
        occupations: asked.occupation_types.as_slice().into(),
        incomes: asked.income_ranges.as_slice().into(),
        marital: asked.marital_status.as_slice().into(),
        same_city: asked.same_city,
        cities: asked.acceptable_cities.iter().filter_map(|city| place_key(city)).collect(),
        stated: asked.trait_weights.and_then(shares),
    }
}

/// The share of each trait in all that was shared out, in 255ths; `None` when nothing was.
fn shares(weights: TraitWeights) -> Option<[u8; TRAITS]> {
    let TraitWeights { attractive, sincere, intelligent, fun, ambitious, shared_interests } = weights;
    let traits = [attractive, sincere, intelligent, fun, ambitious];
    let all = traits.iter().sum::<f32>() + shared_interests;
    (all > 0.0).then(|| traits.map(|weight| (weight / all * 255.0).round() as u8))
}

/// A height that was checked, as a byte.
fn centimetres(height: u16) -> Option<u8> {
    u8::try_from(height).ok()
}

/// The first field that holds what no person can have.
fn impossible(person: &Person) -> Option<&'static str> {
    let profile = &person.profile;
    let asked = &profile.requirements;
    let ages: Window<u8> = Window { min: asked.age_min, max: asked.age_max };
    let heights: Window<u16> = Window { min: asked.height_min, max: asked.height_max };
    let TraitRatings { attractive, sincere, intelligent, fun, ambitious } = profile.traits;
    let ratings = [attractive, sincere, intelligent, fun, ambitious];
    let weighed = asked.trait_weights.unwrap_or_default();
    let weights = [
        weighed.attractive,
        weighed.sincere,
        weighed.intelligent,
        weighed.fun,
        weighed.ambitious,
        weighed.shared_interests,
    ];
    let checks = [
        (
            "birth_date",
            profile.birth_date.is_some_and(|birth| !births(person.last_active_at).contains(&birth)),
        ),
        ("stated_age", is_outside(profile.stated_age, &AGES)),
        ("height_cm", is_outside(profile.height_cm, &HEIGHTS)),
        ("position", profile.position.is_some_and(|position| Snapped::new(position).is_none())),
        ("traits", ratings.into_iter().any(|rating| is_outside(rating, &RATINGS))),
        ("going_out", is_outside(profile.going_out, &GOING_OUT)),
        ("requirements.genders", asked.genders.is_some_and(|set| set.bits() == 0)),
        ("requirements.age_min", is_outside(ages.min, &AGES) || ages.is_inverted()),
        ("requirements.age_max", is_outside(ages.max, &AGES)),
        ("requirements.height_min", is_outside(heights.min, &HEIGHTS) || heights.is_inverted()),
        ("requirements.height_max", is_outside(heights.max, &HEIGHTS)),
        ("requirements.trait_weights", !weights.iter().all(|weight| POINTS.contains(weight))),
    ];
    checks.into_iter().find_map(|(field, bad)| bad.then_some(field))
}

fn is_outside<T: PartialOrd>(value: Option<T>, range: &RangeInclusive<T>) -> bool {
    value.is_some_and(|value| !range.contains(&value))
}

/// When somebody can be born who was last active then.
fn births(last_active_at: Millis) -> RangeInclusive<NaiveDate> {
    // A day later, because it is that already in the east.
    let last_active = last_active_at.to_utc().date_naive().checked_add_days(Days::new(1));
    let latest = last_active.unwrap_or(NaiveDate::MAX).max(LATER_THAN);
    latest.checked_sub_months(Months::new(12 * OLDEST_YEARS)).unwrap_or(NaiveDate::MIN)..=latest
}

/// The form in which other names are compared; `None` for a blank one.
fn name_key(name: &str) -> Option<Box<str>> {
    let folded = fold(name.trim());
    (!folded.is_empty()).then(|| folded.into())
}

/// The form in which names of places are compared: folded, without the 市 or 省 that some people write and some
/// do not. `None` for a blank name.
#[must_use]
pub fn place_key(name: &str) -> Option<Box<str>> {
    let folded = fold(name.trim());
    let bare = folded.strip_suffix(['市', '省']).filter(|bare| bare.chars().count() >= 2).unwrap_or(&folded);
    (!bare.is_empty()).then(|| bare.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Requirements, profile::Position};

    fn person(profile: Profile) -> Person {
        Person { id: AccountId::new(1).unwrap(), profile, last_active_at: Millis(0) }
    }

    fn refused(profile: Profile) -> Option<&'static str> {
        match Features::read(&person(profile)) {
            Err(ScoringError::BadPerson { field, .. }) => Some(field),
            _ => None,
        }
    }

    #[test]
    fn an_empty_profile_can_be_read() {
        let features = Features::read(&person(Profile::default())).unwrap();
        assert_eq!(features.age, Age::Unknown);
        assert_eq!(features.wishes.genders, GenderSet::ANY);
        assert!(!features.wishes.ages.is_set());
    }

    #[test]
    fn impossible_values_are_named() {
        let position = |latitude, longitude| Profile {
            position: Some(Position { latitude, longitude }),
            ..Profile::default()
        };
        let asking = |requirements| Profile { requirements, ..Profile::default() };
        for born in ["1700-01-01", "1905-12-31", "2026-01-02", "2999-01-01"] {
            let born = Profile { birth_date: born.parse().ok(), ..Profile::default() };
            assert_eq!(refused(born), Some("birth_date"));
        }
        for height in [0, 99, 251, u16::MAX] {
            assert_eq!(refused(Profile { height_cm: Some(height), ..Profile::default() }), Some("height_cm"));
        }
        let tall = Requirements { height_max: Some(251), ..Requirements::default() };
        assert_eq!(refused(asking(tall)), Some("requirements.height_max"));
        let young = Requirements { age_min: Some(17), ..Requirements::default() };
        assert_eq!(refused(asking(young)), Some("requirements.age_min"));
        let old = Requirements { age_max: Some(121), ..Requirements::default() };
        assert_eq!(refused(asking(old)), Some("requirements.age_max"));
        assert_eq!(refused(position(f64::NAN, 0.0)), Some("position"));
        assert_eq!(refused(position(0.0, f64::NEG_INFINITY)), Some("position"));
        assert_eq!(refused(Profile { stated_age: Some(200), ..Profile::default() }), Some("stated_age"));
        assert_eq!(refused(Profile { going_out: Some(0), ..Profile::default() }), Some("going_out"));
        let inverted = Requirements { age_min: Some(40), age_max: Some(30), ..Requirements::default() };
        assert_eq!(refused(asking(inverted)), Some("requirements.age_min"));
        let nobody = Requirements { genders: Some(GenderSet::from(Vec::new())), ..Requirements::default() };
        assert_eq!(refused(asking(nobody)), Some("requirements.genders"));
        let weights = TraitWeights { fun: f32::NAN, ..TraitWeights::default() };
        let weird = Requirements { trait_weights: Some(weights), ..Requirements::default() };
        assert_eq!(refused(asking(weird)), Some("requirements.trait_weights"));
    }

    #[test]
    fn what_the_interfaces_take_can_be_read() {
        for (born, age, height) in [("1906-01-02", 18, 100), ("2026-01-01", 120, 250)] {
            let requirements = Requirements {
                age_min: Some(age),
                age_max: Some(age),
                height_min: Some(height),
                height_max: Some(height),
                ..Requirements::default()
            };
            let profile = Profile {
                birth_date: born.parse().ok(),
                height_cm: Some(height),
                requirements,
                ..Profile::default()
            };
            assert_eq!(refused(profile), None);
        }
    }

    #[test]
    fn births_are_judged_by_the_last_activity() {
        let read = |born: &str, last_active_at| {
            let profile = Profile { birth_date: born.parse().ok(), ..Profile::default() };
            Features::read(&Person { last_active_at, ..person(profile) })
        };
        // 2030-01-01T00:00Z.
        let new_year = Millis(1_893_456_000_000);
        let born_then = read("2030-01-02", new_year).unwrap();
        assert!(read("2030-01-03", new_year).is_err() && read("1910-01-01", new_year).is_err());
        assert!(
            read("1990-01-01", Millis(i64::MIN)).is_ok() && read("1990-01-01", Millis(i64::MAX)).is_err()
        );
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let early = ScoringError::BadPerson { id: born_then.id, field: "birth_date" };
        assert_eq!(born_then.clone().born_by(day("2030-01-01")), Err(early));
        assert_eq!(born_then.clone().born_by(day("2030-01-02")), Ok(born_then));
    }

    #[test]
    fn ages_count_completed_years() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(Age::Born(day("1996-06-02")).on(day("2026-06-01")), Some(29));
        assert_eq!(Age::Born(day("1996-06-01")).on(day("2026-06-01")), Some(30));
        assert_eq!(Age::Born(day("2030-01-01")).on(day("2026-06-01")), Some(0));
        assert_eq!(Age::Born(NaiveDate::MIN).on(NaiveDate::MAX), None);
        assert_eq!(Age::Stated(44).on(day("2026-06-01")), Some(44));
    }

    #[test]
    fn places_are_the_same_with_and_without_their_suffix() {
        assert_eq!(place_key("上海市"), place_key(" 上海 "));
        assert_eq!(place_key("New York"), place_key("new york"));
        assert_ne!(place_key("沙市"), place_key("沙"));
        assert_eq!(place_key("  "), None);
    }
}
