//! Sending and listing messages, and the files that go with them.

use std::sync::Arc;

use http::StatusCode;
use matchmaking_core::{
    api::{
        fault::Fault,
        rooms::{
            self as api, Before, DONE, Envelope, ListMessagesRequest, RoomMessage, SendMessageRequest,
            SentMessage, UPLOAD_BYTES_MAX, UploadForm, UploadedFile, send_time,
        },
        route::Endpoint,
        wire::{FieldError, Input, Problem},
    },
    ids::AccountId,
    model::{Message, MessageDetails, MessageKind},
    service::{Services, chat::Outgoing, media::Media, tokens::TokenKind},
};
use serde_json::Value;

use super::{render, room::room_of};
use crate::{
    http::{Call, Ctx, Reply},
    surfaces::caller,
};

/// Stores a message and tells everyone in its room.
pub(super) async fn store(
    services: &Services,
    me: AccountId,
    request: SendMessageRequest,
) -> Result<Message, Fault> {
    let SendMessageRequest { room_id, kind, content } = request;
    let room = room_of(room_id)?;
    // The sender by the name that they have now, which may have changed since a socket was opened.
    let (thread, sender) = tokio::join!(services.chat.to_write(room, me), services.accounts.sender(me));
    let (thread, sender) = (thread?, sender?.ok_or(Fault::BadToken)?);
    let content = match kind {
        MessageKind::Text => content,
        _ => kept(&services.media, content),
    };
    let outgoing = Outgoing {
        thread: &thread,
        sender: Arc::new(sender),
        kind,
        content,
        client_message_id: None,
        client_timestamp: None,
        origin: None,
        details: MessageDetails::default(),
    };
    Ok(services.chat.send(outgoing).await?.message)
}

/// What is kept of a message that is no text: of a link to something on this server, only where it leads. It is signed
/// anew whenever it is shown.
fn kept(media: &Media, mut content: String) -> String {
    if media.bare(&content).is_some()
        && let Some(end) = content.find(['?', '#'])
    {
        content.truncate(end);
    }
    content
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
        render::message(&services, message, name, Some(call.who)).into_owned()
    };
    Ok(messages.iter().map(shown).collect())
}

/// Keeps a file that a member wants to send; the message that shows it is sent afterwards.
pub(super) async fn upload(services: Arc<Services>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let me = caller(&ctx.asked, &services, TokenKind::Rooms).await?;
    ctx.count_upload(me.get());
    let form = ctx.form("file", UPLOAD_BYTES_MAX).await?;
    let texts = form.texts().map(|(name, text)| (name.into(), text.into()));
    let UploadForm { room_id } = Input::strict().with_query(texts).decode()?;
    let file = form.file.ok_or_else(no_file)?;
    let room = services.chat.thread(room_of(room_id)?, me).await?.id();
    let kept = services.uploads.keep_for_room(me, room, &file.name, file.bytes.clone()).await?;
    let now = services.clock.now();
    let data = UploadedFile {
        create_time: send_time(now, services.time_zone),
        file_url: services.media.link(&kept.key, now),
        file_type: kept.content_type.to_owned(),
        file_name: file.name,
        room_id: room,
    };
    let msg = api::UploadFile::ROUTE.success.unwrap_or_default();
    Ok(Reply::json(StatusCode::OK, &Envelope { code: DONE, msg, data }))
}

fn no_file() -> Fault {
    Fault::field(FieldError::body("file", Problem::Missing, Value::Null))
}
