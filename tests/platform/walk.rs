//! The walk with curl that the surface's page shows.

use std::ffi::OsStr;

use crate::support::{Database, Options, Server, on_every_store, walkthrough};

const ADMIN_TOKEN: &str = "the operator's token of the walk";

async fn the_walk_with_curl_works_as_it_stands(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default().files(folder.path()).back_office(ADMIN_TOKEN);
    let server = Server::start_with(&database, options).await;
    let outbox = folder.path().join("outbox");
    // The hours that come next on the server's clock.
    let more = [
        ("OUTBOX", outbox.as_os_str()),
        ("ADMIN_TOKEN", OsStr::new(ADMIN_TOKEN)),
        ("DAY", OsStr::new("2026-02-05")),
        ("SOON", OsStr::new("19:30")),
        ("LATER", OsStr::new("21:30")),
    ];
    walkthrough::walk("docs/surfaces/platform.md", &server, &more).await;
}

on_every_store!(the_walk_with_curl_works_as_it_stands);
