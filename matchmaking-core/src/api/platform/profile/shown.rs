//! A profile as it is shown.

use chrono::NaiveDate;
use serde::Serialize;

use super::super::get;
use crate::{
    api::route::{Endpoint, Route},
    ids::{AccountId, PhotoId},
    model::{
        Language, Profile, interests, labels,
        profile::{
            Economy, Education, EducationLevel, Gender, IncomeRange, MaritalStatus, Occupation,
            OccupationType, Place,
        },
        zodiac,
    },
};

/// Shows one's own profile.
#[derive(Debug)]
pub struct GetProfile;

impl Endpoint for GetProfile {
    const ROUTE: Route = get("/profile", "获取我的资料").documented();
    type Request = ();
    type Response = MyProfile;
}

/// One's own profile. What was not told is null.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MyProfile))]
pub struct MyProfile {
    /// Who one is.
    pub basic: Basic,
    /// Where one comes from and lives.
    pub location: Location,
    /// Schooling.
    pub education: EducationShown,
    /// Work.
    pub occupation: OccupationShown,
    /// Means.
    pub economy: EconomyShown,
    /// Marital status.
    pub marital: Marital,
    /// What one writes.
    pub introduction: Introduction,
    /// What was verified.
    pub verification: VerificationShown,
    /// Photos and film.
    pub photos: PhotosShown,
    /// Interests.
    pub interests: Vec<InterestShown>,
    /// What came of it.
    pub stats: Stats,
    /// Membership.
    pub membership: Membership,
}

/// Who one is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Basic))]
pub struct Basic {
    /// One's number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: AccountId,
    /// The name that others see.
    pub nickname: Option<String>,
    /// The verified name with its middle hidden.
    pub real_name: Option<String>,
    /// `female`, `male` or `other`.
    pub gender: Option<&'static str>,
    /// Age in years.
    pub age: Option<u8>,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
    /// Height in centimetres.
    pub height_cm: Option<u16>,
    /// Weight in kilograms, to the tenth.
    pub weight_kg: Option<f64>,
    /// `A`, `B`, `AB` or `O`.
    pub blood_type: Option<String>,
    /// The western sign.
    pub zodiac: Option<&'static str>,
    /// The animal of the year.
    pub chinese_zodiac: Option<&'static str>,
}

/// Where one comes from and lives.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Location))]
pub struct Location {
    /// Where one comes from.
    pub hometown: PlaceShown,
    /// Where one lives.
    pub current: CurrentPlace,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Place))]
pub struct PlaceShown {
    /// Province or municipality.
    pub province: Option<String>,
    /// City.
    pub city: Option<String>,
    /// District.
    pub district: Option<String>,
}

/// The place where one lives.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::CurrentPlace))]
pub struct CurrentPlace {
    /// Province or municipality.
    pub province: Option<String>,
    /// City.
    pub city: Option<String>,
    /// District.
    pub district: Option<String>,
    /// Street and number; never shown to others.
    pub address: Option<String>,
}

/// Schooling.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Education))]
pub struct EducationShown {
    /// What the level is called.
    pub level: Option<&'static str>,
    /// Its code.
    pub level_code: Option<&'static str>,
    /// School.
    pub school: Option<String>,
    /// Kind of school.
    pub school_type: Option<String>,
    /// Field of study.
    pub major: Option<String>,
    /// Year of graduation.
    pub graduation_year: Option<u16>,
}

/// Work.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Occupation))]
pub struct OccupationShown {
    /// What the field of work is called.
    #[serde(rename = "type")]
    pub kind: Option<&'static str>,
    /// Its code.
    pub type_code: Option<&'static str>,
    /// Job title.
    pub job_title: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Kind of company.
    pub company_nature: Option<String>,
    /// Years of work.
    pub work_experience_years: Option<u8>,
}

/// Means.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Economy))]
pub struct EconomyShown {
    /// What the yearly income is called.
    pub annual_income_range: Option<&'static str>,
    /// Its code.
    pub income_code: Option<&'static str>,
    /// Whether there is a house, in the person's words.
    pub has_house: Option<String>,
    /// Where it is.
    pub house_city: Option<String>,
    /// Whether there is a car, in the person's words.
    pub has_car: Option<String>,
    /// Its make.
    pub car_brand: Option<String>,
}

