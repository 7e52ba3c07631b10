//! Sending and listing messages, and the files that go with them.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        rooms::{Before, ListMessagesRequest, RoomMessage, SendMessageRequest, SentMessage, send_time},
    },
    ids::AccountId,
    model::Message,
    service::{Services, chat::Outgoing},
};

use super::{render, room::room_of};
use crate::http::{Call, Ctx, Reply};

/// Stores a message and tells everyone in its room.
pub(super) async fn store(
    services: &Services,
    me: AccountId,
    request: SendMessageRequest,
) -> Result<Message, Fault> {
    let SendMessageRequest { room_id, kind, content } = request;
    let thread = services.chat.thread(room_of(room_id)?, me).await?;
    // By the name that they have now, which may have changed since a socket was opened.
    let sender = services.accounts.sender(me).await?.ok_or(Fault::BadToken)?;
    let outgoing = Outgoing {
        thread: &thread,
        sender: Arc::new(sender),
        kind,
        content,
        client_message_id: None,
        client_timestamp: None,
        origin: None,
    };
    Ok(services.chat.send(outgoing).await?.message)
}

pub(super) async fn send(
    services: Arc<Services>,
    call: Call<SendMessageRequest, AccountId>,
) -> Result<SentMessage, Fault> {
    let message = store(&services, call.who, call.request).await?;
    Ok(SentMessage { id: message.id, send_time: send_time(message.sent_at, services.time_zone) })
}

/// Who lists messages has read them, which groups show.
pub(super) async fn list(
    services: Arc<Services>,
    call: Call<ListMessagesRequest, AccountId>,
) -> Result<Vec<RoomMessage<'static>>, Fault> {
    let ListMessagesRequest { room_id, last_message_id, limit } = call.request;
    let thread = services.chat.thread(room_of(room_id)?, call.who).await?;
    let before = match last_message_id {
        Before::End => None,
        Before::Message(id) => Some(id),
        Before::Beginning => return Ok(Vec::new()),
    };
    let messages = services.chat.page(&thread, before, 0, limit).await?;
    services.chat.read_all(&thread, &messages).await?;
    let mut senders: Vec<_> = messages.iter().map(|message| message.sender).collect();
    senders.sort_unstable();
    senders.dedup();
    let names = services.accounts.shown_names(&senders).await?;
    let shown = |message: &Message| {
        let name = names.get(&message.sender).cloned().unwrap_or_default();
        render::message(&services, message, name).into_owned()
    };
    Ok(messages.iter().map(shown).collect())
}

/// Keeps a file of a member.
pub(super) async fn upload(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let _ = (services, ctx);
    Err(Fault::UnknownMessage)
}
