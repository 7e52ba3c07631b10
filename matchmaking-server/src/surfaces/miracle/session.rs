//! What the three sockets have in common: the first frame, and the loop between client and hub.

use std::{sync::Arc, time::Duration};

use matchmaking_core::{
    api::miracle::frames::{
        AUTHENTICATION_FAILED, Authenticated, ErrorFrame, FirstFrameError, INVALID_JSON, first_frame,
    },
    realtime::{Channel, Connection, Next},
    service::{
        Services,
        telegram::{TelegramError, TelegramUser},
    },
};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::render;
use crate::http::{Incoming, Sender, Socket, close_code};

/// An open socket whose user is known.
pub(super) struct Session {
    pub(super) services: Arc<Services>,
    pub(super) socket: Socket,
    pub(super) user: TelegramUser,
}

/// What comes next in a session.
pub(super) enum Turn {
    /// A text from the client.
    Text(Utf8Bytes),
    /// An event was passed on, or a frame refused: nothing to do.
    Handled,
    /// The session is over.
    Over,
}

/// Waits for the first frame and finds the user it names. `None` when there is none: the client has been told, and the
/// socket is closing.
pub(super) async fn authenticate(
    services: Arc<Services>,
    mut socket: Socket,
    patience: Duration,
) -> Option<Session> {
    let named = match tokio::time::timeout(patience, socket.recv()).await {
        Ok(None) => return None,
        Ok(Some(Incoming::Text(text))) => first_frame(&text),
        Ok(Some(Incoming::Binary(_))) => Err(FirstFrameError::NotJson),
        Err(_) => Err(FirstFrameError::NamesNobody),
    };
    let refused = match named {
        Ok(id) => match services.telegram.find(id).await {
            Ok(user) => {
                send(socket.sender(), &Authenticated::new(id));
                return Some(Session { services, socket, user });
            }
            Err(TelegramError::Unknown) => AUTHENTICATION_FAILED.to_owned(),
            Err(TelegramError::Store(error)) => {
                tracing::error!(%error, "a socket's user could not be looked up");
                AUTHENTICATION_FAILED.to_owned()
            }
        },
        Err(error) => error.to_string(),
    };
    send(socket.sender(), &ErrorFrame { error: &refused });
    socket.sender().close(close_code::NORMAL, "");
    None
}

/// Queues a frame. A client that does not keep up loses its socket, not the frame.
pub(super) fn send(sender: &Sender, frame: &impl serde::Serialize) {
    // A socket that is closed already has nothing to be told.
    let _ = sender.send_or_close(render::frame(frame));
}

/// Queues `{"error": …}`.
pub(super) fn send_error(sender: &Sender, error: &str) {
    send(sender, &ErrorFrame { error });
}

impl Session {
    /// The next text of the client. What the hub has for this connection meanwhile is passed on, rendered for `channel`.
    pub(super) async fn next(&mut self, connection: &mut Connection, channel: Channel) -> Turn {
        tokio::select! {
            incoming = self.socket.recv() => match incoming {
                Some(Incoming::Text(text)) => Turn::Text(text),
                Some(Incoming::Binary(_)) => {
                    send_error(self.socket.sender(), INVALID_JSON);
                    Turn::Handled
                }
                None => Turn::Over,
            },
            next = connection.next() => match next {
                Next::Event(published) => {
                    if let Some(bytes) = published.rendered(channel, render::chat_event)
                        && let Ok(text) = Utf8Bytes::try_from(bytes)
                    {
                        let sender = self.socket.sender();
                        let _ = if published.event().is_durable() {
                            sender.send_or_close(text)
                        } else {
                            sender.try_send(text)
                        };
                    }
                    Turn::Handled
                }
                Next::Lagged => {
                    self.socket.sender().close(close_code::LAGGED, "too slow");
                    Turn::Over
                }
                Next::Ended => {
                    send_error(self.socket.sender(), AUTHENTICATION_FAILED);
                    self.socket.sender().close(close_code::NORMAL, "");
                    Turn::Over
                }
            },
        }
    }
}
