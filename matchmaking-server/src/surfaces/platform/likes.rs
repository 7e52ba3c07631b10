//! Whom one likes, and who likes one.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{LikeView, LikedMe, LikedMeView, LikesRequest, Page, Paged, ScoredUser},
    },
    service::{Services, auth::Caller},
};

use super::{pictures, slice};
use crate::http::Call;

pub(super) async fn mine(
    services: Arc<Services>,
    call: Call<LikesRequest, Caller>,
) -> Result<Paged<LikeView>, Fault> {
    let (me, LikesRequest { page: asked, order }) = (call.who.account, call.request);
    let likes = services.likes.liked_by(me, slice(asked, order)).await?;
    let mut pictures = pictures::of(&services, me, likes.items.iter().map(|like| &like.person)).await?;
    let today = services.people.today();
    let likes = likes.map(|like| {
        let pictures = pictures.remove(&like.person.id).unwrap_or_default();
        let user = ScoredUser::of(&like.person, pictures.avatar, today, like.score, true);
        LikeView::of(&like.interaction, user, like.match_id.map(matchmaking_core::ids::MatchId::get))
    });
    Ok(Page { asked, items: likes.items, total: likes.total }.into())
}

pub(super) async fn of_me(
    services: Arc<Services>,
    call: Call<LikesRequest, Caller>,
) -> Result<LikedMeView, Fault> {
    let (me, LikesRequest { page: asked, order }) = (call.who.account, call.request);
    let likers = services.likes.likers_of(me, slice(asked, order)).await?;
    let (clear, likes) = (likers.in_the_clear, likers.likes);
    let mut pictures = pictures::of(&services, me, likes.items.iter().map(|like| &like.person)).await?;
    let today = services.people.today();
    let likes = likes.map(|like| {
        let pictures = pictures.remove(&like.person.id).unwrap_or_default();
        let avatar = if clear { pictures.avatar } else { pictures.blurred };
        let user = ScoredUser::of(&like.person, avatar, today, like.score, clear);
        LikedMe::of(&like.interaction, user, clear)
    });
    let page = Page { asked, items: likes.items, total: likes.total };
    let pagination = page.pagination();
    Ok(LikedMeView { total_count: page.total, new_count: likers.new, items: page.items, pagination })
}
