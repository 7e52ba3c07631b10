//! The surfaces: parse, call a service, render. A folder each; none calls another.

mod fastapi;
mod gate;
pub mod groups;
mod live;
pub mod media;
pub mod miracle;
pub mod rooms;

use std::sync::Arc;

use matchmaking_core::api::{
    groups as groups_api, media as media_api, miracle as miracle_api, rooms as rooms_api,
    route::{Listed, Surface},
};
use matchmaking_core::service::Services;

use crate::http::{Dialect, Mounted};

pub use fastapi::FastApi;
pub use gate::{TokenGate, caller};
pub use groups::Groups;
pub use rooms::Rooms;

/// The dialect of a surface, whether it is served or not.
#[must_use]
pub fn dialect_of(surface: Surface) -> &'static dyn Dialect {
    match surface {
        Surface::Rooms => &Rooms,
        Surface::Groups => &Groups,
        // Until the other surfaces are there, their unmatched paths answer as miracle's do.
        Surface::Miracle
        | Surface::Assistant
        | Surface::Media
        | Surface::Operations
        | Surface::Platform
        | Surface::Admin => &FastApi,
    }
}

/// Every route of every surface and of the server itself, served or not: what the documentation lists.
#[must_use]
pub fn all_routes() -> Vec<Listed> {
    let tables: [&[Listed]; 5] =
        [miracle_api::ROUTES, rooms_api::ROUTES, groups_api::ROUTES, media_api::ROUTES, crate::ops::ROUTES];
    tables.concat()
}

/// The routes of a surface with their handlers.
#[must_use]
pub fn mounted(surface: Surface, services: &Arc<Services>) -> Vec<Mounted> {
    match surface {
        Surface::Miracle => miracle::routes(services),
        Surface::Rooms => rooms::routes(services),
        Surface::Groups => groups::routes(services),
        Surface::Media => media::routes(services),
        // These are to come; the routes of the server itself are mounted by `ops`.
        Surface::Platform | Surface::Assistant | Surface::Admin | Surface::Operations => Vec::new(),
    }
}
