//! Accounts, and the identities by which they are known.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    ids::{AccountId, TelegramId},
    text::fold,
};

/// The longest user name, in characters.
pub const USERNAME_MAX_CHARS: usize = 64;

/// The longest e-mail address, in bytes: no longer one fits into an envelope (RFC 5321).
pub const EMAIL_MAX_BYTES: usize = 254;

/// Whether somebody may call themselves this: 1 to [`USERNAME_MAX_CHARS`] characters, not all of them blank, none of
/// them a control character. Whether somebody does already is the store's to say.
#[must_use]
pub fn is_username(name: &str) -> bool {
    // Blanks, and those that show nothing by themselves: a name of nothing else cannot be told from another.
    let is_unseen = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                    | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                    | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
            )
    };
    !name.chars().all(is_unseen)
        && name.chars().take(USERNAME_MAX_CHARS + 1).count() <= USERNAME_MAX_CHARS
        && !name.contains(char::is_control)
}

/// Whether this looks like an e-mail address: a name and a domain, which may be a host of one's own network. Whether
/// mail arrives there, only sending some can tell.
#[must_use]
pub fn is_email(address: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && c != '@';
    let Some((name, domain)) = address.rsplit_once('@') else { return false };
    address.len() <= EMAIL_MAX_BYTES
        && !name.is_empty()
        && name.chars().all(is_plain)
        && domain.split('.').all(|part| !part.is_empty() && part.chars().all(is_plain))
}

/// Whether this is a mobile number of mainland China: eleven digits, of which the first is 1 and the second 3 to 9. The
/// platform knows no other telephones.
#[must_use]
pub fn is_phone(number: &str) -> bool {
    matches!(number.as_bytes(), [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9 && rest.iter().all(u8::is_ascii_digit))
}

/// How many characters a password of the platform has.
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=64;

/// Whether this may be a password of the platform: [`PASSWORD_CHARS`] characters, among them a letter and a digit.
#[must_use]
pub fn is_password(password: &str) -> bool {
    PASSWORD_CHARS.contains(&password.chars().take(PASSWORD_CHARS.end() + 1).count())
        && password.contains(char::is_alphabetic)
        && password.contains(char::is_numeric)
}

/// A telephone as its owner is shown it: `138****8000`. One that is too short to hide anything in shows nothing.
#[must_use]
pub fn masked_phone(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    match digits.len() {
        0..=7 => "****".to_owned(),
        n => digits[..3].iter().chain(&['*'; 4]).chain(&digits[n - 4..]).collect(),
    }
}

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
    /// An e-mail address that whoever has no password gave, and nobody verified. Nobody is found or logs in by it; it is
    /// told apart from the others only so that no two of them are the same.
    UnverifiedEmail,
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
            Self::UnverifiedEmail => 5,
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
            5 => Some(Self::UnverifiedEmail),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_short_and_can_be_read() {
        for good in ["a", "林", "user12345", "lin@example.com", " lin", &"林".repeat(64)] {
            assert!(is_username(good), "{good:?}");
        }
        for bad in [
            "",
            " ",
            "\u{3000}\u{a0}",
            "\u{200b}",
            "\u{3164}\u{feff} ",
            "\u{202e}",
            "a\0",
            "a\nb",
            "a\u{7f}",
            "a\u{85}",
            &"林".repeat(65),
        ] {
            assert!(!is_username(bad), "{bad:?}");
        }
    }

    #[test]
    fn telephones_are_mobile_numbers_of_the_mainland() {
        for good in ["13800138000", "19999999999"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in
            ["", "12800138000", "1380013800", "138001380000", "+8613800138000", "1380013800a", "13800138٠٠٠"]
        {
            assert!(!is_phone(bad), "{bad}");
        }
        assert_eq!(masked_phone("13800138000"), "138****8000");
        assert_eq!(masked_phone("110"), "****");
    }

    #[test]
    fn passwords_have_a_letter_and_a_digit() {
        for good in ["Abc123!@#", "abcdefg1", "密码很长很长很长1", &format!("1{}", "a".repeat(63))] {
            assert!(is_password(good), "{good}");
        }
        for bad in ["", "abc1234", "abcdefgh", "12345678", "!@#$%^&*", &format!("1{}", "a".repeat(64))] {
            assert!(!is_password(bad), "{bad}");
        }
    }

    #[test]
    fn email_addresses_are_plausible() {
        for good in ["a@b.cn", "a@b", "lin.wu+x@mail.example.com", "林@例子.中国"] {
            assert!(is_email(good), "{good:?}");
        }
        let long = format!("{}@example.com", "a".repeat(EMAIL_MAX_BYTES));
        for bad in [
            "", "a", "@", "a@", "@b.cn", "a@b.", "a@.cn", "a@b..cn", "a@b@c.cn", "a b@c.cn", "a@b.c\0", &long,
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }
}
