//! Asking the assistant. The reply is an event stream: of plain texts, or of OpenAI's chunks.

use serde::Serialize;

use super::mounted;
use crate::{
    api::{
        route::{Endpoint, Route, RouteKind, Surface},
        wire::{Decode, Fields, GivenId, Input, Refused},
    },
    ids::ConversationId,
    text::TEXT_MAX_CHARS,
};

/// The most characters of a message.
const MESSAGE_MAX: usize = 8_000;

/// The most characters of a model's name.
const MODEL_MAX: usize = 256;

/// What stands before the reason for which a reply breaks off.
pub const STREAM_ERROR: &str = "An error occurred during streaming: ";

/// Asks the assistant in a conversation.
#[derive(Debug)]
pub struct Ask;

impl Endpoint for Ask {
    const ROUTE: Route = mounted(Route::post(Surface::Assistant, "/chat", "发送消息并获取流式响应"))
        .documented()
        .kind(RouteKind::Events);
    type Request = AskRequest;
    type Response = Chunk;
}

/// A message to the assistant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::AskRequest))]
pub struct AskRequest {
    /// In which conversation.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub conversation_id: GivenId<ConversationId>,
    /// What is asked, 1 to 8,000 characters.
    pub message: String,
    /// The model that is wished for; an assistant may have no choice. With it the events are OpenAI's chunks.
    pub model: Option<String>,
    /// `openai` for OpenAI's chunks; anything else, for plain texts.
    #[cfg_attr(feature = "openapi", schema(rename = "stream_format", value_type = Option<String>))]
    pub format: StreamFormat,
}

impl Decode for AskRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let conversation_id = body.required("conversation_id", |node| node.id());
        let spoken = Spoken::decode(&body);
        let conversation_id = conversation_id?;
        let Spoken { message, model, format } = spoken?;
        Ok(Self { conversation_id, message, model, format })
    }
}

/// Asks the assistant outside of any conversation.
#[derive(Debug)]
pub struct AskOnce;

impl Endpoint for AskOnce {
    const ROUTE: Route =
        mounted(Route::post(Surface::Assistant, "/purechat", "不保存的流式对话")).kind(RouteKind::Events);
    type Request = AskOnceRequest;
    type Response = Chunk;
}

/// A message that is answered and forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::AskOnceRequest))]
pub struct AskOnceRequest {
    /// What is asked, 1 to 8,000 characters.
    pub message: String,
    /// As in `/chat`.
    pub model: Option<String>,
    /// As in `/chat`.
    #[cfg_attr(feature = "openapi", schema(rename = "stream_format", value_type = Option<String>))]
    pub format: StreamFormat,
}

impl Decode for AskOnceRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let Spoken { message, model, format } = Spoken::decode(&input.body()?)?;
        Ok(Self { message, model, format })
    }
}

/// How the events of a reply are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamFormat {
    /// Each a piece of text, and nothing at the end.
    Text,
    /// Each a [`Chunk`], and `[DONE]` at the end.
    OpenAi,
}

/// What both requests have in common.
struct Spoken {
    message: String,
    model: Option<String>,
    format: StreamFormat,
}

impl Spoken {
    fn decode(body: &Fields<'_>) -> Result<Self, Refused> {
        let message = body.required("message", |node| node.text_of(1..=MESSAGE_MAX));
        let model = body.optional("model", |node| node.text(MODEL_MAX));
        let format = body.optional("stream_format", |node| Ok(node.str(TEXT_MAX_CHARS)? == "openai"));
        let (message, model, format) = (message?, model?, format?);
        let openai = model.is_some() || format == Some(true);
        let format = if openai { StreamFormat::OpenAi } else { StreamFormat::Text };
        Ok(Self { message, model: model.filter(|model| !model.is_empty()), format })
    }
}

/// A piece of a reply as OpenAI writes it: `chat.completion.chunk`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::Chunk))]
pub struct Chunk {
    /// The name of the reply, the same in all its chunks.
    pub id: String,
    /// Always `chat.completion.chunk`.
    pub object: &'static str,
    /// When the reply began, in seconds since 1970.
    pub created: i64,
    /// The model that answers.
    pub model: String,
    /// Always one.
    pub choices: [Choice; 1],
    /// Why the reply breaks off; in the last chunk alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ChunkError>,
}

/// What a chunk adds to the reply.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::Choice))]
pub struct Choice {
    /// Always 0.
    pub index: u8,
    /// What is added.
    pub delta: Delta,
    /// `stop` in the last chunk, else null.
    pub finish_reason: Option<&'static str>,
}

/// What is added to a reply.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::Delta))]
pub struct Delta {
    /// `assistant`, in the first chunk alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// Why a reply breaks off.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = assistant::ChunkError))]
pub struct ChunkError {
    /// The reason, in words.
    pub message: String,
    /// Always `server_error`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl Chunk {
    /// The first chunk of a reply: who speaks, and nothing yet.
    #[must_use]
    pub fn first(id: String, created: i64, model: String) -> Self {
        let delta = Delta { role: Some("assistant"), content: Some(String::new()) };
        let choices = [Choice { index: 0, delta, finish_reason: None }];
        Self { id, object: "chat.completion.chunk", created, model, choices, error: None }
    }

    /// The next chunk of the same reply, with this text.
    #[must_use]
    pub fn text(&self, content: String) -> Self {
        self.with(Delta { role: None, content: Some(content) }, None)
    }

    /// The last chunk of the same reply, which is complete.
    #[must_use]
    pub fn last(&self) -> Self {
        self.with(Delta::default(), Some("stop"))
    }

    /// The last chunk of the same reply, which breaks off for this reason. It is shown by clients that look at texts
    /// alone, and recognised by those that look for errors.
    #[must_use]
    pub fn failed(&self, reason: String) -> Self {
        let delta = Delta { role: None, content: Some(reason.clone()) };
        let error = Some(ChunkError { message: reason, kind: "server_error" });
        Self { error, ..self.with(delta, Some("stop")) }
    }

    fn with(&self, delta: Delta, finish_reason: Option<&'static str>) -> Self {
        Self { choices: [Choice { index: 0, delta, finish_reason }], error: None, ..self.clone() }
    }
}
