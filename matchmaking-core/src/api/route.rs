//! What is known about an endpoint before any request arrives: where it is, who may call it, and its limits.

use serde::Serialize;

use super::wire::Decode;

/// A dialect's family of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Surface {
    /// Telegram mini-app matchmaking: at the root and again at `/api/v1`.
    Miracle,
    /// The full matchmaking platform: `/v1`.
    Platform,
    /// Chat rooms: `/register`, `/login`, `/api/room`, `/api/message`.
    Rooms,
    /// Direct and group messaging: part of `/api/v1`.
    Groups,
    /// Chat with a streamed assistant: part of `/api/v1`.
    Assistant,
    /// The back office: `/admin/v1`.
    Admin,
    /// What people sent each other besides text, by signed links: `/media`, whichever surfaces are served.
    Media,
    /// Health, metrics, documentation.
    Operations,
}

impl Surface {
    /// Every surface, in the order in which documentation lists them.
    pub const ALL: [Self; 8] = [
        Self::Miracle,
        Self::Platform,
        Self::Rooms,
        Self::Groups,
        Self::Assistant,
        Self::Admin,
        Self::Media,
        Self::Operations,
    ];

    /// The name in configuration, metrics and documentation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Miracle => "miracle",
            Self::Platform => "platform",
            Self::Rooms => "rooms",
            Self::Groups => "groups",
            Self::Assistant => "assistant",
            Self::Admin => "admin",
            Self::Media => "media",
            Self::Operations => "operations",
        }
    }

    /// Whether its document knows no authentication, so that reaching it must be guarded otherwise.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Miracle | Self::Assistant)
    }

    /// Whether web pages of other origins may call it.
    #[must_use]
    pub const fn allows_cross_origin(self) -> bool {
        !matches!(self, Self::Admin | Self::Operations)
    }
}

/// The methods that routes use. HEAD is answered wherever GET is, and needs no route of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or does something.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Every method, in the order of an `Allow` header.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The method as written in a request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may call a route. The table of all routes against this is the authorisation matrix that a test walks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Auth {
    /// Anyone. A token that is sent along is ignored.
    Open,
    /// The holder of an access token in `Authorization`.
    Bearer,
    /// The holder of an access token in `Authorization` or in the query (`token`): sockets and signed links.
    BearerOrQuery,
    /// A guest, or the holder of an access token; a bad token is refused all the same.
    OptionalBearer,
    /// The back office, by its own token.
    Admin,
}

/// What a request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Body {
    /// Nothing that is read.
    None,
    /// A JSON document of at most this many bytes, read whole before the handler runs.
    Json(usize),
    /// Bytes that the handler reads as they come (multipart), at most this many.
    Stream(usize),
}

impl Body {
    /// The most bytes that are read of it.
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Self::None => 0,
            Self::Json(limit) | Self::Stream(limit) => limit,
        }
    }
}

/// The limit of a JSON body where a route names no other: 1 MiB.
pub const JSON_BODY_MAX: usize = 1 << 20;

/// How a route answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RouteKind {
    /// One response for one request.
    Http,
    /// A response that is written as it is made (`text/event-stream`).
    Events,
    /// Bytes that are no JSON: a picture, a page, metrics.
    Raw,
    /// A WebSocket. A plain GET is answered with [`Fault::UpgradeRequired`](super::fault::Fault).
    Socket,
}

/// Where a surface is mounted when a route names nothing else: at the root only.
const AT_ROOT: &[&str] = &[""];

/// One endpoint's metadata; a constant beside its types, built by the `const` methods below.
///
/// ```
/// use matchmaking_core::api::route::{Auth, Route, Surface};
///
/// const ROUTE: Route = Route::post(Surface::Platform, "/profile/photos", "Add photos")
///     .mounted_at(&["/v1"])
///     .auth(Auth::Bearer)
///     .json_body(8 << 20);
/// assert_eq!(ROUTE.paths().collect::<Vec<_>>(), ["/v1/profile/photos"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The dialect it speaks.
    pub surface: Surface,
    /// Its method.
    pub method: Method,
    /// Its path below a mount, beginning with a slash; parameters as `{name}`, a rest as `{*name}`.
    pub path: &'static str,
    /// The prefixes at which it is served. The first is the documented one.
    pub mounts: &'static [&'static str],
    /// How it answers.
    pub kind: RouteKind,
    /// Who may call it.
    pub auth: Auth,
    /// What it may carry.
    pub body: Body,
    /// Whether the contract's document names it; others are additions of ours.
    pub documented: bool,
    /// What it is for, in one line.
    pub summary: &'static str,
    /// The text with which an envelope reports success, where the dialect has one and the document names it.
    pub success: Option<&'static str>,
    /// The names of the query parameters it reads, for documentation.
    pub query: &'static [&'static str],
}

impl Route {
    const fn new(surface: Surface, method: Method, path: &'static str, summary: &'static str) -> Self {
        let body = match method {
            Method::Get | Method::Delete => Body::None,
            Method::Post | Method::Put | Method::Patch => Body::Json(JSON_BODY_MAX),
        };
        Self {
            surface,
            method,
            path,
            mounts: AT_ROOT,
            kind: RouteKind::Http,
            auth: Auth::Open,
            body,
            documented: false,
            summary,
            success: None,
            query: &[],
        }
    }

