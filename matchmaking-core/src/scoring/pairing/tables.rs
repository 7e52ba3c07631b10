//! Which pair sits at which table.

use super::graph::Edge;

/// The table of each date, from 0, with as few changes as is easy: whoever is on the first side stays at their table,
/// or else the one with the smaller number, or else the other one. Never more tables than the fullest round has dates.
pub(super) fn assign(people: usize, rounds: &[Vec<Edge>], sides: Option<&[bool]>) -> Vec<Vec<usize>> {
    let mut last: Vec<Option<usize>> = vec![None; people];
    let tables = rounds.iter().map(Vec::len).max().unwrap_or(0);
    let stays_first = |edge: &Edge| match sides {
        Some(sides) if sides[edge.high] => (edge.high, edge.low),
        _ => (edge.low, edge.high),
    };
    let mut assigned = Vec::with_capacity(rounds.len());
    for round in rounds {
        let mut is_free = vec![true; tables];
        let mut seats: Vec<Option<usize>> = vec![None; round.len()];
        for turn in 0..2 {
            for (edge, seat) in round.iter().zip(&mut seats) {
                let (one, other) = stays_first(edge);
                let wish = last[if turn == 0 { one } else { other }];
                if let (None, Some(table)) = (&seat, wish)
                    && std::mem::take(&mut is_free[table])
                {
                    *seat = Some(table);
                }
            }
        }
        let mut free = (0..tables).filter(|table| is_free[*table]);
        // There are as many tables as dates at least, so that the default is never needed.
        let seats: Vec<usize> =
            seats.into_iter().map(|seat| seat.or_else(|| free.next()).unwrap_or_default()).collect();
        for (edge, table) in round.iter().zip(&seats) {
            (last[edge.low], last[edge.high]) = (Some(*table), Some(*table));
        }
        assigned.push(seats);
    }
    assigned
}
