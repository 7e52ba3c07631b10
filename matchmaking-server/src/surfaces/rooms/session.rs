//! The two sockets: who is let in, and the loop between client and hub.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        rooms::{
            Envelope,
            frames::{BadFrame, Command, GREETING, PONG_FRAME, command},
        },
    },
    ids::AccountId,
    realtime::{Channel, Connection, Next, Published},
    service::{Services, tokens::TokenKind},
};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{
    dialect::{BAD_REQUEST, frame_text},
    messages, render,
};
use crate::{
    http::{Ctx, Incoming, Rates, Reply, Socket, close_code},
    surfaces::caller,
};

/// What a frame does, as its refusal says it.
const SENDING: &str = "发送";

/// `/api/message/ws`, which greets whoever connects.
pub(super) async fn open_greeting(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    open(services, ctx, true).await
}

/// `/ws/join`, which does not.
pub(super) async fn open_silent(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    open(services, ctx, false).await
}

async fn open(services: Arc<Services>, ctx: Ctx, greets: bool) -> Result<Reply, Fault> {
    let me = caller(&ctx.asked, &services, TokenKind::Rooms).await?;
    // Before the handshake is answered: a client may count on being told from then on.
    let connection = services.hub.connect(me, me.get(), Channel::Rooms);
    // Once more: an account that was taken away between look-up and registration was not told to the hub.
    if services.accounts.contact(me).await?.is_none() {
        return Err(Fault::BadToken);
    }
    let rates = ctx.rates();
    ctx.upgrade(move |socket| async move {
        let mut session = Session { services, me, socket, connection, rates };
        if greets {
            session.send(&GREETING);
        }
        while let Some(text) = session.next().await {
            session.obey(&text).await;
        }
    })
}

/// An open socket, registered with the hub.
struct Session {
    services: Arc<Services>,
    me: AccountId,
    socket: Socket,
    connection: Connection,
    rates: Rates,
}

impl Session {
    /// The next text of the client; `None` when the session is over. What the hub has for this connection meanwhile
    /// is passed on.
    async fn next(&mut self) -> Option<Utf8Bytes> {
        loop {
            // A client may send many frames at once and read the answers as they come.
            self.socket.room().await;
            tokio::select! {
                incoming = self.socket.recv() => {
                    let incoming = incoming?;
                    if let Err(fault) = self.rates.charge_account(self.me.get()) {
                        self.refuse(&frame_text(SENDING, &fault));
                        continue;
                    }
                    match incoming {
                        Incoming::Text(text) => return Some(text),
                        Incoming::Binary(_) => self.refuse(BAD_REQUEST),
                    }
                }
                next = self.connection.next() => match next {
                    Next::Event(published) => self.pass_on(&published),
                    Next::Lagged => {
                        self.socket.sender().close(close_code::LAGGED, "too slow");
                        return None;
                    }
                    Next::Ended => {
                        self.socket.sender().close(close_code::POLICY, "");
                        return None;
                    }
                },
            }
        }
    }

    /// Does what a frame asks for. Who sends a message is told of it like everyone else in the room.
    async fn obey(&self, text: &str) {
        let request = match command(text) {
            Ok(Command::Ping) => return self.send(&PONG_FRAME),
            Ok(Command::Send(request)) => request,
            Err(BadFrame::NotObject) => return self.refuse(BAD_REQUEST),
            Err(BadFrame::Message(errors)) => return self.refuse(&frame_text(SENDING, &errors.into())),
        };
        if let Err(fault) = messages::store(&self.services, self.me, request).await {
            if fault.is_ours() {
                tracing::error!(cause = %fault, "a frame's message could not be sent");
            }
            self.refuse(&frame_text(SENDING, &fault));
        }
    }

    /// Queues a frame. A client that does not keep up loses its socket, not the frame.
    fn send(&self, frame: &impl Serialize) {
        // A socket that is closed already has nothing to be told.
        let _ = self.socket.sender().send_or_close(render::frame(frame));
    }

    fn refuse(&self, text: &str) {
        self.send(&Envelope::refused(text));
    }

    fn pass_on(&self, published: &Published) {
        let render = |event: &_| render::event(&self.services, event);
        let Some(Ok(text)) = published.rendered(Channel::Rooms, render).map(Utf8Bytes::try_from) else {
            return;
        };
        let sender = self.socket.sender();
        let _ =
            if published.event().is_durable() { sender.send_or_close(text) } else { sender.try_send(text) };
    }
}
