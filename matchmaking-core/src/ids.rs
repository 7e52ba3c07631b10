//! Identifiers: positive integers below 2^53, so that a JavaScript client reads them without loss.

use serde::{Deserialize, Serialize};

/// The first integer that an identifier cannot be: 2^53.
pub const ID_LIMIT: i64 = 1 << 53;

/// Declares a newtype for the identifier of one kind of thing.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(i64);

        impl $name {
            /// The identifier with this number; `None` outside `1..2^53`, where no identifier is.
            #[must_use]
            pub const fn new(raw: i64) -> Option<Self> {
                if raw > 0 && raw < ID_LIMIT { Some(Self(raw)) } else { None }
            }

            /// The number itself.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = OutOfRange;

            fn try_from(raw: i64) -> Result<Self, OutOfRange> {
                Self::new(raw).ok_or(OutOfRange(raw))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

/// A number that is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an identifier: identifiers are 1 to 2^53 - 1")]
pub struct OutOfRange(pub i64);

id! {
    /// A person's account, whatever identities it has.
    AccountId
}
id! {
    /// The number of a Telegram account, as Telegram gives it.
    TelegramId
}
id! {
    /// A pair of people brought together.
    MatchId
}
id! {
    /// What one person decided about another.
    InteractionId
}
id! {
    /// A conversation of any kind.
    ConversationId
}
id! {
    /// A message, unique over all conversations.
    MessageId
}
id! {
    /// A picture of somebody's album.
    PhotoId
}
id! {
    /// Something handed in for review.
    ReviewId
}
id! {
    /// A login that goes on: a family of refresh tokens.
    SessionId
}
id! {
    /// What one person reports about another.
    ReportId
}
id! {
    /// An entry of the record of what was changed in the back office.
    AuditId
}
id! {
    /// An event where people meet.
    EventId
}
id! {
    /// Somebody's seat at an event, or what came of it.
    RegistrationId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_positive_and_below_two_to_the_53() {
        assert_eq!(AccountId::new(1).map(AccountId::get), Some(1));
        assert_eq!(AccountId::new(ID_LIMIT - 1).map(AccountId::get), Some(ID_LIMIT - 1));
        for refused in [0, -1, ID_LIMIT, i64::MAX, i64::MIN] {
            assert_eq!(AccountId::new(refused), None);
            assert_eq!(AccountId::try_from(refused), Err(OutOfRange(refused)));
        }
    }
}
