//! What goes over the socket: JSON objects with `type`, mostly `data`, and `timestamp`.

use serde::Serialize;
use serde_json::Value;

use super::{CLIENT_MESSAGE_ID_MAX, Carried, MessageView, NewMessage, UserCard};
use crate::{
    api::{
        fault::Fault,
        wire::{FieldError, Fields, GivenId, Input, Location, Problem, Refused, parse_json},
    },
    clock::Millis,
    ids::ConversationId,
    model::MessageKind,
};

/// The types of frames that clients send.
pub const TYPES: &[&str] = &["ping", "auth", "message", "typing", "sync"];

/// The most characters of a token that is looked at.
const TOKEN_CHARS_MAX: usize = 4_096;

/// How many messages are told at once to whoever catches up.
pub const SYNC_MESSAGES_MAX: usize = 200;

/// The most bytes of text in a `sync_result`, unless one message has more. Written as JSON they may be six times as many,
/// and a socket's queue holds a megabyte.
pub const SYNC_BYTES_MAX: usize = 128 << 10;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// To be answered.
    Ping,
    /// To be known by this token.
    Auth(String),
    /// To send a message to a conversation.
    Message(GivenId<ConversationId>, Box<NewMessage>),
    /// To tell that one is writing in a conversation.
    Typing(GivenId<ConversationId>),
    /// To be told the messages of a conversation with numbers above this one.
    Sync(GivenId<ConversationId>, i64),
}

/// A frame that cannot be obeyed, with the name of the message that it was to send, as far as it has one.
#[derive(Debug)]
pub struct BadFrame {
    /// What is wrong.
    pub fault: Fault,
    /// The name of the message.
    pub client_message_id: Option<String>,
}

/// Reads a frame.
pub fn command(text: &str) -> Result<Command, BadFrame> {
    let frame = match parse_json(text.as_bytes()) {
        Ok(frame) => frame,
        Err(malformed) => return Err(BadFrame { fault: malformed.into(), client_message_id: None }),
    };
    let client_message_id = frame["data"]["client_message_id"]
        .as_str()
        .filter(|name| name.chars().count() <= CLIENT_MESSAGE_ID_MAX)
        .map(str::to_owned);
    let read = Input::strict().with_json(frame).read(read);
    read.map_err(|errors| BadFrame { fault: errors.into(), client_message_id })
}

/// The type of a frame that a client sends.
#[derive(Debug, Clone, Copy)]
enum Type {
    Ping,
    Auth,
    Message,
    Typing,
    Sync,
}

impl Type {
    fn of(word: &str) -> Option<Self> {
        match word {
            "ping" => Some(Self::Ping),
            "auth" => Some(Self::Auth),
            "message" => Some(Self::Message),
            "typing" => Some(Self::Typing),
            "sync" => Some(Self::Sync),
            _ => None,
        }
    }
}

fn read(input: &Input) -> Result<Command, Refused> {
    let frame = input.body()?;
    let kind = frame.required_not_null("type", |node| node.one_of(TYPES, Type::of))?;
    let data = |read: fn(&Fields<'_>) -> Result<Command, Refused>| {
        frame.required_not_null("data", |node| read(&node.object()?))
    };
    match kind {
        // Whatever comes with it.
        Type::Ping => Ok(Command::Ping),
        Type::Auth => {
            data(|data| data.required_not_null("token", |node| node.text(TOKEN_CHARS_MAX)).map(Command::Auth))
        }
        Type::Message => data(|data| {
            let conversation = conversation(data);
            let message = NewMessage::read(data, Some(MessageKind::Text));
            Ok(Command::Message(conversation?, Box::new(message?)))
        }),
        Type::Typing => data(|data| conversation(data).map(Command::Typing)),
        Type::Sync => data(|data| {
            let conversation = conversation(data);
            let after = data.or_default("after_seq", 0, |node| node.integer());
            Ok(Command::Sync(conversation?, after?))
        }),
    }
}

fn conversation(data: &Fields<'_>) -> Result<GivenId<ConversationId>, Refused> {
    data.required_not_null("conversation_id", |node| node.id())
}

/// What is said of a frame that is no text.
#[must_use]
pub fn not_text() -> Fault {
    let (location, problem) = (Location::Body, Problem::NotObject);
    Fault::field(FieldError { location, path: Vec::new(), problem, input: Value::Null })
}

/// What the server sends, at a moment.
#[derive(Debug, Clone, Serialize)]
pub struct Sent<'a> {
    /// What.
    #[serde(flatten)]
    pub frame: Frame<'a>,
    /// When, in milliseconds.
    pub timestamp: i64,
}

impl<'a> Sent<'a> {
    /// A frame that is sent at this moment.
    #[must_use]
    pub const fn at(frame: Frame<'a>, moment: Millis) -> Self {
        Self { frame, timestamp: moment.0 }
    }
}

