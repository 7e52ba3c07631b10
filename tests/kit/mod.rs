//! The HTTP kit over the wire, with routes of its own instead of a surface's.

mod bodies;
mod forms;
mod lifetime;
mod policy;
mod requests;
mod sockets;
mod support;
