//! The real server as a child process.

use std::{
    env,
    ffi::OsString,
    fmt::Write as _,
    io::{self, BufRead, BufReader},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::load::ask;

/// The server's release binary, which stands beside the benchmarks.
pub fn binary() -> io::Result<PathBuf> {
    let here = env::current_exe()?;
    let found =
        here.ancestors().skip(1).map(|folder| folder.join("matchmaking-server")).find(|file| file.is_file());
    found.ok_or_else(|| {
        io::Error::other("there is no server to measure; run: cargo build --release --bin matchmaking-server")
    })
}

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    // Held open: a server whose standard output is closed is not what operators have.
    _output: BufReader<ChildStdout>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts the server on a free port with its data in this folder, and returns as soon as it says where it
    /// listens.
    pub fn start(data: &Path, database: &str) -> io::Result<Self> {
        Self::start_with(data, database, &[])
    }

    /// The same with these variables set.
    pub fn start_with(data: &Path, database: &str, variables: &[(&str, &str)]) -> io::Result<Self> {
        let mut command = command(data, database)?;
        let mut child = command.envs(variables.iter().copied()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("no standard output"))?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let address = line.rsplit("http://").next().and_then(|address| address.trim().parse().ok());
        let Some(address) = address else {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::other(format!("the server did not start: {line:?}")));
        };
        Ok(Self { child, _output: output, address })
    }

    /// The number of its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks on a connection of its own; the answer must be 200.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> io::Result<String> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        if !body.is_empty() {
            let length = body.len();
            let _ = write!(request, "Content-Type: application/json\r\nContent-Length: {length}\r\n");
        }
        let _ = write!(request, "\r\n{body}");
        let answer = ask(&TcpStream::connect(self.address)?, request.as_bytes())?;
        if answer.starts_with("HTTP/1.1 200 ") { Ok(answer) } else { Err(io::Error::other(answer)) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server's command line, knowing nothing of the environment but where programs and libraries are.
pub fn command(data: &Path, database: &str) -> io::Result<Command> {
    let mut command = Command::new(binary()?);
    let path: OsString = env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("DATA_DIR", data).env("DATABASE_URL", database);
    command.env("BIND_ADDR", "127.0.0.1:0").env("RATE_LIMITS", "off").env("RUST_LOG", "error");
    Ok(command)
}
