//! `serve`: put everything together, listen, and go down in order.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;

use matchmaking_core::api::route::Surface;
use matchmaking_core::store::DatabaseUrl;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat, Problems};
use crate::http::{RouteConflict, Site};
use crate::{app, config::limits, http};

/// Why the program could not do what it was asked; one line each.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Flags or variables are wrong.
    #[error(transparent)]
    Config(#[from] Problems),
    /// The address cannot be listened on.
    #[error("BIND_ADDR: cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The folder of data cannot be used.
    #[error("DATA_DIR: {path} cannot be used: {source}")]
    DataDir {
        /// The folder.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// The store cannot be used.
    #[error("DATABASE_URL: {}", with_causes(.0))]
    Store(#[from] matchmaking_core::error::StoreError),
    /// Something outside the process cannot be used.
    #[error("{}", with_causes(.0))]
    Port(crate::ports::PortFailure),
    /// Two endpoints want the same place: a defect.
    #[error(transparent)]
    Routes(#[from] RouteConflict),
    /// The system refuses something that every process needs.
    #[error("cannot start: {0}")]
    System(#[source] io::Error),
    /// Any other reason, in one line.
    #[error("{0}")]
    Other(String),
}

impl From<app::OpenError> for Failure {
    fn from(error: app::OpenError) -> Self {
        match error {
            app::OpenError::Port(failure) => Self::Port(failure),
            app::OpenError::Store(error) => Self::Store(error),
            app::OpenError::Weights(error) => Self::Other(error.to_string()),
        }
    }
}

/// An error with what caused it, in one line. No cause of a store's or a port's error names a password.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let text = deeper.to_string();
        // A wrapper often repeats what it wraps.
        if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
        cause = deeper.source();
    }
    line.replace('\n', " ")
}

pub(super) fn run(config: Config) -> Result<(), Failure> {
    start_log(&config);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::System)?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), Failure> {
    // Made early: that shows at once whether DATA_DIR can be used.
    let secrets = config
        .secrets()
        .map_err(|source| Failure::DataDir { path: config.data_dir.display().to_string(), source })?;
    let listener =
        listen(config.bind_addr).map_err(|source| Failure::Bind { address: config.bind_addr, source })?;
    let address = listener.local_addr().map_err(Failure::System)?;
    let services = app::open(&config, &secrets).await?;
    let shutdown = CancellationToken::new();
    let signals = signals(shutdown.clone()).map_err(Failure::System)?;
    let site = app::site(&services, &config.surfaces, config.policy.clone());
    announce(&config, &site, address, &config.database_url.parse()?);
    let signals = tokio::spawn(signals);
    http::run(listener, site, shutdown).await?;
    services.stop().await;
    services.stores.upkeep.close().await;
    signals.abort();
    Ok(())
}

/// A listener on `address`, at once usable again after a restart.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(limits::ACCEPT_BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

/// Waits for SIGTERM or SIGINT and begins the shutdown. A second one ends the process at once.
#[cfg(unix)]
fn signals(shutdown: CancellationToken) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("going down");
        shutdown.cancel();
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        std::process::exit(1);
    })
}

/// Waits for Ctrl-C and begins the shutdown.
#[cfg(not(unix))]
fn signals(shutdown: CancellationToken) -> io::Result<impl Future<Output = ()>> {
    Ok(async move {
        let _ = tokio::signal::ctrl_c().await;
        shutdown.cancel();
    })
}

fn start_log(config: &Config) {
    let filter = EnvFilter::new(&config.log_filter);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    // Fails only if a subscriber is there already, which then is the one to use.
    let _ = match config.log_format {
        LogFormat::Pretty => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}

/// Says what is where, to whoever started the program.
fn announce(config: &Config, site: &Site, address: SocketAddr, database: &DatabaseUrl) {
    let surfaces = site.routes.iter().map(|mounted| mounted.listed.route.surface);
    let surfaces: BTreeSet<_> =
        surfaces.filter(|surface| !matches!(surface, Surface::Media | Surface::Operations)).collect();
    let surfaces: Vec<_> = surfaces.iter().map(|surface| surface.name()).collect();
    let lines = [
        format!("listening   http://{address}"),
        format!("surfaces    {}", surfaces.join(", ")),
        format!("database    {database}"),
        format!("data        {}", config.data_dir.display()),
        format!("demo        http://{address}/demo"),
        format!("docs        http://{address}/docs   http://{address}/openapi.json"),
        format!("operations  http://{address}/healthz /readyz /metrics /version"),
    ];
    // Nobody need listen: a closed standard output must not end the server.
    let _ = writeln!(io::stdout().lock(), "{}", lines.join("\n"));
}
