//! `openapi`: print the document of every route, whatever the configuration.

use std::io::Write as _;
use std::process::ExitCode;

pub(super) fn run() -> ExitCode {
    let document = crate::ops::document(&crate::surfaces::all_routes()).to_json();
    // A reader that closes the pipe early (`| head`) is no failure worth a panic.
    match writeln!(std::io::stdout().lock(), "{document}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
