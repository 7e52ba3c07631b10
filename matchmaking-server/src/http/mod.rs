//! The HTTP kit: everything between a listening socket and a handler that knows only its request.
//!
//! A surface declares endpoints in `matchmaking_core::api`, mounts a handler on each ([`mount`]) and supplies
//! a [`Dialect`] that words its faults. The kit knows no service and no surface.

mod accept;
mod body;
mod chunks;
mod cors;
mod dialect;
mod dispatch;
mod document;
mod download;
mod guard;
mod handler;
mod handshake;
mod limiter;
mod memory;
mod merge;
mod multipart;
mod peer;
mod reply;
mod request;
mod request_id;
mod room;
mod router;
mod socket;
mod sse;
mod telemetry;

pub use accept::run;
pub use body::RequestBody;
pub use chunks::ReaderGone;
pub use cors::CorsOrigins;
pub use dialect::{Dialect, OtherMedia};
pub use dispatch::{Kit, Policy, Site};
pub use document::{Document, document};
pub use download::{Asking, Download, download};
pub use guard::OpenSurfaces;
pub use handler::{
    Call, Gate, Handle, Mounted, answer, around, mount, mount_behind, mount_remembered, raw, socket, with,
};
pub use memory::Memory;
pub use multipart::{Form, FormFile};
pub use peer::{Network, NetworkError, TrustedProxies};
pub use reply::Reply;
pub use request::{Asked, Ctx, Rates};
pub use request_id::RequestId;
pub use router::RouteConflict;
pub use socket::{Feed, Incoming, SendRefused, Sender, Socket, close_code};
pub use sse::{EventSender, events};
pub use telemetry::Telemetry;
