//! Sending messages and reading them.

use serde::Serialize;

use super::{
    get, post,
    values::{Recipient, WireId, described_by, filled, not_blank},
};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, Fields, Input, Refused},
    },
    ids::AccountId,
    model::{Message, MessageKind},
    text::TEXT_MAX_CHARS,
};

/// The most characters of the name that a client gives a message.
pub const CLIENT_MESSAGE_ID_MAX: usize = 128;
/// How many messages are listed at once when the request does not say.
pub const LIMIT_DEFAULT: usize = 20;
/// The most messages that are listed at once.
pub const LIMIT_MAX: usize = 100;

/// The types that messages have here.
const TYPES: &[&str] = &["text", "image", "file"];

/// The type of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::MessageType))]
pub enum MessageType {
    /// Text.
    Text,
    /// A picture; the content says where it is.
    Image,
    /// A file; the content says where it is.
    File,
}

impl MessageType {
    fn of(word: &str) -> Option<Self> {
        match word {
            "text" => Some(Self::Text),
            "image" => Some(Self::Image),
            "file" => Some(Self::File),
            _ => None,
        }
    }
}

impl From<MessageKind> for MessageType {
    /// The nearest type to one that this surface has no word for.
    fn from(kind: MessageKind) -> Self {
        match kind {
            MessageKind::Image => Self::Image,
            MessageKind::File | MessageKind::Voice | MessageKind::Video => Self::File,
            MessageKind::Text | MessageKind::Location | MessageKind::System | MessageKind::Assistant => {
                Self::Text
            }
        }
    }
}

impl From<MessageType> for MessageKind {
    fn from(kind: MessageType) -> Self {
        match kind {
            MessageType::Text => Self::Text,
            MessageType::Image => Self::Image,
            MessageType::File => Self::File,
        }
    }
}

/// Sends a message.
#[derive(Debug)]
pub struct SendMessage;

impl Endpoint for SendMessage {
    const ROUTE: Route = post("/chat/message", "发送消息").documented();
    type Request = SendMessageRequest;
    type Response = MessageView;
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMessageRequest {
    /// Its type.
    pub kind: MessageType,
    /// What it says, 1 to 5,000 characters, not blank.
    pub content: String,
    /// To whom.
    pub to: Recipient,
    /// The name that the client gives it, so that a repeated send is recognised.
    pub client_message_id: Option<String>,
}

/// The fields of a message to be sent.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(as = groups::SendMessageRequest)]
#[expect(dead_code, reason = "describes the fields on the wire")]
struct SendMessageFields {
    /// `text` when absent.
    r#type: Option<MessageType>,
    /// 1 to 5,000 characters, not blank.
    content: String,
    /// A person; exactly one of this and `group_id`.
    receiver_id: Option<String>,
    /// A group; exactly one of this and `receiver_id`.
    group_id: Option<String>,
    /// The name that the client gives the message, at most 128 characters: a repeat is recognised by it.
    client_message_id: Option<String>,
}

described_by!(SendMessageRequest, SendMessageFields);

impl SendMessageRequest {
    /// Reads it from the fields of a body, or of a frame's data.
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, Refused> {
        let kind = filled(fields, "type", |node| node.one_of(TYPES, MessageType::of));
        let content = fields.required_not_null("content", |node| not_blank(node, TEXT_MAX_CHARS));
        let to = Recipient::decode(fields);
        let client_message_id = filled(fields, "client_message_id", |node| node.text(CLIENT_MESSAGE_ID_MAX));
        Ok(Self {
            kind: kind?.unwrap_or(MessageType::Text),
            content: content?,
            to: to?,
            client_message_id: client_message_id?,
        })
    }
}

impl Decode for SendMessageRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Self::read(&input.body()?)
    }
}

/// A message as everyone in its conversation is shown it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Message))]
pub struct MessageView {
    /// Its identifier.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub message_id: WireId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: MessageType,
    /// What it says.
    pub content: String,
    /// Who wrote it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub sender_id: WireId,
    /// To whom; empty for a message to a group.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub receiver_id: WireId,
    /// To which group; empty for a message to a person.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub group_id: WireId,
    /// When the server took it.
    pub created_at: String,
    /// The name that the client gave it, for the one who sent it; absent if it gave none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
}

