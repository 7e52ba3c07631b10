//! Messages: listed, sent, taken back.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, get, post, put};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, Fields, GivenId, Input, Node, Problem, Refused},
    },
    ids::{ConversationId, MessageId},
    model::MessageKind,
};

/// The most characters of a message's text.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// The most characters of the name that a client gives a message.
pub const CLIENT_MESSAGE_ID_MAX: usize = 128;

/// The most bytes of `extra`, as JSON.
pub const EXTRA_BYTES_MAX: usize = 4 << 10;

/// The most levels of lists and objects of a message's `extra`.
const EXTRA_DEPTH_MAX: usize = 32;

/// The most characters of a link to something that was uploaded.
const MEDIA_URL_MAX: usize = 2_000;

/// The longest side of a picture that is believed, in pixels.
const SIDE_MAX: i64 = 100_000;

/// The longest sound or film that is believed, in seconds: a day.
const DURATION_MAX: i64 = 86_400;

/// What can be sent.
const TYPES: &[&str] = &["text", "image", "voice", "video", "location"];

/// Lists the messages of a conversation.
#[derive(Debug)]
pub struct ListMessages;

impl Endpoint for ListMessages {
    const ROUTE: Route = get("/conversations/{conversation_id}/messages", "获取消息历史")
        .documented()
        .query(&["before_id", "page_size"]);
    type Request = ListMessagesRequest;
    type Response = MessagesView;
}

/// Which messages are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ListMessagesRequest))]
pub struct ListMessagesRequest {
    /// Of which conversation.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub conversation: GivenId<ConversationId>,
    /// Those before the message with this number, which need not be there.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub before_id: Before,
    /// At most so many, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub page_size: usize,
}

/// Before what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// The newest.
    End,
    /// Those before this one.
    Message(MessageId),
    /// Nothing is so early.
    Beginning,
}

impl Decode for ListMessagesRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let conversation = conversation(input);
        let before_id = input.query().optional("before_id", |node| node.integer());
        let sizes = 1..=PAGE_SIZE_MAX as i64;
        let page_size = input.query().optional("page_size", |node| node.integer_in(sizes));
        let before_id = match before_id? {
            None => Before::End,
            Some(..1) => Before::Beginning,
            // Beyond all that there can be.
            Some(id) => MessageId::new(id).map_or(Before::End, Before::Message),
        };
        let page_size = page_size?.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE_DEFAULT);
        Ok(Self { conversation: conversation?, before_id, page_size })
    }
}

/// The conversation of a path.
pub(super) fn conversation(input: &Input) -> Result<GivenId<ConversationId>, Refused> {
    input.path().required("conversation_id", |node| node.decimal_id())
}

/// Messages of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MessagesView))]
pub struct MessagesView {
    /// The oldest first.
    pub items: Vec<MessageView>,
    /// Whether there are older ones.
    pub has_more: bool,
}

/// A message as somebody in its conversation is shown it. Fields that do not apply are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::MessageView))]
pub struct MessageView {
    /// Its number, unique over all conversations.
    pub message_id: i64,
    /// `text`, `image`, `voice`, `video`, `location` or `system`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its text; empty for what has none, and for what was taken back.
    pub content: String,
    /// What it carries besides.
    #[serde(flatten)]
    pub carried: Carried,
    /// Who wrote it.
    pub sender_id: i64,
    /// Whether that is whom it is shown to.
    pub is_me: bool,
    /// `sent`, `delivered`, `read` or `recalled`.
    pub status: &'static str,
    /// When it was sent.
    pub sent_at: String,
    /// When it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
    /// Its number in its conversation, counted from 1 without gaps.
    pub seq: i64,
    /// The name that the sender's client gave it, where its sender catches up over a socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
}

/// What a message carries besides its text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::Carried))]
pub struct Carried {
    /// Where the picture, the sound or the film is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
    /// Where the small picture is that stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
    /// How wide it is, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// How high it is, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How long it lasts, in whole seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// What the sender's client said besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub extra: Option<Map<String, Value>>,
}

/// The word for a kind of message; the nearest one for what this document does not know.
#[must_use]
pub const fn type_of(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Text | MessageKind::File | MessageKind::Assistant => "text",
        MessageKind::Image => "image",
        MessageKind::Voice => "voice",
        MessageKind::Video => "video",
        MessageKind::Location => "location",
        MessageKind::System => "system",
    }
}

/// Sends a message.
#[derive(Debug)]
pub struct SendMessage;

impl Endpoint for SendMessage {
    const ROUTE: Route = post("/conversations/{conversation_id}/messages", "发送消息").documented();
    type Request = SendMessageRequest;
    type Response = MessageView;
}

/// A message to be sent to a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMessageRequest {
    /// To which.
    pub conversation: GivenId<ConversationId>,
    /// What.
    pub message: NewMessage,
}

