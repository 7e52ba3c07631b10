//! What the three sockets have in common: the first frame, and the loop between client and hub.

use std::{future::Future, sync::Arc, time::Duration};

use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::frames::{
            AUTHENTICATION_FAILED, Authenticated, ErrorFrame, FirstFrameError, INVALID_JSON, TOO_FAST,
            first_frame,
        },
    },
    ids::{AccountId, TelegramId},
    realtime::{self, Channel, Connection, Next},
    service::{Services, telegram::TelegramError},
};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::render;
use crate::http::{Ctx, Incoming, Rates, Reply, Socket, close_code};

/// An open socket whose user is known, registered with the hub.
pub(super) struct Session {
    pub(super) services: Arc<Services>,
    pub(super) account: AccountId,
    pub(super) telegram_id: TelegramId,
    /// The user as others are shown them, by the name that they had when the socket opened.
    pub(super) sender: Arc<realtime::Sender>,
    socket: Socket,
    connection: Connection,
    channel: Channel,
    rates: Rates,
}

/// Accepts the handshake and runs `session` once the first frame named a user.
pub(super) fn open<Fut>(
    services: Arc<Services>,
    ctx: Ctx,
    channel: Channel,
    session: impl FnOnce(Session) -> Fut + Send + 'static,
) -> Result<Reply, Fault>
where
    Fut: Future<Output = ()> + Send,
{
    let (patience, rates) = (ctx.limits().first_frame_within, ctx.rates());
    ctx.upgrade(move |socket| async move {
        if let Some(opened) = Session::authenticate(services, socket, channel, rates, patience).await {
            session(opened).await;
        }
    })
}

impl Session {
    /// Waits for the first frame, finds the user it names, and registers the socket. `None` when there is no such
    /// user: the client has been told, and the socket is closing.
    async fn authenticate(
        services: Arc<Services>,
        mut socket: Socket,
        channel: Channel,
        rates: Rates,
        patience: Duration,
    ) -> Option<Self> {
        let named = match tokio::time::timeout(patience, socket.recv()).await {
            Ok(None) => return None,
            Ok(Some(Incoming::Text(text))) => first_frame(&text),
            Ok(Some(Incoming::Binary(_))) => Err(FirstFrameError::NotJson),
            Err(_) => Err(FirstFrameError::NamesNobody),
        };
        let registered = match named {
            Ok(id) => register(&services, id, channel).await.map(|registered| (id, registered)),
            Err(error) => Err(error.to_string()),
        };
        match registered {
            Ok((telegram_id, (sender, connection))) => {
                let account = sender.account;
                let opened =
                    Self { services, account, telegram_id, sender, socket, connection, channel, rates };
                opened.send(&Authenticated::new(telegram_id));
                Some(opened)
            }
            Err(error) => {
                let _ = socket.sender().send_or_close(render::frame(&ErrorFrame { error: &error }));
                socket.sender().close(close_code::NORMAL, "");
                None
            }
        }
    }

    /// Queues a frame. A client that does not keep up loses its socket, not the frame.
    pub(super) fn send(&self, frame: &impl Serialize) {
        // A socket that is closed already has nothing to be told.
        let _ = self.socket.sender().send_or_close(render::frame(frame));
    }

    /// Queues `{"error": …}`.
    pub(super) fn send_error(&self, error: &str) {
        self.send(&ErrorFrame { error });
    }

    /// The next text of the client; `None` when the session is over. What the hub has for this connection meanwhile
    /// is passed on.
    pub(super) async fn next(&mut self) -> Option<Utf8Bytes> {
        loop {
            // A client may send many frames at once and read the answers as they come.
            self.socket.room().await;
            tokio::select! {
                incoming = self.socket.recv() => {
                    let incoming = incoming?;
                    // As requests are counted: whoever sends a number acts for it.
                    if self.rates.charge_account(-self.telegram_id.get()).is_err() {
                        self.send_error(TOO_FAST);
                        continue;
                    }
                    match incoming {
                        Incoming::Text(text) => return Some(text),
                        Incoming::Binary(_) => self.send_error(INVALID_JSON),
                    }
                }
                next = self.connection.next() => match next {
                    Next::Event(published) => self.pass_on(&published),
                    Next::Lagged => {
                        self.socket.sender().close(close_code::LAGGED, "too slow");
                        return None;
                    }
                    Next::Ended => {
                        self.send_error(AUTHENTICATION_FAILED);
                        self.socket.sender().close(close_code::NORMAL, "");
                        return None;
                    }
                },
            }
        }
    }

    fn pass_on(&self, published: &realtime::Published) {
        let rendered = published.rendered(self.channel, render::chat_event);
        let Some(Ok(text)) = rendered.map(Utf8Bytes::try_from) else { return };
        let sender = self.socket.sender();
        let _ =
            if published.event().is_durable() { sender.send_or_close(text) } else { sender.try_send(text) };
    }
}

/// The user's registration with the hub; an error text when there is no such user.
async fn register(
    services: &Services,
    id: TelegramId,
    channel: Channel,
) -> Result<(Arc<realtime::Sender>, Connection), String> {
    let user = services.telegram.find(id).await.map_err(|error| refused(&error))?;
    let connection = services.hub.connect(user.account, id.get(), channel);
    // Once more: an account that was deactivated between look-up and registration was not told to the hub.
    services.telegram.account(id).await.map_err(|error| refused(&error))?;
    Ok((Arc::new(user.sender()), connection))
}

fn refused(error: &TelegramError) -> String {
    if let TelegramError::Store(error) = error {
        tracing::error!(error = error as &dyn std::error::Error, "a socket's user could not be looked up");
    }
    AUTHENTICATION_FAILED.to_owned()
}
