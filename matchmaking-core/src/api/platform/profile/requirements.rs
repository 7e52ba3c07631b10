//! What somebody looks for in others.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::{
    super::{get, put},
    basic::HEIGHTS,
};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, Fields, Input, Node, Problem, Refused},
    },
    model::{
        Requirements,
        edit::AGES,
        profile::{EducationLevel, Gender, IncomeRange, MaritalStatus, OccupationType},
        requirements::GenderSet,
    },
    text::TEXT_MAX_CHARS,
};

/// The most cities that would do.
const CITIES_MAX: usize = 50;

/// The most characters of a city's name.
const CITY_CHARS_MAX: usize = 50;

/// The most codes of a list; more than there are of any kind.
const CODES_MAX: usize = 50;

/// Reads what one looks for.
#[derive(Debug)]
pub struct GetMateRequirements;

impl Endpoint for GetMateRequirements {
    const ROUTE: Route = get("/profile/mate-requirements", "获取择偶要求");
    type Request = ();
    type Response = MateRequirements;
}

/// Replaces what one looks for.
#[derive(Debug)]
pub struct SetMateRequirements;

impl Endpoint for SetMateRequirements {
    const ROUTE: Route = put("/profile/mate-requirements", "更新择偶要求").documented();
    type Request = MateRequirementsRequest;
    type Response = ();
}

/// What one looks for. Null and empty ask for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MateRequirements))]
pub struct MateRequirements {
    /// Whom one seeks; the other gender where it is empty.
    pub genders: Vec<&'static str>,
    /// Youngest age.
    pub age_min: Option<u8>,
    /// Oldest age.
    pub age_max: Option<u8>,
    /// Least height in centimetres.
    pub height_min: Option<u16>,
    /// Greatest height in centimetres.
    pub height_max: Option<u16>,
    /// Levels of education.
    pub education_levels: Vec<&'static str>,
    /// Fields of work.
    pub occupation_types: Vec<&'static str>,
    /// Incomes.
    pub income_ranges: Vec<&'static str>,
    /// Marital statuses.
    pub marital_status: Vec<&'static str>,
    /// Where.
    pub location_requirements: LocationRequirements,
    /// Anything else, in one's own words.
    pub other_requirements: Option<String>,
}

/// Where somebody should live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::LocationRequirements))]
pub struct LocationRequirements {
    /// Whether in the same city.
    pub same_city: bool,
    /// Other cities that would do.
    pub acceptable_cities: Vec<String>,
}

impl From<Requirements> for MateRequirements {
    fn from(requirements: Requirements) -> Self {
        fn codes<T: Copy>(values: &[T], code: fn(T) -> &'static str) -> Vec<&'static str> {
            values.iter().copied().map(code).collect()
        }
        let genders = requirements.genders.map(Vec::from).unwrap_or_default();
        Self {
            genders: codes(&genders, Gender::code),
            age_min: requirements.age_min,
            age_max: requirements.age_max,
            height_min: requirements.height_min,
            height_max: requirements.height_max,
            education_levels: codes(&requirements.education_levels, EducationLevel::code),
            occupation_types: codes(&requirements.occupation_types, OccupationType::code),
            income_ranges: codes(&requirements.income_ranges, IncomeRange::code),
            marital_status: codes(&requirements.marital_status, MaritalStatus::code),
            location_requirements: LocationRequirements {
                same_city: requirements.same_city,
                acceptable_cities: requirements.acceptable_cities,
            },
            other_requirements: requirements.other,
        }
    }
}

/// What one is to look for from now on; what is absent asks for nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct MateRequirementsRequest(pub Requirements);

impl Decode for MateRequirementsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let ages = i64::from(*AGES.start())..=i64::from(*AGES.end());
        let genders = codes(&body, "genders", Gender::CODES, Gender::from_code);
        let age = window(&body, ["age_min", "age_max"], ages);
        let height = window(&body, ["height_min", "height_max"], HEIGHTS);
        let education_levels =
            codes(&body, "education_levels", EducationLevel::CODES, EducationLevel::from_code);
        let occupation_types =
            codes(&body, "occupation_types", OccupationType::CODES, OccupationType::from_code);
        let income_ranges = codes(&body, "income_ranges", IncomeRange::CODES, IncomeRange::from_code);
        let marital_status = codes(&body, "marital_status", MaritalStatus::CODES, MaritalStatus::from_code);
        let location = body.optional("location_requirements", location);
        let other = body.optional("other_requirements", |node| node.text(TEXT_MAX_CHARS));
        let (genders, (age_min, age_max), (height_min, height_max)) = (genders?, age?, height?);
        let (same_city, acceptable_cities) = location?.unwrap_or_default();
        Ok(Self(Requirements {
            genders: (!genders.is_empty()).then(|| GenderSet::from(genders)),
            age_min: age_min.and_then(|age| u8::try_from(age).ok()),
            age_max: age_max.and_then(|age| u8::try_from(age).ok()),
            height_min: height_min.and_then(|height| u16::try_from(height).ok()),
            height_max: height_max.and_then(|height| u16::try_from(height).ok()),
            education_levels: education_levels?,
            occupation_types: occupation_types?,
            income_ranges: income_ranges?,
            marital_status: marital_status?,
            same_city,
            acceptable_cities,
            other: other?,
            trait_weights: None,
        }))
    }
}

