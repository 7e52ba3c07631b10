//! People as others are shown them, in lists and beside what they did.

use serde::Serialize;

use crate::{
    clock::Millis,
    ids::AccountId,
    model::{Person, Profile, profile::Place},
};

/// Somebody beside a recommendation that was decided on: just enough to show the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::UserBrief))]
pub struct UserBrief {
    /// Who.
    pub user_id: i64,
    /// Their name; empty for whoever told none.
    pub nickname: String,
    /// Where their picture is.
    pub avatar: Option<String>,
}

/// Somebody in a list of matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::UserCard))]
pub struct UserCard {
    /// Who.
    pub user_id: i64,
    /// Their name; empty for whoever told none.
    pub nickname: String,
    /// Where their picture is.
    pub avatar: Option<String>,
    /// Their age in years.
    pub age: Option<u8>,
    /// Where they live: `上海·静安`.
    pub location: Option<String>,
}

/// Somebody in a list of likes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ScoredUser))]
pub struct ScoredUser {
    /// Who; null for whoever may not know.
    pub user_id: Option<i64>,
    /// Their name, or what is left of it for whoever may not know.
    pub nickname: String,
    /// Where their picture is, or one that cannot be recognised.
    pub avatar: Option<String>,
    /// Their age in years.
    pub age: Option<u8>,
    /// Where they live: `上海·徐汇`.
    pub location: Option<String>,
    /// How well the two suit each other, 0 to 100.
    pub match_score: u8,
}

impl UserBrief {
    /// Somebody with this picture.
    #[must_use]
    pub fn of(person: &Person, avatar: Option<String>) -> Self {
        Self { user_id: person.id.get(), nickname: nickname(&person.profile), avatar }
    }
}

impl UserCard {
    /// Somebody with this picture, on this day.
    #[must_use]
    pub fn of(person: &Person, avatar: Option<String>, today: chrono::NaiveDate) -> Self {
        Self {
            user_id: person.id.get(),
            nickname: nickname(&person.profile),
            avatar,
            age: person.profile.age_on(today),
            location: location(&person.profile.current),
        }
    }
}

impl ScoredUser {
    /// Somebody with this picture, on this day; `in_the_clear` or without saying who they are.
    #[must_use]
    pub fn of(
        person: &Person,
        avatar: Option<String>,
        today: chrono::NaiveDate,
        match_score: u8,
        in_the_clear: bool,
    ) -> Self {
        let name = nickname(&person.profile);
        Self {
            user_id: in_the_clear.then(|| AccountId::get(person.id)),
            nickname: if in_the_clear { name } else { masked(&name) },
            avatar,
            age: person.profile.age_on(today),
            location: location(&person.profile.current),
            match_score,
        }
    }
}

/// The name that people are shown by; empty for whoever told none.
#[must_use]
pub fn nickname(profile: &Profile) -> String {
    profile.nickname.clone().unwrap_or_default()
}

/// A name with its first and last character, of two only the first; one is hidden.
#[must_use]
pub fn masked(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, hidden @ .., last] => format!("{first}{}{last}", "*".repeat(hidden.len())),
    }
}

/// City and district in one text, the district without its last word: `上海·静安`.
#[must_use]
pub fn location(place: &Place) -> Option<String> {
    let city =
        place.city.as_deref().or(place.province.as_deref()).map(str::trim).filter(|city| !city.is_empty())?;
    let district = place.district.as_deref().map(str::trim).unwrap_or_default();
    // A district of one more character is a name of its own.
    let short = district.strip_suffix('区').filter(|short| short.chars().count() > 1).unwrap_or(district);
    Some(if short.is_empty() { city.to_owned() } else { format!("{city}·{short}") })
}

/// A moment as this surface writes it.
pub(super) fn moment(at: Millis) -> String {
    at.to_rfc3339()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_masked() {
        for (name, expected) in
            [("", ""), ("佘", "*"), ("张三", "张*"), ("佘秋婧", "佘*婧"), ("Lin Wu", "L****u")]
        {
            assert_eq!(masked(name), expected);
        }
    }

    #[test]
    fn places_are_city_and_district() {
        let place = |city: &str, district: &str| Place {
            city: Some(city.to_owned()),
            district: Some(district.to_owned()),
            ..Place::default()
        };
        for (city, district, expected) in [
            ("上海", "静安区", Some("上海·静安")),
            ("上海", "浦东新区", Some("上海·浦东新")),
            ("重庆", "东区", Some("重庆·东区")),
            ("昆山", "周庄镇", Some("昆山·周庄镇")),
            ("上海", " ", Some("上海")),
            (" ", "静安区", None),
        ] {
            assert_eq!(location(&place(city, district)).as_deref(), expected);
        }
        assert_eq!(location(&Place::default()), None);
    }
}
