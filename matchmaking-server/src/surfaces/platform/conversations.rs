//! The list of conversations, and what its owner does with them.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            ConversationView, ConversationsRequest, ConversationsView, MarkReadRequest, MessagePreview, Page,
            PreferencesRequest, PreferencesView, PresentUser, nickname, type_of,
        },
    },
    service::{Services, accounts::FORMER_ACCOUNT, auth::Caller, chat::ThreadError},
};

use super::{pictures, render, slice};
use crate::http::Call;

pub(super) async fn list(
    services: Arc<Services>,
    call: Call<ConversationsRequest, Caller>,
) -> Result<ConversationsView, Fault> {
    let ConversationsRequest { page: asked, order } = call.request;
    let me = call.who.account;
    let listing = services.chat.matched(me, slice(asked, order)).await?;
    let partners = listing.items.iter().filter_map(|listed| listed.person.as_ref());
    let mut pictures = pictures::of(&services, me, partners).await?;
    let items = listing.items.into_iter().map(|listed| {
        let pictures = pictures.remove(&listed.partner).unwrap_or_default();
        let name =
            listed.person.map_or_else(|| FORMER_ACCOUNT.to_owned(), |person| nickname(&person.profile));
        let summary = listed.summary;
        ConversationView {
            conversation_id: summary.conversation.id.get(),
            user: PresentUser {
                user_id: listed.partner.get(),
                nickname: name,
                avatar: pictures.avatar,
                is_online: listed.is_online,
            },
            last_message: summary.last.as_ref().map(|last| MessagePreview {
                message_id: last.id.get(),
                kind: type_of(last.kind),
                content: render::preview(last),
                time: last.sent_at.to_rfc3339(),
                is_me: last.sender == me,
                status: last.recalled_at.map(|_| "recalled"),
            }),
            unread_count: summary.unread,
            is_pinned: summary.me.is_pinned,
            is_muted: summary.me.is_muted,
            matched_at: listed.matched_at.to_rfc3339(),
        }
    });
    let page = Page { asked, items: items.collect(), total: listing.total };
    let pagination = page.pagination();
    Ok(ConversationsView { items: page.items, total_unread: listing.unread, pagination })
}

pub(super) async fn set_preferences(
    services: Arc<Services>,
    call: Call<PreferencesRequest, Caller>,
) -> Result<PreferencesView, Fault> {
    let PreferencesRequest { conversation, is_pinned, is_muted } = call.request;
    let id = conversation.possible().ok_or(Fault::NoConversation)?;
    let member = services.chat.prefer(call.who.account, id, is_pinned, is_muted).await?;
    Ok(PreferencesView { conversation_id: id.get(), is_pinned: member.is_pinned, is_muted: member.is_muted })
}

pub(super) async fn mark_read(
    services: Arc<Services>,
    call: Call<MarkReadRequest, Caller>,
) -> Result<(), Fault> {
    let MarkReadRequest { conversation, last_read_message_id } = call.request;
    let conversation = conversation.possible().ok_or(Fault::NoConversation)?;
    let message = last_read_message_id.possible().ok_or(Fault::UnknownMessage)?;
    match services.chat.read_up_to(call.who.account, conversation, message).await {
        Err(ThreadError::Unknown | ThreadError::NotMember) => Err(Fault::UnknownMessage),
        done => Ok(done?),
    }
}
