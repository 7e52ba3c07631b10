//! The real server, in this process, on a port of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use matchmaking_core::api::route::Surface;
use matchmaking_core::clock::{Clock, ManualClock, Millis, SystemClock};
use matchmaking_core::ports::{Ports, assistant::Assistant, media::FileMedia, sms::FileSms};
use matchmaking_core::service::{Foundation, Services, passwords::PasswordCost, tokens::TokenKey};
use matchmaking_core::store::{self, DatabaseUrl};
use matchmaking_server::config::{Secret, limits::Limits};
use matchmaking_server::http::{OpenSurfaces, Policy};
use matchmaking_server::ports::nats::NatsBus;
use matchmaking_server::{app, http};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::Database;
use super::ledger::Ledger;
use super::outbox::Outbox;
use super::process::NATS;

/// What the manual clock shows at the start: `2026-02-05T10:30:00.123Z`.
pub(crate) const START: Millis = Millis(1_770_287_400_123);

/// What the server's tokens are signed with.
pub(crate) fn token_key() -> TokenKey {
    TokenKey::new(b"a key of thirty-two bytes for tests")
}

/// How a server is started. Rate limits are off, and the clock stands still, unless a test says otherwise.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) policy: Policy,
    pub(crate) system_clock: bool,
    /// What the manual clock shows at the start.
    pub(crate) begun_at: Millis,
    /// The file in which the gateway writes down what it gives back, if it is to.
    pub(crate) ledger: Option<PathBuf>,
    /// Whether codes of text messages have no interval and no number a day.
    pub(crate) free_codes: bool,
    /// Whether contacts in messages are shown.
    pub(crate) shows_contacts: bool,
    /// Whether daily lists are drawn for everyone when their day begins.
    pub(crate) draws_ahead: bool,
    /// By its name; that of the services' default if it is empty.
    pub(crate) time_zone: &'static str,
    /// Whether photos pass at once, without a reviewer.
    pub(crate) photos_pass: bool,
    /// The folder in which media (`media/`) and text messages (`outbox`) are kept; in memory without one.
    pub(crate) files: Option<PathBuf>,
    /// The subject of the bus to other nodes, on the NATS server at its usual place; without it there are none.
    pub(crate) bus: Option<String>,
    /// Who answers in place of the built-in assistant.
    pub(crate) assistant: Option<Arc<dyn Assistant>>,
}

impl Default for Options {
    fn default() -> Self {
        let limits = Limits { address_rate: None, account_rate: None, ..Limits::default() };
        Self {
            policy: Policy { limits, ..Policy::default() },
            system_clock: false,
            begun_at: START,
            ledger: None,
            bus: None,
            free_codes: false,
            shows_contacts: false,
            draws_ahead: false,
            time_zone: "",
            photos_pass: false,
            files: None,
            assistant: None,
        }
    }
}

impl Options {
    /// With bounds changed.
    pub(crate) fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.policy.limits);
        self
    }

    /// With this rule for the surfaces without authentication.
    pub(crate) fn open_surfaces(mut self, rule: OpenSurfaces) -> Self {
        self.policy.open_surfaces = rule;
        self
    }

    /// In this time zone.
    pub(crate) fn time_zone(mut self, name: &'static str) -> Self {
        self.time_zone = name;
        self
    }

    /// With photos that pass at once.
    pub(crate) fn photos_pass(mut self) -> Self {
        self.photos_pass = true;
        self
    }

    /// With media and text messages kept in this folder.
    pub(crate) fn files(mut self, folder: &Path) -> Self {
        self.files = Some(folder.to_owned());
        self
    }

    /// With a back office that this opens.
    pub(crate) fn back_office(mut self, token: &str) -> Self {
        self.policy.admin_token = Some(Secret::new(token));
        self
    }

    /// With as many codes of text messages as anyone likes.
    pub(crate) fn free_codes(mut self) -> Self {
        self.free_codes = true;
        self
    }

    /// With contacts in messages as they were written.
    pub(crate) fn shows_contacts(mut self) -> Self {
        self.shows_contacts = true;
        self
    }

    /// With daily lists that are drawn for everyone when their day begins.
    pub(crate) fn draws_ahead(mut self) -> Self {
        self.draws_ahead = true;
        self
    }

    /// With this one answering.
    pub(crate) fn assistant(mut self, assistant: Arc<dyn Assistant>) -> Self {
        self.assistant = Some(assistant);
        self
    }

    /// With a clock that stands there at the start.
    pub(crate) fn begun_at(mut self, moment: Millis) -> Self {
        self.begun_at = moment;
        self
    }

    /// With a gateway that writes down in this file what it gives back.
    pub(crate) fn ledger(mut self, file: &Path) -> Self {
        self.ledger = Some(file.to_owned());
        self
    }

    /// With the machine's clock.
    pub(crate) fn system_clock(mut self) -> Self {
        self.system_clock = true;
        self
    }
}

