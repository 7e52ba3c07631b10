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
        table = table.with(*weight, value.clamp(-10.0, 10.0)).unwrap();
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

    /// Asks both for many people at once, in several ways, some of which are refused.
    fn compare_many(&self, seekers: &[Person], n: &mut Numbers) {
        let excludes: Vec<_> = seekers
            .iter()
            .map(|_| {
                let left_out = 2 + n.below(5) as i64;
                move |id: AccountId| id.get() % left_out == 0
            })
            .collect();
        let mut query = |(seeker, exclude)| {
            let (k, audience) = (n.one_of(&[0, 1, 3, 20, 100_000]), Audience::from_bits(1 << n.below(3)));
            Query::new(seeker, audience, k, moment()).excluding(exclude)
        };
        let queries: Vec<Query<'_>> = seekers
            .iter()
            .zip(excludes.iter().map(|exclude| exclude as &(dyn Fn(AccountId) -> bool + Sync)))
            .map(&mut query)
            .collect();
        let threads = NonZeroUsize::new(1 + n.below(4) as usize).unwrap();
        let (ours, theirs) =
            (self.pool.top_of_each(&queries, threads), self.plain.top_of_each(&queries, threads));
        assert_eq!(ours, theirs);
        assert_eq!(ours.len(), queries.len());
        for (query, answer) in queries.iter().zip(ours) {
            let ranked = answer.map(|best| best.iter().map(Candidate::ranked).collect::<Vec<_>>());
            assert_eq!(ranked, self.pool.top(query), "{query:?}");
        }
    }
}

/// One pool, changed in every way, and asked in between.
fn scenario(seed: u64) {
    let mut n = Numbers(seed);
    // Those of 130 have an average pair of their own, and some of those of 210 find another one.
    let size = n.one_of(&[0, 1, 5, 40, 130, 210]);
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
        match n.below(9) {
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
            4 => assert_eq!(both.pool.erase(other), both.plain.erase(other)),
            5..8 => {
                let decision = Decision { actor: one, target: other, said_yes: n.below(3) == 0 };
                both.each(|pool| pool.observe(decision, moment()));
                assert_eq!(both.pool.learned(other), both.plain.learned(other));
            }
            _ => both.compare(&everyone[at], &mut n),
        }
    }
    assert_eq!(both.pool.len(), both.plain.len());
    let mut seekers: Vec<Person> =
        (0..n.below(50)).map(|_| person(1 + n.below(200) as i64, &mut n)).collect();
    if let Some(one) = seekers.last_mut().filter(|_| seed.is_multiple_of(5)) {
        one.profile.going_out = Some(9);
    }
    both.compare_many(&seekers, &mut n);
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
        // Once before, so that nothing is left to be found out.
        pool.score(&everyone[0], &everyone[1], moment()).unwrap();
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
    let each =
        size_of::<block::Block>() / block::LANES + size_of::<summary::Summary>() / block::LANES + 4 + 1;
    assert!(each < 80, "{each} bytes a person");
}

#[test]
fn a_pool_that_grows_or_shrinks_much_finds_its_average_pair_anew() {
    let both = Both::new(&Weights::DEFAULT);
    let everyone = people(220, 31);
    let mut n = Numbers(4);
    let mut average = |from: usize, to: usize| {
        for one in &everyone[from..to] {
            both.upsert(one, Audience::ALL);
        }
        both.compare(&everyone[0], &mut n);
        both.pool.weights().average()
    };
    let built_in = average(0, 99);
    assert_eq!(built_in, Weights::DEFAULT.average());
    let first = average(99, 100);
    assert_ne!(first, built_in);
    assert_eq!(average(100, 199), first);
    let second = average(199, 220);
    assert_ne!(second, first);
    for gone in &everyone[110..] {
        both.each(|pool| assert!(pool.remove(gone.id)));
    }
    let third = average(0, 0);
    assert_ne!(third, second);
    both.each(|pool| pool.settle(moment()));
    assert_eq!(average(0, 0), third);
}

#[test]
fn what_was_learned_of_people_who_come_back_is_known_unless_they_were_erased() {
    let both = Both::new(&Weights::DEFAULT);
    let everyone = people(3, 9);
    for one in &everyone {
        both.upsert(one, Audience::ALL);
    }
    let [one, other, third] = [1, 2, 3].map(id);
    for target in [other, third] {
        both.each(|pool| pool.observe(Decision { actor: one, target, said_yes: true }, moment()));
    }
    let learned = both.pool.learned(other);
    assert!(!learned.is_blank());
    both.each(|pool| assert!(pool.remove(other) && pool.learned(other).is_blank()));
    both.upsert(&everyone[1], Audience::ALL);
    both.each(|pool| assert_eq!(pool.learned(other), learned));

    both.each(|pool| assert!(pool.remove(other) && !pool.erase(other) && pool.erase(third)));
    both.upsert(&everyone[1], Audience::ALL);
    both.upsert(&everyone[2], Audience::ALL);
    both.each(|pool| assert!(pool.learned(other).is_blank() && pool.learned(third).is_blank()));

    both.each(|pool| assert!(pool.remove(one)));
    both.each(|pool| pool.forget());
    both.upsert(&everyone[0], Audience::ALL);
    both.each(|pool| assert!(pool.learned(one).is_blank()));
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
    let mut unborn = everyone[0].clone();
    unborn.profile.birth_date = Some(moment().today + chrono::Days::new(1));
    unborn.last_active_at = NOW.plus(crate::scoring::properties::DAY);
    let refused = ScoringError::BadPerson { id: unborn.id, field: "birth_date" };
    assert_eq!(pool.top(&Query::new(&unborn, Audience::ALL, 1, moment())), Err(refused.clone()));
    assert_eq!(pool.score(&everyone[1], &unborn, moment()), Err(refused));
    let none = pool.top(&Query::new(&everyone[0], Audience::ALL, 0, moment()));
    assert_eq!(none, Err(ScoringError::NobodyAsked));
    assert_eq!(pool.top(&Query::new(&everyone[0], Audience::ALL, usize::MAX, moment())), Ok(Vec::new()));
}

