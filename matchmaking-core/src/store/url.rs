//! Where a store is, as an operator writes it.

use std::{fmt, path::PathBuf, str::FromStr};

use crate::error::StoreError;

/// What a database URL may look like.
pub const URL_FORMS: &str = "memory: | sqlite://PATH (relative, or absolute with a third slash) | postgres://USER:PASSWORD@HOST:PORT/NAME";

/// Where a store is: `memory:`, `sqlite://PATH` or `postgres://…`. Never prints a password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(pub(super) Location);

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// In this process.
    Memory,
    /// In this file, whose name is taken as it is written.
    Sqlite(PathBuf),
    /// At this URL.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text == "memory:" {
            return Ok(Self(Location::Memory));
        }
        if let Some(path) = text.strip_prefix("sqlite://") {
            if path.is_empty() || path.ends_with('/') || path.contains(":memory:") || path.contains('\0') {
                return Err(bad("the SQLite URL names no file"));
            }
            return Ok(Self(Location::Sqlite(path.into())));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let (_, rest) = text.split_once("://").unwrap_or_default();
            if rest.is_empty() {
                return Err(bad("the PostgreSQL URL names no server"));
            }
            #[cfg(feature = "sql")]
            if !super::sql::check_postgres_url(text) {
                return Err(bad("the PostgreSQL URL is not understood"));
            }
            return Ok(Self(Location::Postgres(text.to_owned())));
        }
        Err(bad("this is none of the accepted forms"))
    }
}

/// Says what is wrong and what would do, and never what was written: it may hold a password.
pub(super) fn bad(what: &str) -> StoreError {
    StoreError::BadUrl(format!("{what}; accepted are {URL_FORMS}"))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Location::Memory => f.write_str("memory:"),
            Location::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Location::Postgres(url) => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
                let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                let name = path.split(['?', '#']).next().unwrap_or_default();
                write!(f, "postgres://{host}/{name}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accepted_forms_are_accepted() {
        for (text, shown) in [
            ("memory:", "memory:"),
            ("sqlite://data/a b.db", "sqlite://data/a b.db"),
            ("sqlite:///srv/缘分.db", "sqlite:///srv/缘分.db"),
            ("postgres://me:secret@db:5432/app?sslmode=require", "postgres://db:5432/app"),
            ("postgresql://db/app", "postgres://db/app"),
        ] {
            assert_eq!(text.parse::<DatabaseUrl>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_refusal_names_the_forms_and_keeps_what_was_written_to_itself() {
        for text in
            ["", "mysql://me:secret@db", "sqlite://", "sqlite://:memory:", "postgres://", "me:secret@db"]
        {
            let refusal = text.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(refusal.contains("sqlite://PATH") && !refusal.contains("secret"), "{refusal}");
        }
    }
}
