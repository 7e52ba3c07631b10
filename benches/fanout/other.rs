//! The other side: npm's `ws`, if there is Node.js and a package registry.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::{
    SOCKETS,
    crowd::{Greeting, Seat},
};

/// The version that is installed.
const WS: &str = "ws@8";

/// A running server. It is killed when dropped.
pub(crate) struct Other {
    child: Child,
    _output: BufReader<ChildStdout>,
    seats: Vec<Seat>,
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Installs the package beside the build, once, and starts the server; else why not.
pub(crate) fn start() -> Result<Other, String> {
    let target = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = target.ancestors().nth(2).map_or_else(|| PathBuf::from("."), |dir| dir.join("npm-ws"));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    if !folder.join("node_modules/ws").is_dir() {
        let install = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", ".", WS];
        let installed = Command::new("npm").args(install).current_dir(&folder).stdin(Stdio::null()).status();
        match installed {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(format!("npm could not install {WS} ({status})")),
            Err(error) => return Err(format!("there is no npm: {error}")),
        }
    }
    let script = folder.join("server.mjs");
    std::fs::write(&script, include_str!("server.mjs")).map_err(|error| error.to_string())?;
    let child = Command::new("node").arg(&script).stdout(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| format!("there is no node: {error}"))?;
    let output = child.stdout.take().ok_or("no standard output")?;
    let mut output = BufReader::new(output);
    let mut line = String::new();
    output.read_line(&mut line).map_err(|error| error.to_string())?;
    let port: u16 = line.trim().parse().map_err(|_| format!("node said {line:?}"))?;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let frame = r#"{"room_id":1,"type":"text","content":"MARK"}"#.to_owned();
    let seat = Seat { address, path: "/".to_owned(), greeting: Greeting::None, frame: Some(frame) };
    Ok(Other { child, _output: output, seats: vec![seat; SOCKETS] })
}

impl Other {
    /// The server's process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Where everyone sits.
    pub(crate) fn seats(&self) -> &[Seat] {
        &self.seats
    }
}