// By hand: the fields of the message are those of the body itself.
#[cfg(feature = "openapi")]
mod described {
    use std::borrow::Cow;

    use utoipa::{
        PartialSchema, ToSchema,
        openapi::{RefOr, schema::Schema},
    };

    use super::{NewMessage, SendMessageRequest};

    impl PartialSchema for SendMessageRequest {
        fn schema() -> RefOr<Schema> {
            NewMessage::schema()
        }
    }

    impl ToSchema for SendMessageRequest {
        fn name() -> Cow<'static, str> {
            "platform.SendMessageRequest".into()
        }
    }
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::NewMessage))]
pub struct NewMessage {
    /// `text`, `image`, `voice`, `video` or `location`.
    #[cfg_attr(feature = "openapi", schema(rename = "type", value_type = String))]
    pub kind: MessageKind,
    /// Its text, 1 to 2,000 characters; may be absent for what is no text.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub content: String,
    /// The name that the client gives it: a repeat is recognised by it.
    pub client_message_id: Option<String>,
    /// Where the picture, the sound or the film is that was uploaded.
    pub media_url: Option<String>,
    /// How wide it is, in pixels.
    pub width: Option<u32>,
    /// How high it is, in pixels.
    pub height: Option<u32>,
    /// How long it lasts, in whole seconds.
    pub duration: Option<u32>,
    /// What the client has to say besides, at most 4 KiB; of a place `longitude` and `latitude`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub extra: Option<Map<String, Value>>,
}

impl Decode for SendMessageRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let conversation = conversation(input);
        let message = NewMessage::read(&input.body_or_empty()?, None);
        Ok(Self { conversation: conversation?, message: message? })
    }
}

impl NewMessage {
    /// Reads it from the fields of a body, or of a frame's data; without a type it is of the kind `default`, if there is
    /// one.
    pub fn read(fields: &Fields<'_>, default: Option<MessageKind>) -> Result<Self, Refused> {
        let one_of = |node: Node<'_>| node.one_of(TYPES, kind);
        let kind = match default {
            Some(default) => fields.or_default("type", default, one_of),
            None => fields.required_not_null("type", one_of),
        };
        // What is required depends on the kind; of an unknown one nothing is missing.
        let (is_text, is_media, is_place) = match kind {
            Ok(MessageKind::Text) => (true, false, false),
            Ok(MessageKind::Location) => (false, false, true),
            Ok(_) => (false, true, false),
            Err(_) => (false, false, false),
        };
        let content = if is_text {
            fields.required_not_null("content", |node| node.text_of(1..=TEXT_CHARS_MAX))
        } else {
            fields.or_default("content", String::new(), |node| node.text(TEXT_CHARS_MAX))
        };
        let name = |node: Node<'_>| node.text_of(1..=CLIENT_MESSAGE_ID_MAX);
        let client_message_id = fields.optional("client_message_id", name);
        let media_url = if is_media {
            fields.required_not_null("media_url", |node| node.text(MEDIA_URL_MAX)).map(Some)
        } else {
            Ok(None)
        };
        let measured = |name, most| if is_media { measure(fields, name, most) } else { Ok(None) };
        let width = measured("width", SIDE_MAX);
        let height = measured("height", SIDE_MAX);
        let duration = measured("duration", DURATION_MAX);
        let extra = if is_place {
            fields.required_not_null("extra", |node| place(node).map(Some))
        } else {
            fields.optional("extra", extra)
        };
        Ok(Self {
            kind: kind?,
            content: content?,
            client_message_id: client_message_id?,
            media_url: media_url?,
            width: width?,
            height: height?,
            duration: duration?,
            // Nothing is said by an empty one.
            extra: extra?.filter(|extra| !extra.is_empty()),
        })
    }
}

fn kind(word: &str) -> Option<MessageKind> {
    Some(match word {
        "text" => MessageKind::Text,
        "image" => MessageKind::Image,
        "voice" => MessageKind::Voice,
        "video" => MessageKind::Video,
        "location" => MessageKind::Location,
        _ => return None,
    })
}

fn measure(fields: &Fields<'_>, name: &str, most: i64) -> Result<Option<u32>, Refused> {
    fields.optional(name, |node| Ok(u32::try_from(node.integer_in(0..=most)?).unwrap_or(0)))
}

/// An object of a bounded size.
fn extra(node: Node<'_>) -> Result<Map<String, Value>, Refused> {
    let Value::Object(extra) = node.raw() else { return Err(node.refuse(Problem::NotObject)) };
    let text = node.raw().to_string();
    let too_long = Problem::Reason { chinese: "不能超过 4 KiB", english: "must have at most 4 KiB" };
    node.check(text.len() <= EXTRA_BYTES_MAX, too_long)?;
    node.check(!text.contains("\\u0000"), Problem::Nul)?;
    let too_deep =
        Problem::Reason { chinese: "嵌套不能超过 32 层", english: "must be nested at most 32 deep" };
    node.check(is_nested_at_most(node.raw(), EXTRA_DEPTH_MAX), too_deep)?;
    Ok(extra.clone())
}

