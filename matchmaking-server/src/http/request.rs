//! A request as handlers see it.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use matchmaking_core::api::fault::Fault;
use matchmaking_core::api::route::{Body, Listed};
use matchmaking_core::api::wire::{Input, Payload, parse_json};
use matchmaking_core::clock::Millis;
use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq as _;

use super::body::RequestBody;
use super::dialect::{Dialect, OtherMedia};
use super::dispatch::Kit;
use super::request_id::RequestId;
use crate::config::limits::Limits;

/// What was asked, without the body: shared by the handler and whatever renders its answer.
pub struct Asked {
    pub(super) parts: Arc<Parts>,
    pub(super) kit: Arc<Kit>,
    pub(super) listed: Option<Listed>,
    pub(super) dialect: &'static dyn Dialect,
    pub(super) client: IpAddr,
    pub(super) id: RequestId,
    pub(super) params: Vec<(String, String)>,
}

impl std::fmt::Debug for Asked {
    // Without headers, path and query: this may reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("id", &self.id).field("route", &self.listed).finish_non_exhaustive()
    }
}

impl Asked {
    /// The route that matched, unless none did.
    #[must_use]
    pub fn listed(&self) -> Option<&Listed> {
        self.listed.as_ref()
    }

    /// The identifier of the request.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// The client's address, behind trusted proxies.
    #[must_use]
    pub fn client(&self) -> IpAddr {
        self.client
    }

    /// The path as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// A header's text, if there is one and it is visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A path parameter, percent-decoded.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The query parameters, percent-decoded, in their order.
    pub fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        query_pairs(self.parts.uri.query().unwrap_or(""))
    }

    /// The last query parameter of this name.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<Cow<'_, str>> {
        self.query().filter(|(known, _)| known == name).last().map(|(_, value)| value)
    }

    /// The token in `Authorization: Bearer …`; the word's case is of no matter.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.trim().split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// Whether the client would rather read English than Chinese.
    #[must_use]
    pub fn prefers_english(&self) -> bool {
        let first = self.header("accept-language").and_then(|list| list.split(',').next()).unwrap_or("");
        first.trim_start().get(..2).is_some_and(|language| language.eq_ignore_ascii_case("en"))
    }

    /// Counts a request of this account against the rate of accounts. For handlers, once they know whose
    /// request it is.
    pub fn charge_account(&self, account: i64) -> Result<(), Fault> {
        self.kit.charge_account(account)
    }

    /// What counts against the rates of accounts after the request, for sockets. Holds nothing of the request.
    #[must_use]
    pub fn rates(&self) -> Rates {
        Rates(Arc::clone(&self.kit))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.kit.clock.now()
    }

    /// Whether this opens the back office.
    #[must_use]
    pub fn is_admin_token(&self, token: &str) -> bool {
        let known = self.kit.policy.admin_token.as_ref();
        known.is_some_and(|known| known.expose().as_bytes().ct_eq(token.as_bytes()).into())
    }

    /// The bounds of this server.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.kit.policy.limits
    }

    /// Whether the server is on its way down.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.kit.shutdown.is_cancelled()
    }

    /// The token that is cancelled when the server goes down, for work that outlives the request.
    #[must_use]
    pub fn shutdown(&self) -> &tokio_util::sync::CancellationToken {
        &self.kit.shutdown
    }

    /// Runs work that outlives the request; the shutdown waits for it within the grace.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.kit.tracker.spawn(work);
    }
}

/// The rates of accounts.
#[derive(Debug, Clone)]
pub struct Rates(Arc<Kit>);

impl Rates {
    /// Counts one more of this account; [`Fault::RateLimited`] beyond its rate.
    pub fn charge_account(&self, account: i64) -> Result<(), Fault> {
        self.0.charge_account(account)
    }
}

/// A request with its body.
#[derive(Debug)]
pub struct Ctx {
    /// What was asked.
    pub asked: Arc<Asked>,
    /// The body, for routes that read it as it comes.
    pub body: RequestBody,
}

impl std::ops::Deref for Ctx {
    type Target = Asked;

    fn deref(&self) -> &Asked {
        &self.asked
    }
}

impl Ctx {
    /// Counts the body, and what is made of it as long as it is kept, as an upload of this account. Reading on fails with
    /// [`Fault::RateLimited`] when there is no room for more, for anybody or for this account.
    pub fn count_upload(&mut self, account: i64) {
        let share = self.asked.kit.uploads.share(account);
        self.body.count(share);
    }

    /// Everything that a decoder looks at: the query, the path and, where the route takes JSON, the body.
    pub async fn input(&mut self) -> Result<Input, Fault> {
        let takes_json = self.asked.listed.is_some_and(|listed| matches!(listed.route.body, Body::Json(_)));
        let payload = if takes_json {
            let bytes = self.body.bytes().await?;
            self.payload(&bytes)?
        } else {
            Payload::Absent
        };
        let mut input = Input::new(self.asked.dialect.reading()).with_payload(payload);
        if self.asked.parts.uri.query().is_some_and(|query| !query.is_empty()) {
            input = input.with_query(self.asked.query());
        }
        if !self.asked.params.is_empty() {
            let params = self.asked.params.iter();
            input = input.with_path(params.map(|(name, value)| (name.into(), value.into())));
        }
        Ok(input)
    }

    fn payload(&self, bytes: &Bytes) -> Result<Payload, Fault> {
        if bytes.is_empty() {
            return Ok(Payload::Absent);
        }
        let is_json = self.asked.parts.headers.get(header::CONTENT_TYPE).is_none_or(says_json);
        match (is_json, self.asked.dialect.other_media()) {
            (true, _) | (false, OtherMedia::Parse) => Ok(Payload::Json(parse_json(bytes)?)),
            (false, OtherMedia::Text) => Ok(Payload::Other(String::from_utf8_lossy(bytes).into_owned())),
            (false, OtherMedia::Refuse) => Err(Fault::UnsupportedMediaType),
        }
    }
}

/// Whether a media type is JSON's: `application/json`, or a type that ends in `+json`.
fn says_json(value: &HeaderValue) -> bool {
    let Ok(value) = value.to_str() else { return false };
    let media_type = value.split(';').next().unwrap_or("").trim();
    let Some((kind, subtype)) = media_type.split_once('/') else { return false };
    let subtype = subtype.to_ascii_lowercase();
    kind.eq_ignore_ascii_case("application") && (subtype == "json" || subtype.ends_with("+json"))
}

/// The pairs of a query string, percent-decoded, `+` as a blank. What is no UTF-8 is replaced.
pub(super) fn query_pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        let text = text.replace('+', " ");
        Cow::Owned(percent_decode_str(&text).decode_utf8_lossy().into_owned())
    } else {
        percent_decode_str(text).decode_utf8_lossy()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let pairs: Vec<_> = query_pairs("a=1&b=%E7%BC%98+x&&c&d=%ff&a=2%3D").collect();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "缘 x"), ("c", ""), ("d", "\u{fffd}"), ("a", "2=")]);
    }

    #[test]
    fn media_types_are_recognised() {
        let json = |text: &'static str| says_json(&HeaderValue::from_static(text));
        assert!(json("application/json"));
        assert!(json("Application/JSON; charset=utf-8"));
        assert!(json("application/problem+json"));
        assert!(!json("text/json"));
        assert!(!json("application/x-www-form-urlencoded"));
        assert!(!json("application/jsonp"));
    }
}
