//! What a store can fail with. "Not there" is no failure: look-ups return `Option`.

/// Why a store could not do what it was asked. No driver type appears here, so that callers need not know
/// which store they have.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database could not be reached, was busy beyond its timeout, or its pool was exhausted. Trying again
    /// later may help.
    #[error("the store is unavailable")]
    Unavailable(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// What the database holds is not what this program writes: a value out of its range, or a document that
    /// does not parse.
    #[error("the store holds bad data in {table}.{column}")]
    Corrupt {
        /// The table it was found in.
        table: &'static str,
        /// The column it was found in.
        column: &'static str,
    },
    /// The database was written by a newer version of this program.
    #[error("the database has schema version {found}, this program knows up to {known}: use a newer program")]
    TooNew {
        /// The version found.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The database's schema is older than this program's, and may not be changed now.
    #[error("the database has schema version {found}, this program needs {needed}: run its migrations")]
    TooOld {
        /// The version found; 0 for a database without a schema.
        found: i64,
        /// The version that this program needs.
        needed: i64,
    },
    /// The database's location is not one that this program understands.
    #[error("the database URL is not understood: {0}")]
    BadUrl(String),
    /// Anything else the driver reports: a defect, not a condition.
    #[error("the store failed")]
    Driver(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The result of a store's method.
pub type StoreResult<T> = Result<T, StoreError>;
