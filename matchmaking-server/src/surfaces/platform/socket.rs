//! `/v1`: messages, receipts and notifications as they happen.

use std::sync::Arc;

use bytes::Bytes;
use matchmaking_core::{
    api::{
        fault::Fault,
        platform::frames::{
            BadFrame, Command, Frame, SYNC_BYTES_MAX, SYNC_MESSAGES_MAX, Sent, StatusFrame, command, not_text,
        },
        wire::GivenId,
    },
    ids::ConversationId,
    realtime::{Channel, Connection, Event},
    service::{Services, auth::Caller, chat::HistoryBound},
};

use super::{
    dialect::wording,
    messages::{deliver, open_thread, thread, told},
    render,
};
use crate::{
    http::{Ctx, Incoming, Rates, Reply, Socket, close_code},
    surfaces::live::{Live, Show, Turn, text_of},
};

/// How much a `sync_result` holds.
const SYNCED: HistoryBound = HistoryBound { messages: SYNC_MESSAGES_MAX, bytes: SYNC_BYTES_MAX };

/// Finds out whom the socket is from, if the handshake says, and accepts it. A bad token is refused before the upgrade;
/// without one the first frame must bring it.
pub(super) async fn open(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let (rates, english) = (ctx.rates(), ctx.prefers_english());
    let token = ctx.bearer().map(str::to_owned).or_else(|| ctx.query_value("token").map(Into::into));
    let door = Door { services, rates, english };
    let Some(token) = token else {
        let patience = ctx.limits().first_frame_within;
        return ctx.upgrade(move |mut socket| async move {
            let first = tokio::time::timeout(patience, socket.recv()).await;
            let entered = match first {
                Ok(None) => return,
                Ok(Some(Incoming::Text(text))) => match command(&text) {
                    Ok(Command::Auth(token)) => door.enter(&token).await,
                    Ok(_) => Err(Fault::NoToken),
                    Err(BadFrame { fault, .. }) => Err(fault),
                },
                Ok(Some(Incoming::Binary(_))) => Err(not_text()),
                Err(_) => Err(Fault::NoToken),
            };
            match entered {
                Ok((caller, connection)) => door.serve(socket, caller, connection).await,
                Err(fault) => door.turn_away(&socket, &fault),
            }
        });
    };
    let (caller, connection) = door.enter(&token).await?;
    ctx.upgrade(move |socket| async move { door.serve(socket, caller, connection).await })
}

/// Where sockets come in.
struct Door {
    services: Arc<Services>,
    rates: Rates,
    english: bool,
}

impl Door {
    /// Whose token it is, registered with the hub.
    async fn enter(&self, token: &str) -> Result<(Caller, Connection), Fault> {
        let auth = &self.services.auth;
        let caller = auth.authenticate(token).await?;
        self.rates.charge_account(caller.account.get())?;
        let hub = &self.services.hub;
        let connection = hub.connect_with_session(caller.account, caller.session, Channel::Platform);
        // Once more: a session that ended between look-up and registration was not told to the hub.
        auth.authenticate(token).await?;
        Ok((caller, connection))
    }

    async fn serve(self, socket: Socket, caller: Caller, connection: Connection) {
        let Self { services, rates, english } = self;
        let account = caller.account;
        let greeting = Sent::at(Frame::AuthSuccess { user_id: account.get() }, services.clock.now());
        let shown = (Channel::Platform, Shown(Arc::clone(&services), caller));
        let live = Live::new(socket, connection, shown, (rates, account.get()), Some(&greeting));
        Session { services, caller, live, english }.run().await;
    }

    /// Tells a client that is not let in why, and closes.
    fn turn_away(&self, socket: &Socket, fault: &Fault) {
        let (code, message) = wording(fault, self.english);
        let frame = Frame::Error { code, message, client_message_id: None };
        let _ = socket.sender().send_or_close(text_of(&Sent::at(frame, self.services.clock.now())));
        socket.sender().close(ended(fault), "not let in");
    }
}

/// With which number a socket is closed for this.
const fn ended(fault: &Fault) -> u16 {
    if fault.is_ours() { close_code::INTERNAL } else { close_code::POLICY }
}

