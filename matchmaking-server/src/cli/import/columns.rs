//! The columns of a file of people: those of `GET /v1/profile`, flattened.
//!
//! A column is known by its dotted name (`education.school`), by the same with `_` for `.`, and by short
//! names where there is no doubt. What the server computes by itself (`basic.zodiac`, `stats.*`, …) may
//! stand in a file and is not read.

use chrono::NaiveDate;
use matchmaking_core::model::{
    Profile,
    profile::Position,
    requirements::{GenderSet, TraitWeights},
};

use super::values::{Cell, code, codes, date, flag, number, text, whole};

/// Puts the value of a cell into a profile, or says what is wrong with it.
type Set = fn(&mut Profile, &Cell, NaiveDate) -> Result<(), String>;

/// One column.
#[derive(Clone, Copy)]
pub(super) struct Column {
    /// Its dotted name.
    pub(super) name: &'static str,
    /// Its other names.
    pub(super) also: &'static [&'static str],
    /// What it does.
    pub(super) set: Set,
}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Column").field(&self.name).finish()
    }
}

/// Lists columns, each with its names and what it puts where.
macro_rules! columns {
    ($($name:literal [$($also:literal),*] => |$profile:ident, $cell:ident, $today:ident| $set:expr;)+) => {
        &[$(Column {
            name: $name,
            also: &[$($also),*],
            set: {
                fn set($profile: &mut Profile, $cell: &Cell, $today: NaiveDate) -> Result<(), String> {
                    // Most columns have no use for the date.
                    let _ = $today;
                    $set
                }
                set
            },
        }),+]
    };
}

/// Puts a value where it belongs.
fn put<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

/// The position of a profile, to have one coordinate set; the other one stays no number until it is set, too.
fn position(profile: &mut Profile) -> &mut Position {
    profile.position.get_or_insert(Position { latitude: f64::NAN, longitude: f64::NAN })
}

/// The trait weights of a profile, to have one set.
fn weights(profile: &mut Profile) -> &mut TraitWeights {
    profile.requirements.trait_weights.get_or_insert_default()
}

/// A point of importance.
fn weight(cell: &Cell) -> Result<f32, String> {
    number(cell, 0.0, 100.0).map(|points| points as f32)
}

/// Names of interests: at most 20, of at most 50 characters, none twice.
fn interests(cell: &Cell) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for name in cell.many() {
        let name = text(&Cell::One(name.to_owned()), 50)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > 20 {
        return Err("must be at most 20 interests".to_owned());
    }
    Ok(names)
}

