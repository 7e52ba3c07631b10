//! What a handler answers with.

use bytes::Bytes;
use futures_util::StreamExt;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use warp::Reply as _;

use super::chunks::Chunks;
use super::document::Parts;

/// Status, headers and body.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers. The kit adds those that every answer has.
    pub headers: HeaderMap,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Whole(Bytes),
    Stream(Chunks),
    Document(Parts),
}

impl Reply {
    /// An answer without a body.
    #[must_use]
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Body::Whole(Bytes::new()) }
    }

    /// An answer of this media type.
    #[must_use]
    pub fn bytes(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::empty(status).with_body(body).header(header::CONTENT_TYPE, HeaderValue::from_static(media_type))
    }

    /// A JSON answer that is written already.
    #[must_use]
    pub fn json_bytes(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::bytes(status, "application/json", body)
    }

    /// A JSON answer. What cannot be written as JSON (a map with keys that are no texts) is a defect and
    /// becomes `null` with status 500.
    #[must_use]
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self::json_bytes(status, body),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written as JSON");
                Self::json_bytes(StatusCode::INTERNAL_SERVER_ERROR, Bytes::from_static(b"null"))
            }
        }
    }

    /// An answer whose body is written as it is made.
    pub(super) fn stream(media_type: &'static str, chunks: Chunks) -> Self {
        Self { body: Body::Stream(chunks), ..Self::bytes(StatusCode::OK, media_type, Bytes::new()) }
    }

    /// An answer whose body is written as it is made, and breaks off if it is not written to its end.
    pub(super) fn document(media_type: &'static str, parts: Parts) -> Self {
        Self { body: Body::Document(parts), ..Self::bytes(StatusCode::OK, media_type, Bytes::new()) }
    }

    /// With this header in place of any of its name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With this body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Body::Whole(body.into());
        self
    }

    /// The body, where it is not a stream.
    #[must_use]
    pub fn whole_body(&self) -> Option<&Bytes> {
        match &self.body {
            Body::Whole(body) => Some(body),
            Body::Stream(_) | Body::Document(_) => None,
        }
    }

    pub(super) fn into_warp(self) -> warp::reply::Response {
        let mut response = match self.body {
            Body::Whole(body) => http::Response::new(body).into_response(),
            Body::Stream(chunks) => {
                warp::reply::stream(chunks.map(Ok::<_, std::convert::Infallible>)).into_response()
            }
            Body::Document(parts) => warp::reply::stream(parts).into_response(),
        };
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