/// An open socket.
struct Session {
    services: Arc<Services>,
    caller: Caller,
    live: Live,
    english: bool,
}

/// How events look to this person.
struct Shown(Arc<Services>, Caller);

impl Show for Shown {
    fn show(&self, event: &Event) -> Option<Bytes> {
        render::event(&self.0, event)
    }

    fn show_alone(&self, event: &Event) -> Option<String> {
        render::event_for(&self.0, event, self.1.account)
    }
}

impl Session {
    async fn run(mut self) {
        while let Some(turn) = self.live.next().await {
            match turn {
                // Boxed, so that an idle socket keeps no room for it, which would be most of what one costs here.
                Turn::Said(incoming) => Box::pin(self.hear(incoming)).await,
                Turn::TooFast(fault) => self.refuse(&fault, None),
                Turn::Ended => {
                    let why = Box::pin(self.services.auth.check(self.caller)).await;
                    self.refuse(&why.err().map_or(Fault::BadToken, Fault::from), None);
                    return self.live.close(close_code::POLICY, "the session has ended");
                }
            }
        }
    }

    async fn hear(&self, incoming: Incoming) {
        let Incoming::Text(text) = incoming else { return self.refuse(&not_text(), None) };
        let command = match command(&text) {
            Ok(command) => command,
            Err(BadFrame { fault, client_message_id }) => return self.refuse(&fault, client_message_id),
        };
        let name = match &command {
            Command::Message(_, message) => message.client_message_id.clone(),
            _ => None,
        };
        if let Err(fault) = self.obey(command).await {
            self.refuse(&fault, name);
        }
    }

    async fn obey(&self, command: Command) -> Result<(), Fault> {
        let (services, me) = (&self.services, self.caller.account);
        match command {
            Command::Ping => self.say(Frame::Pong),
            // Who has said it in the handshake may say it again, but be nobody else.
            Command::Auth(token) => {
                let again = services.auth.authenticate(&token).await?;
                if again.account != me {
                    return Err(Fault::BadToken);
                }
                self.say(Frame::AuthSuccess { user_id: me.get() });
            }
            Command::Message(conversation, message) => {
                let origin = Some(self.live.id());
                let (sent, progress) = deliver(services, me, conversation, *message, origin).await?;
                let (status, read_at) = render::status(progress);
                self.say(Frame::MessageStatus(StatusFrame {
                    client_message_id: sent.message.client_message_id.as_deref(),
                    message_id: sent.message.id.get(),
                    conversation_id: sent.message.conversation.get(),
                    seq: sent.message.seq,
                    status,
                    read_at,
                }));
            }
            Command::Typing(conversation) => {
                let thread = open_thread(services, conversation, me).await?;
                services.chat.typing(&thread).await?;
            }
            Command::Sync(conversation, after) => self.sync(conversation, after).await?,
        }
        Ok(())
    }

    /// Tells what was missed.
    async fn sync(&self, conversation: GivenId<ConversationId>, after: i64) -> Result<(), Fault> {
        let services = &self.services;
        let mut thread = thread(services, conversation, self.caller.account).await?;
        let (messages, up_to) = services.chat.since(&thread, after.max(0), SYNCED).await?;
        let mut shown = told(services, &mut thread, &messages, services.clock.now()).await?;
        for (view, message) in shown.iter_mut().zip(&messages).filter(|(view, _)| view.is_me) {
            view.client_message_id.clone_from(&message.client_message_id);
        }
        self.say(Frame::SyncResult {
            conversation_id: thread.id().get(),
            messages: shown,
            has_more: up_to < thread.conversation.last_seq,
        });
        Ok(())
    }

    fn say(&self, frame: Frame<'_>) {
        self.live.send(&Sent::at(frame, self.services.clock.now()));
    }

    /// Tells what went wrong; the socket goes on.
    fn refuse(&self, fault: &Fault, client_message_id: Option<String>) {
        if fault.is_ours() {
            tracing::error!(cause = %fault, "a socket's request failed");
        }
        let (code, message) = wording(fault, self.english);
        self.say(Frame::Error { code, message, client_message_id });
    }
}
