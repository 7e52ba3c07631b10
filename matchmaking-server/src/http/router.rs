//! Finding the route of a request. The cost depends on the length of the path, not on the number of routes.

use http::HeaderValue;
use matchmaking_core::api::route::Method;
use percent_encoding::percent_decode_str;

use super::handler::Mounted;
use super::telemetry::{RouteMeter, Telemetry};

/// Two endpoints that cannot both be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{method} {path} cannot be served: {reason}")]
pub struct RouteConflict {
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: String,
    /// Why not.
    pub reason: String,
}

/// A handler at one path.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) mounted: Mounted,
    pub(super) meter: RouteMeter,
}

/// All methods at one path.
#[derive(Debug)]
struct Place {
    methods: [Option<Served>; Method::ALL.len()],
    allow: HeaderValue,
}

/// All paths.
#[derive(Debug)]
pub(super) struct Router {
    paths: matchit::Router<usize>,
    places: Vec<Place>,
}

/// What a path and a method lead to.
pub(super) enum Found<'a> {
    /// A handler, with the path's parameters.
    Route(&'a Served, Vec<(String, String)>),
    /// A path that has other methods: these.
    WrongMethod(&'a HeaderValue),
    /// Nothing.
    Nothing,
}

impl Router {
    /// A router over all these, at all their mounts.
    pub(super) fn new(routes: Vec<Mounted>, telemetry: &Telemetry) -> Result<Self, RouteConflict> {
        let mut paths = matchit::Router::new();
        let mut places: Vec<(String, Place)> = Vec::new();
        for mounted in routes {
            let route = mounted.listed.route;
            for path in route.paths() {
                let conflict = |reason: String| RouteConflict {
                    method: route.method.as_str(),
                    path: path.clone(),
                    reason,
                };
                let place = if let Some(place) = places.iter().position(|(known, _)| *known == path) {
                    place
                } else {
                    paths.insert(path.clone(), places.len()).map_err(|error| conflict(error.to_string()))?;
                    let methods = std::array::from_fn(|_| None);
                    places.push((path.clone(), Place { methods, allow: HeaderValue::from_static("") }));
                    places.len() - 1
                };
                let slot = &mut places[place].1.methods[route.method as usize];
                if slot.is_some() {
                    return Err(conflict("another endpoint has the same method and path".to_owned()));
                }
                let meter = telemetry.route(route.surface, route.method.as_str(), &path);
                *slot = Some(Served { mounted: mounted.clone(), meter });
            }
        }
        let mut places: Vec<_> = places.into_iter().map(|(_, place)| place).collect();
        for place in &mut places {
            place.allow = allow(&place.methods);
        }
        Ok(Self { paths, places })
    }

    /// What is at this path (as sent, percent-encoded; one trailing slash is ignored) for this method.
    pub(super) fn find(&self, method: &http::Method, path: &str) -> Found<'_> {
        let Some((place, params)) = self.lookup(path) else { return Found::Nothing };
        let slot = match method.as_str() {
            "GET" | "HEAD" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            _ => return Found::WrongMethod(&place.allow),
        };
        match &place.methods[slot as usize] {
            Some(served) => Found::Route(served, params),
            None => Found::WrongMethod(&place.allow),
        }
    }

    fn lookup(&self, path: &str) -> Option<(&Place, Vec<(String, String)>)> {
        let trimmed = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
        // A rest (`{*file}`) may itself end with a slash, which trimming would take away: that is fine.
        let matched = self.paths.at(trimmed).or_else(|_| self.paths.at(path)).ok()?;
        let mut params = Vec::new();
        for (name, value) in matched.params.iter() {
            // A parameter that is no UTF-8 names nothing that could be here.
            let value = percent_decode_str(value).decode_utf8().ok()?;
            params.push((name.to_owned(), value.into_owned()));
        }
        Some((&self.places[*matched.value], params))
    }
}

fn allow(methods: &[Option<Served>]) -> HeaderValue {
    let mut allowed = Vec::new();
    for (method, served) in Method::ALL.iter().zip(methods) {
        if served.is_some() {
            allowed.push(method.as_str());
            if *method == Method::Get {
                allowed.push("HEAD");
            }
        }
    }
    HeaderValue::from_str(&allowed.join(", ")).unwrap_or(HeaderValue::from_static(""))
}
