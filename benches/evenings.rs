//! How long it takes to draw up the rounds of a big speed-dating evening: `cargo bench -p matchmaking-benches --bench
//! evenings`. There is nothing to compare with, so that these are times of one machine.

use std::time::Instant;

use matchmaking_benches::report::{Goal, median, print_verdict, quick};
use matchmaking_core::{
    ids::AccountId,
    model::Pair,
    scoring::{
        Score,
        pairing::{EveningPlan, Suited, schedule},
    },
};

/// An evening by its name: how many rounds and tables there are, and who may meet whom.
type Evening = (&'static str, Option<usize>, Option<usize>, fn(usize, usize) -> bool);

fn main() {
    let (people, times) = if quick() { (60, 1) } else { (500, 5) };
    let everyone: Vec<AccountId> = (1..=i64::from(people)).filter_map(AccountId::new).collect();
    let sides = |one, other| one % 2 != other % 2;
    let evenings: [Evening; 7] = [
        ("two sides, time for all", None, None, sides),
        ("two sides, time for all, 100 tables", None, Some(100), sides),
        ("two sides, 9 rounds", Some(9), None, sides),
        ("two sides, 50 rounds", Some(50), None, sides),
        ("four to one, 50 rounds", Some(50), None, |one, other| (one % 5 == 0) != (other % 5 == 0)),
        ("all may meet, time for all", None, None, |_, _| true),
        ("all may meet, 50 rounds", Some(50), None, |_, _| true),
    ];
    for (name, rounds, tables, may_meet) in evenings {
        let pairs = pairs(&everyone, may_meet);
        let plan = EveningPlan { people: &everyone, pairs: &pairs, rounds, tables, held: &[] };
        let mut spent = Vec::new();
        let mut drawn = (0, 0);
        for _ in 0..times {
            let began = Instant::now();
            let rounds = schedule(&plan).expect("a good plan");
            spent.push(began.elapsed().as_secs_f64() * 1e3);
            drawn = (rounds.len(), rounds.iter().map(|round| round.dates.len()).sum::<usize>());
        }
        let spent = median(spent);
        println!("{people} people, {name}: {} rounds with {} dates in {spent:.0} ms", drawn.0, drawn.1);
        print_verdict(Goal::AtMost { must: 1_000.0, goal: 500.0, beyond: None }, spent);
    }
}

fn pairs(everyone: &[AccountId], may_meet: fn(usize, usize) -> bool) -> Vec<Suited> {
    let mut pairs = Vec::new();
    for (place, one) in everyone.iter().enumerate() {
        for (other_place, other) in everyone.iter().enumerate().skip(place + 1) {
            if let Some(pair) = Pair::new(*one, *other).filter(|_| may_meet(place, other_place)) {
                // Numbers without a pattern (Knuth's multiplicative hash) stand for scores.
                let mixed = ((place * everyone.len() + other_place) as u64).wrapping_mul(2_654_435_761);
                pairs.push(Suited { pair, score: Score::from_millionths((mixed % 1_000_001) as u32) });
            }
        }
    }
    pairs
}
