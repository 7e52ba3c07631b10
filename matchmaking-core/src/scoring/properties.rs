//! What must hold for whomever the engine meets: checked on many made-up people, the same ones at every run.

use std::{collections::BTreeSet, sync::Arc};

use chrono::NaiveDate;

use super::{
    Audience, Entry, Features, Matcher, Moment, Query, Ranked, ReferencePool, ReferenceScorer, Score, Scored,
    Scorer, ScoringError, Side, Weight, Weights, requirements,
};
use crate::{
    clock::Millis,
    ids::AccountId,
    model::{
        Language, Person, Profile, Requirements,
        profile::{
            EducationLevel, Gender, IncomeRange, MaritalStatus, OccupationType, Place, Position, TraitRatings,
        },
        requirements::{GenderSet, TraitWeights},
    },
};

pub(super) const NOW: Millis = Millis(1_780_000_000_000);
pub(super) const DAY: i64 = 86_400_000;

/// A source of numbers that look random and never change: splitmix64.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    /// Something or, one time in three, nothing.
    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) > 0).then(|| make(self))
    }

    pub(super) fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }

    fn some_of<T: Clone>(&mut self, all: &[T]) -> Vec<T> {
        all.iter().filter(|_| self.below(3) == 0).cloned().collect()
    }
}

fn requirements(n: &mut Numbers) -> Requirements {
    let age_min = n.maybe(|n| 18 + n.below(20) as u8);
    let height_min = n.maybe(|n| 150 + n.below(30) as u16);
    let weight = |n: &mut Numbers| n.below(50) as f32;
    Requirements {
        genders: n.maybe(|n| GenderSet::from(vec![n.one_of(Gender::ALL), n.one_of(Gender::ALL)])),
        age_min,
        age_max: n.maybe(|n| age_min.unwrap_or(18) + n.below(30) as u8),
        height_min,
        height_max: n.maybe(|n| height_min.unwrap_or(150) + n.below(40) as u16),
        education_levels: n.some_of(EducationLevel::ALL),
        occupation_types: n.some_of(OccupationType::ALL),
        income_ranges: n.some_of(IncomeRange::ALL),
        marital_status: n.some_of(MaritalStatus::ALL),
        same_city: n.below(2) == 0,
        acceptable_cities: n.some_of(&["上海".to_owned(), "杭州市".to_owned(), String::new()]),
        other: None,
        trait_weights: n.maybe(|n| TraitWeights {
            attractive: weight(n),
            sincere: weight(n),
            intelligent: weight(n),
            fun: weight(n),
            ambitious: weight(n),
            shared_interests: weight(n),
        }),
    }
}

pub(super) fn person(id: i64, n: &mut Numbers) -> Person {
    let rating = |n: &mut Numbers| n.maybe(|n| 1 + n.below(10) as u8);
    let names = ["旅行", "摄影", "Yoga", "  ", "", "围棋", "yoga "].map(str::to_owned);
    let mut profile = Profile {
        gender: n.maybe(|n| n.one_of(Gender::ALL)),
        birth_date: n.maybe(|n| NaiveDate::from_ymd_opt(1960 + n.below(50) as i32, 3, 1).unwrap()),
        stated_age: n.maybe(|n| 18 + n.below(60) as u8),
        height_cm: n.maybe(|n| n.one_of(&[100, 150, 165, 172, 180, 250])),
        current: Place {
            province: n.maybe(|n| n.one_of(&["浙江", "上海", ""]).to_owned()),
            city: n.maybe(|n| n.one_of(&["杭州", "上海市", "宁波", " "]).to_owned()),
            ..Place::default()
        },
        position: n.maybe(|n| Position {
            latitude: n.one_of(&[31.2, 31.3, 30.0, -90.0, 90.0]),
            longitude: n.one_of(&[121.4, 120.0, -180.0, 180.0]),
        }),
        marital_status: n.maybe(|n| n.one_of(MaritalStatus::ALL)),
        interests: n.some_of(&names),
        traits: TraitRatings {
            attractive: rating(n),
            sincere: rating(n),
            intelligent: rating(n),
            fun: rating(n),
            ambitious: rating(n),
        },
        going_out: n.maybe(|n| 1 + n.below(7) as u8),
        has_children: n.maybe(|n| n.below(2) == 0),
        paused: n.below(10) == 0,
        requirements: requirements(n),
        ..Profile::default()
    };
    profile.education.major = n.maybe(|n| n.one_of(&["Law", "law ", "文学"]).to_owned());
    // Names that hardly anybody shares, more than fit a word.
    let rare = n.below(4);
    profile.interests.extend((0..rare).map(|_| format!("rare {}", n.below(90))));
    profile.education.level = n.maybe(|n| n.one_of(EducationLevel::ALL));
    profile.occupation.kind = n.maybe(|n| n.one_of(OccupationType::ALL));
    profile.economy.income = n.maybe(|n| n.one_of(IncomeRange::ALL));
    let last_active_at =
        n.one_of(&[NOW, NOW.plus(-3 * DAY), NOW.plus(-400 * DAY), NOW.plus(DAY), Millis(i64::MIN)]);
    Person { id: AccountId::new(id).unwrap(), profile, last_active_at }
}

