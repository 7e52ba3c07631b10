//! Sending messages and reading them.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        groups::{
            ListMessagesRequest, ListedMessage, MessageView, Messages, ReadBy, Recipient, SendMessageRequest,
            WireId,
        },
        wire::GivenId,
    },
    ids::{AccountId, ConversationId},
    model::MessageDetails,
    realtime::ConnectionId,
    service::{
        Services,
        chat::{Outgoing, SendError, Thread, ThreadError},
    },
};

use super::render;
use crate::http::Call;

pub(super) async fn send(
    services: Arc<Services>,
    call: Call<SendMessageRequest, AccountId>,
) -> Result<MessageView, Fault> {
    deliver(&services, call.who, call.request, None).await
}

/// Stores a message and tells everyone of it but the connection `origin`. What was stored before under the same name
/// is answered as it is.
pub(super) async fn deliver(
    services: &Services,
    sender: AccountId,
    request: SendMessageRequest,
    origin: Option<ConnectionId>,
) -> Result<MessageView, Fault> {
    let SendMessageRequest { kind, content, to, client_message_id } = request;
    let thread = match to {
        Recipient::Person(id) => {
            let person = id.possible().ok_or(Fault::UnknownAccount)?;
            services.chat.open_with(sender, person).await?
        }
        Recipient::Group(id) => group(services, id, sender).await?,
    };
    // By the name they have now: a socket may be older than it.
    let sender = services.accounts.sender(sender).await?.ok_or(Fault::BadToken)?;
    let new = Outgoing {
        thread: &thread,
        sender: Arc::new(sender),
        kind: kind.into(),
        content,
        client_message_id,
        client_timestamp: None,
        origin,
        details: MessageDetails::default(),
    };
    match services.chat.send(new).await {
        Ok(sent) => Ok(render::own_message(services, &sent.message, thread.peer)),
        // The two could see each other a moment ago.
        Err(SendError::Refused(_)) if thread.peer.is_some() => Err(Fault::UnknownAccount),
        Err(error) => Err(error.into()),
    }
}

/// Lists messages and notes that they were read, so that the answer tells that, too.
pub(super) async fn list(
    services: Arc<Services>,
    call: Call<ListMessagesRequest, AccountId>,
) -> Result<Messages, Fault> {
    let ListMessagesRequest { with, limit, offset } = call.request;
    let Some(thread) = existing(&services, with, call.who).await? else {
        return Ok(Messages { messages: Vec::new(), total: 0 });
    };
    let messages = services.chat.page(&thread, None, offset, limit).await?;
    services.chat.read_all(&thread, &messages).await?;
    let read_by = services.chat.read_by(&thread, &messages).await?;
    // The messages may be younger than the thread, of which the total tells.
    let shown = i64::try_from(offset.saturating_add(messages.len())).unwrap_or(i64::MAX);
    let total = services.chat.total(&thread).await?;
    let total = if messages.is_empty() { total } else { total.max(shown) };
    let listed = messages.iter().zip(read_by).map(|(message, marks)| {
        let read =
            marks.iter().map(|it| ReadBy { user_id: WireId::of(it.account), read_at: it.at.to_rfc3339() });
        let receiver = receiver(&thread, message.sender);
        ListedMessage {
            message: render::message_for(&services, message, receiver, call.who),
            read_by: read.collect(),
        }
    });
    Ok(Messages { messages: listed.collect(), total })
}

/// To whom somebody wrote in a conversation; nobody in particular in a group.
fn receiver(thread: &Thread, sender: AccountId) -> Option<AccountId> {
    thread.peer.map(|peer| if sender == peer { thread.viewer() } else { peer })
}

/// The conversation that a request names; `None` with a person with whom nobody has talked yet.
async fn existing(services: &Services, with: Recipient, viewer: AccountId) -> Result<Option<Thread>, Fault> {
    match with {
        Recipient::Person(id) => {
            let person = id.possible().ok_or(Fault::UnknownAccount)?;
            Ok(services.chat.with_person(viewer, person).await?)
        }
        Recipient::Group(id) => group(services, id, viewer).await.map(Some),
    }
}

/// A group as one of its members sees it.
pub(super) async fn group(
    services: &Services,
    id: GivenId<ConversationId>,
    viewer: AccountId,
) -> Result<Thread, Fault> {
    let id = id.possible().ok_or(Fault::UnknownGroup)?;
    match services.chat.thread(id, viewer).await {
        Ok(thread) if thread.peer.is_none() => Ok(thread),
        Ok(_) | Err(ThreadError::Unknown) => Err(Fault::UnknownGroup),
        // Of a group, or of other people's direct conversation, which is no group at all.
        Err(ThreadError::NotMember) => match services.groups.view(id, viewer).await {
            Ok(_) => Err(Fault::NotAMember),
            Err(error) => Err(error.into()),
        },
        Err(ThreadError::Store(error)) => Err(error.into()),
    }
}