/// Marital status.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Marital))]
pub struct Marital {
    /// What it is called.
    pub status: Option<&'static str>,
    /// Its code.
    pub status_code: Option<&'static str>,
    /// Whether there are children.
    pub has_children: Option<bool>,
}

/// What one writes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Introduction))]
pub struct Introduction {
    /// About oneself.
    #[serde(rename = "self")]
    pub about_self: Option<String>,
    /// About whom one looks for.
    pub mate_requirements: Option<String>,
    /// How complete the profile is, 0 to 100.
    pub completion_rate: u8,
}

/// How far it is with what is verified: `verified`, `pending` or `none`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Verification))]
pub struct VerificationShown {
    /// The real name.
    pub real_name: &'static str,
    /// The education.
    pub education: &'static str,
    /// The income.
    pub income: &'static str,
    /// The house.
    pub house: &'static str,
    /// The car.
    pub car: &'static str,
}

/// Photos and film. Links are for whoever asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Photos))]
pub struct PhotosShown {
    /// The picture that stands for the person.
    pub avatar: Option<String>,
    /// All photos, the eldest first.
    pub album: Vec<AlbumPhoto>,
    /// The film.
    pub video: Option<VideoShown>,
}

/// A photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::AlbumPhoto))]
pub struct AlbumPhoto {
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: PhotoId,
    /// The picture.
    pub url: String,
    /// The small one.
    pub thumbnail: String,
    /// Whether it is the one that stands for the person.
    pub is_primary: bool,
    /// Its place in the album, from 0.
    pub order: usize,
    /// How far its review is, `PENDING`, `PASSED` or `REJECTED`; told to its person only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
}

/// A film.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Video))]
pub struct VideoShown {
    /// The film.
    pub url: String,
    /// The picture that stands for it.
    pub cover: Option<String>,
    /// How long it is, in whole seconds.
    pub duration: Option<u32>,
    /// How often others began to watch it.
    pub view_count: i64,
    /// How far its review is; told to its person only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
}

/// An interest.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Interest))]
pub struct InterestShown {
    /// Its number in the catalogue.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// What kind it is.
    pub category: &'static str,
}

/// What came of a profile.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Stats))]
pub struct Stats {
    /// Views by others.
    pub view_count: i64,
    /// Likes received.
    pub like_count: i64,
    /// Matches.
    pub match_count: i64,
}

/// A membership.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Membership))]
pub struct Membership {
    /// Its level, 0 to 3.
    pub level: u8,
    /// What the level is called.
    pub level_name: &'static str,
    /// When it ends; null for none.
    pub expire_at: Option<String>,
    /// One's own code, by which those who register say who invited them.
    pub invite_code: Option<String>,
}

/// Somebody's profile as far as others are shown it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PublicProfile))]
pub struct PublicProfile {
    /// Who it is.
    pub basic: PublicBasic,
    /// Where they come from and live.
    pub location: PublicLocation,
    /// Schooling.
    pub education: EducationShown,
    /// Work.
    pub occupation: OccupationShown,
    /// Means.
    pub economy: EconomyShown,
    /// Marital status.
    pub marital: Marital,
    /// What they write.
    pub introduction: Introduction,
    /// What was verified; what is only handed in counts as `none`.
    pub verification: VerificationShown,
    /// Photos and film that have passed.
    pub photos: PhotosShown,
    /// Interests.
    pub interests: Vec<InterestShown>,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PublicBasic))]
pub struct PublicBasic {
    /// Their number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub user_id: AccountId,
    /// Their name.
    pub nickname: Option<String>,
    /// `female`, `male` or `other`.
    pub gender: Option<&'static str>,
    /// Age in years.
    pub age: Option<u8>,
    /// Height in centimetres.
    pub height_cm: Option<u16>,
    /// Weight in kilograms.
    pub weight_kg: Option<f64>,
    /// Blood type.
    pub blood_type: Option<String>,
    /// The western sign.
    pub zodiac: Option<&'static str>,
    /// The animal of the year.
    pub chinese_zodiac: Option<&'static str>,
}

