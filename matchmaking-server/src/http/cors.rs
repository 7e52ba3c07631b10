//! Which web pages may call the server. No cookies are used anywhere, so opening it to all is the default.

use http::header::{self, HeaderMap, HeaderValue};

/// The origins that may call.
#[derive(Debug, Clone, Default)]
pub enum CorsOrigins {
    /// Every origin.
    #[default]
    Any,
    /// These origins, as browsers write them (`https://app.example.com`).
    Only(Vec<String>),
}

/// What a page may read of an answer beside its body.
const EXPOSED: HeaderValue = HeaderValue::from_static("Retry-After, X-Request-ID");
/// How long a browser may remember the answer to a preflight: a day, which browsers cut to their own bound.
const MAX_AGE: HeaderValue = HeaderValue::from_static("86400");

impl CorsOrigins {
    /// Adds what lets a page read the answer, if the request names an origin that may.
    pub(super) fn allow(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        if let Some(allowed) = self.allowed(request, answer) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }

    /// Adds what lets a page send the request that its preflight asks about.
    pub(super) fn preflight(&self, request: &HeaderMap, methods: HeaderValue, answer: &mut HeaderMap) {
        if let Some(allowed) = self.allowed(request, answer) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
            answer.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
            // Whatever the page wants to send: no header is trusted for coming from a page.
            if let Some(wanted) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
                answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
            }
        }
    }

    fn allowed(&self, request: &HeaderMap, answer: &mut HeaderMap) -> Option<HeaderValue> {
        let origin = request.get(header::ORIGIN);
        match self {
            Self::Any => origin.map(|_| HeaderValue::from_static("*")),
            Self::Only(origins) => {
                // Caches must not give one origin's answer to another.
                answer.append(header::VARY, HeaderValue::from_static("Origin"));
                let origin = origin?;
                origins.iter().any(|known| known.as_bytes() == origin.as_bytes()).then(|| origin.clone())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(origin: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("authorization"));
        headers
    }

    #[test]
    fn any_origin_is_answered_with_a_star() {
        let mut answer = HeaderMap::new();
        CorsOrigins::Any.allow(&request("https://a.example"), &mut answer);
        assert_eq!(answer[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(answer[header::ACCESS_CONTROL_EXPOSE_HEADERS], "Retry-After, X-Request-ID");
        let mut answer = HeaderMap::new();
        CorsOrigins::Any.allow(&HeaderMap::new(), &mut answer);
        assert!(answer.is_empty());
    }

    #[test]
    fn only_listed_origins_are_let_in() {
        let cors = CorsOrigins::Only(vec!["https://a.example".to_owned()]);
        let methods = HeaderValue::from_static("GET, POST");
        let mut answer = HeaderMap::new();
        cors.preflight(&request("https://a.example"), methods.clone(), &mut answer);
        assert_eq!(answer[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example");
        assert_eq!(answer[header::ACCESS_CONTROL_ALLOW_METHODS], "GET, POST");
        assert_eq!(answer[header::ACCESS_CONTROL_ALLOW_HEADERS], "authorization");
        let mut answer = HeaderMap::new();
        cors.preflight(&request("https://a.example.evil"), methods, &mut answer);
        assert_eq!(answer.len(), 1, "nothing but Vary");
        assert_eq!(answer[header::VARY], "Origin");
    }
}
