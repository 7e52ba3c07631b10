//! One value of a request, with the way that led to it.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::number::{self, LaxInteger, lax_integer};
use super::problem::{Errors, Location, Problem, Segment};
use super::{Reading, Refused};
use crate::text::{self, TextError};

/// The way from a part of the request to a value in it, built on the stack and written out only for an error.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trail<'a> {
    Root(Location),
    Name(&'a Trail<'a>, &'a str),
    Index(&'a Trail<'a>, usize),
}

impl Trail<'_> {
    pub(super) fn path(self) -> (Location, Vec<Segment>) {
        let (mut path, parent) = match self {
            Self::Root(location) => return (location, Vec::new()),
            Self::Name(parent, name) => (vec![Segment::Name(name.to_owned())], parent),
            Self::Index(parent, index) => (vec![Segment::Index(index)], parent),
        };
        let (location, mut whole) = parent.path();
        whole.append(&mut path);
        (location, whole)
    }
}

/// An identifier as it was sent.
///
/// Identifiers are 1 to 2^53 − 1; any other integer is not an error but an identifier of nothing, to be
/// answered as the dialect answers unknown things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenId<T>(Option<T>);

impl<T> GivenId<T> {
    /// The identifier, unless it can be no one's.
    pub fn possible(self) -> Option<T> {
        self.0
    }
}

impl<T: TryFrom<i64>> From<i64> for GivenId<T> {
    fn from(raw: i64) -> Self {
        Self(T::try_from(raw).ok())
    }
}

/// One value of a request.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    value: &'a Value,
    trail: Trail<'a>,
    errors: &'a Errors,
    reading: Reading,
}

impl<'a> Node<'a> {
    pub(super) const fn new(
        value: &'a Value,
        trail: Trail<'a>,
        errors: &'a Errors,
        reading: Reading,
    ) -> Self {
        Self { value, trail, errors, reading }
    }

    /// The value as it came.
    #[must_use]
    pub const fn raw(&self) -> &'a Value {
        self.value
    }

    /// Notes that the value is refused, and why.
    #[must_use]
    pub fn refuse(&self, problem: Problem) -> Refused {
        self.errors.note(self.trail, problem, self.value)
    }

    /// Refuses the value with this problem unless `holds`.
    pub fn check(&self, holds: bool, problem: Problem) -> Result<(), Refused> {
        if holds { Ok(()) } else { Err(self.refuse(problem)) }
    }

    /// A text without NUL of at most `max_chars` characters.
    pub fn text(&self, max_chars: usize) -> Result<String, Refused> {
        self.str(max_chars).map(str::to_owned)
    }

    /// The same without a copy.
    pub fn str(&self, max_chars: usize) -> Result<&'a str, Refused> {
        let Value::String(value) = self.value else { return Err(self.refuse(Problem::NotText)) };
        match text::check_text(value, max_chars) {
            Ok(()) => Ok(value),
            Err(TextError::Nul) => Err(self.refuse(Problem::Nul)),
            Err(TextError::TooLong(max)) => Err(self.refuse(Problem::TooLong(max))),
        }
    }

    /// A text without NUL whose number of characters is in `chars`.
    pub fn text_of(&self, chars: RangeInclusive<usize>) -> Result<String, Refused> {
        let text = self.str(*chars.end())?;
        self.check(text.chars().count() >= *chars.start(), Problem::TooShort(*chars.start()))?;
        Ok(text.to_owned())
    }

    /// An integer. One beyond 64 bits is the nearest that fits.
    pub fn integer(&self) -> Result<i64, Refused> {
        let read = match (self.reading, self.value) {
            (Reading::Lax, value) => lax_integer(value),
            (Reading::Strict, Value::Number(number)) => number::whole(number),
            (Reading::Strict, _) => LaxInteger::Other,
        };
        match read {
            LaxInteger::Whole(integer) => Ok(integer),
            LaxInteger::Fraction => Err(self.refuse(Problem::Fraction)),
            LaxInteger::Unreadable => Err(self.refuse(Problem::UnreadableInteger)),
            LaxInteger::Other => Err(self.refuse(Problem::NotInteger)),
        }
    }

    /// An integer in this range.
    pub fn integer_in(&self, range: RangeInclusive<i64>) -> Result<i64, Refused> {
        let integer = self.integer()?;
        self.check(integer >= *range.start(), Problem::AtLeast(*range.start()))?;
        self.check(integer <= *range.end(), Problem::AtMost(*range.end()))?;
        Ok(integer)
    }

    /// A number, whole or not, and finite.
    pub fn number(&self) -> Result<f64, Refused> {
        let read = match (self.reading, self.value) {
            (_, Value::Number(number)) => number.as_f64(),
            (Reading::Lax, Value::String(text)) => {
                Some(text.trim().parse::<f64>().map_err(|_| self.refuse(Problem::UnreadableNumber))?)
            }
            _ => None,
        };
        let number = read.ok_or_else(|| self.refuse(Problem::NotNumber))?;
        self.check(number.is_finite(), Problem::NotNumber)?;
        Ok(number)
    }

    /// True or false; leniently also 1 and 0, and the usual words for them.
    pub fn boolean(&self) -> Result<bool, Refused> {
        match (self.reading, self.value) {
            (_, Value::Bool(flag)) => Ok(*flag),
            (Reading::Lax, Value::Number(number)) => match number.as_f64() {
                Some(1.0) => Ok(true),
                Some(0.0) => Ok(false),
                _ => Err(self.refuse(Problem::UnreadableBoolean)),
            },
            (Reading::Lax, Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "1" | "true" | "t" | "yes" | "y" | "on" => Ok(true),
                "0" | "false" | "f" | "no" | "n" | "off" => Ok(false),
                _ => Err(self.refuse(Problem::UnreadableBoolean)),
            },
            _ => Err(self.refuse(Problem::NotBoolean)),
        }
    }

    /// An identifier. An integer that can be no identifier is an unknown one, not an error.
    pub fn id<T: TryFrom<i64>>(&self) -> Result<GivenId<T>, Refused> {
        self.integer().map(GivenId::from)
    }

    /// An identifier written as a decimal text. A text without one is an unknown identifier, not an error.
    pub fn decimal_id<T: TryFrom<i64>>(&self) -> Result<GivenId<T>, Refused> {
        let Value::String(text) = self.value else { return Err(self.refuse(Problem::NotText)) };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        Ok(text.parse().ok().filter(|_| digits).map_or(GivenId(None), |raw: i64| raw.into()))
    }

    /// One of a few words, of which `pick` knows the meaning.
    pub fn one_of<T>(
        &self,
        words: &'static [&'static str],
        pick: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Refused> {
        let Value::String(word) = self.value else { return Err(self.refuse(Problem::NotText)) };
        pick(word).ok_or_else(|| self.refuse(Problem::NotOneOf(words)))
    }

    /// A list of at most `max` elements, each read by `read`. All elements are looked at, so that every wrong
    /// one is told.
    pub fn list<T>(
        &self,
        max: usize,
        read: impl Fn(Node<'_>) -> Result<T, Refused>,
    ) -> Result<Vec<T>, Refused> {
        let Value::Array(items) = self.value else { return Err(self.refuse(Problem::NotList)) };
        self.check(items.len() <= max, Problem::TooMany(max))?;
        let mut read_items = Vec::with_capacity(items.len());
        let mut refused = None;
        for (index, value) in items.iter().enumerate() {
            let trail = Trail::Index(&self.trail, index);
            match read(Node { value, trail, ..*self }) {
                Ok(item) => read_items.push(item),
                Err(mark) => refused = Some(mark),
            }
        }
        refused.map_or(Ok(read_items), Err)
    }

    /// The fields of an object.
    pub fn object(&self) -> Result<Fields<'a>, Refused> {
        match self.value {
            Value::Object(_) => Ok(Fields {
                value: self.value,
                trail: self.trail,
                errors: self.errors,
                reading: self.reading,
            }),
            _ => Err(self.refuse(Problem::NotObject)),
        }
    }
}

