//! Who reaches the surfaces whose documents know no authentication.

use http::{HeaderMap, Uri, header};
use matchmaking_core::api::fault::Fault;
use matchmaking_core::api::route::RouteKind;
use subtle::ConstantTimeEq;

use super::request::query_pairs;

/// The rule for the open surfaces.
#[derive(Clone, Default)]
pub enum OpenSurfaces {
    /// Requests of this machine only: by a loopback name, from no page of elsewhere and through no proxy. A
    /// reverse proxy or a web page must not reach them by accident.
    #[default]
    Loopback,
    /// Requests that carry this key.
    Key(String),
    /// Every request: a trusted gateway stands in front.
    Allowed,
}

impl std::fmt::Debug for OpenSurfaces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Loopback => "Loopback",
            Self::Key(_) => "Key(…)",
            Self::Allowed => "Allowed",
        })
    }
}

impl OpenSurfaces {
    /// Lets the request pass, or says why not.
    pub(super) fn admit(&self, kind: RouteKind, uri: &Uri, headers: &HeaderMap) -> Result<(), Fault> {
        match self {
            Self::Allowed => Ok(()),
            Self::Key(key) => {
                let in_header = headers.get("x-api-key").is_some_and(|given| same(given.as_bytes(), key));
                // Browsers can set no header on a socket, so there, and only there, the query carries it:
                // elsewhere it would end up in the logs of proxies.
                let in_query = || {
                    kind == RouteKind::Socket
                        && query_pairs(uri.query().unwrap_or(""))
                            .any(|(name, value)| name == "api_key" && same(value.as_bytes(), key))
                };
                if in_header || in_query() { Ok(()) } else { Err(Fault::NoSurfaceKey) }
            }
            Self::Loopback => loopback(uri, headers),
        }
    }
}

fn same(given: &[u8], key: &str) -> bool {
    given.ct_eq(key.as_bytes()).into()
}

fn loopback(uri: &Uri, headers: &HeaderMap) -> Result<(), Fault> {
    let forwarded = |name: &header::HeaderName| {
        [header::FORWARDED, header::VIA].contains(name)
            || name == "x-real-ip"
            || name.as_str().starts_with("x-forwarded-")
    };
    if headers.keys().any(forwarded) {
        return Err(Fault::NotLoopback("the request came through a proxy"));
    }
    let authority = uri.authority().map(http::uri::Authority::as_str);
    let hosts = headers.get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or("?"));
    if !hosts.chain(authority).all(is_loopback_host) {
        return Err(Fault::NotLoopback("the Host is not a loopback name"));
    }
    for origin in headers.get_all(header::ORIGIN) {
        let host = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
        if !host.is_some_and(is_loopback_host) {
            return Err(Fault::NotLoopback("the Origin is not a loopback name"));
        }
    }
    Ok(())
}

/// Whether `host`, with or without a port, is a name or address of this machine. Other names that happen to
/// resolve to it are not: that is how a web page would reach it (DNS rebinding).
fn is_loopback_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if port.is_empty() || is_port(port) => address,
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            Some(_) => return false,
            None => host,
        },
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn http(guard: &OpenSurfaces, pairs: &[(&'static str, &'static str)]) -> bool {
        guard.admit(RouteKind::Http, &Uri::from_static("/x"), &headers(pairs)).is_ok()
    }

    #[test]
    fn without_a_key_only_this_machine_is_served() {
        let guard = OpenSurfaces::Loopback;
        for host in ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000", "[::1]"] {
            assert!(http(&guard, &[("host", host)]), "{host}");
        }
        for host in
            ["example.com", "localhost.evil.com", "127.0.0.1.evil.com:80", "[::2]", "10.0.0.1", "", ":80"]
        {
            assert!(!http(&guard, &[("host", host)]), "{host}");
        }
        assert!(http(&guard, &[("host", "localhost"), ("origin", "http://localhost:3000")]));
        for origin in ["null", "https://evil.com", "http://localhost.evil.com", "localhost"] {
            assert!(!http(&guard, &[("host", "localhost"), ("origin", origin)]), "{origin}");
        }
        for name in ["forwarded", "via", "x-real-ip", "x-forwarded-for", "x-forwarded-anything"] {
            assert!(!http(&guard, &[("host", "localhost"), (name, "x")]), "{name}");
        }
        let absolute = Uri::from_static("http://evil.com/x");
        assert!(guard.admit(RouteKind::Http, &absolute, &headers(&[("host", "localhost")])).is_err());
    }

    #[test]
    fn a_key_opens_to_whoever_has_it() {
        let guard = OpenSurfaces::Key("s3cret".to_owned());
        assert!(http(&guard, &[("x-api-key", "s3cret"), ("host", "example.com")]));
        assert!(!http(&guard, &[("x-api-key", "s3cre")]));
        assert!(!http(&guard, &[("host", "localhost")]));
        let uri = Uri::from_static("/ws/base?api_key=s3cret");
        assert!(guard.admit(RouteKind::Socket, &uri, &HeaderMap::new()).is_ok());
        assert!(guard.admit(RouteKind::Http, &uri, &HeaderMap::new()).is_err());
        assert!(http(&OpenSurfaces::Allowed, &[("host", "example.com"), ("forwarded", "for=x")]));
    }
}
