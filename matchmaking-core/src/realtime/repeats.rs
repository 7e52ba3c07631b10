//! Telling what was heard before, within bounds.

use std::collections::HashMap;

/// How far behind a node's highest number another one may come and still be told apart from a repeat.
const WINDOW: u64 = 1_024;

/// How many nodes are remembered; the one that was silent longest goes first. A node that restarts is a new one.
const NODES_MAX: usize = 64;

const WORDS: usize = (WINDOW / 64) as usize;

/// Which numbers of which nodes were heard.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    nodes: HashMap<u64, Window>,
    heard: u64,
}

/// The numbers heard of one node: one bit each for the last [`WINDOW`] of them.
#[derive(Debug)]
struct Window {
    highest: u64,
    bits: [u64; WORDS],
    last_heard: u64,
}

impl Repeats {
    /// Notes a number of a node, and returns whether it is heard for the first time. One from before the window is
    /// taken for a repeat: a bus keeps the order of a node.
    pub(super) fn is_new(&mut self, node: u64, number: u64) -> bool {
        self.heard += 1;
        if !self.nodes.contains_key(&node) && self.nodes.len() >= NODES_MAX {
            let silent = self.nodes.iter().min_by_key(|(_, window)| window.last_heard).map(|(node, _)| *node);
            silent.map(|node| self.nodes.remove(&node));
        }
        let window = self.nodes.entry(node).or_insert_with(|| Window::before(number));
        window.last_heard = self.heard;
        window.is_new(number)
    }
}

impl Window {
    /// A window in which nothing was heard.
    const fn before(number: u64) -> Self {
        Self { highest: number, bits: [0; WORDS], last_heard: 0 }
    }

    fn is_new(&mut self, number: u64) -> bool {
        if number > self.highest {
            // Numbers that enter the window have the bits of those that leave it.
            if number - self.highest >= WINDOW {
                self.bits = [0; WORDS];
            } else {
                for entering in self.highest + 1..=number {
                    let (word, bit) = place(entering);
                    self.bits[word] &= !bit;
                }
            }
            self.highest = number;
        } else if self.highest - number >= WINDOW {
            return false;
        }
        let (word, bit) = place(number);
        let new = self.bits[word] & bit == 0;
        self.bits[word] |= bit;
        new
    }
}

const fn place(number: u64) -> (usize, u64) {
    let at = number % WINDOW;
    ((at / 64) as usize, 1 << (at % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_a_node_is_new_once() {
        let mut repeats = Repeats::default();
        let heard = [5, 6, 5, 4, 4, 9, 8, 9, 7, 6].map(|number| repeats.is_new(1, number));
        assert_eq!(heard, [true, true, false, true, false, true, true, false, true, false]);
        assert!(repeats.is_new(2, 5));
    }

    #[test]
    fn the_window_moves_on() {
        let mut repeats = Repeats::default();
        for number in 0..5 * WINDOW {
            assert!(repeats.is_new(1, number), "{number}");
            assert!(!repeats.is_new(1, number), "{number}");
            if number >= WINDOW {
                assert!(!repeats.is_new(1, number - WINDOW), "{number}");
            }
        }
        // A jump, over less and over more than a window: what lies between is new, what lies before is not.
        let far = 5 * WINDOW + 900;
        assert!(repeats.is_new(1, far) && repeats.is_new(1, far - 1) && !repeats.is_new(1, far - 901));
        assert!(
            repeats.is_new(1, u64::MAX) && !repeats.is_new(1, u64::MAX) && repeats.is_new(1, u64::MAX - 1)
        );
        assert!(!repeats.is_new(1, far));
    }

    #[test]
    fn the_nodes_remembered_are_bounded() {
        let mut repeats = Repeats::default();
        for node in 0..1_000 {
            assert!(repeats.is_new(node, 1));
            // Whoever speaks is not forgotten.
            assert!(!repeats.is_new(0, 1));
        }
        assert_eq!(repeats.nodes.len(), NODES_MAX);
        assert!(!repeats.is_new(999, 1));
    }
}
