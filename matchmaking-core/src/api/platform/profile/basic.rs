//! Changing a profile: any part of what reading it returns.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde::Serialize;

use super::super::put;
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, Fields, Input, Node, Problem, Refused},
    },
    model::{
        Language,
        edit::{Edit, Part, PlaceChange},
        labels,
        profile::{EducationLevel, Gender, IncomeRange, MaritalStatus, OccupationType, Position},
    },
};

/// Heights that are believed, in centimetres.
pub(super) const HEIGHTS: RangeInclusive<i64> = 100..=250;

/// Weights that are believed, in kilograms.
const WEIGHTS: RangeInclusive<f64> = 30.0..=300.0;

/// Years of graduation that are believed.
const GRADUATIONS: RangeInclusive<i64> = 1_900..=2_100;

/// Years of work that are believed.
const WORK_YEARS: RangeInclusive<i64> = 0..=80;

/// The most characters of a nickname.
const NICKNAME_CHARS_MAX: usize = 20;

/// The most characters of an introduction.
const INTRODUCTION_CHARS_MAX: usize = 1_000;

/// The most characters of other texts.
const WORDS_CHARS_MAX: usize = 50;

/// The most characters of a street address.
const ADDRESS_CHARS_MAX: usize = 200;

/// The most interests.
const INTERESTS_MAX: usize = 20;

const BLOOD_TYPES: &[&str] = &["A", "B", "AB", "O"];

/// Changes one's own profile.
#[derive(Debug)]
pub struct UpdateBasic;

impl Endpoint for UpdateBasic {
    const ROUTE: Route = put("/profile/basic", "更新基础资料").documented().success("资料更新成功");
    type Request = UpdateBasicRequest;
    type Response = UpdatedProfile;
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::UpdatedProfile))]
pub struct UpdatedProfile {
    /// How complete the profile is now, 0 to 100.
    pub completion_rate: u8,
    /// The names of the parts whose value changed.
    pub updated_fields: Vec<&'static str>,
}

/// Changes of a profile, in the order in which they are made. Absent parts stay, null clears.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateBasicRequest(pub Vec<Edit>);

impl Decode for UpdateBasicRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let mut edits = Edits(Vec::new());
        // What reading returns is grouped; the documented request is not.
        edits.section(&body, "basic", Edits::basic);
        edits.basic(&body);
        edits.section(&body, "location", |edits, location| {
            edits.hometown(location, "hometown");
            edits.current(location, "current");
        });
        edits.hometown(&body, "hometown");
        edits.current(&body, "current_location");
        edits.section(&body, "education", Edits::education);
        edits.section(&body, "occupation", Edits::occupation);
        edits.section(&body, "economy", Edits::economy);
        edits.section(&body, "marital", Edits::marital);
        edits.section(&body, "introduction", |edits, introduction| {
            edits.field(introduction, "self", |node| node.text(INTRODUCTION_CHARS_MAX), Edit::Introduction);
        });
        edits.field(&body, "interests", interests, |names| Edit::Interests(names.unwrap_or_default()));
        // Whatever was refused was noted.
        Ok(Self(edits.0))
    }
}

/// The changes that were read so far.
struct Edits(Vec<Edit>);

impl Edits {
    /// A field that is there, be it as null.
    fn field<T>(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
        edit: impl FnOnce(Option<T>) -> Edit,
    ) {
        if let Ok(Part::Set(to)) = part(fields, name, read) {
            self.0.push(edit(to));
        }
    }

