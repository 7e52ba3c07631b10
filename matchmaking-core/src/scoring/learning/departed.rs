//! What was learned of people who have left and may come back.

use std::collections::{HashMap, VecDeque};

use super::Learned;
use crate::ids::AccountId;

/// Of how many people it is kept: a few megabytes. Of more, it is lost for those who left first until it is made anew from
/// the decisions.
const DEPARTED_MOST: usize = 65_536;

/// What was learned of people who have left.
#[derive(Debug, Default)]
pub(in crate::scoring) struct Departed {
    learned: HashMap<AccountId, Learned>,
    /// Who left, in this order; some have come back since.
    order: VecDeque<AccountId>,
}

impl Departed {
    /// Keeps what was learned of somebody who leaves.
    pub(in crate::scoring) fn keep(&mut self, id: AccountId, learned: Learned) {
        if learned.is_blank() {
            return;
        }
        self.learned.insert(id, learned);
        self.order.push_back(id);
        if self.order.len() > DEPARTED_MOST
            && let Some(first) = self.order.pop_front()
        {
            self.learned.remove(&first);
        }
    }

    /// Gives back what was learned of somebody who comes back, or is to be forgotten.
    pub(in crate::scoring) fn take(&mut self, id: AccountId) -> Option<Learned> {
        self.learned.remove(&id)
    }

    /// Forgets everybody.
    pub(in crate::scoring) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(raw: usize) -> AccountId {
        AccountId::new(raw as i64).unwrap()
    }

    #[test]
    fn those_who_left_first_are_forgotten_first() {
        let liked = Learned { appeal: 100, ..Learned::default() };
        let mut departed = Departed::default();
        departed.keep(id(1), Learned::default());
        assert_eq!(departed.take(id(1)), None, "nothing was learned");
        for raw in 1..=DEPARTED_MOST + 1 {
            departed.keep(id(raw), liked);
        }
        assert_eq!((departed.take(id(1)), departed.take(id(2))), (None, Some(liked)));
        assert_eq!(departed.take(id(2)), None);
        departed.clear();
        assert_eq!(departed.take(id(3)), None);
    }
}
