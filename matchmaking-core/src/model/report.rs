//! What people report about each other.

use crate::{
    clock::Millis,
    ids::{AccountId, ReportId},
};

/// A report, open until somebody in the back office decides.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    /// Its identifier.
    pub id: ReportId,
    /// Who reports.
    pub reporter: AccountId,
    /// Whom.
    pub target: AccountId,
    /// Why, in a word.
    pub reason: String,
    /// What happened, in the reporter's words; may be empty.
    pub detail: String,
    /// When.
    pub at: Millis,
    /// What was decided, once it was.
    pub decision: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Millis>,
}

/// Without the words of the people.
impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report")
            .field("id", &self.id)
            .field("reporter", &self.reporter)
            .field("target", &self.target)
            .field("at", &self.at)
            .field("decided_at", &self.decided_at)
            .finish_non_exhaustive()
    }
}
