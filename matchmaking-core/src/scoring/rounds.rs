//! The rounds of a speed-dating evening: who sits with whom, and when.

/// Two people who meet, by their places in the list.
pub type Meeting = (usize, usize);

/// Rounds in which everyone of `people` meets whom they may meet, at most `most` of them: in each round everyone meets
/// one other at most, and no two meet twice.
///
/// The pairs come in the order of the circle method, in which everyone moves on by one seat a round, and each goes to
/// the first round in which both are free. So nobody waits for pairs that may not meet. The same input gives the same
/// rounds.
#[must_use]
pub fn round_robin(people: usize, most: usize, may_meet: impl Fn(usize, usize) -> bool) -> Vec<Vec<Meeting>> {
    // With an odd number somebody sits with nobody in each turn.
    let seats = people + people % 2;
    let mut rounds: Vec<Round> = Vec::new();
    for turn in 0..seats.saturating_sub(1) {
        for table in 0..seats / 2 {
            let (one, other) = (seated(table, turn, seats), seated(seats - 1 - table, turn, seats));
            let (low, high) = (one.min(other), one.max(other));
            if high >= people || !may_meet(low, high) {
                continue;
            }
            let free = rounds.iter().position(|round| !round.busy[low] && !round.busy[high]);
            let place = match free {
                Some(place) => place,
                None if rounds.len() < most => {
                    rounds.push(Round { busy: vec![false; people], meetings: Vec::new() });
                    rounds.len() - 1
                }
                None => continue,
            };
            let round = &mut rounds[place];
            (round.busy[low], round.busy[high]) = (true, true);
            round.meetings.push((low, high));
        }
    }
    rounds.into_iter().map(|round| round.meetings).collect()
}

struct Round {
    busy: Vec<bool>,
    meetings: Vec<Meeting>,
}

/// Who sits on this seat in this turn: the first one stays, everyone else moves on.
fn seated(seat: usize, turn: usize, seats: usize) -> usize {
    if seat == 0 { 0 } else { (seat - 1 + turn) % (seats - 1) + 1 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Everyone meets one other at most in a round, and no two meet twice.
    fn checked(people: usize, most: usize, may_meet: impl Fn(usize, usize) -> bool) -> Vec<Vec<Meeting>> {
        let rounds = round_robin(people, most, &may_meet);
        let mut met = BTreeSet::new();
        for round in &rounds {
            let mut seen = BTreeSet::new();
            for &(one, other) in round {
                assert!(one < other && other < people && may_meet(one, other));
                assert!(seen.insert(one) && seen.insert(other), "{round:?}");
                assert!(met.insert((one, other)), "{one} and {other} meet twice");
            }
        }
        assert!(rounds.len() <= most);
        rounds
    }

    #[test]
    fn everyone_meets_everyone_in_as_few_rounds_as_there_can_be() {
        for (people, rounds) in [(0, 0), (1, 0), (2, 1), (3, 3), (6, 5), (7, 7), (20, 19)] {
            let made = checked(people, 100, |_, _| true);
            assert_eq!(made.len(), rounds, "{people}");
            assert_eq!(made.concat().len(), people * people.saturating_sub(1) / 2);
        }
    }

    #[test]
    fn those_who_may_not_meet_do_not_and_nobody_waits_for_them() {
        // Five women and five men.
        let rounds = checked(10, 100, |one, other| (one < 5) != (other < 5));
        assert_eq!(rounds.concat().len(), 25);
        assert!(rounds.len() <= 7, "{}", rounds.len());
        assert!(checked(4, 100, |_, _| false).is_empty());
        assert_eq!(checked(20, 3, |_, _| true).len(), 3);
    }
}
