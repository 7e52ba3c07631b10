//! The socket. What goes over it is in [`frames`](super::frames).

use super::MOUNTS;
use crate::api::route::{Auth, Endpoint, Route, Surface};

/// Messages, receipts and changes of groups as they happen.
#[derive(Debug)]
pub struct Socket;

impl Endpoint for Socket {
    const ROUTE: Route = Route::socket(Surface::Groups, "/ws", "建立 WebSocket 连接")
        .mounted_at(MOUNTS)
        .auth(Auth::BearerOrQuery)
        .documented();
    type Request = ();
    type Response = ();
}
