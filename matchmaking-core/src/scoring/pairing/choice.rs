//! Which dates there shall be when there is not time for all: exactly, between two sides.
//!
//! As many as there can be; of those choices one in which the dates are spread most evenly (the least sum of squares of
//! everyone's dates, earlier ones included), so that who sat alone most comes first; and of those the one with the
//! greatest sum of scores. That is a flow of least cost with convex costs, found by successive shortest paths (Ahuja,
//! Magnanti, Orlin, *Network Flows*, 1993, chapters 9 and 14). Any choice in which nobody has more dates than there are
//! rounds fits into the rounds, because between two sides the greatest degree is the number of colours.

use super::graph::{Edge, Graph};
use crate::scoring::Score;

/// The most work that is done for an exact choice, in dates times possible pairs: some tenths of a second.
const WORK_MAX: usize = 150_000_000;

/// What no path costs.
const FAR: i64 = i64::MAX / 4;

/// The dates of `rounds` rounds with at most `most` dates in all; `None` when the people are not of two sides, or when
/// this would take too long.
pub(super) fn choose(graph: &Graph, rounds: usize, most: usize) -> Option<Vec<Edge>> {
    let sides = graph.sides.as_ref()?;
    let side = |which| (0..graph.people).filter(move |one| sides[*one] == which).collect::<Vec<usize>>();
    let (left, right) = (side(true), side(false));
    let pairs = left.len() * right.len();
    let dates = most.min(rounds.saturating_mul(left.len())).min(graph.edges.len());
    if dates.saturating_mul(pairs) > WORK_MAX {
        return None;
    }
    let mut flow = Flow::new(graph, &left, &right, rounds, dates);
    for _ in 0..dates {
        if !flow.augment() {
            break;
        }
    }
    let row = |edge: &&Edge| {
        let (one, other) = if sides[edge.low] { (edge.low, edge.high) } else { (edge.high, edge.low) };
        let place = left.binary_search(&one).ok().zip(right.binary_search(&other).ok());
        place.is_some_and(|(one, other)| flow.taken[one * right.len() + other])
    };
    Some(graph.edges.iter().filter(row).copied().collect())
}

struct Flow {
    left: usize,
    right: usize,
    rounds: usize,
    /// What a date costs more than the best one could, by pairs; [`FAR`] where there is no date to be had.
    cost: Vec<i64>,
    taken: Vec<bool>,
    /// How many dates each has here: first the left side, then the right.
    dates: Vec<usize>,
    before: Vec<usize>,
    /// More than all scores together.
    unit: i64,
    potential: Vec<i64>,
    /// The potential of the sink.
    far_end: i64,
}

impl Flow {
    fn new(graph: &Graph, left: &[usize], right: &[usize], rounds: usize, dates: usize) -> Self {
        let mut cost = vec![FAR; left.len() * right.len()];
        for edge in &graph.edges {
            for (one, other) in [(edge.low, edge.high), (edge.high, edge.low)] {
                if let (Ok(one), Ok(other)) = (left.binary_search(&one), right.binary_search(&other)) {
                    cost[one * right.len() + other] = i64::from(Score::MAX.millionths() - edge.score);
                }
            }
        }
        Self {
            left: left.len(),
            right: right.len(),
            rounds,
            taken: vec![false; cost.len()],
            cost,
            dates: vec![0; left.len() + right.len()],
            before: left.iter().chain(right).map(|one| graph.before[*one]).collect(),
            unit: (dates as i64 + 1) * (i64::from(Score::MAX.millionths()) + 1),
            potential: vec![0; left.len() + right.len()],
            far_end: 0,
        }
    }

    /// What one date more of this person adds to the sum of squares.
    fn price(&self, person: usize) -> i64 {
        self.unit * (2 * (self.before[person] + self.dates[person]) as i64 + 1)
    }

    /// Adds one date along the cheapest path; whether there is one.
    fn augment(&mut self) -> bool {
        let people = self.left + self.right;
        let mut far = vec![FAR; people];
        let mut from = vec![usize::MAX; people];
        let mut done = vec![false; people];
        for (one, far) in far.iter_mut().enumerate().take(self.left) {
            if self.dates[one] < self.rounds {
                *far = self.price(one) - self.potential[one];
            }
        }
        let (mut best, mut last) = (FAR, usize::MAX);
        loop {
            let open = (0..people).filter(|one| !done[*one] && far[*one] < best);
            let Some(here) = open.min_by_key(|one| far[*one]) else { break };
            done[here] = true;
            let base = far[here] + self.potential[here];
            if here < self.left {
                for other in 0..self.right {
                    let (pair, there) = (here * self.right + other, self.left + other);
                    if self.cost[pair] == FAR || self.taken[pair] || done[there] {
                        continue;
                    }
                    let through = base + self.cost[pair] - self.potential[there];
                    if through < far[there] {
                        (far[there], from[there]) = (through, here);
                    }
                }
            } else {
                if self.dates[here] < self.rounds {
                    let through = base + self.price(here) - self.far_end;
                    if through < best {
                        (best, last) = (through, here);
                    }
                }
                for there in 0..self.left {
                    let pair = there * self.right + here - self.left;
                    if !self.taken[pair] || done[there] {
                        continue;
                    }
                    let through = base - self.cost[pair] - self.potential[there];
                    if through < far[there] {
                        (far[there], from[there]) = (through, here);
                    }
                }
            }
        }
        if last == usize::MAX {
            return false;
        }
        for (potential, far) in self.potential.iter_mut().zip(&far) {
            *potential += (*far).min(best);
        }
        self.far_end += best;
        self.dates[last] += 1;
        let mut here = last;
        while from[here] != usize::MAX {
            let next = from[here];
            let (one, other) = if here < self.left { (here, next) } else { (next, here) };
            let pair = one * self.right + other - self.left;
            self.taken[pair] = !self.taken[pair];
            here = next;
        }
        self.dates[here] += 1;
        true
    }
}
