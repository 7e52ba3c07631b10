//! The documented APIs as types, without any HTTP framework.
//!
//! One endpoint is one unit struct that implements [`route::Endpoint`]: its method, path, authentication and
//! limits are a [`route::Route`] constant beside its request and response types. Each surface collects its
//! endpoints into a `ROUTES` table, and that table feeds the router, the OpenAPI document, the docs and the
//! tests that nothing is missing.
//!
//! [`wire`] decodes requests and reports every offending field at once; [`fault`] is the closed list of what
//! can go wrong, which each surface renders in its own words.

pub mod admin;
pub mod assistant;
pub mod events;
pub mod fault;
pub mod groups;
pub mod media;
pub mod miracle;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod page;
pub mod platform;
pub mod prefix;
pub mod rooms;
pub mod route;
pub mod wire;
