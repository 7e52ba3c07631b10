//! The accept loop: connections in, each served by hyper with timeouts, until the shutdown.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::dispatch::{Arrival, Kit, Site};
use super::merge::Merging;
use super::router::RouteConflict;
use crate::config::limits;

/// How often recorded durations are put into their classes.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Serves a site on `listener` until `shutdown` is cancelled, and then drains: no new connections, idle ones
/// closed, sockets closed with 1012, requests under way finished within the grace, whatever is left cut off.
///
/// Nothing is kept outside: several servers may run in one process. Fails before anything is served if two
/// endpoints want the same method and path.
pub async fn run(
    listener: TcpListener,
    site: Site,
    shutdown: CancellationToken,
) -> Result<(), RouteConflict> {
    let kit = Kit::new(site, shutdown)?;
    let upkeep = kit.tracker.spawn(upkeep(Arc::clone(&kit)));
    accept(listener, &kit).await;
    drop(upkeep);
    kit.tracker.close();
    if tokio::time::timeout(kit.policy.limits.shutdown_grace, kit.tracker.wait()).await.is_err() {
        tracing::warn!("the grace is over: requests that still run are cut off");
        kit.kill.cancel();
        kit.tracker.wait().await;
    }
    Ok(())
}

async fn upkeep(kit: Arc<Kit>) {
    while kit.shutdown.run_until_cancelled(tokio::time::sleep(UPKEEP_EVERY)).await.is_some() {
        kit.telemetry.upkeep();
    }
}

/// Accepts until the shutdown. The listener is closed on return.
async fn accept(listener: TcpListener, kit: &Arc<Kit>) {
    let slots = Arc::new(Semaphore::new(kit.policy.limits.connections.min(Semaphore::MAX_PERMITS)));
    let mut pause = limits::ACCEPT_PAUSE;
    loop {
        let Some(accepted) = kit.shutdown.run_until_cancelled(listener.accept()).await else { return };
        match accepted {
            Ok((stream, peer)) => {
                pause = limits::ACCEPT_PAUSE;
                let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
                    // Dropped, hence closed: waiting in line would only hide that the server is full.
                    kit.telemetry.refused_connections.increment(1);
                    continue;
                };
                let kit_of_connection = Arc::clone(kit);
                kit.tracker.spawn(async move {
                    serve(stream, peer, kit_of_connection).await;
                    drop(slot);
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                // No file descriptors or no memory: at once it would only fail again, and turn the loop hot.
                tracing::error!(%error, "accepting a connection failed");
                let _ = kit.shutdown.run_until_cancelled(tokio::time::sleep(pause)).await;
                pause = (pause * 2).min(limits::ACCEPT_PAUSE_MAX);
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

async fn serve(stream: TcpStream, peer: SocketAddr, kit: Arc<Kit>) {
    // Without it small frames that follow each other wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    kit.telemetry.connections.increment(1.0);
    let kit_of_requests = Arc::clone(&kit);
    let service = service_fn(move |request: Request<Incoming>| {
        // warp gets the body, and a handle to the rest, so that no header map is copied.
        let (parts, body) = request.into_parts();
        let filter = kit_of_requests.filter(Arrival { peer, parts: Arc::new(parts) });
        TowerToHyperService::new(warp::service(filter)).call(Request::new(body))
    });
    // Without `pipeline_flush`: it holds an answer back while more was read, and when that is the first frame of a
    // socket, the handshake's answer is never written.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(kit.policy.limits.header_timeout)
        .max_headers(limits::HEADERS_MAX)
        .max_buf_size(limits::HEAD_BYTES_MAX)
        .serve_connection(Merging::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        // Errors of a connection (broken requests, timeouts, a client that left) are the client's affair.
        _ = connection.as_mut() => {}
        () = kit.shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            kit.kill.run_until_cancelled(connection).await;
        }
    }
    kit.telemetry.connections.decrement(1.0);
}
