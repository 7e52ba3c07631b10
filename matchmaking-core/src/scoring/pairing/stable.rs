//! The choices at the end of an evening: who chose each other, and who stays with whom when each may have one.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    PEOPLE_MAX, PairingError,
    graph::{Edge, two_sides},
    roommates,
};
use crate::{ids::AccountId, model::Pair};

/// Whom somebody would like to see again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// Who chooses.
    pub by: AccountId,
    /// Whom, the dearest first; whoever stands in one group is as dear as the others of it. Nobody else is wanted.
    pub ranked: Vec<Vec<AccountId>>,
}

/// Who stays with whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// No two would both rather have each other than whom they have, or nobody.
    Stable(Vec<Pair>),
    /// There is no such matching: these stay together instead, the pairs that rank each other highest first, and the
    /// `blocking` pairs would both rather have each other.
    NoneIsStable {
        /// Who stays with whom.
        pairs: Vec<Pair>,
        /// Who would both rather have each other.
        blocking: Vec<Pair>,
    },
}

impl Settled {
    /// Who stays with whom, ascending.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        match self {
            Self::Stable(pairs) | Self::NoneIsStable { pairs, .. } => pairs,
        }
    }
}

/// Who chose each other, ascending. In what order they did makes no difference.
///
/// # Errors
///
/// [`PairingError::Twice`] when somebody's choices are given twice; [`PairingError::BadChoices`] for choices that name
/// somebody twice or their owner; [`PairingError::TooMany`].
pub fn mutual(choices: &[Choices]) -> Result<Vec<Pair>, PairingError> {
    let wanted = wanted(choices)?;
    Ok(pairs_of(&wanted))
}

/// Who stays with whom when each may have one, among those who chose each other.
///
/// Where those who chose each other fall into two sides, as women and men do, deferred acceptance finds a stable
/// matching (Gale and Shapley 1962, with incomplete lists), the best for everyone of the smaller side, or of the side of
/// the smallest number where they are equal. Otherwise it is the problem of the stable roommates, for which Irving's
/// algorithm (1985; with incomplete lists after Gusfield and Irving 1989) finds a stable matching or shows that there is
/// none; three people who chose each other in a circle have none.
///
/// Of people who are equally dear the one who ranks the chooser higher comes first, then the smaller number; what is
/// stable for these orders is stable for the choices. Which way to break ties would leave fewest alone, and whether
/// another one would be stable among roommates, is not searched for: both are hard (Manlove et al. 2002; Ronn 1990).
///
/// # Errors
///
/// As [`mutual`].
pub fn stable_matching(choices: &[Choices]) -> Result<Settled, PairingError> {
    let wanted = wanted(choices)?;
    let pairs = pairs_of(&wanted);
    let mut people: Vec<AccountId> = pairs.iter().flat_map(|pair| [pair.low(), pair.high()]).collect();
    people.sort_unstable();
    people.dedup();
    let place = |one: AccountId| people.binary_search(&one).unwrap_or_default();
    let mut lists = vec![Vec::new(); people.len()];
    let mut edges = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        let (low, high) = (place(pair.low()), place(pair.high()));
        edges.push(Edge { low, high, score: 0 });
        lists[low].push(high);
        lists[high].push(low);
    }
    let rank = |by: usize, whom: usize| wanted[&people[by]].get(&people[whom]).copied().unwrap_or(usize::MAX);
    for (by, list) in lists.iter_mut().enumerate() {
        list.sort_by_key(|whom| (rank(by, *whom), rank(*whom, by), *whom));
    }
    let mates = match two_sides(people.len(), &edges) {
        Some(sides) => Some(deferred_acceptance(&lists, &sides)),
        None => roommates::stable(&lists),
    };
    let named = |mates: &[Option<usize>]| -> Vec<Pair> {
        let pair = |(one, mate): (usize, &Option<usize>)| {
            mate.filter(|mate| one < *mate).and_then(|mate| Pair::new(people[one], people[mate]))
        };
        mates.iter().enumerate().filter_map(pair).collect()
    };
    if let Some(mates) = mates {
        return Ok(Settled::Stable(named(&mates)));
    }
    edges.sort_by_key(|edge| {
        let (one, other) = (rank(edge.low, edge.high), rank(edge.high, edge.low));
        (one.max(other), one + other, edge.low, edge.high)
    });
    let mut mates = vec![None; people.len()];
    for edge in &edges {
        if mates[edge.low].is_none() && mates[edge.high].is_none() {
            (mates[edge.low], mates[edge.high]) = (Some(edge.high), Some(edge.low));
        }
    }
    let rather = |by: usize, whom: usize| mates[by].is_none_or(|mate| rank(by, whom) < rank(by, mate));
    let blocks = |edge: &&Edge| rather(edge.low, edge.high) && rather(edge.high, edge.low);
    let mut blocking: Vec<Pair> = edges
        .iter()
        .filter(blocks)
        .filter_map(|edge| Pair::new(people[edge.low], people[edge.high]))
        .collect();
    blocking.sort_unstable();
    let pairs = named(&mates);
    Ok(if blocking.is_empty() { Settled::Stable(pairs) } else { Settled::NoneIsStable { pairs, blocking } })
}

/// For everyone who chooses, whom and at which rank.
type Wanted = BTreeMap<AccountId, BTreeMap<AccountId, usize>>;

fn wanted(choices: &[Choices]) -> Result<Wanted, PairingError> {
    if choices.len() > PEOPLE_MAX {
        return Err(PairingError::TooMany(choices.len()));
    }
    let mut wanted = Wanted::new();
    for Choices { by, ranked } in choices {
        let mut own = BTreeMap::new();
        for (rank, group) in ranked.iter().enumerate() {
            for whom in group {
                if whom == by || own.insert(*whom, rank).is_some() {
                    return Err(PairingError::BadChoices(*by));
                }
            }
        }
        if wanted.insert(*by, own).is_some() {
            return Err(PairingError::Twice(*by));
        }
    }
    Ok(wanted)
}

fn pairs_of(wanted: &Wanted) -> Vec<Pair> {
    let mut pairs = BTreeSet::new();
    for (by, own) in wanted {
        let chose = |whom: &&AccountId| wanted.get(whom).is_some_and(|theirs| theirs.contains_key(by));
        pairs.extend(own.keys().filter(chose).filter_map(|whom| Pair::new(*by, *whom)));
    }
    pairs.into_iter().collect()
}

/// The mates when one side proposes: everyone goes down their list, and who is asked keeps the dearest so far.
fn deferred_acceptance(lists: &[Vec<usize>], sides: &[bool]) -> Vec<Option<usize>> {
    let people = lists.len();
    let mut place = vec![usize::MAX; people * people];
    for (by, list) in lists.iter().enumerate() {
        for (rank, whom) in list.iter().enumerate() {
            place[by * people + whom] = rank;
        }
    }
    let mut mates: Vec<Option<usize>> = vec![None; people];
    let mut next = vec![0; people];
    let mut open: Vec<usize> = (0..people).filter(|one| sides[*one]).collect();
    while let Some(one) = open.pop() {
        let Some(&asked) = lists[one].get(next[one]) else { continue };
        next[one] += 1;
        match mates[asked] {
            Some(mate) if place[asked * people + mate] < place[asked * people + one] => open.push(one),
            before => {
                if let Some(before) = before {
                    mates[before] = None;
                    open.push(before);
                }
                (mates[asked], mates[one]) = (Some(one), Some(asked));
            }
        }
    }
    mates
}
