//! Conversations.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        assistant::{
            ConversationView, CreateConversationRequest, Deleted, GetConversationRequest, History,
            ListConversationsRequest, MessageRole, MessageView, RenameConversationRequest,
        },
        fault::Fault,
    },
    model::{Message, MessageKind},
    service::{Services, assistant::Dialogue},
};

use super::charge;
use crate::http::Call;

pub(super) async fn create(
    services: Arc<Services>,
    call: Call<CreateConversationRequest>,
) -> Result<ConversationView, Fault> {
    let account = call.request.user_id.possible().ok_or(Fault::UnknownUser)?;
    charge(&call.asked, account)?;
    Ok(view(services.assistant.create(account, &call.request.name).await?))
}

/// An unknown user has none.
pub(super) async fn list(
    services: Arc<Services>,
    call: Call<ListConversationsRequest>,
) -> Result<Vec<ConversationView>, Fault> {
    let ListConversationsRequest { user_id, skip, limit } = call.request;
    let Some(account) = user_id.possible() else { return Ok(Vec::new()) };
    let found = services.assistant.list(account, skip, limit).await?;
    Ok(found.into_iter().map(view).collect())
}

pub(super) async fn show(
    services: Arc<Services>,
    call: Call<GetConversationRequest>,
) -> Result<History, Fault> {
    let id = call.request.conversation_id.possible().ok_or(Fault::UnknownDialogue)?;
    let dialogue = services.assistant.find(id).await?;
    let messages = services.assistant.messages(id).await?;
    Ok(History { conversation: view(dialogue), messages: messages.into_iter().map(message).collect() })
}

pub(super) async fn rename(
    services: Arc<Services>,
    call: Call<RenameConversationRequest>,
) -> Result<ConversationView, Fault> {
    let RenameConversationRequest { conversation_id, name } = call.request;
    let id = conversation_id.possible().ok_or(Fault::UnknownDialogue)?;
    Ok(view(services.assistant.rename(id, &name).await?))
}

pub(super) async fn delete(
    services: Arc<Services>,
    call: Call<GetConversationRequest>,
) -> Result<Deleted, Fault> {
    let id = call.request.conversation_id.possible().ok_or(Fault::UnknownDialogue)?;
    services.assistant.delete(id).await?;
    Ok(Deleted { success: true })
}

fn view(dialogue: Dialogue) -> ConversationView {
    let Dialogue { account, conversation } = dialogue;
    ConversationView {
        user_id: account,
        name: Some(conversation.name).filter(|name| !name.is_empty()),
        id: conversation.id,
        created_at: conversation.created_at.to_rfc3339(),
    }
}

fn message(message: Message) -> MessageView {
    MessageView {
        role: match message.kind {
            MessageKind::Assistant => MessageRole::Assistant,
            _ => MessageRole::User,
        },
        content: message.content,
        id: message.id,
        conversation_id: message.conversation,
        created_at: message.sent_at.to_rfc3339(),
    }
}
