//! Reading a body: never more than the route takes, never longer than is reasonable.

use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use matchmaking_core::api::fault::Fault;
use tokio::time::{Instant, timeout_at};

use crate::config::limits::{self, Limits};

/// The parts of a body as they arrive; an error means that it broke off.
pub(super) type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, ()>> + Send + Sync>>;

/// The body of a request, read at most once.
pub struct RequestBody {
    stream: Option<BodyStream>,
    declared: Option<u64>,
    limit: usize,
    read: usize,
    deadline: Instant,
    chunk_timeout: Duration,
    drain_timeout: Duration,
}

impl std::fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestBody")
            .field("limit", &self.limit)
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}

impl RequestBody {
    /// The body that comes out of `stream` (`None`: there is none), of `declared` bytes if it says so.
    pub(super) fn new(stream: Option<BodyStream>, declared: Option<u64>, limits: &Limits) -> Self {
        Self {
            stream,
            declared,
            limit: 0,
            read: 0,
            deadline: Instant::now() + limits.body_timeout,
            chunk_timeout: limits.body_chunk_timeout,
            drain_timeout: limits.drain_timeout,
        }
    }

    /// Lets so many bytes be read, for so long from now.
    pub(super) fn allow(&mut self, limit: usize, whole: Duration) {
        self.limit = limit;
        self.deadline = Instant::now() + whole;
    }

    /// The next part; `None` at the end. Faults: too large (also as soon as it says it will be), too slow,
    /// broken off. After a fault there is nothing more to read.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        let Some(stream) = &mut self.stream else { return Ok(None) };
        let limit = self.limit;
        if self.declared.is_some_and(|declared| declared > limit as u64) {
            self.drain().await;
            return Err(Fault::BodyTooLarge { limit });
        }
        let deadline = self.deadline.min(Instant::now() + self.chunk_timeout);
        match timeout_at(deadline, stream.next()).await {
            Ok(Some(Ok(chunk))) => {
                self.read += chunk.len();
                if self.read > limit {
                    self.drain().await;
                    return Err(Fault::BodyTooLarge { limit });
                }
                Ok(Some(chunk))
            }
            Ok(None) => {
                self.stream = None;
                Ok(None)
            }
            Ok(Some(Err(()))) => {
                self.stream = None;
                Err(Fault::BodyBroken)
            }
            Err(_) => {
                self.stream = None;
                Err(Fault::BodyTimeout)
            }
        }
    }

    /// The whole body in memory.
    pub async fn bytes(&mut self) -> Result<Bytes, Fault> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.chunk().await? else { return Ok(first) };
        // Not by what the body declares: a client that declares much and sends nothing costs nothing.
        let mut whole = BytesMut::from(first);
        whole.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }

    /// Reads on and throws away, for at most [`limits::DRAIN_BYTES_MAX`] and a second: a client that writes
    /// its whole request before it reads would otherwise see a broken connection instead of the answer.
    pub async fn drain(&mut self) {
        let Some(mut stream) = self.stream.take() else { return };
        let mut left = limits::DRAIN_BYTES_MAX;
        let deadline = Instant::now() + self.drain_timeout;
        while let Ok(Some(Ok(chunk))) = timeout_at(deadline, stream.next()).await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
    }
}

impl Drop for RequestBody {
    // Handlers that answer without having read everything need not think of it.
    fn drop(&mut self) {
        let (Some(stream), Ok(runtime)) = (self.stream.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        let mut rest = Self {
            stream: Some(stream),
            declared: self.declared,
            limit: self.limit,
            read: self.read,
            deadline: self.deadline,
            chunk_timeout: self.chunk_timeout,
            drain_timeout: self.drain_timeout,
        };
        runtime.spawn(async move { rest.drain().await });
    }
}
