//! Sixty-four bytes at once, with the widest instructions that this processor has.
//!
//! Plain loops over arrays become wide instructions by themselves, if they are compiled for them: [`dispatch`] compiles a
//! task twice, for every processor and for those with AVX2, and chooses when it runs. Only a look-up in a table of
//! sixteen has to be spelt out. All `unsafe` of this crate is here: calling what is compiled for other processors, after
//! having asked this one, and two casts between arrays of equal size. [`Plain`] does the same without, on every other
//! processor and in the tests.

use super::block::{Block, LANES};

/// A byte a lane.
pub(super) type Bytes = [u8; LANES];

/// What has to be spelt out for each kind of processor.
pub(super) trait Wide: Copy {
    /// For each lane the entry of its code, of which the lowest four bits count.
    fn look_up(self, table: &[u8; 16], codes: &Bytes) -> Bytes;

    /// The highest bit of each lane, the first lane lowest.
    fn mask(self, lanes: &Bytes) -> u64;
}

/// Work that is done with the widest instructions.
pub(super) trait Task {
    type Outcome;

    /// Does it. To be inlined, with all that it calls, so that it is compiled for the processor at hand.
    fn run<W: Wide>(self, wide: W) -> Self::Outcome;
}

/// For every processor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain;

#[expect(clippy::inline_always, reason = "part of what is compiled for each kind of processor")]
impl Wide for Plain {
    #[inline(always)]
    fn look_up(self, table: &[u8; 16], codes: &Bytes) -> Bytes {
        codes.map(|code| table[usize::from(code & 15)])
    }

    #[inline(always)]
    fn mask(self, lanes: &Bytes) -> u64 {
        lanes.iter().rev().fold(0, |mask, lane| mask << 1 | u64::from(lane >> 7))
    }
}

/// Runs a task with the widest instructions that this processor has.
pub(super) fn dispatch<T: Task>(task: T) -> T::Outcome {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = x86::Avx2::here() {
        return wide.run(task);
    }
    task.run(Plain)
}

/// Tells the processor that the beginning of this block is looked at soon.
pub(super) fn prefetch(block: &Block) {
    #[cfg(target_arch = "x86_64")]
    x86::prefetch(block);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = block;
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "what this module is for")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, __m256i, _MM_HINT_T0, _mm_prefetch, _mm256_and_si256, _mm256_broadcastsi128_si256,
        _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_shuffle_epi8,
    };

    use super::{Block, Bytes, Task, Wide};

    /// How many columns of a byte a block begins with that a question looks at first.
    const LOOKED_AT_FIRST: usize = 35;

    pub(super) fn prefetch(block: &Block) {
        let first: *const Block = block;
        for line in 0..LOOKED_AT_FIRST {
            // SAFETY: nothing is read; any address will do.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(first.cast::<i8>().wrapping_add(line * 64)) }
        }
    }

    /// That this processor has AVX2, and what has come with it everywhere.
    #[derive(Debug, Clone, Copy)]
    pub(in super::super) struct Avx2(());

    impl Avx2 {
        /// Says so, if it has.
        pub(in super::super) fn here() -> Option<Self> {
            let has_all = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt");
            has_all.then_some(Self(()))
        }

        pub(super) fn run<T: Task>(self, task: T) -> T::Outcome {
            // SAFETY: there is no `Avx2` but where the processor was asked.
            unsafe { run(self, task) }
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn run<T: Task>(wide: Avx2, task: T) -> T::Outcome {
        task.run(wide)
    }

    #[expect(clippy::inline_always, reason = "part of what is compiled for each kind of processor")]
    impl Wide for Avx2 {
        #[inline(always)]
        fn look_up(self, table: &[u8; 16], codes: &Bytes) -> Bytes {
            // SAFETY: there is no `Avx2` but where the processor was asked.
            unsafe { look_up(table, codes) }
        }

        #[inline(always)]
        fn mask(self, lanes: &Bytes) -> u64 {
            // SAFETY: as above.
            unsafe { mask(lanes) }
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn look_up(table: &[u8; 16], codes: &Bytes) -> Bytes {
        // SAFETY: both are sixteen bytes, and any bytes will do.
        let table = _mm256_broadcastsi128_si256(unsafe { std::mem::transmute::<[u8; 16], __m128i>(*table) });
        let low = _mm256_set1_epi8(15);
        let found = halves(codes).map(|codes| _mm256_shuffle_epi8(table, _mm256_and_si256(codes, low)));
        // SAFETY: both are sixty-four bytes, and any bytes will do.
        unsafe { std::mem::transmute::<[__m256i; 2], Bytes>(found) }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn mask(lanes: &Bytes) -> u64 {
        let [low, high] = halves(lanes).map(|lanes| u64::from(_mm256_movemask_epi8(lanes).cast_unsigned()));
        high << 32 | low
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn halves(lanes: &Bytes) -> [__m256i; 2] {
        // SAFETY: both are sixty-four bytes, and any bytes will do.
        unsafe { std::mem::transmute::<Bytes, [__m256i; 2]>(*lanes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::properties::Numbers;

    struct Both([u8; 16], Bytes);

    impl Task for Both {
        type Outcome = (Bytes, u64);

        fn run<W: Wide>(self, wide: W) -> Self::Outcome {
            (wide.look_up(&self.0, &self.1), wide.mask(&self.1))
        }
    }

    #[test]
    fn every_processor_finds_the_same() {
        let mut n = Numbers(3);
        for _ in 0..200 {
            let mut bytes = || n.below(256) as u8;
            let (table, codes) = (std::array::from_fn(|_| bytes()), std::array::from_fn(|_| bytes()));
            assert_eq!(dispatch(Both(table, codes)), Both(table, codes).run(Plain));
        }
        let mut lanes = [0; LANES];
        lanes[40] = 128;
        assert_eq!(dispatch(Both([0; 16], lanes)).1, 1 << 40);
    }
}
