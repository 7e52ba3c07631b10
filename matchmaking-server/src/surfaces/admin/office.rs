//! Accounts, reports, and the record of what was changed.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        admin::{
            AuditRequest, AuditView, DecideReportRequest, ExactFilter, ExactRelaxation, GivenMembership,
            LockRequest, LockView, MembershipRequest, MembershipView, NotifiedView, NotifyRequest,
            ReportView, ReportsRequest, UserFunnelRequest, UserFunnelView, UserView, UsersRequest,
        },
        fault::Fault,
        page::{Page, PageRequest, Paged},
        wire::GivenId,
    },
    ids::AccountId,
    model::{
        Membership,
        funnel::{Filter, Relaxation},
    },
    service::{
        Services, Sliced,
        office::{Audience, OfficeAccount},
    },
};

use super::{language, slice};
use crate::http::Call;

pub(super) async fn users(
    services: Arc<Services>,
    call: Call<UsersRequest>,
) -> Result<Paged<UserView>, Fault> {
    let language = language(&call.asked);
    let UsersRequest { query, page, order } = call.request;
    let found = services.office.accounts(&query, slice(page, order)).await?;
    let view = |one: OfficeAccount| {
        UserView::of(&one.account, &one.profile, one.phone.as_deref(), one.membership, language)
    };
    Ok(paged(page, found.map(view)))
}

pub(super) async fn lock(services: Arc<Services>, call: Call<LockRequest>) -> Result<LockView, Fault> {
    let LockRequest { user_id, locked, reason } = call.request;
    let id = known(user_id)?;
    services.office.lock(id, locked, reason).await?;
    Ok(LockView { user_id: id.get(), locked })
}

pub(super) async fn set_membership(
    services: Arc<Services>,
    call: Call<MembershipRequest>,
) -> Result<GivenMembership, Fault> {
    let MembershipRequest { user_id, level, expire_at } = call.request;
    let (id, membership) = (known(user_id)?, Membership { level, expires_at: expire_at });
    services.office.set_membership(id, membership).await?;
    let membership = MembershipView::of(membership, language(&call.asked));
    Ok(GivenMembership { user_id: id.get(), membership })
}

pub(super) async fn funnel(
    services: Arc<Services>,
    call: Call<UserFunnelRequest>,
) -> Result<UserFunnelView, Fault> {
    let (id, language) = (known(call.request.user_id)?, language(&call.asked));
    let funnel = services.daily.funnel(id).await?;
    let fallen = Filter::ALL.iter().zip(funnel.fallen);
    let gains = Relaxation::ALL.iter().zip(funnel.gains);
    Ok(UserFunnelView {
        user_id: id.get(),
        people: funnel.people,
        filters: fallen.map(|(filter, fall)| ExactFilter::of(*filter, fall, language)).collect(),
        left: funnel.left,
        relaxations: gains.map(|(which, gain)| ExactRelaxation::of(*which, gain, language)).collect(),
        best_relaxation: funnel.best_relaxation().map(|(which, _)| which.code()),
    })
}

pub(super) async fn reports(
    services: Arc<Services>,
    call: Call<ReportsRequest>,
) -> Result<Paged<ReportView>, Fault> {
    let ReportsRequest { open, page, order } = call.request;
    let reports = services.office.reports(open, slice(page, order)).await?;
    Ok(paged(page, reports.map(ReportView::from)))
}

pub(super) async fn decide_report(
    services: Arc<Services>,
    call: Call<DecideReportRequest>,
) -> Result<ReportView, Fault> {
    let id = call.request.report_id.possible().ok_or(Fault::UnknownReport)?;
    Ok(services.office.decide_report(id, &call.request.decision).await?.into())
}

pub(super) async fn audit(
    services: Arc<Services>,
    call: Call<AuditRequest>,
) -> Result<Paged<AuditView>, Fault> {
    let AuditRequest { page, order } = call.request;
    let record = services.office.audit(slice(page, order)).await?;
    Ok(paged(page, record.map(AuditView::from)))
}

pub(super) async fn notify(
    services: Arc<Services>,
    call: Call<NotifyRequest>,
) -> Result<NotifiedView, Fault> {
    let NotifyRequest { user_ids, title, content } = call.request;
    let audience = user_ids.map_or(Audience::Everyone, Audience::People);
    let recipients = services.office.notify(audience, &title, &content).await?;
    Ok(NotifiedView { recipients })
}

fn known(id: GivenId<AccountId>) -> Result<AccountId, Fault> {
    id.possible().ok_or(Fault::UnknownAccount)
}

pub(super) fn paged<T>(asked: PageRequest, part: Sliced<T>) -> Paged<T> {
    Page { asked, items: part.items, total: part.total }.into()
}
