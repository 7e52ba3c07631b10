//! The same pairs at every run, looking like random ones.

/// Splitmix64: a source of numbers that look random and never change.
#[derive(Debug)]
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

/// So many pairs of places below `people`; none when there are fewer than two.
pub(super) fn pairs(people: usize, count: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut numbers = Numbers(1);
    let count = if people < 2 { 0 } else { count };
    (0..count).map(move |_| {
        let one = numbers.below(people);
        // Any other: the step never comes back to the first.
        (one, (one + 1 + numbers.below(people - 1)) % people)
    })
}
