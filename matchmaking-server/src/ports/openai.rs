//! The assistant behind any server that speaks OpenAI's chat completions, read tolerantly and within bounds.
//!
//! Servers deviate: comments between events, chunks without text, events that are cut anywhere, no `[DONE]`, errors in
//! the middle of a stream, a whole reply instead of a stream. All of these are understood. Neither what is said nor the
//! key reaches a log, and what a server tells about its failures does not either, as it may repeat them.

mod chunks;
mod events;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use matchmaking_core::ports::assistant::{
    Assistant, AssistantError, Question, Reply, ReplyWriter, Said, Speaker, reply,
};
use reqwest::{Client, Response, Url, redirect};
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};

use crate::config::Secret;
use chunks::{Chunk, Whole};
use events::Events;

/// How long the server may take to accept a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the server may be silent: before its answer begins, and between two parts of it.
pub const IDLE_TIMEOUT: Duration = Duration::from_mins(1);
/// How long a reply may take as a whole.
pub const TOTAL_TIMEOUT: Duration = Duration::from_mins(5);
/// The most bytes that are read of a reply, with all that stands around the text.
pub const BODY_BYTES_MAX: usize = 8 << 20;
/// How often a server that has too much to do is asked again.
pub const BUSY_RETRIES: u32 = 2;
/// The longest that is waited for such a server. One that asks for more is not asked again.
pub const BUSY_WAIT_MAX: Duration = Duration::from_secs(5);
/// How long is waited for such a server when it does not say.
const BUSY_WAIT: Duration = Duration::from_secs(1);

/// How patient this client is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// [`CONNECT_TIMEOUT`]
    pub connect: Duration,
    /// [`IDLE_TIMEOUT`]
    pub idle: Duration,
    /// [`TOTAL_TIMEOUT`]
    pub total: Duration,
    /// [`BODY_BYTES_MAX`]
    pub bytes: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: CONNECT_TIMEOUT, idle: IDLE_TIMEOUT, total: TOTAL_TIMEOUT, bytes: BODY_BYTES_MAX }
    }
}

/// Asks an OpenAI-compatible server.
pub struct OpenAi {
    client: Client,
    endpoint: Url,
    model: Option<String>,
    patience: Patience,
}

impl fmt::Debug for OpenAi {
    // Without the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi").field("model", &self.model).finish_non_exhaustive()
    }
}

/// Why there can be no such client.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The address is none that could be asked.
    #[error("it is no http:// or https:// URL with a host")]
    Url,
    /// The key cannot be sent.
    #[error("it has characters that no header may have")]
    Key,
    /// The client cannot be made.
    #[error("no client can be made: {0}")]
    Client(#[source] reqwest::Error),
}

/// What a server answered instead of a reply.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the model's server answered with status {0}")]
    Status(u16),
    #[error("the model's server reported an error")]
    Reported,
}

/// What is asked for.
#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

impl<'a> From<&'a Said> for Message<'a> {
    fn from(said: &'a Said) -> Self {
        let role = match said.by {
            Speaker::Person => "user",
            Speaker::Assistant => "assistant",
        };
        Self { role, content: &said.text }
    }
}

