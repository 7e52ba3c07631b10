//! Matchings of greatest size in any graph, by augmenting paths through blossoms (Edmonds, *Paths, trees, and flowers*,
//! 1965).

use std::collections::VecDeque;

/// Nobody.
pub(super) const NOBODY: usize = usize::MAX;

/// What a search from somebody without a partner found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A path to another one without a partner: both have one now.
    Partner,
    /// None, but somebody could give up theirs: now they have none, and who searched has.
    Instead,
    /// Nothing.
    Nothing,
}

/// Who sits with whom.
#[derive(Debug)]
pub(super) struct Matching {
    pub(super) mate: Vec<usize>,
    parent: Vec<usize>,
    base: Vec<usize>,
    /// People from whom no path leads on, whatever is changed elsewhere.
    closed: Vec<bool>,
}

impl Matching {
    pub(super) fn new(people: usize) -> Self {
        Self {
            mate: vec![NOBODY; people],
            parent: vec![NOBODY; people],
            base: (0..people).collect(),
            closed: vec![false; people],
        }
    }

    pub(super) fn join(&mut self, one: usize, other: usize) {
        (self.mate[one], self.mate[other]) = (other, one);
    }

    /// Looks for a partner for `root`, who has none, along alternating paths among those of the neighbours who
    /// `may_meet`. With `may_grow` false another one without a partner is no end. Where there is none, whoever gives up
    /// theirs for the root is found: the first with the greatest value above 0, or the first with as much as `enough`.
    pub(super) fn search(
        &mut self,
        neighbours: &[Vec<usize>],
        may_meet: impl Fn(usize, usize) -> bool,
        root: usize,
        may_grow: bool,
        (enough, gives_up): (usize, impl Fn(usize) -> usize),
    ) -> Found {
        let people = self.mate.len();
        self.parent.fill(NOBODY);
        for (person, base) in self.base.iter_mut().enumerate() {
            *base = person;
        }
        let mut outer = vec![false; people];
        outer[root] = true;
        let mut open = VecDeque::from([root]);
        let (mut most, mut leaver) = (0, NOBODY);
        while let Some(here) = open.pop_front() {
            if here != root && gives_up(here) > most {
                (most, leaver) = (gives_up(here), here);
                if most >= enough {
                    break;
                }
            }
            for &there in &neighbours[here] {
                if self.base[here] == self.base[there] || self.mate[here] == there || self.closed[there] {
                    continue;
                }
                if !may_meet(here, there) {
                    continue;
                }
                let is_outer =
                    there == root || (self.mate[there] != NOBODY && self.parent[self.mate[there]] != NOBODY);
                if is_outer {
                    self.contract(here, there, &mut outer, &mut open);
                } else if self.parent[there] == NOBODY {
                    if self.mate[there] == NOBODY {
                        if may_grow {
                            self.parent[there] = here;
                            self.augment(there);
                            return Found::Partner;
                        }
                        continue;
                    }
                    self.parent[there] = here;
                    outer[self.mate[there]] = true;
                    open.push_back(self.mate[there]);
                }
            }
        }
        if leaver != NOBODY {
            let end = std::mem::replace(&mut self.mate[leaver], NOBODY);
            self.augment(end);
            return Found::Instead;
        }
        Found::Nothing
    }

    /// Closes everyone whom the last search, which found nothing, has reached: no later path leads through them, as long
    /// as partners change by augmenting alone.
    pub(super) fn close(&mut self, root: usize) {
        self.closed[root] = true;
        for person in 0..self.mate.len() {
            if self.parent[person] != NOBODY {
                self.closed[person] = true;
                if self.mate[person] != NOBODY {
                    self.closed[self.mate[person]] = true;
                }
            }
        }
    }

    pub(super) fn open_all(&mut self) {
        self.closed.fill(false);
    }

    /// Turns the path to `end` round.
    fn augment(&mut self, end: usize) {
        let mut here = end;
        while here != NOBODY {
            let before = self.parent[here];
            let next = self.mate[before];
            self.join(here, before);
            here = next;
        }
    }

    /// Makes one person of an odd cycle: all of it can be reached as an outer one.
    fn contract(&mut self, one: usize, other: usize, outer: &mut [bool], open: &mut VecDeque<usize>) {
        let base = self.meeting(one, other);
        let mut inside = vec![false; self.mate.len()];
        self.mark(one, base, other, &mut inside);
        self.mark(other, base, one, &mut inside);
        for person in 0..self.mate.len() {
            if inside[self.base[person]] {
                self.base[person] = base;
                if !outer[person] {
                    outer[person] = true;
                    open.push_back(person);
                }
            }
        }
    }

    /// Where the ways of two outer people to the root meet.
    fn meeting(&self, one: usize, other: usize) -> usize {
        let mut passed = vec![false; self.mate.len()];
        let mut here = one;
        loop {
            here = self.base[here];
            passed[here] = true;
            if self.mate[here] == NOBODY {
                break;
            }
            here = self.parent[self.mate[here]];
        }
        here = other;
        loop {
            here = self.base[here];
            if passed[here] {
                return here;
            }
            here = self.parent[self.mate[here]];
        }
    }

    fn mark(&mut self, from: usize, base: usize, child: usize, inside: &mut [bool]) {
        let (mut here, mut child) = (from, child);
        while self.base[here] != base {
            let mate = self.mate[here];
            (inside[self.base[here]], inside[self.base[mate]]) = (true, true);
            self.parent[here] = child;
            child = mate;
            here = self.parent[mate];
        }
    }
}
