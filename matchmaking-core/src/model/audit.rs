//! What was changed in the back office.

use crate::{
    clock::Millis,
    ids::{AccountId, AuditId},
};

/// Declares the kinds of changes with the number that stores keep and the name by which people know them.
macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $code:literal $name:literal),+ $(,)?) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditAction { $($(#[$doc])* $variant,)+ }

        impl AuditAction {
            /// The number that stores keep.
            #[must_use]
            pub const fn code(self) -> i64 {
                match self { $(Self::$variant => $code),+ }
            }

            /// The action that a store keeps as `code`.
            #[must_use]
            pub const fn from_code(code: i64) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// The name by which it is shown.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

actions! {
    /// An account was locked.
    UserLocked = 1 "user.locked",
    /// A locked account was opened again.
    UserUnlocked = 2 "user.unlocked",
    /// A membership was given, changed or taken.
    MembershipSet = 3 "user.membership",
    /// A report was decided.
    ReportDecided = 4 "report.decided",
    /// Something that a person submitted was approved or rejected.
    ReviewDecided = 5 "review.decided",
    /// An event was made.
    EventMade = 6 "event.created",
    /// An event was changed.
    EventChanged = 7 "event.updated",
    /// An event was cancelled.
    EventCancelled = 8 "event.cancelled",
    /// The rounds of an event were drawn up.
    EventRounds = 9 "event.rounds",
    /// An event was closed: picks became matches.
    EventClosed = 10 "event.closed",
    /// A notification was sent.
    NotificationSent = 11 "notification.sent",
}

/// An entry of the record. It outlives whomever it is about; their number is all that it then tells of them.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its identifier; they grow with time.
    pub id: AuditId,
    /// What was done.
    pub action: AuditAction,
    /// Whose account it is about, if it is about one.
    pub account: Option<AccountId>,
    /// The number of the thing it is about: of a report, a review or an event.
    pub thing: Option<i64>,
    /// What was decided and why, in short. Empty once the account is deleted.
    pub detail: String,
    /// When.
    pub at: Millis,
}

/// Without the words, which may be about a person.
impl std::fmt::Debug for AuditEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditEntry")
            .field("id", &self.id)
            .field("action", &self.action)
            .field("account", &self.account)
            .field("thing", &self.thing)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_come_back_from_their_numbers() {
        for code in 1..=11 {
            assert_eq!(AuditAction::from_code(code).map(AuditAction::code), Some(code));
        }
        assert_eq!(AuditAction::from_code(0), None);
    }
}
