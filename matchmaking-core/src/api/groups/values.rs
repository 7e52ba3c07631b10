//! What several endpoints have in common: identifiers, names, texts that may be empty.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{
    api::wire::{Fields, GivenId, Node, Problem, Refused},
    ids::{AccountId, ConversationId},
    model::account::{USERNAME_MAX_CHARS, is_email, is_username},
    text::TEXT_MAX_CHARS,
};

/// The most characters of a phone number.
pub const PHONE_MAX: usize = 32;
/// The most characters of where a picture is.
pub const AVATAR_MAX: usize = 2_048;

/// An identifier as this surface writes it: a decimal text, empty for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireId(Option<i64>);

impl WireId {
    /// No identifier: `""`.
    pub const NONE: Self = Self(None);

    /// This one.
    #[must_use]
    pub fn of(id: impl Into<i64>) -> Self {
        Self(Some(id.into()))
    }
}

impl Serialize for WireId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(id) => serializer.collect_str(&id),
            None => serializer.serialize_str(""),
        }
    }
}

/// To whom a message goes, or with whom it was exchanged, as the request named them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// A person: `receiver_id`.
    Person(GivenId<AccountId>),
    /// A group: `group_id`.
    Group(GivenId<ConversationId>),
}

impl Recipient {
    /// Reads which of the two was sent. It must be exactly one; an empty text counts as not sent.
    pub(super) fn decode(fields: &Fields<'_>) -> Result<Self, Refused> {
        let receiver = filled(fields, "receiver_id", id);
        let group = filled(fields, "group_id", id);
        match (receiver?, group?) {
            (Some(person), None) => Ok(Self::Person(person)),
            (None, Some(group)) => Ok(Self::Group(group)),
            (Some(_), Some(_)) => {
                Err(fields.refuse("group_id", Problem::value("与 receiver_id 只能填写其中一个")))
            }
            (None, None) => Err(fields.refuse("receiver_id", Problem::value("与 group_id 必须填写其中一个"))),
        }
    }
}

/// An optional field, for which absent, null and the empty text are one.
pub(super) fn filled<T>(
    fields: &Fields<'_>,
    name: &str,
    read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
) -> Result<Option<T>, Refused> {
    let read = |node: Node<'_>| if is_empty(node) { Ok(None) } else { read(node).map(Some) };
    Ok(fields.optional(name, read)?.flatten())
}

fn is_empty(node: Node<'_>) -> bool {
    matches!(node.raw(), Value::String(text) if text.is_empty())
}

/// An identifier: a decimal text, or a plain integer. Whatever else is written is an unknown identifier.
pub(super) fn id<T: TryFrom<i64>>(node: Node<'_>) -> Result<GivenId<T>, Refused> {
    if node.raw().is_number() { node.id() } else { node.decimal_id() }
}

/// What is said of a text that has nothing in it.
const BLANK: &str = "不能为空";
/// What is said of a text of one line that breaks it.
const CONTROL: &str = "不能包含控制字符";

/// A user name.
pub(super) fn username(node: Node<'_>) -> Result<String, Refused> {
    let name = not_blank(node, USERNAME_MAX_CHARS)?;
    node.check(is_username(&name), Problem::value(CONTROL))?;
    Ok(name)
}

/// The name of a group.
pub(super) fn group_name(node: Node<'_>) -> Result<String, Refused> {
    let name = not_blank(node, super::group::NAME_MAX)?;
    node.check(!name.contains(char::is_control), Problem::value(CONTROL))?;
    Ok(name)
}

/// A text that has something in it; `max_chars` characters at most.
pub(super) fn not_blank(node: Node<'_>, max_chars: usize) -> Result<String, Refused> {
    let text = node.text(max_chars)?;
    node.check(!text.trim().is_empty(), Problem::value(BLANK))?;
    Ok(text)
}

/// An e-mail address.
pub(super) fn email(node: Node<'_>) -> Result<String, Refused> {
    let address = node.text(TEXT_MAX_CHARS)?;
    node.check(is_email(&address), Problem::value("不是有效的邮箱"))?;
    Ok(address)
}

/// A phone number: an attribute that nobody verifies; may be empty.
pub(super) fn phone(node: Node<'_>) -> Result<String, Refused> {
    node.text(PHONE_MAX)
}

/// Where a picture is; may be empty.
pub(super) fn avatar(node: Node<'_>) -> Result<String, Refused> {
    node.text(AVATAR_MAX)
}

/// Describes a request by the fields that it is read from, where the type itself is shaped otherwise.
macro_rules! described_by {
    ($request:ty, $fields:ty) => {
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $request {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                <$fields as utoipa::PartialSchema>::schema()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $request {
            fn name() -> std::borrow::Cow<'static, str> {
                <$fields as utoipa::ToSchema>::name()
            }

            fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
                <$fields as utoipa::ToSchema>::schemas(schemas);
            }
        }
    };
}
pub(super) use described_by;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::wire::{FieldError, Input};

    fn read<T>(value: &Value, read: impl Fn(Node<'_>) -> Result<T, Refused>) -> Result<T, Vec<FieldError>> {
        Input::strict().with_json(json!({"x": value})).read(|input| input.body()?.required("x", &read))
    }

    #[test]
    fn identifiers_are_decimal_texts_and_whatever_is_none_is_unknown() {
        let given = |value: &Value| read(value, id::<AccountId>).unwrap().possible().map(AccountId::get);
        for good in [json!("7"), json!(7), json!("007"), json!(7.0)] {
            assert_eq!(given(&good), Some(7), "{good}");
        }
        for unknown in [
            json!(""),
            json!("0"),
            json!("-7"),
            json!("+7"),
            json!(" 7"),
            json!("7.0"),
            json!("seven"),
            json!("７"),
            json!("9007199254740992"),
            json!("9".repeat(100)),
            json!(0),
            json!(-7),
            json!(1_i64 << 53),
            json!(u64::MAX),
        ] {
            assert_eq!(given(&unknown), None, "{unknown}");
        }
        for wrong in [json!(true), json!(["7"]), json!({"id": "7"}), json!(null), json!(7.5)] {
            assert!(read(&wrong, id::<AccountId>).is_err(), "{wrong}");
        }
    }

    #[test]
    fn identifiers_are_written_as_decimal_texts() {
        assert_eq!(json!(WireId::of((1_i64 << 53) - 1)), json!("9007199254740991"));
        assert_eq!(json!(WireId::NONE), json!(""));
    }

    #[test]
    fn addresses_that_could_be_some_are_taken() {
        for good in ["a@b", "lin+x@例子.测试"] {
            assert_eq!(read(&json!(good), email).as_deref(), Ok(good));
        }
        for bad in ["", "lin", "lin@@example.com", " lin@example.com", "lin\0@x.y", &"a@b".repeat(5_000)] {
            assert!(read(&json!(bad), email).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_one_line_with_something_in_it() {
        for good in ["l", "小林", "lin wu", &"缘".repeat(64)] {
            assert_eq!(read(&json!(good), username).as_deref(), Ok(good));
        }
        for bad in ["", " ", "\u{3000}", "a\nb", "a\u{7f}", "a\0b", &"缘".repeat(65)] {
            assert!(read(&json!(bad), username).is_err(), "{bad:?}");
        }
        assert!(read(&json!(5), username).is_err());
    }
}
