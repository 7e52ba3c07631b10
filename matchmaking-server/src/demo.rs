//! The demo page: two people in one browser window, over the same API that clients use.

use http::{HeaderName, HeaderValue, StatusCode};

use crate::http::Reply;

/// What the page may do: talk to this server, and nothing else. Script and style stand in the page itself; it
/// shows what people write as text only.
const POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; \
                      style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page.
#[must_use]
pub fn page() -> Reply {
    Reply::bytes(StatusCode::OK, "text/html; charset=utf-8", include_str!("demo.html"))
        .header(HeaderName::from_static("content-security-policy"), HeaderValue::from_static(POLICY))
}
