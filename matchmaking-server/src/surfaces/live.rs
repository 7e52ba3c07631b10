//! A socket whose person is known, between its client and the hub: the same on every surface.

use std::task::{Context, Poll};

use bytes::Bytes;
use matchmaking_core::{
    api::fault::Fault,
    realtime::{Channel, Connection, ConnectionId, Event, Events, Over, Registration},
};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::http::{Feed, Incoming, Rates, Socket, close_code};

/// An open socket, registered with the hub.
pub(super) struct Live {
    socket: Socket,
    registration: Registration,
    rates: Rates,
    /// On whose rate the client's frames count.
    charged: i64,
}

/// What a session has to deal with.
pub(super) enum Turn {
    /// The client said something.
    Said(Incoming),
    /// The client said something, faster than it may.
    TooFast(Fault),
    /// The person may not be connected any more. The session says so, and closes.
    Ended,
}

/// How an event looks on a surface; `None` for what it does not show.
pub(super) trait Show {
    /// The same for all connections of a kind: rendered once, and shared.
    fn show(&self, event: &Event) -> Option<Bytes>;

    /// In a form of this connection's own, in place of the one that all share.
    fn show_alone(&self, _event: &Event) -> Option<String> {
        None
    }
}

/// What the hub has for a connection, in the form of its surface.
struct Passing<S> {
    events: Events,
    channel: Channel,
    shown: S,
}

impl<S: Show + Send> Feed for Passing<S> {
    fn poll_text(&mut self, context: &mut Context<'_>) -> Poll<Utf8Bytes> {
        while let Poll::Ready(Some(published)) = self.events.poll_next(context) {
            if let Some(text) = self.shown.show_alone(published.event()) {
                return Poll::Ready(text.into());
            }
            let shared = published.rendered(self.channel, |event| self.shown.show(event));
            if let Some(Ok(text)) = shared.map(Utf8Bytes::try_from) {
                return Poll::Ready(text);
            }
        }
        Poll::Pending
    }
}

impl Live {
    /// The socket with its registration, which is on this channel; greeted by `greeting`, if there is one, before
    /// anything that the hub has for it.
    pub(super) fn new(
        mut socket: Socket,
        connection: Connection,
        (channel, shown): (Channel, impl Show + Send + 'static),
        (rates, charged): (Rates, i64),
        greeting: Option<&impl Serialize>,
    ) -> Self {
        if let Some(greeting) = greeting {
            let _ = socket.sender().send_or_close(text_of(greeting));
        }
        let (registration, events) = connection.split();
        socket.attach(Passing { events, channel, shown });
        Self { socket, registration, rates, charged }
    }

    /// Which connection it is.
    pub(super) fn id(&self) -> ConnectionId {
        self.registration.id()
    }

    /// What comes next; `None` when the session is over.
    pub(super) async fn next(&mut self) -> Option<Turn> {
        // A client may send many frames at once and read the answers as they come.
        self.socket.room(|| self.registration.has_room()).await;
        tokio::select! {
            incoming = self.socket.recv() => {
                let incoming = incoming?;
                Some(match self.rates.charge_account(self.charged) {
                    Ok(()) => Turn::Said(incoming),
                    Err(fault) => Turn::TooFast(fault),
                })
            }
            over = self.registration.over() => match over {
                Over::Lagged => {
                    self.close(close_code::LAGGED, "too slow");
                    None
                }
                Over::Replaced => {
                    self.close(close_code::POLICY, "too many connections");
                    None
                }
                Over::Ended => Some(Turn::Ended),
            },
        }
    }

    /// Queues a frame of this session's. A client that does not keep up loses its socket, not the frame; a socket that
    /// is closed already has nothing to be told.
    pub(super) fn send(&self, frame: &impl Serialize) {
        let _ = self.socket.sender().send_or_close(text_of(frame));
    }

    /// Closes the socket, after what is queued.
    pub(super) fn close(&self, code: u16, reason: &'static str) {
        self.socket.sender().close(code, reason);
    }
}

/// A frame as text. The frames of the surfaces have no map with keys that are no texts, so writing cannot fail; if it
/// did, the client would see an empty object rather than nothing.
pub(super) fn text_of(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).unwrap_or_else(|error| {
        tracing::error!(%error, "a frame could not be written");
        "{}".to_owned()
    })
}
