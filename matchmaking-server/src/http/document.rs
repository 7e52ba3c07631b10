//! Answers whose length is not known when they begin.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;

use super::chunks::ReaderGone;
use super::reply::Reply;
use crate::config::limits;

/// The writing end of such an answer. When it is dropped before its [`end`](Self::end), the connection breaks off, so
/// that nobody takes a part for the whole.
#[derive(Debug)]
pub struct Document(mpsc::Sender<Part>);

/// A part of an answer, or that there is no more.
#[derive(Debug)]
enum Part {
    Bytes(Bytes),
    End,
}

/// An answer that is written as it is made: the end to write to, and the reply that carries it. A reader that makes no
/// room within [`limits::DOWNLOAD_WRITE_TIMEOUT`] counts as gone.
#[must_use]
pub fn document(media_type: &'static str) -> (Document, Reply) {
    let (queue, parts) = mpsc::channel(1);
    (Document(queue), Reply::document(media_type, Parts { queue: parts, ended: false }))
}

impl Document {
    /// Writes the next part.
    pub async fn send(&self, part: Bytes) -> Result<(), ReaderGone> {
        self.put(Part::Bytes(part)).await
    }

    /// Says that everything is written.
    pub async fn end(self) -> Result<(), ReaderGone> {
        self.put(Part::End).await
    }

    async fn put(&self, part: Part) -> Result<(), ReaderGone> {
        self.0.send_timeout(part, limits::DOWNLOAD_WRITE_TIMEOUT).await.map_err(|_| ReaderGone)
    }
}

/// The parts of an answer, as the connection takes them.
#[derive(Debug)]
pub(super) struct Parts {
    queue: mpsc::Receiver<Part>,
    ended: bool,
}

/// Whoever wrote the answer has stopped half way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer breaks off")]
pub(super) struct BrokenOff;

impl Stream for Parts {
    type Item = Result<Bytes, BrokenOff>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.queue.poll_recv(cx).map(|part| match part {
            Some(Part::Bytes(bytes)) => Some(Ok(bytes)),
            Some(Part::End) => {
                self.ended = true;
                None
            }
            None => {
                self.ended = true;
                Some(Err(BrokenOff))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    fn parts() -> (Document, Parts) {
        let (queue, parts) = mpsc::channel(4);
        (Document(queue), Parts { queue: parts, ended: false })
    }

    #[tokio::test]
    async fn only_what_was_ended_is_whole() {
        let part = Bytes::from_static(b"part");
        let (whole, parts_of_whole) = parts();
        whole.send(part.clone()).await.unwrap();
        whole.end().await.unwrap();
        assert_eq!(parts_of_whole.collect::<Vec<_>>().await, [Ok(part.clone())]);

        let (half, parts_of_half) = parts();
        half.send(part.clone()).await.unwrap();
        drop(half);
        assert_eq!(parts_of_half.collect::<Vec<_>>().await, [Ok(part), Err(BrokenOff)]);
    }

    #[tokio::test]
    async fn nobody_writes_to_a_reader_that_is_gone() {
        let (document, parts) = parts();
        drop(parts);
        assert_eq!(document.send(Bytes::new()).await, Err(ReaderGone));
    }
}
