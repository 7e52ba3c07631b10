//! Why so few: how many people of a pool fall to each filter for one person, and what would bring the most back.
//!
//! People fall one after the other to the filters of [`Filter::ALL`], in that order, each to the first that they do not
//! pass. Only what filters is looked at: wishes leave nobody out.

use chrono::NaiveDate;

use super::{
    Features,
    features::Window,
    requirements::{looks_for, seeks},
};
use crate::model::{
    funnel::{Filter, RELAXED_YEARS, Relaxation},
    profile::Gender,
    requirements::GenderSet,
};

/// What became of the people of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Funnel {
    /// How many there are, without the asker.
    pub people: usize,
    /// How many fell to each filter, in the order of [`Filter::ALL`].
    pub fallen: [usize; Filter::COUNT],
    /// How many candidates are left. They and those who fell are all people.
    pub left: usize,
    /// How many candidates more each relaxation would bring, in the order of [`Relaxation::ALL`]; 0 where there is
    /// nothing to relax.
    pub gains: [usize; Relaxation::COUNT],
}

impl Funnel {
    /// The single relaxation that would bring the most, with how many; `None` where none would bring anybody. Of equal
    /// ones the first.
    #[must_use]
    pub fn best_relaxation(&self) -> Option<(Relaxation, usize)> {
        let gains = Relaxation::ALL.iter().copied().zip(self.gains);
        gains.rev().max_by_key(|(_, gain)| *gain).filter(|(_, gain)| *gain > 0)
    }
}

/// What filters of one person on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) paused: bool,
    pub(super) gender: Option<Gender>,
    pub(super) genders: GenderSet,
    /// In completed years.
    pub(super) age: Option<u8>,
    pub(super) ages: Window<u8>,
}

impl Terms {
    pub(super) fn of(features: &Features, today: NaiveDate) -> Self {
        let Features { paused, gender, age, wishes, .. } = features;
        Self {
            paused: *paused,
            gender: *gender,
            genders: wishes.genders,
            age: age.on(today),
            ages: wishes.ages,
        }
    }

    /// The same with less asked for; `None` where that is not possible.
    fn relaxed(&self, relaxation: Relaxation) -> Option<Self> {
        let Window { min, max } = self.ages;
        match relaxation {
            Relaxation::AnyGender => {
                (self.genders != GenderSet::ANY).then_some(Self { genders: GenderSet::ANY, ..*self })
            }
            Relaxation::Younger => {
                let min = Some(min?.saturating_sub(RELAXED_YEARS));
                Some(Self { ages: Window { min, max }, ..*self })
            }
            Relaxation::Older => {
                let max = Some(max?.saturating_add(RELAXED_YEARS));
                Some(Self { ages: Window { min, max }, ..*self })
            }
        }
    }

    /// Whether the other passes what this one requires.
    fn passes(&self, other: &Self) -> bool {
        seeks(self.genders, other.gender) && looks_for(self.ages, other.age)
    }
}

/// Counts people for one asker, one after the other.
#[derive(Debug)]
pub(super) struct Counter {
    asker: Terms,
    relaxed: [Option<Terms>; Relaxation::COUNT],
    funnel: Funnel,
}

impl Counter {
    pub(super) fn new(asker: Terms) -> Self {
        let relaxed = std::array::from_fn(|at| asker.relaxed(Relaxation::ALL[at]));
        Self { asker, relaxed, funnel: Funnel::default() }
    }

    /// Counts somebody else. Whether the question leaves them out is asked of those alone whom it matters for.
    pub(super) fn count(&mut self, other: &Terms, is_left_out: impl Fn() -> bool) {
        self.funnel.people += 1;
        let asker = &self.asker;
        let first = if other.paused {
            Some(Filter::Paused)
        } else if !seeks(asker.genders, other.gender) {
            Some(Filter::Gender)
        } else if !seeks(other.genders, asker.gender) {
            Some(Filter::TheirGender)
        } else if !looks_for(asker.ages, other.age) {
            Some(Filter::Age)
        } else if !looks_for(other.ages, asker.age) {
            Some(Filter::TheirAge)
        } else {
            is_left_out().then_some(Filter::LeftOut)
        };
        let Some(first) = first else {
            self.funnel.left += 1;
            return;
        };
        self.funnel.fallen[first as usize] += 1;
        // A relaxation brings those back whom nothing but what is relaxed keeps away.
        if !matches!(first, Filter::Gender | Filter::Age) || !other.passes(asker) {
            return;
        }
        let mut comes_back = None;
        for (gain, relaxed) in self.funnel.gains.iter_mut().zip(&self.relaxed) {
            if relaxed.is_some_and(|relaxed| relaxed.passes(other)) {
                *gain += usize::from(*comes_back.get_or_insert_with(|| !is_left_out()));
            }
        }
    }

