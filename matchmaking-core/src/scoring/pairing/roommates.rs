//! Stable roommates with incomplete lists: Irving, *An efficient algorithm for the "stable roommates" problem*, 1985;
//! Gusfield and Irving, *The Stable Marriage Problem*, 1989, chapter 4.

/// What is left of everyone's list. Who strikes somebody is struck by them.
struct Table<'a> {
    lists: &'a [Vec<usize>],
    /// By pairs, at which place of the one's list the other stands.
    place: Vec<usize>,
    /// By people and places, whether it still stands.
    stands: Vec<Vec<bool>>,
}

impl<'a> Table<'a> {
    fn new(lists: &'a [Vec<usize>]) -> Self {
        let mut place = vec![usize::MAX; lists.len() * lists.len()];
        for (by, list) in lists.iter().enumerate() {
            for (rank, whom) in list.iter().enumerate() {
                place[by * lists.len() + whom] = rank;
            }
        }
        Self { lists, place, stands: lists.iter().map(|list| vec![true; list.len()]).collect() }
    }

    fn rank(&self, by: usize, whom: usize) -> usize {
        self.place[by * self.lists.len() + whom]
    }

    fn standing(&self, by: usize) -> impl DoubleEndedIterator<Item = usize> {
        self.lists[by].iter().zip(&self.stands[by]).filter(|(_, stands)| **stands).map(|(whom, _)| *whom)
    }

    /// Strikes everyone whom `by` likes less than `whom`; who are struck.
    fn strike_below(&mut self, by: usize, whom: usize) -> Vec<usize> {
        let from = self.rank(by, whom);
        let below: Vec<usize> = self.standing(by).filter(|other| self.rank(by, *other) > from).collect();
        for other in &below {
            let (ours, theirs) = (self.rank(by, *other), self.rank(*other, by));
            self.stands[by][ours] = false;
            self.stands[*other][theirs] = false;
        }
        below
    }
}

/// A stable matching for these lists, each of which names those whose list names its owner, the dearest first; `None`
/// if there is none.
pub(super) fn stable(lists: &[Vec<usize>]) -> Option<Vec<Option<usize>>> {
    let people = lists.len();
    let mut table = Table::new(lists);
    // First everyone asks the first who still stands; who is asked strikes all below, who then ask again.
    let mut open: Vec<usize> = (0..people).collect();
    while let Some(one) = open.pop() {
        let Some(asked) = table.standing(one).next() else { continue };
        let first_of = |table: &Table<'_>, other: usize| table.standing(other).next() == Some(asked);
        let struck: Vec<usize> = {
            let before: Vec<usize> = table.standing(asked).collect();
            let asking: Vec<usize> = before.into_iter().filter(|other| first_of(&table, *other)).collect();
            table.strike_below(asked, one);
            asking.into_iter().filter(|other| table.rank(asked, *other) > table.rank(asked, one)).collect()
        };
        open.extend(struck);
    }
    // Whoever has nobody left is alone in every stable matching. Nobody else may come to have nobody.
    let alone: Vec<bool> = (0..people).map(|one| table.standing(one).next().is_none()).collect();
    while let Some(start) = (0..people).find(|one| table.standing(*one).nth(1).is_some()) {
        // A rotation: from each to the second of their list, and from there to the last of that one's.
        let (mut way, mut here) = (Vec::new(), start);
        let first = loop {
            if let Some(first) = way.iter().position(|(one, _)| *one == here) {
                break first;
            }
            let second = table.standing(here).nth(1)?;
            way.push((here, second));
            here = table.standing(second).next_back()?;
        };
        for (one, second) in way.split_off(first) {
            table.strike_below(second, one);
        }
        if (0..people).any(|one| !alone[one] && table.standing(one).next().is_none()) {
            return None;
        }
    }
    Some((0..people).map(|one| table.standing(one).next()).collect())
}
