//! A speed-dating evening: who sits with whom in which round at which table, and what comes of the choices at its end.
//!
//! [`schedule`] draws up the rounds from the pairs that may meet and their scores. No two meet twice, and nobody is at
//! two tables. What is exact and what is not:
//!
//! - **Time enough for all, two sides** (nobody may meet anyone of their own side): all dates in as few rounds as there
//!   can be, which is the greatest number of people whom anyone may meet, or what the tables need if that is more.
//!   Exact (Kőnig 1916; levelled after McDiarmid 1972 and de Werra 1971).
//! - **Time enough for all, any graph**: all dates in at most one round more than there must be (Vizing 1964, by the
//!   method of Misra and Gries 1992), and in none more where an even number may all meet each other.
//! - **Not time enough, two sides**: as many dates as there can be; of those choices the most even one, and of those the
//!   one with the greatest sum of scores. Exact up to a bound on work, by a flow of least cost (`choice.rs`).
//! - **Not time enough otherwise**: round by round, in each of them as few people alone as can be and those who were
//!   alone least so far (Edmonds 1965), with pairs chosen greedily and exchanged two by two. Exact for each round, and a
//!   heuristic for all together.
//!
//! Within what is fixed so, better pairs come into earlier rounds by exchanges between two rounds, which is a heuristic
//! too. Where people come late or leave, the rest of the evening is drawn up anew: give whoever is there now and the
//! rounds that were held.
//!
//! [`mutual`] says who chose each other, and [`stable`] who stays with whom when each may have one.
//!
//! ```
//! use matchmaking_core::{
//!     ids::AccountId,
//!     model::Pair,
//!     scoring::{Score, pairing::{EveningPlan, Suited, schedule}},
//! };
//!
//! let people: Vec<AccountId> = (1..=4).filter_map(AccountId::new).collect();
//! let suited = |one: usize, other: usize, percent: f64| {
//!     Pair::new(people[one], people[other]).map(|pair| Suited { pair, score: Score::from_unit(percent / 100.0) })
//! };
//! // Two women and two men.
//! let pairs: Vec<Suited> =
//!     [suited(0, 2, 80.0), suited(0, 3, 40.0), suited(1, 2, 50.0), suited(1, 3, 60.0)].into_iter().flatten().collect();
//! let plan = EveningPlan { people: &people, pairs: &pairs, rounds: None, tables: None, held: &[] };
//! let rounds = schedule(&plan)?;
//! assert_eq!(rounds.len(), 2);
//! assert!(rounds[0].dates.iter().any(|date| date.pair == pairs[0].pair));
//! # Ok::<(), matchmaking_core::scoring::pairing::PairingError>(())
//! ```

mod blossom;
mod choice;
mod colouring;
mod exchange;
mod graph;
mod roommates;
pub mod stable;
mod tables;
mod turns;

#[cfg(test)]
mod properties;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    colouring::{Colouring, colour},
    graph::{Edge, Graph},
};
use super::Score;
use crate::{ids::AccountId, model::Pair};

pub use stable::{Choices, Settled, mutual, stable_matching};

/// The most people of an evening. A few tables of `people²` entries are kept while it is drawn up.
pub const PEOPLE_MAX: usize = 2_000;

/// Two people who may meet, and how well they suit each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suited {
    /// Who.
    pub pair: Pair,
    /// How well.
    pub score: Score,
}

/// What an evening is drawn up from.
#[derive(Debug, Clone, Copy)]
pub struct EveningPlan<'a> {
    /// Whoever is there, at most [`PEOPLE_MAX`], in any order.
    pub people: &'a [AccountId],
    /// Who of them may meet, in any order.
    pub pairs: &'a [Suited],
    /// How many rounds are left at most; as many as it takes without it.
    pub rounds: Option<usize>,
    /// How many tables there are, at least 1; one for every two people without it.
    pub tables: Option<usize>,
    /// The rounds that were held already. Whoever sat there may have left.
    pub held: &'a [Vec<Pair>],
}

/// A round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Who meets, by tables.
    pub dates: Vec<Date>,
    /// Who sits alone, ascending.
    pub idle: Vec<AccountId>,
}

/// Two people at a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// At which table, from 1.
    pub table: usize,
    /// Who.
    pub pair: Pair,
}

/// Why rounds cannot be drawn up, or choices not be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PairingError {
    /// More people than [`PEOPLE_MAX`].
    #[error("{0} people are more than {PEOPLE_MAX}")]
    TooMany(usize),
    /// Somebody is named twice.
    #[error("account {0} is there twice")]
    Twice(AccountId),
    /// A pair or a choice names somebody who is not there.
    #[error("account {0} is not there")]
    Unknown(AccountId),
    /// A pair is named twice among those that may meet, or met twice in the rounds that were held.
    #[error("accounts {} and {} are a pair twice", .0.low(), .0.high())]
    PairTwice(Pair),
    /// Somebody was at two tables in a round that was held.
    #[error("account {0} was at two tables at once")]
    TwoTables(AccountId),
    /// There is no table.
    #[error("there is no table")]
    NoTable,
    /// Somebody chose themselves, or chose somebody twice.
    #[error("the choices of account {0} name somebody twice, or their owner")]
    BadChoices(AccountId),
}

