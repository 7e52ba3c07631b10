//! Reports in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlStore, limit,
    office::{direction, record},
    read, rows,
    safety::LOCK_ACCOUNTS,
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::ReportId,
    model::{Pair, Report},
    store::{
        NewAudit, NewReport, REPORTS_COUNTED_FOR, REPORTS_PER_DAY_MAX, ReportDecision, ReportOutcome,
        ReportStore, Slice, Sliced,
    },
};

/// Reports with the columns of a [`Row`].
macro_rules! reports {
    ($rest:literal) => {
        concat!(
            "SELECT id, reporter_id, target_id, reason, detail, reported_at, decision, decided_at
            FROM reports WHERE ",
            $rest
        )
    };
}

sql! {
    BOTH_THERE = "SELECT COUNT(*) FROM accounts WHERE id IN ($1, $2) AND status <> 4";
    SAME = "SELECT id FROM reports WHERE reporter_id = $1 AND target_id = $2 AND reason = $3 AND detail = $4
        AND decision IS NULL ORDER BY id LIMIT 1";
    COUNTED = "SELECT reported_at FROM reports WHERE reporter_id = $1 AND reported_at > $2
        ORDER BY reported_at DESC LIMIT 1 OFFSET $3";
    REPORT = "INSERT INTO reports (reporter_id, target_id, reason, detail, reported_at)
        VALUES ($1, $2, $3, $4, $5) RETURNING id";
    BY_ID = reports!("id = $1");
    // Which: 0 for the decided, 1 for the open, 2 for all.
    REPORTS = reports!(
        "$1 = 2 OR $1 = CASE WHEN decision IS NULL THEN 1 ELSE 0 END ORDER BY id * $2
         LIMIT CAST($3 AS BIGINT) OFFSET $4"
    );
    REPORTS_COUNT = "SELECT COUNT(*) FROM reports
        WHERE $1 = 2 OR $1 = CASE WHEN decision IS NULL THEN 1 ELSE 0 END";
    DECIDE = "UPDATE reports SET decision = $2, decided_at = $3 WHERE id = $1 AND decision IS NULL";
}

/// Number, reporter, target, reason, words, moment, decision, its moment.
type Row = (i64, i64, i64, String, String, i64, Option<String>, Option<i64>);

#[async_trait]
impl ReportStore for SqlStore {
    async fn report(&self, new: NewReport) -> StoreResult<ReportOutcome> {
        let Some(pair) = Pair::new(new.reporter, new.target) else { return Ok(ReportOutcome::Unknown) };
        let (low, high) = (pair.low().get(), pair.high().get());
        let (reporter, target) = (new.reporter.get(), new.target.get());
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(low).bind(high).execute(&mut *tx).await?;
            }
            let there: i64 = query_scalar(BOTH_THERE).bind(low).bind(high).fetch_one(&mut *tx).await?;
            let same: Option<i64> = query_scalar(SAME)
                .bind(reporter)
                .bind(target)
                .bind(&new.reason)
                .bind(&new.detail)
                .fetch_optional(&mut *tx)
                .await?;
            let counted: Option<i64> = query_scalar(COUNTED)
                .bind(reporter)
                .bind(new.at.plus(-REPORTS_COUNTED_FOR).0)
                .bind(limit(REPORTS_PER_DAY_MAX - 1))
                .fetch_optional(&mut *tx)
                .await?;
            if there < 2 {
                ReportOutcome::Unknown
            } else if let Some(same) = same {
                ReportOutcome::Repeated(report_id(same)?)
            } else if let Some(first) = counted {
                ReportOutcome::TooMany { until: Millis(first).plus(REPORTS_COUNTED_FOR) }
            } else {
                let made: i64 = query_scalar(REPORT)
                    .bind(reporter)
                    .bind(target)
                    .bind(&new.reason)
                    .bind(&new.detail)
                    .bind(new.at.0)
                    .fetch_one(&mut *tx)
                    .await?;
                ReportOutcome::Made(report_id(made)?)
            }
        })
    }

    async fn report_by_id(&self, id: ReportId) -> StoreResult<Option<Report>> {
        let row = read!(self.pool, |p| query_as(BY_ID).bind(id.get()).fetch_optional(p))?;
        row.map(report).transpose()
    }

    async fn reports(&self, open: Option<bool>, slice: Slice) -> StoreResult<Sliced<Report>> {
        let which = open.map_or(2, i64::from);
        let total: i64 = read!(self.pool, |p| query_scalar(REPORTS_COUNT).bind(which).fetch_one(p))?;
        let found: Vec<Row> = read!(self.pool, |p| query_as(REPORTS)
            .bind(which)
            .bind(direction(slice))
            .bind(limit(slice.limit))
            .bind(limit(slice.skip))
            .fetch_all(p))?;
        let items = found.into_iter().map(report).collect::<StoreResult<_>>()?;
        Ok(Sliced { total: rows::count(total), items })
    }

    async fn decide_report(
        &self,
        id: ReportId,
        decision: &str,
        audit: NewAudit,
    ) -> StoreResult<ReportDecision> {
        transaction!(self.pool, |tx, _locks| {
            let decided = query(DECIDE).bind(id.get()).bind(decision).bind(audit.at.0).execute(&mut *tx);
            let decided = decided.await?.rows_affected() > 0;
            let row: Option<Row> = query_as(BY_ID).bind(id.get()).fetch_optional(&mut *tx).await?;
            match row.map(report).transpose()? {
                None => ReportDecision::Unknown,
                Some(report) if decided => {
                    record!(tx, &audit);
                    ReportDecision::Decided(report)
                }
                Some(report) => ReportDecision::Already(report),
            }
        })
    }
}

fn report_id(id: i64) -> StoreResult<ReportId> {
    rows::known(ReportId::new(id), "reports", "id")
}

fn report((id, reporter, target, reason, detail, at, decision, decided_at): Row) -> StoreResult<Report> {
    Ok(Report {
        id: report_id(id)?,
        reporter: rows::account_id(reporter, "reports", "reporter_id")?,
        target: rows::account_id(target, "reports", "target_id")?,
        reason,
        detail,
        at: Millis(at),
        decision,
        decided_at: decided_at.map(Millis),
    })
}
