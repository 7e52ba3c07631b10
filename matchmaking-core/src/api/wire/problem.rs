//! What can be wrong with a field, and the list in which it is noted.

use std::borrow::Cow;
use std::cell::RefCell;

use serde_json::Value;

use super::Refused;
use super::node::Trail;

/// The most errors that are kept of one request.
pub(super) const ERRORS_MAX: usize = 64;

/// The most bytes and nodes of an offending value that are kept to be shown again; a larger one is shown as
/// null.
const ECHO_MAX: usize = 4 << 10;

/// The part of a request in which a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Location {
    /// The body.
    Body,
    /// The query string.
    Query,
    /// The path.
    Path,
}

/// One step from the outside to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// The field of an object.
    Name(String),
    /// The element of a list.
    Index(usize),
}

/// Why a value is refused. Each dialect words these in its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A required field is not there.
    Missing,
    /// Neither a number nor anything that could be read as one.
    NotInteger,
    /// A text in which no integer is written.
    UnreadableInteger,
    /// A number with a fraction where an integer belongs.
    Fraction,
    /// Not a number.
    NotNumber,
    /// A text in which no number is written.
    UnreadableNumber,
    /// Not a text.
    NotText,
    /// Neither true nor false.
    NotBoolean,
    /// A text or number that is neither true nor false.
    UnreadableBoolean,
    /// Not a list.
    NotList,
    /// Not an object.
    NotObject,
    /// A text with fewer characters than this.
    TooShort(usize),
    /// A text with more characters than this.
    TooLong(usize),
    /// A list with fewer elements than this.
    TooFew(usize),
    /// A list with more elements than this.
    TooMany(usize),
    /// A number below this one.
    AtLeast(i64),
    /// A number above this one.
    AtMost(i64),
    /// Not one of these.
    NotOneOf(&'static [&'static str]),
    /// A text with a NUL in it.
    Nul,
    /// Refused for a reason of its own, in the words of either language.
    Reason {
        /// In Chinese.
        chinese: &'static str,
        /// In English.
        english: &'static str,
    },
    /// Refused for a reason of its own, given in words.
    Value(Cow<'static, str>),
}

impl Problem {
    /// A reason in words.
    #[must_use]
    pub fn value(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Value(reason.into())
    }

    /// Whether the field is not there, as opposed to there and wrong.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

/// One field that is not as it should be.
#[derive(Clone, PartialEq)]
pub struct FieldError {
    /// The part of the request.
    pub location: Location,
    /// The way to the field within it; empty for the part itself.
    pub path: Vec<Segment>,
    /// What is wrong.
    pub problem: Problem,
    /// What was sent instead; for a missing field, what it is missing from. Null if too large to show again.
    pub input: Value,
}

impl FieldError {
    /// An error that no decoder noted: found by a rule over several fields, or by a service.
    #[must_use]
    pub fn body(field: &str, problem: Problem, input: Value) -> Self {
        Self { location: Location::Body, path: vec![Segment::Name(field.to_owned())], problem, input }
    }

    /// The field's name with dots and brackets: `photos[0].url`. Empty for the whole body.
    #[must_use]
    pub fn field(&self) -> String {
        use std::fmt::Write as _;
        let mut name = String::new();
        for segment in &self.path {
            match segment {
                Segment::Name(part) if name.is_empty() => name.push_str(part),
                Segment::Name(part) => {
                    name.push('.');
                    name.push_str(part);
                }
                Segment::Index(index) => {
                    let _ = write!(name, "[{index}]");
                }
            }
        }
        name
    }
}

impl std::fmt::Debug for FieldError {
    // Without the input, which may be a password or a name: this is what reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}: {:?}", self.location, self.field(), self.problem)
    }
}

/// The errors of one request, noted through shared references so that decoders need no `&mut` threading.
#[derive(Debug, Default)]
pub(super) struct Errors(RefCell<Vec<FieldError>>);

impl Errors {
    /// Notes that the value at `trail` is refused.
    pub(super) fn note(&self, trail: Trail<'_>, problem: Problem, input: &Value) -> Refused {
        let mut errors = self.0.borrow_mut();
        if errors.len() < ERRORS_MAX {
            let (location, path) = trail.path();
            errors.push(FieldError { location, path, problem, input: echo(input) });
        }
        Refused(())
    }

    pub(super) fn into_inner(self) -> Vec<FieldError> {
        self.0.into_inner()
    }
}

/// A copy of the value, if it is small.
fn echo(value: &Value) -> Value {
    let mut left = ECHO_MAX;
    if fits(value, &mut left) { value.clone() } else { Value::Null }
}

fn fits(value: &Value, left: &mut usize) -> bool {
    let size = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => 8,
        Value::String(text) => text.len() + 8,
        Value::Object(fields) => fields.keys().map(|name| name.len() + 8).sum(),
    };
    if size > *left {
        return false;
    }
    *left -= size;
    match value {
        Value::Array(items) => items.iter().all(|item| fits(item, left)),
        Value::Object(fields) => fields.values().all(|item| fits(item, left)),
        _ => true,
    }
}
