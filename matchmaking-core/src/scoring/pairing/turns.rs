//! Rounds one after the other, for any graph: each a matching of greatest size, who sat alone most first.
//!
//! A round begins with the pairs of whoever had fewest dates, the better ones first (which alone comes to half of the
//! best at least; Avis 1983), grows by augmenting paths until nothing can grow, and lets whoever had fewer dates take
//! the place of whoever had more. So in each round as few are alone as can be, and it is those who were least alone
//! before. Then two pairs change partners as long as that makes both together better. The rounds as a whole are a
//! heuristic: a round does not look at those after it.

use super::{
    blossom::{Found, Matching, NOBODY},
    graph::{Edge, Graph},
};

/// How often all pairs of a round are looked at for a better exchange.
const EXCHANGES: usize = 2;

/// At most `rounds` rounds with at most `tables` dates each. Ends when nobody is left who may meet.
pub(super) fn one_by_one(graph: &Graph, rounds: usize, tables: usize) -> Vec<Vec<Edge>> {
    let mut evening = Turns::new(graph);
    let mut made = Vec::new();
    while made.len() < rounds {
        let round = evening.next(tables);
        if round.is_empty() {
            break;
        }
        made.push(round);
    }
    made
}

struct Turns {
    people: usize,
    /// The dates that are left, the better ones first.
    left: Vec<Edge>,
    /// Whom each might meet when the evening began; whoever they have met since has no worth.
    neighbours: Vec<Vec<usize>>,
    /// How many each may still meet.
    open: Vec<usize>,
    /// By pairs, one more than the score; 0 where there is no date to be had.
    worth: Vec<u32>,
    dates: Vec<usize>,
}

impl Turns {
    fn new(graph: &Graph) -> Self {
        let people = graph.people;
        let mut neighbours = vec![Vec::new(); people];
        let mut worth = vec![0; people * people];
        for edge in &graph.edges {
            neighbours[edge.low].push(edge.high);
            neighbours[edge.high].push(edge.low);
            worth[edge.low * people + edge.high] = edge.score + 1;
            worth[edge.high * people + edge.low] = edge.score + 1;
        }
        let open = neighbours.iter().map(Vec::len).collect();
        Self { people, left: graph.edges.clone(), neighbours, open, worth, dates: graph.before.clone() }
    }

    fn next(&mut self, tables: usize) -> Vec<Edge> {
        let mut matching = Matching::new(self.people);
        let mut pairs = self.begin(&mut matching, tables);
        self.grow(&mut matching, &mut pairs, tables);
        self.give_way(&mut matching);
        self.exchange(&mut matching.mate);
        self.end(&matching.mate)
    }

    /// The pairs of whoever had fewest dates first, and of those the better ones.
    fn begin(&self, matching: &mut Matching, tables: usize) -> usize {
        let sum = |edge: &Edge| self.dates[edge.low] + self.dates[edge.high];
        let most = self.left.iter().map(sum).max().unwrap_or(0);
        let mut starts = vec![0; most + 2];
        for edge in &self.left {
            starts[sum(edge) + 1] += 1;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut order = vec![0; self.left.len()];
        for (place, edge) in self.left.iter().enumerate() {
            order[starts[sum(edge)]] = place;
            starts[sum(edge)] += 1;
        }
        let mut pairs = 0;
        for place in order {
            let edge = self.left[place];
            if pairs == tables {
                break;
            }
            if matching.mate[edge.low] == NOBODY && matching.mate[edge.high] == NOBODY {
                matching.join(edge.low, edge.high);
                pairs += 1;
            }
        }
        pairs
    }

    fn alone(&self, mate: &[usize]) -> Vec<usize> {
        let is_alone = |one: &usize| mate[*one] == NOBODY && self.open[*one] > 0;
        let mut alone: Vec<usize> = (0..self.people).filter(is_alone).collect();
        alone.sort_by_key(|one| self.dates[*one]);
        alone
    }

    fn may_meet(&self) -> impl Fn(usize, usize) -> bool {
        |one, other| self.worth[one * self.people + other] > 0
    }

    fn grow(&self, matching: &mut Matching, pairs: &mut usize, tables: usize) {
        for root in self.alone(&matching.mate) {
            if *pairs == tables {
                break;
            }
            if matching.mate[root] != NOBODY {
                continue;
            }
            if matching.search(&self.neighbours, self.may_meet(), root, true, (1, |_| 0)) == Found::Partner {
                *pairs += 1;
            } else {
                matching.close(root);
            }
        }
        matching.open_all();
    }

    fn give_way(&self, matching: &mut Matching) {
        for root in self.alone(&matching.mate) {
            let own = self.dates[root];
            let seated = (0..self.people).filter(|one| matching.mate[*one] != NOBODY);
            let most = seated.map(|one| self.dates[one]).max().unwrap_or(0);
            if most > own {
                let more = |one: usize| self.dates[one].saturating_sub(own);
                matching.search(&self.neighbours, self.may_meet(), root, false, (most - own, more));
            }
        }
    }

    fn exchange(&self, mate: &mut [usize]) {
        let worth = |one: usize, other: usize| self.worth[one * self.people + other];
        let firsts = (0..self.people).filter(|one| mate[*one] != NOBODY && *one < mate[*one]);
        let mut pairs: Vec<(usize, usize)> = firsts.map(|one| (one, mate[one])).collect();
        for _ in 0..EXCHANGES {
            let mut changed = false;
            for first in 0..pairs.len() {
                for second in first + 1..pairs.len() {
                    let ((a, b), (c, d)) = (pairs[first], pairs[second]);
                    let now = worth(a, b) + worth(c, d);
                    let better = [((a, c), (b, d)), ((a, d), (b, c))].into_iter().find(|(one, other)| {
                        let (one, other) = (worth(one.0, one.1), worth(other.0, other.1));
                        one > 0 && other > 0 && one + other > now
                    });
                    if let Some((one, other)) = better {
                        (pairs[first], pairs[second]) = (one, other);
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        for (one, other) in pairs {
            (mate[one], mate[other]) = (other, one);
        }
    }

    /// Takes the dates of a round out of those that are left.
    fn end(&mut self, mate: &[usize]) -> Vec<Edge> {
        let (round, left): (Vec<Edge>, Vec<Edge>) =
            std::mem::take(&mut self.left).into_iter().partition(|edge| mate[edge.low] == edge.high);
        self.left = left;
        for edge in &round {
            for (one, other) in [(edge.low, edge.high), (edge.high, edge.low)] {
                self.open[one] -= 1;
                self.worth[one * self.people + other] = 0;
                self.dates[one] += 1;
            }
        }
        round
    }
}
