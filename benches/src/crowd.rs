//! Made-up people for benchmarks of the matchmaker, the same ones at every run.

use chrono::NaiveDate;
use chrono_tz::Asia::Shanghai;
use matchmaking_core::{
    clock::Millis,
    ids::AccountId,
    model::{
        Person, Profile, Requirements,
        profile::{
            EducationLevel, Gender, IncomeRange, MaritalStatus, OccupationType, Place, Position, TraitRatings,
        },
        requirements::{GenderSet, TraitWeights},
    },
    scoring::{Decision, Moment},
};

/// The moment of every question.
const NOW: Millis = Millis(1_780_000_000_000);
/// How many cities people live in. The first are the largest.
const CITIES: u64 = 40;
/// How many names of interests there are.
const INTERESTS: u64 = 60;

/// The moment at which everything is asked.
#[must_use]
pub fn moment() -> Moment {
    Moment::new(NOW, Shanghai)
}

/// Splitmix64: numbers that look random and never change.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    /// Smaller ones more often.
    fn skewed(&mut self, bound: u64) -> u64 {
        self.below(bound).min(self.below(bound))
    }

    fn maybe<T>(&mut self, percent: u64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(100) < percent).then(|| make(self))
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

/// The person with this number.
///
/// # Panics
///
/// For a number that no account has.
#[must_use]
pub fn person(number: u64) -> Person {
    let mut n = Numbers(number.wrapping_mul(0x2545_F491_4F6C_DD1D));
    let gender = n.one_of(&[Gender::Female, Gender::Male]);
    let age = 18 + n.skewed(43) as i32;
    let city = n.skewed(CITIES);
    let centre = Numbers(city + 7).below(1_000_000);
    let (north, east) = (22 + centre % 20, 100 + centre / 1_000 % 21);
    let spread = |n: &mut Numbers| n.below(4_000) as f64 / 10_000.0;
    let rating = |n: &mut Numbers| n.maybe(70, |n| 5 + n.below(6) as u8);
    let interests = 3 + n.below(8);
    let mut profile = Profile {
        gender: Some(gender),
        birth_date: NaiveDate::from_ymd_opt(2026 - age, 1 + n.below(12) as u32, 1 + n.below(28) as u32),
        height_cm: n.maybe(90, |n| 150 + n.below(45) as u16),
        current: Place {
            city: Some(format!("city {city}")),
            province: Some(format!("province {}", city / 3)),
            ..Place::default()
        },
        position: n.maybe(80, |n| Position {
            latitude: north as f64 + spread(n),
            longitude: east as f64 + spread(n),
        }),
        marital_status: n.maybe(80, |n| {
            n.one_of(&[MaritalStatus::Single, MaritalStatus::Single, MaritalStatus::Divorced])
        }),
        has_children: n.maybe(60, |n| n.below(4) == 0),
        interests: (0..interests).map(|_| format!("interest {}", n.skewed(INTERESTS))).collect(),
        traits: TraitRatings {
            attractive: rating(&mut n),
            sincere: rating(&mut n),
            intelligent: rating(&mut n),
            fun: rating(&mut n),
            ambitious: rating(&mut n),
        },
        going_out: n.maybe(60, |n| 1 + n.below(7) as u8),
        requirements: requirements(&mut n, gender, age as u8),
        ..Profile::default()
    };
    profile.education.level = n.maybe(85, |n| n.one_of(EducationLevel::ALL));
    profile.education.major = n.maybe(60, |n| format!("major {}", n.below(30)));
    profile.occupation.kind = n.maybe(80, |n| n.one_of(OccupationType::ALL));
    profile.economy.income = n.maybe(70, |n| n.one_of(IncomeRange::ALL));
    let id = AccountId::new(number as i64).expect("a positive number");
    Person { id, profile, last_active_at: NOW.plus(-(n.skewed(60) as i64) * 86_400_000) }
}

fn requirements(n: &mut Numbers, gender: Gender, age: u8) -> Requirements {
    let other = if gender == Gender::Female { Gender::Male } else { Gender::Female };
    let height = n.maybe(50, |n| 150 + n.below(30) as u16);
    Requirements {
        genders: Some(GenderSet::only(other)),
        age_min: Some(age.saturating_sub(3 + n.below(6) as u8).max(18)),
        age_max: Some(age + 3 + n.below(6) as u8),
        height_min: height,
        height_max: height.and_then(|height| n.maybe(50, |n| height + 10 + n.below(20) as u16)),
        education_levels: n.maybe(40, |_| EducationLevel::ALL[2..].to_vec()).unwrap_or_default(),
        income_ranges: n.maybe(30, |_| IncomeRange::ALL[2..].to_vec()).unwrap_or_default(),
        marital_status: n.maybe(40, |_| vec![MaritalStatus::Single]).unwrap_or_default(),
        same_city: n.below(3) == 0,
        trait_weights: n.maybe(40, |n| TraitWeights {
            attractive: n.below(40) as f32,
            sincere: n.below(40) as f32,
            intelligent: n.below(40) as f32,
            fun: n.below(40) as f32,
            ambitious: n.below(40) as f32,
            shared_interests: n.below(40) as f32,
        }),
        ..Requirements::default()
    }
}

/// A decision among so many people, the same one for the same place: some people say yes easily and some are liked more
/// than others.
///
/// # Panics
///
/// When there are fewer than two people.
#[must_use]
pub fn decision(place: u64, people: u64) -> Decision {
    let mut n = Numbers(place.wrapping_mul(0x9E6C_63D0_876A_68E5));
    let actor = 1 + n.below(people);
    let target = 1 + (actor + n.below(people - 1)) % people;
    let charm = |number: u64| Numbers(number ^ 0xABCD).below(100);
    let id = |number: u64| AccountId::new(number as i64).expect("a positive number");
    Decision {
        actor: id(actor),
        target: id(target),
        said_yes: n.below(200) < charm(actor) / 2 + charm(target),
    }
}
