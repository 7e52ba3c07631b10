//! The conformance suite on all three stores, and what only databases promise.

mod bounds;
mod durable;
mod memory;
mod postgres;
mod schema;
mod seats_model;
mod sqlite;