pub(super) fn people(count: i64, seed: u64) -> Vec<Person> {
    let mut numbers = Numbers(seed);
    (1..=count).map(|id| person(id, &mut numbers)).collect()
}

pub(super) fn moment() -> Moment {
    Moment::new(NOW, chrono_tz::Asia::Shanghai)
}

#[test]
fn scores_are_the_same_both_ways_and_the_sum_of_their_parts() {
    let scorer = ReferenceScorer::default();
    let all: Vec<Features> = people(120, 1).iter().map(|one| Features::read(one).unwrap()).collect();
    for one in &all {
        for other in &all {
            let there = scorer.explain(one, other, moment());
            let back = scorer.explain(other, one, moment());
            assert_eq!(there.score, back.score);
            assert_eq!(there.score, scorer.score(one, other, moment()));
            assert!(there.score <= Score::MAX && there.score.percent() <= 100);
            let chance = there.chance.unwrap();
            for (side, chance) in [(Side::First, chance.first), (Side::Second, chance.second)] {
                let own =
                    there.breakdown.parts.iter().filter(|part| part.side == side || part.side == Side::Both);
                let sum: f64 = own.map(|part| part.points / 25.0).sum();
                assert!((sum - (chance / (1.0 - chance)).ln()).abs() < 1e-6, "{sum} {chance}");
            }
            assert!(there.breakdown.swapped().parts.iter().all(|part| {
                back.breakdown.get(part.kind, part.side).is_some_and(|mirror| mirror == part)
            }));
            assert_eq!(
                requirements::meet_each_other(one, other, moment().today),
                requirements::meet_each_other(other, one, moment().today)
            );
        }
    }
}

#[test]
fn the_best_are_those_that_looking_at_everyone_finds() {
    let everyone = people(300, 2);
    let scorer = ReferenceScorer::default();
    let pool = ReferencePool::new(Arc::new(scorer));
    let audience_of = |id: i64| Audience::from_bits(1 << (id % 3));
    for person in &everyone {
        pool.upsert(&Entry { person, audience: audience_of(person.id.get()) }).unwrap();
    }
    for seeker in &everyone[..60] {
        for (k, audience) in [(1, Audience::ALL), (7, Audience::TELEGRAM), (1000, Audience::PLATFORM)] {
            let exclude = |id: AccountId| id.get() % 5 == 0;
            let query = Query::new(seeker, audience, k, moment()).excluding(&exclude);
            let us = Features::read(seeker).unwrap();
            let mut expected: Vec<Ranked> = everyone
                .iter()
                .filter(|one| audience.meets(audience_of(one.id.get())) && !exclude(one.id))
                .map(|one| Features::read(one).unwrap())
                .filter(|them| requirements::is_candidate(&us, them, moment().today))
                .map(|them| Ranked { id: them.id, score: scorer.score(&us, &them, moment()) })
                .collect();
            expected.sort_by_key(|one| (std::cmp::Reverse(one.score), one.id));
            expected.truncate(k);
            let found = pool.top(&query).unwrap();
            assert_eq!(found, expected);
            assert!(found.is_sorted_by(Ranked::beats));
        }
    }
}

#[test]
fn equal_scores_are_ordered_by_number() {
    let pool = ReferencePool::default();
    let blank =
        |id| Person { id: AccountId::new(id).unwrap(), profile: Profile::default(), last_active_at: NOW };
    for id in [9, 3, 7, 5, 1] {
        pool.upsert(&Entry { person: &blank(id), audience: Audience::ALL }).unwrap();
    }
    let top = |k| {
        let found = pool.top(&Query::new(&blank(5), Audience::ALL, k, moment())).unwrap();
        found.iter().map(|one| one.id.get()).collect::<Vec<i64>>()
    };
    assert_eq!(top(3), [1, 3, 7]);
    assert_eq!(top(100), [1, 3, 7, 9]);
}

#[test]
fn a_pool_changes_at_once() {
    let pool = ReferencePool::default();
    let mut someone = people(1, 3).remove(0);
    let mut seeker = people(1, 4).remove(0);
    seeker.id = AccountId::new(99).unwrap();
    (seeker.profile, someone.profile) = (Profile::default(), Profile::default());
    let found =
        |pool: &ReferencePool| pool.top(&Query::new(&seeker, Audience::TELEGRAM, 5, moment())).unwrap().len();
    assert_eq!((pool.len(), pool.is_empty(), found(&pool)), (0, true, 0));
    pool.upsert(&Entry { person: &someone, audience: Audience::TELEGRAM }).unwrap();
    assert_eq!((pool.contains(someone.id), found(&pool)), (true, 1));
    pool.upsert(&Entry { person: &someone, audience: Audience::PLATFORM }).unwrap();
    assert_eq!((pool.len(), found(&pool)), (1, 0));
    pool.upsert(&Entry { person: &someone, audience: Audience::ALL }).unwrap();
    assert!(pool.touch(someone.id, NOW) && !pool.touch(seeker.id, NOW));
    someone.profile.paused = true;
    pool.upsert(&Entry { person: &someone, audience: Audience::ALL }).unwrap();
    assert_eq!(found(&pool), 0);
    assert!(pool.remove(someone.id) && !pool.remove(someone.id));
}

