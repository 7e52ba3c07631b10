//! From a request to its answer: one warp filter in front of the router, and everything that holds for every
//! route.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use bytes::Buf;
use futures_util::{FutureExt, Stream, StreamExt};
use http::header::{self, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, StatusCode};
use matchmaking_core::api::fault::Fault;
use matchmaking_core::api::prefix::surface_of;
use matchmaking_core::api::route::{Body, RouteKind, Surface};
use matchmaking_core::clock::Clock;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use warp::Filter as _;

use super::body::{BodyStream, RequestBody};
use super::cors::CorsOrigins;
use super::dialect::Dialect;
use super::guard::OpenSurfaces;
use super::handler::Mounted;
use super::handshake::{SocketSlots, check_handshake};
use super::limiter::Limiter;
use super::peer::TrustedProxies;
use super::reply::Reply;
use super::request::{Asked, Ctx};
use super::request_id::{RequestId, RequestIds};
use super::room::UploadRoom;
use super::router::{Found, RouteConflict, Router};
use super::telemetry::{RouteMeter, Telemetry};
use crate::config::Secret;
use crate::config::limits::{self, Limits};

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What one server is made of.
pub struct Site {
    /// The endpoints with their handlers, of all surfaces.
    pub routes: Vec<Mounted>,
    /// The dialect of each surface, served or not: unmatched paths are answered in it.
    pub dialects: fn(Surface) -> &'static dyn Dialect,
    /// What the operator decided.
    pub policy: Policy,
    /// Where it is counted.
    pub telemetry: Arc<Telemetry>,
    /// What time answers say it is.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("routes", &self.routes.len()).finish_non_exhaustive()
    }
}

/// What the operator decided about requests.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Bounds.
    pub limits: Limits,
    /// The origins whose pages may call.
    pub cors: CorsOrigins,
    /// Who reaches the surfaces without authentication.
    pub open_surfaces: OpenSurfaces,
    /// The proxies whose word is taken for the client's address.
    pub trusted_proxies: TrustedProxies,
    /// What opens the back office; without it there is none.
    pub admin_token: Option<Secret>,
}

/// What all requests of one server share.
#[derive(Debug)]
pub struct Kit {
    router: Router,
    unmatched: RouteMeter,
    dialects: fn(Surface) -> &'static dyn Dialect,
    pub(super) policy: Policy,
    pub(super) telemetry: Arc<Telemetry>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) sockets: SocketSlots,
    pub(super) uploads: Arc<UploadRoom>,
    pub(super) shutdown: CancellationToken,
    /// Cancelled when the grace is over: whatever still runs ends at once.
    pub(super) kill: CancellationToken,
    pub(super) tracker: TaskTracker,
    addresses: Limiter,
    accounts: Limiter,
    ids: RequestIds,
}

/// A request on its way through warp, which gets only the body.
#[derive(Clone)]
pub(super) struct Arrival {
    pub(super) peer: SocketAddr,
    pub(super) parts: Arc<Parts>,
}

impl Kit {
    /// The kit of a site, ending with `shutdown`. Fails if two endpoints want the same method and path.
    pub fn new(site: Site, shutdown: CancellationToken) -> Result<Arc<Self>, RouteConflict> {
        let limits = &site.policy.limits;
        Ok(Arc::new(Self {
            router: Router::new(site.routes, &site.telemetry)?,
            unmatched: site.telemetry.route(Surface::Operations, "", "(unmatched)"),
            dialects: site.dialects,
            uploads: UploadRoom::new(limits.upload_bytes_at_once, limits.upload_bytes_each),
            sockets: SocketSlots::new(limits.sockets, limits.sockets_per_address),
            addresses: Limiter::new(limits.address_rate, limits::RATE_CELLS),
            accounts: Limiter::new(limits.account_rate, limits::RATE_CELLS),
            telemetry: site.telemetry,
            clock: site.clock,
            policy: site.policy,
            shutdown,
            kill: CancellationToken::new(),
            tracker: TaskTracker::new(),
            ids: RequestIds::new(),
        }))
    }

