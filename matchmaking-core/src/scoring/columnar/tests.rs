//! The pool answers what scoring everybody answers, whatever was done to it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::scoring::{
    Audience, ReferencePool, Weight,
    properties::{NOW, Numbers, moment, people, person},
};

/// Weights of all sorts: the usual ones, wild ones of either sign, and ones that say nothing.
fn weights(n: &mut Numbers) -> Weights {
    let mut table = Weights::DEFAULT;
    let wildness = n.one_of(&[0.0, 0.5, 3.0, 100.0]);
    for weight in Weight::ALL {
        let wild = (n.below(2001) as f64 / 1000.0 - 1.0) * wildness;
        let value = if n.below(8) == 0 { 0.0 } else { table.of(*weight) + wild };
        table = table.with(*weight, value.clamp(-100.0, 100.0)).unwrap();
    }
    table
}

fn id(raw: i64) -> AccountId {
    AccountId::new(raw).unwrap()
}

/// The two pools side by side: whatever is done is done to both.
struct Both {
    pool: ColumnarPool,
    plain: ReferencePool,
}

impl Both {
    fn new(weights: &Weights) -> Self {
        Self { pool: ColumnarPool::new(*weights), plain: ReferencePool::with_weights(*weights) }
    }

    fn each(&self, change: impl Fn(&dyn Matcher)) {
        change(&self.pool);
        change(&self.plain);
    }

    fn upsert(&self, person: &Person, audience: Audience) {
        self.each(|pool| pool.upsert(&Entry { person, audience }).unwrap());
    }

    /// Asks both for somebody, in several ways.
    fn compare(&self, seeker: &Person, n: &mut Numbers) {
        let k = n.one_of(&[1, 3, 20, 100_000]);
        let audience = n.one_of(&[Audience::ALL, Audience::TELEGRAM, Audience::PLATFORM, Audience::NONE]);
        let left_out = 2 + n.below(5) as i64;
        let exclude = |id: AccountId| id.get() % left_out == 0;
        let query = Query::new(seeker, audience, k, moment()).excluding(&exclude);
        assert_eq!(self.pool.top(&query), self.plain.top(&query), "{query:?}");
    }
}

/// One pool, changed in every way, and asked in between.
fn scenario(seed: u64) {
    let mut n = Numbers(seed);
    let size = n.one_of(&[0, 1, 5, 40, 130, 130]);
    let both = Both::new(&weights(&mut n));
    let mut everyone = people(size, seed);
    for one in &everyone {
        both.upsert(one, Audience::from_bits(1 << n.below(3)));
    }
    for _ in 0..60 {
        if everyone.is_empty() {
            break;
        }
        let at = n.below(everyone.len() as u64) as usize;
        let (one, other) = (everyone[at].id, id(1 + n.below(size as u64 + 2) as i64));
        match n.below(8) {
            0 => {
                let changed = person(one.get(), &mut n);
                both.upsert(&changed, Audience::ALL);
                everyone[at] = changed;
            }
            1 => {
                assert_eq!(both.pool.remove(other), both.plain.remove(other));
                assert!(!both.pool.contains(other));
            }
            2 => {
                assert_eq!(both.pool.touch(other, NOW), both.plain.touch(other, NOW));
            }
            3 => both.pool.inner.sort(),
            4..7 => {
                let decision = Decision { actor: one, target: other, said_yes: n.below(3) == 0 };
                both.each(|pool| pool.observe(decision, moment()));
                assert_eq!(both.pool.learned(other), both.plain.learned(other));
            }
            _ => both.compare(&everyone[at], &mut n),
        }
    }
    assert_eq!(both.pool.len(), both.plain.len());
    for _ in 0..8 {
        let seeker = person(1 + n.below(200) as i64, &mut n);
        both.compare(&seeker, &mut n);
    }
    for pair in everyone.chunks_exact(2).take(4) {
        let there = both.pool.score(&pair[0], &pair[1], moment());
        assert_eq!(there, both.plain.score(&pair[0], &pair[1], moment()));
    }
}

#[test]
fn whatever_is_done_the_answers_are_those_of_scoring_everybody() {
    for seed in 0..400 {
        scenario(seed);
    }
}

