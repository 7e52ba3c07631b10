//! The HTTP server over `matchmaking-core`: parse, call a service, render.
//!
//! [`http`] is the kit that every surface stands on, [`surfaces`] the dialects and their handlers, [`ops`] the
//! routes for whoever runs the server, [`survey`] the files of an experiment that the engine is measured on, [`app`] what puts them together, [`ports`] what leaves the
//! process, [`config`] what the operator decides, [`cli`] the program.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod http;
pub mod ops;
pub mod ports;
pub mod surfaces;
pub mod survey;
pub mod weights;
