//! What decisions teach: effects of single people, and the weights that hold for all.
//!
//! - [`Learned`] is what is known of one person; `step` changes it with one decision, in constant time.
//! - `sweep` looks at all decisions of everybody again and finds what explains them best, for a quiet hour.
//! - `train`(fn@train) fits the table of weights to decisions.

pub(super) mod departed;
mod linear;
pub(super) mod step;
pub(super) mod sweep;
mod train;

pub use step::Learned;
pub use train::{Trained, train};

use crate::{
    ids::AccountId,
    model::{Action, Interaction},
};

/// That somebody said yes or no to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decision {
    /// Who decided.
    pub actor: AccountId,
    /// About whom.
    pub target: AccountId,
    /// What.
    pub said_yes: bool,
}

impl Decision {
    /// What this action decides; `None` for "not today", which decides nothing.
    #[must_use]
    pub fn new(actor: AccountId, target: AccountId, action: Action) -> Option<Self> {
        let said_yes = match action {
            Action::Like | Action::SuperLike => true,
            Action::Dislike => false,
            Action::Skip => return None,
        };
        Some(Self { actor, target, said_yes })
    }

    /// What this interaction decides; `None` for "not today".
    #[must_use]
    pub fn of(interaction: &Interaction) -> Option<Self> {
        Self::new(interaction.actor, interaction.target, interaction.action)
    }
}