/// A server, in this process or another, as its clients know it.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    pub(crate) address: SocketAddr,
    pub(crate) http: reqwest::Client,
}

impl Remote {
    /// The server at this address.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(super::PATIENCE).build().unwrap();
        Self { address, http }
    }

    /// Where a path is.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// A running server. Dropping it shuts it down in order and waits until it is gone.
pub(crate) struct Server {
    pub(crate) clock: Arc<ManualClock>,
    /// The text messages that it sends.
    pub(crate) outbox: Arc<Outbox>,
    remote: Remote,
    services: Arc<Services>,
    handle: Handle,
    shutdown: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A server over this database, started as most tests want it.
    pub(crate) async fn start(database: &Database) -> Self {
        Self::start_with(database, Options::default()).await
    }

    /// A server over this database.
    pub(crate) async fn start_with(database: &Database, options: Options) -> Self {
        Self::start_at(database.url(), options).await
    }

    /// A server over the database at this place.
    pub(crate) async fn start_at(url: DatabaseUrl, options: Options) -> Self {
        let clock = Arc::new(ManualClock::new(options.begun_at));
        let time: Arc<dyn Clock> =
            if options.system_clock { Arc::new(SystemClock) } else { Arc::clone(&clock) as _ };
        let outbox = Arc::new(Outbox::default());
        let sms = Arc::clone(&outbox);
        let shutdown = CancellationToken::new();
        let (ready, is_ready) = oneshot::channel();
        let stop = shutdown.clone();
        // A runtime of its own: dropping may then wait for the server wherever it happens.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("server")
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let stores = store::open(&url).await.unwrap();
                let password_cost = PasswordCost::cheap();
                let token_key = token_key();
                let ports = match &options.files {
                    Some(folder) => Ports {
                        sms: Arc::new(FileSms::open(folder.join("outbox")).await.unwrap()),
                        media: Arc::new(FileMedia::open(folder.join("media")).await.unwrap()),
                        ..Ports::offline()
                    },
                    None => Ports { sms, ..Ports::offline() },
                };
                let mut ports = Ports { assistant: options.assistant, ..ports };
                if let Some(file) = options.ledger {
                    ports.payments = Arc::new(Ledger::new(ports.payments, file));
                }
                if let Some(subject) = options.bus {
                    ports.bus = Arc::new(NatsBus::connect(NATS, subject).await.unwrap());
                }
                let foundation = Foundation {
                    ports,
                    clock: time,
                    password_cost,
                    token_key,
                    limits_codes: !options.free_codes,
                    photos_approved_at_once: options.photos_pass,
                    masks_contacts: !options.shows_contacts,
                    draws_daily_ahead: options.draws_ahead,
                    ..Foundation::over(stores)
                };
                let foundation = match options.time_zone {
                    "" => foundation,
                    name => Foundation { time_zone: name.parse().unwrap(), ..foundation },
                };
                let services = app::over(foundation).await.unwrap();
                let site = app::site(&services, &Surface::ALL, options.policy);
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                let address = listener.local_addr().unwrap();
                ready.send((address, Arc::clone(&services), Handle::current())).ok().unwrap();
                http::run(listener, site, stop).await.unwrap();
                services.stop().await;
                services.stores.upkeep.close().await;
            });
            runtime.shutdown_timeout(Duration::from_secs(10));
        });
        let (address, services, handle) = is_ready.await.expect("the server did not start; see above");
        Self { clock, outbox, remote: Remote::at(address), services, handle, shutdown, thread: Some(thread) }
    }

    /// Runs something on the server's own runtime, to which its store belongs.
    pub(crate) async fn inside<T, F>(&self, act: impl FnOnce(Arc<Services>) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.handle.spawn(act(Arc::clone(&self.services))).await.unwrap()
    }

    /// How many sockets are registered with the hub.
    pub(crate) fn connections(&self) -> usize {
        self.services.hub.connections()
    }

    /// Begins the shutdown without waiting for its end.
    pub(crate) fn begin_shutdown(&self) {
        self.shutdown.cancel();
    }

    /// Shuts down in order. Fails if the server failed.
    pub(crate) fn stop(mut self) {
        self.shutdown.cancel();
        self.thread.take().unwrap().join().expect("the server panicked");
    }
}

impl std::ops::Deref for Server {
    type Target = Remote;

    fn deref(&self) -> &Remote {
        &self.remote
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.cancel();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server panicked");
        }
    }
}
