//! Rounds, medians, and the words in which a ratio is told.

use std::fmt::Display;

/// What is asked of a ratio. The benchmark says whether it is met; no exit status depends on it.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// It should be small.
    AtMost {
        /// What must be reached.
        must: f64,
        /// What should be reached.
        goal: f64,
        /// What would be better still.
        beyond: Option<f64>,
    },
    /// It should be large.
    AtLeast {
        /// What must be reached.
        must: f64,
        /// What should be reached.
        goal: f64,
        /// What would be better still.
        beyond: Option<f64>,
    },
    /// It is told for what it is.
    Told,
}

impl Goal {
    /// How a value stands to it, in words.
    #[must_use]
    pub fn verdict(self, value: f64) -> String {
        let (sign, steps) = match self {
            Self::AtMost { must, goal, beyond } => ("≤", [Some(must), Some(goal), beyond]),
            Self::AtLeast { must, goal, beyond } => ("≥", [Some(must), Some(goal), beyond]),
            Self::Told => return String::new(),
        };
        let met = |bound: f64| match self {
            Self::AtMost { .. } => value <= bound,
            _ => value >= bound,
        };
        let mut words = Vec::new();
        for (name, bound) in ["must", "goal", "beyond"].iter().zip(steps) {
            if let Some(bound) = bound {
                words.push(format!("{name} {sign} {bound} {}", if met(bound) { "met" } else { "MISSED" }));
            }
        }
        words.join(", ")
    }
}

/// One comparison: pairs of measurements taken in turn.
#[derive(Debug, Clone, Default)]
pub struct Rounds(Vec<(f64, f64)>);

impl Rounds {
    /// Measures both sides in turn, so many times. One round before is thrown away.
    pub fn of<E>(
        rounds: usize,
        mut side: impl FnMut() -> Result<f64, E>,
        mut other: impl FnMut() -> Result<f64, E>,
    ) -> Result<Self, E> {
        let mut pairs = Vec::with_capacity(rounds);
        for round in 0..=rounds {
            // Whoever comes second may find the machine warmer.
            let pair = if round % 2 == 0 {
                let first = side()?;
                (first, other()?)
            } else {
                let second = other()?;
                (side()?, second)
            };
            if round > 0 {
                pairs.push(pair);
            }
        }
        Ok(Self(pairs))
    }

    /// Adds a pair that was measured elsewhere.
    pub fn push(&mut self, side: f64, other: f64) {
        self.0.push((side, other));
    }

    /// The median of the ratios of the rounds.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        median(self.ratios())
    }

    fn ratios(&self) -> Vec<f64> {
        self.0.iter().map(|(side, other)| side / other).collect()
    }

    /// Prints ratio, both raw figures, how many rounds, and how that stands to the goal.
    pub fn print(&self, what: impl Display, (side, other, unit): (&str, &str, &str), goal: Goal) {
        let mut ratios = self.ratios();
        ratios.sort_by(f64::total_cmp);
        let [Some(low), Some(high)] = [ratios.first(), ratios.last()] else { return };
        println!("{what}");
        println!("  {side:<44} {:>12.2} {unit}", median(self.0.iter().map(|pair| pair.0).collect()));
        println!("  against {other:<36} {:>12.2} {unit}", median(self.0.iter().map(|pair| pair.1).collect()));
        println!("  ratio {:.3}   median of {} rounds, {low:.3} to {high:.3}", self.ratio(), self.0.len());
        print_verdict(goal, self.ratio());
    }
}

/// Prints how a value stands to a goal.
pub fn print_verdict(goal: Goal, value: f64) {
    let verdict = goal.verdict(value);
    if !verdict.is_empty() {
        println!("  {verdict}");
    }
    println!();
}

/// The middle of these; not a number if there are none.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// Whether `--quick` was given: a run that shows that the benchmark works, and whose figures mean little.
#[must_use]
pub fn quick() -> bool {
    let quick = std::env::args().any(|argument| argument == "--quick");
    if quick {
        println!("(--quick: these figures mean little)\n");
    }
    quick
}
