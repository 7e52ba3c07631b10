//! `healthcheck`: ask the server at `BIND_ADDR` for `/healthz`, for supervisors that have no curl.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use crate::config::Config;

/// How long each step of asking may take.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn run(config: &Config) -> ExitCode {
    match ask(config.bind_addr) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            let _ = writeln!(io::stderr(), "matchmaking-server: {} is not well", config.bind_addr);
            ExitCode::FAILURE
        }
        Err(error) => {
            let _ =
                writeln!(io::stderr(), "matchmaking-server: {} does not answer: {error}", config.bind_addr);
            ExitCode::FAILURE
        }
    }
}

fn ask(mut address: SocketAddr) -> io::Result<bool> {
    // "Everywhere" is where a server listens, not where one connects to.
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut head = [0_u8; 12];
    stream.read_exact(&mut head)?;
    Ok(head == *b"HTTP/1.1 200")
}
