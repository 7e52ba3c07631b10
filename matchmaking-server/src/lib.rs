//! The HTTP server over `matchmaking-core`.
