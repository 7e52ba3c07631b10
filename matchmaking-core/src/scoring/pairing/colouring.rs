//! Edge colourings: all dates in as few rounds as there can be, or one more. A colour is a round, and no two edges of
//! one colour share a person.
//!
//! Between two sides the least number of colours is the greatest degree (Kőnig 1916), and it is reached by swapping two
//! colours along an alternating path. In any graph one colour more is always enough (Vizing 1964); it is reached by
//! turning fans of edges, after Misra and Gries, *A constructive proof of Vizing's theorem* (1992). Whether that one is
//! needed is hard to tell in general (Holyer 1981). Where everyone may meet everyone, the circle method needs none.

use super::graph::{Edge, Graph, degree};

const NONE: u32 = u32::MAX;

/// Edges, each with a colour or none yet.
#[derive(Debug)]
pub(super) struct Colouring {
    pub(super) edges: Vec<Edge>,
    pub(super) colours: usize,
    /// For each person and colour the edge there.
    at: Vec<u32>,
    /// For each person the colours that none of their edges has, as bits.
    free: Vec<u64>,
    words: usize,
    colour: Vec<u32>,
}

impl Colouring {
    fn new(people: usize, edges: Vec<Edge>, colours: usize) -> Self {
        let words = colours.div_ceil(64);
        let mut row = vec![u64::MAX; words];
        if let Some(last) = row.last_mut() {
            *last >>= (64 * words - colours) as u32;
        }
        Self {
            at: vec![NONE; people * colours],
            free: row.repeat(people),
            colour: vec![NONE; edges.len()],
            edges,
            colours,
            words,
        }
    }

    /// The edges of rounds that are drawn up already.
    pub(super) fn of_rounds(people: usize, rounds: &[Vec<Edge>]) -> Self {
        let mut made = Self::new(people, rounds.concat(), rounds.len());
        let mut edge = 0;
        for (colour, round) in rounds.iter().enumerate() {
            for _ in round {
                made.put(edge, colour);
                edge += 1;
            }
        }
        made
    }

    /// All edges between two sides in `colours` colours, of which there must be as many as the greatest degree.
    pub(super) fn between_sides(people: usize, edges: Vec<Edge>, colours: usize) -> Self {
        let mut made = Self::new(people, edges, colours);
        for edge in 0..made.edges.len() {
            let Edge { low, high, .. } = made.edges[edge];
            let colour = made.common(low, high).or_else(|| {
                let (ours, theirs) = (made.first_free(low)?, made.first_free(high)?);
                // The path from the other one never comes back to this side by the colour that is free here.
                made.swap_path(high, ours, theirs);
                Some(ours)
            });
            if let Some(colour) = colour {
                made.put(edge, colour);
            }
        }
        made
    }

    /// All edges of any graph in `colours` colours, of which there must be one more than the greatest degree.
    pub(super) fn by_fans(people: usize, edges: Vec<Edge>, colours: usize) -> Self {
        let mut made = Self::new(people, edges, colours);
        for edge in 0..made.edges.len() {
            let Edge { low, high, .. } = made.edges[edge];
            match made.common(low, high) {
                Some(colour) => made.put(edge, colour),
                None => made.put_by_fan(edge),
            }
        }
        made
    }

    /// All edges by the circle method, in which everyone moves on by one seat a round: one colour fewer than seats.
    pub(super) fn by_circle(people: usize, edges: Vec<Edge>, colours: usize) -> Self {
        let mut made = Self::new(people, edges, colours);
        let turns = people + people % 2 - 1;
        for edge in 0..made.edges.len() {
            let Edge { low, high, .. } = made.edges[edge];
            // The last seat stays; two others meet in the turn that is half their sum, modulo an odd number.
            let turn = if high == turns { 2 * low % turns } else { (low + high) % turns };
            made.put(edge, turn);
        }
        made
    }

    /// Finds a colour for an edge whose people have no free colour in common.
    fn put_by_fan(&mut self, edge: usize) {
        let centre = self.edges[edge].low;
        // The fan: edges at the centre, each with the colour that is free at the end of the one before.
        let mut fan = vec![edge];
        let mut wanted: Vec<usize> = Vec::new();
        loop {
            let end = self.edges[fan[fan.len() - 1]].other(centre);
            let Some(colour) = self.first_free(end) else { return };
            if let Some(start) = wanted.iter().position(|one| *one == colour) {
                let Some(own) = self.first_free(centre) else { return };
                let there = self.edges[fan[start]].other(centre);
                // Three people of the two colours with one edge at most: no path has three ends.
                let turned = if self.swap_path_unless(there, own, colour, centre) {
                    start
                } else {
                    self.swap_path(end, own, colour);
                    fan.len() - 1
                };
                wanted.truncate(turned);
                wanted.push(own);
                break;
            }
            wanted.push(colour);
            match self.at[centre * self.colours + colour] {
                NONE => break,
                next => fan.push(next as usize),
            }
        }
        fan.truncate(wanted.len());
        for edge in &fan {
            self.take(*edge);
        }
        for (edge, colour) in fan.into_iter().zip(wanted) {
            self.put(edge, colour);
        }
    }

