//! The walk with curl that the surface's page shows.

use crate::support::{Database, Options, Server, on_every_store, walkthrough};

async fn the_walk_with_curl_works_as_it_stands(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(&database, Options::default().files(folder.path())).await;
    let outbox = folder.path().join("outbox");
    walkthrough::walk("docs/surfaces/platform.md", &server, &[("OUTBOX", &outbox)]).await;
}

on_every_store!(the_walk_with_curl_works_as_it_stands);
