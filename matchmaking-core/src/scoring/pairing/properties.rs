//! What must hold for every evening: checked on many made-up ones, the same at every run, and on small ones against
//! looking at all that could be done.

use std::collections::{BTreeMap, BTreeSet};

use super::{Choices, EveningPlan, PairingError, Round, Settled, Suited, mutual, schedule, stable_matching};
use crate::{
    ids::AccountId,
    model::Pair,
    scoring::{Score, properties::Numbers},
};

fn id(place: usize) -> AccountId {
    AccountId::new(place as i64 + 1).unwrap()
}

fn ids(people: usize) -> Vec<AccountId> {
    (0..people).map(id).collect()
}

fn pair(one: usize, other: usize) -> Pair {
    Pair::new(id(one), id(other)).unwrap()
}

/// The pairs that may meet, with scores that look random.
fn suited(people: usize, n: &mut Numbers, mut may_meet: impl FnMut(usize, usize) -> bool) -> Vec<Suited> {
    let mut pairs = Vec::new();
    for other in 0..people {
        for one in 0..other {
            if may_meet(one, other) {
                let score = Score::from_millionths(n.below(1_000_001) as u32);
                pairs.push(Suited { pair: pair(one, other), score });
            }
        }
    }
    pairs
}

fn plan<'a>(people: &'a [AccountId], pairs: &'a [Suited]) -> EveningPlan<'a> {
    EveningPlan { people, pairs, rounds: None, tables: None, held: &[] }
}

/// The rounds of a plan, checked: nobody at two tables, no table with two pairs, no one meets twice, nobody whom they
/// may not, and whoever sits alone is named.
fn drawn(plan: &EveningPlan<'_>) -> Vec<Round> {
    let rounds = schedule(plan).unwrap();
    let may_meet: BTreeSet<Pair> = plan.pairs.iter().map(|one| one.pair).collect();
    let mut met: BTreeSet<Pair> = plan.held.concat().into_iter().collect();
    for round in &rounds {
        assert!(!round.dates.is_empty());
        let (mut tables, mut there) = (BTreeSet::new(), BTreeSet::new());
        for date in &round.dates {
            assert!(tables.insert(date.table) && date.table >= 1);
            assert!(plan.tables.is_none_or(|tables| date.table <= tables));
            assert!(there.insert(date.pair.low()) && there.insert(date.pair.high()));
            assert!(may_meet.contains(&date.pair) && met.insert(date.pair));
        }
        assert!(round.idle.iter().all(|one| there.insert(*one)));
        assert_eq!(there, plan.people.iter().copied().collect());
    }
    assert!(plan.rounds.is_none_or(|most| rounds.len() <= most));
    rounds
}

fn dates(rounds: &[Round]) -> usize {
    rounds.iter().map(|round| round.dates.len()).sum()
}

fn score(rounds: &[Round], pairs: &[Suited]) -> u64 {
    let scores: BTreeMap<Pair, Score> = pairs.iter().map(|one| (one.pair, one.score)).collect();
    let met = rounds.iter().flat_map(|round| &round.dates);
    met.map(|date| u64::from(scores[&date.pair].millionths())).sum()
}

fn dates_of(rounds: &[Round], people: usize) -> Vec<usize> {
    let mut counts = vec![0; people];
    for date in rounds.iter().flat_map(|round| &round.dates) {
        counts[date.pair.low().get() as usize - 1] += 1;
        counts[date.pair.high().get() as usize - 1] += 1;
    }
    counts
}

fn degree(pairs: &[Suited], people: usize) -> usize {
    let mut degrees = vec![0; people];
    for one in pairs {
        degrees[one.pair.low().get() as usize - 1] += 1;
        degrees[one.pair.high().get() as usize - 1] += 1;
    }
    degrees.into_iter().max().unwrap_or(0)
}

#[test]
fn everyone_meets_everyone_in_as_few_rounds_as_there_can_be() {
    for (people, rounds) in [(0, 0), (1, 0), (2, 1), (3, 3), (6, 5), (7, 7), (20, 19), (21, 21)] {
        let pairs = suited(people, &mut Numbers(1), |_, _| true);
        let made = drawn(&plan(&ids(people), &pairs));
        assert_eq!((made.len(), dates(&made)), (rounds, pairs.len()), "{people}");
    }
}