#[test]
fn refused_people_and_questions_change_nothing() {
    let pool = ReferencePool::default();
    let mut someone =
        Person { id: AccountId::new(1).unwrap(), profile: Profile::default(), last_active_at: NOW };
    pool.upsert(&Entry { person: &someone, audience: Audience::ALL }).unwrap();
    someone.profile.position = Some(Position { latitude: f64::NAN, longitude: 0.0 });
    let refused = ScoringError::BadPerson { id: someone.id, field: "position" };
    assert_eq!(pool.upsert(&Entry { person: &someone, audience: Audience::NONE }), Err(refused.clone()));
    assert_eq!(pool.top(&Query::new(&someone, Audience::ALL, 1, moment())), Err(refused));
    let other = Person { id: AccountId::new(2).unwrap(), profile: Profile::default(), last_active_at: NOW };
    assert_eq!(pool.top(&Query::new(&other, Audience::ALL, 0, moment())), Err(ScoringError::NobodyAsked));
    assert_eq!(pool.top(&Query::new(&other, Audience::ALL, 9, moment())).unwrap().len(), 1);
}

#[test]
fn what_is_missing_moves_no_score() {
    let scorer = ReferenceScorer::default();
    let blank = |id| {
        let id = AccountId::new(id).unwrap();
        // Two weeks ago is what counts as neither active nor inactive.
        Features::read(&Person { id, profile: Profile::default(), last_active_at: NOW.plus(-14 * DAY) })
            .unwrap()
    };
    let base = f64::midpoint(Weights::DEFAULT.of(Weight::BaseFemale), Weights::DEFAULT.of(Weight::BaseMale));
    let chance = scorer.explain(&blank(1), &blank(2), moment()).chance.unwrap();
    assert!(((chance.first / (1.0 - chance.first)).ln() - base).abs() < 1e-9, "{chance:?}");
    for one in people(50, 5) {
        let one = Features::read(&one).unwrap();
        let known = scorer.explain(&one, &blank(1000), moment()).breakdown;
        let shared = |part: &super::Part| part.side == Side::Both && part.kind != super::PartKind::Activity;
        assert!(!known.parts.iter().any(shared), "{known:?}");
    }
}

#[test]
fn everyone_gets_one_to_three_reasons_without_a_gendered_word() {
    let pool = ReferencePool::default();
    let everyone = people(80, 6);
    for (first, second) in everyone.iter().flat_map(|one| everyone.iter().map(move |other| (one, other))) {
        for language in Language::ALL {
            let told = pool.reasons(first, second, moment(), language).unwrap();
            for sentences in [&told.for_first, &told.for_second] {
                assert!((1..=3).contains(&sentences.len()), "{sentences:?}");
                let distinct: BTreeSet<&String> = sentences.iter().collect();
                assert_eq!(distinct.len(), sentences.len());
                for sentence in sentences {
                    assert!(!sentence.trim().is_empty());
                    let gendered = ["他", "她", "男", "女", "先生", "小姐"];
                    assert!(!gendered.iter().any(|word| sentence.contains(word)), "{sentence}");
                    let english = ["he", "she", "him", "her", "his", "hers", "man", "woman", "men", "women"];
                    let mut words = sentence.split(|c: char| !c.is_ascii_alphabetic());
                    assert!(!words.any(|word| english.contains(&word.to_lowercase().as_str())), "{sentence}");
                }
            }
            let turned = pool.reasons(second, first, moment(), language).unwrap();
            assert_eq!(told.for_first.len(), turned.for_second.len());
        }
    }
}

#[test]
fn an_application_may_bring_its_own_scorer() {
    /// Everyone suits everyone by number.
    #[derive(Debug)]
    struct ByNumber;
    impl Scorer for ByNumber {
        fn explain(&self, first: &Features, second: &Features, _: Moment) -> Scored {
            let score = Score::from_millionths((first.id.get() + second.id.get()) as u32);
            Scored { score, ..Scored::default() }
        }
    }
    let pool: Arc<dyn Matcher> = Arc::new(ReferencePool::new(Arc::new(ByNumber)));
    let blank =
        |id| Person { id: AccountId::new(id).unwrap(), profile: Profile::default(), last_active_at: NOW };
    for id in 1..=9 {
        pool.upsert(&Entry { person: &blank(id), audience: Audience::ALL }).unwrap();
    }
    let best = pool.top(&Query::new(&blank(1), Audience::ALL, 1, moment())).unwrap();
    assert_eq!((best[0].id.get(), best[0].score.millionths()), (9, 10));
    assert_eq!(pool.reasons(&blank(1), &blank(2), moment(), Language::En).unwrap().for_first.len(), 1);
}
