//! A person as the matchmaker sees them.

use super::Profile;
use crate::{clock::Millis, ids::AccountId};

/// A person as the matchmaker sees them: the profile with what the account knows besides.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Whose profile it is.
    pub id: AccountId,
    /// What they told.
    pub profile: Profile,
    /// When they were last active.
    pub last_active_at: Millis,
}
