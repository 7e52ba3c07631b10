//! The HTTP server over `matchmaking-core`: parse, call a service, render.
//!
//! [`http`] is the kit that every surface stands on, [`surfaces`] the dialects and their handlers, [`ops`] the
//! routes for whoever runs the server, [`config`] what the operator decides, [`cli`] the program.

pub mod cli;
pub mod config;
pub mod http;
pub mod ops;
pub mod surfaces;