/// Every column, in the order in which they are read: the date of birth after the age, which it outweighs.
pub(super) const COLUMNS: &[Column] = columns! {
    "basic.nickname" ["nickname", "name"] => |p, c, _t| put(&mut p.nickname, text(c, 256).map(Some));
    "basic.gender" ["gender"] => |p, c, _t| put(&mut p.gender, code(c.one()?).map(Some));
    "basic.age" ["age", "stated_age"] => |p, c, today| { p.state_age(whole(c, 18, 120)?, today); Ok(()) };
    "basic.birth_date" ["birth_date"] => |p, c, today| {
        let birth = date(c)?;
        let age = Profile { birth_date: Some(birth), ..Profile::default() }.age_on(today);
        if !age.is_some_and(|age| (18..=120).contains(&age)) {
            return Err("must be the birth date of someone 18 to 120 years old".to_owned());
        }
        p.birth_date = Some(birth);
        p.stated_age = None;
        Ok(())
    };
    "basic.height_cm" ["height_cm", "height"]
        => |p, c, _t| put(&mut p.height_cm, whole(c, 100, 250).map(Some));
    "basic.weight_kg" ["weight_kg", "weight"] => |p, c, _t| {
        p.weight_hg = Some((number(c, 30.0, 300.0)? * 10.0).round() as u16);
        Ok(())
    };
    "basic.blood_type" ["blood_type"] => |p, c, _t| match c.one()? {
        kind @ ("A" | "B" | "AB" | "O") => { p.blood_type = Some(kind.to_owned()); Ok(()) }
        _ => Err("must be A, B, AB or O".to_owned()),
    };
    "location.hometown.province" ["hometown.province"]
        => |p, c, _t| put(&mut p.hometown.province, text(c, 50).map(Some));
    "location.hometown.city" ["hometown.city"]
        => |p, c, _t| put(&mut p.hometown.city, text(c, 50).map(Some));
    "location.hometown.district" ["hometown.district"]
        => |p, c, _t| put(&mut p.hometown.district, text(c, 50).map(Some));
    "location.current.province" ["current_location.province", "current.province", "province"]
        => |p, c, _t| put(&mut p.current.province, text(c, 50).map(Some));
    "location.current.city" ["current_location.city", "current.city", "city"]
        => |p, c, _t| put(&mut p.current.city, text(c, 50).map(Some));
    "location.current.district" ["current_location.district", "current.district", "district"]
        => |p, c, _t| put(&mut p.current.district, text(c, 50).map(Some));
    "location.current.address" ["current_location.address", "current.address", "address"]
        => |p, c, _t| put(&mut p.current.address, text(c, 200).map(Some));
    "location.current.latitude" ["current_location.latitude", "current.latitude", "latitude"]
        => |p, c, _t| put(&mut position(p).latitude, number(c, -90.0, 90.0));
    "location.current.longitude" ["current_location.longitude", "current.longitude", "longitude"]
        => |p, c, _t| put(&mut position(p).longitude, number(c, -180.0, 180.0));
    "education.level" ["education.level_code", "education"]
        => |p, c, _t| put(&mut p.education.level, code(c.one()?).map(Some));
    "education.school" ["school"] => |p, c, _t| put(&mut p.education.school, text(c, 100).map(Some));
    "education.school_type" ["school_type"]
        => |p, c, _t| put(&mut p.education.school_type, text(c, 50).map(Some));
    "education.major" ["major"] => |p, c, _t| put(&mut p.education.major, text(c, 100).map(Some));
    "education.graduation_year" ["graduation_year"]
        => |p, c, _t| put(&mut p.education.graduation_year, whole(c, 1900, 2100).map(Some));
    "occupation.type" ["occupation.type_code", "occupation"]
        => |p, c, _t| put(&mut p.occupation.kind, code(c.one()?).map(Some));
    "occupation.job_title" ["job_title"]
        => |p, c, _t| put(&mut p.occupation.job_title, text(c, 100).map(Some));
    "occupation.company" ["company"] => |p, c, _t| put(&mut p.occupation.company, text(c, 100).map(Some));
    "occupation.company_nature" ["company_nature"]
        => |p, c, _t| put(&mut p.occupation.company_nature, text(c, 50).map(Some));
    "occupation.work_experience_years" ["work_experience_years"]
        => |p, c, _t| put(&mut p.occupation.work_experience_years, whole(c, 0, 80).map(Some));
    "economy.income_code" ["economy.annual_income_range", "income_code", "income"]
        => |p, c, _t| put(&mut p.economy.income, code(c.one()?).map(Some));
    "economy.has_house" ["has_house"] => |p, c, _t| put(&mut p.economy.has_house, text(c, 50).map(Some));
    "economy.house_city" ["house_city"] => |p, c, _t| put(&mut p.economy.house_city, text(c, 50).map(Some));
    "economy.has_car" ["has_car"] => |p, c, _t| put(&mut p.economy.has_car, text(c, 50).map(Some));
    "economy.car_brand" ["car_brand"] => |p, c, _t| put(&mut p.economy.car_brand, text(c, 50).map(Some));
    "marital.status" ["marital.status_code"]
        => |p, c, _t| put(&mut p.marital_status, code(c.one()?).map(Some));
    "marital.has_children" ["has_children"] => |p, c, _t| put(&mut p.has_children, flag(c).map(Some));
    "introduction.self" ["introduction"] => |p, c, _t| put(&mut p.introduction, text(c, 2000).map(Some));
    "interests" [] => |p, c, _t| put(&mut p.interests, interests(c));
    "traits.attractive" [] => |p, c, _t| put(&mut p.traits.attractive, whole(c, 1, 10).map(Some));
    "traits.sincere" [] => |p, c, _t| put(&mut p.traits.sincere, whole(c, 1, 10).map(Some));
    "traits.intelligent" [] => |p, c, _t| put(&mut p.traits.intelligent, whole(c, 1, 10).map(Some));
    "traits.fun" [] => |p, c, _t| put(&mut p.traits.fun, whole(c, 1, 10).map(Some));
    "traits.ambitious" [] => |p, c, _t| put(&mut p.traits.ambitious, whole(c, 1, 10).map(Some));
    "going_out" [] => |p, c, _t| put(&mut p.going_out, whole(c, 1, 7).map(Some));
    "paused" [] => |p, c, _t| put(&mut p.paused, flag(c));
    "requirements.genders" ["genders"] => |p, c, _t| {
        let genders = codes(c)?;
        if genders.is_empty() {
            return Err("must name at least one gender".to_owned());
        }
        p.requirements.genders = Some(GenderSet::from(genders));
        Ok(())
    };
    "requirements.age_min" ["age_min"]
        => |p, c, _t| put(&mut p.requirements.age_min, whole(c, 18, 120).map(Some));
    "requirements.age_max" ["age_max"]
        => |p, c, _t| put(&mut p.requirements.age_max, whole(c, 18, 120).map(Some));
    "requirements.height_min" ["height_min"]
        => |p, c, _t| put(&mut p.requirements.height_min, whole(c, 100, 250).map(Some));
    "requirements.height_max" ["height_max"]
        => |p, c, _t| put(&mut p.requirements.height_max, whole(c, 100, 250).map(Some));
    "requirements.education_levels" ["education_levels"]
        => |p, c, _t| put(&mut p.requirements.education_levels, codes(c));
    "requirements.occupation_types" ["occupation_types"]
        => |p, c, _t| put(&mut p.requirements.occupation_types, codes(c));
    "requirements.income_ranges" ["income_ranges"]
        => |p, c, _t| put(&mut p.requirements.income_ranges, codes(c));
    "requirements.marital_status" [] => |p, c, _t| put(&mut p.requirements.marital_status, codes(c));
    "requirements.same_city" ["requirements.location_requirements.same_city", "same_city"]
        => |p, c, _t| put(&mut p.requirements.same_city, flag(c));
    "requirements.acceptable_cities"
        ["requirements.location_requirements.acceptable_cities", "acceptable_cities"]
        => |p, c, _t| {
            let cities = c.many().into_iter().map(|city| text(&Cell::One(city.to_owned()), 50));
            put(&mut p.requirements.acceptable_cities, cities.collect())
        };
    "requirements.other" ["requirements.other_requirements", "introduction.mate_requirements"]
        => |p, c, _t| put(&mut p.requirements.other, text(c, 1000).map(Some));
    "requirements.trait_weights.attractive" [] => |p, c, _t| put(&mut weights(p).attractive, weight(c));
    "requirements.trait_weights.sincere" [] => |p, c, _t| put(&mut weights(p).sincere, weight(c));
    "requirements.trait_weights.intelligent" [] => |p, c, _t| put(&mut weights(p).intelligent, weight(c));
    "requirements.trait_weights.fun" [] => |p, c, _t| put(&mut weights(p).fun, weight(c));
    "requirements.trait_weights.ambitious" [] => |p, c, _t| put(&mut weights(p).ambitious, weight(c));
    "requirements.trait_weights.shared_interests" []
        => |p, c, _t| put(&mut weights(p).shared_interests, weight(c));
};

