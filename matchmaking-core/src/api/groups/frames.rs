//! What goes over the socket: JSON objects with a `type` and, mostly, `data`.

use serde::Serialize;
use serde_json::Value;

use super::{ErrorBody, MessageView, Recipient, SendMessageRequest, WireId, values::id};
use crate::{
    api::{
        fault::Fault,
        wire::{FieldError, Fields, GivenId, Input, Location, Problem, Refused, parse_json},
    },
    ids::MessageId,
};

/// The types of frames that clients send.
const TYPES: &[&str] = &["message", "read", "typing", "ping"];

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// To send a message.
    Message(SendMessageRequest),
    /// To note that a message, and all before it, were read.
    Read(GivenId<MessageId>),
    /// To tell that one is writing.
    Typing(Recipient),
    /// To be answered.
    Ping,
}

/// Reads a frame.
pub fn command(text: &str) -> Result<Command, Fault> {
    let frame = parse_json(text.as_bytes())?;
    Ok(Input::strict().with_json(frame).read(read)?)
}

/// The type of a frame that a client sends.
#[derive(Debug, Clone, Copy)]
enum Type {
    Message,
    Read,
    Typing,
    Ping,
}

impl Type {
    fn of(word: &str) -> Option<Self> {
        match word {
            "message" => Some(Self::Message),
            "read" => Some(Self::Read),
            "typing" => Some(Self::Typing),
            "ping" => Some(Self::Ping),
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
        Type::Message => data(|data| SendMessageRequest::read(data).map(Command::Message)),
        Type::Read => data(|data| data.required_not_null("message_id", id).map(Command::Read)),
        Type::Typing => data(|data| Recipient::decode(data).map(Command::Typing)),
        // Whatever comes with it.
        Type::Ping => Ok(Command::Ping),
    }
}

/// What is said of a frame that is no text.
#[must_use]
pub fn not_text() -> Fault {
    let (location, problem) = (Location::Body, Problem::NotObject);
    Fault::field(FieldError { location, path: Vec::new(), problem, input: Value::Null })
}

/// What the server sends.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Frame {
    /// The socket is open.
    Connected {
        /// Whose it is.
        user_id: WireId,
    },
    /// The message that was sent over this socket is stored.
    MessageAck(MessageView),
    /// A message in one of the person's conversations.
    Message(MessageView),
    /// Somebody read a message of the person's, and all before it.
    Read {
        /// Which.
        message_id: WireId,
        /// Who.
        user_id: WireId,
        /// When.
        read_at: String,
    },
    /// Somebody is writing.
    Typing {
        /// Who.
        user_id: WireId,
        /// To whom; empty in a group.
        receiver_id: WireId,
        /// In which group; empty for a person.
        group_id: WireId,
    },
    /// Somebody's part in a group changed.
    Member {
        /// In which group.
        group_id: WireId,
        /// Whose.
        user_id: WireId,
        /// How.
        change: Change,
    },
    /// The answer to a ping.
    Pong,
    /// Something went wrong; the socket goes on.
    Error(ErrorBody),
}

/// How somebody's part in a group changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// They joined.
    Added,
    /// They left, were removed, or the group ended.
    Removed,
    /// They have another role.
    Role,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::groups::MessageType;

    fn fields(text: &str) -> Vec<String> {
        match command(text) {
            Err(Fault::Invalid(errors)) => errors.iter().map(FieldError::field).collect(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn frames_are_read() {
        assert_eq!(command(r#"{"type": "ping"}"#).unwrap(), Command::Ping);
        assert_eq!(command(r#"{"type": "ping", "data": 5}"#).unwrap(), Command::Ping);
        let read = Command::Read(GivenId::from(7));
        assert_eq!(command(r#"{"type": "read", "data": {"message_id": "7"}}"#).unwrap(), read);
        let typing = Command::Typing(Recipient::Group(GivenId::from(3)));
        assert_eq!(
            command(r#"{"type": "typing", "data": {"group_id": "3", "receiver_id": ""}}"#).unwrap(),
            typing
        );
        let message = SendMessageRequest {
            kind: MessageType::Image,
            content: "x".to_owned(),
            to: Recipient::Person(GivenId::from(2)),
            client_message_id: Some("c1".to_owned()),
        };
        let frame = json!({"type": "message", "data": {
            "type": "image", "content": "x", "receiver_id": "2", "client_message_id": "c1",
        }});
        assert_eq!(command(&frame.to_string()).unwrap(), Command::Message(message));
    }

    #[test]
    fn wrong_frames_are_refused_with_what_is_wrong_in_them() {
        for text in ["", "x", "{", "{\"type\": }"] {
            assert!(matches!(command(text), Err(Fault::Malformed(_))), "{text}");
        }
        for text in ["[]", "null", "5", "\"ping\""] {
            assert_eq!(fields(text), [""], "{text}");
        }
        for text in [
            "{}",
            r#"{"type": null}"#,
            r#"{"type": "dance"}"#,
            r#"{"type": 5}"#,
            r#"{"type": "message_ack"}"#,
        ] {
            assert_eq!(fields(text), ["type"], "{text}");
        }
        for text in [
            r#"{"type": "message"}"#,
            r#"{"type": "read", "data": null}"#,
            r#"{"type": "typing", "data": []}"#,
        ] {
            assert_eq!(fields(text), ["data"], "{text}");
        }
        assert_eq!(fields(r#"{"type": "read", "data": {}}"#), ["data.message_id"]);
        assert_eq!(fields(r#"{"type": "typing", "data": {}}"#), ["data.receiver_id"]);
        assert_eq!(
            fields(r#"{"type": "message", "data": {"type": "song"}}"#),
            ["data.type", "data.content", "data.receiver_id"]
        );
    }

    #[test]
    fn frames_are_written_as_they_are_documented() {
        for (frame, text) in [
            (Frame::Connected { user_id: WireId::of(7) }, r#"{"type":"connected","data":{"user_id":"7"}}"#),
            (Frame::Pong, r#"{"type":"pong"}"#),
            (
                Frame::Member { group_id: WireId::of(1), user_id: WireId::of(2), change: Change::Role },
                r#"{"type":"member","data":{"group_id":"1","user_id":"2","change":"role"}}"#,
            ),
            (
                Frame::Error(ErrorBody {
                    code: 404, message: "资源不存在", error: "群组不存在".to_owned()
                }),
                r#"{"type":"error","data":{"code":404,"message":"资源不存在","error":"群组不存在"}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&frame).unwrap(), text);
        }
    }
}
