//! Changes of a profile, part by part.

use chrono::NaiveDate;

use super::{
    Profile, interests,
    profile::{EducationLevel, Gender, IncomeRange, MaritalStatus, OccupationType, Place, Position},
};

/// The youngest and the oldest who take part, in years.
pub const AGES: std::ops::RangeInclusive<u8> = 18..=100;

/// What is to become of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part<T> {
    /// It stays as it is.
    #[default]
    Kept,
    /// It becomes this, or nothing.
    Set(Option<T>),
}

/// A change of a place, from coarse to fine. What is finer than a part that changes, and not named with it, belonged to
/// the former place and goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaceChange {
    /// Province.
    pub province: Part<String>,
    /// City.
    pub city: Part<String>,
    /// District.
    pub district: Part<String>,
    /// Address.
    pub address: Part<String>,
}

impl PlaceChange {
    fn apply(&self, place: &mut Place) {
        let mut moved = false;
        for (part, kept) in [
            (&self.province, &mut place.province),
            (&self.city, &mut place.city),
            (&self.district, &mut place.district),
            (&self.address, &mut place.address),
        ] {
            match part {
                Part::Kept if moved => *kept = None,
                Part::Kept => {}
                Part::Set(to) => {
                    moved |= kept != to;
                    kept.clone_from(to);
                }
            }
        }
    }
}

/// One change of a profile. Numbers and texts are within their bounds.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is named as the field of the profile that it changes")]
pub enum Edit {
    Nickname(Option<String>),
    /// Gender is said once; `None` leaves it.
    Gender(Option<Gender>),
    BirthDate(Option<NaiveDate>),
    HeightCm(Option<u16>),
    WeightHg(Option<u16>),
    BloodType(Option<String>),
    Hometown(PlaceChange),
    /// Where the person lives, and exactly where. Whoever moves without saying exactly where to is nowhere exactly.
    Current(PlaceChange, Part<Position>),
    EducationLevel(Option<EducationLevel>),
    School(Option<String>),
    SchoolType(Option<String>),
    Major(Option<String>),
    GraduationYear(Option<u16>),
    Occupation(Option<OccupationType>),
    JobTitle(Option<String>),
    Company(Option<String>),
    CompanyNature(Option<String>),
    WorkExperienceYears(Option<u8>),
    Income(Option<IncomeRange>),
    HasHouse(Option<String>),
    HouseCity(Option<String>),
    HasCar(Option<String>),
    CarBrand(Option<String>),
    Marital(Option<MaritalStatus>),
    HasChildren(Option<bool>),
    Introduction(Option<String>),
    /// Names in any language of the catalogue; those that mean the same count once.
    Interests(Vec<String>),
}

/// Why a change is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditRefusal {
    /// By this date of birth the person is too young or too old, see [`AGES`].
    Age,
    /// The person has said another gender before.
    GenderIsSet,
    /// The identity number has a date of birth that is still to come.
    NotBornYet,
}

impl EditRefusal {
    /// The field that is refused.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::NotBornYet => "id_card_number",
            Self::Age => "birth_date",
            Self::GenderIsSet => "gender",
        }
    }
}

/// Changes a profile, or tells everything that speaks against it; then it may be half changed.
#[must_use]
pub fn apply(profile: &mut Profile, edits: &[Edit], today: NaiveDate) -> Vec<EditRefusal> {
    let mut refusals = Vec::new();
    for edit in edits {
        if let Err(refusal) = apply_one(profile, edit, today) {
            refusals.push(refusal);
        }
    }
    refusals
}

fn apply_one(profile: &mut Profile, edit: &Edit, today: NaiveDate) -> Result<(), EditRefusal> {
    let Profile { education, occupation, economy, .. } = profile;
    match edit {
        Edit::Nickname(to) => profile.nickname.clone_from(to),
        Edit::Gender(None) => {}
        Edit::Gender(Some(gender)) => {
            if profile.gender.is_some_and(|said| said != *gender) {
                return Err(EditRefusal::GenderIsSet);
            }
            profile.gender = Some(*gender);
        }
        Edit::BirthDate(to) => {
            let former = std::mem::replace(&mut profile.birth_date, *to);
            let age = profile.age_on(today);
            if to.is_some() && !age.is_some_and(|age| AGES.contains(&age)) {
                profile.birth_date = former;
                return Err(EditRefusal::Age);
            }
        }
        Edit::HeightCm(to) => profile.height_cm = *to,
        Edit::WeightHg(to) => profile.weight_hg = *to,
        Edit::BloodType(to) => profile.blood_type.clone_from(to),
        Edit::Hometown(change) => change.apply(&mut profile.hometown),
        Edit::Current(change, position) => {
            let former = profile.current.clone();
            change.apply(&mut profile.current);
            match position {
                Part::Set(to) => profile.position = *to,
                Part::Kept if profile.current != former => profile.position = None,
                Part::Kept => {}
            }
        }
        Edit::EducationLevel(to) => education.level = *to,
        Edit::School(to) => education.school.clone_from(to),
        Edit::SchoolType(to) => education.school_type.clone_from(to),
        Edit::Major(to) => education.major.clone_from(to),
        Edit::GraduationYear(to) => education.graduation_year = *to,
        Edit::Occupation(to) => occupation.kind = *to,
        Edit::JobTitle(to) => occupation.job_title.clone_from(to),
        Edit::Company(to) => occupation.company.clone_from(to),
        Edit::CompanyNature(to) => occupation.company_nature.clone_from(to),
        Edit::WorkExperienceYears(to) => occupation.work_experience_years = *to,
        Edit::Income(to) => economy.income = *to,
        Edit::HasHouse(to) => economy.has_house.clone_from(to),
        Edit::HouseCity(to) => economy.house_city.clone_from(to),
        Edit::HasCar(to) => economy.has_car.clone_from(to),
        Edit::CarBrand(to) => economy.car_brand.clone_from(to),
        Edit::Marital(to) => profile.marital_status = *to,
        Edit::HasChildren(to) => profile.has_children = *to,
        Edit::Introduction(to) => profile.introduction.clone_from(to),
        Edit::Interests(names) => {
            let mut kept: Vec<String> = Vec::with_capacity(names.len());
            for name in names.iter().map(|name| interests::canonical(name)) {
                if !name.is_empty() && !kept.iter().any(|known| known == name) {
                    kept.push(name.to_owned());
                }
            }
            profile.interests = kept;
        }
    }
    Ok(())
}

