//! `/api/v1/ws`: messages, receipts and changes of groups as they happen.

use std::sync::Arc;

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
    realtime::{Channel, Connection, Event, Next, Published},
    service::{Services, chat::ThreadError, tokens::TokenKind},
};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{
    dialect::error_body,
    messages::{deliver, group},
    render,
};
use crate::{
    http::{Ctx, Incoming, Rates, Reply, Socket, close_code},
    surfaces::caller,
};

/// Finds out whom the socket is from, and accepts the handshake.
pub(super) async fn open(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let account = caller(&ctx.asked, &services, TokenKind::Groups).await?;
    let rates = ctx.rates();
    ctx.upgrade(move |socket| async move {
        let connection = services.hub.connect(account, account.get(), Channel::Groups);
        let session = Session { services, account, socket, connection, rates };
        // Once more: an account that ended between the look-up and the registration was not told to the hub.
        match session.services.accounts.contact(account).await {
            Ok(Some(_)) => session.run().await,
            Ok(None) => session.end(&Fault::BadToken),
            Err(error) => session.end(&error.into()),
        }
    })
}

/// An open socket, registered with the hub.
struct Session {
    services: Arc<Services>,
    account: AccountId,
    socket: Socket,
    connection: Connection,
    rates: Rates,
}

impl Session {
    async fn run(mut self) {
        self.send(&Frame::Connected { user_id: WireId::of(self.account) });
        while let Some(incoming) = self.next().await {
            // Boxed, so that an idle socket keeps no room for it: else it is most of what one costs here.
            if let Err(fault) = Box::pin(self.obey(incoming)).await {
                self.refuse(&fault);
            }
        }
    }

    /// The next frame of the client; `None` when the session is over. What the hub has for this connection meanwhile is
    /// passed on.
    async fn next(&mut self) -> Option<Incoming> {
        loop {
            // A client may send many frames at once and read the answers as they come.
            self.socket.room().await;
            tokio::select! {
                incoming = self.socket.recv() => return incoming,
                next = self.connection.next() => match next {
                    Next::Event(published) => self.pass_on(&published),
                    Next::Lagged => {
                        self.socket.sender().close(close_code::LAGGED, "too slow");
                        return None;
                    }
                    Next::Ended => {
                        self.end(&Fault::BadToken);
                        return None;
                    }
                },
            }
        }
    }

    async fn obey(&self, incoming: Incoming) -> Result<(), Fault> {
        self.rates.charge_account(self.account.get())?;
        let Incoming::Text(text) = incoming else { return Err(not_text()) };
        match command(&text)? {
            Command::Message(request) => {
                let origin = Some(self.connection.id());
                let message = deliver(&self.services, self.account, request, origin).await?;
                self.send(&Frame::MessageAck(message));
            }
            Command::Read(id) => self.read(id).await?,
            Command::Typing(to) => self.typing(to).await?,
            Command::Ping => self.send(&Frame::Pong),
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
        self.send(&Frame::Error(error_body(fault)));
    }

    /// Tells why the socket may not go on, and closes it.
    fn end(&self, fault: &Fault) {
        self.refuse(fault);
        let (code, reason) = if fault.is_ours() {
            (close_code::INTERNAL, "try again")
        } else {
            (close_code::POLICY, "the account has ended")
        };
        self.socket.sender().close(code, reason);
    }

    /// Queues a frame. A client that does not keep up loses its socket, not the frame.
    fn send(&self, frame: &Frame) {
        // A socket that is closed already has nothing to be told.
        let _ = self.socket.sender().send_or_close(render::frame(frame));
    }

    fn pass_on(&self, published: &Published) {
        if let Event::MessageStored { message, sender, receiver, .. } = published.event()
            && sender.account == self.account
            && message.client_message_id.is_some()
        {
            // One's own message of elsewhere, with the name that tells a client that it has it already.
            return self.send(&Frame::Message(render::own_message(&self.services, message, *receiver)));
        }
        let rendered = published.rendered(Channel::Groups, |event| render::event(&self.services, event));
        let Some(Ok(text)) = rendered.map(Utf8Bytes::try_from) else { return };
        let sender = self.socket.sender();
        let _ =
            if published.event().is_durable() { sender.send_or_close(text) } else { sender.try_send(text) };
    }
}