    /// The fields of an object that is there.
    fn section(&mut self, fields: &Fields<'_>, name: &str, read: impl FnOnce(&mut Self, &Fields<'_>)) {
        let _noted = fields.optional(name, |node| {
            read(self, &node.object()?);
            Ok(())
        });
    }

    fn basic(&mut self, fields: &Fields<'_>) {
        self.field(fields, "nickname", nickname, Edit::Nickname);
        self.field(fields, "gender", |node| node.one_of(Gender::CODES, Gender::from_code), Edit::Gender);
        self.field(fields, "birth_date", date, Edit::BirthDate);
        self.field(fields, "height_cm", |node| whole(node, HEIGHTS), Edit::HeightCm);
        self.field(fields, "weight_kg", weight, Edit::WeightHg);
        let blood_type = |node: Node<'_>| {
            node.one_of(BLOOD_TYPES, |word| BLOOD_TYPES.contains(&word).then(|| word.to_owned()))
        };
        self.field(fields, "blood_type", blood_type, Edit::BloodType);
    }

    fn hometown(&mut self, fields: &Fields<'_>, name: &str) {
        self.field(fields, name, place, |change| Edit::Hometown(change.unwrap_or_else(nowhere)));
    }

    fn current(&mut self, fields: &Fields<'_>, name: &str) {
        self.field(
            fields,
            name,
            |node| {
                let (place, position) = (place(node), position(&node.object()?));
                Ok((place?, position?))
            },
            |change| {
                let (place, position) = change.unwrap_or_else(|| (nowhere(), Part::Set(None)));
                Edit::Current(place, position)
            },
        );
    }

    fn education(&mut self, fields: &Fields<'_>) {
        let level = Coded {
            words: EducationLevel::CODES,
            all: EducationLevel::ALL,
            pick: EducationLevel::from_code,
            label: labels::education,
        };
        self.coded(fields, ["level_code", "level"], &level, Edit::EducationLevel);
        self.field(fields, "school", words, Edit::School);
        self.field(fields, "school_type", words, Edit::SchoolType);
        self.field(fields, "major", words, Edit::Major);
        self.field(fields, "graduation_year", |node| whole(node, GRADUATIONS), Edit::GraduationYear);
    }

    fn occupation(&mut self, fields: &Fields<'_>) {
        let kind = Coded {
            words: OccupationType::CODES,
            all: OccupationType::ALL,
            pick: OccupationType::from_code,
            label: labels::occupation,
        };
        self.coded(fields, ["type_code", "type"], &kind, Edit::Occupation);
        self.field(fields, "job_title", words, Edit::JobTitle);
        self.field(fields, "company", words, Edit::Company);
        self.field(fields, "company_nature", words, Edit::CompanyNature);
        let years = |node: Node<'_>| whole(node, WORK_YEARS);
        self.field(fields, "work_experience_years", years, Edit::WorkExperienceYears);
    }

    fn economy(&mut self, fields: &Fields<'_>) {
        let income = Coded {
            words: IncomeRange::CODES,
            all: IncomeRange::ALL,
            pick: IncomeRange::from_code,
            label: labels::income,
        };
        self.coded(fields, ["income_code", "annual_income_range"], &income, Edit::Income);
        self.field(fields, "has_house", words, Edit::HasHouse);
        self.field(fields, "house_city", words, Edit::HouseCity);
        self.field(fields, "has_car", words, Edit::HasCar);
        self.field(fields, "car_brand", words, Edit::CarBrand);
    }

    fn marital(&mut self, fields: &Fields<'_>) {
        let status = Coded {
            words: MaritalStatus::CODES,
            all: MaritalStatus::ALL,
            pick: MaritalStatus::from_code,
            label: labels::marital,
        };
        self.coded(fields, ["status_code", "status"], &status, Edit::Marital);
        self.field(fields, "has_children", |node| node.boolean(), Edit::HasChildren);
    }

    /// A value by its code, or, where there is no code, by what it is called. Both come back when a profile is written
    /// as it was read; whoever changes the code need not change the other.
    fn coded<T: Copy>(
        &mut self,
        fields: &Fields<'_>,
        [code, label]: [&str; 2],
        coded: &Coded<T>,
        edit: fn(Option<T>) -> Edit,
    ) {
        if fields.has(code) {
            self.field(fields, code, |node| node.one_of(coded.words, coded.pick), edit);
        } else {
            self.field(fields, label, |node| node.one_of(coded.words, |word| coded.called(word)), edit);
        }
    }
}

/// The values of a code, and what they are called.
struct Coded<T: 'static> {
    words: &'static [&'static str],
    all: &'static [T],
    pick: fn(&str) -> Option<T>,
    label: fn(T, Language) -> &'static str,
}

impl<T: Copy> Coded<T> {
    fn called(&self, word: &str) -> Option<T> {
        let is_called =
            |value: &T| Language::ALL.iter().any(|language| (self.label)(*value, *language) == word);
        (self.pick)(word).or_else(|| self.all.iter().copied().find(is_called))
    }
}

/// What is to become of a field.
fn part<T>(
    fields: &Fields<'_>,
    name: &str,
    read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
) -> Result<Part<T>, Refused> {
    if fields.has(name) { Ok(Part::Set(fields.optional(name, read)?)) } else { Ok(Part::Kept) }
}

fn nickname(node: Node<'_>) -> Result<String, Refused> {
    let name = node.text_of(1..=NICKNAME_CHARS_MAX)?;
    let blank = Problem::Reason { chinese: "不能为空白", english: "must not be blank" };
    node.check(crate::model::account::is_username(&name), blank)?;
    Ok(name)
}