/// Draws up the rounds of an evening. The same input gives the same rounds, in whatever order people and pairs come.
///
/// # Errors
///
/// [`PairingError`] for anyone or any pair that is named twice or is not there, for held rounds that cannot have been,
/// for no table, and for too many people.
pub fn schedule(plan: &EveningPlan<'_>) -> Result<Vec<Round>, PairingError> {
    let people = numbered(plan.people)?;
    let tables = plan.tables.unwrap_or(people.len()).min(people.len() / 2);
    if plan.tables == Some(0) {
        return Err(PairingError::NoTable);
    }
    let (met, before) = held(plan.held, &people)?;
    let mut edges = Vec::with_capacity(plan.pairs.len());
    let mut named = vec![false; people.len() * people.len()];
    for Suited { pair, score } in plan.pairs {
        let place = |one| people.binary_search(&one).map_err(|_| PairingError::Unknown(one));
        let (low, high) = (place(pair.low())?, place(pair.high())?);
        if std::mem::replace(&mut named[low * people.len() + high], true) {
            return Err(PairingError::PairTwice(*pair));
        }
        if !met.contains(pair) {
            edges.push(Edge { low, high, score: score.millionths() });
        }
    }
    let graph = Graph::new(people.len(), edges, before);
    let rounds = drawn_up(&graph, plan.rounds.unwrap_or(usize::MAX), tables);
    let seats = tables::assign(people.len(), &rounds, graph.sides.as_deref());
    Ok(rounds.iter().zip(seats).map(|(round, seats)| shown(&people, round, &seats)).collect())
}

/// The people ascending, each once.
fn numbered(people: &[AccountId]) -> Result<Vec<AccountId>, PairingError> {
    if people.len() > PEOPLE_MAX {
        return Err(PairingError::TooMany(people.len()));
    }
    let mut people = people.to_vec();
    people.sort_unstable();
    match people.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => Err(PairingError::Twice(two[0])),
        None => Ok(people),
    }
}

/// Who met in the rounds that were held, and in how many dates each of the people was.
fn held(rounds: &[Vec<Pair>], people: &[AccountId]) -> Result<(BTreeSet<Pair>, Vec<usize>), PairingError> {
    let mut met = BTreeSet::new();
    let mut before = vec![0; people.len()];
    for round in rounds {
        let mut seated = BTreeSet::new();
        for pair in round {
            if !met.insert(*pair) {
                return Err(PairingError::PairTwice(*pair));
            }
            for one in [pair.low(), pair.high()] {
                if !seated.insert(one) {
                    return Err(PairingError::TwoTables(one));
                }
                if let Ok(place) = people.binary_search(&one) {
                    before[place] += 1;
                }
            }
        }
    }
    Ok((met, before))
}

fn drawn_up(graph: &Graph, rounds: usize, tables: usize) -> Vec<Vec<Edge>> {
    if graph.edges.is_empty() || rounds == 0 {
        return Vec::new();
    }
    let people = graph.people;
    // So many rounds are needed whatever is done.
    let least = graph.degree().max(graph.edges.len().div_ceil(tables));
    let made = if least <= rounds {
        let mut all = colour(graph, graph.edges.clone(), least);
        exchange::level(&mut all, people, tables);
        // A round too many is left out where there is no time for it, unless doing without from the start is better.
        fuller_first(&mut all, people, tables, rounds, graph)
    } else {
        let room = rounds.saturating_mul(tables);
        match choice::choose(graph, rounds, room) {
            Some(chosen) => {
                let mut all = colour(graph, chosen, rounds);
                exchange::level(&mut all, people, tables);
                all.rounds()
            }
            None => turns::one_by_one(graph, rounds, tables),
        }
    };
    let mut made = Colouring::of_rounds(people, &made);
    exchange::better_first(&mut made, people, tables);
    let mut made = made.rounds();
    made.sort_by_cached_key(|round| std::cmp::Reverse((round.len(), sum(round))));
    made
}

/// The rounds of a colouring that takes all dates, or of the other way if that has more dates when one round has to go.
fn fuller_first(
    all: &mut Colouring,
    people: usize,
    tables: usize,
    rounds: usize,
    graph: &Graph,
) -> Vec<Vec<Edge>> {
    let coloured = all.rounds();
    if coloured.len() <= rounds {
        return coloured;
    }
    exchange::better_first(all, people, tables);
    let mut coloured = all.rounds();
    coloured.sort_by_cached_key(|round| std::cmp::Reverse((round.len(), sum(round))));
    coloured.truncate(rounds);
    let turns = turns::one_by_one(graph, rounds, tables);
    let dates = |rounds: &[Vec<Edge>]| {
        (rounds.iter().map(Vec::len).sum::<usize>(), rounds.iter().map(|round| sum(round)).sum::<u64>())
    };
    if dates(&turns) > dates(&coloured) { turns } else { coloured }
}

fn sum(round: &[Edge]) -> u64 {
    round.iter().map(|edge| u64::from(edge.score)).sum()
}

fn shown(people: &[AccountId], round: &[Edge], seats: &[usize]) -> Round {
    let mut idle = vec![true; people.len()];
    let mut dates = BTreeMap::new();
    for (edge, table) in round.iter().zip(seats) {
        (idle[edge.low], idle[edge.high]) = (false, false);
        if let Some(pair) = Pair::new(people[edge.low], people[edge.high]) {
            dates.insert(table + 1, pair);
        }
    }
    Round {
        dates: dates.into_iter().map(|(table, pair)| Date { table, pair }).collect(),
        idle: people.iter().zip(idle).filter(|(_, idle)| *idle).map(|(one, _)| *one).collect(),
    }
}
