//! The HTTP server over `matchmaking-core`.

pub mod config;
pub mod http;
pub mod ops;
pub mod surfaces;
