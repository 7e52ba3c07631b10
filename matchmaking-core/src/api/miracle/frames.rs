//! What goes over the sockets.
//!
//! The first text frame of each socket is `{"user_id": …}`; what may come later differs by socket. Identifiers of
//! people in frames are Telegram ids, as text where the document's own server wrote them as text.

use serde::Serialize;
use serde_json::{Value, value::RawValue};

use crate::{
    api::wire::{FieldError, GivenId, Input, Problem, parse_json},
    ids::{ConversationId, MatchId, TelegramId},
    text::{TEXT_MAX_CHARS, TextError, check_text},
};

/// What is said of a frame that is no JSON object.
pub const INVALID_JSON: &str = "Invalid JSON format";
/// What is said of a first frame that names nobody.
pub const AUTHENTICATION_FAILED: &str = "Authentication failed";
/// What is said of a message without content.
pub const EMPTY_CONTENT: &str = "message content cannot be empty";
/// What is said to a client that sends more than it may.
pub const TOO_FAST: &str = "Too many messages, please slow down";
/// What `match_info` says of an older match.
pub const EXISTING_MATCH: &str = "Existing match found";
/// What `match_error` says when there is nobody.
pub const NO_MATCHES: &str = "No matches found";

/// A frame that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FirstFrameError {
    /// It is no JSON.
    #[error("{INVALID_JSON}")]
    NotJson,
    /// It is JSON, but names nobody.
    #[error("{AUTHENTICATION_FAILED}")]
    NamesNobody,
}

/// The person that a socket's first frame names: `user_id` as a number or a numeric text.
pub fn first_frame(text: &str) -> Result<TelegramId, FirstFrameError> {
    let frame = parse_json(text.as_bytes()).map_err(|_| FirstFrameError::NotJson)?;
    let raw = match frame.get("user_id") {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    raw.and_then(TelegramId::new).ok_or(FirstFrameError::NamesNobody)
}

/// A frame that is a JSON object, which is all that `/ws/base` asks of one, as JSON text.
#[must_use]
pub fn object(text: &str) -> Option<&str> {
    // A byte order mark, which the parser passes over, is no part of the document that is passed on.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    matches!(parse_json(text.as_bytes()), Ok(Value::Object(_))).then_some(text)
}

/// What a client of `/ws/message` asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// To say something to everyone connected.
    Broadcast {
        /// What; not blank.
        content: String,
        /// What the client says about the time: JSON text.
        timestamp: Option<String>,
    },
    /// To open the conversation of a match.
    PrivateChatInit {
        /// With whom.
        target: GivenId<TelegramId>,
        /// In which match.
        match_id: GivenId<MatchId>,
    },
    /// To say something to the other one of a match.
    Private {
        /// To whom.
        target: GivenId<TelegramId>,
        /// In which room.
        chatroom: GivenId<ConversationId>,
        /// Both as the frame has them, to be named back.
        named: Named,
        /// What; not blank.
        content: String,
        /// What the client says about the time: JSON text.
        timestamp: Option<String>,
    },
}

/// To whom and where a message is to go, as its frame has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// To whom.
    pub target_user_id: Value,
    /// In which room.
    pub chatroom_id: Value,
}

impl Named {
    fn of(frame: &Value) -> Self {
        let field = |name: &str| frame.get(name).cloned().unwrap_or(Value::Null);
        Self { target_user_id: field("target_user_id"), chatroom_id: field("chatroom_id") }
    }
}

/// Why a frame of `/ws/message` is refused, as the frame that says so.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// `{"error": …}`.
    Error(String),
    /// `private_chat_error`.
    PrivateChatInit(String),
    /// `message_status`, with what the frame named echoed.
    Private(Box<RefusedMessage>),
}

/// A message that is refused before anybody is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedMessage {
    /// To whom and where it was to go.
    pub named: Named,
    /// What it said.
    pub content: Value,
    /// Why.
    pub error: String,
}

