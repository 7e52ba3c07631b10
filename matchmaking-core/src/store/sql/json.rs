//! Lists as one JSON object, which `jsonb_each` of both databases takes apart.

use serde::{Serialize, Serializer, ser::SerializeMap};
use sqlx::types::Json;

/// Serialises `[a, b]` as `{"0": a, "1": b}`: PostgreSQL's `jsonb_each` takes objects only.
#[derive(Debug)]
pub(super) struct Numbered<'a, T>(&'a [T]);

impl<T: Serialize> Serialize for Numbered<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (number, item) in self.0.iter().enumerate() {
            map.serialize_entry(&number, item)?;
        }
        map.end()
    }
}

/// A list as the argument of a statement.
pub(super) fn list<T>(items: &[T]) -> Json<Numbered<'_, T>> {
    Json(Numbered(items))
}

/// Serialises `[a, b]` as `{a: 0, b: 1}`: a key is text in both databases, and a value is not.
#[derive(Debug)]
pub(super) struct Named<'a>(&'a [String]);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (number, name) in self.0.iter().enumerate() {
            map.serialize_entry(name, &number)?;
        }
        map.end()
    }
}

/// A list of texts as the argument of a statement, which reads them back as `key`.
pub(super) fn names(names: &[String]) -> Json<Named<'_>> {
    Json(Named(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_becomes_an_object_with_its_places_as_keys() {
        assert_eq!(serde_json::to_string(&list(&["a", "b"])).unwrap(), r#"{"0":"a","1":"b"}"#);
        assert_eq!(serde_json::to_string(&list::<i64>(&[])).unwrap(), "{}");
        assert_eq!(serde_json::to_string(&names(&["a".to_owned()])).unwrap(), r#"{"a":0}"#);
    }
}
