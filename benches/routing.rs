//! What finding a route costs: the last of all routes against a warp server that has only this one, and how that
//! grows with the number of routes.

use std::{error::Error, num::NonZeroU32, sync::Arc};

use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use matchmaking_benches::{
    load::{Load, ServerThread},
    report::{Goal, Rounds, quick},
};
use matchmaking_core::{
    api::route::{Endpoint, Route, Surface},
    clock::SystemClock,
    service::Foundation,
    store::{Stores, memory::MemoryStore},
};
use matchmaking_server::{
    app,
    http::{Call, Mounted, Policy, Site, Telemetry, mount, run},
    surfaces::dialect_of,
};
use tokio_util::sync::CancellationToken;
use warp::Filter as _;

/// The route that is asked for, wherever it stands.
struct Last;

impl Endpoint for Last {
    const ROUTE: Route = Route::get(Surface::Assistant, "/v1/zoo/last", "The last one");
    type Request = ();
    type Response = &'static str;
}

const PATH: &str = Last::ROUTE.path;
const ANSWER: &str = "here";

fn last() -> Mounted {
    mount::<Last>(|_: Call<()>| async { Ok(ANSWER) })
}

/// Limits that count, and refuse nobody.
fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.limits.address_rate = Some((MANY, MANY));
    policy
}

const MANY: NonZeroU32 = NonZeroU32::new(1_000_000_000).expect("not zero");

fn main() -> Result<(), Box<dyn Error>> {
    let (rounds, requests) = if quick() { (1, 2_000) } else { (15, 25_000) };
    let warp = ServerThread::start(|listener| on_runtime(one_route_warp(listener)))?;
    let all = ServerThread::start(|listener| on_runtime(all_routes(listener)))?;
    let few = ServerThread::start(|listener| on_runtime(some_routes(listener, 1)))?;
    let many = ServerThread::start(|listener| on_runtime(some_routes(listener, 200)))?;
    // Connections are opened when they are needed: idle ones are closed.
    let open = |server: &ServerThread| Load::open(server, PATH, 32, 1);

    let (mut side, mut other) = (open(&all)?, open(&warp)?);
    assert_eq!(side.answer(), other.answer(), "the answers differ");
    let pairs = Rounds::of(rounds, || cpu(&mut side, requests), || cpu(&mut other, requests))?;
    let goal = Goal::AtMost { must: 1.5, goal: 1.05, beyond: None };
    let unit = "µs CPU a request";
    pairs.print(
        "the last of all routes",
        ("the server, all its routes and one more", "warp, this route alone", unit),
        goal,
    );

    let (mut side, mut other) = (open(&many)?, open(&few)?);
    assert_eq!(side.answer(), other.answer(), "the answers differ");
    let pairs = Rounds::of(rounds, || cpu(&mut side, requests), || cpu(&mut other, requests))?;
    pairs.print(
        "200 routes against one",
        ("the kit, the last of 200 routes", "the kit, one route", unit),
        Goal::Told,
    );
    Ok(())
}

fn cpu(load: &mut Load, requests: usize) -> std::io::Result<f64> {
    Ok(load.run(requests)?.micros)
}

fn on_runtime(server: impl Future<Output = Result<(), Box<dyn Error>>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(server).expect("a server");
}

/// What warp's own documentation would write, with the two headers that every answer of the kit has, straight on
/// hyper.
async fn one_route_warp(listener: std::net::TcpListener) -> Result<(), Box<dyn Error>> {
    let route = warp::path!("v1" / "zoo" / "last")
        .and(warp::get())
        .map(|| warp::reply::json(&ANSWER))
        .with(warp::reply::with::header("x-request-id", "0123456789abcdef"))
        .with(warp::reply::with::header("x-content-type-options", "nosniff"));
    let service = TowerToHyperService::new(warp::service(route));
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone()));
    }
}

async fn all_routes(listener: std::net::TcpListener) -> Result<(), Box<dyn Error>> {
    let stores = Stores::from_one(Arc::new(MemoryStore::new()));
    let services = app::over(Foundation::over(stores)).await?;
    let mut site = app::site(&services, &Surface::ALL, policy());
    site.routes.push(last());
    serve(listener, site).await
}

/// So many routes as a real table has them: a few levels deep, some with parameters.
async fn some_routes(listener: std::net::TcpListener, count: usize) -> Result<(), Box<dyn Error>> {
    let mut routes = Vec::new();
    for number in 1..count {
        let mut mounted = last();
        let path = match number % 3 {
            0 => format!("/v1/zoo/house{number}"),
            1 => format!("/v1/zoo/house{number}/{{animal}}/food"),
            _ => format!("/v1/city{number}/street"),
        };
        // Routes are constants; these are made once for the whole run.
        mounted.listed.route.path = path.leak();
        routes.push(mounted);
    }
    routes.push(last());
    serve(
        listener,
        Site {
            routes,
            dialects: dialect_of,
            policy: policy(),
            telemetry: Arc::new(Telemetry::new()),
            clock: Arc::new(SystemClock),
        },
    )
    .await
}

async fn serve(listener: std::net::TcpListener, site: Site) -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    Ok(run(listener, site, CancellationToken::new()).await?)
}