    /// A route that reads: no body.
    #[must_use]
    pub const fn get(surface: Surface, path: &'static str, summary: &'static str) -> Self {
        Self::new(surface, Method::Get, path, summary)
    }

    /// A route that does something, with a JSON body of at most [`JSON_BODY_MAX`].
    #[must_use]
    pub const fn post(surface: Surface, path: &'static str, summary: &'static str) -> Self {
        Self::new(surface, Method::Post, path, summary)
    }

    /// A route that replaces, with a JSON body of at most [`JSON_BODY_MAX`].
    #[must_use]
    pub const fn put(surface: Surface, path: &'static str, summary: &'static str) -> Self {
        Self::new(surface, Method::Put, path, summary)
    }

    /// A route that changes a part, with a JSON body of at most [`JSON_BODY_MAX`].
    #[must_use]
    pub const fn patch(surface: Surface, path: &'static str, summary: &'static str) -> Self {
        Self::new(surface, Method::Patch, path, summary)
    }

    /// A route that removes: no body unless [`Route::json_body`] says otherwise.
    #[must_use]
    pub const fn delete(surface: Surface, path: &'static str, summary: &'static str) -> Self {
        Self::new(surface, Method::Delete, path, summary)
    }

    /// A WebSocket.
    #[must_use]
    pub const fn socket(surface: Surface, path: &'static str, summary: &'static str) -> Self {
        Self { kind: RouteKind::Socket, ..Self::new(surface, Method::Get, path, summary) }
    }

    /// The prefixes at which it is served; the first is the documented one.
    #[must_use]
    pub const fn mounted_at(self, mounts: &'static [&'static str]) -> Self {
        Self { mounts, ..self }
    }

    /// Who may call it.
    #[must_use]
    pub const fn auth(self, auth: Auth) -> Self {
        Self { auth, ..self }
    }

    /// It is named by the contract's document.
    #[must_use]
    pub const fn documented(self) -> Self {
        Self { documented: true, ..self }
    }

    /// It takes a JSON body of at most `limit` bytes.
    #[must_use]
    pub const fn json_body(self, limit: usize) -> Self {
        Self { body: Body::Json(limit), ..self }
    }

    /// Its handler reads at most `limit` bytes as they come.
    #[must_use]
    pub const fn stream_body(self, limit: usize) -> Self {
        Self { body: Body::Stream(limit), ..self }
    }

    /// It answers in this way.
    #[must_use]
    pub const fn kind(self, kind: RouteKind) -> Self {
        Self { kind, ..self }
    }

    /// The text with which an envelope reports its success.
    #[must_use]
    pub const fn success(self, text: &'static str) -> Self {
        Self { success: Some(text), ..self }
    }

    /// The query parameters it reads.
    #[must_use]
    pub const fn query(self, names: &'static [&'static str]) -> Self {
        Self { query: names, ..self }
    }

    /// Every full path at which it is served. The root of a mount is the mount itself, without a slash at its end.
    pub fn paths(&self) -> impl Iterator<Item = String> + '_ {
        self.mounts.iter().map(|mount| match (*mount, self.path) {
            ("", path) => path.to_owned(),
            (mount, "/") => mount.to_owned(),
            (mount, path) => format!("{mount}{path}"),
        })
    }

    /// Every full path with whether the contract's document names it: the first mount of a documented route.
    pub fn documented_paths(&self) -> impl Iterator<Item = (String, bool)> + '_ {
        self.paths().enumerate().map(|(place, path)| (path, self.documented && place == 0))
    }
}

/// One endpoint: a unit struct whose route, request and response stand together.
pub trait Endpoint: Send + Sync + 'static {
    /// Where it is and what its limits are.
    const ROUTE: Route;
    /// What it is sent; `()` for nothing.
    type Request: Decode + Described + Send + 'static;
    /// What it answers with, before any envelope; `()` for nothing or for what is no JSON.
    type Response: Serialize + Described + Send + 'static;
}

/// A type that OpenAPI can describe; every type when the feature `openapi` is off.
#[cfg(feature = "openapi")]
pub trait Described: utoipa::ToSchema {}
#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> Described for T {}

/// A type that OpenAPI can describe; every type when the feature `openapi` is off.
#[cfg(not(feature = "openapi"))]
pub trait Described {}
#[cfg(not(feature = "openapi"))]
impl<T> Described for T {}

/// One line of a surface's `ROUTES` table: the route, and how its types are described.
#[derive(Clone, Copy)]
pub struct Listed {
    /// The endpoint's metadata.
    pub route: Route,
    /// The endpoint's name: that of its unit struct.
    pub name: fn() -> &'static str,
    /// The schemas of its request and response.
    #[cfg(feature = "openapi")]
    pub schemas: fn() -> super::openapi::EndpointSchemas,
}

impl Listed {
    /// The line of endpoint `E`.
    #[must_use]
    pub const fn of<E: Endpoint>() -> Self {
        Self {
            route: E::ROUTE,
            name: short_name::<E>,
            #[cfg(feature = "openapi")]
            schemas: super::openapi::EndpointSchemas::of::<E>,
        }
    }
}

impl std::fmt::Debug for Listed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listed")
            .field("name", &(self.name)())
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}

fn short_name<E>() -> &'static str {
    let full = std::any::type_name::<E>();
    full.rsplit("::").next().unwrap_or(full)
}
