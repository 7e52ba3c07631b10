//! Who may still meet whom, as a graph with people as numbers.

/// Two people who may meet, the one with the smaller number first, and how well they suit each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) low: usize,
    pub(super) high: usize,
    /// In millionths.
    pub(super) score: u32,
}

impl Edge {
    pub(super) fn other(self, person: usize) -> usize {
        if person == self.low { self.high } else { self.low }
    }
}

/// Who may still meet whom.
#[derive(Debug)]
pub(super) struct Graph {
    /// How many people there are.
    pub(super) people: usize,
    /// Those who may meet, the better pairs first; of equal ones those with smaller numbers.
    pub(super) edges: Vec<Edge>,
    /// In how many dates each has been already.
    pub(super) before: Vec<usize>,
    /// On which of two sides each is, if nobody may meet anyone of their own side. The smaller side is `true`.
    pub(super) sides: Option<Vec<bool>>,
}

impl Graph {
    pub(super) fn new(people: usize, mut edges: Vec<Edge>, before: Vec<usize>) -> Self {
        edges.sort_unstable_by_key(|edge| (std::cmp::Reverse(edge.score), edge.low, edge.high));
        let sides = two_sides(people, &edges);
        Self { people, edges, before, sides }
    }

    /// The most whom anyone may meet.
    pub(super) fn degree(&self) -> usize {
        degree(self.people, &self.edges)
    }
}

/// The most edges at one person.
pub(super) fn degree(people: usize, edges: &[Edge]) -> usize {
    let mut degrees = vec![0; people];
    for edge in edges {
        degrees[edge.low] += 1;
        degrees[edge.high] += 1;
    }
    degrees.into_iter().max().unwrap_or(0)
}

/// Two sides between which all edges run, found by going through each part of the graph from its first person.
pub(super) fn two_sides(people: usize, edges: &[Edge]) -> Option<Vec<bool>> {
    let mut neighbours = vec![Vec::new(); people];
    for edge in edges {
        neighbours[edge.low].push(edge.high);
        neighbours[edge.high].push(edge.low);
    }
    let mut side: Vec<Option<bool>> = vec![None; people];
    for start in 0..people {
        if side[start].is_some() || neighbours[start].is_empty() {
            continue;
        }
        side[start] = Some(true);
        let mut open = vec![start];
        let mut part = Vec::new();
        while let Some(one) = open.pop() {
            part.push(one);
            let across = side[one].map(|side| !side);
            for &other in &neighbours[one] {
                if side[other].is_none() {
                    side[other] = across;
                    open.push(other);
                } else if side[other] != across {
                    return None;
                }
            }
        }
        // Each part has its smaller side on the same side as the others.
        let first = part.iter().filter(|one| side[**one] == Some(true)).count();
        if 2 * first > part.len() {
            for one in part {
                side[one] = side[one].map(|side| !side);
            }
        }
    }
    Some(side.into_iter().map(|side| side.unwrap_or(false)).collect())
}
