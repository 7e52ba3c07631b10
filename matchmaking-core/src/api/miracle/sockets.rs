//! The three sockets. What goes over them is in [`frames`](super::frames).

use crate::api::route::{Endpoint, Route, Surface};

/// Everyone hears what anyone says.
#[derive(Debug)]
pub struct BaseSocket;

impl Endpoint for BaseSocket {
    const ROUTE: Route = Route::socket(Surface::Miracle, "/ws/base", "基础 WebSocket 连接").documented();
    type Request = ();
    type Response = ();
}

/// One match on connecting.
#[derive(Debug)]
pub struct MatchSocket;

impl Endpoint for MatchSocket {
    const ROUTE: Route = Route::socket(Surface::Miracle, "/ws/match", "匹配专用 WebSocket").documented();
    type Request = ();
    type Response = ();
}

/// Private messages and broadcasts.
#[derive(Debug)]
pub struct MessageSocket;

impl Endpoint for MessageSocket {
    const ROUTE: Route = Route::socket(Surface::Miracle, "/ws/message", "消息专用 WebSocket").documented();
    type Request = ();
    type Response = ();
}