impl MessageView {
    /// A message to a person if there is a `receiver`, else to its conversation as a group, with `content` for what it
    /// says; without the name that its sender's client gave it.
    #[must_use]
    pub fn new(message: &Message, content: String, receiver: Option<AccountId>) -> Self {
        let (receiver_id, group_id) = match receiver {
            Some(person) => (WireId::of(person), WireId::NONE),
            None => (WireId::NONE, WireId::of(message.conversation)),
        };
        Self {
            message_id: WireId::of(message.id),
            kind: message.kind.into(),
            content,
            sender_id: WireId::of(message.sender),
            receiver_id,
            group_id,
            created_at: message.sent_at.to_rfc3339(),
            client_message_id: None,
        }
    }
}

/// Lists the messages of a conversation, newest first.
#[derive(Debug)]
pub struct ListMessages;

impl Endpoint for ListMessages {
    const ROUTE: Route = get("/chat/messages", "获取消息列表").documented();
    type Request = ListMessagesRequest;
    type Response = Messages;
}

/// Which messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMessagesRequest {
    /// Of which conversation.
    pub with: Recipient,
    /// At most how many.
    pub limit: usize,
    /// How many of the newest to leave out.
    pub offset: usize,
}

/// The parameters of a list of messages.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(as = groups::ListMessagesRequest)]
#[expect(dead_code, reason = "describes the parameters on the wire")]
struct ListMessagesFields {
    /// With a person; exactly one of this and `group_id`.
    receiver_id: Option<String>,
    /// In a group; exactly one of this and `receiver_id`.
    group_id: Option<String>,
    /// 1 to 100, 20 when absent.
    limit: Option<usize>,
    /// How many of the newest to leave out, 0 when absent.
    offset: Option<usize>,
}

described_by!(ListMessagesRequest, ListMessagesFields);

impl Decode for ListMessagesRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let query = input.query();
        let with = Recipient::decode(&query);
        let limit = filled(&query, "limit", |node| node.integer_in(1..=LIMIT_MAX as i64));
        let offset = filled(&query, "offset", |node| node.integer_in(0..=i64::MAX));
        let count = |given: i64| usize::try_from(given).unwrap_or(usize::MAX);
        Ok(Self { with: with?, limit: limit?.map_or(LIMIT_DEFAULT, count), offset: offset?.map_or(0, count) })
    }
}

/// Messages of a conversation.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Messages))]
pub struct Messages {
    /// The messages, newest first.
    pub messages: Vec<ListedMessage>,
    /// How many the conversation has in all.
    pub total: i64,
}

/// A message with who read it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::ListedMessage))]
pub struct ListedMessage {
    /// The message.
    #[serde(flatten)]
    pub message: MessageView,
    /// Who read it; never its sender.
    pub read_by: Vec<ReadBy>,
}

