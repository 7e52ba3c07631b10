//! What the scoring engine refuses.

use crate::ids::AccountId;

/// Why a person, a query or a table of weights is refused. Nothing was changed by the refused call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScoringError {
    /// A person's data holds a value that no person can have, such as a latitude of 200 or a window whose
    /// minimum is above its maximum.
    #[error("account {id}: {field} is out of range")]
    BadPerson {
        /// Whose data.
        id: AccountId,
        /// Which field of the profile.
        field: &'static str,
    },
    /// A weight is out of range, infinite or no number.
    #[error("the weight {0} is out of range")]
    BadWeight(&'static str),
    /// A text is no table of weights.
    #[error("this is no table of weights")]
    NoWeights,
    /// A table of weights has another version than this build reads.
    #[error("the table of weights has version {0}, and not {version}", version = super::weights::WEIGHTS_VERSION)]
    WeightsVersion(String),
    /// The last line of a table of weights has no end, so that a part of it may be missing.
    #[error("the last line of the table of weights has no end: the table may be cut off")]
    CutWeights,
    /// A line of a table of weights is no name with a number, names what there is not, or repeats what was named.
    #[error("line {0} of the table of weights cannot be understood")]
    BadWeightsLine(usize),
    /// A table of weights leaves out a weight.
    #[error("the table of weights leaves out {0}")]
    MissingWeight(&'static str),
    /// Of several people who are to be taken in at once, two have the same number.
    #[error("account {0} is there twice")]
    Twice(AccountId),
    /// A decision is about somebody of whom nothing is known, or about oneself.
    #[error("the decision of {actor} about {target} is about nobody who is known")]
    BadDecision {
        /// Who decided.
        actor: AccountId,
        /// About whom.
        target: AccountId,
    },
    /// A query asks for nobody.
    #[error("a query must ask for at least one person")]
    NobodyAsked,
    /// Anything a matcher of an embedding application reports.
    #[error("{0}")]
    Custom(String),
}
