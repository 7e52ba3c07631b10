//! Messages: listed, sent, taken back.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            Before, ListMessagesRequest, MessageView, MessagesView, NewMessage, RecallRequest,
            SendMessageRequest,
        },
        wire::GivenId,
    },
    clock::Millis,
    ids::{AccountId, ConversationId},
    model::{Message, MessageDetails},
    realtime::ConnectionId,
    service::{
        Services,
        auth::Caller,
        chat::{Outgoing, Progress, Sent, Thread, ThreadError},
    },
};

use super::render;
use crate::http::Call;

/// A conversation as somebody in it reads it, of whatever kind it is.
pub(super) async fn thread(
    services: &Services,
    id: GivenId<ConversationId>,
    viewer: AccountId,
) -> Result<Thread, Fault> {
    let id = id.possible().ok_or(Fault::NoConversation)?;
    Ok(services.chat.readable(id, viewer).await?)
}

/// The same of one in which something is to be said; see [`Chat::to_write`](matchmaking_core::service::chat::Chat::to_write).
pub(super) async fn open_thread(
    services: &Services,
    id: GivenId<ConversationId>,
    viewer: AccountId,
) -> Result<Thread, Fault> {
    let known = id.possible().ok_or(Fault::NoConversation)?;
    match services.chat.to_write(known, viewer).await {
        // It may be one that is kept to be read.
        Err(ThreadError::Unknown) => thread(services, id, viewer).await.and(Err(Fault::NotAllowed)),
        found => Ok(found?),
    }
}

/// Lists messages and notes that they have reached whoever reads the list.
pub(super) async fn list(
    services: Arc<Services>,
    call: Call<ListMessagesRequest, Caller>,
) -> Result<MessagesView, Fault> {
    let ListMessagesRequest { conversation, before_id, page_size } = call.request;
    let mut thread = thread(&services, conversation, call.who.account).await?;
    let before = match before_id {
        Before::End => None,
        Before::Message(id) => Some(id),
        Before::Beginning => return Ok(MessagesView { items: Vec::new(), has_more: false }),
    };
    let mut messages = services.chat.page(&thread, before, 0, page_size + 1).await?;
    let has_more = messages.len() > page_size;
    messages.truncate(page_size);
    messages.reverse();
    let items = told(&services, &mut thread, &messages, call.asked.now()).await?;
    Ok(MessagesView { items, has_more })
}

/// Messages for the viewer of a conversation, which they have reached now.
pub(super) async fn told(
    services: &Services,
    thread: &mut Thread,
    messages: &[Message],
    at: Millis,
) -> Result<Vec<MessageView>, Fault> {
    services.chat.delivered(thread, messages).await?;
    let progress = services.chat.progress(thread, messages).await?;
    let viewer = thread.viewer();
    let view = |(message, progress)| render::message(services, message, progress, viewer, at);
    Ok(messages.iter().zip(progress).map(view).collect())
}

pub(super) async fn send(
    services: Arc<Services>,
    call: Call<SendMessageRequest, Caller>,
) -> Result<MessageView, Fault> {
    let SendMessageRequest { conversation, message } = call.request;
    let me = call.who.account;
    let (sent, progress) = deliver(&services, me, conversation, message, None).await?;
    Ok(render::message(&services, &sent.message, progress, me, call.asked.now()))
}

/// Stores a message and tells everyone of it but the connection `origin`; with how far it has come. What was stored
/// before under the same name is answered as it is.
pub(super) async fn deliver(
    services: &Services,
    sender: AccountId,
    conversation: GivenId<ConversationId>,
    new: NewMessage,
    origin: Option<ConnectionId>,
) -> Result<(Sent, Progress), Fault> {
    let thread = open_thread(services, conversation, sender).await?;
    let details = details(services, sender, &new).await?;
    // By the name they have now: a socket may be older than it.
    let sender = services.accounts.sender(sender).await?.ok_or(Fault::BadToken)?;
    let sent = services
        .chat
        .send(Outgoing {
            thread: &thread,
            sender: Arc::new(sender),
            kind: new.kind,
            content: new.content,
            client_message_id: new.client_message_id,
            client_timestamp: None,
            origin,
            details,
        })
        .await?;
    if !sent.repeated {
        return Ok((sent, Progress::Sent));
    }
    let progress = services.chat.progress(&thread, std::slice::from_ref(&sent.message)).await?;
    Ok((sent, progress.into_iter().next().unwrap_or(Progress::Sent)))
}

/// What a message carries: what the client says of it, and where it says nothing, what the file does.
async fn details(services: &Services, sender: AccountId, new: &NewMessage) -> Result<MessageDetails, Fault> {
    let file = match &new.media_url {
        None => MessageDetails::default(),
        Some(link) => match services.uploads.find(sender, new.kind, link).await? {
            Some(file) => file,
            // A repeat may name what is gone since. The store knows, and refuses what is none: with a name that no file
            // has, whatever the link is.
            None if new.client_message_id.is_some() => {
                MessageDetails { media: Some(format!("gone: {link}")), ..MessageDetails::default() }
            }
            None => return Err(matchmaking_core::api::fault::no_such_upload()),
        },
    };
    Ok(MessageDetails {
        width: new.width.or(file.width),
        height: new.height.or(file.height),
        duration_secs: new.duration.or(file.duration_secs),
        extra: new.extra.clone(),
        ..file
    })
}

pub(super) async fn recall(services: Arc<Services>, call: Call<RecallRequest, Caller>) -> Result<(), Fault> {
    let id = call.request.message_id.possible().ok_or(Fault::UnknownMessage)?;
    services.chat.recall(call.who.account, id).await?;
    Ok(())
}
