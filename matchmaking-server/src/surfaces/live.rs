//! A socket whose person is known: the loop between its client and the hub, the same on every surface.

use bytes::Bytes;
use matchmaking_core::{
    api::fault::Fault,
    realtime::{Channel, Connection, ConnectionId, Event, Next, Published},
};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::http::{Incoming, Rates, Socket, close_code};

/// An open socket, registered with the hub.
pub(super) struct Live {
    socket: Socket,
    connection: Connection,
    channel: Channel,
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

impl Live {
    pub(super) const fn new(
        socket: Socket,
        connection: Connection,
        channel: Channel,
        rates: Rates,
        charged: i64,
    ) -> Self {
        Self { socket, connection, channel, rates, charged }
    }

    /// Which connection it is.
    pub(super) fn id(&self) -> ConnectionId {
        self.connection.id()
    }

    /// What comes next; `None` when the session is over. What the hub has for this connection meanwhile is passed on.
    pub(super) async fn next(&mut self, shown: &impl Show) -> Option<Turn> {
        loop {
            // A client may send many frames at once and read the answers as they come.
            self.socket.room().await;
            tokio::select! {
                incoming = self.socket.recv() => {
                    let incoming = incoming?;
                    return Some(match self.rates.charge_account(self.charged) {
                        Ok(()) => Turn::Said(incoming),
                        Err(fault) => Turn::TooFast(fault),
                    });
                }
                next = self.connection.next() => match next {
                    Next::Event(published) => self.pass_on(&published, shown),
                    Next::Lagged => {
                        self.close(close_code::LAGGED, "too slow");
                        return None;
                    }
                    Next::Ended => return Some(Turn::Ended),
                },
            }
        }
    }

    fn pass_on(&self, published: &Published, shown: &impl Show) {
        let event = published.event();
        if let Some(text) = shown.show_alone(event) {
            return self.queue(text.into(), event.is_durable());
        }
        let shared = published.rendered(self.channel, |event| shown.show(event));
        if let Some(Ok(text)) = shared.map(Utf8Bytes::try_from) {
            self.queue(text, event.is_durable());
        }
    }

    /// Queues a frame. A client that does not keep up loses its socket, not what is durable. A socket that is closed
    /// already has nothing to be told.
    fn queue(&self, text: Utf8Bytes, durable: bool) {
        let sender = self.socket.sender();
        let _ = if durable { sender.send_or_close(text) } else { sender.try_send(text) };
    }

    /// Queues a frame of this session's.
    pub(super) fn send(&self, frame: &impl Serialize) {
        self.queue(text_of(frame).into(), true);
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
