//! The store of reports.

use async_trait::async_trait;

use super::{NewAudit, Slice, Sliced};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ReportId},
    model::Report,
};

/// The most reports that a person makes in 24 hours.
pub const REPORTS_PER_DAY_MAX: usize = 20;

/// How long a report counts against [`REPORTS_PER_DAY_MAX`], in milliseconds.
pub const REPORTS_COUNTED_FOR: i64 = 24 * 60 * 60 * 1_000;

/// A report to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct NewReport {
    /// Who reports.
    pub reporter: AccountId,
    /// Whom; somebody else.
    pub target: AccountId,
    /// Why, in a word.
    pub reason: String,
    /// What happened; may be empty.
    pub detail: String,
    /// The present moment.
    pub at: Millis,
}

/// Without the words of the people.
impl std::fmt::Debug for NewReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewReport")
            .field("reporter", &self.reporter)
            .field("target", &self.target)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportOutcome {
    /// It is kept.
    Made(ReportId),
    /// It says what this open one of the same person said already, which stands unchanged.
    Repeated(ReportId),
    /// The person made [`REPORTS_PER_DAY_MAX`] within [`REPORTS_COUNTED_FOR`]; the first of them ceases to count then.
    TooMany {
        /// When there is room again.
        until: Millis,
    },
    /// One of the two is unknown or deleted, or they are the same.
    Unknown,
}

/// What became of a decision about a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportDecision {
    /// It is decided, and is this now.
    Decided(Report),
    /// It was decided before, and is unchanged.
    Already(Report),
    /// There is no such report.
    Unknown,
}

/// Keeps reports.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ReportStore: Send + Sync {
    /// Keeps a report. Whoever may not see somebody may still report them.
    async fn report(&self, new: NewReport) -> StoreResult<ReportOutcome>;

    /// The report with this identifier.
    async fn report_by_id(&self, id: ReportId) -> StoreResult<Option<Report>>;

    /// The reports, by identifier: all, or those that are open or decided.
    async fn reports(&self, open: Option<bool>, slice: Slice) -> StoreResult<Sliced<Report>>;

    /// Decides an open report and records that.
    async fn decide_report(
        &self,
        id: ReportId,
        decision: &str,
        audit: NewAudit,
    ) -> StoreResult<ReportDecision>;
}