    /// The one filter, of one request: what arrived, and the body as a stream. A filter is a few words; making one
    /// costs less than looking the arrival up among the request's extensions.
    pub(super) fn filter(
        self: &Arc<Self>,
        arrival: Arrival,
    ) -> impl warp::Filter<Extract = (warp::reply::Response,), Error = std::convert::Infallible> + Clone + use<>
    {
        let kit = Arc::clone(self);
        warp::body::stream()
            .then(move |body| Arc::clone(&kit).answer(arrival.clone(), body))
            // There always is a body to stream; should there be none, no text of warp's goes out.
            .recover(|_| async {
                let reply = Reply::json_bytes(StatusCode::INTERNAL_SERVER_ERROR, &b"null"[..]).into_warp();
                Ok::<_, std::convert::Infallible>(reply)
            })
            .unify()
    }

    pub(super) fn charge_account(&self, account: i64) -> Result<(), Fault> {
        self.accounts.check(account).map_err(|retry_after| self.limited(retry_after))
    }

    fn limited(&self, retry_after: u64) -> Fault {
        self.telemetry.rate_limited.increment(1);
        Fault::RateLimited { retry_after }
    }

    async fn answer<B: Buf>(
        self: Arc<Self>,
        arrival: Arrival,
        body: impl Stream<Item = Result<B, warp::Error>> + Send + Sync + 'static,
    ) -> warp::reply::Response {
        let began = Instant::now();
        let Arrival { peer, parts } = arrival;
        let id = parts.headers.get(&X_REQUEST_ID).and_then(RequestId::given);
        let id = id.unwrap_or_else(|| self.ids.next());
        let path = parts.uri.path();
        let found = self.router.find(&parts.method, path);
        let surface = match &found {
            Found::Route(served, _) => served.mounted.listed.route.surface,
            Found::WrongMethod(_) | Found::Nothing => surface_of(path),
        };
        let meter = match &found {
            Found::Route(served, _) => &served.meter,
            Found::WrongMethod(_) | Found::Nothing => &self.unmatched,
        };
        let mut reply = match self.preflight(surface, &parts, &found) {
            Some(preflight) => preflight,
            None => self.reply(found, surface, peer, &parts, &id, body).await,
        };
        let headers = &mut reply.headers;
        headers.insert(X_REQUEST_ID.clone(), id.header());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if surface.allows_cross_origin() && !is_preflight(&parts) {
            self.policy.cors.allow(&parts.headers, headers);
        }
        let took = began.elapsed();
        meter.count(&self.telemetry, reply.status, took);
        // By the route's template: a path or a query may name a person.
        tracing::debug!(
            target: "access",
            request_id = id.as_str(),
            method = parts.method.as_str(),
            route = meter.path,
            status = reply.status.as_u16(),
            micros = took.as_micros() as u64,
        );
        reply.into_warp()
    }

    async fn reply<B: Buf>(
        self: &Arc<Self>,
        found: Found<'_>,
        surface: Surface,
        peer: SocketAddr,
        parts: &Arc<Parts>,
        id: &RequestId,
        body: impl Stream<Item = Result<B, warp::Error>> + Send + Sync + 'static,
    ) -> Reply {
        let (served, params, allow) = match found {
            Found::Route(served, params) => (Some(served), params, None),
            Found::WrongMethod(allow) => (None, Vec::new(), Some(allow)),
            Found::Nothing => (None, Vec::new(), None),
        };
        let asked = Arc::new(Asked {
            parts: Arc::clone(parts),
            kit: Arc::clone(self),
            listed: served.map(|served| served.mounted.listed),
            dialect: (self.dialects)(surface),
            client: self.policy.trusted_proxies.client(peer, &parts.headers),
            id: id.clone(),
            params,
        });
        let mut ctx = Ctx { asked: Arc::clone(&asked), body: self.body(parts, body) };
        let result = if let Some(served) = served {
            self.serve(&served.mounted, ctx).await
        } else {
            ctx.body.drain().await;
            let missing = if allow.is_some() { Fault::MethodNotAllowed } else { Fault::UnknownPath };
            Err(self.addresses.check(asked.client).map_or_else(|wait| self.limited(wait), |()| missing))
        };
        let route = served.map_or(self.unmatched.path.as_str(), |served| served.meter.path.as_str());
        result.unwrap_or_else(|fault| refuse(&asked, &fault, allow, route))
    }

