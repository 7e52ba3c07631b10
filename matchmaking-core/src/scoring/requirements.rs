//! Who may be shown to whom at all: hard filters, on both sides.
//!
//! Only the gender sought and the age window filter. Every other wish weighs in the score and never filters.

use chrono::NaiveDate;

use super::{Features, features::Window};
use crate::model::{Person, profile::Gender, requirements::GenderSet};

/// The youngest age at which anyone takes part, in years.
pub const ADULT: u8 = 18;

/// Whether each of the two meets what the other requires. The same both ways.
///
/// - Nobody meets their own requirements.
/// - An unset gender passes only someone who seeks anyone.
/// - An unset age passes no age window that someone set.
/// - Nobody who is known to be under 18 passes anyone.
///
/// Whether someone is paused plays no role here: it decides who is a candidate (see [`is_candidate`]).
#[must_use]
pub fn meet_each_other(one: &Features, other: &Features, today: NaiveDate) -> bool {
    one.id != other.id && passes(one, other, today) && passes(other, one, today)
}

/// Whether `candidate` may be proposed to `seeker`: the two meet each other's requirements, and the
/// candidate is not paused.
#[must_use]
pub fn is_candidate(seeker: &Features, candidate: &Features, today: NaiveDate) -> bool {
    !candidate.paused && meet_each_other(seeker, candidate, today)
}

/// Whether `other` passes what `seeker` requires.
fn passes(seeker: &Features, other: &Features, today: NaiveDate) -> bool {
    seeks(seeker.wishes.genders, other.gender) && looks_for(seeker.wishes.ages, other.age.on(today))
}

/// Whether somebody of this gender is sought.
pub(super) fn seeks(genders: GenderSet, gender: Option<Gender>) -> bool {
    gender.map_or(genders == GenderSet::ANY, |gender| genders.contains(gender))
}

/// Whether somebody of this age is looked for, in completed years.
pub(super) fn looks_for(ages: Window<u8>, age: Option<u8>) -> bool {
    age.map_or(!ages.is_set(), |years| years >= ADULT && ages.contains(years))
}

/// The same person, seeking the other gender unless they said whom they seek. Someone whose gender is unset
/// or neither seeks anyone.
///
/// The platform's contract wants this of its people; on the other surfaces nothing set means anyone.
#[must_use]
pub fn seeking_the_other_gender(mut person: Person) -> Person {
    let asked = &mut person.profile.requirements.genders;
    if asked.is_none() {
        *asked = match person.profile.gender {
            Some(Gender::Female) => Some(GenderSet::only(Gender::Male)),
            Some(Gender::Male) => Some(GenderSet::only(Gender::Female)),
            Some(Gender::Other) | None => None,
        };
    }
    person
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Millis,
        ids::AccountId,
        model::{Profile, Requirements},
    };

    fn today() -> NaiveDate {
        "2026-06-01".parse().unwrap()
    }

    fn features(id: i64, gender: Option<Gender>, age: Option<u8>, requirements: Requirements) -> Features {
        let profile = Profile { gender, stated_age: age, requirements, ..Profile::default() };
        let person = Person { id: AccountId::new(id).unwrap(), profile, last_active_at: Millis(0) };
        Features::read(&person).unwrap()
    }

    fn seeks(gender: Gender) -> Requirements {
        Requirements { genders: Some(GenderSet::only(gender)), ..Requirements::default() }
    }

    fn ages(min: u8, max: u8) -> Requirements {
        Requirements { age_min: Some(min), age_max: Some(max), ..Requirements::default() }
    }

    #[test]
    fn both_sides_must_seek_each_other() {
        let her = features(1, Some(Gender::Female), Some(30), seeks(Gender::Male));
        let him = features(2, Some(Gender::Male), Some(30), seeks(Gender::Female));
        let him_for_men = features(3, Some(Gender::Male), Some(30), seeks(Gender::Male));
        let open = features(4, Some(Gender::Male), Some(30), Requirements::default());
        assert!(meet_each_other(&her, &him, today()));
        assert!(!meet_each_other(&her, &him_for_men, today()));
        assert!(meet_each_other(&her, &open, today()));
        assert!(!meet_each_other(&her, &her, today()));
    }

    #[test]
    fn an_unset_gender_passes_only_someone_who_seeks_anyone() {
        let unset = features(1, None, Some(30), Requirements::default());
        let picky = features(2, Some(Gender::Female), Some(30), seeks(Gender::Other));
        let every = Requirements { genders: Some(GenderSet::ANY), ..Requirements::default() };
        let open = features(3, Some(Gender::Female), Some(30), every);
        assert!(!meet_each_other(&unset, &picky, today()));
        assert!(meet_each_other(&unset, &open, today()));
    }

    #[test]
    fn age_windows_are_inclusive_and_hold_on_both_sides() {
        let seeker = features(1, None, Some(30), ages(28, 35));
        for (age, passes) in [(27, false), (28, true), (35, true), (36, false)] {
            let other = features(2, None, Some(age), Requirements::default());
            assert_eq!(meet_each_other(&seeker, &other, today()), passes, "{age}");
            assert_eq!(meet_each_other(&other, &seeker, today()), passes, "{age}");
        }
        let unset = features(2, None, None, Requirements::default());
        assert!(!meet_each_other(&seeker, &unset, today()));
        let half_open = Requirements { age_min: Some(18), ..Requirements::default() };
        let window = features(3, None, Some(30), half_open);
        assert!(!meet_each_other(&window, &unset, today()));
    }

    #[test]
    fn minors_and_paused_people_are_no_candidates() {
        let open = features(1, None, None, Requirements::default());
        let mut minor = features(2, None, None, Requirements::default());
        minor.age = super::super::features::Age::Born("2010-01-01".parse().unwrap());
        assert!(!meet_each_other(&open, &minor, today()));
        let mut paused = features(3, None, None, Requirements::default());
        paused.paused = true;
        assert!(!is_candidate(&open, &paused, today()));
        assert!(is_candidate(&paused, &open, today()));
    }

    #[test]
    fn the_default_of_the_platform_is_the_other_gender() {
        let with = |gender, requirements| {
            let profile = Profile { gender, requirements, ..Profile::default() };
            let person = Person { id: AccountId::new(1).unwrap(), profile, last_active_at: Millis(0) };
            seeking_the_other_gender(person).profile.requirements.genders
        };
        let men = Some(GenderSet::only(Gender::Male));
        assert_eq!(with(Some(Gender::Female), Requirements::default()), men);
        assert_eq!(with(Some(Gender::Male), seeks(Gender::Male)), men);
        assert_eq!(with(Some(Gender::Other), Requirements::default()), None);
        assert_eq!(with(None, Requirements::default()), None);
    }
}
