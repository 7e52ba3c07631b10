//! The smallest route of the server against bare hyper that answers the same bytes.

use std::{convert::Infallible, error::Error, net::TcpListener, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, body::Incoming, header::HeaderValue, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use matchmaking_benches::{
    load::{Load, Measured, ServerThread},
    report::{Goal, Rounds, quick},
};
use matchmaking_core::{
    api::route::Surface,
    service::Foundation,
    store::{Stores, memory::MemoryStore},
};
use matchmaking_server::{app, http, http::Policy};
use tokio_util::sync::CancellationToken;

const PATH: &str = "/version";

fn main() -> Result<(), Box<dyn Error>> {
    let (rounds, requests) = if quick() { (1, 3_000) } else { (15, 50_000) };
    let ours = ServerThread::start(|listener| on_runtime(server(listener)))?;
    let bare = ServerThread::start(|listener| on_runtime(bare_hyper(listener)))?;
    for (way, connections, at_once) in
        [("keep-alive, one request at a time", 32, 1), ("pipelined, 16 requests at once", 8, 16)]
    {
        let mut ours = Load::open(&ours, PATH, connections, at_once)?;
        let mut bare = Load::open(&bare, PATH, connections, at_once)?;
        assert_eq!(ours.answer(), bare.answer(), "the answers differ");
        assert_eq!(ours.answer_length(), bare.answer_length(), "the answers differ");

        let mut speed = Rounds::default();
        let mut per_cpu_second = Rounds::default();
        for round in 0..=rounds {
            let (ours, bare): (Measured, Measured) = (ours.run(requests)?, bare.run(requests)?);
            if round > 0 {
                speed.push(ours.per_second, bare.per_second);
                per_cpu_second.push(1e6 / ours.micros, 1e6 / bare.micros);
            }
        }
        // What a server can serve is what its CPU time allows; what it did serve depends on what else ran meanwhile.
        let goal = Goal::AtLeast { must: 0.6, goal: 0.8, beyond: Some(0.95) };
        let sides = |unit| ("the server", "bare hyper", unit);
        per_cpu_second.print(format!("{PATH}, {way}"), sides("requests a second of the server's CPU"), goal);
        speed.print("the same by the clock on the wall", sides("requests a second"), Goal::Told);
    }
    Ok(())
}

fn on_runtime(server: impl Future<Output = Result<(), Box<dyn Error>>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(server).expect("a server");
}

async fn server(listener: TcpListener) -> Result<(), Box<dyn Error>> {
    let stores = Stores::from_one(Arc::new(MemoryStore::new()));
    let services = app::over(Foundation::over(stores)).await?;
    let site = app::site(&services, &Surface::ALL, Policy::default());
    let listener = tokio::net::TcpListener::from_std(listener)?;
    Ok(http::run(listener, site, CancellationToken::new()).await?)
}

/// Nothing but hyper: no routing, no limits, no counting, the answer made of constants and written as fast as hyper
/// writes short ones.
async fn bare_hyper(listener: TcpListener) -> Result<(), Box<dyn Error>> {
    const BODY: &[u8] =
        concat!(r#"{"name":"matchmaking-server","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#).as_bytes();
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = service_fn(|_: Request<Incoming>| async {
            let mut response = Response::new(Full::new(Bytes::from_static(BODY)));
            let headers = response.headers_mut();
            headers.insert("content-type", HeaderValue::from_static("application/json"));
            headers.insert("x-request-id", HeaderValue::from_static("0123456789abcdef"));
            headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
            Ok::<_, Infallible>(response)
        });
        let connection = http1::Builder::new().writev(false).serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}
