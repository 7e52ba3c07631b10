//! What people tell about themselves.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::requirements::Requirements;

/// Declares an enum that stores and files keep as a fixed code such as `BACHELOR`.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every value, in ascending order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The codes of all values.
            pub const CODES: &[&str] = &[$($code),+];

            /// The code by which APIs, files and stores know this value.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The value with this code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

coded! {
    /// Gender as a person states it.
    Gender {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
        /// Neither, or not said more closely.
        Other = "other",
    }
}

coded! {
    /// The highest level of education, in ascending order.
    EducationLevel {
        /// 高中.
        HighSchool = "HIGH_SCHOOL",
        /// 大专.
        College = "COLLEGE",
        /// 本科.
        Bachelor = "BACHELOR",
        /// 硕士.
        Master = "MASTER",
        /// 博士.
        Phd = "PHD",
        /// 博士后.
        Postdoc = "POSTDOC",
    }
}

coded! {
    /// A field of work.
    OccupationType {
        /// 互联网/IT.
        Tech = "TECH",
        /// Finance.
        Finance = "FINANCE",
        /// Education and research.
        Education = "EDUCATION",
        /// Medicine and care.
        Medical = "MEDICAL",
        /// Law.
        Legal = "LEGAL",
        /// Public service.
        Government = "GOVERNMENT",
        /// Media.
        Media = "MEDIA",
        /// Arts.
        Art = "ART",
        /// Manufacturing and engineering.
        Manufacturing = "MANUFACTURING",
        /// Retail and trade.
        Retail = "RETAIL",
        /// Services.
        Service = "SERVICE",
        /// Real estate.
        RealEstate = "REAL_ESTATE",
        /// Logistics.
        Logistics = "LOGISTICS",
        /// Still studying.
        Student = "STUDENT",
        /// Working freely.
        Freelance = "FREELANCE",
        /// Anything else.
        Other = "OTHER",
    }
}

coded! {
    /// Yearly income in CNY, in ascending order; `W` is ten thousand.
    IncomeRange {
        /// Under 100,000.
        Under10W = "UNDER_10W",
        /// 100,000 to 200,000.
        From10WTo20W = "10W_20W",
        /// 200,000 to 300,000.
        From20WTo30W = "20W_30W",
        /// 300,000 to 500,000.
        From30WTo50W = "30W_50W",
        /// 500,000 to 1,000,000.
        From50WTo100W = "50W_100W",
        /// Over 1,000,000.
        Over100W = "OVER_100W",
    }
}

coded! {
    /// Marital status.
    MaritalStatus {
        /// Never married.
        Single = "SINGLE",
        /// Divorced.
        Divorced = "DIVORCED",
        /// Widowed.
        Widowed = "WIDOWED",
    }
}

/// A place, as closely as its owner names it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Province or municipality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// District.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// Street address; never shown to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A position on the earth, in degrees. Never shown to others; distances are computed from positions snapped to
/// a grid of about 1 km.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Degrees north, −90 to 90.
    pub latitude: f64,
    /// Degrees east, −180 to 180.
    pub longitude: f64,
}

/// Five traits as a person rates them in themselves, each 1 to 10; `None` where not rated.
///
/// The traits are those of the speed-dating literature (Fisman et al., QJE 121(2), 2006).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TraitRatings {
    /// Attractive.
    pub attractive: Option<u8>,
    /// Sincere.
    pub sincere: Option<u8>,
    /// Intelligent.
    pub intelligent: Option<u8>,
    /// Fun.
    pub fun: Option<u8>,
    /// Ambitious.
    pub ambitious: Option<u8>,
}

