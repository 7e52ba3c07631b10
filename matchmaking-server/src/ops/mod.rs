//! Routes for whoever runs the server: health, readiness, metrics, version, the OpenAPI document and its page.

mod document;
mod readiness;

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use matchmaking_core::api::fault::Fault;
use matchmaking_core::api::route::{Endpoint, Listed, Route, RouteKind, Surface};
use serde::Serialize;
use utoipa::ToSchema;

use crate::demo;
use crate::http::{Call, Ctx, Mounted, Reply, Telemetry, mount, raw, with};

pub use document::{Document, document};
pub use readiness::{Readiness, ReadinessCheck};

/// Every route of this module.
pub const ROUTES: &[Listed] = &[
    Listed::of::<GetHealth>(),
    Listed::of::<GetReadiness>(),
    Listed::of::<GetMetrics>(),
    Listed::of::<GetVersion>(),
    Listed::of::<GetOpenApi>(),
    Listed::of::<GetDocs>(),
    Listed::of::<GetDocsFile>(),
    Listed::of::<GetDemo>(),
];

/// Declares an endpoint without a request.
macro_rules! endpoint {
    ($(#[$doc:meta])* $name:ident -> $response:ty = $route:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Endpoint for $name {
            const ROUTE: Route = $route;
            type Request = ();
            type Response = $response;
        }
    };
}

endpoint! {
    /// Whether the process is alive.
    GetHealth -> Health = Route::get(Surface::Operations, "/healthz", "Whether the process is alive")
}
endpoint! {
    /// Whether requests should be sent here.
    GetReadiness -> Health = Route::get(
        Surface::Operations,
        "/readyz",
        "Whether requests should be sent here: 503 while something is missing or the server goes down",
    )
    .kind(RouteKind::Raw)
}
endpoint! {
    /// Counters for Prometheus.
    GetMetrics -> () = Route::get(Surface::Operations, "/metrics", "Counters for Prometheus").kind(RouteKind::Raw)
}
endpoint! {
    /// The version that runs.
    GetVersion -> Version = Route::get(Surface::Operations, "/version", "The version that runs")
}
endpoint! {
    /// The OpenAPI document.
    GetOpenApi -> () = Route::get(Surface::Operations, "/openapi.json", "This document").kind(RouteKind::Raw)
}
endpoint! {
    /// The page that shows the OpenAPI document.
    GetDocs -> () = Route::get(Surface::Operations, "/docs", "This document as a page").kind(RouteKind::Raw)
}
endpoint! {
    /// A file of that page.
    GetDocsFile -> () =
        Route::get(Surface::Operations, "/docs/{*file}", "A file of that page").kind(RouteKind::Raw)
}

endpoint! {
    /// The demo page.
    GetDemo -> () = Route::get(Surface::Operations, "/demo", "Two people in one browser window").kind(RouteKind::Raw)
}

/// A word about the server.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, `draining`, or what is missing.
    pub status: String,
}

/// The version that runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Version {
    /// The program's name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// The OpenAPI document, made when it is first asked for.
type LateDocument = LazyLock<Bytes, Box<dyn FnOnce() -> Bytes + Send>>;

/// The handlers of this module, over what they tell of.
#[must_use]
pub fn mounted(telemetry: &Arc<Telemetry>, readiness: Readiness, listed: &[Listed]) -> Vec<Mounted> {
    let readiness = Arc::new(readiness);
    let listed = listed.to_vec();
    // Not before somebody asks: to make it takes longer than everything else at the start.
    let openapi: Arc<LateDocument> =
        Arc::new(LazyLock::new(Box::new(move || Bytes::from(document(&listed).to_json()))));
    vec![
        mount::<GetHealth>(|_: Call<()>| async { Ok(Health { status: "ok".to_owned() }) }),
        raw::<GetReadiness>(with(&readiness, get_readiness)),
        raw::<GetMetrics>(with(telemetry, get_metrics)),
        mount::<GetVersion>(|_: Call<()>| async {
            Ok(Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") })
        }),
        raw::<GetOpenApi>(with(&openapi, get_openapi)),
        raw::<GetDocs>(get_docs),
        raw::<GetDocsFile>(get_docs_file),
        raw::<GetDemo>(|_: Ctx| async { Ok(demo::page()) }),
    ]
}

async fn get_readiness(readiness: Arc<Readiness>, ctx: Ctx) -> Result<Reply, Fault> {
    if ctx.is_draining() {
        let draining = Health { status: "draining".to_owned() };
        return Ok(Reply::json(StatusCode::SERVICE_UNAVAILABLE, &draining));
    }
    Ok(match readiness.missing().await {
        None => Reply::json(StatusCode::OK, &Health { status: "ok".to_owned() }),
        Some(name) => {
            let missing = Health { status: format!("{name} is unavailable") };
            Reply::json(StatusCode::SERVICE_UNAVAILABLE, &missing)
        }
    })
}

async fn get_metrics(telemetry: Arc<Telemetry>, _: Ctx) -> Result<Reply, Fault> {
    Ok(Reply::bytes(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", telemetry.render()))
}

async fn get_openapi(document: Arc<LateDocument>, _: Ctx) -> Result<Reply, Fault> {
    Ok(Reply::json_bytes(StatusCode::OK, Bytes::clone(&document)))
}

async fn get_docs(_: Ctx) -> Result<Reply, Fault> {
    // The page names its files relative to itself, so it must be below a slash. The kit ignores a trailing
    // slash, hence the file's full name.
    Ok(Reply::empty(StatusCode::TEMPORARY_REDIRECT)
        .header(header::LOCATION, HeaderValue::from_static("/docs/index.html")))
}

async fn get_docs_file(ctx: Ctx) -> Result<Reply, Fault> {
    let config = Arc::new(utoipa_swagger_ui::Config::from("/openapi.json"));
    let file = utoipa_swagger_ui::serve(ctx.param("file").unwrap_or(""), config);
    let file = file.map_err(Fault::internal)?.ok_or(Fault::UnknownPath)?;
    let media_type = HeaderValue::from_str(&file.content_type).map_err(Fault::internal)?;
    let mut reply = Reply::empty(StatusCode::OK)
        .with_body(file.bytes.into_owned())
        .header(header::CONTENT_TYPE, media_type);
    if file.gzpipped {
        reply = reply.header(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";
    Ok(reply.header(HeaderName::from_static("content-security-policy"), HeaderValue::from_static(policy)))
}
