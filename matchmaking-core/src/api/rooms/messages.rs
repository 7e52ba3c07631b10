//! Messages: sending, listing, and files that go with them.

use serde::Serialize;

use super::{get, kinds, post, text};
use crate::{
    api::{
        route::{Endpoint, JSON_BODY_MAX, Route},
        wire::{Decode, Fields, GivenId, Input, Refused},
    },
    ids::{AccountId, ConversationId, ID_LIMIT, MessageId},
    model::MessageKind,
};

/// How many messages are listed where the request does not say.
const LIST_DEFAULT: i64 = 20;

/// The most messages that are listed at once.
const LIST_MAX: i64 = 100;

/// The most bytes of a file.
pub const UPLOAD_BYTES_MAX: usize = 20 << 20;

/// The most bytes of a request that brings one: the file, and what stands around it.
pub const UPLOAD_BODY_MAX: usize = UPLOAD_BYTES_MAX + (64 << 10);

/// Sends a message.
#[derive(Debug)]
pub struct SendMessage;

impl Endpoint for SendMessage {
    const ROUTE: Route = post("/api/message/send", "发送消息").success("发送成功").documented();
    type Request = SendMessageRequest;
    type Response = SentMessage;
}

/// A message to be sent; over a socket, too.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::SendMessageRequest))]
pub struct SendMessageRequest {
    /// Where.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub room_id: GivenId<ConversationId>,
    /// `text` (also without it), `image`, `file` or `video`.
    #[cfg_attr(feature = "openapi", schema(rename = "type", value_type = Option<String>))]
    pub kind: MessageKind,
    /// What: a text, or where the picture, file or video is. Not blank, at most 5,000 characters.
    pub content: String,
}

impl SendMessageRequest {
    pub(super) fn of(body: Fields<'_>) -> Result<Self, Refused> {
        let room = body.required("room_id", |node| node.id());
        let kind = body.or_default("type", MessageKind::Text, kinds::decode);
        let content = body.required("content", |node| text::CONTENT.read_not_blank(node));
        Ok(Self { room_id: room?, kind: kind?, content: content? })
    }
}

impl Decode for SendMessageRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Self::of(input.body()?)
    }
}

impl std::fmt::Debug for SendMessageRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SendMessageRequest")
            .field("room_id", &self.room_id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A message that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::SentMessage))]
pub struct SentMessage {
    /// Its number.
    #[serde(rename = "ID")]
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: MessageId,
    /// When the server took it: `YYYY-MM-DD HH:MM:SS` in the server's time zone.
    pub send_time: String,
}

/// A message as members are shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::RoomMessage))]
pub struct RoomMessage<'a> {
    /// Its number, which grows with time.
    #[serde(rename = "ID")]
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: MessageId,
    /// When the server took it: `YYYY-MM-DD HH:MM:SS` in the server's time zone.
    pub send_time: String,
    /// Where it is.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub room_id: ConversationId,
    /// Who wrote it.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub sender_id: AccountId,
    /// By which name they are shown.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub sender_name: std::borrow::Cow<'a, str>,
    /// `text`, `image`, `file` or `video`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The text, or a signed link to what was sent.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub content: std::borrow::Cow<'a, str>,
}

impl RoomMessage<'_> {
    /// The same with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> RoomMessage<'static> {
        RoomMessage {
            id: self.id,
            send_time: self.send_time,
            room_id: self.room_id,
            sender_id: self.sender_id,
            sender_name: self.sender_name.into_owned().into(),
            kind: self.kind,
            content: self.content.into_owned().into(),
        }
    }
}

/// Lists messages, newest first: fields in the query, in a JSON body, or in both, where the body's count.
#[derive(Debug)]
pub struct ListMessages;

impl Endpoint for ListMessages {
    const ROUTE: Route = get("/api/message/list", "获取消息")
        .json_body(JSON_BODY_MAX)
        .query(&["room_id", "last_message_id", "limit"])
        .success("历史消息获取成功")
        .documented();
    type Request = ListMessagesRequest;
    type Response = Vec<RoomMessage<'static>>;
}

