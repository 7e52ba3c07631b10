//! `MatchManager`.

use std::{collections::BTreeMap, sync::Arc};

use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::{
            CreateMatchRequest, CreateMatchResponse, Done, GetMatchInfoRequest, MatchInfo, SaveMatchRequest,
            ToggleLikeRequest,
        },
        wire::GivenId,
    },
    service::Services,
    store::MatchTerms,
};

use super::{acting_user, unknown_as};
use crate::http::Call;

pub(super) async fn create(
    services: Arc<Services>,
    call: Call<CreateMatchRequest>,
) -> Result<CreateMatchResponse, Fault> {
    let request = call.request;
    let first = services.telegram.account(acting_user(&call.asked, request.user_id_1)?).await?;
    let second = request.user_id_2.possible().ok_or(Fault::UnknownAccount)?;
    let second = services.telegram.account(second).await?;
    let terms = MatchTerms {
        reason_for_first: request.reason_1,
        reason_for_second: request.reason_2,
        score: request.match_score,
    };
    let matched = services.matchmaking.create(first, second, terms).await?;
    Ok(CreateMatchResponse { success: true, match_id: matched.id })
}

/// Whoever is not one of the two learns no more than that there is no match for them.
pub(super) async fn info(
    services: Arc<Services>,
    call: Call<GetMatchInfoRequest>,
) -> Result<MatchInfo, Fault> {
    let GetMatchInfoRequest { user_id, match_id } = call.request;
    let (Some(_), Some(match_id)) = (user_id.possible(), match_id.possible()) else {
        return Err(Fault::UnknownMatch);
    };
    let viewer = acting_user(&call.asked, user_id)?;
    let viewer = services.telegram.account(viewer).await.map_err(unknown_as(Fault::UnknownMatch))?;
    let view = services.matchmaking.view(viewer, match_id).await?.ok_or(Fault::UnknownMatch)?;
    let partner = view.matched.partner_of(viewer).ok_or(Fault::UnknownMatch)?;
    let ids = services.telegram.miracle_ids(&[partner]).await?;
    Ok(MatchInfo {
        target_user_id: ids[&partner],
        description_for_target: view.matched.reason_for(viewer).unwrap_or_default().to_owned(),
        is_liked: view.matched.liked,
        match_score: view.matched.score,
        mutual_game_scores: BTreeMap::new(),
        chatroom_id: view.conversation,
    })
}

pub(super) async fn toggle_like(
    services: Arc<Services>,
    call: Call<ToggleLikeRequest>,
) -> Result<Done, Fault> {
    let Some(id) = call.request.match_id.possible() else { return Ok(Done { success: false }) };
    Ok(Done { success: services.matchmaking.toggle_like(id).await? })
}

/// Everything is stored when it is answered.
pub(super) async fn save(services: Arc<Services>, call: Call<SaveMatchRequest>) -> Result<Done, Fault> {
    let success = match call.request.match_id.map(GivenId::possible) {
        None => true,
        Some(None) => false,
        Some(Some(id)) => services.matchmaking.exists(id).await?,
    };
    Ok(Done { success })
}
