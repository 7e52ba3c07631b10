//! The surfaces: parse, call a service, render. A folder each; none calls another.

pub mod admin;
pub mod assistant;
mod fastapi;
mod gate;
pub mod groups;
mod live;
pub mod media;
pub mod miracle;
pub mod platform;
pub mod rooms;

use std::sync::Arc;

use matchmaking_core::api::{
    admin as admin_api, assistant as assistant_api, groups as groups_api, media as media_api,
    miracle as miracle_api, platform as platform_api, rooms as rooms_api,
    route::{Listed, Surface},
};
use matchmaking_core::service::Services;

use crate::http::{Dialect, Mounted};

pub use fastapi::FastApi;
pub use gate::{TokenGate, caller};
pub use groups::Groups;
pub use platform::Platform;
pub use rooms::Rooms;

/// The dialect of a surface, whether it is served or not.
#[must_use]
pub fn dialect_of(surface: Surface) -> &'static dyn Dialect {
    match surface {
        Surface::Rooms => &Rooms,
        Surface::Groups => &Groups,
        Surface::Platform | Surface::Admin => &Platform,
        // The assistant's document words its refusals as miracle's does.
        Surface::Miracle | Surface::Assistant | Surface::Media | Surface::Operations => &FastApi,
    }
}

/// Every route of every surface and of the server itself, served or not: what the documentation lists.
#[must_use]
pub fn all_routes() -> Vec<Listed> {
    let tables: [&[Listed]; 8] = [
        miracle_api::ROUTES,
        platform_api::ROUTES,
        rooms_api::ROUTES,
        groups_api::ROUTES,
        assistant_api::ROUTES,
        admin_api::ROUTES,
        media_api::ROUTES,
        crate::ops::ROUTES,
    ];
    tables.concat()
}

/// The routes of a surface with their handlers.
#[must_use]
pub fn mounted(surface: Surface, services: &Arc<Services>) -> Vec<Mounted> {
    match surface {
        Surface::Miracle => miracle::routes(services),
        Surface::Platform => platform::routes(services),
        Surface::Admin => admin::routes(services),
        Surface::Rooms => rooms::routes(services),
        Surface::Groups => groups::routes(services),
        Surface::Media => media::routes(services),
        Surface::Assistant => assistant::routes(services),
        // The routes of the server itself are mounted by `ops`.
        Surface::Operations => Vec::new(),
    }
}
