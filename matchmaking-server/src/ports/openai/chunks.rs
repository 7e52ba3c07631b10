//! What stands in an event.

use serde_json::Value;

/// What ends a stream.
const DONE: &str = "[DONE]";

/// What a server says with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chunk {
    /// More of the reply.
    Text(String),
    /// The reply is complete.
    End,
    /// The server reports that it failed.
    Error,
    /// Nothing that could be understood.
    Malformed,
}

/// Whether this is an event without more of it.
pub(super) fn is_whole(data: &str) -> bool {
    data.trim() == DONE || serde_json::from_str::<serde::de::IgnoredAny>(data).is_ok()
}

/// What an event says: nothing, some text, that it is the last, or both.
pub(super) fn chunks_of(data: &str) -> Vec<Chunk> {
    if data.trim() == DONE {
        return vec![Chunk::End];
    }
    match serde_json::from_str::<Value>(data) {
        Ok(Value::Object(event)) => chunks_in(&Value::Object(event)),
        Ok(_) | Err(_) => vec![Chunk::Malformed],
    }
}

fn chunks_in(event: &Value) -> Vec<Chunk> {
    if event.get("error").is_some_and(|error| !error.is_null()) {
        return vec![Chunk::Error];
    }
    let choice = &event["choices"][0];
    // A chunk of a stream, a whole reply, a completion of the older kind.
    let texts = [&choice["delta"]["content"], &choice["message"]["content"], &choice["text"]];
    let text = texts.into_iter().find_map(Value::as_str).filter(|text| !text.is_empty());
    let ends =
        choice.get("finish_reason").is_some_and(|reason| reason.as_str().is_some_and(|it| !it.is_empty()));
    let text = text.map(|text| Chunk::Text(text.to_owned()));
    // Whatever follows the last one (usage, `[DONE]`) is not waited for.
    text.into_iter().chain(ends.then_some(Chunk::End)).collect()
}

/// A reply that comes as one document, though a stream was asked for.
#[derive(Debug, Default)]
pub(super) struct Whole(Vec<u8>);

impl Whole {
    pub(super) fn read(&mut self, bytes: &[u8], is_end: bool) -> Vec<Chunk> {
        self.0.extend_from_slice(bytes);
        if is_end { chunks_of(&String::from_utf8_lossy(&self.0)) } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_say_what_they_say() {
        let text = |text: &str| Chunk::Text(text.to_owned());
        for (data, chunks) in [
            (r#"{"choices":[{"delta":{"content":"a"},"finish_reason":null}]}"#, vec![text("a")]),
            (
                r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
                vec![text("a"), Chunk::End],
            ),
            (r#"{"choices":[{"delta":{},"finish_reason":"length"}]}"#, vec![Chunk::End]),
            (r#"{"choices":[{"delta":{"content":null}}]}"#, vec![]),
            (r#"{"choices":[{"delta":{"content":""},"finish_reason":""}]}"#, vec![]),
            (r#"{"choices":[{"message":{"content":"a"}}],"error":null}"#, vec![text("a")]),
            (r#"{"choices":[{"text":"a"}]}"#, vec![text("a")]),
            (r#"{"choices":[]}"#, vec![]),
            (r#"{"choices":7}"#, vec![]),
            ("{}", vec![]),
            (r#"{"error":"overloaded"}"#, vec![Chunk::Error]),
            (r#"{"error":{"message":"x"},"choices":[{"delta":{"content":"a"}}]}"#, vec![Chunk::Error]),
            (" [DONE] ", vec![Chunk::End]),
            ("[1]", vec![Chunk::Malformed]),
            ("nonsense", vec![Chunk::Malformed]),
        ] {
            assert_eq!(chunks_of(data), chunks, "{data}");
        }
    }

    #[test]
    fn a_whole_reply_is_read_at_its_end() {
        let mut whole = Whole::default();
        assert_eq!(whole.read(br#"{"choices":[{"message":{"con"#, false), []);
        assert_eq!(whole.read(br#"tent":"a"}}]}"#, true), [Chunk::Text("a".to_owned())]);
    }
}
