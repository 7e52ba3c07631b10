//! The surfaces: parse, call a service, render. A folder each; none calls another.

mod fastapi;

use matchmaking_core::api::route::{Listed, Surface};

use crate::http::{Dialect, Mounted};

pub use fastapi::FastApi;

/// The dialect of a surface, whether it is served or not.
#[must_use]
pub fn dialect_of(surface: Surface) -> &'static dyn Dialect {
    // Until the other surfaces are there, their unmatched paths answer as miracle's do.
    match surface {
        Surface::Miracle
        | Surface::Assistant
        | Surface::Operations
        | Surface::Platform
        | Surface::Rooms
        | Surface::Groups
        | Surface::Admin => &FastApi,
    }
}

/// The handlers of every surface. Those of surfaces that are not served are left out afterwards.
#[must_use]
pub fn mounted() -> Vec<Mounted> {
    Vec::new()
}

/// Every route of every surface and of the server itself, served or not: what the documentation lists.
#[must_use]
pub fn all_routes() -> Vec<Listed> {
    let tables: [&[Listed]; 1] = [crate::ops::ROUTES];
    tables.concat()
}
