//! On how many days the two of a direct conversation both wrote: a number that is kept, so that no message is read for
//! it.

/// What is kept of a direct conversation. Days are as of [`NewMessage`](super::NewMessage).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Exchange {
    /// The last day on which the one with the lower number wrote.
    pub(super) low_day: Option<i64>,
    /// The last day on which the other one wrote.
    pub(super) high_day: Option<i64>,
    /// On how many days both did.
    pub(super) days: i64,
}

impl Exchange {
    /// One of the two writes on this day.
    pub(super) fn write(&mut self, is_low: bool, day: i64) {
        let (mine, theirs) =
            if is_low { (&mut self.low_day, self.high_day) } else { (&mut self.high_day, self.low_day) };
        // Whose clock is behind does not open a day again.
        if *mine >= Some(day) {
            return;
        }
        *mine = Some(day);
        if theirs == *mine {
            self.days += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_once_and_when_both_have_written() {
        let mut exchange = Exchange::default();
        let mut days = Vec::new();
        for (is_low, day) in
            [(true, 0), (true, 0), (false, 0), (true, 0), (false, 1), (true, 2), (false, 2), (true, 1)]
        {
            exchange.write(is_low, day);
            days.push(exchange.days);
        }
        assert_eq!(days, [0, 0, 1, 1, 1, 1, 2, 2]);
    }
}