/// The same for clients that send no body with GET.
#[derive(Debug)]
pub struct ListMessagesByPost;

impl Endpoint for ListMessagesByPost {
    const ROUTE: Route = post("/api/message/list", "List messages").success("历史消息获取成功");
    type Request = ListMessagesRequest;
    type Response = Vec<RoomMessage<'static>>;
}

/// Where a list of messages begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// With the newest.
    End,
    /// With the newest of those whose numbers are below this one.
    Message(MessageId),
    /// Nowhere: no number is below the one that was sent.
    Beginning,
}

impl From<i64> for Before {
    fn from(raw: i64) -> Self {
        match MessageId::new(raw) {
            Some(id) => Self::Message(id),
            None if raw == 0 || raw >= ID_LIMIT => Self::End,
            None => Self::Beginning,
        }
    }
}

/// Which messages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::ListMessagesRequest))]
pub struct ListMessagesRequest {
    /// Of which room.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub room_id: GivenId<ConversationId>,
    /// Before which message; 0 or none for the newest.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub last_message_id: Before,
    /// How many at most, 1 to 100; 20 for 0 or none.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub limit: usize,
}

impl Decode for ListMessagesRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let (query, body) = (input.query(), input.body_or_empty()?);
        let place = |name: &str| {
            let in_body =
                body.map().and_then(|fields| fields.get(name)).is_some_and(|value| !value.is_null());
            if in_body { body } else { query }
        };
        let room = place("room_id").required("room_id", |node| node.id());
        let before = place("last_message_id").or_default("last_message_id", 0, |node| node.integer());
        let limit = place("limit").or_default("limit", 0, |node| node.integer());
        Ok(Self { room_id: room?, last_message_id: before?.into(), limit: bounded(limit?) })
    }
}

/// How many messages to list of those asked for.
fn bounded(limit: i64) -> usize {
    let limit = if limit == 0 { LIST_DEFAULT } else { limit };
    limit.clamp(1, LIST_MAX) as usize
}

/// Takes a file, to be sent in a message afterwards.
#[derive(Debug)]
pub struct UploadFile;

impl Endpoint for UploadFile {
    const ROUTE: Route =
        post("/api/message/upload", "Upload a file").stream_body(UPLOAD_BODY_MAX).success("上传成功");
    type Request = UploadForm;
    type Response = UploadedFile;
}

/// The fields that come with a file, besides the file itself (`file`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadForm {
    /// For which room.
    pub room_id: GivenId<ConversationId>,
}

impl Decode for UploadForm {
    /// The fields of a form are texts, like those of a query, and are handed over as such.
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { room_id: input.query().required("room_id", |node| node.id())? })
    }
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::UploadedFile))]
pub struct UploadedFile {
    /// When: `YYYY-MM-DD HH:MM:SS` in the server's time zone.
    pub create_time: String,
    /// The name that it came with.
    pub file_name: String,
    /// Its media type.
    pub file_type: String,
    /// Where it is: a signed link.
    pub file_url: String,
    /// For which room.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub room_id: ConversationId,
}

#[cfg(feature = "openapi")]
mod described {
    use utoipa::{
        PartialSchema, ToSchema,
        openapi::{
            KnownFormat, RefOr,
            schema::{ObjectBuilder, Schema, SchemaFormat, Type},
        },
    };

    impl PartialSchema for super::UploadForm {
        fn schema() -> RefOr<Schema> {
            let room = ObjectBuilder::new().schema_type(Type::Integer).description(Some("For which room."));
            let bytes = SchemaFormat::KnownFormat(KnownFormat::Binary);
            let file = ObjectBuilder::new().schema_type(Type::String).format(Some(bytes));
            let fields = ObjectBuilder::new().property("room_id", room).property("file", file);
            fields.required("room_id").required("file").into()
        }
    }

    impl ToSchema for super::UploadForm {
        fn name() -> std::borrow::Cow<'static, str> {
            "rooms.UploadForm".into()
        }
    }
}
