//! An event stream as servers really write it.

use std::mem;

use super::chunks::{Chunk, chunks_of, is_whole};

/// Takes an event stream apart, however its bytes are cut.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// The bytes of the line that is not complete yet.
    line: Vec<u8>,
    /// Whether the last byte was `\r`, of which a `\n` is a part.
    after_return: bool,
    /// The lines of data of the event that is not complete yet.
    data: Vec<String>,
    began: bool,
}

impl Events {
    /// What these bytes complete; at the end of the stream also what nothing completes any more.
    pub(super) fn read(&mut self, bytes: &[u8], is_end: bool) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        for &byte in bytes {
            match byte {
                b'\n' if self.after_return => {}
                b'\r' | b'\n' => self.end_line(&mut chunks),
                byte => self.line.push(byte),
            }
            self.after_return = byte == b'\r';
        }
        if is_end {
            self.end_line(&mut chunks);
            self.end_event(&mut chunks);
        }
        chunks
    }

    fn end_line(&mut self, chunks: &mut Vec<Chunk>) {
        // Only whole lines are text: a character may be cut anywhere.
        let bytes = mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&bytes);
        let line =
            if mem::replace(&mut self.began, true) { &line } else { line.trim_start_matches('\u{feff}') };
        if line.trim().is_empty() {
            self.end_event(chunks);
            return;
        }
        let data = match line.strip_prefix("data:") {
            Some(data) => data.strip_prefix(' ').unwrap_or(data),
            // Some write JSON lines instead of events.
            None if line.starts_with('{') => line,
            // Comments and other fields.
            None => return,
        };
        // Some do not put an empty line between events.
        if self.data.is_empty() && is_whole(data) {
            chunks.extend(chunks_of(data));
        } else {
            self.data.push(data.to_owned());
        }
    }

    fn end_event(&mut self, chunks: &mut Vec<Chunk>) {
        let data = mem::take(&mut self.data).join("\n");
        if !data.trim().is_empty() {
            chunks.extend(chunks_of(&data));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Chunk {
        Chunk::Text(text.to_owned())
    }

    const STREAM: &str = "\u{feff}: welcome\n\n\
        data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n\
        event: message\nid: 7\nretry: 5\ndata: {\"choices\":[{\"delta\":{\"content\":\"缘分\"}}]}\r\n\r\n\
        data:{\"choices\":[{\"delta\":{\"content\":\"👩‍❤️‍👨\"}}]}\r\r\
        data: {\"choices\":\ndata: [{\"delta\":{\"content\":\" is\"}}]}\n\n\
        data: {\"choices\":[],\"usage\":{}}\n\n\
        : ping\n\n\
        data: [DONE]\n\n";

    #[test]
    fn a_stream_is_understood_wherever_it_is_cut() {
        let expected = [text("缘分"), text("👩‍❤️‍👨"), text(" is"), Chunk::End];
        for size in 1..STREAM.len() {
            let mut events = Events::default();
            let mut chunks: Vec<Chunk> =
                STREAM.as_bytes().chunks(size).flat_map(|part| events.read(part, false)).collect();
            chunks.extend(events.read(b"", true));
            assert_eq!(chunks, expected, "in parts of {size}");
        }
    }

    #[test]
    fn what_nothing_completes_is_completed_by_the_end() {
        let mut events = Events::default();
        assert_eq!(events.read(b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}", false), []);
        assert_eq!(events.read(b"", true), [text("a")]);
        let mut events = Events::default();
        assert_eq!(events.read(b"data: {\"choices\":[{\"delta\"", true), [Chunk::Malformed]);
    }

    #[test]
    fn events_need_no_empty_lines_between_them() {
        let mut events = Events::default();
        let line = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n";
        let chunks = events.read(format!("{line}{line}data: [DONE]\n").as_bytes(), false);
        assert_eq!(chunks, [text("a"), text("a"), Chunk::End]);
        let mut events = Events::default();
        let json_lines = "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n{\"error\":{\"message\":\"x\"}}\n";
        assert_eq!(events.read(json_lines.as_bytes(), true), [text("a"), Chunk::Error]);
    }
}
