//! Server-sent events, written as plain clients read them.
//!
//! Each event is `data: ` (exactly one space) and its text, ended by a blank line; a text of several lines
//! becomes several `data: ` lines of one event. Clients that slice six characters off each line work.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use tokio::sync::mpsc;

use super::chunks::{Chunks, ReaderGone};
use super::reply::Reply;
use crate::config::limits;

/// The writing end of an event stream. The stream ends when it is dropped.
#[derive(Debug, Clone)]
pub struct EventSender {
    queue: mpsc::Sender<Bytes>,
    patience: Duration,
}

/// An event stream: the end to write to, and the reply that carries it. At most [`limits::EVENT_QUEUE`]
/// events wait; a reader that makes no room within [`limits::EVENT_WRITE_TIMEOUT`] counts as gone.
#[must_use]
pub fn events() -> (EventSender, Reply) {
    let (queue, receiver) = mpsc::channel(limits::EVENT_QUEUE);
    let reply = Reply::stream("text/event-stream; charset=utf-8", Chunks(receiver))
        .header(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))
        .header(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    (EventSender { queue, patience: limits::EVENT_WRITE_TIMEOUT }, reply)
}

impl EventSender {
    /// Writes one event.
    pub async fn send(&self, text: &str) -> Result<(), ReaderGone> {
        self.write(data(text)).await
    }

    /// Writes a line that clients ignore and proxies take for a sign of life.
    pub async fn comment(&self, text: &str) -> Result<(), ReaderGone> {
        self.write(comment(text)).await
    }

    /// Resolves when the client has gone away.
    pub async fn closed(&self) {
        self.queue.closed().await;
    }

    async fn write(&self, event: String) -> Result<(), ReaderGone> {
        self.queue.send_timeout(event.into(), self.patience).await.map_err(|_| ReaderGone)
    }
}

/// The lines of a text, at `\r\n`, `\r` and `\n` alike: to a reader of events each of them ends a line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let after = &text[end..];
        rest = Some(after.strip_prefix("\r\n").unwrap_or(&after[1..]));
        Some(&text[..end])
    })
}

fn data(text: &str) -> String {
    let mut event = String::with_capacity(text.len() + 8);
    for line in lines(text) {
        event.push_str("data: ");
        event.push_str(line);
        event.push('\n');
    }
    event.push('\n');
    event
}

fn comment(text: &str) -> String {
    let mut event = String::with_capacity(text.len() + 4);
    for line in lines(text) {
        event.push_str(": ");
        event.push_str(line);
        event.push('\n');
    }
    event.push('\n');
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_text_is_a_data_line_of_one_event() {
        for (text, event) in [
            ("hello", "data: hello\n\n"),
            (" indented", "data:  indented\n\n"),
            ("", "data: \n\n"),
            ("a\nb", "data: a\ndata: b\n\n"),
            ("a\r\nb", "data: a\ndata: b\n\n"),
            ("a\rb", "data: a\ndata: b\n\n"),
            ("a\n\nb", "data: a\ndata: \ndata: b\n\n"),
            ("a\n", "data: a\ndata: \n\n"),
            ("\r\r\n", "data: \ndata: \ndata: \n\n"),
            ("缘\n分", "data: 缘\ndata: 分\n\n"),
            ("event: x\nid: 1", "data: event: x\ndata: id: 1\n\n"),
        ] {
            assert_eq!(data(text), event, "{text:?}");
        }
        assert_eq!(comment("still\nhere"), ": still\n: here\n\n");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_never_reads_is_given_up() {
        let (sender, reply) = events();
        for _ in 0..limits::EVENT_QUEUE {
            sender.send("x").await.unwrap();
        }
        assert_eq!(sender.send("x").await, Err(ReaderGone));
        drop(reply);
        sender.closed().await;
    }
}