fn words(node: Node<'_>) -> Result<String, Refused> {
    node.text(WORDS_CHARS_MAX)
}

fn date(node: Node<'_>) -> Result<NaiveDate, Refused> {
    let text = node.str(WORDS_CHARS_MAX)?;
    let problem = Problem::Reason {
        chinese: "必须是 YYYY-MM-DD 格式的日期",
        english: "must be a date as YYYY-MM-DD",
    };
    // As it is written back, so that no other form is read by chance.
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| date.to_string() == text);
    date.ok_or_else(|| node.refuse(problem))
}

fn whole<T: TryFrom<i64>>(node: Node<'_>, range: RangeInclusive<i64>) -> Result<T, Refused> {
    let (least, most) = (*range.start(), *range.end());
    let number = node.integer_in(range)?;
    let problem = if number < least { Problem::AtLeast(least) } else { Problem::AtMost(most) };
    T::try_from(number).map_err(|_| node.refuse(problem))
}

/// A weight to the tenth of a kilogram, in hundreds of grams.
fn weight(node: Node<'_>) -> Result<u16, Refused> {
    let kilograms = node.number()?;
    node.check(kilograms >= *WEIGHTS.start(), Problem::AtLeast(*WEIGHTS.start() as i64))?;
    node.check(kilograms <= *WEIGHTS.end(), Problem::AtMost(*WEIGHTS.end() as i64))?;
    Ok((kilograms * 10.0).round() as u16)
}

fn place(node: Node<'_>) -> Result<PlaceChange, Refused> {
    let fields = node.object()?;
    let province = part(&fields, "province", words);
    let city = part(&fields, "city", words);
    let district = part(&fields, "district", words);
    let address = part(&fields, "address", |node| node.text(ADDRESS_CHARS_MAX));
    Ok(PlaceChange { province: province?, city: city?, district: district?, address: address? })
}

/// The change after which a place says nothing.
fn nowhere() -> PlaceChange {
    PlaceChange {
        province: Part::Set(None),
        city: Part::Set(None),
        district: Part::Set(None),
        address: Part::Set(None),
    }
}

/// Where exactly: both numbers, or neither.
fn position(fields: &Fields<'_>) -> Result<Part<Position>, Refused> {
    let degrees = |name: &str, most: i64| {
        part(fields, name, |node| {
            let degrees = node.number()?;
            node.check(degrees >= -(most as f64), Problem::AtLeast(-most))?;
            node.check(degrees <= most as f64, Problem::AtMost(most))?;
            Ok(degrees)
        })
    };
    let (longitude, latitude) = (degrees("longitude", 180), degrees("latitude", 90));
    match (longitude?, latitude?) {
        (Part::Kept, Part::Kept) => Ok(Part::Kept),
        (Part::Set(Some(longitude)), Part::Set(Some(latitude))) => {
            Ok(Part::Set(Some(Position { latitude, longitude })))
        }
        (Part::Set(Some(_)), _) => Err(fields.missing("latitude")),
        (_, Part::Set(Some(_))) => Err(fields.missing("longitude")),
        (Part::Set(None) | Part::Kept, Part::Set(None) | Part::Kept) => Ok(Part::Set(None)),
    }
}

/// Names of interests, as texts or as the objects that reading returns.
fn interests(node: Node<'_>) -> Result<Vec<String>, Refused> {
    let name = |node: Node<'_>| node.text_of(1..=WORDS_CHARS_MAX);
    node.list(INTERESTS_MAX, |node| {
        if node.raw().is_object() { node.object()?.required_not_null("name", name) } else { name(node) }
    })
}

/// A request looks as what is read.
#[cfg(feature = "openapi")]
mod schema {
    use std::borrow::Cow;

    use utoipa::{
        PartialSchema, ToSchema,
        openapi::{RefOr, Schema},
    };

    use super::{super::any_part_of, UpdateBasicRequest};
    use crate::api::platform::MyProfile;

    impl PartialSchema for UpdateBasicRequest {
        fn schema() -> RefOr<Schema> {
            any_part_of(MyProfile::schema())
        }
    }

    impl ToSchema for UpdateBasicRequest {
        fn name() -> Cow<'static, str> {
            Cow::Borrowed("platform.UpdateBasicRequest")
        }

        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            MyProfile::schemas(schemas);
        }
    }
}
