//! Blocking, reporting, and being in nobody's list.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            BlockedRequest, BlockedView, Page, Paged, ReportRequest, ReportedView, UserRequest, Visibility,
        },
        wire::GivenId,
    },
    ids::AccountId,
    service::{Services, auth::Caller},
};

use super::slice;
use crate::http::Call;

pub(super) async fn set_visibility(
    services: Arc<Services>,
    call: Call<Visibility, Caller>,
) -> Result<Visibility, Fault> {
    let there = services.safety.pause(call.who.account, call.request.paused).await?;
    if there { Ok(call.request) } else { Err(Fault::BadToken) }
}

pub(super) async fn block(services: Arc<Services>, call: Call<UserRequest, Caller>) -> Result<(), Fault> {
    Ok(services.safety.block(call.who.account, known(call.request.user_id)?).await?)
}

pub(super) async fn unblock(services: Arc<Services>, call: Call<UserRequest, Caller>) -> Result<(), Fault> {
    Ok(services.safety.unblock(call.who.account, known(call.request.user_id)?).await?)
}

pub(super) async fn blocked(
    services: Arc<Services>,
    call: Call<BlockedRequest, Caller>,
) -> Result<Paged<BlockedView>, Fault> {
    let BlockedRequest { page: asked, order } = call.request;
    let blocked = services.safety.blocked_by(call.who.account, slice(asked, order)).await?;
    let blocked = blocked.map(|id| BlockedView { user_id: id.get() });
    Ok(Page { asked, items: blocked.items, total: blocked.total }.into())
}

pub(super) async fn report(
    services: Arc<Services>,
    call: Call<ReportRequest, Caller>,
) -> Result<ReportedView, Fault> {
    let ReportRequest { user_id, reason, detail } = call.request;
    let id = services.safety.report(call.who.account, known(user_id)?, reason, detail).await?;
    Ok(ReportedView { report_id: id.get(), status: "pending" })
}

fn known(id: GivenId<AccountId>) -> Result<AccountId, Fault> {
    id.possible().ok_or(Fault::UnknownAccount)
}