/// Everything a person tells about themselves, and what they look for. Every field may be missing.
///
/// Stores keep it whole, as one JSON document: it is read and written whole, and questions across people are
/// answered by the pool, not by the database. A field that is added must have a default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The name shown to others, up to 256 characters; may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Where a picture of the person is, as clients of the groups surface set it; shown to others as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// A phone number that the person names and nobody has verified. Never shown to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_phone: Option<String>,
    /// Gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Date of birth. It decides the age where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<NaiveDate>,
    /// Age in years as stated, 18 to 120, for people who gave no date of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_age: Option<u8>,
    /// Height in centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_cm: Option<u16>,
    /// Weight in hundreds of grams: 525 is 52.5 kg.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_hg: Option<u16>,
    /// Blood type: A, B, AB or O.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blood_type: Option<String>,
    /// Where the person comes from.
    #[serde(skip_serializing_if = "is_default")]
    pub hometown: Place,
    /// Where the person lives.
    #[serde(skip_serializing_if = "is_default")]
    pub current: Place,
    /// Where exactly, if the person's device told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Schooling.
    #[serde(skip_serializing_if = "is_default")]
    pub education: Education,
    /// Work.
    #[serde(skip_serializing_if = "is_default")]
    pub occupation: Occupation,
    /// Means.
    #[serde(skip_serializing_if = "is_default")]
    pub economy: Economy,
    /// Marital status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marital_status: Option<MaritalStatus>,
    /// Whether there are children.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_children: Option<bool>,
    /// What the person writes about themselves, up to 2,000 characters; may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// Names of interests, without repetition, in the person's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interests: Vec<String>,
    /// Self-ratings on five traits.
    #[serde(skip_serializing_if = "is_default")]
    pub traits: TraitRatings,
    /// How often the person goes out: 1 several times a week to 7 almost never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub going_out: Option<u8>,
    /// Whether the person has taken themselves out of everyone's lists.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// What the person looks for.
    #[serde(skip_serializing_if = "is_default")]
    pub requirements: Requirements,
}

/// Schooling.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Education {
    /// Highest level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<EducationLevel>,
    /// School.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub school: Option<String>,
    /// Kind of school, such as 985.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub school_type: Option<String>,
    /// Field of study.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub major: Option<String>,
    /// Year of graduation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graduation_year: Option<u16>,
}

/// Work.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Occupation {
    /// Field of work.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<OccupationType>,
    /// Job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// Company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Kind of company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_nature: Option<String>,
    /// Years of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_experience_years: Option<u8>,
}

/// Means.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Economy {
    /// Yearly income.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub income: Option<IncomeRange>,
    /// Whether there is a house, in the person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_house: Option<String>,
    /// Where the house is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub house_city: Option<String>,
    /// Whether there is a car, in the person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_car: Option<String>,
    /// Make of the car.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub car_brand: Option<String>,
}

impl Profile {
    /// Age in completed years on `today`: by the date of birth where it is known, else as stated.
    #[must_use]
    pub fn age_on(&self, today: NaiveDate) -> Option<u8> {
        match self.birth_date {
            Some(birth) => u8::try_from(completed_years(birth, today)).ok(),
            None => self.stated_age,
        }
    }

    /// States the age in years. A date of birth that says otherwise is dropped: the newer statement counts.
    pub fn state_age(&mut self, years: u8, today: NaiveDate) {
        if self.age_on(today) != Some(years) {
            self.birth_date = None;
        }
        self.stated_age = Some(years);
    }
}

/// Completed years from `birth` to `today`; someone born on 29 February completes a year on 1 March in common
/// years.
pub(crate) fn completed_years(birth: NaiveDate, today: NaiveDate) -> i32 {
    let before_birthday = (today.month(), today.day()) < (birth.month(), birth.day());
    today.year() - birth.year() - i32::from(before_birthday)
}

/// Whether a section says nothing, and so need not be written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn age_is_counted_in_completed_years() {
        let born = |date| Profile { birth_date: Some(day(date)), ..Profile::default() };
        assert_eq!(born("1995-01-01").age_on(day("2023-12-31")), Some(28));
        assert_eq!(born("1995-01-01").age_on(day("2024-01-01")), Some(29));
        assert_eq!(born("2000-02-29").age_on(day("2023-02-28")), Some(22));
        assert_eq!(born("2000-02-29").age_on(day("2023-03-01")), Some(23));
        assert_eq!(born("2030-01-01").age_on(day("2023-03-01")), None);
    }

    #[test]
    fn a_stated_age_outweighs_a_contradicting_date_of_birth_only() {
        let today = day("2026-06-01");
        let mut profile = Profile { birth_date: Some(day("1996-01-01")), ..Profile::default() };
        profile.state_age(30, today);
        assert_eq!(profile.birth_date, Some(day("1996-01-01")));
        profile.state_age(31, today);
        assert_eq!((profile.birth_date, profile.age_on(today)), (None, Some(31)));
    }

    #[cfg(feature = "api")]
    #[test]
    fn an_empty_profile_is_an_empty_document() {
        assert_eq!(serde_json::to_string(&Profile::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Profile>("{}").unwrap(), Profile::default());
    }
}
