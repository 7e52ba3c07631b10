//! A server in a process of its own: this test binary again, told by environment variables to run [`server_process`] as a
//! server.

use std::io::Read as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use matchmaking_core::clock::Millis;
use matchmaking_server::ports::openai::{OpenAi, Patience};

use super::{Database, Options, Remote, Server, until};

/// Names the database to the process that is to be a server.
const DATABASE: &str = "MATCHMAKING_TEST_DATABASE";
/// Names the folder in which that process leaves its address.
const FOLDER: &str = "MATCHMAKING_TEST_FOLDER";
/// Whether it keeps its files there, too, and writes a log of everything.
const KEEPS_FILES: &str = "MATCHMAKING_TEST_KEEPS_FILES";
/// Names the server of the language model that its assistant asks, if it is to ask one.
const MODEL: &str = "MATCHMAKING_TEST_MODEL";
/// Where its clock stands, in milliseconds, if it is to stand; then it leaves in the folder, too, what its gateway gives
/// back (`ledger`).
const MOMENT: &str = "MATCHMAKING_TEST_MOMENT";

/// Names the subject of the bus that it is on, if it is on one.
const BUS: &str = "MATCHMAKING_TEST_BUS";

/// Where a NATS server usually is.
pub(crate) const NATS: &str = "nats://127.0.0.1:4222";

/// Whether there is one.
pub(crate) fn nats_is_here() -> bool {
    TcpStream::connect(NATS.trim_start_matches("nats://")).is_ok()
}

/// What opens the back office of such a server.
pub(crate) const ADMIN_TOKEN: &str = "the operator's token of a process";

/// No test, but the server of one, when the environment says so. Ends with whoever started it.
#[test]
fn server_process() {
    let Ok(url) = std::env::var(DATABASE) else { return };
    let folder = std::env::var(FOLDER).unwrap();
    let folder = Path::new(&folder);
    let mut options = Options::default().back_office(ADMIN_TOKEN);
    options = match std::env::var(MOMENT) {
        Ok(moment) => options.begun_at(Millis(moment.parse().unwrap())).ledger(&folder.join("ledger")),
        Err(_) => options.system_clock(),
    };
    if std::env::var_os(KEEPS_FILES).is_some() {
        let log = std::fs::File::create(folder.join("log")).unwrap();
        tracing_subscriber::fmt().with_env_filter("trace").with_ansi(false).with_writer(log).init();
        options = options.files(folder);
    }
    options.bus = std::env::var(BUS).ok();
    if let Ok(base) = std::env::var(MODEL) {
        options = options.assistant(Arc::new(OpenAi::new(&base, None, None, Patience::default()).unwrap()));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::start_at(url.parse().unwrap(), options));
    // In one step, so that nobody reads half an address.
    let half = folder.join("address.half");
    std::fs::write(&half, server.address.to_string()).unwrap();
    std::fs::rename(half, folder.join("address")).unwrap();
    // Nothing is ever written there: it ends when the other process closes it, or does itself.
    let _ = std::io::stdin().read(&mut [0]);
    server.stop();
    std::process::exit(0);
}

/// A server in another process.
pub(crate) struct Process {
    child: Child,
    pub(crate) remote: Remote,
}

impl Process {
    /// A server over this database, whose address is left in this folder.
    pub(crate) async fn start(database: &Database, folder: &Path) -> Self {
        Self::start_as(database, folder, &[]).await
    }

    /// One that keeps media (`media/`), text messages (`outbox`) and a log of everything (`log`) in the folder, too.
    pub(crate) async fn start_with_files(database: &Database, folder: &Path) -> Self {
        Self::start_as(database, folder, &[(KEEPS_FILES, "1")]).await
    }

    /// One whose assistant asks the language model at this address.
    pub(crate) async fn start_with_model(database: &Database, folder: &Path, base: &str) -> Self {
        Self::start_as(database, folder, &[(MODEL, base)]).await
    }

    /// One that is on the bus with this subject.
    pub(crate) async fn start_on_bus(database: &Database, folder: &Path, subject: &str) -> Self {
        Self::start_as(database, folder, &[(BUS, subject)]).await
    }

    /// One whose clock stands at this moment, and whose gateway writes down what it gives back (`ledger`).
    pub(crate) async fn start_at_moment(database: &Database, folder: &Path, moment: Millis) -> Self {
        Self::start_as(database, folder, &[(MOMENT, &moment.0.to_string())]).await
    }

    async fn start_as(database: &Database, folder: &Path, more: &[(&str, &str)]) -> Self {
        let address_file = folder.join("address");
        let _ = std::fs::remove_file(&address_file);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "support::process::server_process", "--nocapture", "--test-threads=1"])
            .env(DATABASE, database.url_text())
            .env(FOLDER, folder)
            .envs(more.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until("the server's address", async || {
            assert!(child.try_wait().unwrap().is_none(), "the server's process ended; see above");
            address_file.exists()
        })
        .await;
        let address = std::fs::read_to_string(address_file).unwrap().parse().unwrap();
        Self { child, remote: Remote::at(address) }
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it shut down in order, and waits until it has.
    pub(crate) fn stop(mut self) {
        drop(self.child.stdin.take());
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "{ended}");
    }
}
