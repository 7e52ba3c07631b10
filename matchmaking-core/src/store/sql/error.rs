//! What drivers report, as what callers can do about it.

use std::sync::Arc;

use crate::error::StoreError;

/// What a database said, without the values that it said it about: those may be personal.
#[derive(Debug, thiserror::Error)]
#[error("{}{message}", .code.as_deref().map(|code| format!("[{code}] ")).unwrap_or_default())]
struct DatabaseFailure {
    code: Option<String>,
    message: String,
}

/// What a driver reported, in words that any store may use.
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    let unavailable = match &error {
        sqlx::Error::Database(database) => database.code().is_some_and(|code| passes(&code)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        _ => false,
    };
    let source: Box<dyn std::error::Error + Send + Sync> = match error {
        sqlx::Error::Database(database) => {
            let code = database.code().map(std::borrow::Cow::into_owned);
            // Class 22 of PostgreSQL quotes the value that it could not take.
            let quotes = code.as_deref().is_some_and(|code| code.len() == 5 && code.starts_with("22"));
            let message =
                if quotes { "a value was refused".to_owned() } else { database.message().to_owned() };
            Box::new(DatabaseFailure { code, message })
        }
        other => Box::new(other),
    };
    if unavailable { StoreError::Unavailable(Some(source)) } else { StoreError::Driver(source) }
}

/// Whether a database reports with this code a condition that may pass, rather than a defect.
fn passes(code: &str) -> bool {
    if code.len() == 5 {
        // PostgreSQL: no connection, out of resources, stopped by an operator, lost races, read-only stand-by.
        return code != "08P01" && ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class))
            || ["40001", "40P01", "55P03", "25006", "28000", "28P01", "3D000"].contains(&code);
    }
    // SQLite: busy, locked, out of memory, read-only, input or output, full, cannot open.
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 7 | 8 | 10 | 13 | 14))
}

/// How a transaction ended that did not commit.
#[derive(Debug)]
pub(super) enum TxError {
    /// The driver failed.
    Driver(sqlx::Error),
    /// The store decided so.
    Store(StoreError),
    /// Somebody else was faster; from the start again.
    LostRace,
}

/// One failure, for each of those whose questions failed together.
pub(super) fn told_to_many(error: StoreError) -> impl Fn() -> StoreError {
    let (passes, source) = match error {
        StoreError::Unavailable(source) => (true, source.map(|source| Shared(Arc::from(source)))),
        error => (false, Some(Shared(Arc::new(error)))),
    };
    move || {
        let source =
            source.clone().map(|source| Box::new(source) as Box<dyn std::error::Error + Send + Sync>);
        match (passes, source) {
            (false, Some(source)) => StoreError::Driver(source),
            (_, source) => StoreError::Unavailable(source),
        }
    }
}

/// One cause of the failure of many.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
struct Shared(Arc<dyn std::error::Error + Send + Sync>);

impl TxError {
    /// Whether trying again from the start may help.
    pub(super) fn is_lost_race(&self) -> bool {
        match self {
            Self::LostRace => true,
            Self::Driver(sqlx::Error::Database(database)) => {
                database.code().is_some_and(|code| code == "40001" || code == "40P01")
            }
            _ => false,
        }
    }

    pub(super) fn into_store(self) -> StoreError {
        match self {
            Self::Driver(error) => failed(error),
            Self::Store(error) => error,
            Self::LostRace => StoreError::Unavailable(None),
        }
    }
}

impl From<sqlx::Error> for TxError {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}

impl From<StoreError> for TxError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_that_pass_are_told_from_defects() {
        for code in ["5", "261", "517", "778", "13", "08006", "53300", "57P01", "40P01"] {
            assert!(passes(code), "{code}");
        }
        for code in ["1", "11", "26", "2067", "787", "23505", "42601", "22P05", "08P01"] {
            assert!(!passes(code), "{code}");
        }
    }
}
