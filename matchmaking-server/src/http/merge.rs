//! The stream of a connection, on which the head and the body of a short answer are written at once.
//!
//! hyper hands over both as they are. Writing them from two places costs the system more than copying them together;
//! letting hyper copy them would keep the memory of the longest answer for as long as its connection lasts.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The most bytes that are copied together.
const TOGETHER_MAX: usize = 2 << 10;

/// Such a stream.
#[derive(Debug)]
pub(super) struct Merging(TokioIo<TcpStream>);

impl Merging {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(TokioIo::new(stream))
    }

    fn inner(self: Pin<&mut Self>) -> Pin<&mut TokioIo<TcpStream>> {
        Pin::new(&mut self.get_mut().0)
    }
}

impl Read for Merging {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner().poll_read(cx, buffer)
    }
}

impl Write for Merging {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.inner().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut together = [0; TOGETHER_MAX];
        let mut length = 0;
        for part in parts {
            let Some(room) = together.get_mut(length..length + part.len()) else {
                return self.inner().poll_write_vectored(cx, parts);
            };
            room.copy_from_slice(part);
            length += part.len();
        }
        self.inner().poll_write(cx, &together[..length])
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn short_and_long_answers_arrive_as_they_are() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut stream = Merging::new(listener.accept().await.unwrap().0);
        for length in [0, 1, TOGETHER_MAX - 4, TOGETHER_MAX - 3, 3 * TOGETHER_MAX] {
            let body: Vec<u8> = (0..length).map(|place| place as u8).collect();
            let parts = [IoSlice::new(b"head"), IoSlice::new(&body)];
            let writing = std::future::poll_fn(|cx| Pin::new(&mut stream).poll_write_vectored(cx, &parts));
            assert_eq!(writing.await.unwrap(), 4 + length);
            let mut received = vec![0; 4 + length];
            client.read_exact(&mut received).await.unwrap();
            assert_eq!(received, [b"head".as_slice(), &body].concat());
        }
    }
}
