//! How far one person meets what another looks for: values from 0 to 1, where 0.5 is neither good nor bad.
//! `None` where the one asks for nothing, or where the other has not told.

use super::Features;
use crate::model::requirements::TraitWeights;

/// Centimetres outside the window at which a height meets the wish not at all.
const HEIGHT_TOLERANCE_CM: f64 = 10.0;
/// The self-rating that counts as 0.5. People rate themselves kindly: the mean over all five traits in the
/// speed-dating data (377 people) is 7.8 of 10.
pub(super) const TYPICAL_RATING: f64 = 7.8;
/// Points of rating from worth 0.5 to worth 1.
const RATING_SPREAD: f64 = 4.0;

/// 1 within the window, falling evenly to 0 at 10 cm outside.
pub(super) fn height(seeker: &Features, other: &Features) -> Option<f64> {
    let window = seeker.wishes.heights;
    if !window.is_set() {
        return None;
    }
    let height = other.height_cm?;
    let short = window.min.map_or(0, |min| min.saturating_sub(height));
    let tall = window.max.map_or(0, |max| height.saturating_sub(max));
    Some((1.0 - f64::from(short.max(tall)) / HEIGHT_TOLERANCE_CM).max(0.0))
}

/// 1 for a level asked for, 0.5 one step from the nearest of them, else 0.
pub(super) fn education(seeker: &Features, other: &Features) -> Option<f64> {
    near(seeker.wishes.education.iter().map(|level| *level as u8), other.education? as u8)
}

/// 1 for an income asked for, 0.5 one step from the nearest of them, else 0.
pub(super) fn income(seeker: &Features, other: &Features) -> Option<f64> {
    near(seeker.wishes.incomes.iter().map(|range| *range as u8), other.income? as u8)
}

/// 1 for a field of work asked for, else 0.
pub(super) fn occupation(seeker: &Features, other: &Features) -> Option<f64> {
    listed(&seeker.wishes.occupations, &other.occupation?)
}

/// 1 for a marital status asked for, else 0.
pub(super) fn marital(seeker: &Features, other: &Features) -> Option<f64> {
    listed(&seeker.wishes.marital, &other.marital?)
}

/// 1 for a city that would do: the seeker's own, when that is asked for, or a listed one. Else 0.
pub(super) fn city(seeker: &Features, other: &Features) -> Option<f64> {
    let wishes = &seeker.wishes;
    let theirs = other.home.city.as_ref()?;
    let own = seeker.home.city.as_ref().filter(|_| wishes.same_city);
    if own.is_none() && wishes.cities.is_empty() {
        return None;
    }
    Some(f64::from(u8::from(own == Some(theirs) || wishes.cities.contains(theirs))))
}

/// The other's self-ratings, weighed as the seeker weighs the traits, against the typical self-rating; shared
/// interests count as a sixth trait. `None` unless at least half of the seeker's weight lies on what is
/// known.
pub(super) fn traits(seeker: &Features, other: &Features) -> Option<f64> {
    let weights = seeker.wishes.trait_weights?;
    let rated = other.traits;
    let overlap = super::closeness::interests(seeker, other);
    let rating = |rating: Option<u8>| {
        rating.map(|rating| {
            (0.5 + (f64::from(rating) - TYPICAL_RATING) / (2.0 * RATING_SPREAD)).clamp(0.0, 1.0)
        })
    };
    let TraitWeights { attractive, sincere, intelligent, fun, ambitious, shared_interests } = weights;
    let known = [
        (attractive, rating(rated.attractive)),
        (sincere, rating(rated.sincere)),
        (intelligent, rating(rated.intelligent)),
        (fun, rating(rated.fun)),
        (ambitious, rating(rated.ambitious)),
        (shared_interests, overlap),
    ];
    let (mut all, mut covered, mut sum) = (0.0, 0.0, 0.0);
    for (weight, value) in known {
        let weight = f64::from(weight);
        all += weight;
        if let Some(value) = value {
            covered += weight;
            sum += weight * value;
        }
    }
    (all > 0.0 && covered >= all / 2.0).then(|| sum / covered)
}

/// 1 when the value is asked for, 0.5 when it is one step from the nearest asked for, else 0; `None` when
/// nothing is asked for.
fn near(asked: impl Iterator<Item = u8>, value: u8) -> Option<f64> {
    let steps = asked.map(|one| one.abs_diff(value)).min()?;
    Some(match steps {
        0 => 1.0,
        1 => 0.5,
        _ => 0.0,
    })
}

/// 1 when the value is asked for, else 0; `None` when nothing is asked for.
fn listed<T: PartialEq>(asked: &[T], value: &T) -> Option<f64> {
    (!asked.is_empty()).then(|| f64::from(u8::from(asked.contains(value))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Millis,
        ids::AccountId,
        model::{
            Person, Profile, Requirements,
            profile::{EducationLevel, Place, TraitRatings},
        },
    };

    fn features(profile: Profile) -> Features {
        let person = Person { id: AccountId::new(1).unwrap(), profile, last_active_at: Millis(0) };
        Features::read(&person).unwrap()
    }

    fn asking(requirements: Requirements) -> Features {
        features(Profile { requirements, ..Profile::default() })
    }

    #[test]
    fn heights_outside_the_window_count_for_less_and_less() {
        let seeker =
            asking(Requirements { height_min: Some(170), height_max: Some(180), ..Requirements::default() });
        let tall = |cm| height(&seeker, &features(Profile { height_cm: Some(cm), ..Profile::default() }));
        assert_eq!([170, 175, 180].map(tall), [Some(1.0); 3]);
        assert_eq!(tall(165), Some(0.5));
        assert_eq!([160, 100, 250, u16::MAX].map(tall), [Some(0.0); 4]);
        assert_eq!(height(&seeker, &features(Profile::default())), None);
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
            education(&seeker, &features(profile))
        };
        assert_eq!(with(EducationLevel::Master), Some(1.0));
        assert_eq!(with(EducationLevel::Phd), Some(0.5));
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
        assert_eq!(city(&seeker, &other("上海市")), Some(1.0));
        assert_eq!(city(&seeker, &other("苏州")), Some(1.0));
        assert_eq!(city(&seeker, &other("北京")), Some(0.0));
        assert_eq!(city(&other("上海"), &other("上海")), None);
    }

    #[test]
    fn traits_need_half_of_the_weight_known() {
        let weights = TraitWeights { sincere: 60.0, fun: 40.0, ..TraitWeights::default() };
        let seeker = asking(Requirements { trait_weights: Some(weights), ..Requirements::default() });
        let rated = |traits| traits_of(&seeker, traits);
        let sincere = |value| TraitRatings { sincere: Some(value), ..TraitRatings::default() };
        assert!(rated(sincere(10)).unwrap() > 0.7);
        assert!(rated(sincere(1)).unwrap() < 0.1);
        assert_eq!(rated(TraitRatings { fun: Some(10), ..TraitRatings::default() }), None);
        let nothing =
            Requirements { trait_weights: Some(TraitWeights::default()), ..Requirements::default() };
        assert_eq!(traits_of(&asking(nothing), sincere(9)), None);
    }

    fn traits_of(seeker: &Features, traits: TraitRatings) -> Option<f64> {
        super::traits(seeker, &features(Profile { traits, ..Profile::default() }))
    }
}