impl OpenAi {
    /// The server at this base, such as `https://host/v1`; `/chat/completions` is appended. The model that is named here
    /// answers everyone; without one, whoever asks may wish for one.
    pub fn new(
        base: &str,
        model: Option<String>,
        key: Option<&Secret>,
        patience: Patience,
    ) -> Result<Self, Unusable> {
        let mut endpoint = Url::parse(base).map_err(|_| Unusable::Url)?;
        let host = endpoint.host_str().ok_or(Unusable::Url)?;
        // A model on this machine is not reached through a proxy.
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        endpoint
            .path_segments_mut()
            .map_err(|()| Unusable::Url)?
            .pop_if_empty()
            .extend(["chat", "completions"]);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
        if let Some(key) = key {
            let bearer = format!("Bearer {}", key.expose());
            let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| Unusable::Key)?;
            bearer.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, bearer);
        }
        let builder = Client::builder()
            .connect_timeout(patience.connect)
            .default_headers(headers)
            // What is said goes where the operator wants it and nowhere else.
            .redirect(redirect::Policy::none());
        let builder = if is_here { builder.no_proxy() } else { builder };
        Ok(Self { client: builder.build().map_err(Unusable::Client)?, endpoint, model, patience })
    }

    /// The server's answer, once it is a reply. One that has too much to do is asked again if it soon has less.
    async fn send(&self, question: &Question) -> Result<Response, AssistantError> {
        let request = Request {
            model: &self.model(question.model.clone()),
            messages: question.history().iter().map(Message::from).collect(),
            stream: true,
        };
        let body = serde_json::to_vec(&request).map_err(unavailable)?;
        let mut retries = 0;
        loop {
            let sending = self.client.post(self.endpoint.clone()).body(body.clone()).send();
            let answered =
                timeout(self.patience.idle, sending).await.map_err(|_| AssistantError::TimedOut)?;
            let response = answered.map_err(failed)?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let wait = retry_after(response.headers());
            let busy = status == StatusCode::TOO_MANY_REQUESTS
                || (status == StatusCode::SERVICE_UNAVAILABLE && wait.is_some());
            if !busy {
                return Err(unavailable(Refusal::Status(status.as_u16())));
            }
            let pause = wait.unwrap_or(BUSY_WAIT);
            if retries == BUSY_RETRIES || pause > BUSY_WAIT_MAX {
                return Err(AssistantError::Busy { retry_after_secs: wait.map(|wait| wait.as_secs()) });
            }
            retries += 1;
            tokio::time::sleep(pause).await;
        }
    }
}

#[async_trait]
impl Assistant for OpenAi {
    async fn ask(&self, question: Question) -> Result<Reply, AssistantError> {
        let deadline = Instant::now() + self.patience.total;
        let sent = timeout_at(deadline, self.send(&question)).await;
        let response = sent.map_err(|_| AssistantError::TimedOut)??;
        let (writer, reply) = reply();
        let patience = self.patience;
        tokio::spawn(async move {
            // Dropping the response ends the connection, and with it the server's work. Whoever is gone is told nothing.
            let read = tokio::select! {
                read = timeout_at(deadline, read(response, &writer, patience)) => read,
                () = writer.abandoned() => return,
            };
            let _ = match read.unwrap_or(Err(AssistantError::TimedOut)) {
                Ok(()) => writer.end().await,
                Err(error) => writer.fail(error).await,
            };
        });
        Ok(reply)
    }

    fn model(&self, wished: Option<String>) -> String {
        self.model.clone().or(wished).unwrap_or_else(|| "default".to_owned())
    }
}

/// Reads a reply to its end, and writes its text as it comes.
async fn read(
    mut response: Response,
    writer: &ReplyWriter,
    patience: Patience,
) -> Result<(), AssistantError> {
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut body = if media_type.is_some_and(|value| value.starts_with("application/json")) {
        Body::Whole(Whole::default())
    } else {
        Body::Events(Events::default())
    };
    let (mut bytes, mut spoke) = (0, false);
    loop {
        let part = timeout(patience.idle, response.chunk()).await.map_err(|_| AssistantError::TimedOut)?;
        let part = part.map_err(|_| AssistantError::BrokenOff)?;
        let is_end = part.is_none();
        let part = part.unwrap_or_default();
        bytes += part.len();
        if bytes > patience.bytes {
            return Err(AssistantError::Malformed);
        }
        let chunks = match &mut body {
            Body::Events(events) => events.read(&part, is_end),
            Body::Whole(whole) => whole.read(&part, is_end),
        };
        for chunk in chunks {
            match chunk {
                Chunk::Text(text) => {
                    spoke = true;
                    if writer.write(text).await.is_err() {
                        return Ok(());
                    }
                }
                Chunk::End => return Ok(()),
                Chunk::Error => return Err(unavailable(Refusal::Reported)),
                Chunk::Malformed => return Err(AssistantError::Malformed),
            }
        }
        if is_end {
            // Many servers just stop. One that said nothing at all was none.
            return if spoke { Ok(()) } else { Err(AssistantError::Malformed) };
        }
    }
}

/// What a reply comes as.
enum Body {
    Events(Events),
    Whole(Whole),
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn unavailable(cause: impl std::error::Error + Send + Sync + 'static) -> AssistantError {
    AssistantError::Unavailable(Box::new(cause))
}

fn failed(error: reqwest::Error) -> AssistantError {
    if error.is_timeout() { AssistantError::TimedOut } else { unavailable(error.without_url()) }
}
