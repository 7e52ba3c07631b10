//! The socket. What goes over it is in [`frames`](super::frames).

use crate::api::route::{Auth, Endpoint, Route, Surface};

/// Messages, receipts and notifications as they happen.
#[derive(Debug)]
pub struct Socket;

impl Endpoint for Socket {
    const ROUTE: Route = Route::socket(Surface::Platform, "/", "建立 WebSocket 连接")
        .mounted_at(&["/v1", "/v1/ws"])
        .auth(Auth::OptionalBearer)
        .documented()
        .query(&["token", "device_id", "platform"]);
    type Request = ();
    type Response = ();
}