#[test]
fn two_sides_meet_in_as_many_rounds_as_the_one_who_may_meet_most() {
    let mut n = Numbers(2);
    for (women, men, often) in
        [(1, 1, 1), (5, 5, 1), (9, 4, 1), (10, 10, 2), (30, 20, 3), (12, 40, 9), (3, 0, 1)]
    {
        let people = women + men;
        let mut other = Numbers(n.below(1 << 40));
        let pairs =
            suited(people, &mut n, |one, two| (one < women) != (two < women) && other.below(often) == 0);
        let made = drawn(&plan(&ids(people), &pairs));
        assert_eq!((made.len(), dates(&made)), (degree(&pairs, people), pairs.len()));
        for tables in [1, 2, 3, 7] {
            let made = drawn(&EveningPlan { tables: Some(tables), ..plan(&ids(people), &pairs) });
            let tables = tables.min(people / 2).max(1);
            assert_eq!(made.len(), degree(&pairs, people).max(pairs.len().div_ceil(tables)));
            assert_eq!(dates(&made), pairs.len());
        }
    }
}

#[test]
fn whoever_may_meet_whom_one_round_more_is_enough() {
    let mut n = Numbers(3);
    for trial in 0..60 {
        let people = 3 + n.below(30) as usize;
        let often = 1 + n.below(4);
        let mut other = Numbers(trial);
        let pairs = suited(people, &mut n, |_, _| other.below(often) == 0);
        let made = drawn(&plan(&ids(people), &pairs));
        assert_eq!(dates(&made), pairs.len());
        assert!(made.len() <= degree(&pairs, people) + 1);
        let made = drawn(&EveningPlan { tables: Some(2), ..plan(&ids(people), &pairs) });
        assert_eq!(dates(&made), pairs.len());
        assert!(made.len() <= (degree(&pairs, people) + 1).max(pairs.len().div_ceil(2.min(people / 2))));
    }
}

/// The best choice of dates by looking at all: the most dates, the least sum of squares, the greatest score.
fn best(pairs: &[Suited], people: usize, rounds: usize, most: usize) -> (usize, usize, u64) {
    let mut best = (0, usize::MAX, 0);
    for chosen in 0_u32..1 << pairs.len() {
        let chosen: Vec<Suited> =
            pairs.iter().enumerate().filter(|(bit, _)| chosen >> bit & 1 == 1).map(|(_, one)| *one).collect();
        if chosen.len() > most || degree(&chosen, people) > rounds || chosen.len() < best.0 {
            continue;
        }
        let mut counts = vec![0_usize; people];
        for one in &chosen {
            counts[one.pair.low().get() as usize - 1] += 1;
            counts[one.pair.high().get() as usize - 1] += 1;
        }
        let squares = counts.iter().map(|count| count * count).sum();
        let scores = chosen.iter().map(|one| u64::from(one.score.millionths())).sum();
        let found = (chosen.len(), squares, scores);
        let key = |it: (usize, usize, u64)| (it.0, std::cmp::Reverse(it.1), it.2);
        if key(found) > key(best) {
            best = found;
        }
    }
    best
}

#[test]
fn between_two_sides_a_short_evening_is_the_best_there_is() {
    let mut n = Numbers(4);
    for trial in 0..60 {
        let (women, men) = (1 + n.below(4) as usize, 1 + n.below(3) as usize);
        let people = women + men;
        let mut other = Numbers(trial);
        let pairs = suited(people, &mut n, |one, two| (one < women) != (two < women) && other.below(4) > 0);
        for (rounds, tables) in [(1, None), (2, None), (2, Some(1)), (3, Some(2)), (3, None)] {
            let made = drawn(&EveningPlan { rounds: Some(rounds), tables, ..plan(&ids(people), &pairs) });
            let room = rounds * tables.unwrap_or(people).min(people / 2);
            let squares = dates_of(&made, people).iter().map(|count| count * count).sum();
            let found = (dates(&made), squares, score(&made, &pairs));
            let wanted = best(&pairs, people, rounds, room);
            assert!(pairs.is_empty() || found == wanted, "{found:?} {wanted:?}");
        }
    }
}

