//! Crowds: the same for the same seed, and made of people who could be.

use chrono::Datelike as _;
use matchmaking_core::{
    model::{
        Person,
        profile::{EducationLevel, Gender, OccupationType},
    },
    scoring::Features,
    service::Foundation,
    store::{Stores, memory::MemoryStore},
};

use super::*;

#[test]
fn a_seed_gives_the_same_people_however_many() {
    let crowd = |seed| (1..=50).map(|number| people::person(seed, number)).collect::<Vec<_>>();
    assert_eq!(crowd(7), crowd(7));
    assert_ne!(crowd(7), crowd(8));
    assert_ne!(people::person(7, 1), people::person(7, 2));
}

#[test]
fn people_are_consistent_in_themselves() {
    let id = matchmaking_core::ids::AccountId::new(1).unwrap();
    let mut heights = [(0.0, 0.0); 2];
    for number in 1..=3_000 {
        let made = people::person(1, number);
        let profile = &made.profile;
        let born = profile.birth_date.unwrap().year();
        let finished = i32::from(profile.education.graduation_year.unwrap());
        assert!((17..=31).contains(&(finished - born)), "{profile:?}");
        if profile.occupation.kind == Some(OccupationType::Student) {
            assert!(finished > 2026 && profile.economy.income.is_none(), "{profile:?}");
        } else {
            let worked = i32::from(profile.occupation.work_experience_years.unwrap());
            assert!(finished + worked <= 2026, "{profile:?}");
        }
        assert_eq!(
            profile.education.school.is_none(),
            profile.education.level == Some(EducationLevel::HighSchool)
        );
        assert!((0..400 * 86_400_000).contains(&made.idle_ms));
        let side = match profile.gender.unwrap() {
            Gender::Female => 0,
            Gender::Male => 1,
            Gender::Other => continue,
        };
        heights[side].0 += f64::from(profile.height_cm.unwrap());
        heights[side].1 += 1.0;
        let person = Person { id, profile: made.profile, last_active_at: Millis(0) };
        Features::read(&person).unwrap();
    }
    let [women, men] = heights.map(|(sum, count)| sum / count);
    assert!((160.0..164.0).contains(&women) && (172.0..177.0).contains(&men), "{women} {men}");
}

#[test]
fn no_two_crowds_share_a_number() {
    let number = |seed, number| telegram(seed, number).unwrap();
    assert!(number(1, 1_000_000) < number(2, 1));
    assert_eq!(number(3, 5).get(), 900_003_000_005);
    assert!(telegram(u64::MAX, 1_000_000).is_ok());
}

#[tokio::test]
async fn seeding_again_makes_nobody_new() {
    let stores = Stores::from_one(Arc::new(MemoryStore::new()));
    let services = Services::new(Foundation::over(stores));
    let first = put(&Arguments { people: 20, seed: 3 }, &services).await.unwrap();
    assert_eq!(first, "20 people made, 0 were there: telegram:900003000001 to telegram:900003000020");
    let more = put(&Arguments { people: 25, seed: 3 }, &services).await.unwrap();
    assert!(more.starts_with("5 people made, 20 were there"), "{more}");
    let rows = services.stores.people.people(None, 100).await.unwrap();
    assert_eq!(rows.len(), 25);
    assert!(rows.iter().any(|row| row.person.last_active_at != rows[0].person.last_active_at));
}