/// Reads a later frame of `/ws/message`. Without `type` it is a broadcast.
pub fn command(text: &str) -> Result<Command, Refusal> {
    let Ok(frame @ Value::Object(_)) = parse_json(text.as_bytes()) else {
        return Err(Refusal::Error(INVALID_JSON.to_owned()));
    };
    let timestamp = timestamp(text);
    match frame.get("type") {
        None => broadcast(&frame, timestamp),
        Some(Value::String(kind)) => match kind.as_str() {
            "broadcast" => broadcast(&frame, timestamp),
            "private_chat_init" => private_chat_init(frame),
            "private" => private(frame, timestamp),
            other => Err(unknown_type(other)),
        },
        Some(other) => Err(unknown_type(&other.to_string())),
    }
}

/// The longest unknown type that is named back, in characters.
const ECHO_MAX: usize = 100;

fn unknown_type(kind: &str) -> Refusal {
    let kind: String = kind.chars().take(ECHO_MAX).collect();
    Refusal::Error(format!("Unknown message type: {kind}"))
}

fn broadcast(frame: &Value, timestamp: Option<String>) -> Result<Command, Refusal> {
    let content = match frame.get("content") {
        Some(Value::String(content)) => content_of(content).map_err(Refusal::Error)?,
        None | Some(Value::Null) => return Err(Refusal::Error(EMPTY_CONTENT.to_owned())),
        Some(_) => return Err(Refusal::Error("message content must be a string".to_owned())),
    };
    Ok(Command::Broadcast { content, timestamp })
}

fn private_chat_init(frame: Value) -> Result<Command, Refusal> {
    let read = Input::lax().with_json(frame).read(|input| {
        let body = input.body()?;
        let target = body.required("target_user_id", |node| node.id());
        let match_id = body.required("match_id", |node| node.id());
        Ok((target?, match_id?))
    });
    let (target, match_id) = read.map_err(|errors| Refusal::PrivateChatInit(describe(&errors)))?;
    Ok(Command::PrivateChatInit { target, match_id })
}

fn private(frame: Value, timestamp: Option<String>) -> Result<Command, Refusal> {
    let named = Named::of(&frame);
    let said = frame.get("content").cloned().unwrap_or(Value::Null);
    let read = Input::lax().with_json(frame).read(|input| {
        let body = input.body()?;
        let target = body.required("target_user_id", |node| node.id());
        let chatroom = body.required("chatroom_id", |node| node.id());
        let content = body.required("content", |node| {
            let Value::String(content) = node.raw() else { return Err(node.refuse(Problem::NotText)) };
            content_of(content).map_err(|error| node.refuse(Problem::value(error)))
        });
        Ok((target?, chatroom?, content?))
    });
    match read {
        Ok((target, chatroom, content)) => {
            Ok(Command::Private { target, chatroom, named, content, timestamp })
        }
        Err(errors) => {
            let error = describe(&errors);
            Err(Refusal::Private(Box::new(RefusedMessage { named, content: said, error })))
        }
    }
}

/// The content of a message: not blank, without NUL, not too long.
fn content_of(content: &str) -> Result<String, String> {
    if content.trim().is_empty() {
        return Err(EMPTY_CONTENT.to_owned());
    }
    match check_text(content, TEXT_MAX_CHARS) {
        Ok(()) => Ok(content.to_owned()),
        Err(TextError::Nul) => Err("message content cannot contain NUL".to_owned()),
        Err(TextError::TooLong(max)) => {
            Err(format!("message content cannot have more than {max} characters"))
        }
    }
}

/// What a frame says about the time, to the letter: parsed and written again, `1.50` would become `1.5`.
fn timestamp(text: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Stamped<'a> {
        #[serde(borrow)]
        timestamp: Option<&'a RawValue>,
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let stamped: Stamped<'_> = serde_json::from_str(text).ok()?;
    stamped.timestamp.map(|raw| raw.get().to_owned())
}

