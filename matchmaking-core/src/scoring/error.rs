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
    /// A weight is negative, infinite or no number.
    #[error("the weight {0} must be a finite number from 0 to 1000")]
    BadWeight(&'static str),
    /// A query asks for nobody.
    #[error("a query must ask for at least one person")]
    NobodyAsked,
    /// Anything a matcher of an embedding application reports.
    #[error("{0}")]
    Custom(String),
}
