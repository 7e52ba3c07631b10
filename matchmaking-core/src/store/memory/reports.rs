//! Reports in memory.

use async_trait::async_trait;

use super::{MemoryStore, next};
use crate::{
    error::StoreResult,
    ids::ReportId,
    model::{AccountStatus, Report},
    store::{
        NewAudit, NewReport, REPORTS_COUNTED_FOR, REPORTS_PER_DAY_MAX, ReportDecision, ReportOutcome,
        ReportStore, Slice, Sliced,
    },
};

#[async_trait]
impl ReportStore for MemoryStore {
    async fn report(&self, new: NewReport) -> StoreResult<ReportOutcome> {
        let mut state = self.lock()?;
        let is_there = |id| state.status(id).is_some_and(|status| status != AccountStatus::Deleted);
        if new.reporter == new.target || !is_there(new.reporter) || !is_there(new.target) {
            return Ok(ReportOutcome::Unknown);
        }
        let mine = || state.reports.values().filter(|report| report.reporter == new.reporter);
        let same = mine().find(|report| {
            let said = (report.target, &report.reason, &report.detail);
            report.decision.is_none() && said == (new.target, &new.reason, &new.detail)
        });
        if let Some(same) = same {
            return Ok(ReportOutcome::Repeated(same.id));
        }
        let from = new.at.plus(-REPORTS_COUNTED_FOR);
        let mut counted: Vec<_> = mine().map(|report| report.at).filter(|at| *at > from).collect();
        counted.sort_unstable();
        if let Some(first) = counted.iter().rev().nth(REPORTS_PER_DAY_MAX - 1) {
            return Ok(ReportOutcome::TooMany { until: first.plus(REPORTS_COUNTED_FOR) });
        }
        let NewReport { reporter, target, reason, detail, at } = new;
        let id = next(&mut state.last_report, ReportId::new)?;
        let report = Report { id, reporter, target, reason, detail, at, decision: None, decided_at: None };
        state.reports.insert(id, report);
        Ok(ReportOutcome::Made(id))
    }

    async fn report_by_id(&self, id: ReportId) -> StoreResult<Option<Report>> {
        Ok(self.lock()?.reports.get(&id).cloned())
    }

    async fn reports(&self, open: Option<bool>, slice: Slice) -> StoreResult<Sliced<Report>> {
        let state = self.lock()?;
        let asked = |report: &&Report| open.is_none_or(|open| open == report.decision.is_none());
        Ok(slice.of(state.reports.values().filter(asked).cloned().collect()))
    }

    async fn decide_report(
        &self,
        id: ReportId,
        decision: &str,
        audit: NewAudit,
    ) -> StoreResult<ReportDecision> {
        let mut state = self.lock()?;
        let Some(report) = state.reports.get_mut(&id) else { return Ok(ReportDecision::Unknown) };
        if report.decision.is_some() {
            return Ok(ReportDecision::Already(report.clone()));
        }
        report.decision = Some(decision.to_owned());
        report.decided_at = Some(audit.at);
        let decided = report.clone();
        state.record(audit)?;
        Ok(ReportDecision::Decided(decided))
    }
}