/// All people of a block, for the bounds of a seeker, by these instructions.
fn bound_everybody(
    (bounds, steps): (&bound::Bounds<'_>, &steps::Steps),
    (block, summary): (&block::Block, &summary::Summary),
    is_plain: bool,
) -> (lanes::Reaching, lanes::Sums) {
    use wide::Task;
    let mut sums = [0; block::LANES];
    let (audience, least) = (Audience::ALL, f64::NEG_INFINITY);
    let task = lanes::OfBlock { bounds, steps, audience, block, summary, least, sums: &mut sums };
    let reaching = if is_plain { task.run(wide::Plain) } else { wide::dispatch(task) };
    (reaching, sums)
}

#[test]
fn nobody_scores_more_than_their_bounds_say() {
    let mut looked_at = 0;
    for seed in 0..60 {
        let mut n = Numbers(seed + 9_000);
        let pool = ColumnarPool::new(weights(&mut n));
        let everyone = people(150, seed);
        pool.extend(everyone.iter().map(|person| Entry { person, audience: Audience::ALL })).unwrap();
        if n.below(2) == 0 {
            pool.settle(moment());
        }
        for _ in 0..n.one_of(&[0, 100, 1_000]) {
            let [actor, target] = [0; 2].map(|_| id(1 + n.below(150) as i64));
            pool.observe(Decision { actor, target, said_yes: n.below(3) == 0 }, moment());
        }
        let snapshot = pool.inner.snapshot();
        let (today, day) = (packed(moment().today), day_of(moment().now));
        for _ in 0..12 {
            let seeker = pool.visitor(&snapshot, &person(1 + n.below(200) as i64, &mut n), moment()).unwrap();
            let point = [0.0; 2].map(|_| n.below(120) as f64 / 10.0 - 6.0);
            let bounds = bound::Bounds::new(&snapshot.scorer, &seeker, moment(), point);
            let steps = steps::Steps::new(&bounds);
            for (_, summary, block) in snapshot.main.iter().chain(snapshot.delta.iter()) {
                let both = (&bounds, &steps);
                let (reaching, sums) = bound_everybody(both, (block, summary), false);
                let (plainly, plain_sums) = bound_everybody(both, (block, summary), true);
                assert_eq!((reaching.lanes, reaching.base), (plainly.lanes, plainly.base));
                for lane in (0..block::LANES).filter(|lane| block.live & (1 << lane) != 0) {
                    let row = block.row(lane);
                    if !seeker.may_be_shown(&row, Audience::ALL, today) {
                        continue;
                    }
                    looked_at += 1;
                    assert_eq!(sums[lane], plain_sums[lane]);
                    let chance = snapshot.scorer.chance(
                        &seeker.facts(today),
                        &row.facts(today),
                        &seeker.between(&row),
                        day,
                    );
                    let exact = chance.first.ln() + chance.second.ln();
                    let [most, of_block] =
                        [steps.most(reaching.base, sums[lane]), bounds.of_block(summary).unwrap_or(f64::MIN)];
                    assert!(reaching.lanes & (1 << lane) != 0, "{seed}: {row:?} is left out");
                    assert!(most >= exact, "{seed}: {most} {exact} {seeker:?} {row:?}");
                    assert!(of_block >= exact, "{seed}: {of_block} {exact} {seeker:?} {row:?} {summary:?}");
                }
            }
        }
    }
    assert!(looked_at > 5_000, "only {looked_at} pairs were looked at");
}

#[test]
fn asked_at_once_or_one_by_one_the_answers_are_the_same() {
    let pool = ColumnarPool::default();
    let everyone = people(6_000, 78);
    pool.extend(everyone.iter().map(|person| Entry { person, audience: Audience::ALL })).unwrap();
    pool.settle(moment());
    let queries: Vec<Query<'_>> =
        everyone[..700].iter().map(|seeker| Query::new(seeker, Audience::ALL, 5, moment())).collect();
    let asked_at_once = pool.top_of_each(&queries, NonZeroUsize::new(3).unwrap());
    for (query, answer) in queries.iter().zip(asked_at_once) {
        let ranked: Vec<Ranked> = answer.unwrap().iter().map(Candidate::ranked).collect();
        assert_eq!(ranked, pool.top(query).unwrap(), "{query:?}");
    }
    assert_eq!(pool.top_of_each(&[], NonZeroUsize::MIN), []);
}

#[test]
fn the_best_of_many_are_those_of_a_plain_scan() {
    let pool = ColumnarPool::default();
    let everyone = people(1_500, 77);
    pool.extend(everyone.iter().map(|person| Entry { person, audience: Audience::ALL })).unwrap();
    pool.settle(moment());
    let plain = pool.to_plain();
    for seeker in everyone.iter().step_by(6) {
        let found = pool.top(&Query::new(seeker, Audience::ALL, 3, moment())).unwrap();
        assert_eq!(found, plain.top(seeker.id, Audience::ALL, 3, moment()), "{}", seeker.id);
    }
}