/// That somebody read a message.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::ReadBy))]
pub struct ReadBy {
    /// Who.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: WireId,
    /// When.
    pub read_at: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        api::wire::{FieldError, GivenId},
        clock::Millis,
        ids::{AccountId, ConversationId, MessageId},
    };

    fn send(body: Value) -> Result<SendMessageRequest, Vec<FieldError>> {
        Input::strict().with_json(body).decode()
    }

    #[test]
    fn an_empty_text_counts_as_absent() {
        let expected = SendMessageRequest {
            kind: MessageType::Text,
            content: "你好".to_owned(),
            to: Recipient::Person(GivenId::from(7)),
            client_message_id: None,
        };
        for body in [
            json!({"content": "你好", "receiver_id": "7"}),
            json!({"type": "", "content": "你好", "receiver_id": "7", "group_id": "", "client_message_id": ""}),
            json!({"type": null, "content": "你好", "receiver_id": 7, "group_id": null, "more": 1}),
        ] {
            assert_eq!(send(body), Ok(expected.clone()));
        }
        let to_group =
            send(json!({"type": "file", "content": "x", "receiver_id": "", "group_id": "g"})).unwrap();
        assert_eq!((to_group.kind, to_group.to), (MessageType::File, Recipient::Group(GivenId::from(0))));
    }

    #[test]
    fn exactly_one_recipient_is_named() {
        for body in [
            json!({"content": "x", "receiver_id": "1", "group_id": "2"}),
            json!({"content": "x"}),
            json!({"content": "x", "receiver_id": "", "group_id": ""}),
            json!({"content": "x", "receiver_id": ["1"]}),
        ] {
            assert_eq!(send(body.clone()).map_err(|errors| errors.len()), Err(1), "{body}");
        }
    }

    #[test]
    fn pages_have_bounds() {
        let list = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            Input::strict().with_query(pairs).decode::<ListMessagesRequest>()
        };
        let page = |limit, offset| Ok((limit, offset));
        let read = |pairs: &[(&'static str, &'static str)]| {
            list(pairs).map(|request| (request.limit, request.offset)).map_err(|errors| errors.len())
        };
        assert_eq!(read(&[("group_id", "1")]), page(20, 0));
        assert_eq!(read(&[("group_id", "1"), ("limit", ""), ("offset", "")]), page(20, 0));
        assert_eq!(read(&[("group_id", "1"), ("limit", "100"), ("offset", "7")]), page(100, 7));
        let far = read(&[("group_id", "1"), ("offset", "99999999999999999999")]);
        assert_eq!(far, page(20, usize::try_from(i64::MAX).unwrap()));
        for wrong in ["0", "101", "-1", "x", "1.5", "99999999999999999999"] {
            assert_eq!(read(&[("group_id", "1"), ("limit", wrong)]), Err(1), "{wrong}");
        }
        for wrong in ["-1", "x", "1.5"] {
            assert_eq!(read(&[("group_id", "1"), ("offset", wrong)]), Err(1), "{wrong}");
        }
        assert_eq!(read(&[("limit", "0"), ("offset", "-1")]), Err(3));
    }

    #[test]
    fn a_message_has_its_fields_in_the_order_of_the_document() {
        let message = Message {
            id: MessageId::new(5).unwrap(),
            conversation: ConversationId::new(9).unwrap(),
            seq: 1,
            sender: AccountId::new(1).unwrap(),
            kind: MessageKind::Voice,
            content: "缘".to_owned(),
            client_message_id: Some("c".to_owned()),
            sent_at: Millis(0),
            details: crate::model::MessageDetails::default(),
            recalled_at: None,
        };
        let view = |receiver| MessageView::new(&message, message.content.clone(), receiver);
        let client_message_id = message.client_message_id.clone();
        let direct = MessageView { client_message_id, ..view(AccountId::new(2)) };
        let direct = serde_json::to_string(&direct).unwrap();
        assert_eq!(
            direct,
            r#"{"message_id":"5","type":"file","content":"缘","sender_id":"1","receiver_id":"2","group_id":"","created_at":"1970-01-01T00:00:00.000Z","client_message_id":"c"}"#
        );
        let read_by = vec![ReadBy { user_id: WireId::of(3), read_at: Millis(1).to_rfc3339() }];
        let listed = ListedMessage { message: view(None), read_by };
        assert_eq!(
            serde_json::to_string(&listed).unwrap(),
            r#"{"message_id":"5","type":"file","content":"缘","sender_id":"1","receiver_id":"","group_id":"9","created_at":"1970-01-01T00:00:00.000Z","read_by":[{"user_id":"3","read_at":"1970-01-01T00:00:00.001Z"}]}"#
        );
    }

    #[test]
    fn kinds_without_a_word_are_shown_as_the_nearest() {
        for code in 1..=8 {
            let kind = MessageKind::from_code(code).unwrap();
            let shown = MessageType::from(kind);
            match kind {
                MessageKind::Text | MessageKind::Image | MessageKind::File => {
                    assert_eq!(MessageKind::from(shown), kind);
                }
                MessageKind::Voice | MessageKind::Video => assert_eq!(shown, MessageType::File),
                _ => assert_eq!(shown, MessageType::Text),
            }
        }
    }
}