/// The most pairs that can sit at once, by looking at all.
fn most_at_once(free: &[usize], pairs: &BTreeSet<(usize, usize)>) -> usize {
    let [one, rest @ ..] = free else { return 0 };
    let mut most = most_at_once(rest, pairs);
    for (place, other) in rest.iter().enumerate() {
        if pairs.contains(&(*one, *other)) {
            let mut left = rest.to_vec();
            left.remove(place);
            most = most.max(1 + most_at_once(&left, pairs));
        }
    }
    most
}

#[test]
fn one_round_leaves_as_few_alone_as_can_be() {
    let mut n = Numbers(5);
    for trial in 0..300 {
        let people = 2 + n.below(8) as usize;
        let often = 1 + n.below(4);
        let mut other = Numbers(trial);
        let pairs = suited(people, &mut n, |_, _| other.below(often) == 0);
        let made = drawn(&EveningPlan { rounds: Some(1), ..plan(&ids(people), &pairs) });
        let set =
            pairs.iter().map(|one| (one.pair.low().get() as usize - 1, one.pair.high().get() as usize - 1));
        assert_eq!(dates(&made), most_at_once(&(0..people).collect::<Vec<_>>(), &set.collect()), "{pairs:?}");
    }
}

#[test]
fn a_short_evening_is_even_and_takes_the_better_pairs() {
    // Twice as many men as women: whoever sat alone comes first.
    let pairs = suited(30, &mut Numbers(6), |one, other| (one < 10) != (other < 10));
    let made = drawn(&EveningPlan { rounds: Some(5), ..plan(&ids(30), &pairs) });
    let counts = dates_of(&made, 30);
    assert!(counts[..10].iter().all(|count| *count == 5));
    assert!(counts[10..].iter().all(|count| [2, 3].contains(count)), "{counts:?}");
    // And so among people who may all meet each other, of whom one sits alone each time.
    let pairs = suited(21, &mut Numbers(7), |_, _| true);
    let made = drawn(&EveningPlan { rounds: Some(8), ..plan(&ids(21), &pairs) });
    assert_eq!(dates(&made), 80);
    assert!(dates_of(&made, 21).iter().all(|count| [7, 8].contains(count)));
    let chance = pairs.iter().map(|one| u64::from(one.score.millionths())).sum::<u64>() / pairs.len() as u64;
    assert!(score(&made, &pairs) / 80 > chance * 3 / 2);
    // Early rounds are the better ones.
    let all = drawn(&plan(&ids(21), &pairs));
    assert!(score(&all[..10], &pairs) > score(&all[11..], &pairs));
}

#[test]
fn who_comes_late_or_leaves_changes_the_rest_of_the_evening_only() {
    let everyone = ids(14);
    let mixed = |one: usize, other: usize| one % 2 != other % 2;
    let pairs = suited(14, &mut Numbers(8), mixed);
    // Twelve were there at first.
    let first: Vec<Suited> = pairs.iter().copied().filter(|one| one.pair.high().get() <= 12).collect();
    let began = drawn(&plan(&everyone[..12], &first));
    let held: Vec<Vec<Pair>> =
        began[..2].iter().map(|round| round.dates.iter().map(|date| date.pair).collect()).collect();
    // Two came, and two left.
    let now = &everyone[2..];
    let may: Vec<Suited> = pairs.iter().copied().filter(|one| one.pair.low().get() > 2).collect();
    let rest = drawn(&EveningPlan { held: &held, ..plan(now, &may) });
    let met = held.concat().iter().filter(|pair| pair.low().get() > 2).count();
    assert_eq!(dates(&rest) + met, may.len());
    // Where time is short, who came late is not alone more than the others.
    let short = drawn(&EveningPlan { held: &held, rounds: Some(1), tables: Some(2), ..plan(now, &may) });
    let seated: BTreeSet<i64> =
        short[0].dates.iter().flat_map(|date| [date.pair.low().get(), date.pair.high().get()]).collect();
    assert!(seated.contains(&13) && seated.contains(&14), "{seated:?}");
}

