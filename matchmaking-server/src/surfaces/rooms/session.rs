//! The two sockets: who is let in, and what frames do.

use std::sync::Arc;

use bytes::Bytes;
use matchmaking_core::{
    api::{
        fault::Fault,
        rooms::{
            Envelope,
            frames::{BadFrame, Command, GREETING, PONG_FRAME, command},
        },
    },
    ids::AccountId,
    realtime::{Channel, Event},
    service::{Services, tokens::TokenKind},
};

use super::{
    dialect::{BAD_REQUEST, frame_text},
    messages, render,
};
use crate::{
    http::{Ctx, Incoming, Reply, close_code},
    surfaces::{
        caller,
        live::{Live, Show, Turn},
    },
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
        let shown = (Channel::Rooms, Shown(Arc::clone(&services), me));
        let greeting = greets.then_some(&GREETING);
        let live = Live::new(socket, connection, shown, (rates, me.get()), greeting);
        let mut session = Session { services, me, live };
        while let Some(turn) = session.live.next().await {
            // Boxed, so that an idle socket keeps no room for it: else it is most of what one costs.
            Box::pin(session.take(turn)).await;
        }
    })
}

/// An open socket.
struct Session {
    services: Arc<Services>,
    me: AccountId,
    live: Live,
}

/// How events look to this person.
struct Shown(Arc<Services>, AccountId);

impl Show for Shown {
    fn show(&self, event: &Event) -> Option<Bytes> {
        render::event(&self.0, event)
    }

    fn show_alone(&self, event: &Event) -> Option<String> {
        render::event_for(&self.0, event, self.1)
    }
}

impl Session {
    async fn take(&self, turn: Turn) {
        match turn {
            Turn::Said(Incoming::Text(text)) => self.obey(&text).await,
            Turn::Said(Incoming::Binary(_)) => self.refuse(BAD_REQUEST),
            Turn::TooFast(fault) => self.refuse(&frame_text(SENDING, &fault)),
            Turn::Ended => self.live.close(close_code::POLICY, ""),
        }
    }

    /// Does what a frame asks for. Who sends a message is told of it like everyone else in the room.
    async fn obey(&self, text: &str) {
        let request = match command(text) {
            Ok(Command::Ping) => return self.live.send(&PONG_FRAME),
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

    fn refuse(&self, text: &str) {
        self.live.send(&Envelope::refused(text));
    }
}
