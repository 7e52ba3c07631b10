//! The walk of the surface's page.

use crate::support::walkthrough::walk;
use crate::support::{Backend, Database, Server, run};

#[test]
fn the_walk_in_the_documentation_works() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        walk("docs/surfaces/rooms.md", &server, &[]).await;
    });
}
