//! What the three sockets have in common: the first frame, and the loop between client and hub.

use std::{future::Future, sync::Arc, time::Duration};

use bytes::Bytes;
use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::frames::{
            AUTHENTICATION_FAILED, Authenticated, ErrorFrame, FirstFrameError, INVALID_JSON, TOO_FAST,
            first_frame,
        },
    },
    ids::{AccountId, TelegramId},
    realtime::{self, Channel, Connection, Event},
    service::{Services, telegram::TelegramError},
};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::render;
use crate::{
    http::{Ctx, Incoming, Rates, Reply, Socket, close_code},
    surfaces::live::{Live, Show, Turn, text_of},
};

/// An open socket whose user is known, registered with the hub.
pub(super) struct Session {
    pub(super) services: Arc<Services>,
    pub(super) account: AccountId,
    pub(super) telegram_id: TelegramId,
    /// The user as others are shown them, by the name that they had when the socket opened.
    pub(super) sender: Arc<realtime::Sender>,
    live: Live,
}

/// How events look to this person.
struct Shown(Arc<Services>, AccountId);

impl Show for Shown {
    fn show(&self, event: &Event) -> Option<Bytes> {
        render::chat_event(&self.0, event, None)
    }

    fn show_alone(&self, event: &Event) -> Option<String> {
        // With links of one's own.
        match event {
            Event::MessageStored { message, .. } if message.details.media.is_some() => {
                let shown = render::chat_event(&self.0, event, Some(self.1))?;
                String::from_utf8(shown.into()).ok()
            }
            _ => None,
        }
    }
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
                // As requests are counted: whoever sends a number acts for it.
                let charged = (rates, -telegram_id.get());
                let greeting = Authenticated::new(telegram_id);
                let live = Live::new(
                    socket,
                    connection,
                    (channel, Shown(Arc::clone(&services), account)),
                    charged,
                    Some(&greeting),
                );
                Some(Self { services, account, telegram_id, sender, live })
            }
            Err(error) => {
                let _ = socket.sender().send_or_close(text_of(&ErrorFrame { error: &error }));
                socket.sender().close(close_code::NORMAL, "");
                None
            }
        }
    }

    /// Queues a frame. A client that does not keep up loses its socket, not the frame.
    pub(super) fn send(&self, frame: &impl Serialize) {
        self.live.send(frame);
    }

    /// Queues `{"error": …}`.
    pub(super) fn send_error(&self, error: &str) {
        self.send(&ErrorFrame { error });
    }

    /// The next text of the client; `None` when the session is over.
    pub(super) async fn next(&mut self) -> Option<Utf8Bytes> {
        loop {
            match self.live.next().await? {
                Turn::Said(Incoming::Text(text)) => return Some(text),
                Turn::Said(Incoming::Binary(_)) => self.send_error(INVALID_JSON),
                Turn::TooFast(_) => self.send_error(TOO_FAST),
                Turn::Ended => {
                    self.send_error(AUTHENTICATION_FAILED);
                    self.live.close(close_code::NORMAL, "");
                    return None;
                }
            }
        }
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
