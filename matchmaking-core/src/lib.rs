//! Matchmaking and chat as a library: who suits whom, mutually and why; what they say to each other, kept and
//! delivered; and five documented APIs as types over one system.
//!
//! The crate knows no HTTP framework and keeps no process-wide state. Time is a parameter ([`clock::Clock`]),
//! storage is a set of traits, and everything that leaves the process goes through a port with an offline
//! default.
//!
//! | Feature | What it adds |
//! | --- | --- |
//! | (none) | [`model`] and [`scoring`]: plain types and pure functions |
//! | `api` | the documented APIs as types: decoding, rendering, route tables |
//! | `service` | store traits with the in-memory store, use cases, the hub, ports |
//! | `sql` | SQLite and PostgreSQL |
//! | `openapi` | OpenAPI schemas of the API types |
//! | `testing` | the store conformance suite and a clock turned by hand |
//! | `mocks` | mockall mocks of the store traits and ports |

#[cfg(feature = "api")]
pub mod api;
pub mod clock;
pub mod error;
pub mod ids;
pub mod model;
#[cfg(feature = "service")]
pub mod ports;
#[cfg(feature = "service")]
pub mod realtime;
pub mod scoring;
#[cfg(feature = "service")]
pub mod service;
#[cfg(feature = "service")]
pub mod store;
pub mod text;
