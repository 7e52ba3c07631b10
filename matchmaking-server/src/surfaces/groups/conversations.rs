//! All conversations of a person.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        groups::{ConversationKind as WireKind, ConversationView, Conversations, WireId},
    },
    ids::AccountId,
    model::ConversationKind,
    service::Services,
};

use super::render;
use crate::http::Call;

pub(super) async fn list(services: Arc<Services>, call: Call<(), AccountId>) -> Result<Conversations, Fault> {
    let viewer = call.who;
    let summaries = services.chat.conversations(viewer).await?;
    let peer_in = |kind| match kind {
        ConversationKind::Direct(pair) => pair.other(viewer),
        ConversationKind::Group | ConversationKind::Assistant => None,
    };
    let peers: Vec<AccountId> =
        summaries.iter().filter_map(|summary| peer_in(summary.conversation.kind)).collect();
    let mut contacts = services.accounts.contacts(&peers).await?;
    let mut conversations = Vec::with_capacity(summaries.len());
    for summary in summaries {
        let conversation = summary.conversation;
        let peer = peer_in(conversation.kind);
        let (kind, receiver_id, group_id, name, avatar) = match (conversation.kind, peer) {
            (ConversationKind::Direct(_), Some(peer)) => {
                // Whoever left meanwhile is out of sight.
                let Some(contact) = contacts.remove(&peer) else { continue };
                (WireKind::Direct, WireId::of(peer), WireId::NONE, contact.name, contact.avatar)
            }
            (ConversationKind::Group, _) => {
                let group = WireId::of(conversation.id);
                (WireKind::Group, WireId::NONE, group, conversation.name, conversation.avatar)
            }
            (ConversationKind::Direct(_) | ConversationKind::Assistant, _) => continue,
        };
        let updated_at = summary.last.as_ref().map_or(conversation.created_at, |message| message.sent_at);
        let last_message = summary.last.map(|message| {
            let receiver = peer.map(|peer| if message.sender == peer { viewer } else { peer });
            render::message_for(&services, &message, receiver, viewer)
        });
        conversations.push(ConversationView {
            kind,
            receiver_id,
            group_id,
            name,
            avatar,
            last_message,
            unread_count: summary.unread,
            updated_at: updated_at.to_rfc3339(),
        });
    }
    Ok(Conversations { conversations })
}