/// The fields of an object. Those that nobody asks for are ignored.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    value: &'a Value,
    trail: Trail<'a>,
    errors: &'a Errors,
    reading: Reading,
}

impl<'a> Fields<'a> {
    /// The fields of nothing.
    pub(super) const fn empty(trail: Trail<'a>, errors: &'a Errors, reading: Reading) -> Self {
        Self { value: &Value::Null, trail, errors, reading }
    }

    /// Parameters whose values are texts.
    pub(super) const fn of(value: &'a Value, trail: Trail<'a>, errors: &'a Errors) -> Self {
        Self { value, trail, errors, reading: Reading::Lax }
    }

    /// The object itself, where it is one.
    #[must_use]
    pub fn map(&self) -> Option<&'a Map<String, Value>> {
        self.value.as_object()
    }

    /// Whether the field was sent, be it as null.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some()
    }

    /// A field that must be there; null is a wrong value, which `read` refuses.
    pub fn required<T>(
        &self,
        name: &str,
        read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        match self.value.get(name) {
            Some(value) => self.read(name, value, read),
            None => Err(self.missing(name)),
        }
    }

    /// A field that must be there, where null counts as not there.
    pub fn required_not_null<T>(
        &self,
        name: &str,
        read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        match self.value.get(name) {
            Some(value) if !value.is_null() => self.read(name, value, read),
            _ => Err(self.missing(name)),
        }
    }

    /// A field that may be absent or null.
    pub fn optional<T>(
        &self,
        name: &str,
        read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
    ) -> Result<Option<T>, Refused> {
        match self.value.get(name) {
            Some(value) if !value.is_null() => self.read(name, value, read).map(Some),
            _ => Ok(None),
        }
    }

    /// A field that has this value when absent or null.
    pub fn or_default<T>(
        &self,
        name: &str,
        default: T,
        read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        Ok(self.optional(name, read)?.unwrap_or(default))
    }

    /// Notes that the field is not there.
    #[must_use]
    pub fn missing(&self, name: &str) -> Refused {
        self.errors.note(Trail::Name(&self.trail, name), Problem::Missing, self.value)
    }

    /// Notes that the field is refused by a rule that reading it alone could not see.
    #[must_use]
    pub fn refuse(&self, name: &str, problem: Problem) -> Refused {
        let input = self.value.get(name).unwrap_or(&Value::Null);
        self.errors.note(Trail::Name(&self.trail, name), problem, input)
    }

    fn read<T>(
        &self,
        name: &str,
        value: &Value,
        read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let trail = Trail::Name(&self.trail, name);
        read(Node { value, trail, errors: self.errors, reading: self.reading })
    }
}
