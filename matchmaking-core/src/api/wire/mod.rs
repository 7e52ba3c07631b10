//! Decoding requests so that every offending field is reported, not only the first.
//!
//! A request type implements [`Decode`] by hand: it asks for each of its fields, keeps what it got, and only
//! then gives up with `?`. What was wrong has been noted on the way.
//!
//! ```
//! use matchmaking_core::api::wire::{Decode, Input, Problem, Refused};
//! use serde_json::json;
//!
//! struct EditAge {
//!     user: i64,
//!     age: i64,
//! }
//!
//! impl Decode for EditAge {
//!     fn decode(input: &Input) -> Result<Self, Refused> {
//!         let body = input.body()?;
//!         let user = body.required("user_id", |node| node.integer());
//!         let age = body.required("age", |node| node.integer_in(18..=120));
//!         Ok(Self { user: user?, age: age? })
//!     }
//! }
//!
//! let errors = Input::lax().with_json(json!({"age": 7})).decode::<EditAge>().err().unwrap_or_default();
//! assert_eq!(errors.len(), 2);
//! assert_eq!(errors[0].problem, Problem::Missing);
//! assert_eq!(errors[1].problem, Problem::AtLeast(18));
//! ```

mod json;
mod node;
mod number;
mod problem;

use std::borrow::Cow;

use serde_json::{Map, Value};

pub use json::{Malformed, parse_json};
pub use node::{Fields, GivenId, Node};
pub use number::{LaxInteger, lax_integer};
pub use problem::{FieldError, Location, Problem, Segment};

use node::Trail;
use problem::Errors;

/// The mark of a refused value. Its cause has been noted where it was made; outside this module none can be
/// made without noting one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused(());

/// A type that is read from a request.
pub trait Decode: Sized {
    /// Reads it, noting every field that is not as it should be.
    fn decode(input: &Input) -> Result<Self, Refused>;
}

impl Decode for () {
    fn decode(_: &Input) -> Result<Self, Refused> {
        Ok(())
    }
}

/// How strictly integers and booleans are read from JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Numeric strings, whole floats and `true` are integers too, as FastAPI's models read them.
    Lax,
    /// Only a number without a fraction is an integer.
    Strict,
}

/// What a request carried as its body.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// Nothing.
    Absent,
    /// A JSON document.
    Json(Value),
    /// Something that does not say it is JSON; its text, as far as it is one.
    Other(String),
}

/// Everything of a request that decoding looks at, and the list of what was wrong with it.
#[derive(Debug)]
pub struct Input {
    reading: Reading,
    payload: Payload,
    query: Value,
    path: Value,
    errors: Errors,
}

impl Input {
    /// An empty request that is read strictly.
    #[must_use]
    pub fn strict() -> Self {
        Self::new(Reading::Strict)
    }

    /// An empty request that is read as FastAPI reads it.
    #[must_use]
    pub fn lax() -> Self {
        Self::new(Reading::Lax)
    }

    /// An empty request that is read so.
    #[must_use]
    pub fn new(reading: Reading) -> Self {
        Self {
            reading,
            payload: Payload::Absent,
            query: Value::Object(Map::new()),
            path: Value::Object(Map::new()),
            errors: Errors::default(),
        }
    }

    /// With this JSON document as its body.
    #[must_use]
    pub fn with_json(self, document: Value) -> Self {
        self.with_payload(Payload::Json(document))
    }

    /// With this body.
    #[must_use]
    pub fn with_payload(mut self, payload: Payload) -> Self {
        self.payload = payload;
        self
    }

    /// With these query parameters, percent-decoded. Of a repeated name the last counts.
    #[must_use]
    pub fn with_query<'a>(mut self, pairs: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Self {
        self.query = texts(pairs);
        self
    }

    /// With these path parameters, percent-decoded.
    #[must_use]
    pub fn with_path<'a>(mut self, pairs: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Self {
        self.path = texts(pairs);
        self
    }

    /// Reads `T`, or tells everything that is wrong with it, in the order in which it was noticed. At most
    /// [`Self::ERRORS_MAX`] errors are told.
    pub fn decode<T: Decode>(self) -> Result<T, Vec<FieldError>> {
        self.read(T::decode)
    }

    /// Reads what `decode` reads, likewise: for what is no request of its own, such as a socket's frame.
    pub fn read<T>(self, decode: impl FnOnce(&Self) -> Result<T, Refused>) -> Result<T, Vec<FieldError>> {
        let decoded = decode(&self);
        let errors = self.errors.into_inner();
        match decoded {
            // A decoder that notes an error and goes on all the same has refused.
            Ok(value) if errors.is_empty() => Ok(value),
            _ => Err(errors),
        }
    }

    /// The most errors that one request is told of, so that a hostile body cannot make a large answer.
    pub const ERRORS_MAX: usize = problem::ERRORS_MAX;

    /// What came as the body, for requests that look at it themselves.
    #[must_use]
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The fields of the body, which must be a JSON object.
    pub fn body(&self) -> Result<Fields<'_>, Refused> {
        match &self.payload {
            Payload::Json(document) => self.node(Location::Body, document).object(),
            Payload::Absent => {
                Err(self.errors.note(self.trail(Location::Body), Problem::Missing, &Value::Null))
            }
            Payload::Other(text) => {
                let text = Value::String(text.clone());
                Err(self.errors.note(self.trail(Location::Body), Problem::NotObject, &text))
            }
        }
    }

    /// The fields of the body, where no body means no fields.
    pub fn body_or_empty(&self) -> Result<Fields<'_>, Refused> {
        match &self.payload {
            Payload::Absent => Ok(Fields::empty(self.trail(Location::Body), &self.errors, self.reading)),
            _ => self.body(),
        }
    }

    /// The query parameters. Their values are texts, so integers are read from them as in [`Reading::Lax`].
    pub fn query(&self) -> Fields<'_> {
        Fields::of(&self.query, self.trail(Location::Query), &self.errors)
    }

    /// The path parameters, likewise.
    pub fn path(&self) -> Fields<'_> {
        Fields::of(&self.path, self.trail(Location::Path), &self.errors)
    }

    #[expect(clippy::unused_self, reason = "ties the trail's lifetime to the input it leads through")]
    fn trail(&self, location: Location) -> Trail<'_> {
        Trail::Root(location)
    }

    fn node<'a>(&'a self, location: Location, value: &'a Value) -> Node<'a> {
        Node::new(value, Trail::Root(location), &self.errors, self.reading)
    }
}

fn texts<'a>(pairs: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Value {
    let pairs = pairs.into_iter().map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
    Value::Object(pairs.collect())
}

#[cfg(test)]
mod tests;
