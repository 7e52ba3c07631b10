//! How far one person meets what another looks for: values from 0 to 1. `None` where the one asks for nothing, or
//! where the other has not told.

use super::{
    facts::{Between, Facts},
    features::TRAITS,
};

/// Centimetres outside the window at which a height meets the wish not at all.
const HEIGHT_TOLERANCE_CM: f64 = 10.0;
/// The self-rating that counts as neither high nor low. People rate themselves kindly: the mean over all five traits
/// in the speed-dating data (377 people) is 7.8 of 10.
pub(super) const TYPICAL_RATING: f64 = 7.8;
/// Points of rating that count as one unit of a trait.
const RATING_SPREAD: f64 = 2.0;

/// 1 within the window, falling evenly to 0 at 10 cm outside.
pub(super) fn height(seeker: &Facts, other: &Facts) -> Option<f64> {
    let window = seeker.heights;
    if !window.is_set() {
        return None;
    }
    let height = other.height?;
    let short = window.min.map_or(0, |min| min.saturating_sub(height));
    let tall = window.max.map_or(0, |max| height.saturating_sub(max));
    Some((1.0 - f64::from(short.max(tall)) / HEIGHT_TOLERANCE_CM).max(0.0))
}

/// 1 for a level asked for, 0.5 one step from the nearest of them, else 0.
pub(super) fn education(seeker: &Facts, other: &Facts) -> Option<f64> {
    near(seeker.education_wish, other.education?)
}

/// 1 for an income asked for, 0.5 one step from the nearest of them, else 0.
pub(super) fn income(seeker: &Facts, other: &Facts) -> Option<f64> {
    near(seeker.income_wish, other.income?)
}

/// 1 for a field of work asked for, else 0.
pub(super) fn occupation(seeker: &Facts, other: &Facts) -> Option<f64> {
    listed(seeker.occupation_wish, other.occupation?)
}

/// 1 for a marital status asked for, else 0.
pub(super) fn marital(seeker: &Facts, other: &Facts) -> Option<f64> {
    listed(u16::from(seeker.marital_wish), other.marital?)
}

/// 1 for a city that would do, else 0.
pub(super) fn city(between: &Between) -> Option<f64> {
    between.city_wish[0].map(|met| f64::from(u8::from(met)))
}

/// How far each trait as rated in oneself lies above the typical rating, in units of two points; 0 where not rated.
pub(super) fn traits(ratings: [Option<u8>; TRAITS]) -> [f64; TRAITS] {
    ratings.map(|rating| rating.map_or(0.0, |rating| (f64::from(rating) - TYPICAL_RATING) / RATING_SPREAD))
}

/// How much more than an even sixth of what matters lies on each trait; 0 where nothing was shared out.
pub(super) fn stated(stated: Option<[u8; TRAITS]>) -> [f64; TRAITS] {
    stated.map_or([0.0; TRAITS], |shares| shares.map(|share| f64::from(share) / 255.0 - 1.0 / 6.0))
}

/// 1 when the value is among the bits asked for, 0.5 when it is one step from the nearest, else 0; `None` when nothing
/// is asked for.
pub(super) fn near(asked: u8, value: u8) -> Option<f64> {
    let bit = 1_u16 << value;
    let asked = u16::from(asked);
    (asked != 0).then_some(match (asked & bit != 0, asked & (bit << 1 | bit >> 1) != 0) {
        (true, _) => 1.0,
        (false, true) => 0.5,
        (false, false) => 0.0,
    })
}

/// 1 when the value is among the bits asked for, else 0; `None` when nothing is asked for.
pub(super) fn listed(asked: u16, value: u8) -> Option<f64> {
    (asked != 0).then(|| f64::from(u8::from(asked & (1 << value) != 0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Millis,
        ids::AccountId,
        model::{
            Person, Profile, Requirements,
            profile::{EducationLevel, Place},
            requirements::TraitWeights,
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

    fn asking(requirements: Requirements) -> Facts {
        facts(Profile { requirements, ..Profile::default() })
    }

    #[test]
    fn heights_outside_the_window_count_for_less_and_less() {
        let seeker =
            asking(Requirements { height_min: Some(170), height_max: Some(180), ..Requirements::default() });
        let tall = |cm| height(&seeker, &facts(Profile { height_cm: Some(cm), ..Profile::default() }));
        assert_eq!([170, 175, 180].map(tall), [Some(1.0); 3]);
        assert_eq!(tall(165), Some(0.5));
        assert_eq!([160, 100, 250].map(tall), [Some(0.0); 3]);
        assert_eq!(height(&seeker, &facts(Profile::default())), None);
    }

    #[test]
    fn levels_next_to_the_wish_count_half() {
        let seeker = asking(Requirements {
            education_levels: vec![EducationLevel::Master],
            ..Requirements::default()
        });
        let with = |level| {
            let mut profile = Profile::default();
            profile.education.level = Some(level);
            education(&seeker, &facts(profile))
        };
        assert_eq!(with(EducationLevel::Master), Some(1.0));
        assert_eq!(with(EducationLevel::Phd), Some(0.5));
        assert_eq!(with(EducationLevel::Bachelor), Some(0.5));
        assert_eq!(with(EducationLevel::HighSchool), Some(0.0));
    }

    #[test]
    fn cities_may_be_ones_own_or_listed() {
        let living = |city: &str, requirements| {
            features(Profile {
                current: Place { city: Some(city.to_owned()), ..Place::default() },
                requirements,
                ..Profile::default()
            })
        };
        let wish = Requirements {
            same_city: true,
            acceptable_cities: vec!["苏州市".to_owned()],
            ..Requirements::default()
        };
        let seeker = living("上海", wish);
        let other = |name| living(name, Requirements::default());
        let met = |one: &Features, two: &Features| city(&Between::of(one, two));
        assert_eq!(met(&seeker, &other("上海市")), Some(1.0));
        assert_eq!(met(&seeker, &other("苏州")), Some(1.0));
        assert_eq!(met(&seeker, &other("北京")), Some(0.0));
        assert_eq!(met(&other("上海"), &other("上海")), None);
    }

    #[test]
    fn what_matters_is_counted_in_shares() {
        let weights = TraitWeights { sincere: 60.0, shared_interests: 40.0, ..TraitWeights::default() };
        let seeker = asking(Requirements { trait_weights: Some(weights), ..Requirements::default() });
        assert_eq!(seeker.stated, Some([0, 153, 0, 0, 0]));
        assert!(stated(seeker.stated)[1] > 0.4 && stated(seeker.stated)[0] < 0.0);
        let nothing =
            Requirements { trait_weights: Some(TraitWeights::default()), ..Requirements::default() };
        assert_eq!(stated(asking(nothing).stated), [0.0; TRAITS]);
    }
}