#[test]
fn the_order_in_which_people_and_pairs_come_changes_nothing() {
    let mut people = ids(25);
    let mut pairs = suited(25, &mut Numbers(9), |one, other| (one + other) % 3 > 0);
    let made = drawn(&EveningPlan { rounds: Some(6), tables: Some(9), ..plan(&people, &pairs) });
    people.reverse();
    pairs.reverse();
    assert_eq!(made, drawn(&EveningPlan { rounds: Some(6), tables: Some(9), ..plan(&people, &pairs) }));
}

#[test]
fn those_who_stay_seated_do() {
    let pairs = suited(20, &mut Numbers(10), |one, other| (one < 8) != (other < 8));
    let made = drawn(&plan(&ids(20), &pairs));
    let mut seats: BTreeMap<AccountId, BTreeSet<usize>> = BTreeMap::new();
    for date in made.iter().flat_map(|round| &round.dates) {
        seats.entry(date.pair.low()).or_default().insert(date.table);
    }
    assert!(seats.values().all(|tables| tables.len() == 1), "{seats:?}");
}

#[test]
fn big_evenings_are_drawn_up() {
    // What they take is a benchmark's business.
    let pairs = suited(500, &mut Numbers(11), |one, other| (one < 250) != (other < 250));
    let made = drawn(&EveningPlan { rounds: Some(20), ..plan(&ids(500), &pairs) });
    assert_eq!((made.len(), dates(&made)), (20, 5_000));
    let many: Vec<AccountId> = (1..=super::PEOPLE_MAX as i64 + 1).filter_map(AccountId::new).collect();
    assert_eq!(schedule(&plan(&many, &[])), Err(PairingError::TooMany(many.len())));
}

#[test]
fn what_cannot_be_is_refused() {
    let people = ids(4);
    let suited = |pair| Suited { pair, score: Score::MAX };
    let refused = |plan: EveningPlan<'_>| schedule(&plan).unwrap_err();
    assert_eq!(refused(plan(&[id(0), id(1), id(0)], &[])), PairingError::Twice(id(0)));
    let twice = [suited(pair(0, 1)), suited(pair(1, 0))];
    assert_eq!(refused(plan(&people, &twice)), PairingError::PairTwice(pair(0, 1)));
    assert_eq!(refused(plan(&people, &[suited(pair(0, 7))])), PairingError::Unknown(id(7)));
    assert_eq!(refused(EveningPlan { tables: Some(0), ..plan(&people, &[]) }), PairingError::NoTable);
    let held = [vec![pair(0, 1), pair(1, 2)]];
    assert_eq!(refused(EveningPlan { held: &held, ..plan(&people, &[]) }), PairingError::TwoTables(id(1)));
    let held = [vec![pair(0, 1)], vec![pair(0, 1)]];
    assert_eq!(
        refused(EveningPlan { held: &held, ..plan(&people, &[]) }),
        PairingError::PairTwice(pair(0, 1))
    );
    let pairs = [suited(pair(0, 1))];
    assert!(drawn(&EveningPlan { rounds: Some(0), ..plan(&people, &pairs) }).is_empty());
    // Whoever has left may have met somebody.
    let held = [vec![pair(0, 9)]];
    assert_eq!(drawn(&EveningPlan { held: &held, ..plan(&people, &pairs) }).len(), 1);
}

/// Choices that look random, with ties; `side` says on which of the sides somebody is.
fn choices(people: usize, n: &mut Numbers, side: impl Fn(usize) -> usize) -> Vec<Choices> {
    let chooses = |by: usize, n: &mut Numbers| {
        let mut open: Vec<usize> = (0..people).filter(|one| *one != by && side(*one) != side(by)).collect();
        let mut ranked: Vec<Vec<AccountId>> = Vec::new();
        while !open.is_empty() && n.below(8) > 0 {
            let next = open.remove(n.below(open.len() as u64) as usize);
            match ranked.last_mut() {
                Some(group) if n.below(4) == 0 => group.push(id(next)),
                _ => ranked.push(vec![id(next)]),
            }
        }
        Choices { by: id(by), ranked }
    };
    (0..people).map(|by| chooses(by, n)).collect()
}

fn rank(choices: &[Choices], by: AccountId, whom: AccountId) -> usize {
    let own = choices.iter().find(|one| one.by == by).unwrap();
    own.ranked.iter().position(|group| group.contains(&whom)).unwrap()
}

