//! Matches, and what comes of them.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            ContactView, LastMessage, MatchRequest, MatchStats, MatchStatus, MatchView, MatchesRequest,
            MatchesView, Page, UnlockedView, UserCard,
        },
        wire::GivenId,
    },
    ids::{AccountId, MatchId},
    model::{Language, MessageKind},
    service::{
        Services, Slice, Sliced,
        auth::Caller,
        pairs::{Contact, MatchFilter},
    },
};

use super::{language, pictures, slice};
use crate::http::Call;

pub(super) async fn list(
    services: Arc<Services>,
    call: Call<MatchesRequest, Caller>,
) -> Result<MatchesView, Fault> {
    let (me, language) = (call.who.account, language(&call.asked));
    let MatchesRequest { status, page: asked, order } = call.request;
    let filter = match status {
        MatchStatus::All => MatchFilter::All,
        MatchStatus::New => MatchFilter::New,
        MatchStatus::Active => MatchFilter::Active,
    };
    let counts = services.pairs.counts(me).await?;
    let matches = part(&services, me, filter, slice(asked, order), language).await?;
    let page = Page { asked, items: matches.items, total: matches.total };
    let pagination = page.pagination();
    let stats = MatchStats {
        total_matches: counts.total,
        new_matches_today: counts.new,
        unread_messages: counts.unread,
    };
    Ok(MatchesView { items: page.items, stats, pagination })
}

/// A part of somebody's matches as they are shown to them.
pub(super) async fn part(
    services: &Services,
    me: AccountId,
    filter: MatchFilter,
    slice: Slice,
    language: Language,
) -> Result<Sliced<MatchView>, Fault> {
    let matches = services.pairs.list(me, filter, slice).await?;
    let mut pictures = pictures::of(services, me, matches.items.iter().map(|paired| &paired.partner)).await?;
    let today = services.people.today();
    Ok(matches.map(|paired| {
        let pictures = pictures.remove(&paired.partner.id).unwrap_or_default();
        let last = paired.last.map(|last| {
            // What was taken back says nothing, not even what it was.
            let kind = if last.recalled_at.is_some() { MessageKind::Text } else { last.kind };
            LastMessage::of(kind, last.content, last.sent_at, last.sender == me, language)
        });
        MatchView {
            match_id: paired.matched.id.get(),
            conversation_id: paired.conversation.map(matchmaking_core::ids::ConversationId::get),
            user: UserCard::of(&paired.partner, pictures.avatar, today),
            matched_at: paired.matched.created_at.to_rfc3339(),
            match_score: paired.matched.score,
            last_message: last,
            unread_count: paired.unread,
            can_unlock_contact: paired.contact.may_ask,
            contact: contact(paired.contact),
            interaction_days: paired.days,
            message_count: paired.messages,
        }
    }))
}

pub(super) async fn end(services: Arc<Services>, call: Call<MatchRequest, Caller>) -> Result<(), Fault> {
    let ended = services.pairs.end(call.who.account, known(call.request.match_id)?).await?;
    if ended { Ok(()) } else { Err(Fault::UnknownMatch) }
}

pub(super) async fn unlock_contact(
    services: Arc<Services>,
    call: Call<MatchRequest, Caller>,
) -> Result<UnlockedView, Fault> {
    let id = known(call.request.match_id)?;
    let asked = services.pairs.ask_contact(call.who.account, id).await?;
    Ok(UnlockedView { match_id: id.get(), contact: contact(asked) })
}

fn known(id: GivenId<MatchId>) -> Result<MatchId, Fault> {
    id.possible().ok_or(Fault::UnknownMatch)
}

fn contact(contact: Contact) -> ContactView {
    ContactView::of(contact.asked, contact.was_asked, contact.phone)
}
