//! The two sockets, which differ in their first frame only. What goes over them is in [`frames`](super::frames).

use crate::api::route::{Auth, Endpoint, Route, Surface};

/// Messages of all the caller's rooms, both ways; greets whoever connects.
#[derive(Debug)]
pub struct MessageSocket;

impl Endpoint for MessageSocket {
    const ROUTE: Route = Route::socket(Surface::Rooms, "/api/message/ws", "WebSocket 消息推送")
        .auth(Auth::BearerOrQuery)
        .documented();
    type Request = ();
    type Response = ();
}

/// The same without a greeting, for the clients that came later.
#[derive(Debug)]
pub struct JoinSocket;

impl Endpoint for JoinSocket {
    const ROUTE: Route =
        Route::socket(Surface::Rooms, "/ws/join", "Messages, without a greeting").auth(Auth::BearerOrQuery);
    type Request = ();
    type Response = ();
}
