//! What two people have between them: values from 0 to 1, where 0.5 is neither near nor far. `None` where
//! either side is unknown. Every function gives the same both ways.

use chrono::NaiveDate;

use super::Features;
use crate::clock::Millis;

/// Gap in years at which closeness of age is 0.5.
const AGE_SCALE: f64 = 6.0;
/// Overlap at which common interests are worth 0.5.
const OVERLAP_SCALE: f64 = 0.15;
/// Distance in kilometres at which nearness is 0.5.
const KM_SCALE: f64 = 40.0;
/// Days without activity at which activity is worth 0.5.
const ACTIVITY_HALF_LIFE_DAYS: f64 = 14.0;

/// `1 / (1 + (gap / 6)²)`: 1 at the same age, 0.5 at six years, 0.1 at eighteen.
pub(super) fn age(one: &Features, other: &Features, today: NaiveDate) -> Option<f64> {
    let gap = f64::from(one.age.on(today)?.abs_diff(other.age.on(today)?));
    Some(1.0 / (1.0 + (gap / AGE_SCALE).powi(2)))
}

/// By steps between levels of education: the same 0.9, then 0.6, 0.3, 0.1, 0.
pub(super) fn education(one: &Features, other: &Features) -> Option<f64> {
    let steps = (one.education? as u8).abs_diff(other.education? as u8);
    Some([0.9, 0.6, 0.3, 0.1, 0.0][usize::from(steps.min(4))])
}

/// By steps between income ranges: the same 0.8, then 0.6, 0.4, 0.25, 0.1, 0.
pub(super) fn income(one: &Features, other: &Features) -> Option<f64> {
    let steps = (one.income? as u8).abs_diff(other.income? as u8);
    Some([0.8, 0.6, 0.4, 0.25, 0.1, 0.0][usize::from(steps.min(5))])
}

/// `o / (o + 0.15)` of the overlap `o`: 0 with nothing in common, 0.49 with one of five, 0.82 with four of
/// four.
pub(super) fn interests(one: &Features, other: &Features) -> Option<f64> {
    let overlap = one.interests.overlap(&other.interests)?;
    Some(overlap / (overlap + OVERLAP_SCALE))
}

/// By how many of the six steps from "several times a week" to "almost never" lie between: 0.8 for the same,
/// 0.2 less for each step.
pub(super) fn going_out(one: &Features, other: &Features) -> Option<f64> {
    let steps = f64::from(one.going_out?.abs_diff(other.going_out?));
    Some((0.8 - 0.2 * steps).max(0.0))
}

/// `1 / (1 + km / 40)` where both positions are known; else by name: the same city 0.75, the same province
/// 0.45, another city 0.2.
pub(super) fn nearness(one: &Features, other: &Features) -> Option<f64> {
    if let (Some(here), Some(there)) = (one.home.cell, other.home.cell) {
        return Some(1.0 / (1.0 + here.km_to(there) / KM_SCALE));
    }
    let same_city = one.home.city.as_ref()? == other.home.city.as_ref()?;
    let same_province = matches!((&one.home.province, &other.home.province), (Some(a), Some(b)) if a == b);
    Some(match (same_city, same_province) {
        (true, _) => 0.75,
        (false, true) => 0.45,
        (false, false) => 0.2,
    })
}

/// The mean of both sides' `2^(−days / 14)`: 1 for two people active just now, 0.5 after two weeks.
pub(super) fn activity(one: &Features, other: &Features, now: Millis) -> f64 {
    f64::midpoint(recency(one, now), recency(other, now))
}

/// `2^(−days / 14)` since the last activity; a moment in the future counts as now.
pub(super) fn recency(person: &Features, now: Millis) -> f64 {
    let days = now.since(person.last_active_at).max(0) as f64 / 86_400_000.0;
    (-days / ACTIVITY_HALF_LIFE_DAYS).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::AccountId,
        model::{
            Person, Profile,
            profile::{EducationLevel, Place, Position},
        },
    };

    fn features(profile: Profile) -> Features {
        let person = Person { id: AccountId::new(1).unwrap(), profile, last_active_at: Millis(0) };
        Features::read(&person).unwrap()
    }

    #[test]
    fn what_either_side_leaves_out_is_not_compared() {
        let empty = features(Profile::default());
        let today = "2026-06-01".parse().unwrap();
        let full = features(Profile {
            stated_age: Some(30),
            position: Some(Position { latitude: 31.0, longitude: 121.0 }),
            interests: vec!["旅行".to_owned()],
            going_out: Some(2),
            ..Profile::default()
        });
        for (one, other) in [(&empty, &full), (&full, &empty), (&empty, &empty)] {
            assert_eq!(age(one, other, today), None);
            assert_eq!(education(one, other), None);
            assert_eq!(income(one, other), None);
            assert_eq!(interests(one, other), None);
            assert_eq!(going_out(one, other), None);
            assert_eq!(nearness(one, other), None);
        }
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
        let values = [("浙江省", "杭州市"), ("浙江", "宁波"), ("上海", "上海")]
            .map(|(p, c)| nearness(&home, &city(p, c)));
        assert_eq!(values, [Some(0.75), Some(0.45), Some(0.2)]);
    }

    #[test]
    fn levels_and_ages_fall_off_with_distance() {
        let level = |level| {
            let mut profile = Profile { stated_age: Some(20 + level as u8 * 6), ..Profile::default() };
            profile.education.level = Some(level);
            features(profile)
        };
        let base = level(EducationLevel::HighSchool);
        let values = EducationLevel::ALL.iter().map(|l| education(&base, &level(*l)).unwrap());
        assert!(values.clone().is_sorted_by(|a, b| a >= b));
        let today = "2026-06-01".parse().unwrap();
        assert_eq!(age(&base, &base, today), Some(1.0));
        assert_eq!(age(&base, &level(EducationLevel::College), today), Some(0.5));
    }

    #[test]
    fn extreme_moments_stay_in_range() {
        let mut person = features(Profile::default());
        for (active, now) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, 0)] {
            person.last_active_at = Millis(active);
            let value = activity(&person, &person, Millis(now));
            assert!((0.0..=1.0).contains(&value), "{value}");
        }
    }
}
