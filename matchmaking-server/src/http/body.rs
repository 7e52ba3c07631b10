//! Reading a body: never more than the route takes, never longer than is reasonable.

use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use matchmaking_core::api::fault::Fault;
use tokio::time::{Instant, timeout_at};

use super::room::Share;
use crate::config::limits::{self, Limits};

/// The parts of a body as they arrive; an error means that it broke off.
pub(super) type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, ()>> + Send + Sync>>;

/// The body of a request, read at most once.
pub struct RequestBody {
    stream: Option<BodyStream>,
    /// All of it, if it was read before somebody asked for it.
    gathered: Option<Bytes>,
    declared: Option<u64>,
    limit: usize,
    read: usize,
    share: Option<Share>,
    deadline: Instant,
    /// From when on it must not be slow.
    paced_from: Instant,
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
        let now = Instant::now();
        Self {
            stream,
            gathered: None,
            declared,
            limit: 0,
            read: 0,
            share: None,
            deadline: now + limits.body_timeout,
            paced_from: now + limits.body_grace,
            chunk_timeout: limits.body_chunk_timeout,
            drain_timeout: limits.drain_timeout,
        }
    }

    /// Lets so many bytes be read, for so long from now.
    pub(super) fn allow(&mut self, limit: usize, whole: Duration) {
        self.limit = limit;
        self.deadline = Instant::now() + whole;
    }

    /// Counts what is read from now on, until the body is dropped.
    pub(super) fn count(&mut self, share: Share) {
        self.share = Some(share);
    }

    /// Until when the next part must come: in time by itself, and not so late that the whole is too slow or too late.
    fn next_deadline(&self) -> Instant {
        let paid = Duration::from_millis(self.read as u64 * 1_000 / limits::BODY_BYTES_A_SECOND_MIN);
        self.deadline.min(Instant::now() + self.chunk_timeout).min(self.paced_from + paid)
    }

    /// The next part; `None` at the end. Faults: too large (also as soon as it says it will be), too slow,
    /// broken off. After a fault there is nothing more to read.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        if let Some(whole) = self.gathered.take() {
            return Ok(Some(whole));
        }
        let (limit, deadline) = (self.limit, self.next_deadline());
        let Some(stream) = &mut self.stream else { return Ok(None) };
        if self.declared.is_some_and(|declared| declared > limit as u64) {
            self.drain().await;
            return Err(Fault::BodyTooLarge { limit });
        }
        match timeout_at(deadline, stream.next()).await {
            Ok(Some(Ok(chunk))) => {
                self.read += chunk.len();
                if self.read > limit {
                    self.drain().await;
                    return Err(Fault::BodyTooLarge { limit });
                }
                if let Some(share) = &mut self.share {
                    share.grow(chunk.len())?;
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

    /// Reads all of it now and keeps it, so that whoever asks for it next need not wait for the client.
    pub async fn gather(&mut self) -> Result<(), Fault> {
        self.gathered = Some(self.bytes().await?);
        Ok(())
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
            gathered: None,
            declared: self.declared,
            limit: self.limit,
            read: self.read,
            share: None,
            deadline: self.deadline,
            paced_from: self.paced_from,
            chunk_timeout: self.chunk_timeout,
            drain_timeout: self.drain_timeout,
        };
        runtime.spawn(async move { rest.drain().await });
    }
}
