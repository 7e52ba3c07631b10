//! The HTTP server over `matchmaking-core`.

pub mod cli;
