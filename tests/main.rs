//! One test binary: linking the server once costs less than linking it once a file.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like the tests themselves, may fail by panicking")]

mod architecture;
mod assistant;
mod authorisation;
mod dialects;
mod events;
mod groups;
mod kill;
mod kit;
mod matching;
mod media;
mod messaging;
mod miracle;
mod nodes;
mod platform;
mod profiles;
mod rooms;
mod stores;
mod support;
