//! What two people have between them: values from 0 to 1. `None` where either side is unknown. Every function gives
//! the same both ways.

use super::facts::{Between, Facts};

/// Gap in years at which closeness of age is 0.5.
const AGE_SCALE: f64 = 6.0;
/// Overlap at which common interests are worth 0.5.
pub(super) const OVERLAP_SCALE: f64 = 0.15;
/// Distance in kilometres at which nearness is 0.5.
pub(super) const KM_SCALE: f64 = 40.0;
/// Days without activity at which activity is worth 0.5.
const ACTIVITY_HALF_LIFE_DAYS: f64 = 14.0;

/// By steps between levels of education.
const EDUCATION_STEPS: [f64; 5] = [0.9, 0.6, 0.3, 0.1, 0.0];
/// By steps between income ranges.
const INCOME_STEPS: [f64; 6] = [0.8, 0.6, 0.4, 0.25, 0.1, 0.0];
/// The nearness of two who live in the same city, in the same province, and in neither.
pub(super) const NEARNESS_BY_NAME: [f64; 3] = [0.75, 0.45, 0.2];

/// `1 / (1 + (gap / 6)²)`: 1 at the same age, 0.5 at six years, 0.1 at eighteen.
pub(super) fn age(one: &Facts, other: &Facts) -> Option<f64> {
    Some(age_gap(f64::from(one.age?.abs_diff(other.age?))))
}

/// The closeness of age of two who are so many years apart.
pub(super) fn age_gap(years: f64) -> f64 {
    1.0 / (1.0 + (years / AGE_SCALE).powi(2))
}

/// By steps between levels of education: the same 0.9, then 0.6, 0.3, 0.1, 0.
pub(super) fn education(one: &Facts, other: &Facts) -> Option<f64> {
    Some(EDUCATION_STEPS[usize::from(one.education?.abs_diff(other.education?).min(4))])
}

/// By steps between income ranges: the same 0.8, then 0.6, 0.4, 0.25, 0.1, 0.
pub(super) fn income(one: &Facts, other: &Facts) -> Option<f64> {
    Some(INCOME_STEPS[usize::from(one.income?.abs_diff(other.income?).min(5))])
}

/// `o / (o + 0.15)` of the overlap `o`: 0 with nothing in common, 0.49 with one of five, 0.82 with four of four.
pub(super) fn interests(between: &Between) -> Option<f64> {
    let [one, other] = between.interests;
    if one == 0 || other == 0 {
        return None;
    }
    let overlap = super::interests::overlap(between.shared, one, other);
    Some(overlap / (overlap + OVERLAP_SCALE))
}

/// By how many of the six steps from "several times a week" to "almost never" lie between: 0.8 for the same, 0.2 less
/// for each step.
pub(super) fn going_out(one: &Facts, other: &Facts) -> Option<f64> {
    let steps = f64::from(one.going_out?.abs_diff(other.going_out?));
    Some((0.8 - 0.2 * steps).max(0.0))
}

/// `1 / (1 + km / 40)` where both positions are known; else by name: the same city 0.75, the same province 0.45,
/// another city 0.2.
pub(super) fn nearness(one: &Facts, other: &Facts, between: &Between) -> Option<f64> {
    if let (Some(here), Some(there)) = (one.cell, other.cell) {
        return Some(1.0 / (1.0 + here.km_to(there) / KM_SCALE));
    }
    let [city, province, elsewhere] = NEARNESS_BY_NAME;
    Some(match (between.same_city?, between.same_province) {
        (true, _) => city,
        (false, true) => province,
        (false, false) => elsewhere,
    })
}

/// The mean of both sides' `2^(−days / 14)`: 1 for two people active today, 0.5 after two weeks.
pub(super) fn activity(one: &Facts, other: &Facts, today: u16) -> f64 {
    f64::midpoint(recency(one.active, today), recency(other.active, today))
}

/// `2^(−days / 14)` since the last activity; a day in the future counts as today.
pub(super) fn recency(active: u16, today: u16) -> f64 {
    (-f64::from(today.saturating_sub(active)) / ACTIVITY_HALF_LIFE_DAYS).exp2()
}

/// 1 for two of whom something is the same, else 0.
pub(super) fn same<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<f64> {
    Some(f64::from(u8::from(one? == other?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Millis,
        ids::AccountId,
        model::{
            Person, Profile,
            profile::{EducationLevel, Place},
        },
        scoring::Features,
    };

    fn features(profile: Profile) -> Features {
        let person = Person { id: AccountId::new(1).unwrap(), profile, last_active_at: Millis(0) };
        Features::read(&person).unwrap()
    }

    fn facts(profile: Profile) -> Facts {
        Facts::of(&features(profile), "2026-06-01".parse().unwrap())
    }

    #[test]
    fn nearer_is_better() {
        let city = |province: &str, city: &str| {
            features(Profile {
                current: Place {
                    province: Some(province.to_owned()),
                    city: Some(city.to_owned()),
                    ..Place::default()
                },
                ..Profile::default()
            })
        };
        let home = city("浙江", "杭州");
        let values = [("浙江省", "杭州市"), ("浙江", "宁波"), ("上海", "上海")].map(|(province, name)| {
            let other = city(province, name);
            let day = "2026-06-01".parse().unwrap();
            let (one, two) = (Facts::of(&home, day), Facts::of(&other, day));
            nearness(&one, &two, &Between::of(&home, &other))
        });
        assert_eq!(values, [Some(0.75), Some(0.45), Some(0.2)]);
    }

    #[test]
    fn levels_and_ages_fall_off_with_distance() {
        let level = |level| {
            let mut profile = Profile { stated_age: Some(20 + level as u8 * 6), ..Profile::default() };
            profile.education.level = Some(level);
            facts(profile)
        };
        let base = level(EducationLevel::HighSchool);
        let values = EducationLevel::ALL.iter().map(|l| education(&base, &level(*l)).unwrap());
        assert!(values.clone().is_sorted_by(|a, b| a >= b));
        assert_eq!(age(&base, &base), Some(1.0));
        assert_eq!(age(&base, &level(EducationLevel::College)), Some(0.5));
    }

    #[test]
    fn extreme_moments_stay_in_range() {
        for (active, now) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, 0)] {
            let value = recency(
                super::super::facts::day_of(Millis(active)),
                super::super::facts::day_of(Millis(now)),
            );
            assert!((0.0..=1.0).contains(&value), "{value}");
        }
    }
}
