//! Reports, and what is decided about them.

use serde::Serialize;

use super::{get, post};
use crate::{
    api::{
        page::{Order, PAGE_SIZE_DEFAULT, PageRequest, Paged, Sort},
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Problem, Refused},
    },
    clock::Millis,
    ids::ReportId,
    model::Report,
};

/// The most characters of a decision.
pub const DECISION_MAX: usize = 50;

/// Lists reports.
#[derive(Debug)]
pub struct ListReports;

impl Endpoint for ListReports {
    const ROUTE: Route =
        get("/reports", "获取举报列表").query(&["status", "page", "page_size", "sort", "order"]);
    type Request = ReportsRequest;
    type Response = Paged<ReportView>;
}

/// Which reports are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::ReportsRequest))]
pub struct ReportsRequest {
    /// Only the open ones (`pending`), or only the decided ones (`resolved`); all of them (`all`) without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub open: Option<bool>,
    /// Which page.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub page: PageRequest,
    /// In which order.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub order: Order,
}

impl Decode for ReportsRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let open = input.query().or_default("status", None, |node| {
            node.one_of(&["pending", "resolved", "all"], |word| match word {
                "pending" => Some(Some(true)),
                "resolved" => Some(Some(false)),
                "all" => Some(None),
                _ => None,
            })
        });
        let page = PageRequest::decode(input, PAGE_SIZE_DEFAULT);
        let order = Sort { names: &["created_at"], order: Order::Descending }.decode(input);
        Ok(Self { open: open?, page: page?, order: order? })
    }
}

/// A report.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::ReportView))]
pub struct ReportView {
    /// Which.
    pub report_id: i64,
    /// Who reports.
    pub reporter_id: i64,
    /// Whom.
    pub target_user_id: i64,
    /// Why.
    pub reason: String,
    /// What happened; empty where nothing was said.
    pub detail: String,
    /// `pending` or `resolved`.
    pub status: &'static str,
    /// What was decided; null while it is open.
    pub decision: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it was decided; null while it is open.
    pub decided_at: Option<String>,
}

/// Without the words of the people.
impl std::fmt::Debug for ReportView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportView").field("report_id", &self.report_id).finish_non_exhaustive()
    }
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        Self {
            report_id: report.id.get(),
            reporter_id: report.reporter.get(),
            target_user_id: report.target.get(),
            reason: report.reason,
            detail: report.detail,
            status: if report.decision.is_some() { "resolved" } else { "pending" },
            decision: report.decision,
            created_at: report.at.to_rfc3339(),
            decided_at: report.decided_at.map(Millis::to_rfc3339),
        }
    }
}

/// Decides a report.
#[derive(Debug)]
pub struct DecideReport;

impl Endpoint for DecideReport {
    const ROUTE: Route = post("/reports/{report_id}", "处理举报");
    type Request = DecideReportRequest;
    type Response = ReportView;
}

/// A decision about a report. It changes nothing about the account: that is locked by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::DecideReportRequest))]
pub struct DecideReportRequest {
    /// About which.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub report_id: GivenId<ReportId>,
    /// What is decided, in a word of the back office's own, 1 to 50 characters: `warned`, `locked`, `dismissed`.
    pub decision: String,
}

impl Decode for DecideReportRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let report_id = input.path().required("report_id", |node| node.decimal_id());
        let decision = input.body()?.required_not_null("decision", |node| {
            let decision = node.str(DECISION_MAX)?.trim();
            node.check(!decision.is_empty(), Problem::TooShort(1))?;
            Ok(decision.to_owned())
        });
        Ok(Self { report_id: report_id?, decision: decision? })
    }
}
