//! Daily recommendations, and what is decided about them.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            Beside, CountView, DailyRequest, DailyView, FilterView, FunnelView, InteractionRequest,
            InteractionView, RecommendedView, RelaxationView, UndoneView, UserBrief, interaction_message,
        },
    },
    service::{Services, auth::Caller},
};

use super::{language, pictures};
use crate::http::Call;

pub(super) async fn daily(
    services: Arc<Services>,
    call: Call<DailyRequest, Caller>,
) -> Result<DailyView, Fault> {
    let (me, language) = (call.who.account, language(&call.asked));
    let list = services.daily.list(me, call.request.refresh, language).await?;
    let page = call.request.page.of(list.people);
    let pagination = page.pagination();
    let mut pictures = pictures::of(&services, me, page.items.iter().map(|one| &one.person)).await?;
    let today = services.people.today();
    let items = page.items.into_iter().map(|one| {
        let pictures = pictures.remove(&one.person.id).unwrap_or_default();
        let beside = Beside {
            avatar: pictures.avatar,
            photos: pictures.photos,
            score: one.score,
            reasons: one.reasons,
            distance_km: one.distance_km,
            decision: one.decision,
            today,
        };
        RecommendedView::of(&one.person, beside, language)
    });
    Ok(DailyView {
        refresh_time: list.day.began.to_rfc3339(),
        next_refresh_time: list.day.ends.to_rfc3339(),
        remaining_refreshes: list.refreshes_left,
        items: items.collect(),
        pagination,
    })
}

pub(super) async fn funnel(services: Arc<Services>, call: Call<(), Caller>) -> Result<FunnelView, Fault> {
    let language = language(&call.asked);
    let funnel = services.daily.rough_funnel(call.who.account).await?;
    let filters = funnel.fallen.into_iter().map(|(filter, fall)| FilterView::of(filter, fall, language));
    Ok(FunnelView {
        people: CountView::of(funnel.people, language),
        filters: filters.collect(),
        left: CountView::of(funnel.left, language),
        relaxation: funnel.relaxation.map(|(which, gain)| RelaxationView::of(which, gain, language)),
    })
}

pub(super) async fn interact(
    services: Arc<Services>,
    call: Call<InteractionRequest, Caller>,
) -> Result<InteractionView, Fault> {
    let InteractionRequest { target_user_id, action } = call.request;
    let me = call.who.account;
    let target = target_user_id.possible().ok_or(Fault::UnknownAccount)?;
    let decided = services.likes.decide(me, target, action).await?;
    let next = services.daily.next(me).await?;
    let mut pictures = pictures::of(&services, me, &next).await?;
    let next_recommendation = next.map(|person| {
        let pictures = pictures.remove(&person.id).unwrap_or_default();
        UserBrief::of(&person, pictures.avatar)
    });
    Ok(InteractionView {
        is_mutual: decided.mutual,
        is_new_match: decided.newly_matched,
        match_id: decided.match_id.map(matchmaking_core::ids::MatchId::get),
        message: interaction_message(action, decided.mutual, decided.newly_matched, language(&call.asked)),
        next_recommendation,
    })
}

pub(super) async fn undo(services: Arc<Services>, call: Call<(), Caller>) -> Result<UndoneView, Fault> {
    let undone = services.likes.take_back(call.who.account).await?;
    Ok(undone.ok_or(Fault::NothingToTakeBack)?.into())
}