    fn common(&self, one: usize, other: usize) -> Option<usize> {
        let (one, other) = (self.free_of(one), self.free_of(other));
        one.iter().zip(other).enumerate().find_map(|(word, (one, other))| first_bit(word, one & other))
    }

    fn first_free(&self, person: usize) -> Option<usize> {
        self.free_of(person).iter().enumerate().find_map(|(word, bits)| first_bit(word, *bits))
    }

    fn free_of(&self, person: usize) -> &[u64] {
        &self.free[person * self.words..(person + 1) * self.words]
    }

    fn put(&mut self, edge: usize, colour: usize) {
        let Edge { low, high, .. } = self.edges[edge];
        self.colour[edge] = colour as u32;
        for person in [low, high] {
            self.at[person * self.colours + colour] = edge as u32;
            self.free[person * self.words + colour / 64] &= !(1 << (colour % 64));
        }
    }

    fn take(&mut self, edge: usize) {
        let colour = std::mem::replace(&mut self.colour[edge], NONE);
        if colour == NONE {
            return;
        }
        let (Edge { low, high, .. }, colour) = (self.edges[edge], colour as usize);
        for person in [low, high] {
            self.at[person * self.colours + colour] = NONE;
            self.free[person * self.words + colour / 64] |= 1 << (colour % 64);
        }
    }

    /// The colour of this edge.
    pub(super) fn colour_of(&self, edge: usize) -> Option<usize> {
        let colour = self.colour[edge];
        (colour != NONE).then_some(colour as usize)
    }

    /// The edge of this colour at this person.
    pub(super) fn edge_at(&self, person: usize, colour: usize) -> Option<usize> {
        let edge = self.at[person * self.colours + colour];
        (edge != NONE).then_some(edge as usize)
    }

    /// Appends the edges of the alternating path that leaves `person` by `first`; returns where it ends, which is
    /// `person` again for a cycle.
    pub(super) fn path(&self, person: usize, first: usize, second: usize, edges: &mut Vec<usize>) -> usize {
        let (mut here, mut colour, mut next) = (person, first, second);
        while let Some(edge) = self.edge_at(here, colour) {
            edges.push(edge);
            here = self.edges[edge].other(here);
            if here == person {
                break;
            }
            std::mem::swap(&mut colour, &mut next);
        }
        here
    }

    /// Swaps two colours on these edges, which must be a whole component of both.
    pub(super) fn swap(&mut self, edges: &[usize], one: usize, other: usize) {
        let was: Vec<usize> = edges.iter().map(|edge| self.colour[*edge] as usize).collect();
        for edge in edges {
            self.take(*edge);
        }
        for (edge, colour) in edges.iter().zip(was) {
            self.put(*edge, if colour == one { other } else { one });
        }
    }

    /// Swaps two colours on the path that begins at a person who lacks one of them.
    fn swap_path(&mut self, person: usize, one: usize, other: usize) {
        self.swap_path_unless(person, one, other, usize::MAX);
    }

    /// The same, unless the path ends at somebody; whether it was done.
    fn swap_path_unless(&mut self, person: usize, one: usize, other: usize, unless: usize) -> bool {
        let mut edges = Vec::new();
        let end = match self.edge_at(person, one) {
            Some(_) => self.path(person, one, other, &mut edges),
            None => self.path(person, other, one, &mut edges),
        };
        if end == unless {
            return false;
        }
        self.swap(&edges, one, other);
        true
    }

    /// The edges by their colours, those of one colour in the order in which they were given; colours that nothing has
    /// are left out.
    pub(super) fn rounds(&self) -> Vec<Vec<Edge>> {
        let mut rounds = vec![Vec::new(); self.colours];
        for (edge, colour) in self.edges.iter().zip(&self.colour) {
            if let Some(round) = rounds.get_mut(*colour as usize) {
                round.push(*edge);
            }
        }
        rounds.retain(|round| !round.is_empty());
        rounds
    }
}

fn first_bit(word: usize, bits: u64) -> Option<usize> {
    (bits != 0).then(|| 64 * word + bits.trailing_zeros() as usize)
}

/// All edges of a graph in as few rounds as this module finds, or `least` if that is more.
pub(super) fn colour(graph: &Graph, edges: Vec<Edge>, least: usize) -> Colouring {
    let people = graph.people;
    let degree = degree(people, &edges);
    if graph.sides.is_some() {
        return Colouring::between_sides(people, edges, degree.max(least));
    }
    // With an even number of people and somebody who meets all others the circle needs no colour more than that one.
    if people.is_multiple_of(2) && degree == people - 1 {
        return Colouring::by_circle(people, edges, degree.max(least));
    }
    Colouring::by_fans(people, edges, (degree + 1).max(least))
}
