//! What swapping two rounds in a part of the people makes better: no round beyond the tables, and better pairs first.
//!
//! The dates of two rounds fall apart into alternating paths and cycles. In each of them the two rounds may be swapped
//! without anyone being in two places. So the sizes of any two rounds can be brought within one of each other (McDiarmid
//! 1972; de Werra 1971), and the better half of each part can be put into the earlier round.

use super::colouring::Colouring;

/// How many steps along paths are spent on putting better pairs first: a tenth of a second. The first rounds come first;
/// what is left then stays as it is, which is right, if not as good.
const STEPS_MAX: usize = 8_000_000;

/// Brings every round to at most `most` dates. There must be room for all: colours times `most`.
pub(super) fn level(colouring: &mut Colouring, people: usize, most: usize) {
    let mut sizes = sizes(colouring);
    loop {
        let Some((fullest, &size)) = sizes.iter().enumerate().max_by_key(|(_, size)| **size) else { return };
        let Some((emptiest, &least)) = sizes.iter().enumerate().min_by_key(|(_, size)| **size) else {
            return;
        };
        if size <= most || size - least < 2 {
            return;
        }
        let mut wanted = (size - least) / 2;
        let mut seen = vec![false; people];
        for person in 0..people {
            if wanted == 0 {
                break;
            }
            // A path whose ends both lack the emptier round has one date more in the fuller one.
            let begins = colouring.edge_at(person, fullest).is_some()
                && colouring.edge_at(person, emptiest).is_none()
                && !seen[person];
            if !begins {
                continue;
            }
            let mut path = Vec::new();
            let end = colouring.path(person, fullest, emptiest, &mut path);
            seen[end] = true;
            if path.len() % 2 == 1 {
                colouring.swap(&path, fullest, emptiest);
                sizes[fullest] -= 1;
                sizes[emptiest] += 1;
                wanted -= 1;
            }
        }
    }
}

/// Puts more dates, and of as many dates the better ones, into earlier rounds, none of which gets more than `most`.
pub(super) fn better_first(colouring: &mut Colouring, people: usize, most: usize) {
    let mut sizes = sizes(colouring);
    let mut spent = 0;
    let mut seen = vec![0_usize; people];
    let (mut stamp, mut part) = (0, Vec::new());
    for early in 0..colouring.colours {
        for late in early + 1..colouring.colours {
            if spent > STEPS_MAX {
                return;
            }
            stamp += 1;
            spent += people;
            // Paths first, from their ends; what is left are cycles.
            for cycles in [false, true] {
                for person in 0..people {
                    let ends = [early, late].map(|colour| colouring.edge_at(person, colour).is_some());
                    let begins = if cycles { ends[0] && ends[1] } else { ends[0] != ends[1] };
                    if !begins || seen[person] == stamp {
                        continue;
                    }
                    part.clear();
                    let (first, second) = if ends[0] { (early, late) } else { (late, early) };
                    colouring.path(person, first, second, &mut part);
                    spent += part.len();
                    let (mut dates, mut scores) = (0_isize, 0_i64);
                    let mut sign = if ends[0] { -1 } else { 1 };
                    for edge in &part {
                        let edge = colouring.edges[*edge];
                        (seen[edge.low], seen[edge.high]) = (stamp, stamp);
                        dates += sign;
                        scores += sign as i64 * i64::from(edge.score);
                        sign = -sign;
                    }
                    let room = most - sizes[early].min(most);
                    if (dates > 0 && room > 0) || (dates == 0 && scores > 0) {
                        colouring.swap(&part, early, late);
                        sizes[early] = sizes[early].saturating_add_signed(dates);
                        sizes[late] = sizes[late].saturating_add_signed(-dates);
                    }
                }
            }
        }
    }
}

fn sizes(colouring: &Colouring) -> Vec<usize> {
    let mut sizes = vec![0; colouring.colours];
    for edge in 0..colouring.edges.len() {
        if let Some(colour) = colouring.colour_of(edge) {
            sizes[colour] += 1;
        }
    }
    sizes
}