/// Whether a document has at most so many levels of lists and objects.
fn is_nested_at_most(value: &Value, levels: usize) -> bool {
    let fits = |value: &Value| is_nested_at_most(value, levels - 1);
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(fits),
        Value::Object(fields) => levels > 0 && fields.values().all(fits),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// The same of a place.
fn place(node: Node<'_>) -> Result<Map<String, Value>, Refused> {
    let fields = node.object()?;
    let longitude = degrees(&fields, "longitude", 180);
    let latitude = degrees(&fields, "latitude", 90);
    let extra = extra(node);
    longitude?;
    latitude?;
    extra
}

fn degrees(fields: &Fields<'_>, name: &str, most: i64) -> Result<f64, Refused> {
    fields.required_not_null(name, |node| {
        let degrees = node.number()?;
        node.check(degrees >= -(most as f64), Problem::AtLeast(-most))?;
        node.check(degrees <= most as f64, Problem::AtMost(most))?;
        Ok(degrees)
    })
}

/// Takes a message back.
#[derive(Debug)]
pub struct RecallMessage;

impl Endpoint for RecallMessage {
    const ROUTE: Route = put("/messages/{message_id}/recall", "撤回消息").documented();
    type Request = RecallRequest;
    type Response = ();
}

/// One's own message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RecallRequest))]
pub struct RecallRequest {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub message_id: GivenId<MessageId>,
}

impl Decode for RecallRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { message_id: input.path().required("message_id", |node| node.decimal_id())? })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::wire::FieldError;

    fn send(body: Value) -> Result<NewMessage, Vec<String>> {
        let read = Input::strict().with_json(body).read(|input| NewMessage::read(&input.body()?, None));
        read.map_err(|errors| errors.iter().map(FieldError::field).collect())
    }

    #[test]
    fn what_is_missing_depends_on_the_type() {
        for (body, fields) in [
            (json!({}), vec!["type"]),
            (json!({"type": "text"}), vec!["content"]),
            (json!({"type": "text", "content": ""}), vec!["content"]),
            (json!({"type": "text", "content": null}), vec!["content"]),
            (json!({"type": "image"}), vec!["media_url"]),
            (json!({"type": "voice", "media_url": 5, "duration": -1}), vec!["media_url", "duration"]),
            (json!({"type": "location"}), vec!["extra"]),
            (json!({"type": "location", "extra": {}}), vec!["extra.longitude", "extra.latitude"]),
            (
                json!({"type": "location", "extra": {"longitude": 181, "latitude": "1"}}),
                vec!["extra.longitude", "extra.latitude"],
            ),
            (json!({"type": "system", "content": "x"}), vec!["type"]),
            (json!({"type": "text", "content": "x", "extra": []}), vec!["extra"]),
            (
                json!({"type": "text", "content": "x\u{0}", "client_message_id": ""}),
                vec!["content", "client_message_id"],
            ),
            (json!({"type": "text", "content": "x", "extra": {"a": "\u{0}"}}), vec!["extra"]),
            (json!({"type": "text", "content": "x", "extra": {"a": "y".repeat(5_000)}}), vec!["extra"]),
            (json!({"type": "text", "content": "缘".repeat(2_001)}), vec!["content"]),
        ] {
            assert_eq!(send(body.clone()).unwrap_err(), fields, "{body}");
        }
        let longest = send(json!({"type": "text", "content": "缘".repeat(2_000), "extra": {}})).unwrap();
        assert_eq!((longest.content.chars().count(), longest.extra), (2_000, None));
        let place =
            send(json!({"type": "location", "extra": {"longitude": 121.4, "latitude": -90, "name": "x"}}));
        assert_eq!(place.unwrap().extra.unwrap().len(), 3);
    }

    #[test]
    fn what_is_before_is_a_number_of_any_size() {
        let read = |before: &'static str| {
            let input = Input::strict()
                .with_query([("before_id".into(), before.into())])
                .with_path([("conversation_id".into(), "1".into())]);
            input.decode::<ListMessagesRequest>().map(|request| request.before_id)
        };
        assert_eq!(read("7"), Ok(Before::Message(MessageId::new(7).unwrap())));
        for beyond in ["9007199254740992", "99999999999999999999999"] {
            assert_eq!(read(beyond), Ok(Before::End), "{beyond}");
        }
        for early in ["0", "-1", "-99999999999999999999999"] {
            assert_eq!(read(early), Ok(Before::Beginning), "{early}");
        }
        for bad in ["x", "", "1.5"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
