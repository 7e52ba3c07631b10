//! Accounts, and the identities by which they are known.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    ids::{AccountId, TelegramId},
    text::fold,
};

/// A person's account. What the person tells about themselves is the [`Profile`](super::Profile).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// Whether it takes part.
    pub status: AccountStatus,
    /// Whether a password protects it. The open surfaces reach only accounts without one.
    pub has_password: bool,
    /// When it was made.
    pub created_at: Millis,
}

/// Whether an account takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It takes part.
    Active,
    /// An administrator has locked it.
    Locked,
    /// Its owner has taken it out of everyone's sight; creating it again brings it back with what it had.
    Deactivated,
    /// It is erased; only its number remains, so that what others received still has a sender.
    Deleted,
}

impl AccountStatus {
    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Active => 1,
            Self::Locked => 2,
            Self::Deactivated => 3,
            Self::Deleted => 4,
        }
    }

    /// The status that a store keeps as `code`.
    #[must_use]
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Active),
            2 => Some(Self::Locked),
            3 => Some(Self::Deactivated),
            4 => Some(Self::Deleted),
            _ => None,
        }
    }
}

/// What kind of name an identity is. A name is unique within its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// A mobile number that was verified.
    Phone,
    /// An e-mail address.
    Email,
    /// A user name.
    Username,
    /// A Telegram account's number, in decimal.
    Telegram,
}

impl IdentityKind {
    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Phone => 1,
            Self::Email => 2,
            Self::Username => 3,
            Self::Telegram => 4,
        }
    }

    /// The kind that a store keeps as `code`.
    #[must_use]
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Phone),
            2 => Some(Self::Email),
            3 => Some(Self::Username),
            4 => Some(Self::Telegram),
            _ => None,
        }
    }
}

/// One name of an account: `value` as it was written, `folded` as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// What kind of name it is.
    pub kind: IdentityKind,
    /// The name as its owner wrote it.
    pub value: String,
    /// The name as it is compared; see [`fold`].
    pub folded: String,
}

impl Identity {
    /// The identity of this kind with this name.
    #[must_use]
    pub fn new(kind: IdentityKind, value: impl Into<String>) -> Self {
        let value = value.into();
        let folded = fold(&value);
        Self { kind, value, folded }
    }

    /// The identity of a Telegram account.
    #[must_use]
    pub fn telegram(id: TelegramId) -> Self {
        let value = id.to_string();
        Self { kind: IdentityKind::Telegram, folded: value.clone(), value }
    }
}
