//! The Platform surface: parse, call a service, render.

mod dialect;

use std::sync::Arc;

use matchmaking_core::service::Services;

use crate::http::Mounted;

pub use dialect::Platform;

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(_services: &Arc<Services>) -> Vec<Mounted> {
    Vec::new()
}
