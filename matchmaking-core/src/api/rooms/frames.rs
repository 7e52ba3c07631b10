//! What goes over the sockets: what a client may ask for, and how every frame of the server looks.

use serde_json::Value;

use super::{DONE, Envelope, PONG, RoomMessage, SendMessageRequest};
use crate::api::wire::{FieldError, Input, parse_json};

/// What the first frame says.
pub const CONNECTED: &str = "连接成功";
/// What a frame with a message says.
pub const NEW_MESSAGE: &str = "新消息";
/// What the answer to a ping says.
pub const PONG_TEXT: &str = "ok";

/// The greeting of `/api/message/ws`.
pub const GREETING: Envelope<'static, ()> = Envelope { code: DONE, msg: CONNECTED, data: () };
/// The answer to a ping.
pub const PONG_FRAME: Envelope<'static, ()> = Envelope { code: PONG, msg: PONG_TEXT, data: () };

/// A message as it is told.
#[must_use]
pub const fn new_message(message: RoomMessage<'_>) -> Envelope<'static, RoomMessage<'_>> {
    Envelope { code: DONE, msg: NEW_MESSAGE, data: message }
}

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A sign of life.
    Ping,
    /// To send a message.
    Send(SendMessageRequest),
}

/// A frame that is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum BadFrame {
    /// It is no JSON object.
    NotObject,
    /// It is a message of which these fields are missing or wrong.
    Message(Vec<FieldError>),
}

/// Reads a frame of a client. What is no ping is a message.
pub fn command(text: &str) -> Result<Command, BadFrame> {
    let Ok(frame @ Value::Object(_)) = parse_json(text.as_bytes()) else { return Err(BadFrame::NotObject) };
    if frame.get("type").and_then(Value::as_str) == Some("ping") {
        return Ok(Command::Ping);
    }
    let read = Input::strict().with_json(frame).read(|input| SendMessageRequest::of(input.body()?));
    read.map(Command::Send).map_err(BadFrame::Message)
}
