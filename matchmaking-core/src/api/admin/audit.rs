//! The record of what was changed.

use serde::Serialize;

use super::get;
use crate::{
    api::{
        page::{Order, PAGE_SIZE_DEFAULT, PageRequest, Paged, Sort},
        route::{Endpoint, Route},
        wire::{Decode, Input, Refused},
    },
    ids::AccountId,
    model::AuditEntry,
};

/// Lists what was changed.
#[derive(Debug)]
pub struct ListAudit;

impl Endpoint for ListAudit {
    const ROUTE: Route = get("/audit", "获取操作记录").query(&["page", "page_size", "sort", "order"]);
    type Request = AuditRequest;
    type Response = Paged<AuditView>;
}

/// Which part of the record is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::AuditRequest))]
pub struct AuditRequest {
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for AuditRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let order = Sort { names: &["created_at"], order: Order::Descending }.decode(input);
        Ok(Self { page: page?, order: order? })
    }
}

/// A change.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::AuditView))]
pub struct AuditView {
    /// Which.
    pub audit_id: i64,
    /// What was done: `user.locked`.
    pub action: &'static str,
    /// Whose account it is about, if it is about one.
    pub user_id: Option<i64>,
    /// The number of the report or review that it is about.
    pub subject_id: Option<i64>,
    /// What was decided and why; empty once the account is deleted.
    pub detail: String,
    /// When.
    pub created_at: String,
}

/// Without the words, which may be about a person.
impl std::fmt::Debug for AuditView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditView").field("audit_id", &self.audit_id).finish_non_exhaustive()
    }
}

impl From<AuditEntry> for AuditView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            audit_id: entry.id.get(),
            action: entry.action.name(),
            user_id: entry.account.map(AccountId::get),
            subject_id: entry.thing,
            detail: entry.detail,
            created_at: entry.at.to_rfc3339(),
        }
    }
}