    pub(super) fn end(self) -> Funnel {
        self.funnel
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::{
        ids::AccountId,
        model::Person,
        scoring::{
            Audience, ColumnarPool, Entry, Matcher, Query, ReferencePool, ScoringError,
            properties::{Numbers, moment, people, person},
            requirements::meet_each_other,
        },
    };

    /// How many candidates there are, by looking for all of them.
    fn candidates(pool: &dyn Matcher, query: &Query<'_>) -> usize {
        let all = Query { k: usize::MAX, ..*query };
        pool.top_of_each(&[all], NonZeroUsize::MIN).pop().unwrap().unwrap().len()
    }

    fn relax(person: &Person, relaxation: Relaxation) -> Person {
        let mut person = person.clone();
        let requirements = &mut person.profile.requirements;
        match relaxation {
            Relaxation::AnyGender => requirements.genders = Some(GenderSet::ANY),
            Relaxation::Younger => {
                // Nobody is looked for who is younger than 18, or older than 120.
                requirements.age_min =
                    requirements.age_min.map(|age| age.saturating_sub(RELAXED_YEARS).max(18));
            }
            Relaxation::Older => {
                requirements.age_max =
                    requirements.age_max.map(|age| age.saturating_add(RELAXED_YEARS).min(120));
            }
        }
        person
    }

    #[test]
    fn it_counts_what_counting_one_by_one_counts() {
        let mut n = Numbers(31);
        for seed in 0..60 {
            let everyone = people(1 + n.below(160) as i64, seed);
            let (pool, plain) = (ColumnarPool::default(), ReferencePool::default());
            for one in &everyone {
                let audience = Audience::from_bits(1 << n.below(3));
                for pool in [&pool as &dyn Matcher, &plain] {
                    pool.upsert(&Entry { person: one, audience }).unwrap();
                }
            }
            if seed % 2 == 0 {
                pool.settle(moment());
            }
            for _ in 0..4 {
                let asker = person(1 + n.below(200) as i64, &mut n);
                let left_out = 2 + n.below(4) as i64;
                let exclude = |id: AccountId| id.get() % left_out == 0;
                let query = Query::new(&asker, Audience::PLATFORM, 1, moment()).excluding(&exclude);
                let funnel = pool.funnel(&query).unwrap();
                assert_eq!(Ok(funnel.clone()), plain.funnel(&query));
                assert_eq!(funnel.left, candidates(&pool, &query));
                assert_eq!(funnel.people, funnel.left + funnel.fallen.iter().sum::<usize>());
                for (relaxation, gain) in Relaxation::ALL.iter().zip(funnel.gains) {
                    let asks_less = relax(&asker, *relaxation);
                    let less = Query { seeker: &asks_less, ..query };
                    assert_eq!(candidates(&pool, &less), funnel.left + gain, "{relaxation:?}");
                }
                let most = funnel.gains.into_iter().max().filter(|gain| *gain > 0);
                assert_eq!(funnel.best_relaxation().map(|(_, gain)| gain), most);
                // Alone and in order: a filter keeps whoever the ones before it keep.
                let today = moment().today;
                let me = Features::read(&asker).unwrap();
                let meets = everyone.iter().filter(|other| {
                    let other = Features::read(other).unwrap();
                    meet_each_other(&me, &other, today)
                });
                assert!(funnel.left <= meets.count());
            }
        }
    }

    #[test]
    fn people_fall_to_the_first_filter_that_they_do_not_pass() {
        let terms = |gender, age| Terms {
            paused: false,
            gender: Some(gender),
            genders: GenderSet::ANY,
            age: Some(age),
            ages: Window { min: Some(25), max: Some(30) },
        };
        let asker = Terms { genders: GenderSet::only(Gender::Male), ..terms(Gender::Female, 28) };
        let him = terms(Gender::Male, 28);
        let mut counter = Counter::new(asker);
        for other in [
            Terms { paused: true, gender: Some(Gender::Female), ..him },
            terms(Gender::Female, 28),
            Terms { genders: GenderSet::only(Gender::Male), age: Some(40), ..him },
            terms(Gender::Male, 33),
            terms(Gender::Male, 21),
            terms(Gender::Male, 20),
            terms(Gender::Male, 19),
            Terms { age: None, ..him },
            Terms { ages: Window { min: Some(29), max: None }, ..him },
            him,
        ] {
            counter.count(&other, || false);
        }
        counter.count(&him, || true);
        let funnel = counter.end();
        assert_eq!((funnel.people, funnel.left), (11, 1));
        assert_eq!(funnel.fallen, [1, 1, 1, 5, 1, 1]);
        assert_eq!(funnel.gains, [1, 2, 1]);
        assert_eq!(funnel.best_relaxation(), Some((Relaxation::Younger, 2)));
    }

    #[test]
    fn a_bad_question_is_refused() {
        let mut bad = people(1, 1).remove(0);
        bad.profile.going_out = Some(9);
        let query = Query::new(&bad, Audience::ALL, 1, moment());
        for pool in [&ColumnarPool::default() as &dyn Matcher, &ReferencePool::default()] {
            assert!(matches!(pool.funnel(&query), Err(ScoringError::BadPerson { .. })));
        }
    }
}