#[test]
fn people_without_a_difference_come_in_the_order_of_their_numbers() {
    let both = Both::new(&Weights::DEFAULT);
    for raw in (1..=300).rev() {
        let blank = Person { id: id(raw), profile: crate::model::Profile::default(), last_active_at: NOW };
        both.upsert(&blank, Audience::ALL);
        if raw % 100 == 0 {
            both.each(|pool| pool.settle(moment()));
        }
    }
    let seeker = Person { id: id(7), profile: crate::model::Profile::default(), last_active_at: NOW };
    let found = both.pool.top(&Query::new(&seeker, Audience::ALL, 9, moment())).unwrap();
    let ids: Vec<i64> = found.iter().map(|one| one.id.get()).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 8, 9, 10]);
}

#[test]
fn what_is_relearned_is_the_same_in_every_pool() {
    let both = Both::new(&Weights::DEFAULT);
    let everyone = people(40, 5);
    for one in &everyone {
        both.upsert(one, Audience::ALL);
    }
    let mut n = Numbers(8);
    let mut decide = || Decision {
        actor: id(1 + n.below(45) as i64),
        target: id(1 + n.below(45) as i64),
        said_yes: n.below(3) == 0,
    };
    let decisions: Vec<Decision> = (0..300).map(|_| decide()).collect();
    both.each(|pool| pool.observe(decisions[0], moment()));
    both.each(|pool| pool.relearn(&decisions, moment()));
    assert!(everyone.iter().any(|one| !both.pool.learned(one.id).is_blank()));
    for one in &everyone {
        assert_eq!(both.pool.learned(one.id), both.plain.learned(one.id));
    }
    both.pool.forget();
    assert!(everyone.iter().all(|one| both.pool.learned(one.id).is_blank()));
}

#[test]
fn many_people_are_sorted_in_beside_the_questions() {
    let pool = ColumnarPool::default();
    let everyone = people(9_000, 12);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for reader in 0..2 {
            let (pool, everyone, is_done) = (&pool, &everyone, &is_done);
            scope.spawn(move || {
                let mut asked = 0;
                while !is_done.load(Ordering::Relaxed) {
                    asked += 1;
                    let seeker = &everyone[(reader * 31 + asked * 7) % everyone.len()];
                    let found = pool.top(&Query::new(seeker, Audience::ALL, 20, moment())).unwrap();
                    assert!(found.is_sorted_by(Ranked::beats));
                    let ids: HashSet<AccountId> = found.iter().map(|one| one.id).collect();
                    assert_eq!(ids.len(), found.len());
                }
            });
        }
        pool.extend(everyone.iter().map(|person| Entry { person, audience: Audience::ALL })).unwrap();
        for gone in 1..=500 {
            assert!(pool.remove(id(gone * 3)));
        }
        is_done.store(true, Ordering::Relaxed);
    });
    let compare = || {
        let plain = pool.to_plain();
        assert_eq!(plain.len(), 8_500);
        for seeker in everyone.iter().filter(|one| one.id.get() > 1_500).step_by(500) {
            let found = pool.top(&Query::new(seeker, Audience::ALL, 20, moment())).unwrap();
            assert_eq!(found, plain.top(seeker.id, Audience::ALL, 20, moment()));
        }
    };
    compare();
    pool.settle(moment());
    compare();
    assert_ne!(pool.weights().average(), Weights::DEFAULT.average(), "the average pair is that of the pool");
    // Everything that is kept of a person, with what was learned of them. These are few, of every kind, so that blocks
    // are less full than those of a million.
    let each = size_of::<block::Block>() / block::LANES + size_of::<block::Summary>() / block::LANES + 4 + 1;
    assert!(each < 80, "{each} bytes a person");
}

#[test]
fn people_who_are_refused_change_nothing() {
    let pool = ColumnarPool::default();
    let everyone = people(3, 1);
    let entry = |person| Entry { person, audience: Audience::ALL };
    let twice = pool.extend([entry(&everyone[0]), entry(&everyone[1]), entry(&everyone[0])]);
    assert_eq!(twice, Err(ScoringError::Twice(everyone[0].id)));
    let mut bad = everyone[2].clone();
    bad.profile.going_out = Some(9);
    assert!(matches!(pool.extend([entry(&everyone[0]), entry(&bad)]), Err(ScoringError::BadPerson { .. })));
    assert!(pool.is_empty());
    assert!(pool.upsert(&entry(&bad)).is_err());
    let none = pool.top(&Query::new(&everyone[0], Audience::ALL, 0, moment()));
    assert_eq!(none, Err(ScoringError::NobodyAsked));
    assert_eq!(pool.top(&Query::new(&everyone[0], Audience::ALL, usize::MAX, moment())), Ok(Vec::new()));
}