/// What is wrong with a frame, in one line.
fn describe(errors: &[FieldError]) -> String {
    let say = |error: &FieldError| match &error.problem {
        Problem::Missing => format!("missing {}", error.field()),
        Problem::Value(reason) => reason.clone().into_owned(),
        Problem::Reason { chinese, .. } => (*chinese).to_owned(),
        _ => format!("invalid {}", error.field()),
    };
    errors.iter().map(say).collect::<Vec<_>>().join(", ")
}

/// The answer to a first frame that names somebody.
#[derive(Debug, Serialize)]
pub struct Authenticated {
    /// Always `authenticated`.
    pub status: &'static str,
    /// Who.
    pub user_id: String,
}

impl Authenticated {
    /// The answer for this person.
    #[must_use]
    pub fn new(user: TelegramId) -> Self {
        Self { status: "authenticated", user_id: user.to_string() }
    }
}

/// Anything refused that has no frame of its own.
#[derive(Debug, Serialize)]
pub struct ErrorFrame<'a> {
    /// Why.
    pub error: &'a str,
}

/// A message of a history: text, time, who, name.
pub type HistoryItem = (String, String, i64, String);

/// Every frame that the server sends and that has a `type`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame<'a> {
    /// `/ws/base`: somebody says something to everyone.
    Message {
        /// Who.
        from: String,
        /// The whole frame that was sent.
        content: &'a RawValue,
    },
    /// Somebody connected.
    UserJoined {
        /// Who.
        user_id: String,
    },
    /// Somebody left.
    UserLeft {
        /// Who.
        user_id: String,
    },
    /// A match was made, or its like flipped.
    MatchUpdate,
    /// How far the opening of a conversation is.
    PrivateChatProgress {
        /// 1: the room; 2: its history.
        step: u8,
        /// `in_progress` or `completed`.
        status: &'static str,
        /// In words.
        message: &'static str,
        /// The room, when step 1 is done.
        #[serde(skip_serializing_if = "Option::is_none")]
        chatroom_id: Option<ConversationId>,
        /// The history, when step 2 is done.
        #[serde(skip_serializing_if = "Option::is_none")]
        chat_history: Option<&'a [HistoryItem]>,
    },
    /// The conversation is open.
    PrivateChatInitComplete {
        /// Its room.
        chatroom_id: ConversationId,
        /// With whom.
        target_user_id: TelegramId,
        /// In which match.
        match_id: MatchId,
        /// What was said, oldest first.
        chat_history: &'a [HistoryItem],
        /// In words.
        message: &'static str,
    },
    /// The conversation is not opened.
    PrivateChatError {
        /// Why.
        error: &'a str,
    },
    /// Somebody writes.
    PrivateMessage {
        /// Who.
        from: i64,
        /// Who, again.
        sender_id: i64,
        /// By which name.
        sender_name: &'a str,
        /// What.
        content: &'a str,
        /// In which room.
        chatroom_id: ConversationId,
        /// In which match.
        match_id: Option<MatchId>,
        /// What the sender's client said about the time.
        timestamp: Option<&'a RawValue>,
    },
    /// What became of a message.
    MessageStatus {
        /// To whom, as the sender named them.
        target_user_id: Value,
        /// In which room, as the sender named it.
        chatroom_id: Value,
        /// In which match.
        match_id: Option<MatchId>,
        /// Whether a socket of theirs took it; otherwise they are offline.
        delivered: bool,
        /// Whether it is stored.
        saved_to_database: bool,
        /// What, as it was sent.
        content: Value,
        /// Why it is neither.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'a str>,
    },
    /// Somebody says something to everyone.
    BroadcastMessage {
        /// Who.
        from: String,
        /// What.
        content: &'a str,
        /// What the sender's client said about the time.
        timestamp: Option<&'a RawValue>,
    },
    /// What became of a broadcast.
    BroadcastStatus {
        /// What.
        content: &'a str,
        /// Always true.
        delivered: bool,
        /// In words.
        message: &'static str,
    },
    /// `/ws/match`: the match.
    MatchInfo {
        /// Its number.
        match_id: MatchId,
        /// The one who asked.
        self_user_id: TelegramId,
        /// The other.
        matched_user_id: i64,
        /// 0 to 100.
        match_score: u8,
        /// Why, for the one who asked.
        reason_of_match_given_to_self_user: &'a str,
        /// Why, for the other.
        reason_of_match_given_to_matched_user: &'a str,
        /// [`EXISTING_MATCH`] for an older one.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'static str>,
    },
    /// `/ws/match`: there is none.
    MatchError {
        /// Why.
        message: &'a str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_frame_names_a_person_by_number_or_numeric_text() {
        let telegram = |raw| TelegramId::new(raw).unwrap();
        assert_eq!(first_frame(r#"{"user_id": 7}"#), Ok(telegram(7)));
        assert_eq!(first_frame(r#"{"user_id": "7", "x": []}"#), Ok(telegram(7)));
        for nobody in [
            "{}",
            "[]",
            "7",
            "null",
            r#"{"user_id": 7.5}"#,
            r#"{"user_id": true}"#,
            r#"{"user_id": "x"}"#,
            r#"{"user_id": -7}"#,
            r#"{"user_id": 9007199254740992}"#,
            r#"{"user_id": 99999999999999999999999}"#,
        ] {
            assert_eq!(first_frame(nobody), Err(FirstFrameError::NamesNobody), "{nobody}");
        }
        assert_eq!(first_frame("user"), Err(FirstFrameError::NotJson));
    }

    #[test]
    fn a_frame_without_type_is_a_broadcast() {
        let broadcast = Command::Broadcast { content: "hi".to_owned(), timestamp: Some("1.5".to_owned()) };
        assert_eq!(command(r#"{"content": "hi", "timestamp": 1.5}"#), Ok(broadcast.clone()));
        assert_eq!(command(r#"{"type": "broadcast", "content": "hi", "timestamp": 1.5}"#), Ok(broadcast));
    }

    #[test]
    fn a_timestamp_is_kept_to_the_letter() {
        for stamp in ["1.50", "99999999999999999999", "\"2026-02-05\"", "{\"a\": 1}"] {
            let frame = format!(r#"{{"content": "hi", "timestamp": {stamp}}}"#);
            let said = Command::Broadcast { content: "hi".to_owned(), timestamp: Some(stamp.to_owned()) };
            assert_eq!(command(&frame), Ok(said));
        }
        let said = Command::Broadcast { content: "hi".to_owned(), timestamp: None };
        assert_eq!(command(r#"{"content": "hi", "timestamp": null}"#), Ok(said));
    }

    #[test]
    fn an_object_is_passed_on_without_a_byte_order_mark() {
        assert_eq!(object("\u{feff}{\"a\": 1}"), Some("{\"a\": 1}"));
        assert_eq!(object("[1]"), None);
    }

    #[test]
    fn refusals_come_in_the_frame_of_what_was_asked() {
        let error = |text: &str| Err(Refusal::Error(text.to_owned()));
        assert_eq!(command("[1]"), error(INVALID_JSON));
        assert_eq!(command("{"), error(INVALID_JSON));
        assert_eq!(command(r#"{"type": "dance"}"#), error("Unknown message type: dance"));
        assert_eq!(command(r#"{"type": 5}"#), error("Unknown message type: 5"));
        assert_eq!(command(r#"{"content": "  "}"#), error(EMPTY_CONTENT));
        assert_eq!(
            command(r#"{"type": "private_chat_init", "match_id": "x"}"#),
            Err(Refusal::PrivateChatInit("missing target_user_id, invalid match_id".to_owned()))
        );
        let private = command(r#"{"type": "private", "target_user_id": 1, "chatroom_id": 1, "content": ""}"#);
        assert!(matches!(private, Err(Refusal::Private(refused)) if refused.error == EMPTY_CONTENT));
    }
}