/// The names of what differs between two states of a profile, as requests name it.
#[must_use]
pub fn differences(before: &Profile, after: &Profile) -> Vec<&'static str> {
    let parts = [
        ("nickname", before.nickname != after.nickname),
        ("gender", before.gender != after.gender),
        ("birth_date", before.birth_date != after.birth_date),
        ("height_cm", before.height_cm != after.height_cm),
        ("weight_kg", before.weight_hg != after.weight_hg),
        ("blood_type", before.blood_type != after.blood_type),
        ("hometown", before.hometown != after.hometown),
        ("current_location", before.current != after.current || before.position != after.position),
        ("education", before.education != after.education),
        ("occupation", before.occupation != after.occupation),
        ("economy", before.economy != after.economy),
        (
            "marital",
            (before.marital_status, before.has_children) != (after.marital_status, after.has_children),
        ),
        ("introduction", before.introduction != after.introduction),
        ("interests", before.interests != after.interests),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn set(text: &str) -> Part<String> {
        Part::Set(Some(text.to_owned()))
    }

    const TODAY: &str = "2026-02-05";

    #[test]
    fn only_what_changed_is_told() {
        let before = Profile { nickname: Some("秋秋".to_owned()), ..Profile::default() };
        let mut after = before.clone();
        let edits = [
            Edit::Nickname(Some("秋秋".to_owned())),
            Edit::HeightCm(Some(165)),
            Edit::Interests(vec!["Travel".to_owned(), " 旅行".to_owned(), String::new(), "观鸟".to_owned()]),
        ];
        assert_eq!(apply(&mut after, &edits, day(TODAY)), []);
        assert_eq!(differences(&before, &after), ["height_cm", "interests"]);
        assert_eq!(after.interests, ["旅行", "观鸟"]);
    }

    #[test]
    fn everything_that_speaks_against_it_is_told() {
        let mut profile = Profile { gender: Some(Gender::Female), ..Profile::default() };
        let edits = [Edit::Gender(Some(Gender::Male)), Edit::BirthDate(Some(day("2010-01-01")))];
        assert_eq!(apply(&mut profile, &edits, day(TODAY)), [EditRefusal::GenderIsSet, EditRefusal::Age]);
        assert_eq!(apply(&mut profile, &[Edit::Gender(Some(Gender::Female))], day(TODAY)), []);
        for (born, fits) in [
            ("2008-02-05", true),
            ("2008-02-06", false),
            ("1925-02-06", true),
            ("1925-02-05", false),
            ("2030-01-01", false),
            ("0001-01-01", false),
        ] {
            let refused = apply(&mut profile, &[Edit::BirthDate(Some(day(born)))], day(TODAY));
            assert_eq!(refused.is_empty(), fits, "{born}");
        }
    }

    #[test]
    fn whoever_moves_leaves_the_finer_parts_behind() {
        let mut profile = Profile::default();
        let home = PlaceChange {
            province: set("上海"),
            city: set("上海"),
            district: set("浦东新区"),
            address: set("世纪大道100号"),
        };
        let position = Position { latitude: 31.2, longitude: 121.5 };
        assert_eq!(
            apply(&mut profile, &[Edit::Current(home.clone(), Part::Set(Some(position)))], day(TODAY)),
            []
        );
        let same = PlaceChange { address: Part::Kept, ..home.clone() };
        assert_eq!(apply(&mut profile, &[Edit::Current(same, Part::Kept)], day(TODAY)), []);
        assert_eq!(profile.current.address.as_deref(), Some("世纪大道100号"));
        assert_eq!(profile.position, Some(position));

        let away = PlaceChange { province: set("浙江"), city: set("杭州"), ..PlaceChange::default() };
        assert_eq!(apply(&mut profile, &[Edit::Current(away, Part::Kept)], day(TODAY)), []);
        assert_eq!(profile.current.city.as_deref(), Some("杭州"));
        assert_eq!(
            (&profile.current.district, &profile.current.address, profile.position),
            (&None, &None, None)
        );
    }
}
