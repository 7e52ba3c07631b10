//! The matchmaker against the plainest way to do the same: `cargo bench -p matchmaking-benches --bench scoring`.
//!
//! Both sides ask for the best twenty of a million people (`PEOPLE` says otherwise) and must answer the same. The naive
//! side goes through a `Vec` of structs and keeps the best in a bounded heap, with the same filters and the same formula.

use std::{
    hint::black_box,
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use matchmaking_benches::{
    cpu::ThreadClock,
    crowd::{decision, moment, person},
};
use matchmaking_core::{
    ids::AccountId,
    model::Person,
    scoring::{
        Audience, Candidate, ColumnarPool, Entry, Features, Matcher, Query, Ranked, ReferenceScorer, Scorer,
        columnar::PlainScan,
    },
    service::daily::{DAILY_CANDIDATES, ahead::PEOPLE_AT_ONCE},
};

/// How many people are asked for.
const BEST: usize = 20;
/// How many people ask.
const SEEKERS: u64 = 50;
/// How many decisions there are for each person.
const HISTORY: u64 = 4;
/// How many decisions are told at once.
const TOLD_AT_ONCE: usize = 100_000;

/// How many people lists are drawn for.
const LISTS: usize = 100_000;
/// How far apart in the pool two people are who edit their profiles one after the other.
const EDITS_APART: u64 = 7_919;

struct Crowd {
    pool: ColumnarPool,
    plain: PlainScan,
    seekers: Vec<Person>,
}

fn crowd(people: u64) -> Crowd {
    let pool = ColumnarPool::default();
    let began = Instant::now();
    for number in 1..=people {
        let person = person(number);
        pool.upsert(&Entry { person: &person, audience: Audience::PLATFORM }).expect("a good person");
    }
    let decisions: Vec<_> = (0..people * HISTORY).map(|place| decision(place, people)).collect();
    for some in decisions.chunks(TOLD_AT_ONCE) {
        pool.observe_all(some, moment());
    }
    let told = began.elapsed();
    pool.settle(moment());
    println!(
        "{people} people: made and told in {told:.1?}, sorted in {:.1?}, {} bytes each",
        began.elapsed().saturating_sub(told),
        pool.bytes() / people as usize
    );
    let seekers = (0..SEEKERS).map(|at| person(1 + at * (people / SEEKERS))).collect();
    Crowd { plain: pool.to_plain(), pool, seekers }
}

/// Somebody after an edit of their profile: with another window of ages and another interest. Each is of somebody else,
/// anywhere in the pool, until everybody had their turn.
fn edited(edit: u64, people: u64) -> Person {
    let mut person = person(1 + edit * EDITS_APART % people);
    person.profile.requirements.age_max = Some(70 + (edit % 30) as u8);
    person.profile.interests[0] = format!("interest {}", edit % 60);
    person
}

impl Crowd {
    fn by_pool(&self, seeker: &Person) -> Vec<Ranked> {
        self.pool.top(&Query::new(seeker, Audience::PLATFORM, BEST, moment())).expect("a good question")
    }

    fn by_naive(&self, seeker: &Person) -> Vec<Ranked> {
        self.plain.top(seeker.id, Audience::PLATFORM, BEST, moment())
    }

    /// Checks that both answer the same, and tells the ratio of this run.
    fn compare(&self) {
        let (mut pool, mut naive) = (0.0, 0.0);
        for seeker in &self.seekers {
            let began = Instant::now();
            let ours = self.by_pool(seeker);
            pool += began.elapsed().as_secs_f64();
            let began = Instant::now();
            let theirs = self.by_naive(seeker);
            naive += began.elapsed().as_secs_f64();
            assert_eq!(ours, theirs, "the same people with the same scores for {}", seeker.id);
        }
        println!(
            "top {BEST}: the pool is {:.1} times as fast as the naive scan, with equal answers",
            naive / pool
        );
    }

    /// How long it takes to ask for the daily lists of these people, on one thread, by its CPU time: all at once, and
    /// one by one. Both must answer the same.
    fn compare_daily(&self, people: &[Person]) {
        let queries = daily(people);
        let (at_once, tiled) = timed(|| self.pool.top_of_each(&queries, NonZeroUsize::MIN));
        let (one_by_one, single) =
            timed(|| queries.iter().map(|query| self.pool.top(query)).collect::<Vec<_>>());
        for (answer, expected) in at_once.into_iter().zip(one_by_one) {
            let ranked = answer.map(|best| best.iter().map(Candidate::ranked).collect::<Vec<_>>());
            assert_eq!(ranked, expected, "the same people with the same scores");
        }
        println!(
            "daily lists of {} people: {:.0} µs each at once, {:.0} µs one by one, {:.2} times as fast",
            people.len(),
            tiled.as_secs_f64() * 1e6 / people.len() as f64,
            single.as_secs_f64() * 1e6 / people.len() as f64,
            single.as_secs_f64() / tiled.as_secs_f64()
        );
    }

    /// Bytes of everybody who may be a candidate of an average seeker.
    fn touched(&self) -> usize {
        let candidates =
            |seeker: &Person| self.plain.top(seeker.id, Audience::PLATFORM, self.plain.len(), moment()).len();
        let some = &self.seekers[..5];
        let mean = some.iter().map(candidates).sum::<usize>() / some.len();
        mean * (self.pool.bytes() / self.plain.len())
    }
}

/// The questions for the daily lists of these people.
fn daily(people: &[Person]) -> Vec<Query<'_>> {
    let query = |person| Query::new(person, Audience::PLATFORM, DAILY_CANDIDATES, moment());
    people.iter().map(query).collect()
}