    /// What stands between a matched route and its handler.
    async fn serve(&self, mounted: &Mounted, mut ctx: Ctx) -> Result<Reply, Fault> {
        let route = &mounted.listed.route;
        if let Err(fault) = self.admit(mounted, &ctx) {
            ctx.body.drain().await;
            return Err(fault);
        }
        match route.body {
            Body::None => {}
            Body::Json(limit) => ctx.body.allow(limit, self.policy.limits.body_timeout),
            Body::Stream(limit) => ctx.body.allow(limit, self.policy.limits.upload_timeout),
        }
        // A handler may panic while it makes its future, too.
        let handler = Arc::clone(&mounted.handler);
        let answering = AssertUnwindSafe(async move { handler(ctx).await }).catch_unwind();
        let answered = if route.method == matchmaking_core::api::route::Method::Get {
            answering.await
        } else {
            // hyper drops a request's future when its client goes away. What changes something must not stop half
            // way between its steps, so it has a task of its own, for which the shutdown waits.
            let kill = self.kill.clone();
            let until_killed = async move { kill.run_until_cancelled(answering).await };
            match self.tracker.spawn(until_killed).await {
                Ok(Some(answered)) => answered,
                Ok(None) => return Err(Fault::Unavailable { cause: "the server went down".to_owned() }),
                Err(error) => return Err(Fault::internal(error)),
            }
        };
        answered.unwrap_or_else(|_| Err(Fault::internal("a handler panicked")))
    }

    fn admit(&self, mounted: &Mounted, ctx: &Ctx) -> Result<(), Fault> {
        let route = &mounted.listed.route;
        if route.surface != Surface::Operations {
            self.addresses.check(ctx.client).map_err(|retry_after| self.limited(retry_after))?;
        }
        if route.surface.is_open() {
            self.policy.open_surfaces.admit(route.kind, &ctx.parts.uri, &ctx.parts.headers)?;
        }
        if route.kind == RouteKind::Socket { check_handshake(&ctx.parts) } else { Ok(()) }
    }

    /// The answer to a preflight, if the request is one: without authentication, on any path, for surfaces
    /// that pages of other origins may call.
    fn preflight(&self, surface: Surface, parts: &Parts, found: &Found<'_>) -> Option<Reply> {
        if !is_preflight(parts) || !surface.allows_cross_origin() {
            return None;
        }
        let methods = match found {
            Found::WrongMethod(allow) => (*allow).clone(),
            Found::Route(..) | Found::Nothing => {
                HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE")
            }
        };
        let mut reply = Reply::empty(StatusCode::NO_CONTENT);
        self.policy.cors.preflight(&parts.headers, methods, &mut reply.headers);
        Some(reply)
    }

    fn body<B: Buf>(
        &self,
        parts: &Parts,
        body: impl Stream<Item = Result<B, warp::Error>> + Send + Sync + 'static,
    ) -> RequestBody {
        let declared = parts.headers.get(header::CONTENT_LENGTH);
        let declared = declared.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let none = declared.unwrap_or(0) == 0 && !parts.headers.contains_key(header::TRANSFER_ENCODING);
        let stream = (!none).then(|| -> BodyStream {
            Box::pin(body.map(|chunk| match chunk {
                Ok(mut chunk) => Ok(chunk.copy_to_bytes(chunk.remaining())),
                Err(_) => Err(()),
            }))
        });
        RequestBody::new(stream, declared, &self.policy.limits)
    }
}

fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(header::ORIGIN)
        && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a fault, with the headers that go with it whatever the dialect.
fn refuse(asked: &Asked, fault: &Fault, allow: Option<&HeaderValue>, route: &str) -> Reply {
    if fault.is_ours() {
        tracing::error!(request_id = asked.id.as_str(), route, cause = %fault, "a request failed");
    }
    let dialect = asked.dialect;
    // Rendering runs outside the handler's guard; a defect in it must not close the connection either.
    let reply = std::panic::catch_unwind(AssertUnwindSafe(|| dialect.fault(fault, asked)));
    let mut reply =
        reply.unwrap_or_else(|_| Reply::json_bytes(StatusCode::INTERNAL_SERVER_ERROR, &b"null"[..]));
    let headers = &mut reply.headers;
    match fault {
        Fault::MethodNotAllowed => {
            headers.extend(allow.map(|allow| (header::ALLOW, allow.clone())));
        }
        Fault::RateLimited { retry_after } => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
        }
        Fault::UpgradeRequired => {
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        }
        Fault::NoToken | Fault::BadToken | Fault::ExpiredToken => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // What is left of the body would be taken for the next request.
        Fault::BodyTooLarge { .. } | Fault::BodyTimeout | Fault::BodyBroken => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    reply
}