/// A list of codes, each counted once.
fn codes<T: PartialEq>(
    body: &Fields<'_>,
    name: &str,
    words: &'static [&'static str],
    pick: fn(&str) -> Option<T>,
) -> Result<Vec<T>, Refused> {
    let read = |node: Node<'_>| node.list(CODES_MAX, |node| node.one_of(words, pick));
    let mut kept = Vec::new();
    for value in body.or_default(name, Vec::new(), read)? {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    Ok(kept)
}

/// Two bounds, of which the first is not above the second.
fn window(
    body: &Fields<'_>,
    [min, max]: [&str; 2],
    range: RangeInclusive<i64>,
) -> Result<(Option<i64>, Option<i64>), Refused> {
    let least = body.optional(min, |node| node.integer_in(range.clone()));
    let most = body.optional(max, |node| node.integer_in(range.clone()));
    let (least, most) = (least?, most?);
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        let problem = Problem::Reason {
            chinese: "最小值不能大于最大值",
            english: "must not be above the maximum",
        };
        return Err(body.refuse(min, problem));
    }
    Ok((least, most))
}

fn location(node: Node<'_>) -> Result<(bool, Vec<String>), Refused> {
    let fields = node.object()?;
    let same_city = fields.or_default("same_city", false, |node| node.boolean());
    let cities = |node: Node<'_>| node.list(CITIES_MAX, |node| node.text_of(1..=CITY_CHARS_MAX));
    let acceptable_cities = fields.or_default("acceptable_cities", Vec::new(), cities);
    Ok((same_city?, acceptable_cities?))
}

/// What a request says, described as what is read back.
#[cfg(feature = "openapi")]
mod schema {
    use std::borrow::Cow;

    use utoipa::{
        PartialSchema, ToSchema,
        openapi::{RefOr, Schema},
    };

    use super::{super::any_part_of, MateRequirements, MateRequirementsRequest};

    impl PartialSchema for MateRequirementsRequest {
        fn schema() -> RefOr<Schema> {
            any_part_of(MateRequirements::schema())
        }
    }

    impl ToSchema for MateRequirementsRequest {
        fn name() -> Cow<'static, str> {
            Cow::Borrowed("platform.MateRequirementsRequest")
        }

        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            MateRequirements::schemas(schemas);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::wire::FieldError;

    fn read(body: Value) -> Result<Requirements, Vec<String>> {
        let read = Input::strict().with_json(body).decode::<MateRequirementsRequest>();
        read.map(|request| request.0).map_err(|errors| errors.iter().map(FieldError::field).collect())
    }

    #[test]
    fn the_documented_example_is_read_and_shown_again() {
        let body = json!({
            "age_min": 28, "age_max": 35, "height_min": 175, "height_max": 185,
            "education_levels": ["BACHELOR", "MASTER", "PHD"],
            "occupation_types": ["TECH", "FINANCE", "EDUCATION"],
            "income_ranges": ["30W_50W", "50W_100W"],
            "marital_status": ["SINGLE"],
            "location_requirements": {"same_city": true, "acceptable_cities": ["上海", "杭州", "苏州"]},
            "other_requirements": "希望对方性格温和..."
        });
        let requirements = read(body.clone()).unwrap();
        let mut shown = serde_json::to_value(MateRequirements::from(requirements.clone())).unwrap();
        assert_eq!(shown["genders"], json!([]));
        assert_eq!(read(shown.clone()), Ok(requirements));
        shown.as_object_mut().unwrap().remove("genders");
        assert_eq!(shown, body);
        assert_eq!(read(json!({})), Ok(Requirements::default()));
        let nothing = serde_json::to_value(MateRequirements::from(Requirements::default())).unwrap();
        assert_eq!(read(nothing), Ok(Requirements::default()));
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let body = json!({
            "genders": ["female", "x"], "age_min": 40, "age_max": 30, "height_min": 99,
            "education_levels": ["BACHELOR", "X"], "income_ranges": "30W_50W",
            "location_requirements": {"same_city": 1, "acceptable_cities": [""]},
            "other_requirements": "a\u{0}",
        });
        let wrong = read(body).unwrap_err();
        assert_eq!(
            wrong,
            [
                "genders[1]",
                "age_min",
                "height_min",
                "education_levels[1]",
                "income_ranges",
                "location_requirements.same_city",
                "location_requirements.acceptable_cities[0]",
                "other_requirements"
            ]
        );
        let twice =
            read(json!({"genders": ["male", "male"], "marital_status": ["SINGLE", "SINGLE"]})).unwrap();
        assert_eq!(twice.marital_status.len(), 1);
        assert_eq!(twice.genders, Some(GenderSet::only(Gender::Male)));
    }
}