/// Who would both rather have each other.
fn blocking(choices: &[Choices], pairs: &[Pair]) -> Vec<Pair> {
    let mate = |one| pairs.iter().find_map(|pair| pair.other(one));
    let rather = |by, whom| mate(by).is_none_or(|mate| rank(choices, by, whom) < rank(choices, by, mate));
    let all = mutual(choices).unwrap().into_iter();
    all.filter(|pair| rather(pair.low(), pair.high()) && rather(pair.high(), pair.low())).collect()
}

/// Whether any way of pairing leaves no two who would rather have each other.
fn some_is_stable(choices: &[Choices], open: &[Pair], chosen: &mut Vec<Pair>) -> bool {
    let [pair, rest @ ..] = open else { return blocking(choices, chosen).is_empty() };
    if some_is_stable(choices, rest, chosen) {
        return true;
    }
    if chosen.iter().any(|one| one.contains(pair.low()) || one.contains(pair.high())) {
        return false;
    }
    chosen.push(*pair);
    let found = some_is_stable(choices, rest, chosen);
    chosen.pop();
    found
}

fn checked(choices: &[Choices]) -> Settled {
    let settled = stable_matching(choices).unwrap();
    let mutual: BTreeSet<Pair> = mutual(choices).unwrap().into_iter().collect();
    let mut taken = BTreeSet::new();
    for pair in settled.pairs() {
        assert!(mutual.contains(pair) && taken.insert(pair.low()) && taken.insert(pair.high()));
    }
    assert!(settled.pairs().is_sorted());
    match &settled {
        Settled::Stable(pairs) => assert_eq!(blocking(choices, pairs), []),
        Settled::NoneIsStable { pairs, blocking: told } => {
            assert_eq!(&blocking(choices, pairs), told);
            assert!(!told.is_empty());
        }
    }
    settled
}

#[test]
fn between_two_sides_there_is_always_a_stable_matching() {
    let mut n = Numbers(12);
    for trial in 0..200 {
        let people = 2 + trial % 40;
        let choices = choices(people, &mut n, |one| one % 2);
        assert!(matches!(checked(&choices), Settled::Stable(_)));
    }
}

#[test]
fn among_roommates_a_stable_matching_is_found_if_there_is_one() {
    let mut n = Numbers(13);
    let mut none = 0;
    for trial in 0..1_500 {
        let mut choices = choices(3 + trial % 5, &mut n, |one| one);
        // Without ties, so that what is found is what there is.
        for one in &mut choices {
            one.ranked = one.ranked.concat().into_iter().map(|whom| vec![whom]).collect();
        }
        let settled = checked(&choices);
        let exists = some_is_stable(&choices, &mutual(&choices).unwrap(), &mut Vec::new());
        assert_eq!(matches!(settled, Settled::Stable(_)), exists, "{choices:?}");
        none += usize::from(!exists);
    }
    assert!(none > 10, "{none}");
}

#[test]
fn choices_are_mutual_or_nothing() {
    let choose = |by: usize, ranked: &[usize]| Choices {
        by: id(by),
        ranked: ranked.iter().map(|whom| vec![id(*whom)]).collect(),
    };
    let evening = [choose(0, &[1, 2]), choose(1, &[0]), choose(2, &[1, 0, 9]), choose(3, &[])];
    assert_eq!(mutual(&evening).unwrap(), [pair(0, 1), pair(0, 2)]);
    assert_eq!(stable_matching(&evening).unwrap(), Settled::Stable(vec![pair(0, 1)]));
    // Three in a circle, each of whom is somebody's first choice.
    let circle = [choose(0, &[1, 2]), choose(1, &[2, 0]), choose(2, &[0, 1])];
    let Settled::NoneIsStable { pairs, blocking } = checked(&circle) else { panic!() };
    assert_eq!((pairs.len(), blocking.len()), (1, 1));
    assert_eq!(mutual(&[choose(0, &[0])]), Err(PairingError::BadChoices(id(0))));
    assert_eq!(mutual(&[choose(0, &[1, 1])]), Err(PairingError::BadChoices(id(0))));
    assert_eq!(stable_matching(&[choose(0, &[]), choose(0, &[])]), Err(PairingError::Twice(id(0))));
}