/// What this answers, and the CPU time that this thread spent on it.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let spent = || ThreadClock::here().and_then(|clock| clock.spent()).expect("Linux tells it");
    let before = spent();
    let answer = black_box(work());
    (answer, spent().saturating_sub(before))
}

fn main() {
    let people = std::env::var("PEOPLE").ok().and_then(|people| people.parse().ok()).unwrap_or(1_000_000);
    let crowd = crowd(people);
    crowd.compare();
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let mut turn = (0..).map(|at: usize| &crowd.seekers[at % crowd.seekers.len()]);
    let mut next = || turn.next().expect("there is always another turn");

    let mut group = criterion.benchmark_group("top20_of_1m");
    group.bench_function("pool", |bencher| bencher.iter(|| crowd.by_pool(next())));
    group.bench_function("naive_heap", |bencher| bencher.iter(|| crowd.by_naive(next())));
    group.finish();

    // As many people at a time as the service asks for; each iteration is some of the hundred thousand and stands for
    // all of them. By CPU time, which is what they take per core.
    let asking: Vec<Person> = (1..=people.min(LISTS as u64)).map(person).collect();
    crowd.compare_daily(&asking[..asking.len().min(PEOPLE_AT_ONCE.get())]);
    let mut group = criterion.benchmark_group("batch_daily");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(1))
        .throughput(Throughput::Elements(LISTS as u64));
    let mut pages = asking.chunks(PEOPLE_AT_ONCE.get()).cycle();
    group.bench_function("pool", |bencher| {
        bencher.iter_custom(|times| {
            let mut taken = Duration::ZERO;
            for page in (0..times).filter_map(|_| pages.next()) {
                let queries = daily(page);
                let (_, page_taken) = timed(|| crowd.pool.top_of_each(&queries, NonZeroUsize::MIN));
                taken += page_taken.mul_f64(LISTS as f64 / page.len() as f64);
            }
            taken
        });
    });
    group.finish();

    let mut edits = 0;
    let mut group = criterion.benchmark_group("update_one");
    group.bench_function("pool", |bencher| {
        bencher.iter_batched(
            || {
                edits += 1;
                edited(edits, people)
            },
            |person| {
                let entry = Entry { person: &person, audience: Audience::PLATFORM };
                crowd.pool.upsert(&entry).expect("a good person");
                person
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();

    // The same few people to both, in the form that each of the two has them in, with nothing learned of them.
    let few = ColumnarPool::default();
    few.extend(crowd.seekers.iter().map(|person| Entry { person, audience: Audience::PLATFORM }))
        .expect("good people");
    let few = few.to_plain();
    let features: Vec<Features> =
        crowd.seekers.iter().map(|person| Features::read(person).expect("a good person")).collect();
    let mut group = criterion.benchmark_group("score_pair");
    let mut pairs = (0..).map(|at: usize| (at % features.len(), (at * 7 + 1) % features.len()));
    let scorer = ReferenceScorer::default();
    for one in 0..features.len() {
        for other in 0..features.len() {
            let plainly = scorer.score(&features[one], &features[other], moment());
            assert_eq!(plainly, few.score(one, other, moment()), "the same score of {one} and {other}");
        }
    }
    group.bench_function("reference", |bencher| {
        bencher.iter(|| {
            let (one, other) = pairs.next().expect("there is always another pair");
            scorer.score(&features[one], &features[other], moment())
        });
    });
    group.bench_function("fast", |bencher| {
        let moment = moment();
        bencher.iter(|| {
            let (one, other) = pairs.next().expect("there is always another pair");
            few.score(one, other, moment)
        });
    });
    group.finish();

    let touched = vec![1_u64; crowd.touched() / size_of::<u64>()];
    let mut group = criterion.benchmark_group("stream_bytes");
    group.throughput(Throughput::Bytes(size_of_val(&touched[..]) as u64));
    group.bench_with_input(BenchmarkId::from_parameter("floor"), &touched, |bencher, touched| {
        bencher.iter(|| black_box(touched).iter().fold(0_u64, |sum, word| sum.wrapping_add(*word)));
    });
    group.finish();
    criterion.final_summary();
    assert!(crowd.pool.contains(AccountId::new(1).expect("a positive number")));
}