/// Names, and beginnings of names, that `GET /v1/profile` has because the server computes them.
const COMPUTED: &[&str] = &[
    "basic.user_id",
    "basic.real_name",
    "basic.zodiac",
    "basic.chinese_zodiac",
    "introduction.completion_rate",
    "verification.",
    "photos.",
    "stats.",
    "membership.",
];

/// What a name in a file stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meaning {
    /// An identity.
    Identity(super::rows::Known),
    /// The column at this place of [`COLUMNS`].
    Column(usize),
    /// Something that the server computes by itself.
    Computed,
    /// Nothing.
    Unknown,
}

/// What this name stands for.
pub(super) fn meaning(name: &str) -> Meaning {
    let name = name.trim().to_lowercase();
    let name = name.strip_prefix("profile.").unwrap_or(&name);
    let name = name.strip_prefix("mate_").filter(|rest| rest.starts_with("requirements")).unwrap_or(name);
    // A dot and an underscore are the same sign here.
    let key = name.replace('_', ".");
    let same = |one: &str| one.replace('_', ".") == key;
    if let Some(known) = super::rows::Known::ALL.into_iter().find(|known| same(known.column())) {
        return Meaning::Identity(known);
    }
    if let Some(at) = COLUMNS.iter().position(|one| same(one.name) || one.also.iter().any(|also| same(also)))
    {
        return Meaning::Column(at);
    }
    let computed = |one: &str| key == one.replace('_', ".") || (one.ends_with('.') && key.starts_with(one));
    if COMPUTED.iter().any(|one| computed(one)) { Meaning::Computed } else { Meaning::Unknown }
}

/// What is wrong with a profile as a whole, with the column it is wrong in.
pub(super) fn whole_profile(profile: &Profile) -> Option<(&'static str, &'static str)> {
    if let Some(position) = profile.position {
        if position.latitude.is_nan() {
            return Some(("location.current.latitude", "must be there when the longitude is"));
        }
        if position.longitude.is_nan() {
            return Some(("location.current.longitude", "must be there when the latitude is"));
        }
    }
    let asked = &profile.requirements;
    if asked.age_min.zip(asked.age_max).is_some_and(|(min, max)| min > max) {
        return Some(("requirements.age_min", "must not be above requirements.age_max"));
    }
    if asked.height_min.zip(asked.height_max).is_some_and(|(min, max)| min > max) {
        return Some(("requirements.height_min", "must not be above requirements.height_max"));
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_stands_for_two_columns() {
        let mut seen = BTreeSet::new();
        for column in COLUMNS {
            for name in std::iter::once(&column.name).chain(column.also) {
                assert!(seen.insert(name.replace('_', ".")), "{name}");
                let Meaning::Column(at) = meaning(name) else { panic!("{name}") };
                assert_eq!(COLUMNS[at].name, column.name);
            }
        }
    }

    #[test]
    fn names_are_known_in_every_form() {
        for name in ["requirements.age_min", "mate_requirements.age_min", "Requirements_Age_Min", "age_min"] {
            let Meaning::Column(at) = meaning(name) else { panic!("{name}") };
            assert_eq!(COLUMNS[at].name, "requirements.age_min");
        }
        assert!(matches!(meaning("profile.stats.view_count"), Meaning::Computed));
        assert!(matches!(meaning("basic.zodiac"), Meaning::Computed));
        assert!(matches!(meaning("shoe_size"), Meaning::Unknown));
        assert!(matches!(meaning("telegram_id"), Meaning::Identity(_)));
    }
}
