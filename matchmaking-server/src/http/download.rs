//! Answers that are larger than what is kept of them in memory, and the part of one that a client asks for.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderValue, header};
use tokio::sync::mpsc;

use super::chunks::{Chunks, ReaderGone};
use super::reply::Reply;
use crate::config::limits;

/// The writing end of a download. It must be given as many bytes as were announced; when it is dropped before, the
/// connection breaks off, so that nobody takes a part for the whole.
#[derive(Debug)]
pub struct Download(mpsc::Sender<Bytes>);

/// A download of so many bytes: the end to write to, and the reply that carries it. A reader that makes no room within
/// [`limits::DOWNLOAD_WRITE_TIMEOUT`] counts as gone.
#[must_use]
pub fn download(media_type: &'static str, length: u64) -> (Download, Reply) {
    let (queue, receiver) = mpsc::channel(1);
    let reply = Reply::stream(media_type, Chunks(receiver));
    (Download(queue), reply.header(header::CONTENT_LENGTH, HeaderValue::from(length)))
}

impl Download {
    /// Writes the next part.
    pub async fn send(&self, part: Bytes) -> Result<(), ReaderGone> {
        self.0.send_timeout(part, limits::DOWNLOAD_WRITE_TIMEOUT).await.map_err(|_| ReaderGone)
    }
}

/// What a `Range` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asking {
    /// Everything: there is no such header, or it is none that is understood.
    Whole,
    /// These bytes, of which there is at least one.
    Part(Range<u64>),
    /// Bytes that are not there.
    Nothing,
}

impl Asking {
    /// What a `Range` header asks of `size` bytes. Of several ranges none is served: the whole is.
    #[must_use]
    pub fn of(range: Option<&str>, size: u64) -> Self {
        let spec = range.and_then(|range| {
            let (unit, spec) = range.split_once('=')?;
            unit.trim().eq_ignore_ascii_case("bytes").then_some(spec.trim())
        });
        let Some((first, last)) = spec.and_then(|spec| spec.split_once('-')) else { return Self::Whole };
        let (first, last) = (number(first), number(last));
        let part = match (first, last) {
            (Given::Number(first), Given::Number(last)) if first <= last => first..last.saturating_add(1),
            (Given::Number(first), Given::Nothing) => first..u64::MAX,
            (Given::Nothing, Given::Number(length)) => size.saturating_sub(length)..u64::MAX,
            _ => return Self::Whole,
        };
        let part = part.start..part.end.min(size);
        if part.is_empty() { Self::Nothing } else { Self::Part(part) }
    }
}

enum Given {
    Nothing,
    Number(u64),
    Other,
}

/// A number as a range writes it. One that is too large is larger than everything there is.
fn number(text: &str) -> Given {
    match text.trim() {
        "" => Given::Nothing,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Given::Number(digits.parse().unwrap_or(u64::MAX))
        }
        _ => Given::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_ranges_are_understood() {
        for (range, asking) in [
            (None, Asking::Whole),
            (Some("bytes=0-3"), Asking::Part(0..4)),
            (Some("bytes=0-0"), Asking::Part(0..1)),
            (Some("Bytes = 2-"), Asking::Part(2..10)),
            (Some("bytes=9-"), Asking::Part(9..10)),
            (Some("bytes=-3"), Asking::Part(7..10)),
            (Some("bytes=-99"), Asking::Part(0..10)),
            (Some("bytes=5-99999999999999999999"), Asking::Part(5..10)),
            (Some("bytes=10-"), Asking::Nothing),
            (Some("bytes=10-20"), Asking::Nothing),
            (Some("bytes=99999999999999999999-"), Asking::Nothing),
            (Some("bytes=18446744073709551615-18446744073709551615"), Asking::Nothing),
            (Some("bytes=-0"), Asking::Nothing),
            (Some("bytes=3-2"), Asking::Whole),
            (Some("bytes=-"), Asking::Whole),
            (Some("bytes="), Asking::Whole),
            (Some("bytes=a-b"), Asking::Whole),
            (Some("bytes=+1-2"), Asking::Whole),
            (Some("bytes=0-1,4-5"), Asking::Whole),
            (Some("lines=0-1"), Asking::Whole),
            (Some(""), Asking::Whole),
        ] {
            assert_eq!(Asking::of(range, 10), asking, "{range:?}");
        }
        assert_eq!(Asking::of(Some("bytes=0-"), 0), Asking::Nothing);
        assert_eq!(Asking::of(Some("bytes=-1"), 0), Asking::Nothing);
    }
}
