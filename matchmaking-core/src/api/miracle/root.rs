//! `GET /`, which clients poll to see whether the server is there.

use serde::Serialize;

use super::MOUNTS;
use crate::api::route::{Endpoint, Route, Surface};

/// Says that the server is there.
#[derive(Debug)]
pub struct Root;

impl Endpoint for Root {
    const ROUTE: Route = Route::get(Surface::Miracle, "/", "Whether the server is there").mounted_at(MOUNTS);
    type Request = ();
    type Response = Welcome;
}

/// What it says.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = miracle::Welcome))]
pub struct Welcome {
    /// A greeting.
    pub message: &'static str,
}
