//! Parsing a body as JSON, with the place where it breaks off.

use serde_json::Value;

/// Where and why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Characters from the beginning to where the text stops being JSON.
    pub position: usize,
    /// The reason, in English.
    pub reason: String,
}

/// Parses a whole document. Nesting over 128 levels is refused like any other error, so that a hostile body
/// cannot exhaust the stack; of a repeated name the last counts; numbers beyond 64-bit floats are refused.
pub fn parse_json(bytes: &[u8]) -> Result<Value, Malformed> {
    // A byte order mark is no part of the document.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| malformed(bytes, &error))
}

fn malformed(bytes: &[u8], error: &serde_json::Error) -> Malformed {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\n')
            .nth(line - 2)
            .map_or(bytes.len(), |(at, _)| at + 1),
    };
    // The column counts bytes from 1 and is 0 at the very end of a line. A text that ends too early is good up to its
    // end, which the column does not tell: there it is that of the last byte.
    let end = if error.is_eof() {
        bytes.len()
    } else {
        (line_start + error.column().saturating_sub(1)).min(bytes.len())
    };
    let position = String::from_utf8_lossy(&bytes[..end]).chars().count();
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason).to_owned();
    Malformed { position, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        let position = |text: &str| parse_json(text.as_bytes()).unwrap_err().position;
        assert_eq!(position("{\"a\": }"), 6);
        assert_eq!(position("{\n\"缘\": }"), 7);
        assert_eq!(position("{"), 1);
        assert_eq!(position("{\"缘\":\n "), 7);
        assert_eq!(parse_json(b"").unwrap_err().position, 0);
        assert!(parse_json(b"\xff").is_err());
        assert!(parse_json(b"1e999").is_err());
        assert_eq!(parse_json(b"\xEF\xBB\xBF{}").unwrap(), serde_json::json!({}));
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_crash() {
        let deep = "[".repeat(200_000);
        assert!(parse_json(deep.as_bytes()).is_err());
    }
}