/// Where somebody comes from and lives.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PublicLocation))]
pub struct PublicLocation {
    /// Where they come from.
    pub hometown: PlaceShown,
    /// Where they live.
    pub current: PlaceShown,
}

impl Basic {
    /// Who one is, in this language; `real_name` with its middle hidden.
    #[must_use]
    pub fn of(
        user_id: AccountId,
        profile: &Profile,
        age: Option<u8>,
        real_name: Option<String>,
        language: Language,
    ) -> Self {
        let public = PublicBasic::of(user_id, profile, age, language);
        Self {
            user_id,
            nickname: public.nickname,
            real_name,
            gender: public.gender,
            age,
            birth_date: profile.birth_date,
            height_cm: public.height_cm,
            weight_kg: public.weight_kg,
            blood_type: public.blood_type,
            zodiac: public.zodiac,
            chinese_zodiac: public.chinese_zodiac,
        }
    }
}

impl PublicBasic {
    /// Who somebody is, in this language.
    #[must_use]
    pub fn of(user_id: AccountId, profile: &Profile, age: Option<u8>, language: Language) -> Self {
        Self {
            user_id,
            nickname: profile.nickname.clone(),
            gender: profile.gender.map(Gender::code),
            age,
            height_cm: profile.height_cm,
            weight_kg: profile.weight_hg.map(|weight| f64::from(weight) / 10.0),
            blood_type: profile.blood_type.clone(),
            zodiac: profile.birth_date.map(|birth| zodiac::western(birth, language)),
            chinese_zodiac: profile.birth_date.map(|birth| zodiac::chinese(birth, language)),
        }
    }
}

impl From<&Place> for PlaceShown {
    fn from(place: &Place) -> Self {
        let Place { province, city, district, .. } = place.clone();
        Self { province, city, district }
    }
}

impl From<&Place> for CurrentPlace {
    fn from(place: &Place) -> Self {
        let Place { province, city, district, address } = place.clone();
        Self { province, city, district, address }
    }
}

impl EducationShown {
    /// Schooling, in this language.
    #[must_use]
    pub fn of(education: &Education, language: Language) -> Self {
        let Education { level, school, school_type, major, graduation_year } = education.clone();
        Self {
            level: level.map(|level| labels::education(level, language)),
            level_code: level.map(EducationLevel::code),
            school,
            school_type,
            major,
            graduation_year,
        }
    }
}

impl OccupationShown {
    /// Work, in this language.
    #[must_use]
    pub fn of(occupation: &Occupation, language: Language) -> Self {
        let Occupation { kind, job_title, company, company_nature, work_experience_years } =
            occupation.clone();
        Self {
            kind: kind.map(|kind| labels::occupation(kind, language)),
            type_code: kind.map(OccupationType::code),
            job_title,
            company,
            company_nature,
            work_experience_years,
        }
    }
}

impl EconomyShown {
    /// Means, in this language.
    #[must_use]
    pub fn of(economy: &Economy, language: Language) -> Self {
        let Economy { income, has_house, house_city, has_car, car_brand } = economy.clone();
        Self {
            annual_income_range: income.map(|income| labels::income(income, language)),
            income_code: income.map(IncomeRange::code),
            has_house,
            house_city,
            has_car,
            car_brand,
        }
    }
}

impl Marital {
    /// Marital status, in this language.
    #[must_use]
    pub fn of(profile: &Profile, language: Language) -> Self {
        Self {
            status: profile.marital_status.map(|status| labels::marital(status, language)),
            status_code: profile.marital_status.map(MaritalStatus::code),
            has_children: profile.has_children,
        }
    }
}

impl InterestShown {
    /// An interest by its kept name, in this language.
    #[must_use]
    pub fn of(name: &str, language: Language) -> Self {
        let interests::Interest { id, name, category } = interests::shown(name, language);
        Self { id, name, category }
    }
}
