//! The surfaces: parse, call a service, render. A folder each; none calls another.

mod fastapi;
pub mod miracle;

use matchmaking_core::api::route::Surface;

use crate::http::Dialect;

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
