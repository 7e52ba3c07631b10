//! `/api/v1/ws`: messages, receipts and changes of groups as they happen.

use std::sync::Arc;

use bytes::Bytes;
use matchmaking_core::{
    api::{
        fault::Fault,
        groups::{
            Recipient, WireId,
            frames::{Command, Frame, command, not_text},
        },
        wire::GivenId,
    },
    ids::{AccountId, MessageId},
    realtime::{Channel, Event},
    service::{Services, chat::ThreadError, tokens::TokenKind},
};

use super::{
    dialect::error_body,
    messages::{deliver, group},
    render,
};
use crate::{
    http::{Ctx, Incoming, Reply, close_code},
    surfaces::{
        caller,
        live::{Live, Show, Turn, text_of},
    },
};

/// Finds out whom the socket is from, and accepts the handshake.
pub(super) async fn open(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let account = caller(&ctx.asked, &services, TokenKind::Groups).await?;
    let rates = ctx.rates();
    ctx.upgrade(move |socket| async move {
        let connection = services.hub.connect(account, account.get(), Channel::Groups);
        // Once more: an account that ended between the look-up and the registration was not told to the hub.
        let there = services.accounts.contact(account).await;
        let connected = Frame::Connected { user_id: WireId::of(account) };
        let greeting = matches!(there, Ok(Some(_))).then_some(&connected);
        let shown = (Channel::Groups, Shown(Arc::clone(&services), account));
        let live = Live::new(socket, connection, shown, (rates, account.get()), greeting);
        let session = Session { services, account, live };
        match there {
            Ok(Some(_)) => session.run().await,
            Ok(None) => session.end(&Fault::BadToken),
            Err(error) => session.end(&error.into()),
        }
    })
}

/// An open socket.
struct Session {
    services: Arc<Services>,
    account: AccountId,
    live: Live,
}

/// How events look to this person.
struct Shown(Arc<Services>, AccountId);

impl Show for Shown {
    fn show(&self, event: &Event) -> Option<Bytes> {
        render::event(&self.0, event)
    }

    fn show_alone(&self, event: &Event) -> Option<String> {
        match event {
            // One's own message of elsewhere, with the name that tells a client that it has it already.
            Event::MessageStored { message, sender, receiver, .. }
                if sender.account == self.1 && message.client_message_id.is_some() =>
            {
                Some(text_of(&Frame::Message(render::own_message(&self.0, message, *receiver))))
            }
            // With links of one's own.
            Event::MessageStored { message, receiver, .. } if message.details.media.is_some() => {
                let shown = render::message_for(&self.0, message, *receiver, self.1);
                Some(text_of(&Frame::Message(shown)))
            }
            _ => None,
        }
    }
}

impl Session {
    async fn run(mut self) {
        while let Some(turn) = self.live.next().await {
            let taken = match turn {
                // Boxed, so that an idle socket keeps no room for it, which would be most of what one costs here.
                Turn::Said(incoming) => Box::pin(self.obey(incoming)).await,
                Turn::TooFast(fault) => Err(fault),
                Turn::Ended => return self.end(&Fault::BadToken),
            };
            if let Err(fault) = taken {
                self.refuse(&fault);
            }
        }
    }

    async fn obey(&self, incoming: Incoming) -> Result<(), Fault> {
        let Incoming::Text(text) = incoming else { return Err(not_text()) };
        match command(&text)? {
            Command::Message(request) => {
                let origin = Some(self.live.id());
                let message = deliver(&self.services, self.account, request, origin).await?;
                self.live.send(&Frame::MessageAck(message));
            }
            Command::Read(id) => self.read(id).await?,
            Command::Typing(to) => self.typing(to).await?,
            Command::Ping => self.live.send(&Frame::Pong),
        }
        Ok(())
    }

    async fn read(&self, id: GivenId<MessageId>) -> Result<(), Fault> {
        let id = id.possible().ok_or(Fault::UnknownMessage)?;
        match self.services.chat.read_message(self.account, id).await {
            Err(ThreadError::Unknown | ThreadError::NotMember) => Err(Fault::UnknownMessage),
            done => Ok(done?),
        }
    }

    async fn typing(&self, to: Recipient) -> Result<(), Fault> {
        let chat = &self.services.chat;
        match to {
            Recipient::Person(id) => {
                chat.typing_to(self.account, id.possible().ok_or(Fault::UnknownAccount)?).await?;
            }
            Recipient::Group(id) => chat.typing(&group(&self.services, id, self.account).await?).await?,
        }
        Ok(())
    }

    /// Tells what went wrong; the socket goes on.
    fn refuse(&self, fault: &Fault) {
        if fault.is_ours() {
            tracing::error!(cause = %fault, "a socket's request failed");
        }
        self.live.send(&Frame::Error(error_body(fault)));
    }

    /// Tells why the socket may not go on, and closes it.
    fn end(&self, fault: &Fault) {
        self.refuse(fault);
        let (code, reason) = if fault.is_ours() {
            (close_code::INTERNAL, "try again")
        } else {
            (close_code::POLICY, "the account has ended")
        };
        self.live.close(code, reason);
    }
}
