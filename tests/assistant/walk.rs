//! The walk with curl that the surface's page shows.

use crate::support::{Database, Server, on_every_store, walkthrough};

async fn the_walk_with_curl_works_as_it_stands(database: Database) {
    let server = Server::start(&database).await;
    walkthrough::walk("docs/surfaces/assistant.md", &server, &[]).await;
}

on_every_store!(the_walk_with_curl_works_as_it_stands);