/// What the server says.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Frame<'a> {
    /// It is known whose socket it is.
    AuthSuccess {
        /// Whose.
        user_id: i64,
    },
    /// The answer to a ping.
    Pong,
    /// A message in one of the person's conversations.
    NewMessage(Box<MessageFrame>),
    /// How far a message, and all before it, has come.
    MessageStatus(StatusFrame<'a>),
    /// The answer to a request for what was missed.
    SyncResult {
        /// Of which conversation.
        conversation_id: i64,
        /// The oldest first.
        messages: Vec<MessageView>,
        /// Whether there are more.
        has_more: bool,
    },
    /// Somebody is writing.
    UserTyping {
        /// Where.
        conversation_id: i64,
        /// Who.
        user_id: i64,
    },
    /// There is a new match.
    MatchNotification {
        /// Which.
        match_id: i64,
        /// With whom.
        user: UserCard,
        /// When it was made.
        matched_at: String,
    },
    /// The system has something to say.
    SystemNotification {
        /// In a few words.
        title: &'a str,
        /// The rest.
        content: &'a str,
    },
    /// Something was refused; the socket goes on.
    Error {
        /// The code that the same has over HTTP.
        code: u32,
        /// Why.
        message: &'a str,
        /// The name of the message that is not sent.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_message_id: Option<String>,
    },
}

/// A message as it is told.
#[derive(Debug, Clone, Serialize)]
pub struct MessageFrame {
    /// Its number.
    pub message_id: i64,
    /// In which conversation.
    pub conversation_id: i64,
    /// Who wrote it.
    pub sender_id: i64,
    /// As of a message in a list.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its text.
    pub content: String,
    /// What it carries besides.
    #[serde(flatten)]
    pub carried: Carried,
    /// When it was sent.
    pub sent_at: String,
    /// Its number in its conversation.
    pub seq: i64,
    /// The name that its sender's client gave it, for its sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
}

/// How far a message has come.
#[derive(Debug, Clone, Serialize)]
pub struct StatusFrame<'a> {
    /// The name that its sender's client gave it, in answer to that client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<&'a str>,
    /// Which.
    pub message_id: i64,
    /// In which conversation.
    pub conversation_id: i64,
    /// Its number there.
    pub seq: i64,
    /// `sent`, `delivered`, `read` or `recalled`.
    pub status: &'static str,
    /// When it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<String> {
        match command(text) {
            Err(BadFrame { fault: Fault::Invalid(errors), .. }) => {
                errors.iter().map(FieldError::field).collect()
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn frames_are_read() {
        assert_eq!(command(r#"{"type": "ping", "timestamp": 5}"#).unwrap(), Command::Ping);
        assert_eq!(command(r#"{"type": "ping", "data": 5}"#).unwrap(), Command::Ping);
        let auth = Command::Auth("x".to_owned());
        assert_eq!(command(r#"{"type": "auth", "data": {"token": "x"}}"#).unwrap(), auth);
        let sync = Command::Sync(GivenId::from(3), -5);
        assert_eq!(
            command(r#"{"type": "sync", "data": {"conversation_id": 3, "after_seq": -5}}"#).unwrap(),
            sync
        );
        let typing = Command::Typing(GivenId::from(0));
        assert_eq!(command(r#"{"type": "typing", "data": {"conversation_id": 0}}"#).unwrap(), typing);
        let message = command(
            r#"{"type": "message", "data": {"conversation_id": 1, "content": "x", "client_message_id": "c"}}"#,
        );
        let Command::Message(_, message) = message.unwrap() else { panic!() };
        assert_eq!((message.kind, message.client_message_id.as_deref()), (MessageKind::Text, Some("c")));
    }

    #[test]
    fn wrong_frames_are_refused_with_what_is_wrong_in_them() {
        for text in ["", "x", "{", "{\"type\": }"] {
            assert!(matches!(command(text), Err(BadFrame { fault: Fault::Malformed(_), .. })), "{text}");
        }
        for (text, expected) in [
            ("[]", vec![""]),
            ("null", vec![""]),
            ("5", vec![""]),
            ("{}", vec!["type"]),
            (r#"{"type": 5}"#, vec!["type"]),
            (r#"{"type": "pong"}"#, vec!["type"]),
            (r#"{"type": "message"}"#, vec!["data"]),
            (r#"{"type": "message", "data": "x"}"#, vec!["data"]),
            (r#"{"type": "message", "data": {}}"#, vec!["data.conversation_id", "data.content"]),
            (r#"{"type": "typing", "data": {"conversation_id": "1"}}"#, vec!["data.conversation_id"]),
            (r#"{"type": "sync", "data": {"conversation_id": 1, "after_seq": 0.5}}"#, vec!["data.after_seq"]),
            (r#"{"type": "auth", "data": {"token": null}}"#, vec!["data.token"]),
        ] {
            assert_eq!(fields(text), expected, "{text}");
        }
        let named = r#"{"type": "message", "data": {"client_message_id": "c1"}}"#;
        assert_eq!(command(named).unwrap_err().client_message_id.as_deref(), Some("c1"));
    }

    #[test]
    fn frames_are_written_as_they_are_documented() {
        let moment = Millis(1_707_139_200_000);
        for (frame, text) in [
            (Frame::Pong, r#"{"type":"pong","timestamp":1707139200000}"#),
            (
                Frame::AuthSuccess { user_id: 7 },
                r#"{"type":"auth_success","data":{"user_id":7},"timestamp":1707139200000}"#,
            ),
            (
                Frame::Error { code: 40001, message: "参数错误", client_message_id: None },
                r#"{"type":"error","data":{"code":40001,"message":"参数错误"},"timestamp":1707139200000}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&Sent::at(frame, moment)).unwrap(), text);
        }
    }
}
